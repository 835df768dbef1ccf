package suites

import (
	"net/http"
	"net/url"
)

// tokenRequestChecks judge which requests the token endpoint takes.
func tokenRequestChecks() []Check {
	return []Check{
		{"rfc6749/3.2/post-only", tokenPostOnly},
		{"rfc6749/3.2/duplicate-parameter", tokenDuplicates},
		{"rfc6749/3.2/duplicate-code", duplicateCode},
		{"rfc6749/3.2/duplicate-verifier", duplicateVerifier},
		{"rfc6749/3.2/unknown-parameter", tokenUnknownParameter},
		{"rfc6749/4.1.3/form-body-only", formBodyOnly},
	}
}

func tokenPostOnly(c *Case) {
	user, app := c.User(), c.App()
	c.Control("POST", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	c.Expect(c.Get("/oauth2/token?"+form.Encode(), nil)).To(BeRefused(), "GET")
}

func tokenDuplicates(c *Case) {
	user, app := c.User(), c.App(AllowPKCE())
	var g Grant
	c.Control("each parameter once", func() {
		g = c.GrantFor(user, app, PKCE(Verifier))
		g = c.refreshed(g, probeScope)
	})
	refresh := c.RefreshForm(app, g.Refresh, probeScope)
	for _, name := range []string{"refresh_token", "scope"} {
		c.Expect(c.Token(doubled(refresh, name))).To(BeTokenError(400, "invalid_request"), "%s twice at refresh", name)
	}
	exchange := c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier)))
	for _, name := range []string{"grant_type", "client_id", "client_secret", "redirect_uri"} {
		c.Expect(c.Token(doubled(exchange, name))).To(BeTokenError(400, "invalid_request"), "%s twice", name)
	}
	c.Expect(c.Token(doubled(public(exchange), "code_verifier"))).To(BeTokenError(400, "invalid_request"), "code_verifier twice without a secret")
}

func duplicateCode(c *Case) {
	user, app := c.User(), c.App()
	c.Control("code once", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	c.Expect(c.Token(doubled(form, "code"))).To(BeTokenError(400, "invalid_request"), "code twice")
}

func duplicateVerifier(c *Case) {
	user, app := c.User(), c.App()
	c.Control("code_verifier once", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier))))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier)))
	c.Expect(c.Token(doubled(form, "code_verifier"))).To(BeTokenError(400, "invalid_request"), "code_verifier twice beside a secret")
}

func tokenUnknownParameter(c *Case) {
	user, app := c.User(), c.App()
	form := With(c.ExchangeForm(app, c.Code(user, app)), "unknown_parameter", "1")
	answer := c.Token(form)
	c.Expect(answer).To(BeTokens(), "an exchange")
	if !c.givesRefresh(answer) {
		return
	}
	refresh := With(c.RefreshForm(app, answer.Text("refresh_token")), "unknown_parameter", "1")
	c.Expect(c.Token(refresh)).To(BeTokens(), "a refresh")
}

func formBodyOnly(c *Case) {
	user, app := c.User(), c.App()
	c.Control("a form", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	c.Expect(c.PostJSON(http.MethodPost, "/oauth2/token", single(form), nil)).To(BeRefused(), "a JSON body")
}

// single is a form as an object of its first values.
func single(form url.Values) map[string]string {
	object := map[string]string{}
	for name := range form {
		object[name] = form.Get(name)
	}
	return object
}
