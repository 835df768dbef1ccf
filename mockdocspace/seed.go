package mockdocspace

import (
	"context"
	"fmt"
	"slices"
	"time"

	"docspace-oauth/mockdocspace/internal/backend"
	"docspace-oauth/mockdocspace/internal/identity"
	"docspace-oauth/mockdocspace/internal/store"
)

// What every portal starts with. The values never change, so that an .env file
// written once keeps working.
const (
	// DemoClientID and DemoClientSecret are those of the seeded app.
	DemoClientID     = "11111111-1111-4111-8111-111111111111"
	DemoClientSecret = "demo0secret0demo0secret0demo0secret0"
	// DemoRedirectURI is the first redirect URI of the seeded app.
	DemoRedirectURI = "http://localhost:3001/callback"
	// SeedPassword is the password of every seeded user.
	SeedPassword = "docspace"

	firstTenant  = 1
	secondTenant = 2
	secondHost   = "second.localhost"
)

// seedTenants are the two portals (DESIGN: hosts by which they are told apart).
func seedTenants(now time.Time) []store.Tenant {
	return []store.Tenant{
		{
			ID: firstTenant, Alias: "localhost", Name: "Example Company", Hosts: []string{"127.0.0.1", "localhost", "::1"},
			OwnerID: "10000000-0000-4000-8000-000000000001", TimeZone: "UTC", Culture: "en-US", CreatedAt: now,
		},
		{
			ID: secondTenant, Alias: "second", Name: "Second Company", Hosts: []string{secondHost},
			OwnerID: "20000000-0000-4000-8000-000000000001", TimeZone: "UTC", Culture: "en-US", CreatedAt: now,
		},
	}
}

// seedUsers are one of each type, and one person who is on both portals.
func seedUsers(now time.Time) []store.User {
	person := func(tenant int64, number int, kind store.UserType, email, first, last string) store.User {
		return store.User{
			ID: fmt.Sprintf("%d0000000-0000-4000-8000-%012d", tenant, number), TenantID: tenant,
			Email: email, UserName: email[:len(email)-len("@docspace.test")], FirstName: first, LastName: last,
			Password: SeedPassword, Type: kind, Status: store.StatusActive, Culture: "en-US", CreatedAt: now,
		}
	}
	users := []store.User{
		person(firstTenant, 1, store.TypeOwner, "owner@docspace.test", "Olivia", "Owner"),
		person(firstTenant, 2, store.TypeAdmin, "admin@docspace.test", "Adam", "Admin"),
		person(firstTenant, 3, store.TypeRoomAdmin, "roomadmin@docspace.test", "Rosa", "Roomadmin"),
		person(firstTenant, 4, store.TypeUser, "user@docspace.test", "Ursula", "User"),
		person(firstTenant, 5, store.TypeGuest, "guest@docspace.test", "Gustav", "Guest"),
		person(secondTenant, 1, store.TypeOwner, "admin@second.test", "Sofia", "Second"),
		person(secondTenant, 4, store.TypeUser, "user@docspace.test", "Ursula", "User"),
	}
	users[5].UserName = "admin"
	return users
}

// seedApp is the app of the reference client.
func seedApp(now time.Time) store.App {
	description := "The reference app of this project"
	return store.App{
		ID: DemoClientID, TenantID: firstTenant, Secret: DemoClientSecret, Name: "Demo App", Description: &description,
		Logo:       "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAzMiAzMiI+PHJlY3Qgd2lkdGg9IjMyIiBoZWlnaHQ9IjMyIiByeD0iOCIgZmlsbD0iIzJmNmZlYiIvPjxwYXRoIGQ9Ik05IDE3bDUgNSA5LTExIiBmaWxsPSJub25lIiBzdHJva2U9IiNmZmYiIHN0cm9rZS13aWR0aD0iMyIvPjwvc3ZnPg==",
		WebsiteURL: "https://demo.example.test", TermsURL: "https://demo.example.test/terms",
		PolicyURL: "https://demo.example.test/privacy", LogoutRedirectURI: "https://demo.example.test/bye",
		RedirectURIs:   []string{DemoRedirectURI, "http://127.0.0.1:3001/callback"},
		AllowedOrigins: []string{"http://localhost:3001", "http://127.0.0.1:3001"},
		Scopes:         append(identity.ScopeNames(), "openid"),
		AllowPKCE:      true, Public: true, Enabled: true, Fixed: true,
		CreatedBy: "10000000-0000-4000-8000-000000000001", CreatedAt: now,
		ModifiedBy: "10000000-0000-4000-8000-000000000001", ModifiedAt: now,
	}
}

// seed fills an empty store.
func (p *Portal) seed(ctx context.Context) error {
	now := p.clock.Now()
	users := seedUsers(now)
	for _, user := range users {
		if err := p.store.PutUser(ctx, user); err != nil {
			return fmt.Errorf("seed user %s: %w", user.Email, err)
		}
	}
	for _, tenant := range seedTenants(now) {
		if err := p.store.PutTenant(ctx, tenant); err != nil {
			return fmt.Errorf("seed portal %s: %w", tenant.Name, err)
		}
		var own []store.User
		for _, user := range users {
			if user.TenantID == tenant.ID {
				own = append(own, user)
			}
		}
		if err := backend.Seed(ctx, p.store, tenant, own, now); err != nil {
			return fmt.Errorf("seed content of %s: %w", tenant.Name, err)
		}
	}
	if err := p.store.CreateApp(ctx, seedApp(now)); err != nil {
		return fmt.Errorf("seed app: %w", err)
	}
	return nil
}

// SeedEmails are the addresses of the first portal's users.
func SeedEmails() []string {
	var emails []string
	for _, user := range seedUsers(time.Time{}) {
		if user.TenantID == firstTenant {
			emails = append(emails, user.Email)
		}
	}
	return emails
}

// AllowRedirectURI registers one more redirect URI for an app.
func (p *Portal) AllowRedirectURI(clientID, redirectURI string) error {
	_, err := p.store.UpdateApp(context.Background(), clientID, func(a *store.App) error {
		if !slices.Contains(a.RedirectURIs, redirectURI) {
			a.RedirectURIs = append(a.RedirectURIs, redirectURI)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("register redirect URI %s: %w", redirectURI, err)
	}
	return nil
}
