package storetest

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"docspace-oauth/mockdocspace/internal/store"
)

func testGroups(t *testing.T, s store.Store) {
	group := func(tenant int64, id, name string) store.Group {
		return store.Group{ID: id, TenantID: tenant, Name: name, ManagerID: "m", Members: []string{"u", "v"}}
	}
	for _, g := range []store.Group{group(1, "1", "Writers"), group(1, "2", "Authors"), group(2, "1", "Elsewhere")} {
		ok(t, s.PutGroup(ctx(t), g))
	}
	equal(t, "group", must[store.Group](t)(s.Group(ctx(t), 1, "1")), group(1, "1", "Writers"))
	equal(t, "by name", must[[]store.Group](t)(s.Groups(ctx(t), 1)), []store.Group{group(1, "2", "Authors"), group(1, "1", "Writers")})
	ok(t, s.DeleteGroup(ctx(t), 1, "1"))
	_, err := s.Group(ctx(t), 1, "1")
	failsWith(t, "deleted group", err, store.ErrNotFound)
	equal(t, "same id elsewhere", must[store.Group](t)(s.Group(ctx(t), 2, "1")), group(2, "1", "Elsewhere"))
}

func folder(tenant, parent int64, title string) store.Folder {
	return store.Folder{
		TenantID: tenant, ParentID: parent, RootID: 1, Root: store.RootRooms, RoomType: store.RoomCustom, Title: title, OwnerID: "o",
		CreatedBy: "m", CreatedAt: start, UpdatedBy: "n", UpdatedAt: start, Tags: []string{"tag"}, Color: "FF0000", Private: true,
		Members: map[string]store.Access{"u": store.AccessEditing, "v": store.AccessNone},
	}
}

func testFolders(t *testing.T, s store.Store) {
	last := int64(0)
	put := func(f store.Folder) store.Folder {
		f.ID = must[int64](t)(s.PutFolder(ctx(t), f))
		if f.ID <= last {
			t.Errorf("id %d after %d", f.ID, last)
		}
		last = f.ID
		return f
	}
	a, b := put(folder(1, 40, "b first")), put(folder(1, 40, "a second"))
	put(folder(1, 41, "other parent"))
	put(folder(2, 40, "other portal"))
	equal(t, "folder", must[store.Folder](t)(s.Folder(ctx(t), 1, a.ID)), a)
	equal(t, "in order of id", must[[]store.Folder](t)(s.Folders(ctx(t), 1, 40)), []store.Folder{a, b})
	_, err := s.Folder(ctx(t), 2, a.ID)
	failsWith(t, "folder of another portal", err, store.ErrNotFound)

	a.Title, a.ParentID = "moved", 41
	if id := must[int64](t)(s.PutFolder(ctx(t), a)); id != a.ID {
		t.Errorf("rewriting folder %d gave id %d", a.ID, id)
	}
	equal(t, "after a move", must[[]store.Folder](t)(s.Folders(ctx(t), 1, 40)), []store.Folder{b})

	chosen := folder(1, 40, "with a chosen id")
	chosen.ID = last + 100
	must[int64](t)(s.PutFolder(ctx(t), chosen))
	last = chosen.ID
	put(folder(1, 40, "after the chosen id"))

	ok(t, s.DeleteFolder(ctx(t), 1, a.ID))
	_, err = s.Folder(ctx(t), 1, a.ID)
	failsWith(t, "deleted folder", err, store.ErrNotFound)
}

func testRootFolders(t *testing.T, s store.Store) {
	root := func(tenant int64, kind store.RootType, owner string) store.Folder {
		f := store.Folder{TenantID: tenant, Root: kind, OwnerID: owner, Title: "root"}
		f.ID = must[int64](t)(s.PutFolder(ctx(t), f))
		f.RootID = f.ID
		return f
	}
	rooms, mine, yours := root(1, store.RootRooms, ""), root(1, store.RootMy, "u"), root(1, store.RootMy, "v")
	elsewhere := root(2, store.RootRooms, "")
	child := store.Folder{TenantID: 1, ParentID: mine.ID, RootID: mine.ID, Root: store.RootMy, OwnerID: "w"}
	must[int64](t)(s.PutFolder(ctx(t), child))
	for _, tt := range []struct {
		tenant int64
		kind   store.RootType
		owner  string
		want   store.Folder
	}{
		{1, store.RootRooms, "", rooms},
		{1, store.RootMy, "u", mine},
		{1, store.RootMy, "v", yours},
		{2, store.RootRooms, "", elsewhere},
	} {
		equal(t, "root", must[store.Folder](t)(s.RootFolder(ctx(t), tt.tenant, tt.kind, tt.owner)), tt.want)
	}
	for _, owner := range []string{"w", ""} {
		_, err := s.RootFolder(ctx(t), 1, store.RootMy, owner)
		failsWith(t, "My documents of "+owner, err, store.ErrNotFound)
	}
}

