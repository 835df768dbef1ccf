package mockdocspace

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// What every portal starts with unless a configuration file says otherwise. The
// values never change, so that an .env file written once keeps working.
const (
	// DemoClientID and DemoClientSecret are those of the seeded app.
	DemoClientID     = "11111111-1111-4111-8111-111111111111"
	DemoClientSecret = "demo0secret0demo0secret0demo0secret0"
	// DemoRedirectURI is the first redirect URI of the seeded app.
	DemoRedirectURI = "http://localhost:3001/callback"
	// SeedPassword is the password of every seeded user.
	SeedPassword = "docspace"

	firstTenant = 1
	demoLogo    = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAzMiAzMiI+PHJlY3Qgd2lkdGg9IjMyIiBoZWlnaHQ9IjMyIiByeD0iOCIgZmlsbD0iIzJmNmZlYiIvPjxwYXRoIGQ9Ik05IDE3bDUgNSA5LTExIiBmaWxsPSJub25lIiBzdHJva2U9IiNmZmYiIHN0cm9rZS13aWR0aD0iMyIvPjwvc3ZnPg=="
)

// builtInApps is the app of the reference client.
func builtInApps() []config.App {
	return []config.App{{
		ID: DemoClientID, Secret: DemoClientSecret, Name: "Demo App", Description: "The reference app of this project",
		Website: "https://demo.example.test", Terms: "https://demo.example.test/terms", Policy: "https://demo.example.test/privacy",
		Logo: demoLogo, RedirectURIs: []string{DemoRedirectURI, "http://127.0.0.1:3001/callback"},
		AllowedOrigins: []string{"http://localhost:3001", "http://127.0.0.1:3001"}, AllowPKCE: true,
	}}
}

// fill writes what the configuration says into an empty store.
func (p *Portal) fill(ctx context.Context, s store.Store) error {
	now := p.clock.Now()
	for _, portal := range p.config.Portals {
		if err := seedPortal(ctx, s, portal, now); err != nil {
			return fmt.Errorf("portal %d: %w", portal.ID, err)
		}
	}
	for _, app := range p.config.Apps {
		row, err := p.appOf(app, now)
		if err == nil {
			err = s.CreateApp(ctx, row)
		}
		if err != nil {
			return fmt.Errorf("app %q: %w", app.ID, err)
		}
	}
	return p.seedKeys(ctx, s, now)
}

// switchFaults switches the configured faults on.
func (p *Portal) switchFaults() error {
	for _, fault := range p.config.Faults {
		from, until := fault.Between()
		_, err := p.book.Switch(fault.Name, fault.Value,
			rules.Subject{Tenant: fault.Portal, App: fault.App, User: fault.User},
			rules.Occasion{Limit: fault.Uses, Probability: fault.Probability, Seed: fault.Seed, From: from, Until: until})
		if err != nil {
			return optionError("%v", err)
		}
	}
	return nil
}

func seedPortal(ctx context.Context, s store.Store, portal config.Portal, now time.Time) error {
	tenant, users := tenantOf(portal, now)
	for _, user := range users {
		if err := s.PutUser(ctx, user); err != nil {
			return fmt.Errorf("user %s: %w", user.Email, err)
		}
	}
	if err := s.PutTenant(ctx, tenant); err != nil {
		return err
	}
	return newCompany(s, tenant, users, now).lay(ctx, portal, tenant.OwnerID)
}

// tenantOf are a configured portal and its users.
func tenantOf(portal config.Portal, now time.Time) (store.Tenant, []store.User) {
	tenant := store.Tenant{
		ID: portal.ID, Name: portal.Name, URL: portal.URL, TimeZone: "UTC", Culture: "en-US", CreatedAt: now,
		LimitedDevTools: portal.LimitDeveloperTools,
	}
	for _, host := range portal.Hosts {
		tenant.Hosts = append(tenant.Hosts, strings.ToLower(host))
	}
	tenant.Alias, _, _ = strings.Cut(tenant.Hosts[0], ".")
	var users []store.User
	for _, user := range portal.Users {
		name, _, _ := strings.Cut(user.Email, "@")
		row := store.User{
			ID: userID(portal.ID, user), TenantID: portal.ID, Email: user.Email, UserName: name,
			FirstName: user.FirstName, LastName: user.LastName, Password: user.Password,
			Type: store.UserType(user.Type), Status: store.StatusActive, Culture: "en-US",
			TwoFactor: user.TwoFactor, CreatedAt: now,
		}
		if user.Disabled {
			row.Status, row.TerminatedAt = store.StatusTerminated, now
		}
		if row.Type == store.TypeOwner {
			tenant.OwnerID = row.ID
		}
		users = append(users, row)
	}
	return tenant, users
}

