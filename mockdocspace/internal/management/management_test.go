package management_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/journal"
	"docspace-oauth/mockdocspace/internal/management"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// mock is the control API over a portal of one owner per tenant and no pages.
type mock struct {
	*control.Client
	url                      string
	store                    *store.Memory
	clock                    *clock.Clock
	book                     *rules.Book
	journal                  *journal.Journal
	resets, rotations, reads int
}

func start(t *testing.T, change func(*management.Config)) *mock {
	t.Helper()
	m := &mock{store: store.NewMemory(), clock: clock.New(), book: rules.NewBook(rules.DocSpace())}
	m.journal = journal.New(journal.Config{Clock: m.clock})
	for id, hosts := range map[int64][]string{1: {"127.0.0.1", "localhost"}, 2: {"second.localhost"}} {
		owner := store.User{
			ID: []string{"", "owner-1", "owner-2"}[id], TenantID: id, Email: "owner@x.test", FirstName: "O", Password: "p",
			Type: store.TypeOwner, Status: store.StatusActive,
		}
		if err := errors.Join(
			m.store.PutTenant(t.Context(), store.Tenant{ID: id, Name: "Portal", Hosts: hosts, OwnerID: owner.ID}),
			m.store.PutUser(t.Context(), owner),
		); err != nil {
			t.Fatal(err)
		}
	}
	c := management.Config{
		Store: m.store, Clock: m.clock, Book: m.book, Journal: m.journal, Random: random.Seeded(1), SignatureKey: signature.Key("secret"),
		Reset:      func(context.Context) error { m.resets++; return nil },
		Restored:   func() { m.reads++ },
		RotateKeys: func(context.Context) error { m.rotations++; return nil },
		Routes: func() []control.Route {
			return []control.Route{{Method: "GET", Template: "api/{version:apiVersion}/x", Class: "policy", Implemented: true}}
		},
		PortalURL: func(ctx context.Context, t store.Tenant) string {
			here := site.From(ctx)
			if here.Tenant.ID == t.ID {
				return here.Base
			}
			return "http://" + t.Hosts[0]
		},
	}
	if change != nil {
		change(&c)
	}
	mux := http.NewServeMux()
	mux.Handle("/mock/", management.New(c))
	mux.Handle("/", m.journal.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	m.url = server.URL
	m.Client = control.New(server.URL)
	return m
}

// must returns a value that came without an error.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks a refusal: its status, and words that it must say.
func refused(t *testing.T, what string, err error, status int, words ...string) {
	t.Helper()
	var refusal *control.Error
	if !errors.As(err, &refusal) || refusal.Status != status {
		t.Errorf("%s: error %v, want status %d", what, err, status)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %q does not say %q", what, err, word)
		}
	}
}

func TestClock(t *testing.T) {
	m := start(t, nil)
	if state := must[control.ClockState](t)(m.Clock(t.Context())); state.Frozen || state.Offset != "0s" || state.Now.IsZero() {
		t.Errorf("at the start %+v", state)
	}
	frozen := must[control.ClockState](t)(m.Freeze(t.Context()))
	if !frozen.Frozen || !frozen.Now.Equal(m.clock.Now()) {
		t.Errorf("frozen at %+v, the clock shows %s", frozen, m.clock.Now())
	}
	advanced := must[control.ClockState](t)(m.Advance(t.Context(), 61*time.Second))
	if !advanced.Frozen || !advanced.Now.Equal(frozen.Now.Add(61*time.Second)) {
		t.Errorf("advanced from %s to %+v", frozen.Now, advanced)
	}
	to := time.Date(2031, 2, 3, 4, 5, 6, 789_000_000, time.FixedZone("", 3600))
	if set := must[control.ClockState](t)(m.Set(t.Context(), to)); !set.Now.Equal(to) || !set.Frozen {
		t.Errorf("set to %s, shows %+v", to, set)
	}
	if state := must[control.ClockState](t)(m.Resume(t.Context())); state.Frozen || m.clock.Offset() != 0 {
		t.Errorf("resumed %+v", state)
	}
	_, err := m.Advance(t.Context(), 250*365*24*time.Hour)
	refused(t, "advance by 250 years", err, 422, "body.by", "resume")
	_, err = m.Set(t.Context(), time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC))
	refused(t, "the year 1900", err, 422, "body.to")
	if m.clock.Offset() != 0 {
		t.Error("a refused call moved the clock")
	}
}

