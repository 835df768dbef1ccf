package suites

import (
	"net/url"
	"strings"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// probeScope opens probePath: with it, a token can be seen to work.
const (
	probeScope = "accounts.self:read"
	probePath  = "people/@self"
)

// Usable reports whether an access token with probeScope works: introspection, asked
// with the app's credentials, calls it active, and the API answers. A token that only
// one of the two accepts is dead for the other, and that is the subject of the checks
// of that one.
func (c *Case) Usable(app App, token string) bool {
	form := c.credentials(app, url.Values{"token": {token}})
	active := c.Post("/oauth2/introspect", form, nil).Member("active") == true
	return c.API(probePath, token).Status == 200 && active
}

// credentials adds the app's id and secret to a form.
func (c *Case) credentials(app App, form url.Values) url.Values {
	return With(With(form, "client_id", app.ID), "client_secret", app.Secret)
}

// expectDead fails the check if anything of a grant still works.
func (c *Case) expectDead(g Grant, after string) {
	c.Expect(c.Usable(g.App, g.Access)).To(gomega.BeFalse(), "the access token still works after %s", after)
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeTokenError(400, "invalid_grant"), "the refresh token after %s", after)
}

// refreshed uses a refresh token; what else of the grant stays is kept. Setup.
func (c *Case) refreshed(g Grant, scopes ...string) Grant {
	c.setup("a refresh", func() {
		answer := c.Token(c.RefreshForm(g.App, g.Refresh, scopes...))
		c.Expect(answer).To(BeTokens())
		g.Answer, g.Access, g.ID = answer, answer.Text("access_token"), answer.Text("id_token")
		if next := answer.Text("refresh_token"); next != "" {
			g.Refresh = next
		}
	})
	return g
}

// enable switches an app on or off as its owner. Setup.
func (c *Case) enable(app App, enabled bool) {
	c.setup("switch the app", func() {
		c.need(c.Flows().SetEnabled(c.ctx, c.Signature(app.Owner), app.ID, enabled))
	})
}

// tokenScopes are the scopes that an access token itself names.
func tokenScopes(token string) []string { return texts(tokenPart(token, 1)["scope"]) }

// HaveScopes matches an access token that names exactly these scopes.
func HaveScopes(scopes ...string) types.GomegaMatcher {
	return gomega.WithTransform(tokenScopes, gomega.ConsistOf(scopes))
}

// public is the token request of an app that authenticates without its secret.
func public(form url.Values) url.Values { return With(form, "client_secret") }

// doubled sends a parameter twice with its own value.
func doubled(form url.Values, name string) url.Values {
	return With(form, name, form.Get(name), form.Get(name))
}

// otherSecret is as long as secret and not it.
func otherSecret(secret string) string {
	last := "A"
	if strings.HasSuffix(secret, last) {
		last = "B"
	}
	return secret[:len(secret)-1] + last
}