func testFiles(t *testing.T, s store.Store) {
	file := func(tenant, in int64, title string) store.File {
		f := store.File{
			TenantID: tenant, FolderID: in, Root: store.RootMy, Title: title, Blob: "blob", Size: 12, Version: 3,
			CreatedBy: "m", CreatedAt: start, UpdatedBy: "n", UpdatedAt: start,
		}
		f.ID = must[int64](t)(s.PutFile(ctx(t), f))
		return f
	}
	a, b := file(1, 40, "b.txt"), file(1, 40, "a.txt")
	file(2, 40, "other portal")
	if b.ID <= a.ID {
		t.Errorf("id %d after %d", b.ID, a.ID)
	}
	if f := must[int64](t)(s.PutFolder(ctx(t), folder(1, 40, "x"))); f == a.ID || f == b.ID {
		t.Errorf("a folder got the number %d of a file", f)
	}
	equal(t, "file", must[store.File](t)(s.File(ctx(t), 1, a.ID)), a)
	equal(t, "in order of id", must[[]store.File](t)(s.Files(ctx(t), 1, 40)), []store.File{a, b})
	a.Version, a.FolderID = 4, 41
	must[int64](t)(s.PutFile(ctx(t), a))
	equal(t, "after a move", must[[]store.File](t)(s.Files(ctx(t), 1, 41)), []store.File{a})
	ok(t, s.DeleteFile(ctx(t), 1, a.ID))
	_, err := s.File(ctx(t), 1, a.ID)
	failsWith(t, "deleted file", err, store.ErrNotFound)
}

func testIDsInParallel(t *testing.T, s store.Store) {
	var mu sync.Mutex
	seen := map[int64]bool{}
	together(16, func(i int) {
		for range 20 {
			var id int64
			var err error
			if i%2 == 0 {
				id, err = s.PutFolder(ctx(t), folder(1, 40, "x"))
			} else {
				id, err = s.PutFile(ctx(t), store.File{TenantID: 1, FolderID: 40})
			}
			mu.Lock()
			if err != nil || seen[id] || id == 0 {
				t.Errorf("id %d twice or none (%v)", id, err)
			}
			seen[id] = true
			mu.Unlock()
		}
	})
}

func testBlobs(t *testing.T, s store.Store) {
	content := bytes.Repeat([]byte("content\x00\xff"), 10_000)
	id, size, err := s.PutBlob(ctx(t), iotest.OneByteReader(bytes.NewReader(content)))
	ok(t, err)
	if size != int64(len(content)) {
		t.Errorf("size %d, want %d", size, len(content))
	}
	emptyID, size, err := s.PutBlob(ctx(t), strings.NewReader(""))
	ok(t, err)
	if size != 0 || emptyID == id || emptyID == "" {
		t.Errorf("empty blob: id %q, size %d", emptyID, size)
	}
	blob := must[io.ReadSeekCloser](t)(s.OpenBlob(ctx(t), id))
	if got := must[[]byte](t)(io.ReadAll(blob)); !bytes.Equal(got, content) {
		t.Errorf("read %d bytes that differ from the %d written", len(got), len(content))
	}
	must[int64](t)(blob.Seek(-2, io.SeekEnd))
	equal(t, "the end", must[[]byte](t)(io.ReadAll(blob)), content[len(content)-2:])
	ok(t, blob.Close())
	ok(t, s.DeleteBlob(ctx(t), id))
	_, err = s.OpenBlob(ctx(t), id)
	failsWith(t, "deleted blob", err, store.ErrNotFound)
	empty := must[io.ReadSeekCloser](t)(s.OpenBlob(ctx(t), emptyID))
	if got := must[[]byte](t)(io.ReadAll(empty)); len(got) != 0 {
		t.Errorf("empty blob has %d bytes", len(got))
	}
	ok(t, empty.Close())
}

