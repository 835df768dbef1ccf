package suites

import (
	"strings"

	"github.com/onsi/gomega"
)

func pkceChecks() []Check {
	return []Check{
		{"rfc7636/4.6/verifier-compared", verifierCompared},
		{"rfc7636/4.5/verifier-required", verifierRequired},
		{"rfc9700/2.1.1/plain-off", plainOff},
		{"rfc9700/4.8/no-downgrade", noDowngrade},
		{"rfc7636/4.1/verifier-length", verifierLength},
		{"rfc9700/2.1.1/required-for-public", pkceRequiredForPublic},
		{"docspace/pkce/public-exchange", publicExchange},
		{"docspace/pkce/code-survives", codeSurvives},
	}
}

// otherVerifier is well-formed and not Verifier.
var otherVerifier = strings.Repeat("x", 43)

func verifierCompared(c *Case) {
	user, app := c.User(), c.App()
	c.Control("the right verifier", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier))))).To(BeTokens())
	})
	// Each on a code of its own: whether a wrong verifier uses the code up is the
	// subject of docspace/pkce/code-survives.
	for _, wrong := range []string{otherVerifier, Verifier + "x", Challenge(Verifier)} {
		form := c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier)))
		c.Expect(c.Token(With(form, "code_verifier", wrong))).To(BeDenied(400, "invalid_grant"), "verifier %q", wrong)
	}
	c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier))))).To(BeTokens(), "the right verifier after wrong ones")
}

func verifierRequired(c *Case) {
	user, app := c.User(), c.App()
	c.Control("with the verifier", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier))))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier)))
	refused := BeDenied(400, "invalid_grant")
	if c.Foreign() { // invalid_request says the same
		refused = BeRefused()
	}
	c.Expect(c.Token(With(form, "code_verifier"))).To(refused, "without a verifier")
	c.Expect(c.Token(With(form, "code_verifier", ""))).To(BeRefused(), "with an empty verifier")
}

func plainOff(c *Case) {
	user, app := c.User(), c.App()
	c.Control("S256", func() {
		c.Expect(c.AuthorizeAndConsent(user, app, PKCE(Verifier)).Query("code")).NotTo(gomega.BeEmpty(), "a code")
	})
	challenge := Param("code_challenge", Verifier)
	plain := c.AuthorizeAndConsent(user, app, challenge, Param("code_challenge_method", "plain"))
	c.Expect(plain.Query("error")).NotTo(gomega.BeEmpty(), "an error for the method plain: %v", plain)
	missing := c.AuthorizeAndConsent(user, app, challenge)
	c.Expect(missing.Query("error")).NotTo(gomega.BeEmpty(), "an error for a challenge without a method, which means plain (RFC 7636 §4.3): %v", missing)
}

func noDowngrade(c *Case) {
	user, app := c.User(), c.App()
	c.Control("neither challenge nor verifier", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	c.Expect(c.Token(With(form, "code_verifier", Verifier))).To(BeDenied(400, "invalid_grant"), "a verifier without a challenge")
}

func verifierLength(c *Case) {
	user, app := c.User(), c.App()
	exchange := func(verifier string) Response {
		form := c.ExchangeForm(app, c.Code(user, app, PKCE(verifier)))
		return c.Token(With(form, "code_verifier", verifier))
	}
	c.Control("43 and 128 characters", func() {
		c.Expect(exchange(Verifier)).To(BeTokens())
		c.Expect(exchange(strings.Repeat("~", 128))).To(BeTokens())
	})
	malformed := []struct{ what, verifier string }{
		{"42 characters", strings.Repeat("x", 42)},
		{"129 characters", strings.Repeat("x", 129)},
		{"a slash", strings.Repeat("x", 42) + "/"},
		{"a space", strings.Repeat("x", 42) + " "},
	}
	for _, m := range malformed {
		c.Expect(exchange(m.verifier)).To(BeRefused(), "a verifier with %s", m.what)
	}
}

func pkceRequiredForPublic(c *Case) {
	user, app := c.User(), c.App(AllowPKCE())
	c.Control("without the secret, with PKCE", func() {
		form := c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier)))
		c.Expect(c.Token(public(form))).To(BeTokens())
	})
	form := public(c.ExchangeForm(app, c.Code(user, app)))
	c.Expect(c.Token(form)).To(BeRefused(), "neither secret nor verifier")
	c.Expect(c.Token(With(form, "code_verifier", Verifier))).To(BeRefused(), "a verifier, but the request had no challenge")
}

func publicExchange(c *Case) {
	user, app, confidential := c.User(), c.App(AllowPKCE()), c.App()
	form := public(c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier))))
	answer := c.Token(form)
	c.Expect(answer).To(BeTokens(), "an app with allow_pkce, without its secret")
	c.Expect(answer.Member("refresh_token")).To(gomega.BeNil(), "a refresh token")
	c.Expect(c.acceptance(app, answer.Text("access_token"))).NotTo(gomega.Equal(acceptance{}), "the access token works")
	c.Control("an app without allow_pkce, with its secret", func() {
		c.Expect(c.Token(c.ExchangeForm(confidential, c.Code(user, confidential, PKCE(Verifier))))).To(BeTokens())
	})
	form = public(c.ExchangeForm(confidential, c.Code(user, confidential, PKCE(Verifier))))
	c.Expect(c.Token(form)).To(BeDenied(401, "invalid_client"), "an app without allow_pkce, without its secret")
}

func codeSurvives(c *Case) {
	user, app := c.User(), c.App()
	form := c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier)))
	if c.Token(With(form, "code_verifier", otherVerifier)).Text("access_token") != "" {
		c.Blocked("the wrong verifier was accepted")
	}
	c.Expect(c.Token(form)).To(BeTokens(), "the right verifier after a wrong one")
}
