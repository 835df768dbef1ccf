package mockdocspace

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/internal/backend"
	"docspace-oauth/mockdocspace/internal/store"
)

// roomTypes and accesses are what the names of the configuration mean
// (docs/portal/backend-api.md §3.4).
var (
	roomTypes = map[string]store.RoomType{
		"filling-forms": store.RoomFillingForms, "editing": store.RoomEditing, "custom": store.RoomCustom,
		"public": store.RoomPublic, "virtual-data": store.RoomVirtualData, "ai": store.RoomAI,
	}
	accesses = map[string]store.Access{
		"room-manager": store.AccessRoomManager, "content-creator": store.AccessCreator, "read-write": store.AccessReadWrite,
		"editing": store.AccessEditing, "review": store.AccessReview, "comment": store.AccessComment,
		"fill-forms": store.AccessFillForms, "read": store.AccessRead,
	}
)

// company lays down what is configured to lie on a portal.
type company struct {
	backend.Seeds
	users   []store.User
	byEmail map[string]store.User // lower-case address
}

func newCompany(s store.Store, tenant store.Tenant, users []store.User, now time.Time) company {
	c := company{Seeds: backend.Seeds{Store: s, Tenant: tenant.ID, Now: now}, users: users, byEmail: map[string]store.User{}}
	for _, user := range users {
		c.byEmail[strings.ToLower(user.Email)] = user
	}
	return c
}

// person is the id of the user of that address.
func (c company) person(email string) (string, error) {
	user, ok := c.byEmail[strings.ToLower(email)]
	if !ok {
		return "", optionError("%q is no user of portal %d: name one of its users", email, c.Tenant)
	}
	return user.ID, nil
}

// personOr is person, or fallback where nobody is named.
func (c company) personOr(email, fallback string) (string, error) {
	if email == "" {
		return fallback, nil
	}
	return c.person(email)
}

// lay seeds groups, rooms and everybody's documents.
func (c company) lay(ctx context.Context, portal config.Portal, owner string) error {
	for i, user := range c.users {
		if err := c.documents(ctx, user, portal.Users[i].Documents); err != nil {
			return err
		}
	}
	for _, group := range portal.Groups {
		if err := c.group(ctx, group, owner); err != nil {
			return fmt.Errorf("group %q: %w", group.Name, err)
		}
	}
	for _, room := range portal.Rooms {
		if err := c.room(ctx, room, owner); err != nil {
			return fmt.Errorf("room %q: %w", room.Title, err)
		}
	}
	return nil
}

func (c company) group(ctx context.Context, group config.Group, owner string) error {
	row := store.Group{ID: groupID(c.Tenant, group), TenantID: c.Tenant, Name: group.Name}
	var err error
	if row.ManagerID, err = c.personOr(group.Manager, owner); err != nil {
		return err
	}
	for _, email := range group.Members {
		member, err := c.person(email)
		if err != nil {
			return err
		}
		row.Members = append(row.Members, member)
	}
	return c.Store.PutGroup(ctx, row)
}

// groupID is the one given, or one that is the same at each start.
func groupID(portal int64, group config.Group) string {
	if group.ID != "" {
		return strings.ToLower(group.ID)
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "%d/%s", portal, strings.ToLower(group.Name))).String()
}

// documents seeds a user's My documents; guests have none.
func (c company) documents(ctx context.Context, user store.User, contents *config.Contents) error {
	if user.Type == store.TypeGuest {
		return nil
	}
	at, err := c.Documents(ctx, user)
	if err == nil && contents != nil {
		err = c.contents(ctx, at, *contents, user.ID)
	}
	if err != nil {
		return fmt.Errorf("documents of %s: %w", user.Email, err)
	}
	return nil
}

func (c company) room(ctx context.Context, room config.Room, owner string) error {
	row := store.Folder{
		Title: room.Title, RoomType: roomTypes[room.Type], Tags: room.Tags, Color: room.Color, Private: room.Private,
		Indexing: room.Indexing, DenyDownload: room.DenyDownload, Members: map[string]store.Access{},
	}
	if row.RoomType == 0 {
		return optionError("type %q is no kind of room: use %s", room.Type, strings.Join(config.RoomTypes(), ", "))
	}
	var err error
	if row.CreatedBy, err = c.personOr(room.CreatedBy, owner); err != nil {
		return err
	}
	for _, member := range room.Members {
		user, err := c.person(member.User)
		switch {
		case err != nil:
			return err
		case accesses[member.Access] == store.AccessNone:
			return optionError("access %q is no right: use %s", member.Access, strings.Join(config.AccessNames(), ", "))
		}
		row.Members[user] = accesses[member.Access]
	}
	at, err := c.Room(ctx, row, room.Archived)
	if err != nil {
		return err
	}
	return c.contents(ctx, at, room.Contents, row.CreatedBy)
}

func (c company) contents(ctx context.Context, at store.Folder, contents config.Contents, by string) error {
	for _, folder := range contents.Folders {
		inner, err := c.Folder(ctx, at, folder.Title, by)
		if err != nil {
			return err
		}
		if err := c.contents(ctx, inner, folder.Contents, by); err != nil {
			return err
		}
	}
	for _, file := range contents.Files {
		content, err := file.Open()
		if err != nil {
			return optionError("file %q: %v", file.Title, err)
		}
		if err := errors.Join(c.File(ctx, at, file.Title, by, content), content.Close()); err != nil {
			return err
		}
	}
	return nil
}
