package backend

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"docspace-oauth/mockdocspace/internal/store"
)

// Seed gives a portal something to look at: each user's My documents (guests
// have none) with a note in it, the root of all rooms, two rooms with members,
// and one group. The first of users counts as the one who set things up. The
// tenant and users must be in the store; users get their folder's number.
// What is there already is left alone.
func Seed(ctx context.Context, s store.Store, tenant store.Tenant, users []store.User, now time.Time) error {
	if len(users) == 0 {
		return nil
	}
	for _, u := range users {
		if u.Type == store.TypeGuest {
			continue
		}
		if err := seedDocuments(ctx, s, u, now); err != nil {
			return fmt.Errorf("seed documents of %s: %w", u.Email, err)
		}
	}
	if err := seedRooms(ctx, s, tenant, users, now); err != nil {
		return fmt.Errorf("seed rooms of portal %d: %w", tenant.ID, err)
	}
	if err := seedGroup(ctx, s, tenant, users); err != nil {
		return fmt.Errorf("seed group of portal %d: %w", tenant.ID, err)
	}
	return nil
}

func seedDocuments(ctx context.Context, s store.Store, u store.User, now time.Time) error {
	root, err := ensureRoot(ctx, s, store.Folder{
		TenantID: u.TenantID, Root: store.RootMy, Title: "My documents", OwnerID: u.ID,
		CreatedBy: u.ID, CreatedAt: now, UpdatedBy: u.ID, UpdatedAt: now,
	})
	if err != nil {
		return err
	}
	if u.MyFolderID != root.ID {
		u.MyFolderID = root.ID
		if err := s.PutUser(ctx, u); err != nil {
			return err
		}
	}
	text := "Hello " + u.DisplayName() + ",\n\nwhat you put here is yours alone. Shared work belongs into a room.\n"
	return seedFile(ctx, s, root, "Welcome.txt", text, u.ID, now)
}

// seedFile adds a text file to a folder without files.
func seedFile(ctx context.Context, s store.Store, at store.Folder, title, text, by string, now time.Time) error {
	there, err := s.Files(ctx, at.TenantID, at.ID)
	if err != nil || len(there) > 0 {
		return err
	}
	blob, size, err := s.PutBlob(ctx, strings.NewReader(text))
	if err != nil {
		return err
	}
	_, err = s.PutFile(ctx, store.File{
		TenantID: at.TenantID, FolderID: at.ID, Root: at.Root, Title: title, Blob: blob, Size: size, Version: 1,
		CreatedBy: by, CreatedAt: now, UpdatedBy: by, UpdatedAt: now,
	})
	return err
}

func seedRooms(ctx context.Context, s store.Store, tenant store.Tenant, users []store.User, now time.Time) error {
	root, err := ensureRoot(ctx, s, store.Folder{TenantID: tenant.ID, Root: store.RootRooms, Title: "Rooms", CreatedAt: now, UpdatedAt: now})
	if err != nil {
		return err
	}
	if there, err := s.Folders(ctx, tenant.ID, root.ID); err != nil || len(there) > 0 {
		return err
	}
	host := users[0].ID
	rooms := []struct {
		title, file, text, color string
		kind                     store.RoomType
		tags                     []string
		guests                   bool
	}{
		{"Autumn catalogue", "Outline.txt", "1. Cover\n2. New products\n3. Prices\n", "4781D1", store.RoomEditing, []string{"marketing"}, false},
		{"Supplier Northwind", "Questions.txt", "Delivery in week 40?\n", "FF9933", store.RoomCustom, []string{"suppliers"}, true},
	}
	for _, r := range rooms {
		f := store.Folder{
			TenantID: tenant.ID, ParentID: root.ID, RootID: root.ID, Root: store.RootRooms, RoomType: r.kind, Title: r.title,
			CreatedBy: host, CreatedAt: now, UpdatedBy: host, UpdatedAt: now, Tags: r.tags, Color: r.color,
			Members: map[string]store.Access{host: store.AccessRoomManager},
		}
		for _, u := range users[1:] {
			switch {
			case u.Type == store.TypeGuest && r.guests:
				f.Members[u.ID] = store.AccessRead
			case u.Type == store.TypeRoomAdmin:
				f.Members[u.ID] = store.AccessRoomManager
			case u.Type == store.TypeUser && r.guests:
				f.Members[u.ID] = store.AccessEditing
			case u.Type == store.TypeUser:
				f.Members[u.ID] = store.AccessCreator
			}
		}
		if f.ID, err = s.PutFolder(ctx, f); err != nil {
			return err
		}
		if err := seedFile(ctx, s, f, r.file, r.text, host, now); err != nil {
			return err
		}
	}
	return nil
}

// seedGroup makes one group of all who are no guests; its id is the same at each start.
func seedGroup(ctx context.Context, s store.Store, tenant store.Tenant, users []store.User) error {
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte("group of portal "+strconv.FormatInt(tenant.ID, 10))).String()
	g := store.Group{ID: id, TenantID: tenant.ID, Name: "Editors", ManagerID: users[0].ID}
	for _, u := range users {
		if u.Type != store.TypeGuest {
			g.Members = append(g.Members, u.ID)
		}
	}
	return s.PutGroup(ctx, g)
}
