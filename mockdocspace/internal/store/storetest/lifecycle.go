package storetest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

func testSweepSessionsAndLinks(t *testing.T, s store.Store) {
	ok(t, s.PutSession(ctx(t), store.Session{Token: "dead", ExpiresAt: start}))
	ok(t, s.PutSession(ctx(t), store.Session{Token: "alive", ExpiresAt: start.Add(time.Nanosecond)}))
	dead, used := link("dead"), link("used")
	dead.ExpiresAt, used.UsedAt = start.Add(-time.Hour), start
	ok(t, s.PutLink(ctx(t), dead))
	ok(t, s.PutLink(ctx(t), used))
	if n := must[int](t)(s.Sweep(ctx(t), start)); n != 2 {
		t.Errorf("%d rows went, want 2", n)
	}
	_, err := s.Session(ctx(t), "dead")
	failsWith(t, "expired session", err, store.ErrNotFound)
	_, err = s.Link(ctx(t), "dead")
	failsWith(t, "expired link", err, store.ErrNotFound)
	must[store.Session](t)(s.Session(ctx(t), "alive"))
	must[store.Link](t)(s.Link(ctx(t), "used"))
	if n := must[int](t)(s.Sweep(ctx(t), start)); n != 0 {
		t.Errorf("a second sweep took %d more rows", n)
	}
}

// Whoever signs in without end loses the oldest sessions, and nobody else loses any.
func testSweepManySessions(t *testing.T, s store.Store) {
	session := func(user string, i int) store.Session {
		return store.Session{Token: fmt.Sprint(user, i), TenantID: 1, UserID: user, ExpiresAt: start.Add(time.Hour + time.Duration(i)*time.Second)}
	}
	const tooMany = 5
	for i := range store.SessionsPerUser + tooMany {
		ok(t, s.PutSession(ctx(t), session("busy", i)))
	}
	ok(t, s.PutSession(ctx(t), session("quiet", 0)))
	if n := must[int](t)(s.Sweep(ctx(t), start)); n != tooMany {
		t.Errorf("%d rows went, want %d", n, tooMany)
	}
	_, err := s.Session(ctx(t), session("busy", tooMany-1).Token)
	failsWith(t, "a session beyond the cap", err, store.ErrNotFound)
	must[store.Session](t)(s.Session(ctx(t), session("busy", tooMany).Token))
	must[store.Session](t)(s.Session(ctx(t), session("quiet", 0).Token))
}

func testSweepGrants(t *testing.T, s store.Store) {
	day, expired := 24*time.Hour, func(at time.Time) *store.Token { return &store.Token{Value: at.String(), ExpiresAt: at} }
	for _, tt := range []struct {
		name  string
		grant store.Grant
		goes  bool
	}{
		{"pending", store.Grant{ConsentState: "1", ModifiedAt: start.Add(-59 * time.Minute)}, false},
		{"pending for an hour", store.Grant{ConsentState: "2", ModifiedAt: start.Add(-time.Hour)}, true},
		{"expired code", store.Grant{Code: expired(start.Add(-time.Minute)), ModifiedAt: start}, false},
		{"code dead for a day", store.Grant{Code: expired(start.Add(-day))}, true},
		{"live refresh token", store.Grant{Access: expired(start.Add(-2 * day)), Refresh: expired(start.Add(time.Minute))}, false},
		{"expired access token", store.Grant{Access: expired(start.Add(-time.Minute))}, false},
		{"all dead for a day", store.Grant{Code: expired(start.Add(-2 * day)), Access: expired(start.Add(-2 * day)), Refresh: expired(start.Add(-day))}, true},
		{"live old token", store.Grant{Access: expired(start.Add(-2 * day)), OldAccess: []store.Token{*expired(start.Add(time.Hour))}}, false},
	} {
		tt.grant.GrantKey = key("u", tt.name)
		must[store.Grant](t)(s.PutGrant(ctx(t), tt.grant))
		n := must[int](t)(s.Sweep(ctx(t), start))
		_, err := s.Grant(ctx(t), tt.grant.GrantKey)
		if (n == 1) != tt.goes || errors.Is(err, store.ErrNotFound) != tt.goes {
			t.Errorf("%s: %d rows went, then: %v; want it gone: %t", tt.name, n, err, tt.goes)
		}
	}
	_, err := s.GrantByToken(ctx(t), store.ConsentState, "2")
	failsWith(t, "consent state of a swept grant", err, store.ErrNotFound)
}

// docs/portal/identity.md §11: the portal's cache knows deleted apps for five minutes.
func testSweepApps(t *testing.T, s store.Store) {
	gone := app("gone", start)
	gone.GoneAt = start
	ok(t, s.CreateApp(ctx(t), gone))
	ok(t, s.CreateApp(ctx(t), app("here", start)))
	must[store.Consent](t)(s.AddConsent(ctx(t), "u", "gone", []string{"openid"}, start))
	must[int](t)(s.Sweep(ctx(t), start.Add(5*time.Minute-time.Nanosecond)))
	must[store.App](t)(s.App(ctx(t), "gone"))
	must[int](t)(s.Sweep(ctx(t), start.Add(5*time.Minute)))
	_, err := s.App(ctx(t), "gone")
	failsWith(t, "app gone for five minutes", err, store.ErrNotFound)
	_, err = s.Consent(ctx(t), "u", "gone")
	failsWith(t, "consent to an app that is gone", err, store.ErrNotFound)
	must[store.App](t)(s.App(ctx(t), "here"))
}