func TestFaults(t *testing.T) {
	m := start(t, nil)
	catalogue := must[[]control.Fault](t)(m.FaultCatalogue(t.Context()))
	if len(catalogue) != len(rules.Faults()) || catalogue[0].Sentence == "" || len(catalogue[0].Breaks) == 0 {
		t.Fatalf("catalogue of %d faults, first %+v", len(catalogue), catalogue[0])
	}
	first := must[control.ActiveFault](t)(m.AddFault(t.Context(), control.FaultRequest{Name: "token.any-secret"}))
	second := must[control.ActiveFault](t)(m.AddFault(t.Context(), control.FaultRequest{Name: "consent.skipped", App: "a", User: "u"}))
	if !rules.From(m.book.Into(t.Context())).Token.AnySecret || rules.For(m.book.Into(t.Context()), "a", "other").Consent.Skip ||
		!rules.For(m.book.Into(t.Context()), "a", "u").Consent.Skip {
		t.Error("the faults are not in force as asked for")
	}
	list := must[[]control.ActiveFault](t)(m.Faults(t.Context()))
	if len(list) != 2 || list[0].ID != first.ID || list[0].Uses == 0 || list[1].App != "a" || list[1].User != "u" || list[1].Name != "consent.skipped" {
		t.Errorf("list %+v", list)
	}
	noError(t, m.RemoveFault(t.Context(), second.ID))
	refused(t, "removed twice", m.RemoveFault(t.Context(), second.ID), 404, "path.id", "/mock/faults")
	noError(t, m.ClearFaults(t.Context()))
	if list := must[[]control.ActiveFault](t)(m.Faults(t.Context())); len(list) != 0 {
		t.Errorf("after clearing %+v", list)
	}
	_, err := m.AddFault(t.Context(), control.FaultRequest{Name: "token.nonsense"})
	refused(t, "unknown fault", err, 422, "body.name", "/mock/faults/catalogue")
	_, err = m.AddFault(t.Context(), control.FaultRequest{Name: "metadata.wrong-issuer", App: "a"})
	refused(t, "fault of everyone for one app", err, 422, "body.name", "leave app and user out")
}

func TestUsers(t *testing.T) {
	m := start(t, nil)
	fresh := must[control.User](t)(m.CreateUser(t.Context(), control.CreateUserRequest{}))
	other := must[control.User](t)(m.CreateUser(t.Context(), control.CreateUserRequest{}))
	if fresh.Email == "" || fresh.Password == "" || fresh.ID == other.ID || fresh.Email == other.Email || fresh.Type != "user" || fresh.Status != "active" || fresh.Tenant != 1 || fresh.FirstName == "" {
		t.Errorf("made-up users %+v and %+v", fresh, other)
	}
	chosen := must[control.User](t)(m.CreateUser(t.Context(), control.CreateUserRequest{
		Tenant: 2, Email: "Anna@x.test", Password: "p", FirstName: "Anna", LastName: "A", Type: "guest",
	}))
	kept, err := m.store.UserByEmail(t.Context(), 2, "anna@x.test")
	if err != nil || kept.ID != chosen.ID || kept.Password != "p" || kept.Type != store.TypeGuest || kept.DisplayName() != "Anna A" {
		t.Errorf("kept %+v (%v)", kept, err)
	}
	careful := must[control.User](t)(m.CreateUser(t.Context(), control.CreateUserRequest{TwoFactor: true}))
	if kept, err := m.store.User(t.Context(), 1, careful.ID); err != nil || !kept.TwoFactor || !careful.TwoFactor || fresh.TwoFactor {
		t.Errorf("with a second factor %+v (%v), without %+v", kept, err, fresh)
	}
	if all := must[[]control.User](t)(m.Users(t.Context(), 0)); len(all) != 6 {
		t.Errorf("%d users on both portals, want 6", len(all))
	}
	if second := must[[]control.User](t)(m.Users(t.Context(), 2)); len(second) != 2 || !slices.Contains(second, chosen) {
		t.Errorf("second portal %+v", second)
	}

	_, err = m.CreateUser(t.Context(), control.CreateUserRequest{Tenant: 2, Email: "ANNA@x.test"})
	refused(t, "taken address", err, 409, "body.email", "leave it out")
	_, err = m.CreateUser(t.Context(), control.CreateUserRequest{Email: "nobody"})
	refused(t, "no address", err, 422, "body.email")
	_, err = m.CreateUser(t.Context(), control.CreateUserRequest{Tenant: 9})
	refused(t, "unknown portal", err, 422, "body.tenant", "/mock/portal")
	_, err = m.CreateUser(t.Context(), control.CreateUserRequest{Type: "owner"})
	refused(t, "second owner", err, 422, "body.type")

	session := must[control.SignedIn](t)(m.SignIn(t.Context(), fresh.ID, 0))
	changed := must[control.User](t)(m.UpdateUser(t.Context(), 1, fresh.ID, control.UpdateUserRequest{Status: "terminated", Type: "admin", Password: "new"}))
	if changed.Status != "terminated" || changed.Type != "admin" || changed.Password != "new" || changed.Email != fresh.Email {
		t.Errorf("changed %+v", changed)
	}
	if kept, _ := m.store.User(t.Context(), 1, fresh.ID); kept.TerminatedAt.IsZero() || kept.IsAdmin() != true {
		t.Errorf("kept %+v", kept)
	}
	if _, err := m.store.Session(t.Context(), session.Session); !errors.Is(err, store.ErrNotFound) {
		t.Error("a terminated user's session lives on")
	}
	back := must[control.User](t)(m.UpdateUser(t.Context(), 1, fresh.ID, control.UpdateUserRequest{Status: "active"}))
	if kept, _ := m.store.User(t.Context(), 1, fresh.ID); back.Type != "admin" || !kept.TerminatedAt.IsZero() {
		t.Errorf("back %+v, terminated %s", back, kept.TerminatedAt)
	}
	_, err = m.UpdateUser(t.Context(), 1, "owner-1", control.UpdateUserRequest{Status: "terminated"})
	refused(t, "terminating the owner", err, 409, "path.id", "another user")
	_, err = m.UpdateUser(t.Context(), 2, fresh.ID, control.UpdateUserRequest{Status: "active"})
	refused(t, "user of another portal", err, 404, "path.id", "/mock/users")
	_, err = m.UpdateUser(t.Context(), 1, fresh.ID, control.UpdateUserRequest{Status: "gone"})
	refused(t, "unknown status", err, 422, "body.status", "terminated")
}

