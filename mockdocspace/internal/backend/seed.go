package backend

import (
	"context"
	"fmt"
	"io"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// Seeds lays down what a portal holds at the beginning. Titles are taken as they
// are given, and several of the same are not told apart.
type Seeds struct {
	Store  store.Store
	Tenant int64
	Now    time.Time
}

// Documents are a user's My documents, made where they are missing; the user's
// record learns of them.
func (s Seeds) Documents(ctx context.Context, u store.User) (store.Folder, error) {
	root, err := s.root(ctx, store.RootMy, u.ID)
	if err != nil || u.MyFolderID == root.ID {
		return root, err
	}
	u.MyFolderID = root.ID
	return root, s.Store.PutUser(ctx, u)
}

func (s Seeds) root(ctx context.Context, kind store.RootType, owner string) (store.Folder, error) {
	return ensureRoot(ctx, s.Store, store.Folder{
		TenantID: s.Tenant, Root: kind, Title: rootTitles[kind], OwnerID: owner,
		CreatedBy: owner, CreatedAt: s.Now, UpdatedBy: owner, UpdatedAt: s.Now,
	})
}

// Room adds a room; its creator manages it. Where it lies, its number and its
// dates are filled in.
func (s Seeds) Room(ctx context.Context, room store.Folder, archived bool) (store.Folder, error) {
	kind := store.RootRooms
	if archived {
		kind = store.RootArchive
	}
	root, err := s.root(ctx, kind, "")
	if err != nil {
		return room, err
	}
	members := map[string]store.Access{}
	for user, access := range room.Members {
		members[user] = access
	}
	members[room.CreatedBy] = store.AccessRoomManager
	room.Members = members
	if room.Color == "" {
		room.Color = roomColor(byte(len(room.Title)))
	}
	return s.put(ctx, root, room)
}

// Folder adds a folder.
func (s Seeds) Folder(ctx context.Context, in store.Folder, title, by string) (store.Folder, error) {
	return s.put(ctx, in, store.Folder{Title: title, CreatedBy: by})
}

func (s Seeds) put(ctx context.Context, in, f store.Folder) (store.Folder, error) {
	f.TenantID, f.ParentID, f.RootID, f.Root = s.Tenant, in.ID, in.RootID, in.Root
	f.UpdatedBy, f.CreatedAt, f.UpdatedAt = f.CreatedBy, s.Now, s.Now
	var err error
	if f.ID, err = s.Store.PutFolder(ctx, f); err != nil {
		return f, fmt.Errorf("%q: %w", f.Title, err)
	}
	return f, nil
}

// File adds a file with what content gives.
func (s Seeds) File(ctx context.Context, in store.Folder, title, by string, content io.Reader) error {
	blob, size, err := s.Store.PutBlob(ctx, content)
	if err == nil {
		_, err = s.Store.PutFile(ctx, store.File{
			TenantID: s.Tenant, FolderID: in.ID, Root: in.Root, Title: title, Blob: blob, Size: size, Version: 1,
			CreatedBy: by, CreatedAt: s.Now, UpdatedBy: by, UpdatedAt: s.Now,
		})
	}
	if err != nil {
		return fmt.Errorf("%q: %w", title, err)
	}
	return nil
}
