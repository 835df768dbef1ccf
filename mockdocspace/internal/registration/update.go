package registration

import (
	"errors"
	"net/http"

	"docspace-oauth/mockdocspace/internal/store"
)

// update is PUT /clients/{id}: the five mutable fields; others are ignored (§7.2).
func (s *service) update(w http.ResponseWriter, c *call) error {
	object, err := c.readObject(w)
	if err != nil {
		return err
	}
	input := reader{members: object}
	f := input.updateForm()
	if c.rules.Registration.UpdateChangesAll {
		f = input.createForm()
	}
	if input.err != nil {
		return c.unreadable()
	}
	unchecked := c.rules.Registration.AcceptAnything
	if found := f.validateUpdate(); found != nil && !unchecked {
		return invalid(found)
	}
	_, err = s.change(c, func(app *store.App) error {
		if err := f.checkColumns(); err != nil && !unchecked {
			return err
		}
		app.Name, app.Description, app.Logo = orEmpty(f.name), f.description, orEmpty(f.logo)
		app.AllowPKCE, app.AllowedOrigins = f.allowPKCE, f.allowedOrigins.values()
		if f.redirectURIs.given { // never, but with the fault registration.changes-redirects
			app.RedirectURIs = f.redirectURIs.values()
		}
		if f.scopes.given {
			app.Scopes = f.scopes.values()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return done(w)
}

// activate is PATCH /clients/{id}/activation. A missing status deactivates (§7.2).
func (s *service) activate(w http.ResponseWriter, c *call) error {
	object, err := c.readObject(w)
	if err != nil {
		return err
	}
	enabled, err := object.flag("status")
	if err != nil {
		return c.unreadable()
	}
	_, err = s.change(c, func(app *store.App) error {
		app.Enabled = enabled
		return nil
	})
	if err != nil {
		return err
	}
	return done(w)
}

// secretDocument is the answer of regenerate.
type secretDocument struct {
	ClientSecret string `json:"client_secret"`
}

// regenerate is PATCH /clients/{id}/regenerate: the old secret dies at once,
// tokens live on (§11).
func (s *service) regenerate(w http.ResponseWriter, c *call) error {
	secret := s.newSecret(c)
	_, err := s.change(c, func(app *store.App) error {
		if c.rules.Registration.OldSecretWorks {
			app.OldSecrets = append(app.OldSecrets, app.Secret)
		}
		app.Secret = secret
		return nil
	})
	if err != nil {
		return err
	}
	return s.answer(w, c, http.StatusOK, secretDocument{secret})
}

// change applies a change to the app of the path in one step, for somebody who
// may; the app then comes from the database (§7.4).
func (s *service) change(c *call, apply func(*store.App) error) (store.App, error) {
	if err := c.permit(rolesManaging); err != nil {
		return store.App{}, err
	}
	app, err := s.Store.UpdateApp(c.ctx, c.id, func(app *store.App) error {
		if !app.GoneAt.IsZero() || !c.owns(*app) {
			return store.ErrNotFound
		}
		if err := apply(app); err != nil {
			return err
		}
		app.ModifiedBy, app.ModifiedAt, app.Reread = c.who.UserID, s.Clock.Now(), true
		return nil
	})
	var told *refusal
	if err != nil && !errors.As(err, &told) {
		return store.App{}, c.absent(err, notFoundWriting(c.id, c.who))
	}
	return app, err
}