func TestDeleteUser(t *testing.T) {
	m := start(t, nil)
	u := must[control.User](t)(m.CreateUser(t.Context(), control.CreateUserRequest{}))
	session := must[control.SignedIn](t)(m.SignIn(t.Context(), u.Email, 1))
	key := store.GrantKey{UserID: u.ID, AppID: "a", Type: store.GrantCode}
	must[store.Grant](t)(m.store.PutGrant(t.Context(), store.Grant{GrantKey: key}))
	must[store.Consent](t)(m.store.AddConsent(t.Context(), u.ID, "a", []string{"openid"}, time.Now()))
	noError(t, m.DeleteUser(t.Context(), 1, u.ID))
	_, sessionErr := m.store.Session(t.Context(), session.Session)
	_, grantErr := m.store.Grant(t.Context(), key)
	_, consentErr := m.store.Consent(t.Context(), u.ID, "a")
	_, userErr := m.store.User(t.Context(), 1, u.ID)
	for what, err := range map[string]error{"session": sessionErr, "grant": grantErr, "consent": consentErr, "user": userErr} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the %s of a deleted user: %v", what, err)
		}
	}
	refused(t, "deleted twice", m.DeleteUser(t.Context(), 1, u.ID), 404, "path.id")
	refused(t, "deleting the owner", m.DeleteUser(t.Context(), 1, "owner-1"), 409, "owner")
}

func TestSignIn(t *testing.T) {
	m := start(t, nil)
	m.clock.Freeze()
	u := must[control.User](t)(m.CreateUser(t.Context(), control.CreateUserRequest{Type: "admin", FirstName: "Anna", LastName: "A"}))
	in := must[control.SignedIn](t)(m.SignIn(t.Context(), strings.ToUpper(u.Email), 0))
	session, err := m.store.Session(t.Context(), in.Session)
	if err != nil || session.UserID != u.ID || !session.ExpiresAt.Equal(in.SessionExpires) || in.Portal != m.url || in.Tenant != 1 || in.UserID != u.ID {
		t.Errorf("signed in %+v, session %+v (%v)", in, session, err)
	}
	claims, err := signature.Verify(signature.Key("secret"), in.Signature, m.clock.Now(), signature.Leniency{})
	if err != nil || claims.UserID != u.ID || claims.UserEmail != u.Email || claims.UserName != "Anna A" || !claims.Admin || claims.Guest || !claims.Public ||
		claims.TenantID != 1 || claims.TenantURL != m.url || claims.Expires.Unix() != m.clock.Now().Add(5*time.Minute).Unix() {
		t.Errorf("claims %+v (%v)", claims, err)
	}
	second := must[control.SignedIn](t)(m.SignIn(t.Context(), "owner-2", 2))
	if second.Portal != "http://second.localhost" || second.Email != "owner@x.test" {
		t.Errorf("second portal %+v", second)
	}
	_, err = m.SignIn(t.Context(), "nobody@x.test", 1)
	refused(t, "unknown user", err, 404, "body.user", "/mock/users")
	must[control.User](t)(m.UpdateUser(t.Context(), 1, u.ID, control.UpdateUserRequest{Status: "terminated"}))
	_, err = m.SignIn(t.Context(), u.ID, 1)
	refused(t, "terminated user", err, 409, "terminated", "PATCH")
}

