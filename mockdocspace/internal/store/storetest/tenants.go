package storetest

import (
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

func testTenants(t *testing.T, s store.Store) {
	second := store.Tenant{ID: 2, Name: "Second", Hosts: []string{"second.localhost"}, CreatedAt: start}
	first := store.Tenant{
		ID: 1, Alias: "one", Name: "First", URL: "http://docs.example.com", Hosts: []string{"127.0.0.1", "localhost"},
		OwnerID: "o", TimeZone: "Europe/Riga", Culture: "lv", CreatedAt: start, LimitedDevTools: true,
	}
	ok(t, s.PutTenant(ctx(t), second))
	ok(t, s.PutTenant(ctx(t), first))
	equal(t, "tenant 1", must[store.Tenant](t)(s.Tenant(ctx(t), 1)), first)
	equal(t, "by its second host", must[store.Tenant](t)(s.TenantByHost(ctx(t), "localhost")), first)
	equal(t, "by id", must[[]store.Tenant](t)(s.Tenants(ctx(t))), []store.Tenant{first, second})
	_, err := s.TenantByHost(ctx(t), "elsewhere")
	failsWith(t, "unknown host", err, store.ErrNotFound)

	first.Hosts = []string{"docs.example.com"}
	ok(t, s.PutTenant(ctx(t), first))
	_, err = s.TenantByHost(ctx(t), "localhost")
	failsWith(t, "a host that was taken away", err, store.ErrNotFound)
	equal(t, "by its new host", must[store.Tenant](t)(s.TenantByHost(ctx(t), "docs.example.com")), first)
}

func user(tenant int64, number int, email string) store.User {
	id := "00000000-0000-4000-8000-00000000000" + string(rune('a'+number))
	return store.User{
		ID: id, TenantID: tenant, Email: email, UserName: "name", FirstName: "Zoë", LastName: "O'Neil\x00", Password: "pass\"word",
		Type: store.TypeRoomAdmin, Status: store.StatusActive, Culture: "en-US", Location: "Riga", Notes: "notes", TwoFactor: true,
		CreatedBy: "maker", CreatedAt: start.Add(time.Duration(number) * time.Second), TerminatedAt: start.Add(time.Hour), MyFolderID: 7,
	}
}

func testUsers(t *testing.T, s store.Store) {
	late, early, elsewhere := user(1, 3, "c@x.test"), user(1, 1, "a@x.test"), user(2, 1, "a@x.test")
	for _, u := range []store.User{late, early, elsewhere} {
		ok(t, s.PutUser(ctx(t), u))
	}
	equal(t, "user", must[store.User](t)(s.User(ctx(t), 1, late.ID)), late)
	equal(t, "id in capitals", must[store.User](t)(s.User(ctx(t), 1, strings.ToUpper(late.ID))), late)
	equal(t, "same id on another portal", must[store.User](t)(s.User(ctx(t), 2, early.ID)), elsewhere)
	equal(t, "in order of creation", must[[]store.User](t)(s.Users(ctx(t), 1)), []store.User{early, late})

	late.Status = store.StatusTerminated
	ok(t, s.PutUser(ctx(t), late))
	equal(t, "after a change", must[store.User](t)(s.User(ctx(t), 1, late.ID)), late)

	ok(t, s.DeleteUser(ctx(t), 1, early.ID))
	_, err := s.User(ctx(t), 1, early.ID)
	failsWith(t, "deleted user", err, store.ErrNotFound)
	equal(t, "the other portal keeps its user", must[store.User](t)(s.User(ctx(t), 2, early.ID)), elsewhere)
	failsWith(t, "deleted twice", s.DeleteUser(ctx(t), 1, early.ID), store.ErrNotFound)
}

func testUsersByEmail(t *testing.T, s store.Store) {
	anna, annaElsewhere := user(1, 1, "Anna@Example.test"), user(2, 2, "anna@example.test")
	ok(t, s.PutUser(ctx(t), anna))
	ok(t, s.PutUser(ctx(t), annaElsewhere))
	equal(t, "letter case", must[store.User](t)(s.UserByEmail(ctx(t), 1, "aNNa@eXample.test")), anna)
	equal(t, "other portal", must[store.User](t)(s.UserByEmail(ctx(t), 2, "ANNA@example.test")), annaElsewhere)
	_, err := s.UserByEmail(ctx(t), 3, "anna@example.test")
	failsWith(t, "portal without that user", err, store.ErrNotFound)

	anna.Email = "new@example.test"
	ok(t, s.PutUser(ctx(t), anna))
	_, err = s.UserByEmail(ctx(t), 1, "anna@example.test")
	failsWith(t, "old address", err, store.ErrNotFound)
	equal(t, "new address", must[store.User](t)(s.UserByEmail(ctx(t), 1, "new@example.test")), anna)

	ok(t, s.DeleteUser(ctx(t), 1, anna.ID))
	_, err = s.UserByEmail(ctx(t), 1, "new@example.test")
	failsWith(t, "address of a deleted user", err, store.ErrNotFound)
}
