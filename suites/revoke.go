package suites

import (
	"crypto/rand"
	"net/url"

	"github.com/onsi/gomega"
)

func revokeChecks() []Check {
	return []Check{
		{"rfc7009/2/refresh-revoked", refreshRevoked},
		{"rfc7009/2/access-revoked", accessRevoked},
		{"rfc7009/2.1/refresh-kills-access", refreshKillsAccess},
		{"docspace/revoke/access-keeps-refresh", accessKeepsRefresh},
		{"rfc7009/2.1/client-bound", revokeBoundToClient},
		{"rfc7009/2.1/client-authenticated", revokeClientAuthenticated},
		{"rfc7009/2/code-revoked", codeRevoked},
		{"rfc7009/2.2/unknown-token-200", unknownTokenRevoked},
		{"rfc7009/2.1/token-required", revokeTokenRequired},
	}
}

func refreshRevoked(c *Case) {
	g := c.Grant()
	c.Control("before the revocation", func() { g = c.refreshed(g) })
	c.Expect(c.Revoke(g.App, g.Refresh)).To(HaveStatus(200))
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeDenied(400, "invalid_grant"), "the revoked refresh token")
}

func accessRevoked(c *Case) {
	g := c.Grant()
	access := c.watch(g.App, g.Access)
	answer := c.Revoke(g.App, g.Access)
	if c.Foreign() && answer.Text("error") == "unsupported_token_type" {
		c.Skip("the server revokes no access tokens, and need not (RFC 7009 §2)")
	}
	c.Expect(answer).To(HaveStatus(200))
	now := c.acceptance(g.App, g.Access)
	c.Expect(access.at.introspection && now.introspection).To(gomega.BeFalse(), "introspection calls the revoked access token active")
	c.Expect(access.at.api && now.api).To(gomega.BeFalse(), "the API accepts the revoked access token")
}

func refreshKillsAccess(c *Case) {
	g := c.Grant()
	access := c.watch(g.App, g.Access)
	c.Expect(c.Revoke(g.App, g.Refresh)).To(HaveStatus(200))
	c.Expect(access.ended()).To(gomega.BeTrue(), "the access token is dead after its refresh token was revoked")
}

func accessKeepsRefresh(c *Case) {
	g := c.Grant()
	c.Expect(c.Revoke(g.App, g.Access)).To(HaveStatus(200))
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeTokens(), "the refresh token after its access token was revoked")
}

func revokeBoundToClient(c *Case) {
	g, other := c.Grant(), c.App()
	access := c.watch(g.App, g.Access)
	refused := HaveStatus(400)
	if c.Foreign() {
		refused = HaveStatus(400, 401, 403)
	}
	c.Expect(c.Revoke(other, g.Refresh)).To(refused, "another client's refresh token")
	c.Expect(c.Revoke(other, g.Access)).To(refused, "another client's access token")
	c.Expect(access.ended()).To(gomega.BeFalse(), "the access token is dead after that")
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeTokens(), "the refresh token after that")
}

func revokeClientAuthenticated(c *Case) {
	g := c.Grant()
	form := c.credentials(g.App, url.Values{"token": {g.Refresh}})
	refused := HaveStatus(401)
	if c.Foreign() { // the standard wants it for HTTP Basic only (RFC 6749 §5.2)
		refused = HaveStatus(400, 401)
	}
	c.Expect(c.Post("/oauth2/revoke", public(form), nil)).To(refused, "no secret")
	c.Expect(c.Post("/oauth2/revoke", With(public(form), "client_id"), nil)).To(refused, "no client at all")
	c.Expect(c.Post("/oauth2/revoke", With(form, "client_secret", otherSecret(g.App.Secret)), nil)).To(refused, "a wrong secret")
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeTokens(), "the refresh token after that")
}

func codeRevoked(c *Case) {
	user, app := c.User(), c.App()
	c.Control("a code that was not revoked", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	code := c.Code(user, app)
	c.Expect(c.Revoke(app, code.Value)).To(HaveStatus(200))
	c.Expect(c.Token(c.ExchangeForm(app, code))).To(BeDenied(400, "invalid_grant"), "the revoked code")
}

func unknownTokenRevoked(c *Case) {
	g := c.Grant()
	access := c.watch(g.App, g.Access)
	c.Expect(c.Revoke(g.App, "unknown-"+rand.Text())).To(HaveStatus(200), "an unknown token")
	c.Expect(access.ended()).To(gomega.BeFalse(), "the app's own token is dead after that")
}

func revokeTokenRequired(c *Case) {
	g := c.Grant()
	c.Control("with a token", func() { c.Expect(c.Revoke(g.App, g.Access)).To(HaveStatus(200)) })
	form := c.credentials(g.App, url.Values{})
	c.Expect(c.Post("/oauth2/revoke", form, nil)).To(BeDenied(400, "invalid_request"), "no token")
}
