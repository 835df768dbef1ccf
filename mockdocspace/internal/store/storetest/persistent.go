package storetest

import (
	"bytes"
	"io"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// RunPersistent tests that the stores that open returns outlive their closing.
// They keep what they have in folder; the test closes them.
func RunPersistent(t *testing.T, open func(t *testing.T, folder string) store.Store) {
	for name, test := range map[string]func(t *testing.T, open func() store.Store){
		"EverythingIsKept":      testEverythingIsKept,
		"DeletionsAreKept":      testDeletionsAreKept,
		"SwapAfterRestart":      testSwapAfterRestart,
		"NumbersGoOn":           testNumbersGoOn,
		"UnfinishedUploadsGo":   testUnfinishedUploadsGo,
		"RestoredIsKept":        testRestoredIsKept,
		"ClosedStoreSaysSo":     testClosedStoreSaysSo,
		"ClearedStoreIsCleared": testClearedStoreIsCleared,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			test(t, func() store.Store { return open(t, folder) })
		})
	}
}

// Fill writes one row or more of everything into an empty store.
func Fill(t testing.TB, s store.Store) {
	t.Helper()
	fill(t, s)
}

// IsFilled tests that a store has what Fill writes, and nothing else.
func IsFilled(t testing.TB, s store.Store) {
	t.Helper()
	model := store.NewMemory()
	fill(t, model)
	sameContent(t, s, model)
}

func sameContent(t testing.TB, got, want store.Store) {
	t.Helper()
	g, w := sorted(t, must[*store.Snapshot](t)(got.Snapshot(ctx(t)))), sorted(t, must[*store.Snapshot](t)(want.Snapshot(ctx(t))))
	if g.LastID < w.LastID {
		t.Errorf("last number %d, want %d or more", g.LastID, w.LastID)
	}
	g.LastID, w.LastID = 0, 0
	equal(t, "everything", g, w)
}

// putLargeFile adds a file whose content is too large to be kept in memory.
func putLargeFile(t testing.TB, s store.Store) (store.File, []byte) {
	t.Helper()
	data := bytes.Repeat([]byte("large content\x00\xff"), 200_000)
	blob, size, err := s.PutBlob(ctx(t), bytes.NewReader(data))
	ok(t, err)
	f := store.File{TenantID: 1, FolderID: 40, Title: "large", Blob: blob, Size: size, CreatedAt: start}
	f.ID = must[int64](t)(s.PutFile(ctx(t), f))
	return f, data
}

func read(t testing.TB, s store.Store, blob string) []byte {
	t.Helper()
	r := must[io.ReadSeekCloser](t)(s.OpenBlob(ctx(t), blob))
	data := must[[]byte](t)(io.ReadAll(r))
	ok(t, r.Close())
	return data
}

func testEverythingIsKept(t *testing.T, open func() store.Store) {
	s := open()
	fill(t, s)
	file, data := putLargeFile(t, s)
	before := store.NewMemory()
	ok(t, before.Restore(ctx(t), must[*store.Snapshot](t)(s.Snapshot(ctx(t)))))
	for range 2 {
		ok(t, s.Close())
		s = open()
		sameContent(t, s, before)
		if !bytes.Equal(read(t, s, file.Blob), data) {
			t.Error("the large file's content has changed")
		}
		for _, p := range tokenPrefixes {
			equal(t, p.prefix, must[store.Grant](t)(s.GrantByToken(ctx(t), p.kind, p.prefix+"-1")), fullGrant(key("u", "a"), "-1"))
		}
		must[store.Tenant](t)(s.TenantByHost(ctx(t), "127.0.0.1"))
		must[store.User](t)(s.UserByEmail(ctx(t), 1, "A@X.test"))
		must[store.App](t)(s.App(ctx(t), "11111111-1111-4111-8111-ABCDEFABCDEF"))
		must[store.Session](t)(s.Session(ctx(t), "s"))
		_, err := s.UseLink(ctx(t), "used", start)
		failsWith(t, "link used before the restart", err, store.ErrConflict)
	}
	ok(t, s.Close())
}

func testDeletionsAreKept(t *testing.T, open func() store.Store) {
	s := open()
	fill(t, s)
	file, _ := putLargeFile(t, s)
	ok(t, s.DeleteBlob(ctx(t), file.Blob))
	ok(t, s.DeleteFile(ctx(t), 1, file.ID))
	ok(t, s.DeleteApp(ctx(t), "without description"))
	must[int](t)(s.DeleteGrants(ctx(t), store.GrantFilter{UserID: "u", AppID: "a"}))
	must[int](t)(s.DeleteConsents(ctx(t), "", ""))
	ok(t, s.DeleteSession(ctx(t), "s"))
	ok(t, s.DeleteUser(ctx(t), 2, user(2, 1, "").ID))
	ok(t, s.Close())
	s = open()
	got := must[*store.Snapshot](t)(s.Snapshot(ctx(t)))
	counts := []int{len(got.Files), len(got.Blobs), len(got.Apps), len(got.Grants), len(got.Consents), len(got.Sessions), len(got.Users)}
	equal(t, "files, blobs, apps, grants, consents, sessions, users", counts, []int{1, 1, 1, 1, 0, 0, 1})
	_, err := s.GrantByToken(ctx(t), store.RefreshToken, "refresh-1")
	failsWith(t, "token of a deleted grant", err, store.ErrNotFound)
	ok(t, s.Close())
}

