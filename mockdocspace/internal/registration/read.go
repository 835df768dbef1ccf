package registration

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// read is GET /clients/{id}: the only answer besides create's with the secret in clear.
func (s *service) read(w http.ResponseWriter, c *call) error {
	app, err := s.readable(c)
	if err != nil {
		return err
	}
	return s.answer(w, c, http.StatusOK, clientOf(app, c.rules, s.sourceOf(app)))
}

// readInfo is GET /clients/{id}/info.
func (s *service) readInfo(w http.ResponseWriter, c *call) error {
	app, err := s.readable(c)
	if err != nil {
		return err
	}
	return s.answer(w, c, http.StatusOK, infoOf(app, c.rules, s.sourceOf(app)))
}

// readPublicInfo is GET /clients/{id}/public/info: anybody's, of any tenant,
// disabled apps too (§7.2).
func (s *service) readPublicInfo(w http.ResponseWriter, c *call) error {
	app, err := s.cached(c)
	if err != nil {
		return c.absent(err, notFoundPublic(c.id))
	}
	return s.answer(w, c, http.StatusOK, infoOf(app, c.rules, s.sourceOf(app)))
}

// readable finds the app of the path for somebody who may see it (§7.2).
func (s *service) readable(c *call) (store.App, error) {
	if err := c.permit(rolesManaging); err != nil {
		return store.App{}, err
	}
	app, err := s.cached(c)
	if err == nil && !c.owns(app) {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.App{}, c.absent(err, notFoundReading(c.id, c.who))
	}
	return app, nil
}

// cached finds the app of the path in database or cache. An app that
// DELETE /clients took away stays in the cache for a while (§11); that reads by id
// see it as the public one does is an inference.
func (s *service) cached(c *call) (store.App, error) {
	app, err := s.Store.App(c.ctx, c.id)
	if err != nil {
		return store.App{}, err
	}
	if !app.GoneAt.IsZero() && !s.Clock.Now().Before(app.GoneAt.Add(cacheLifetime)) {
		return store.App{}, store.ErrNotFound
	}
	return app, nil
}

// owns reports whether the app is the caller's business: an administrator's in
// their tenant, else only the creator's (§7.2).
func (c *call) owns(app store.App) bool {
	if app.TenantID != c.who.TenantID && !c.rules.Registration.CrossTenants {
		return false
	}
	return c.who.role == roleAdmin || app.CreatedBy == c.who.UserID
}

// absent turns a failed look-up into the 404 of §7.4, or passes it on.
func (c *call) absent(err error, detail string) error {
	if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("find client: %w", err)
	}
	if !isUUID(c.id) {
		detail = unreadableID(c.id)
	}
	return notFound(detail)
}

// isUUID reads ids as the portal's library does: five groups of hexadecimal
// digits, 36 characters at most, of any length each.
func isUUID(id string) bool {
	groups := strings.Split(id, "-")
	if len(id) > 36 || len(groups) != 5 {
		return false
	}
	for _, group := range groups {
		if group == "" || strings.Trim(group, "0123456789abcdefABCDEF") != "" {
			return false
		}
	}
	return true
}
