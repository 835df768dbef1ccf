package registration

import (
	"context"
	"fmt"
	"net/http"

	"docspace-oauth/mockdocspace/internal/store"
)

// delete is DELETE /clients/{id}: the app, all its grants and all its consents (§11).
func (s *service) delete(w http.ResponseWriter, c *call) error {
	c.finish()
	if err := c.permit(rolesManaging); err != nil {
		return err
	}
	app, err := s.Store.App(c.ctx, c.id)
	if err == nil && (!app.GoneAt.IsZero() || !c.owns(app)) {
		err = store.ErrNotFound
	}
	if err == nil {
		err = s.Store.DeleteApp(c.ctx, app.ID)
	}
	if err != nil {
		return c.absent(err, notFoundWriting(c.id, c.who))
	}
	if err := s.forget(c, app.ID); err != nil {
		return err
	}
	return done(w)
}

// deleteOwn is DELETE /clients: what the caller created, and the caller's own
// grants and consents everywhere. The portal forgets to empty its cache (§11), so
// the apps stay there, off the lists.
func (s *service) deleteOwn(w http.ResponseWriter, c *call) error {
	c.finish()
	if err := c.permit(rolesManaging); err != nil {
		return err
	}
	apps, err := s.Store.ListApps(c.ctx, store.AppQuery{TenantID: c.who.TenantID, CreatedBy: c.who.UserID})
	if err != nil {
		return fmt.Errorf("delete own clients: %w", err)
	}
	for _, app := range apps {
		if err := s.takeAway(c, app); err != nil {
			return fmt.Errorf("delete own clients: %w", err)
		}
	}
	if !c.rules.Registration.DeleteKeepsTokens {
		if _, err := s.Store.DeleteGrants(c.ctx, store.GrantFilter{UserID: c.who.UserID}); err != nil {
			return fmt.Errorf("delete own grants: %w", err)
		}
	}
	if _, err := s.Store.DeleteConsents(c.ctx, c.who.UserID, ""); err != nil {
		return fmt.Errorf("delete own consents: %w", err)
	}
	return done(w)
}

// takeAway removes an app of DELETE /clients, or marks it where it stays cached.
func (s *service) takeAway(c *call, app store.App) error {
	if !c.rules.Registration.MassDeleteCached {
		if err := s.Store.DeleteApp(c.ctx, app.ID); err != nil {
			return err
		}
		return s.forget(c, app.ID)
	}
	_, err := s.Store.UpdateApp(c.ctx, app.ID, func(app *store.App) error {
		if app.GoneAt.IsZero() {
			app.GoneAt = s.Clock.Now()
		}
		return nil
	})
	return err
}

// deleteTenant is DELETE /clients/tenant: the tenant's apps, cache included, with
// the grants on them.
func (s *service) deleteTenant(w http.ResponseWriter, c *call) error {
	c.finish()
	if err := c.permit(roleAdmin); err != nil {
		return err
	}
	apps, err := s.Store.ListApps(c.ctx, store.AppQuery{TenantID: c.who.TenantID})
	if err != nil {
		return fmt.Errorf("delete the tenant's clients: %w", err)
	}
	for _, app := range apps {
		if err := s.Store.DeleteApp(c.ctx, app.ID); err != nil {
			return fmt.Errorf("delete the tenant's clients: %w", err)
		}
		if err := s.forget(c, app.ID); err != nil {
			return err
		}
	}
	return done(w)
}

// finish lets what takes several steps go to its end though the client may leave.
func (c *call) finish() { c.ctx = context.WithoutCancel(c.ctx) }

// forget removes the grants and consents of an app that is no more.
func (s *service) forget(c *call, appID string) error {
	if c.rules.Registration.DeleteKeepsTokens {
		return nil
	}
	if _, err := s.Store.DeleteGrants(c.ctx, store.GrantFilter{AppID: appID}); err != nil {
		return fmt.Errorf("delete grants: %w", err)
	}
	if _, err := s.Store.DeleteConsents(c.ctx, "", appID); err != nil {
		return fmt.Errorf("delete consents: %w", err)
	}
	return nil
}