// fill writes one row or more of everything.
func fill(t testing.TB, s store.Store) {
	t.Helper()
	ok(t, s.PutTenant(ctx(t), store.Tenant{ID: 1, Hosts: []string{"127.0.0.1"}, Name: "One", CreatedAt: start}))
	ok(t, s.PutUser(ctx(t), user(1, 1, "a@x.test")))
	ok(t, s.PutUser(ctx(t), user(2, 1, "a@x.test")))
	nameless := app("without description", start)
	nameless.Description = nil
	ok(t, s.CreateApp(ctx(t), app("11111111-1111-4111-8111-abcdefabcdef", start)))
	ok(t, s.CreateApp(ctx(t), nameless))
	must[store.Grant](t)(s.PutGrant(ctx(t), fullGrant(key("u", "a"), "-1")))
	must[store.Grant](t)(s.PutGrant(ctx(t), store.Grant{GrantKey: key("u", "b")}))
	must[store.Consent](t)(s.AddConsent(ctx(t), "u", "a", []string{"openid"}, start))
	ok(t, s.PutSession(ctx(t), store.Session{Token: "s", TenantID: 1, UserID: "u", CreatedAt: start, ExpiresAt: start.Add(time.Hour)}))
	used := link("used")
	used.UsedAt = start
	ok(t, s.PutLink(ctx(t), link("k")))
	ok(t, s.PutLink(ctx(t), used))
	ok(t, s.PutKey(ctx(t), store.Key{ID: "k", Private: []byte{1}, CreatedAt: start}))
	ok(t, s.PutGroup(ctx(t), store.Group{ID: "g", TenantID: 1, Name: "G", Members: []string{"u"}}))
	must[int64](t)(s.PutFolder(ctx(t), folder(1, 40, "room")))
	blob, size, err := s.PutBlob(ctx(t), strings.NewReader("content"))
	ok(t, err)
	must[int64](t)(s.PutFile(ctx(t), store.File{TenantID: 1, FolderID: 40, Title: "f", Blob: blob, Size: size, CreatedAt: start}))
}

func testSnapshotAndRestore(t *testing.T, s store.Store) {
	fill(t, s)
	snapshot := must[*store.Snapshot](t)(s.Snapshot(ctx(t)))
	want := sorted(t, snapshot)
	lastID := max(want.Folders[0].ID, want.Files[0].ID)

	// Change, add and remove one of everything.
	ok(t, s.PutTenant(ctx(t), store.Tenant{ID: 1, Hosts: []string{"localhost"}}))
	moved := user(1, 1, "moved@x.test")
	ok(t, s.PutUser(ctx(t), moved))
	ok(t, s.DeleteUser(ctx(t), 2, moved.ID))
	ok(t, s.DeleteApp(ctx(t), "without description"))
	ok(t, s.CreateApp(ctx(t), app("new", start)))
	stale := must[store.Grant](t)(s.PutGrant(ctx(t), fullGrant(key("u", "a"), "-2")))
	must[int](t)(s.DeleteConsents(ctx(t), "", ""))
	ok(t, s.DeleteSession(ctx(t), "s"))
	must[store.Link](t)(s.UseLink(ctx(t), "k", start))
	ok(t, s.DeleteKey(ctx(t), "k"))
	ok(t, s.DeleteGroup(ctx(t), 1, "g"))
	ok(t, s.DeleteFolder(ctx(t), 1, want.Folders[0].ID))
	ok(t, s.DeleteBlob(ctx(t), want.Files[0].Blob))
	must[int64](t)(s.PutFile(ctx(t), store.File{TenantID: 1, Title: "new"}))

	ok(t, s.Restore(ctx(t), snapshot))
	got := sorted(t, must[*store.Snapshot](t)(s.Snapshot(ctx(t))))
	got.LastID, want.LastID = 0, 0
	equal(t, "after the restore", got, want)
	// What leads to rows is back too.
	equal(t, "by token", must[store.Grant](t)(s.GrantByToken(ctx(t), store.RefreshToken, "old-refresh-1")), fullGrant(key("u", "a"), "-1"))
	_, err := s.GrantByToken(ctx(t), store.RefreshToken, "refresh-2")
	failsWith(t, "token from after the snapshot", err, store.ErrNotFound)
	must[store.User](t)(s.UserByEmail(ctx(t), 1, "A@x.test"))
	_, err = s.UserByEmail(ctx(t), 1, "moved@x.test")
	failsWith(t, "e-mail from after the snapshot", err, store.ErrNotFound)
	must[store.App](t)(s.App(ctx(t), "11111111-1111-4111-8111-ABCDEFABCDEF"))
	must[store.Tenant](t)(s.TenantByHost(ctx(t), "127.0.0.1"))
	blob := must[io.ReadSeekCloser](t)(s.OpenBlob(ctx(t), want.Files[0].Blob))
	equal(t, "blob", string(must[[]byte](t)(io.ReadAll(blob))), "content")
	ok(t, blob.Close())

	if id := must[int64](t)(s.PutFolder(ctx(t), folder(1, 40, "next"))); id <= lastID {
		t.Errorf("after the restore a folder got the number %d, which was taken", id)
	}
	_, err = s.SwapGrant(ctx(t), stale)
	failsWith(t, "swap of a grant read before the restore", err, store.ErrConflict)
}

