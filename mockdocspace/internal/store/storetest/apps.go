package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

func app(id string, created time.Time) store.App {
	description := "what it does"
	return store.App{
		ID: id, TenantID: 1, Secret: "secret of " + id, OldSecrets: []string{"older"}, Name: "App", Description: &description,
		Logo: "data:image/png;base64,AA==", WebsiteURL: "https://w.test", TermsURL: "https://t.test", PolicyURL: "https://p.test",
		LogoutRedirectURI: "https://l.test", RedirectURIs: []string{"https://a.test/cb", "http://localhost/cb"},
		AllowedOrigins: []string{"https://a.test"}, Scopes: []string{"files:read", "openid"}, AllowPKCE: true, Public: true, Enabled: true,
		CreatedBy: "maker", CreatedAt: created, ModifiedBy: "changer", ModifiedAt: created.Add(time.Minute), Reread: true, Fixed: true,
	}
}

func testAppIDs(t *testing.T, s store.Store) {
	const id = "11111111-1111-4111-8111-abcdefabcdef"
	uuid, free := app(id, start), app("My-App", start)
	free.Description = nil
	ok(t, s.CreateApp(ctx(t), uuid))
	ok(t, s.CreateApp(ctx(t), free))
	equal(t, "app", must[store.App](t)(s.App(ctx(t), id)), uuid)
	equal(t, "UUID in capitals", must[store.App](t)(s.App(ctx(t), strings.ToUpper(id))), uuid)
	equal(t, "free id, no description", must[store.App](t)(s.App(ctx(t), "My-App")), free)
	for _, other := range []string{"my-app", "My-App ", "", id[:35], "{" + id + "}", strings.ReplaceAll(id, "-", "")} {
		_, err := s.App(ctx(t), other)
		failsWith(t, fmt.Sprintf("id %q", other), err, store.ErrNotFound)
	}
	ok(t, s.DeleteApp(ctx(t), strings.ToUpper(id)))
	_, err := s.App(ctx(t), id)
	failsWith(t, "deleted app", err, store.ErrNotFound)
	failsWith(t, "deleted twice", s.DeleteApp(ctx(t), id), store.ErrNotFound)
	ok(t, s.CreateApp(ctx(t), uuid)) // its id is free again
}

func testCreateAppConflict(t *testing.T, s store.Store) {
	const id = "11111111-1111-4111-8111-abcdefabcdef"
	ok(t, s.CreateApp(ctx(t), app(id, start)))
	other := app(strings.ToUpper(id), start)
	other.Name = "Other"
	failsWith(t, "taken id", s.CreateApp(ctx(t), other), store.ErrConflict)
	if got := must[store.App](t)(s.App(ctx(t), id)); got.Name != "App" {
		t.Errorf("the refused app overwrote the first: %q", got.Name)
	}
	errs := make([]error, 16)
	together(len(errs), func(i int) { errs[i] = s.CreateApp(ctx(t), app("contested", start)) })
	winners := 0
	for _, err := range errs {
		if err == nil {
			winners++
		} else {
			failsWith(t, "parallel creation", err, store.ErrConflict)
		}
	}
	if winners != 1 {
		t.Errorf("%d creations of one id succeeded", winners)
	}
}

func testUpdateApp(t *testing.T, s store.Store) {
	const id = "11111111-1111-4111-8111-abcdefabcdef"
	ok(t, s.CreateApp(ctx(t), app(id, start)))
	got, err := s.UpdateApp(ctx(t), strings.ToUpper(id), func(a *store.App) error {
		a.Name, a.Scopes = "Renamed", append(a.Scopes, "rooms:read")
		return nil
	})
	ok(t, err)
	want := app(id, start)
	want.Name, want.Scopes = "Renamed", []string{"files:read", "openid", "rooms:read"}
	equal(t, "answer of UpdateApp", got, want)
	equal(t, "what is kept", must[store.App](t)(s.App(ctx(t), id)), want)

	refused := errors.New("refused")
	_, err = s.UpdateApp(ctx(t), id, func(a *store.App) error {
		a.Name, a.Scopes[0] = "Half done", "half"
		*a.Description = "half"
		return refused
	})
	failsWith(t, "refused change", err, refused)
	equal(t, "after a refused change", must[store.App](t)(s.App(ctx(t), id)), want)

	_, err = s.UpdateApp(ctx(t), "nobody", func(*store.App) error { return nil })
	failsWith(t, "unknown app", err, store.ErrNotFound)
}

