package registration

import (
	"fmt"
	"net/http"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

const (
	secretLength     = 36 // letters and digits (§4.1)
	weakSecretLength = 8  // with the fault registration.weak-secret

	// The cloud refuses a registration when there are already more than so many (§7.3).
	maxTenantApps = 100
	maxUserApps   = 10
)

// create is POST /clients.
func (s *service) create(w http.ResponseWriter, c *call) error {
	object, err := c.readObject(w)
	if err != nil {
		return err
	}
	input := reader{members: object}
	f := input.createForm()
	if input.err != nil {
		return c.unreadable()
	}
	if err := s.admitNew(c, f); err != nil {
		return err
	}
	app := s.newApp(c, f)
	if err := s.Store.CreateApp(c.ctx, app); err != nil {
		return fmt.Errorf("create client: %w", err)
	}
	document := clientOf(app, c.rules, fromCache)
	document.Description = app.Description // the string "null" comes later (§7.3)
	return s.answer(w, c, http.StatusCreated, document)
}

// admitNew applies the rules of a registration in the portal's order.
func (s *service) admitNew(c *call, f form) error {
	if c.rules.Registration.AcceptAnything {
		return c.permit(rolesManaging)
	}
	if found := f.validateCreate(); found != nil {
		return invalid(found)
	}
	if err := c.permit(rolesManaging); err != nil {
		return err
	}
	if err := f.checkURLs(); err != nil {
		return err
	}
	if err := f.checkScopes(); err != nil {
		return err
	}
	if err := s.checkRoom(c); err != nil {
		return err
	}
	return f.checkColumns()
}

// checkRoom applies the limits of the cloud (§7.3).
func (s *service) checkRoom(c *call) error {
	if c.rules.Build != rules.BuildSaaS {
		return nil
	}
	apps, err := s.Store.ListApps(c.ctx, store.AppQuery{TenantID: c.who.TenantID})
	if err != nil {
		return fmt.Errorf("count clients: %w", err)
	}
	own := 0
	for _, app := range apps {
		if app.CreatedBy == c.who.UserID {
			own++
		}
	}
	switch {
	case len(apps) > maxTenantApps:
		return badRequest(detailTenantIsFull)
	case own > maxUserApps:
		return badRequest(detailUserIsFull)
	default:
		return nil
	}
}

func (s *service) newApp(c *call, f form) store.App {
	now := s.Clock.Now()
	return store.App{
		ID: s.Random.UUID(), TenantID: c.who.TenantID, Secret: s.newSecret(c),
		Name: orEmpty(f.name), Description: f.description, Logo: orEmpty(f.logo),
		WebsiteURL: orEmpty(f.websiteURL), TermsURL: orEmpty(f.termsURL), PolicyURL: orEmpty(f.policyURL),
		LogoutRedirectURI: orEmpty(f.logoutRedirectURI),
		RedirectURIs:      f.redirectURIs.values(), AllowedOrigins: f.allowedOrigins.values(), Scopes: f.scopes.values(),
		AllowPKCE: f.allowPKCE, Public: true, Enabled: true,
		CreatedBy: c.who.UserID, CreatedAt: now, ModifiedBy: c.who.UserID, ModifiedAt: now,
	}
}

func (s *service) newSecret(c *call) string {
	if c.rules.Registration.WeakSecret {
		return s.Random.Alphanumeric(weakSecretLength)
	}
	return s.Random.Alphanumeric(secretLength)
}
