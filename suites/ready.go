package suites

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"docspace-oauth/flows"
	"docspace-oauth/suites/target"
)

// readyApp is one of the target's ready-made apps that can stand for a registration
// with these options, and that the check does not have yet. It comes without consent
// on record, as a fresh one would. Setup.
func (c *Case) readyApp(owner User, options []AppOption) App {
	var wanted flows.Registration // what is not named does not matter
	for _, option := range options {
		option(&wanted)
	}
	var app App
	c.setup("a ready-made app", func() {
		ready, err := c.untaken(wanted)
		c.need(err)
		for _, u := range c.consenting() {
			c.need(c.Flows().RevokeConsent(c.ctx, c.Signature(u), ready.ClientID))
		}
		scopes := ready.Scopes
		if wanted.Scopes == nil && !c.Foreign() {
			scopes = slices.Clone(AllScopes)
		}
		app = App{
			App: flows.App{
				ID: ready.ClientID, Secret: string(ready.ClientSecret), RedirectURI: ready.RedirectURI, Scopes: scopes,
			},
			Owner: owner,
			Registered: &flows.Registered{
				Name: ready.ClientID, ClientID: ready.ClientID, ClientSecret: string(ready.ClientSecret),
				RedirectURIs: []string{ready.RedirectURI}, Scopes: scopes, Enabled: true,
			},
		}
		c.redactor.Learn("secret", app.Secret)
	})
	return app
}

// consenting are those whose consents would be noticed. At a server that is no portal
// nobody's are: its checks don't ask what it asks.
func (c *Case) consenting() []User {
	if c.Foreign() {
		return nil
	}
	return c.Target.Given()
}

// untaken is a ready-made app that fits and is given out for the first time: a check
// that asks for two apps means two, so it can't have the same one twice.
func (c *Case) untaken(wanted flows.Registration) (target.ReadyApp, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fit := 0
	for _, app := range c.Target.Apps {
		if !stands(app, wanted) && !(c.Foreign() && wanted.Scopes == nil && wanted.RedirectURIs == nil && !wanted.AllowPKCE) {
			continue
		}
		if fit++; !c.taken[app.ClientID] {
			c.taken[app.ClientID] = true
			return app, nil
		}
	}
	if fit > 0 {
		return target.ReadyApp{}, fmt.Errorf("%w: the check needs %d ready-made apps of one kind, and the target has %d", target.ErrNotOffered, fit+1, fit)
	}
	return target.ReadyApp{}, fmt.Errorf("%w: the check needs an app %s, and none of the ready-made ones is", target.ErrNotOffered, inWords(wanted))
}

// stands says whether a ready-made app can stand for a registration. Scopes that are
// named must be all it has: a check may go on to ask for one that was not registered.
func stands(app target.ReadyApp, wanted flows.Registration) bool {
	switch {
	case app.AllowPKCE != wanted.AllowPKCE, wanted.AllowedOrigins != nil:
		return false
	case wanted.RedirectURIs != nil && !slices.Equal(wanted.RedirectURIs, []string{app.RedirectURI}):
		return false
	case wanted.Scopes == nil:
		return !slices.ContainsFunc(AllScopes, func(s string) bool { return !slices.Contains(app.Scopes, s) })
	}
	return slices.Equal(slices.Sorted(slices.Values(app.Scopes)), slices.Sorted(slices.Values(wanted.Scopes)))
}

func inWords(wanted flows.Registration) string {
	words := []string{"without allow-pkce"}
	if wanted.AllowPKCE {
		words[0] = "with allow-pkce"
	}
	if wanted.Scopes == nil {
		words = append(words, "with all nine scopes")
	} else {
		words = append(words, "with just the scopes "+strings.Join(wanted.Scopes, " "))
	}
	if wanted.RedirectURIs != nil {
		words = append(words, "with the redirect URIs "+strings.Join(wanted.RedirectURIs, " "))
	}
	if wanted.AllowedOrigins != nil {
		words = append(words, "with the allowed origins "+strings.Join(wanted.AllowedOrigins, " "))
	}
	return strings.Join(words, ", ")
}

// spare refuses what would change, switch off or delete apps, or register more, at a
// target whose apps are ready-made: they are somebody's, who still needs them after
// the run.
func spare(t *target.Target, base http.RoundTripper) http.RoundTripper {
	if len(t.Apps) == 0 {
		return base
	}
	return sparing{base}
}

var errSpared = fmt.Errorf("%w: it registers, changes or deletes apps, and the apps of this target are ready-made", target.ErrNotOffered)

type sparing struct{ base http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (s sparing) RoundTrip(req *http.Request) (*http.Response, error) {
	if !changesApps(req) {
		return s.base.RoundTrip(req)
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return nil, errSpared
}

// changesApps recognises the writes of the registration API (docs/portal/identity.md
// §7.2); withdrawing a consent is none.
func changesApps(req *http.Request) bool {
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	for _, base := range []string{"/api/2.0/clients", "/api/2.0/oauth2/clients"} {
		if rest, ok := strings.CutPrefix(req.URL.Path, base); ok && (rest == "" || rest[0] == '/') {
			return req.Method != http.MethodDelete || !strings.HasSuffix(rest, "/revoke")
		}
	}
	return false
}