func TestApps(t *testing.T) {
	m := start(t, nil)
	fresh := must[control.App](t)(m.CreateApp(t.Context(), control.CreateAppRequest{RedirectURIs: []string{"http://localhost:3001/cb", "myapp:/cb"}}))
	if len(fresh.ID) != 36 || len(fresh.Secret) != 36 || fresh.Name == "" || len(fresh.Scopes) != 9 || !fresh.AllowPKCE || !fresh.Enabled || fresh.CreatedBy != "owner-1" ||
		!slices.Contains(fresh.AllowedOrigins, "http://localhost:3001") {
		t.Errorf("made-up app %+v", fresh)
	}
	const odd = "odd id/with ../ and %2F ü"
	chosen := must[control.App](t)(m.CreateApp(t.Context(), control.CreateAppRequest{
		ID: odd, Secret: "s p&c", Tenant: 2, Name: "Mine", RedirectURIs: []string{"https://a.test/cb"}, Scopes: []string{"files:read"}, NoPKCE: true, Disabled: true,
		AllowedOrigins: []string{"https://b.test"},
	}))
	kept, err := m.store.App(t.Context(), odd)
	if err != nil || kept.Secret != "s p&c" || kept.TenantID != 2 || kept.AllowPKCE || kept.Enabled || !slices.Equal(kept.Scopes, []string{"files:read"}) || chosen.CreatedBy != "owner-2" {
		t.Errorf("kept %+v (%v)", kept, err)
	}
	if list := must[[]control.App](t)(m.Apps(t.Context())); len(list) != 2 || list[0].ID != odd || list[1].ID != fresh.ID {
		t.Errorf("list %+v", list)
	}
	for what, request := range map[string]control.CreateAppRequest{
		"body.redirect_uris": {},
		"body.scopes":        {RedirectURIs: []string{"http://a.test"}, Scopes: []string{"files:everything"}},
		"body.created_by":    {RedirectURIs: []string{"http://a.test"}, CreatedBy: "nobody"},
	} {
		_, err := m.CreateApp(t.Context(), request)
		refused(t, what, err, 422, what)
	}
	_, err = m.CreateApp(t.Context(), control.CreateAppRequest{RedirectURIs: []string{"/relative"}})
	refused(t, "relative redirect URI", err, 422, "body.redirect_uris", "http://localhost:3001/callback")
	_, err = m.CreateApp(t.Context(), control.CreateAppRequest{ID: strings.ToUpper(fresh.ID), RedirectURIs: []string{"http://a.test"}})
	refused(t, "taken id", err, 409, "body.id", "leave the id out")

	key := store.GrantKey{UserID: "u", AppID: odd, Type: store.GrantCode}
	must[store.Grant](t)(m.store.PutGrant(t.Context(), store.Grant{GrantKey: key}))
	noError(t, m.DeleteApp(t.Context(), odd))
	if _, err := m.store.Grant(t.Context(), key); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("grant of a deleted app: %v", err)
	}
	refused(t, "deleted twice", m.DeleteApp(t.Context(), odd), 404, "path.id", "/mock/apps")
}