func testBlobOfFailingReader(t *testing.T, s store.Store) {
	cut := errors.New("the client hung up")
	_, _, err := s.PutBlob(ctx(t), io.MultiReader(strings.NewReader("half of it"), iotest.ErrReader(cut)))
	failsWith(t, "failing reader", err, cut)
	if left := must[*store.Snapshot](t)(s.Snapshot(ctx(t))).Blobs; len(left) != 0 {
		t.Errorf("a failed upload left %d blobs", len(left))
	}
}

// Content beyond what is kept in memory, read by several at once, deleted under a
// reader, and kept by a snapshot.
func testLargeContent(t *testing.T, s store.Store) {
	file, data := putLargeFile(t, s)
	if file.Size != int64(len(data)) {
		t.Errorf("size %d, want %d", file.Size, len(data))
	}
	snapshot := must[*store.Snapshot](t)(s.Snapshot(ctx(t)))
	late := must[io.ReadSeekCloser](t)(s.OpenBlob(ctx(t), file.Blob))
	together(4, func(i int) {
		r, err := s.OpenBlob(ctx(t), file.Blob)
		if err != nil {
			t.Error(err)
			return
		}
		from := int64(i) * 1000
		_, seekErr := r.Seek(from, io.SeekStart)
		got, readErr := io.ReadAll(r)
		if err := errors.Join(seekErr, readErr, r.Close()); err != nil || !bytes.Equal(got, data[from:]) {
			t.Errorf("reader %d: %d bytes that differ (%v)", i, len(got), err)
		}
	})
	ok(t, s.DeleteBlob(ctx(t), file.Blob))
	if got, err := io.ReadAll(late); err != nil || !bytes.Equal(got, data) {
		t.Errorf("content deleted under its reader: %d bytes (%v)", len(got), err)
	}
	ok(t, late.Close())
	ok(t, s.Restore(ctx(t), snapshot))
	if !bytes.Equal(read(t, s, file.Blob), data) {
		t.Error("a snapshot lost the content that was deleted after it")
	}
	cut := errors.New("the client hung up")
	_, _, err := s.PutBlob(ctx(t), io.MultiReader(bytes.NewReader(data), iotest.ErrReader(cut)))
	failsWith(t, "large upload cut short", err, cut)
	if left := must[*store.Snapshot](t)(s.Snapshot(ctx(t))).Blobs; len(left) != 1 {
		t.Errorf("%d blobs after a failed upload, want 1", len(left))
	}
}

// Changing what went in or came out changes nothing in the store.
func testCopies(t *testing.T, s store.Store) {
	tenant, a, g := store.Tenant{ID: 1, Hosts: []string{"h"}}, app("a", start), fullGrant(key("u", "a"), "")
	group, room, k := store.Group{TenantID: 1, ID: "g", Members: []string{"u"}}, folder(1, 40, "room"), store.Key{ID: "k", Private: []byte{1}}
	ok(t, s.PutTenant(ctx(t), tenant))
	ok(t, s.CreateApp(ctx(t), a))
	put := must[store.Grant](t)(s.PutGrant(ctx(t), g))
	consent := must[store.Consent](t)(s.AddConsent(ctx(t), "u", "a", []string{"openid"}, start))
	ok(t, s.PutGroup(ctx(t), group))
	room.ID = must[int64](t)(s.PutFolder(ctx(t), room))
	ok(t, s.PutKey(ctx(t), k))

	before := sorted(t, must[*store.Snapshot](t)(s.Snapshot(ctx(t))))
	spoil := func(tenant store.Tenant, a store.App, grants []store.Grant, c store.Consent, group store.Group, room store.Folder, k store.Key) {
		tenant.Hosts[0], *a.Description, c.Scopes[0], group.Members[0], k.Private[0] = "spoilt", "spoilt", "spoilt", "spoilt", 99
		for _, list := range [][]string{a.OldSecrets, a.RedirectURIs, a.AllowedOrigins, a.Scopes, room.Tags} {
			list[0] = "spoilt"
		}
		room.Members["u"] = store.AccessCreator
		for _, g := range grants {
			g.Requested[0], g.Authorized[0] = "spoilt", "spoilt"
			g.OldAccess[0].Value, g.OldRefresh[0].Scopes[0] = "spoilt", "spoilt"
			for _, token := range []*store.Token{g.Code, g.Access, g.Refresh, g.IDToken} {
				token.Value, token.Scopes[0], token.Invalidated = "spoilt", "spoilt", true
			}
		}
	}
	same := func(what string) {
		t.Helper()
		ok(t, s.PutSession(ctx(t), store.Session{Token: "wake a store that answers from a cache"}))
		ok(t, s.DeleteSession(ctx(t), "wake a store that answers from a cache"))
		equal(t, what, sorted(t, must[*store.Snapshot](t)(s.Snapshot(ctx(t)))), before)
	}
	spoil(tenant, a, []store.Grant{g, put}, consent, group, room, k)
	// The expectation shares nothing with what was spoilt only if the store copied.
	if g := must[store.Grant](t)(s.Grant(ctx(t), key("u", "a"))); g.Access.Value != "access" {
		t.Fatal("changing an argument changed the store")
	}
	same("after spoiling the arguments")
	listed := must[[]store.App](t)(s.ListApps(ctx(t), store.AppQuery{TenantID: 1}))
	updated := must[store.App](t)(s.UpdateApp(ctx(t), "a", func(*store.App) error { return nil }))
	for _, x := range []store.App{must[store.App](t)(s.App(ctx(t), "a")), listed[0], updated} {
		spoil(
			must[store.Tenant](t)(s.TenantByHost(ctx(t), "h")), x,
			append(must[[]store.Grant](t)(s.ListGrants(ctx(t), store.GrantQuery{UserID: "u"})),
				must[store.Grant](t)(s.Grant(ctx(t), key("u", "a"))),
				must[store.Grant](t)(s.GrantByToken(ctx(t), store.AccessToken, "access"))),
			must[store.Consent](t)(s.Consent(ctx(t), "u", "a")), must[store.Group](t)(s.Group(ctx(t), 1, "g")),
			must[store.Folder](t)(s.Folder(ctx(t), 1, room.ID)), must[[]store.Key](t)(s.Keys(ctx(t)))[0],
		)
	}
	spoil(
		must[[]store.Tenant](t)(s.Tenants(ctx(t)))[0], must[store.App](t)(s.App(ctx(t), "a")), nil,
		must[store.Consent](t)(s.AddConsent(ctx(t), "u", "a", nil, start)), must[[]store.Group](t)(s.Groups(ctx(t), 1))[0],
		must[[]store.Folder](t)(s.Folders(ctx(t), 1, 40))[0], must[[]store.Key](t)(s.Keys(ctx(t)))[0],
	)
	same("after spoiling the answers")
}