// userID is the one given, or one that is the same at each start.
func userID(portal int64, user config.User) string {
	if user.ID != "" {
		return strings.ToLower(user.ID)
	}
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%d/%s", portal, strings.ToLower(user.Email))).String()
}

// appOf is a configured app.
func (p *Portal) appOf(app config.App, now time.Time) (store.App, error) {
	row := store.App{
		ID: app.ID, Secret: app.Secret, Name: app.Name, Description: &app.Description, Logo: app.Logo,
		WebsiteURL: app.Website, TermsURL: app.Terms, PolicyURL: app.Policy, LogoutRedirectURI: app.Website,
		RedirectURIs: app.RedirectURIs, AllowedOrigins: app.AllowedOrigins, Scopes: app.Scopes,
		AllowPKCE: app.AllowPKCE, Public: true, Enabled: !app.Disabled, Fixed: true, TenantID: app.Portal,
		CreatedAt: now, ModifiedAt: now,
	}
	if row.Name == "" {
		row.Name = app.ID
	}
	if row.Logo == "" {
		row.Logo = demoLogo
	}
	if len(row.Scopes) == 0 {
		row.Scopes = config.ScopeNames()
	}
	if row.TenantID == 0 {
		row.TenantID = p.config.Portals[0].ID
	}
	i := slices.IndexFunc(p.config.Portals, func(c config.Portal) bool { return c.ID == row.TenantID })
	if i < 0 {
		return row, optionError("no portal has the id %d: name one of portals", row.TenantID)
	}
	creator := p.config.Portals[i].Users[0]
	if app.CreatedBy != "" {
		j := slices.IndexFunc(p.config.Portals[i].Users, func(u config.User) bool { return strings.EqualFold(u.Email, app.CreatedBy) })
		if j < 0 {
			return row, optionError("created-by: %q is no user of portal %d: name one of its users", app.CreatedBy, row.TenantID)
		}
		creator = p.config.Portals[i].Users[j]
	}
	row.CreatedBy = userID(row.TenantID, creator)
	row.ModifiedBy = row.CreatedBy
	return row, nil
}

// seedKeys takes the signing keys, the newest first, from their files.
func (p *Portal) seedKeys(ctx context.Context, s store.Keys, now time.Time) error {
	for i, key := range p.config.Keys {
		if err := p.seedKey(ctx, s, key, now.Add(-time.Duration(i)*time.Second)); err != nil {
			return err
		}
	}
	return nil
}

// seedKey takes a signing key from a PEM file.
func (p *Portal) seedKey(ctx context.Context, s store.Keys, key config.Key, created time.Time) error {
	data, err := os.ReadFile(key.File)
	if err != nil {
		return optionError("key %q: %v", key.ID, err)
	}
	wanted := "an EC P-256 private key"
	if p.config.Signing == "rsa" {
		wanted = "an RSA private key"
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return optionError("key %q: %s is no PEM file: give %s", key.ID, key.File, wanted)
	}
	private := privateKey(block.Bytes)
	curve, isEC := private.(*ecdsa.PrivateKey)
	_, isRSA := private.(*rsa.PrivateKey)
	if (p.config.Signing == "rsa") != isRSA || (!isRSA && (!isEC || curve.Curve != elliptic.P256())) {
		return optionError("key %q: %s does not hold %s", key.ID, key.File, wanted)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("key %q: %w", key.ID, err)
	}
	return s.PutKey(ctx, store.Key{ID: key.ID, Private: der, CreatedAt: created})
}

// privateKey reads the three forms that PEM files hold; nil when it is none.
func privateKey(der []byte) any {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	return nil
}

// SeedUsers are the first portal's users as configured.
func (p *Portal) SeedUsers() []config.User { return slices.Clone(p.config.Portals[0].Users) }

// SeedApps are the apps as configured.
func (p *Portal) SeedApps() []config.App { return slices.Clone(p.config.Apps) }

// Behaviour names profile and variant.
func (p *Portal) Behaviour() string { return p.config.Profile + ", " + p.config.Variant }

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
