package suites

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/signature"
	"docspace-oauth/suites/target"
)

// AllScopes are the nine scopes of a DocSpace portal.
var AllScopes = []string{
	"accounts:read", "accounts:write", "accounts.self:read", "accounts.self:write",
	"files:read", "files:write", "rooms:read", "rooms:write", "openid",
}

// RedirectURI is where apps of the suites are registered to get their codes; nobody
// listens there.
const RedirectURI = "https://app.example.test/callback"

// User is a person of the target, fresh unless the target has only one.
type User = target.User

// App is a freshly registered app. App.RedirectURI is its first redirect URI.
type App struct {
	flows.App
	Owner      User // who registered it
	Registered *flows.Registered
}

// signed is a signature and when it was made.
type signed struct {
	token string
	at    time.Time
}

// User makes a user of that type. Without one it is a collaborator, or whoever the
// target has. Setup.
func (c *Case) User(of ...target.UserType) User {
	kind := target.Member
	if len(of) > 0 {
		kind = of[0]
	}
	var u User
	c.setup("a user", func() {
		var err error
		u, err = c.Target.NewUser(c.ctx, kind)
		if err == nil && len(of) > 0 && u.Type != kind {
			err = fmt.Errorf("%w: a user of type %s", target.ErrNotOffered, kind)
		}
		c.need(err)
		c.redactor.LearnGiven("password", u.Password)
	})
	return u
}

// Signature is the user's x-signature, obtained by signing in; kept for the check,
// less than its five minutes. Setup.
func (c *Case) Signature(u User) string {
	key := u.Portal + " " + u.Email
	c.mu.Lock()
	known, ok := c.signed[key]
	c.mu.Unlock()
	if ok && time.Since(known.at) < signature.Lifetime/2 {
		return known.token
	}
	var token string
	c.setup("sign "+string(u.Type)+" in", func() {
		var err error
		token, err = c.Target.Signature(c.ctx, c.client, u)
		c.need(err)
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.signed[key] = signed{token, time.Now()}
	return token
}

// Mock is the control of the mock under test; a target that is none skips the check.
func (c *Case) Mock() target.Mock {
	mock, err := c.Target.Controlled()
	c.need(err)
	return mock
}

// Advance turns the portal's clock forward. Only on a portal of the check's own:
// see OnOwnPortal and NeedsOwnPortal. Kept signatures are void then. Setup.
func (c *Case) Advance(by time.Duration) {
	c.setup("the clock goes "+by.String()+" forward", func() {
		c.need(c.Mock().Advance(c.ctx, by))
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.signed)
}

// SignedIn is the header of a request that u makes signed in: the x-signature
// cookie and a User-Agent, without which the portal fails
// (docs/portal/identity.md §3.3). Setup.
func (c *Case) SignedIn(u User) http.Header {
	return http.Header{
		"Cookie":     {signature.Name + "=" + c.Signature(u)},
		"User-Agent": {userAgent},
	}
}

const userAgent = "Mozilla/5.0 (docspace-oauth runner)"

// AppOption changes a registration.
type AppOption func(*flows.Registration)

// Redirects registers these redirect URIs instead of RedirectURI.
func Redirects(uris ...string) AppOption {
	return func(r *flows.Registration) { r.RedirectURIs = uris }
}

// Scopes registers these scopes instead of all.
func Scopes(scopes ...string) AppOption {
	return func(r *flows.Registration) { r.Scopes = scopes }
}

// Origins registers these allowed origins.
func Origins(origins ...string) AppOption {
	return func(r *flows.Registration) { r.AllowedOrigins = origins }
}

// AllowPKCE lets the app authenticate without its secret.
func AllowPKCE() AppOption {
	return func(r *flows.Registration) { r.AllowPKCE = true }
}

// App registers an app with all scopes and RedirectURI, and deletes it after the
// check; or takes one of the target's ready-made apps. Setup.
func (c *Case) App(options ...AppOption) App { return c.AppOf(c.Registrar(), options...) }

// Registrar is the user who registers apps where it does not matter who does. Setup.
func (c *Case) Registrar() User {
	var owner User
	c.setup("who registers apps", func() {
		var err error
		owner, err = c.Target.Registrar(c.ctx)
		c.need(err)
		c.redactor.LearnGiven("password", owner.Password)
	})
	return owner
}

// AppOf is App in the name of a user who may register apps. Setup.
func (c *Case) AppOf(owner User, options ...AppOption) App {
	if len(c.Target.Apps) > 0 {
		return c.readyApp(owner, options)
	}
	r := flows.NewRegistration(c.Target.AppName(c.Requirement.ID), RedirectURI, slices.Clone(AllScopes)...)
	for _, option := range options {
		option(&r)
	}
	var app App
	c.setup("register an app", func() {
		registered, err := c.Target.NewApp(c.ctx, c.client, c.Signature(owner), r)
		c.need(err)
		app = App{App: registered.App(), Owner: owner, Registered: registered}
		app.RedirectURI = r.RedirectURIs[0] // the portal returns them in any order
		c.redactor.Learn("secret", app.Secret)
	})
	c.deleteAfter(app)
	return app
}

// deleteAfter leaves nothing behind at a portal that outlives the run.
func (c *Case) deleteAfter(app App) {
	if c.Target.Kind == target.KindURL && len(c.Target.Apps) == 0 {
		c.Cleanup(func() { c.deleteApp(app) })
	}
}

// deleteApp removes an app. No verdict hangs on this, and it may be gone already.
func (c *Case) deleteApp(app App) {
	signature, err := c.Target.Signature(c.ctx, c.client, app.Owner)
	if err == nil {
		err = c.Flows().DeleteApp(c.ctx, signature, app.ID)
	}
	var refusal *flows.RegistrationError
	if errors.As(err, &refusal) && refusal.Status == http.StatusNotFound {
		return
	}
	if err != nil {
		c.Warn("the app %s may still be there: %v", app.ID, err)
	}
}

// With copies a form and changes it: With(form, "code", "x") sets, no value at all
// removes.
func With(form url.Values, name string, values ...string) url.Values {
	changed := url.Values{}
	for n, vs := range form {
		changed[n] = slices.Clone(vs)
	}
	if len(values) == 0 {
		delete(changed, name)
	} else {
		changed[name] = values
	}
	return changed
}

// sortedKeys gives the cases of a table in a fixed order, so that the evidence of two
// runs can be compared.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
