package suites

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/onsi/gomega"

	"docspace-oauth/signature"
	"docspace-oauth/suites/target"
)

// tokenLifeChecks judge what makes and ends tokens besides their own expiry.
func tokenLifeChecks() []Check {
	return []Check{
		{"docspace/token/disabled-client", disabledClient},
		{"docspace/token/one-grant", oneGrant},
		{"docspace/token/personal-access-token", personalAccessToken},
		{"docspace/token/cors", tokenCORS},
	}
}

func disabledClient(c *Case) {
	g := c.Grant()
	c.Control("the app enabled", func() {
		c.Expect(c.Usable(g.App, g.Access)).To(gomega.BeTrue(), "the access token works")
	})
	c.enable(g.App, false)
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeTokenError(401, "invalid_client"), "a refresh while the app is disabled")
	c.Expect(c.Usable(g.App, g.Access)).To(gomega.BeFalse(), "the access token works while the app is disabled")
	c.enable(g.App, true)
	c.Expect(c.Usable(g.App, g.Access)).To(gomega.BeTrue(), "the access token works again")
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeTokens(), "a refresh with the app enabled again")
}

func oneGrant(c *Case) {
	first := c.Grant()
	c.Control("the first grant", func() {
		c.Expect(c.Usable(first.App, first.Access)).To(gomega.BeTrue(), "the access token works")
	})
	second := c.GrantFor(first.User, first.App)
	c.expectDead(first, "a second grant of the same user and app")
	c.Expect(c.Usable(second.App, second.Access)).To(gomega.BeTrue(), "the access token of the second grant works")
}

func personalAccessToken(c *Case) {
	user, app := c.User(), c.App(Scopes(probeScope, "files:read", "openid"))
	answer := c.PersonalAccessToken(user, app, probeScope)
	c.Expect(answer).To(BeTokens(), "with a signature")
	c.Expect(answer.Member("refresh_token")).To(gomega.BeNil(), "a refresh token")
	c.Expect(answer.Member("id_token")).To(gomega.BeNil(), "an id_token")
	c.Expect(c.Usable(app, answer.Text("access_token"))).To(gomega.BeTrue(), "the token works")

	form := c.credentials(app, url.Values{"grant_type": {"personal_access_token"}, "scope": {probeScope}})
	signed := http.Header{signature.Name: {c.Signature(user)}, "User-Agent": {userAgent}}
	nobody := http.Header{"User-Agent": {userAgent}}
	forged := http.Header{signature.Name: {"not.a.signature"}, "User-Agent": {userAgent}}
	c.Expect(c.Post("/oauth2/token", form, nobody)).To(BeTokenError(400, "unauthorized_client"), "without a signature")
	c.Expect(c.Post("/oauth2/token", form, forged)).To(BeTokenError(400, "server_error"), "with a signature that is none")
	c.Expect(c.Post("/oauth2/token", With(form, "scope"), signed)).To(BeTokenError(400, "invalid_request"), "without scope")
	c.Expect(c.Post("/oauth2/token", With(form, "scope", "rooms:read"), signed)).To(BeTokenError(400, "invalid_scope"), "a scope that the app has not")
	c.Expect(c.Post("/oauth2/token", With(form, "client_secret", otherSecret(app.Secret)), signed)).To(BeTokenError(401, "invalid_client"), "with a wrong secret")

	guest, err := c.Target.NewUser(c.ctx, target.Guest)
	if errors.Is(err, target.ErrNotOffered) {
		c.Warn("not tried as a guest: %v", err)
		return
	}
	c.setup("a guest", func() { c.need(err) })
	c.Expect(c.PersonalAccessToken(guest, app, probeScope)).To(BeTokenError(400, "access_denied"), "a guest")
}

func tokenCORS(c *Case) {
	user, app := c.User(), c.App()
	form := c.ExchangeForm(app, c.Code(user, app))
	const origin = "https://somewhere.example.test"
	preflight := c.Do(c.Request(http.MethodOptions, "/oauth2/token", http.Header{
		"Origin": {origin}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"content-type"},
	}, nil))
	c.Expect(preflight).To(HaveStatus(200, 204), "the preflight")
	c.Expect(listed(preflight.Header, "Access-Control-Allow-Methods")).To(gomega.ContainElement("post"), "allowed methods")
	c.Expect(listed(preflight.Header, "Access-Control-Allow-Headers")).To(gomega.ContainElement("content-type"), "allowed headers")
	answer := c.Post("/oauth2/token", form, http.Header{"Origin": {origin}})
	c.Expect(answer).To(BeTokens())
	for _, r := range []Response{preflight, answer} {
		allowed := r.Header.Get("Access-Control-Allow-Origin")
		c.Expect(allowed == "*" || allowed == origin).To(gomega.BeTrue(), "Access-Control-Allow-Origin %q of %s", allowed, r.Request)
		c.Expect(strings.EqualFold(r.Header.Get("Access-Control-Allow-Credentials"), "true")).To(gomega.BeFalse(), "credentials are allowed by %s", r.Request)
	}
}