// sorted puts a snapshot's rows in an order of their own, and its lists and
// content beyond the reach of the store.
func sorted(t testing.TB, s *store.Snapshot) *store.Snapshot {
	out := *s
	out.Blobs = make(map[string]store.Blob, len(s.Blobs))
	for id, blob := range s.Blobs {
		out.Blobs[id] = store.Bytes(content(t, blob))
	}
	out.Tenants, out.Users, out.Apps, out.Grants = slices.Clone(s.Tenants), slices.Clone(s.Users), slices.Clone(s.Apps), slices.Clone(s.Grants)
	for i := range out.Tenants {
		out.Tenants[i].Hosts = slices.Clone(out.Tenants[i].Hosts)
	}
	for i := range out.Apps {
		out.Apps[i] = out.Apps[i].Clone()
	}
	for i := range out.Grants {
		out.Grants[i] = out.Grants[i].Clone()
	}
	sortBy(out.Tenants, func(t store.Tenant) string { return string(rune(t.ID)) })
	sortBy(out.Users, func(u store.User) string { return string(rune(u.TenantID)) + u.ID })
	sortBy(out.Apps, func(a store.App) string { return a.ID })
	sortBy(out.Grants, func(g store.Grant) string { return g.UserID + g.AppID + string(g.Type) })
	out.Consents = sortBy(slices.Clone(s.Consents), func(c store.Consent) string { return c.UserID + c.AppID })
	out.Sessions = sortBy(slices.Clone(s.Sessions), func(s store.Session) string { return s.Token })
	out.Links = sortBy(slices.Clone(s.Links), func(l store.Link) string { return l.Key })
	out.Keys = sortBy(slices.Clone(s.Keys), func(k store.Key) string { return k.ID })
	out.Groups = sortBy(slices.Clone(s.Groups), func(g store.Group) string { return string(rune(g.TenantID)) + g.ID })
	out.Folders = sortBy(slices.Clone(s.Folders), func(f store.Folder) string { return string(rune(f.ID)) })
	out.Files = sortBy(slices.Clone(s.Files), func(f store.File) string { return string(rune(f.ID)) })
	return &out
}

func sortBy[T any](rows []T, name func(T) string) []T {
	slices.SortFunc(rows, func(a, b T) int { return strings.Compare(name(a), name(b)) })
	return rows
}