func testSnapshotStandsStill(t *testing.T, s store.Store) {
	fill(t, s)
	snapshot := must[*store.Snapshot](t)(s.Snapshot(ctx(t)))
	want := sorted(t, snapshot)
	must[store.Grant](t)(s.PutGrant(ctx(t), fullGrant(key("u", "a"), "-2")))
	_, err := s.UpdateApp(ctx(t), "without description", func(a *store.App) error {
		a.Scopes[0], a.Name = "changed", "changed"
		return nil
	})
	ok(t, err)
	must[store.Consent](t)(s.AddConsent(ctx(t), "u", "a", []string{"more"}, start))
	ok(t, s.DeleteBlob(ctx(t), want.Files[0].Blob))
	equal(t, "snapshot after changes", sorted(t, snapshot), want)

	// Restoring it and changing what is restored leaves it as it was, too.
	ok(t, s.Restore(ctx(t), snapshot))
	_, err = s.UpdateApp(ctx(t), "without description", func(a *store.App) error { a.Scopes[0] = "changed"; return nil })
	ok(t, err)
	_, _, err = s.PutBlob(ctx(t), strings.NewReader("new"))
	ok(t, err)
	equal(t, "snapshot after it was restored and changed", sorted(t, snapshot), want)
}

func testRestoreEmpty(t *testing.T, s store.Store) {
	fill(t, s)
	ok(t, s.Restore(ctx(t), &store.Snapshot{}))
	isEmpty(t, s)
	fill(t, s) // and it can be written to
}

func testClear(t *testing.T, s store.Store) {
	fill(t, s)
	ok(t, s.Clear(ctx(t)))
	isEmpty(t, s)
	_, err := s.GrantByToken(ctx(t), store.AccessToken, "access-1")
	failsWith(t, "token after Clear", err, store.ErrNotFound)
	fill(t, s)
}

func isEmpty(t *testing.T, s store.Store) {
	t.Helper()
	got := *must[*store.Snapshot](t)(s.Snapshot(ctx(t)))
	got.LastID = 0
	equal(t, "an empty store", got, store.Snapshot{})
}

func testNothingIsNotFound(t *testing.T, s store.Store) {
	_, tenant := s.Tenant(ctx(t), 1)
	_, user := s.User(ctx(t), 1, "x")
	_, grant := s.Grant(ctx(t), key("u", "a"))
	_, session := s.Session(ctx(t), "x")
	_, link := s.Link(ctx(t), "x")
	_, group := s.Group(ctx(t), 1, "x")
	_, folder := s.Folder(ctx(t), 1, 1)
	_, file := s.File(ctx(t), 1, 1)
	_, blob := s.OpenBlob(ctx(t), "x")
	for what, err := range map[string]error{
		"tenant": tenant, "user": user, "grant": grant, "session": session, "link": link, "group": group, "folder": folder, "file": file, "blob": blob,
		"delete session": s.DeleteSession(ctx(t), "x"), "delete group": s.DeleteGroup(ctx(t), 1, "x"), "delete folder": s.DeleteFolder(ctx(t), 1, 1),
		"delete file": s.DeleteFile(ctx(t), 1, 1), "delete blob": s.DeleteBlob(ctx(t), "x"),
	} {
		failsWith(t, what, err, store.ErrNotFound)
	}
}

// Readers, writers, snapshots and sweeps at once: for the race detector, and for
// a store that locks itself out.
func testEverythingInParallel(t *testing.T, s store.Store) {
	fill(t, s)
	together(12, func(i int) {
		for n := range 15 {
			name := fmt.Sprintf("%d-%d", i, n)
			g, err := s.PutGrant(ctx(t), fullGrant(key("u"+name, "a"), name))
			if err != nil {
				t.Error(err)
			}
			g.Access = token("next" + name)
			_, swapErr := s.SwapGrant(ctx(t), g)
			_, findErr := s.GrantByToken(ctx(t), store.AccessToken, "next"+name)
			_, listErr := s.ListGrants(ctx(t), store.GrantQuery{UserID: "u" + name})
			_, userErr := s.UserByEmail(ctx(t), 1, "a@x.test")
			_, snapErr := s.Snapshot(ctx(t))
			_, sweepErr := s.Sweep(ctx(t), start)
			if err := errors.Join(swapErr, findErr, listErr, userErr, snapErr, sweepErr, s.CreateApp(ctx(t), app(name, start))); err != nil {
				t.Error(err)
			}
		}
	})
}