func testUpdateAppInParallel(t *testing.T, s store.Store) {
	ok(t, s.CreateApp(ctx(t), app("counter", start)))
	const workers, each = 16, 20
	together(workers, func(int) {
		for range each {
			if _, err := s.UpdateApp(ctx(t), "counter", func(a *store.App) error {
				a.OldSecrets = append(a.OldSecrets, "one more")
				return nil
			}); err != nil {
				t.Error(err)
			}
		}
	})
	if got := len(must[store.App](t)(s.App(ctx(t), "counter")).OldSecrets) - 1; got != workers*each {
		t.Errorf("%d of %d increments were kept", got, workers*each)
	}
}

// docs/portal/identity.md §7.2: newest first, and a cursor that is strictly
// older, both by whole seconds.
func testListApps(t *testing.T, s store.Store) {
	second := time.Date(2026, 3, 1, 9, 30, 10, 0, time.UTC)
	for id, at := range map[string]time.Time{
		"newest": second.Add(2 * time.Second), "late in the second": second.Add(900 * time.Millisecond),
		"early in the second": second.Add(100 * time.Millisecond), "just before": second.Add(-time.Millisecond), "oldest": second.Add(-time.Hour),
	} {
		ok(t, s.CreateApp(ctx(t), app(id, at)))
	}
	foreign, anothers := app("other portal", second), app("somebody else's", second.Add(time.Minute))
	foreign.TenantID, anothers.CreatedBy = 2, "somebody else"
	ok(t, s.CreateApp(ctx(t), foreign))
	ok(t, s.CreateApp(ctx(t), anothers))

	list := func(q store.AppQuery) []string {
		var ids []string
		for _, a := range must[[]store.App](t)(s.ListApps(ctx(t), q)) {
			ids = append(ids, a.ID)
			equal(t, "row of the list", a.Scopes, []string{"files:read", "openid"})
		}
		for i, id := range ids { // arbitrary order within a second
			if i > 0 && id == "late in the second" && ids[i-1] == "early in the second" {
				ids[i-1], ids[i] = ids[i], ids[i-1]
			}
		}
		return ids
	}
	within := []string{"late in the second", "early in the second"}
	equal(t, "all", list(store.AppQuery{TenantID: 1}), append(append([]string{"somebody else's", "newest"}, within...), "just before", "oldest"))
	equal(t, "of one maker", list(store.AppQuery{TenantID: 1, CreatedBy: "maker"}), append(append([]string{"newest"}, within...), "just before", "oldest"))
	equal(t, "other portal", list(store.AppQuery{TenantID: 2}), []string{"other portal"})
	equal(t, "portal without apps", list(store.AppQuery{TenantID: 3}), []string(nil))
	equal(t, "limit", list(store.AppQuery{TenantID: 1, Limit: 2}), []string{"somebody else's", "newest"})
	for _, inSecond := range []time.Duration{0, 500 * time.Millisecond, 999 * time.Millisecond} {
		got := list(store.AppQuery{TenantID: 1, Before: second.Add(inSecond)})
		equal(t, fmt.Sprintf("cursor %s into the second", inSecond), got, []string{"just before", "oldest"})
	}
	equal(t, "cursor of the next second", list(store.AppQuery{TenantID: 1, Before: second.Add(time.Second)}), append(within, "just before", "oldest"))
	equal(t, "cursor and limit", list(store.AppQuery{TenantID: 1, Before: second, Limit: 1}), []string{"just before"})
}

func testGoneApps(t *testing.T, s store.Store) {
	gone := app("gone", start)
	gone.GoneAt = start.Add(time.Minute)
	ok(t, s.CreateApp(ctx(t), app("here", start)))
	ok(t, s.CreateApp(ctx(t), app("gone", start)))
	_, err := s.UpdateApp(ctx(t), "gone", func(a *store.App) error { a.GoneAt = gone.GoneAt; return nil })
	ok(t, err)
	list := must[[]store.App](t)(s.ListApps(ctx(t), store.AppQuery{TenantID: 1}))
	if len(list) != 1 || list[0].ID != "here" {
		t.Errorf("list %v, want the app that is not gone", list)
	}
	equal(t, "a gone app by its id", must[store.App](t)(s.App(ctx(t), "gone")), gone)
}
