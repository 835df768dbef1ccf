package backend

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"docspace-oauth/mockdocspace/internal/store"
)

// seedCompany gives a portal of the tests what they count on: a note in
// everybody's My documents (guests have none), two rooms and a group. The first
// of users set things up.
func (p *portal) seedCompany(tenant int64, users []store.User, now time.Time) {
	ctx := context.Background()
	seeds := Seeds{Store: p.store, Tenant: tenant, Now: now}
	host := users[0].ID
	group := store.Group{
		ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte("group of portal "+strconv.FormatInt(tenant, 10))).String(), TenantID: tenant,
		Name: "Editors", ManagerID: host,
	}
	catalogue := store.Folder{Title: "Autumn catalogue", RoomType: store.RoomEditing, Tags: []string{"marketing"}, Color: "4781D1", CreatedBy: host, Members: map[string]store.Access{}}
	supplier := store.Folder{Title: "Supplier Northwind", RoomType: store.RoomCustom, Tags: []string{"suppliers"}, Color: "FF9933", CreatedBy: host, Members: map[string]store.Access{}}
	for _, u := range users {
		switch {
		case u.ID == host:
		case u.Type == store.TypeGuest:
			supplier.Members[u.ID] = store.AccessRead
		case u.Type == store.TypeRoomAdmin:
			catalogue.Members[u.ID], supplier.Members[u.ID] = store.AccessRoomManager, store.AccessRoomManager
		case u.Type == store.TypeUser:
			catalogue.Members[u.ID], supplier.Members[u.ID] = store.AccessCreator, store.AccessEditing
		}
		if u.Type == store.TypeGuest {
			continue
		}
		group.Members = append(group.Members, u.ID)
		at, err := seeds.Documents(ctx, u)
		p.must(err)
		p.must(seeds.File(ctx, at, "Welcome.txt", u.ID, strings.NewReader("Hello "+u.DisplayName())))
	}
	for _, room := range []store.Folder{catalogue, supplier} {
		at, err := seeds.Room(ctx, room, false)
		p.must(err)
		p.must(seeds.File(ctx, at, "Outline.txt", host, strings.NewReader("1. Cover\n")))
	}
	p.must(p.store.PutGroup(ctx, group))
}
