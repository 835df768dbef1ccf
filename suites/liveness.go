package suites

import (
	"fmt"
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

// Usable reports whether an access token with probeScope works everywhere:
// introspection calls it active, and the API answers.
func (c *Case) Usable(app App, token string) bool {
	if c.Foreign() {
		return c.acceptance(app, token) != acceptance{}
	}
	return c.acceptance(app, token) == acceptance{true, true}
}

// givesRefresh reports whether there is a refresh token in an answer, as there is in a
// portal's. Another server need not give one (RFC 6749 §5.1).
func (c *Case) givesRefresh(tokens Response) bool {
	return !c.Foreign() || tokens.Text("refresh_token") != ""
}

// needRefresh skips the check when there is no refresh token and need not be one.
func (c *Case) needRefresh(token string) {
	if c.Foreign() && token == "" {
		c.Skip("the server gives no refresh token to this app, and need not")
	}
}

// acceptance is who takes an access token for good; at a server that is no portal,
// userinfo stands for the API.
type acceptance struct{ introspection, api bool }

// acceptance asks introspection, with the app's credentials, and the API.
func (c *Case) acceptance(app App, token string) acceptance {
	form := c.credentials(app, url.Values{"token": {token}})
	if !c.Foreign() {
		return acceptance{
			introspection: c.Post("/oauth2/introspect", form, nil).Member("active") == true,
			api:           c.API(probePath, token).Status == 200,
		}
	}
	var a acceptance
	_, noIntrospection := c.Target.Address("/oauth2/introspect")
	_, noUserInfo := c.Target.Address("/oauth2/userinfo")
	if noIntrospection != nil && noUserInfo != nil {
		c.Skip("the server has neither introspection nor userinfo, which could tell whether a token works")
	}
	if noIntrospection == nil {
		a.introspection = c.Post("/oauth2/introspect", form, nil).Member("active") == true
	}
	if noUserInfo == nil {
		a.api = c.UserInfo(token).Status == 200
	}
	return a
}

// watched is an access token whose life a check follows.
type watched struct {
	c     *Case
	app   App
	token string
	at    acceptance // when the watch began
}

// watch begins to follow an access token with probeScope that works now, be it for
// introspection or for the API only: a portal where one of the two is broken can
// still be judged by the other. Control.
func (c *Case) watch(app App, token string) watched {
	w := watched{c: c, app: app, token: token}
	c.Control("the access token works", func() {
		w.at = c.acceptance(app, token)
		c.Expect(w.at).NotTo(gomega.Equal(acceptance{}), "neither introspection nor the API accepts it")
	})
	return w
}

// ended reports whether somebody who accepted the token no longer does.
func (w watched) ended() bool {
	now := w.c.acceptance(w.app, w.token)
	return w.at.introspection && !now.introspection || w.at.api && !now.api
}

// credentials adds the app's id and secret to a form.
func (c *Case) credentials(app App, form url.Values) url.Values {
	return With(With(form, "client_id", app.ID), "client_secret", app.Secret)
}

// expectDead fails the check if anything of a grant still works; access was watched
// since it was alive.
func (c *Case) expectDead(g Grant, access watched, after string) {
	c.Expect(access.ended()).To(gomega.BeTrue(), "the access token is dead after %s", after)
	if c.Foreign() && g.Refresh == "" {
		return
	}
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeDenied(400, "invalid_grant"), "the refresh token after %s", after)
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

// BeDenied matches a refusal of the token endpoint for one reason, where the form of
// errors (rfc6749/5.2/error-shape) is not the subject: that error code, or, when
// there is none to read, that status with a body.
func BeDenied(status int, code string) types.GomegaMatcher {
	return &responseMatcher{
		wanted: fmt.Sprintf("%s (%d)", code, status),
		misses: func(r Response) string {
			told := r.Text("error")
			switch {
			case r.Text("access_token") != "" || r.Text("refresh_token") != "":
				return "there are tokens in it"
			case told != "" && told != code:
				return fmt.Sprintf("the error is %q", told)
			case told == "" && r.Status != status:
				return fmt.Sprintf("the status is %d", r.Status)
			case told == "" && len(r.Body) == 0:
				return "it says nothing"
			}
			return ""
		},
	}
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