func TestSnapshots(t *testing.T) {
	m := start(t, nil)
	noError(t, m.Snapshot(t.Context(), "before"))
	u := must[control.User](t)(m.CreateUser(t.Context(), control.CreateUserRequest{}))
	noError(t, m.Snapshot(t.Context(), "after/it"))
	noError(t, m.Restore(t.Context(), "before"))
	if _, err := m.store.User(t.Context(), 1, u.ID); !errors.Is(err, store.ErrNotFound) || m.reads != 1 {
		t.Errorf("after the restore: %v, %d notices", err, m.reads)
	}
	noError(t, m.Restore(t.Context(), "after/it"))
	if _, err := m.store.User(t.Context(), 1, u.ID); err != nil {
		t.Error(err)
	}
	if list := must[[]control.Snapshot](t)(m.Snapshots(t.Context())); len(list) != 2 || list[0].Name != "after/it" {
		t.Errorf("list %+v", list)
	}
	noError(t, m.DeleteSnapshot(t.Context(), "before"))
	refused(t, "restore of nothing", m.Restore(t.Context(), "before"), 404, "path.name", "/mock/snapshots")
	refused(t, "deleted twice", m.DeleteSnapshot(t.Context(), "before"), 404, "path.name")
	for i := range 63 {
		noError(t, m.Snapshot(t.Context(), strings.Repeat("x", i+1)))
	}
	refused(t, "one too many", m.Snapshot(t.Context(), "one too many"), 409, "64")
	noError(t, m.Snapshot(t.Context(), "x"))
}

func TestResetRotateAndPortal(t *testing.T) {
	m := start(t, nil)
	noError(t, m.Reset(t.Context()))
	noError(t, m.RotateKeys(t.Context()))
	if m.resets != 1 || m.rotations != 1 {
		t.Errorf("%d resets, %d rotations", m.resets, m.rotations)
	}
	app := must[control.App](t)(m.CreateApp(t.Context(), control.CreateAppRequest{RedirectURIs: []string{"http://a.test"}}))
	info := must[control.Info](t)(m.Portal(t.Context()))
	if len(info.Portals) != 2 || info.Portals[0].URL != m.url || info.Portals[1].URL != "http://second.localhost" || len(info.Users) != 2 ||
		info.Users[0].Password != "p" || len(info.Apps) != 1 || info.Apps[0].Secret != app.Secret {
		t.Errorf("info %+v", info)
	}
	failing := start(t, func(c *management.Config) {
		c.Reset = func(context.Context) error { return errors.New("the store is full") }
	})
	refused(t, "failing reset", failing.Reset(t.Context()), 500, "the store is full")
}

func TestJournal(t *testing.T) {
	m := start(t, nil)
	post := func(path string) {
		t.Helper()
		response, err := http.Post(m.url+path, "application/x-www-form-urlencoded", strings.NewReader("client_secret=s3cret-that-nobody-sees"))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
	post("/first")
	post("/second?x=1")
	page := must[control.JournalPage](t)(m.Journal(t.Context(), control.JournalFilter{}))
	if len(page.Exchanges) != 2 || page.Last != 2 || !page.Recording || page.Exchanges[1].URL != "/second?x=1" || page.Exchanges[0].Request.Body != "client_secret=‹secret-1›" {
		t.Errorf("page %+v", page)
	}
	if text, _ := json.Marshal(page); strings.Contains(string(text), "nobody-sees") {
		t.Errorf("a secret is in the journal: %s", text)
	}
	filtered := must[control.JournalPage](t)(m.Journal(t.Context(), control.JournalFilter{After: 1, Method: "POST", Path: "/second*", Status: 200, Text: "x=1", Limit: 5}))
	if len(filtered.Exchanges) != 1 || filtered.Exchanges[0].Seq != 2 {
		t.Errorf("filtered %+v", filtered)
	}
	waited := make(chan control.Exchange, 1)
	go func() {
		x, err := m.WaitJournal(t.Context(), control.JournalFilter{After: page.Last, Path: "/third"})
		if err != nil {
			t.Error(err)
		}
		waited <- x
	}()
	post("/third")
	if x := <-waited; x.URL != "/third" {
		t.Errorf("waited for %+v", x)
	}
	noError(t, m.ClearJournal(t.Context()))
	noError(t, m.SetRecording(t.Context(), false))
	post("/unseen")
	if page := must[control.JournalPage](t)(m.Journal(t.Context(), control.JournalFilter{})); len(page.Exchanges) != 0 || page.Recording {
		t.Errorf("switched off: %+v", page)
	}
	response, err := http.Get(m.url + "/mock/journal/next?timeout=1ms")
	noError(t, err)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Errorf("nothing came: status %d, want 204", response.StatusCode)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := m.WaitJournal(ctx, control.JournalFilter{Path: "/never"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestRoutes(t *testing.T) {
	m := start(t, nil)
	if routes := must[[]control.Route](t)(m.Routes(t.Context())); len(routes) != 1 || routes[0].Template != "api/{version:apiVersion}/x" || !routes[0].Implemented {
		t.Errorf("routes %+v", routes)
	}
}
