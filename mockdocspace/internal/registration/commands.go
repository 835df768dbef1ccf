package registration

import (
	"errors"
	"net/http"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// Limits of the cloud (§7.3): the one above still passes.
const (
	maxTenantClients = 100
	maxUserClients   = 10
)

func (s *service) create(c *call) *problem {
	var request createRequest
	if failure := c.decode(&request); failure != nil {
		return failure
	}
	if !c.rules.Registration.AcceptAnything {
		if failure := validateCreate(&request); failure != nil {
			return failure
		}
	}
	if failure := c.require(user); failure != nil {
		return failure
	}
	if failure := s.withinLimits(c); failure != nil {
		return failure
	}
	if failure := unknownScopes(request.Scopes); failure != nil && !c.rules.Registration.AcceptAnything {
		return failure
	}
	now := s.Clock.Now()
	app := store.App{
		ID: s.Random.UUID(), TenantID: c.who.TenantID, Secret: s.newSecret(c), Name: request.Name.value,
		Description: request.Description.pointer(), Logo: request.Logo.value,
		WebsiteURL: request.WebsiteURL.value, TermsURL: request.TermsURL.value, PolicyURL: request.PolicyURL.value,
		LogoutRedirectURI: request.LogoutRedirectURI.value,
		RedirectURIs:      request.RedirectURIs.values(), AllowedOrigins: request.AllowedOrigins.values(), Scopes: request.Scopes.values(),
		AllowPKCE: bool(request.AllowPKCE), Public: true, Enabled: true,
		CreatedBy: c.who.UserID, CreatedAt: now, ModifiedBy: c.who.UserID, ModifiedAt: now,
	}
	if !c.rules.Registration.AcceptAnything {
		if failure := validateService(app); failure != nil {
			return failure
		}
		if !fitsColumns(app) {
			return databaseError()
		}
	}
	if err := s.Store.CreateApp(c.ctx(), app); err != nil {
		s.Logger.Error("create app", "error", err)
		return databaseError()
	}
	return ok(c, http.StatusCreated, showClient(app, viewCreated, c.rules))
}

func (s *service) newSecret(c *call) string {
	if c.rules.Registration.WeakSecret {
		return s.Random.Alphanumeric(8)
	}
	return s.Random.Alphanumeric(36)
}

func (s *service) withinLimits(c *call) *problem {
	if c.rules.Build != rules.BuildSaaS {
		return nil
	}
	for _, limit := range []struct {
		createdBy, detail string
		most              int
	}{{"", detailTenantClients, maxTenantClients}, {c.who.UserID, detailUserClients, maxUserClients}} {
		apps, err := s.Store.ListApps(c.ctx(), store.AppQuery{TenantID: c.who.TenantID, CreatedBy: limit.createdBy})
		if err != nil {
			return databaseError()
		}
		if len(apps) > limit.most {
			return &problem{status: http.StatusBadRequest, detail: limit.detail}
		}
	}
	return nil
}

// change updates a client that the caller may change.
func (s *service) change(c *call, apply func(*store.App)) *problem {
	if failure := c.require(user); failure != nil {
		return failure
	}
	app, failure := s.visible(c, notFoundWrite(c))
	if failure != nil {
		return failure
	}
	_, err := s.Store.UpdateApp(c.ctx(), app.ID, func(a *store.App) error {
		apply(a)
		a.ModifiedAt, a.ModifiedBy, a.Reread = s.Clock.Now(), c.who.UserID, true
		return nil
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return notFoundWrite(c)
	case err != nil:
		s.Logger.Error("update app", "error", err)
		return databaseError()
	}
	return nil
}

// update changes the few mutable members; the rest of the body is ignored (§7.2, §7.3).
func (s *service) update(c *call) *problem {
	var request updateRequest
	if failure := c.decode(&request); failure != nil {
		return failure
	}
	if !c.rules.Registration.AcceptAnything {
		if failure := validateUpdate(&request); failure != nil {
			return failure
		}
		if !fitsColumns(store.App{Name: request.Name.value, AllowedOrigins: request.AllowedOrigins.values()}) {
			return databaseError()
		}
	}
	failure := s.change(c, func(a *store.App) {
		a.Name, a.Description = request.Name.value, request.Description.pointer()
		if request.Logo.set {
			a.Logo = request.Logo.value
		}
		a.AllowPKCE, a.AllowedOrigins = bool(request.AllowPKCE), request.AllowedOrigins.values()
	})
	if failure != nil {
		return failure
	}
	return empty(c)
}

func (s *service) activate(c *call) *problem {
	var request activationRequest
	if failure := c.decode(&request); failure != nil {
		return failure
	}
	if failure := s.change(c, func(a *store.App) { a.Enabled = bool(request.Status) }); failure != nil {
		return failure
	}
	return empty(c)
}

func (s *service) regenerate(c *call) *problem {
	secret := s.newSecret(c)
	failure := s.change(c, func(a *store.App) {
		if c.rules.Registration.OldSecretWorks {
			a.OldSecrets = append(a.OldSecrets, a.Secret)
		}
		a.Secret = secret
	})
	if failure != nil {
		return failure
	}
	return ok(c, http.StatusOK, map[string]string{"client_secret": secret})
}

// revoke withdraws the caller's own grants and consent; nobody looks whether the
// client exists (§7.2, §11).
func (s *service) revoke(c *call) *problem {
	id := store.CanonicalAppID(c.id)
	if err := s.forget(c, c.who.UserID, id, c.rules.Consent.RevokeKeepsTokens); err != nil {
		return databaseError()
	}
	return empty(c)
}

// forget removes grants and consents; empty ids match all.
func (s *service) forget(c *call, userID, appID string, keepGrants bool) error {
	if !keepGrants {
		if _, err := s.Store.DeleteGrants(c.ctx(), store.GrantFilter{UserID: userID, AppID: appID}); err != nil {
			s.Logger.Error("delete grants", "error", err)
			return err
		}
	}
	if _, err := s.Store.DeleteConsents(c.ctx(), userID, appID); err != nil {
		s.Logger.Error("delete consents", "error", err)
		return err
	}
	return nil
}

func (s *service) delete(c *call) *problem {
	if failure := c.require(user); failure != nil {
		return failure
	}
	app, failure := s.visible(c, notFoundWrite(c))
	if failure != nil {
		return failure
	}
	err := s.Store.DeleteApp(c.ctx(), app.ID)
	if errors.Is(err, store.ErrNotFound) {
		return notFoundWrite(c)
	}
	if err == nil {
		err = s.forget(c, "", app.ID, c.rules.Registration.DeleteKeepsTokens)
	}
	if err != nil {
		return databaseError()
	}
	return empty(c)
}

// deleteOwn removes what the caller created, and the caller's own grants
// everywhere; grants of others on those clients stay (§7.2, §11).
func (s *service) deleteOwn(c *call) *problem {
	if failure := c.require(user); failure != nil {
		return failure
	}
	if failure := s.deleteAll(c, c.who.UserID); failure != nil {
		return failure
	}
	if err := s.forget(c, c.who.UserID, "", false); err != nil {
		return databaseError()
	}
	return empty(c)
}

func (s *service) deleteTenant(c *call) *problem {
	if failure := c.require(admin); failure != nil {
		return failure
	}
	if failure := s.deleteAll(c, ""); failure != nil {
		return failure
	}
	return empty(c)
}

// deleteAll takes clients off the lists. The portal's cache knows them for a
// while yet, their tokens included (§11).
func (s *service) deleteAll(c *call, createdBy string) *problem {
	apps, err := s.Store.ListApps(c.ctx(), store.AppQuery{TenantID: c.who.TenantID, CreatedBy: createdBy})
	if err != nil {
		return databaseError()
	}
	for _, app := range apps {
		if c.rules.Registration.MassDeleteCached {
			_, err = s.Store.UpdateApp(c.ctx(), app.ID, func(a *store.App) error {
				a.GoneAt = s.Clock.Now()
				return nil
			})
		} else if err = s.Store.DeleteApp(c.ctx(), app.ID); err == nil {
			err = s.forget(c, "", app.ID, false)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			s.Logger.Error("delete apps", "error", err)
			return databaseError()
		}
	}
	return nil
}