// A row that was read before a restart is still the same one, or it is not.
func testSwapAfterRestart(t *testing.T, open func() store.Store) {
	s := open()
	old := must[store.Grant](t)(s.PutGrant(ctx(t), fullGrant(key("u", "a"), "-1")))
	ok(t, s.Close())
	s = open()
	fresh := must[store.Grant](t)(s.SwapGrant(ctx(t), old))
	_, err := s.SwapGrant(ctx(t), old)
	failsWith(t, "second swap", err, store.ErrConflict)
	must[int](t)(s.DeleteGrants(ctx(t), store.GrantFilter{}))
	ok(t, s.Close())
	s = open()
	for range 3 {
		must[store.Grant](t)(s.PutGrant(ctx(t), fullGrant(key("u", "a"), "-2")))
		for _, stale := range []store.Grant{old, fresh} {
			_, err := s.SwapGrant(ctx(t), stale)
			failsWith(t, "swap of a row made anew after the restart", err, store.ErrConflict)
		}
	}
	ok(t, s.Close())
}

func testNumbersGoOn(t *testing.T, open func() store.Store) {
	s := open()
	last := must[int64](t)(s.PutFolder(ctx(t), folder(1, 40, "f")))
	ok(t, s.DeleteFolder(ctx(t), 1, last))
	ok(t, s.Close())
	s = open()
	if id := must[int64](t)(s.PutFolder(ctx(t), folder(1, 40, "f"))); id <= last {
		t.Errorf("number %d was given to another folder before the restart", id)
	}
	ok(t, s.Close())
}

// Content without a file is what a kill left of an upload.
func testUnfinishedUploadsGo(t *testing.T, open func() store.Store) {
	s := open()
	small, _, err := s.PutBlob(ctx(t), bytes.NewReader([]byte("small")))
	ok(t, err)
	file, data := putLargeFile(t, s)
	large, _, err := s.PutBlob(ctx(t), bytes.NewReader(data))
	ok(t, err)
	ok(t, s.Close())
	s = open()
	for _, id := range []string{small, large} {
		_, err := s.OpenBlob(ctx(t), id)
		failsWith(t, "content without a file", err, store.ErrNotFound)
	}
	if !bytes.Equal(read(t, s, file.Blob), data) {
		t.Error("a file's content went with what was swept")
	}
	ok(t, s.Close())
}

func testRestoredIsKept(t *testing.T, open func() store.Store) {
	s := open()
	fill(t, s)
	file, data := putLargeFile(t, s)
	own := must[*store.Snapshot](t)(s.Snapshot(ctx(t)))
	ok(t, s.Clear(ctx(t)))
	ok(t, s.Restore(ctx(t), own)) // its files were removed by then
	ok(t, s.Restore(ctx(t), own)) // and now they are there
	ok(t, s.Close())
	s = open()
	if !bytes.Equal(read(t, s, file.Blob), data) {
		t.Error("the content of the store's own snapshot has changed")
	}

	other := store.NewMemory()
	fill(t, other)
	file, data = putLargeFile(t, other)
	ok(t, s.Restore(ctx(t), must[*store.Snapshot](t)(other.Snapshot(ctx(t)))))
	ok(t, other.Close())
	ok(t, s.Close())
	s = open()
	if !bytes.Equal(read(t, s, file.Blob), data) {
		t.Error("the content of another store's snapshot has changed")
	}
	ok(t, s.Clear(ctx(t)))
	ok(t, s.Close())
}

func testClosedStoreSaysSo(t *testing.T, open func() store.Store) {
	s := open()
	fill(t, s)
	ok(t, s.Close())
	ok(t, s.Close())
	_, session := s.Session(ctx(t), "s")
	_, grant := s.PutGrant(ctx(t), fullGrant(key("u", "a"), ""))
	_, snapshot := s.Snapshot(ctx(t))
	for what, err := range map[string]error{
		"read": session, "write": grant, "snapshot": snapshot,
		"single write": s.PutSession(ctx(t), store.Session{Token: "x", ExpiresAt: start.Add(time.Hour)}),
	} {
		if err == nil {
			t.Errorf("%s after Close went well", what)
		}
	}
}

func testClearedStoreIsCleared(t *testing.T, open func() store.Store) {
	s := open()
	fill(t, s)
	putLargeFile(t, s)
	ok(t, s.Clear(ctx(t)))
	ok(t, s.Close())
	s = open()
	isEmpty(t, s)
	ok(t, s.Close())
}
