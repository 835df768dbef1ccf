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
	access := c.watch(g.App, g.Access)
	c.enable(g.App, false)
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeDenied(401, "invalid_client"), "a refresh while the app is disabled")
	c.Expect(access.ended()).To(gomega.BeTrue(), "the access token is dead while the app is disabled")
	c.enable(g.App, true)
	c.Expect(access.ended()).To(gomega.BeFalse(), "the access token stays dead with the app enabled again")
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeTokens(), "a refresh with the app enabled again")
}

func oneGrant(c *Case) {
	first := c.Grant()
	access := c.watch(first.App, first.Access)
	second := c.GrantFor(first.User, first.App)
	c.expectDead(first, access, "a second grant of the same user and app")
	c.Expect(c.Token(c.RefreshForm(second.App, second.Refresh))).To(BeTokens(), "the refresh token of the second grant")
}

func personalAccessToken(c *Case) {
	user, app := c.User(), c.App(Scopes(probeScope, "files:read", "openid"))
	answer := c.PersonalAccessToken(user, app, probeScope)
	c.Expect(answer).To(BeTokens(), "with a signature")
	c.Expect(answer.Member("refresh_token")).To(gomega.BeNil(), "a refresh token")
	c.Expect(answer.Member("id_token")).To(gomega.BeNil(), "an id_token")
	c.Expect(c.acceptance(app, answer.Text("access_token"))).NotTo(gomega.Equal(acceptance{}), "the token works")

	form := c.credentials(app, url.Values{"grant_type": {"personal_access_token"}, "scope": {probeScope}})
	signed := http.Header{signature.Name: {c.Signature(user)}, "User-Agent": {userAgent}}
	nobody := http.Header{"User-Agent": {userAgent}}
	forged := http.Header{signature.Name: {"not.a.signature"}, "User-Agent": {userAgent}}
	c.Expect(c.Post("/oauth2/token", form, nobody)).To(BeDenied(400, "unauthorized_client"), "without a signature")
	c.Expect(c.Post("/oauth2/token", form, forged)).To(BeDenied(400, "server_error"), "with a signature that is none")
	c.Expect(c.Post("/oauth2/token", With(form, "scope"), signed)).To(BeDenied(400, "invalid_request"), "without scope")
	c.Expect(c.Post("/oauth2/token", With(form, "scope", "rooms:read"), signed)).To(BeDenied(400, "invalid_scope"), "a scope that the app has not")

	guest, err := c.Target.NewUser(c.ctx, target.Guest)
	if errors.Is(err, target.ErrNotOffered) {
		c.Warn("not tried as a guest: %v", err)
		return
	}
	c.setup("a guest", func() { c.need(err) })
	c.Expect(c.PersonalAccessToken(guest, app, probeScope)).To(BeDenied(400, "access_denied"), "a guest")
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
