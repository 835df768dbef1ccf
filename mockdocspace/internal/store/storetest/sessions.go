package storetest

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

func testConsents(t *testing.T, s store.Store) {
	first := must[store.Consent](t)(s.AddConsent(ctx(t), "u", "a", []string{"files:read", "openid", "files:read"}, start))
	equal(t, "first consent", first, store.Consent{UserID: "u", AppID: "a", Scopes: []string{"files:read", "openid"}, ModifiedAt: start})
	later := start.Add(time.Minute)
	union := must[store.Consent](t)(s.AddConsent(ctx(t), "u", "a", []string{"openid", "rooms:read"}, later))
	want := store.Consent{UserID: "u", AppID: "a", Scopes: []string{"files:read", "openid", "rooms:read"}, ModifiedAt: later}
	equal(t, "union", union, want)
	equal(t, "what is kept", must[store.Consent](t)(s.Consent(ctx(t), "u", "a")), want)
	_, err := s.Consent(ctx(t), "u", "b")
	failsWith(t, "no consent", err, store.ErrNotFound)

	for _, tt := range []struct {
		user, app string
		want      int
	}{{"u", "a", 1}, {"u", "", 2}, {"", "b", 2}, {"", "", 4}, {"nobody", "", 0}} {
		for _, pair := range [][2]string{{"u", "a"}, {"u", "b"}, {"v", "a"}, {"v", "b"}} {
			must[store.Consent](t)(s.AddConsent(ctx(t), pair[0], pair[1], []string{"openid"}, start))
		}
		if n := must[int](t)(s.DeleteConsents(ctx(t), tt.user, tt.app)); n != tt.want {
			t.Errorf("DeleteConsents(%q, %q) removed %d, want %d", tt.user, tt.app, n, tt.want)
		}
	}
	must[int](t)(s.DeleteConsents(ctx(t), "u", "a"))
	again := must[store.Consent](t)(s.AddConsent(ctx(t), "u", "a", []string{"rooms:read"}, start))
	equal(t, "a consent after its deletion starts anew", again.Scopes, []string{"rooms:read"})
}

func testConsentsInParallel(t *testing.T, s store.Store) {
	var want []string
	for i := range 24 {
		want = append(want, fmt.Sprintf("scope-%02d", i))
	}
	together(len(want), func(i int) {
		c, err := s.AddConsent(ctx(t), "u", "a", []string{"common", want[i]}, start)
		if err != nil || !slices.Contains(c.Scopes, want[i]) {
			t.Errorf("consent %v (%v) lacks %s", c.Scopes, err, want[i])
		}
	})
	got := must[store.Consent](t)(s.Consent(ctx(t), "u", "a")).Scopes
	slices.Sort(got)
	equal(t, "union", got, append([]string{"common"}, want...))
}

func testSessions(t *testing.T, s store.Store) {
	session := func(token string, tenant int64, user string) store.Session {
		return store.Session{Token: token, TenantID: tenant, UserID: user, CreatedAt: start, ExpiresAt: start.Add(time.Hour)}
	}
	for _, x := range []store.Session{session("1", 1, "u"), session("2", 1, "u"), session("3", 1, "v"), session("4", 2, "u")} {
		ok(t, s.PutSession(ctx(t), x))
	}
	equal(t, "session", must[store.Session](t)(s.Session(ctx(t), "1")), session("1", 1, "u"))
	ok(t, s.DeleteSession(ctx(t), "1"))
	_, err := s.Session(ctx(t), "1")
	failsWith(t, "deleted session", err, store.ErrNotFound)
	ok(t, s.PutSession(ctx(t), session("1", 1, "u")))
	if n := must[int](t)(s.DeleteSessionsOf(ctx(t), 1, "u")); n != 2 {
		t.Errorf("removed %d sessions, want 2", n)
	}
	for token, there := range map[string]bool{"1": false, "2": false, "3": true, "4": true} {
		if _, err := s.Session(ctx(t), token); there != (err == nil) {
			t.Errorf("session %s: %v, want it there: %t", token, err, there)
		}
	}
}

func link(key string) store.Link {
	return store.Link{Key: key, TenantID: 1, UserID: "u", Email: "a@x.test", CreatedAt: start, ExpiresAt: start.Add(time.Hour)}
}

func testLinks(t *testing.T, s store.Store) {
	ok(t, s.PutLink(ctx(t), link("k")))
	equal(t, "unused", must[store.Link](t)(s.Link(ctx(t), "k")), link("k"))
	used := link("k")
	used.UsedAt = start.Add(time.Minute)
	equal(t, "answer of UseLink", must[store.Link](t)(s.UseLink(ctx(t), "k", used.UsedAt)), used)
	equal(t, "used", must[store.Link](t)(s.Link(ctx(t), "k")), used)
	_, err := s.UseLink(ctx(t), "k", start.Add(2*time.Minute))
	failsWith(t, "used twice", err, store.ErrConflict)
	equal(t, "used twice: first use stays", must[store.Link](t)(s.Link(ctx(t), "k")), used)
	_, err = s.UseLink(ctx(t), "other", start)
	failsWith(t, "unknown link", err, store.ErrNotFound)
}

func testLinkHasOneUse(t *testing.T, s store.Store) {
	for round := range 50 {
		k := fmt.Sprint(round)
		ok(t, s.PutLink(ctx(t), link(k)))
		var winners atomic.Int32
		together(16, func(int) {
			if _, err := s.UseLink(ctx(t), k, start); err == nil {
				winners.Add(1)
			} else {
				failsWith(t, "second use", err, store.ErrConflict)
			}
		})
		if winners.Load() != 1 {
			t.Fatalf("round %d: %d uses of one link", round, winners.Load())
		}
	}
}

func testKeys(t *testing.T, s store.Store) {
	old := store.Key{ID: "old", Private: []byte{0, 1, 2}, CreatedAt: start}
	fresh := store.Key{ID: "fresh", Private: []byte{3}, CreatedAt: start.Add(time.Nanosecond)}
	ok(t, s.PutKey(ctx(t), fresh))
	ok(t, s.PutKey(ctx(t), old))
	equal(t, "newest first", must[[]store.Key](t)(s.Keys(ctx(t))), []store.Key{fresh, old})
	ok(t, s.DeleteKey(ctx(t), "fresh"))
	equal(t, "after deletion", must[[]store.Key](t)(s.Keys(ctx(t))), []store.Key{old})
	failsWith(t, "deleted twice", s.DeleteKey(ctx(t), "fresh"), store.ErrNotFound)
}
