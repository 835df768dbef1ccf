package suites

import (
	"net/http"
	"strings"

	"github.com/onsi/gomega"
)

func tokenChecks() []Check {
	checks := []Check{
		{"rfc6749/4.1.3/code-exchanged", codeExchanged},
		{"rfc6749/5.1/response-members", responseMembers},
		{"rfc6749/5.1/no-store", tokenNoStore},
		{"rfc6749/5.1/scope-reported", scopeReported},
		{"rfc6749/4.1.2/code-single-use", codeSingleUse},
		{"rfc6749/4.1.2/code-reuse-revokes", codeReuseRevokes},
		{"rfc6749/4.1.3/code-bound-to-client", codeBoundToClient},
		{"rfc6749/4.1.3/redirect-uri-bound", redirectURIBound},
	}
	checks = append(checks, clientAuthenticationChecks()...)
	checks = append(checks, tokenRequestChecks()...)
	checks = append(checks, tokenErrorChecks()...)
	checks = append(checks, tokenLifeChecks()...)
	return append(checks, accessTokenChecks()...)
}

func codeExchanged(c *Case) {
	user, app := c.User(), c.App()
	code := c.Code(user, app)
	answer := c.Token(c.ExchangeForm(app, code))
	c.Expect(answer).To(BeTokens())
	c.Expect(c.Usable(app, answer.Text("access_token"))).To(gomega.BeTrue(), "the access token works")
	if c.givesRefresh(answer) {
		c.Expect(c.Token(c.RefreshForm(app, answer.Text("refresh_token")))).To(BeTokens(), "the refresh token works")
	}
}

func responseMembers(c *Case) {
	user, app := c.User(), c.App()
	code := c.Code(user, app)
	answer := c.Token(c.ExchangeForm(app, code))
	c.Expect(answer).To(BeTokens())
	c.Expect(answer.MediaType()).To(gomega.Equal("application/json"))
	c.Expect(strings.ToLower(answer.Text("token_type"))).To(gomega.Equal("bearer"), "token_type: %v", answer)
	if c.Foreign() && answer.Member("expires_in") == nil {
		return // recommended only (RFC 6749 §5.1)
	}
	lifetime, isNumber := answer.Member("expires_in").(float64)
	c.Expect(isNumber).To(gomega.BeTrue(), "expires_in is a number: %v", answer.Member("expires_in"))
	c.Expect(lifetime).To(gomega.BeNumerically(">", 0), "expires_in")
}

func tokenNoStore(c *Case) {
	user, app := c.User(), c.App()
	code := c.Code(user, app)
	answer := c.Token(c.ExchangeForm(app, code))
	c.Expect(answer).To(BeTokens())
	c.expectNoStore(answer)
	if c.givesRefresh(answer) {
		c.expectNoStore(c.Token(c.RefreshForm(app, answer.Text("refresh_token"))))
	}
}

func (c *Case) expectNoStore(answer Response) {
	c.Expect(listed(answer.Header, "Cache-Control")).To(gomega.ContainElement("no-store"), "Cache-Control of %s", answer.Request)
	c.Expect(listed(answer.Header, "Pragma")).To(gomega.ContainElement("no-cache"), "Pragma of %s", answer.Request)
}

// listed are the members of a comma separated header, in lower case.
func listed(header http.Header, name string) []string {
	var members []string
	for _, line := range header.Values(name) {
		for member := range strings.SplitSeq(line, ",") {
			members = append(members, strings.ToLower(strings.TrimSpace(member)))
		}
	}
	return members
}

func scopeReported(c *Case) {
	user, app := c.User(), c.App()
	var code Code
	c.setup("consent to less than was asked for", func() {
		answer := c.Authorize(user, app, Scope(probeScope, "files:read", "rooms:read"))
		if state := ConsentState(answer); state != "" {
			answer = c.Consent(user, app, state, probeScope, "files:read")
		}
		code = Code{Value: answer.Query("code"), RedirectURI: app.RedirectURI}
		c.Expect(code.Value).NotTo(gomega.BeEmpty(), "no code came: %v", answer)
	})
	answer := c.Token(c.ExchangeForm(app, code))
	c.Expect(answer).To(BeTokens())
	reported := strings.Fields(answer.Text("scope"))
	c.Expect(reported).NotTo(gomega.BeEmpty(), "scope of the token response")
	c.Expect(answer.Text("access_token")).To(HaveScopes(reported...), "the access token has what the response says")
}

func codeSingleUse(c *Case) {
	user, app := c.User(), c.App()
	form := c.ExchangeForm(app, c.Code(user, app))
	c.Control("the first exchange", func() { c.Expect(c.Token(form)).To(BeTokens()) })
	c.Expect(c.Token(form)).To(BeDenied(400, "invalid_grant"), "the second exchange")
}

func codeReuseRevokes(c *Case) {
	user, app := c.User(), c.App()
	form := c.ExchangeForm(app, c.Code(user, app))
	g := Grant{User: user, App: app}
	c.Control("the first exchange", func() {
		answer := c.Token(form)
		c.Expect(answer).To(BeTokens())
		g.Access, g.Refresh = answer.Text("access_token"), answer.Text("refresh_token")
	})
	access := c.watch(app, g.Access)
	c.Token(form)
	c.expectDead(g, access, "its code was used again")
}

func codeBoundToClient(c *Case) {
	user, app, other := c.User(), c.App(), c.App()
	c.Control("the client that the code was issued to", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	code := c.Code(user, app)
	c.Expect(c.Token(c.ExchangeForm(other, code))).To(BeDenied(400, "invalid_grant"), "another client with its own secret")
}

func redirectURIBound(c *Case) {
	const second = "https://app.example.test/second"
	user, app := c.User(), c.App(Redirects(RedirectURI, second))
	c.Control("the redirect URI of the request", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	c.Expect(c.Token(With(form, "redirect_uri", second))).To(BeDenied(400, "invalid_grant"), "another redirect URI of the app")
	c.Expect(c.Token(With(form, "redirect_uri", RedirectURI+"/"))).To(BeDenied(400, "invalid_grant"), "a foreign redirect URI")
	c.Expect(c.Token(With(form, "redirect_uri"))).To(BeDenied(400, "invalid_grant"), "no redirect URI")
	c.Expect(c.Token(form)).To(BeTokens(), "the right redirect URI after that")
}
