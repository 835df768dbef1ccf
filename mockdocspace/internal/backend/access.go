package backend

import (
	"context"
	"errors"
	"fmt"

	"docspace-oauth/mockdocspace/internal/store"
)

// right is what a user may do with a folder and what lies in it.
type right struct {
	access store.Access // as the API shows it; 0 is also the owner's
	read   bool
	create bool // new entries in the folder
	write  bool // change and delete entries
	manage bool // the room itself: title, members, archive
}

// rightTo derives a user's right to a folder from where it lies: everybody has
// his own documents, rooms are open to their members, and to administrators all.
// path leads from the root to the folder.
func rightTo(u store.User, path []store.Folder) right {
	if u.ID == "" || len(path) == 0 {
		return right{}
	}
	root := path[0]
	if root.Root == store.RootMy || root.Root == store.RootTrash {
		mine := root.OwnerID == u.ID
		return right{read: mine, create: mine, write: mine, manage: mine}
	}
	if len(path) == 1 { // rooms are made by an endpoint of their own, the other roots only show what lies elsewhere
		return right{read: true}
	}
	room := path[1]
	full := u.IsAdmin() || room.CreatedBy == u.ID
	access := room.Members[u.ID]
	r := right{access: access, read: full || access != store.AccessNone}
	if full {
		r.access = store.AccessNone
	}
	r.manage = full || access == store.AccessRoomManager
	if root.Root == store.RootArchive {
		return r // archived rooms are read only
	}
	r.create = r.manage || access == store.AccessCreator || access == store.AccessReadWrite
	r.write = r.create || access == store.AccessEditing
	return r
}

// pathTo leads from the root to the folder.
func (a *api) pathTo(ctx context.Context, f store.Folder) ([]store.Folder, error) {
	path := []store.Folder{f}
	for f.ParentID != 0 {
		parent, err := a.Store.Folder(ctx, f.TenantID, f.ParentID)
		if err != nil {
			return nil, fmt.Errorf("parent of folder %d: %w", f.ID, err)
		}
		f = parent
		path = append([]store.Folder{f}, path...)
		if len(path) > 100 {
			return nil, fmt.Errorf("folder %d lies too deep", f.ID)
		}
	}
	return path, nil
}

// place is a folder with its path and what the caller may do there.
type place struct {
	store.Folder
	path  []store.Folder
	right right
}

// place finds a folder; without one the API's own 404.
func (a *api) place(c *call, id int64) (place, error) {
	f, err := a.Store.Folder(c.Context(), c.tenant(), id)
	if err != nil {
		return place{}, missing(err, errNoFolder)
	}
	path, err := a.pathTo(c.Context(), f)
	if err != nil {
		return place{}, missing(err, errNoFolder) // its parent went in between
	}
	return place{Folder: f, path: path, right: rightTo(c.user(), path)}, nil
}

// rootTitles are English; but for "My documents" their wording is a guess.
var rootTitles = map[store.RootType]string{
	store.RootMy: "My documents", store.RootShare: "Shared with me", store.RootFavorites: "Favorites", store.RootRecent: "Recent",
	store.RootTemplates: "Templates", store.RootRooms: "Rooms", store.RootArchive: "Archive", store.RootTrash: "Trash",
}

// root is a folder that exists from the beginning; it is made when first asked for.
func (a *api) root(c *call, root store.RootType) (place, error) {
	owner, title := "", rootTitles[root]
	if root == store.RootMy || root == store.RootTrash {
		owner = c.user().ID
	}
	a.creations.Lock()
	defer a.creations.Unlock()
	f, err := ensureRoot(c.Context(), a.Store, store.Folder{
		TenantID: c.tenant(), Root: root, Title: title, OwnerID: owner, CreatedBy: owner, UpdatedBy: owner,
		CreatedAt: a.Clock.Now(), UpdatedAt: a.Clock.Now(),
	})
	if err != nil {
		return place{}, err
	}
	path := []store.Folder{f}
	return place{Folder: f, path: path, right: rightTo(c.user(), path)}, nil
}

// ensureRoot returns the root folder of that type and owner, made after fresh
// when there is none. Callers keep others from doing the same at once.
func ensureRoot(ctx context.Context, s store.Store, fresh store.Folder) (store.Folder, error) {
	f, err := s.RootFolder(ctx, fresh.TenantID, fresh.Root, fresh.OwnerID)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return f, err
	}
	if fresh.ID, err = s.PutFolder(ctx, fresh); err != nil {
		return store.Folder{}, err
	}
	fresh.RootID = fresh.ID
	_, err = s.PutFolder(ctx, fresh)
	return fresh, err
}

// myDocuments is the caller's own root; guests have none unless one was made
// for them (§3.5).
func (a *api) myDocuments(c *call) (place, error) {
	if u := c.user(); u.Type == store.TypeGuest && u.MyFolderID == 0 {
		return place{}, errNoFolder
	}
	return a.root(c, store.RootMy)
}
