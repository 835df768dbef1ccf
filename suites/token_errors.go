package suites

import (
	"regexp"
	"slices"
	"strings"

	"github.com/onsi/gomega"
)

// tokenErrorChecks judge how the token endpoint says no.
func tokenErrorChecks() []Check {
	return []Check{
		{"rfc6749/5.2/missing-parameters", missingParameters},
		{"rfc6749/5.2/unsupported-grant-type", unsupportedGrantType},
		{"rfc6749/5.2/error-shape", errorShape},
		{"rfc6749/5.2/error-without-credentials", errorWithoutCredentials},
		{"rfc9700/2.4/password-off", passwordOff},
		{"docspace/token/client-credentials-off", clientCredentialsOff},
	}
}

func missingParameters(c *Case) {
	user, app := c.User(), c.App()
	c.Control("all parameters", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	c.Expect(c.Token(With(form, "grant_type"))).To(BeDenied(400, "invalid_request"), "no grant_type")
	c.Expect(c.Token(With(form, "grant_type", ""))).To(BeDenied(400, "invalid_request"), "an empty grant_type")
	c.Expect(c.Token(With(form, "code"))).To(BeDenied(400, "invalid_request"), "no code")
}

func unsupportedGrantType(c *Case) {
	user, app := c.User(), c.App()
	c.Control("a grant type that is supported", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	answer := c.Token(With(form, "grant_type", "urn:example:unknown"))
	c.Expect(answer).To(BeTokenError(400, "unsupported_grant_type"))
}

// tokenErrorCodes are those of RFC 6749 §5.2, and RFC 6749 §4.1.2.1's access_denied
// and server_error that the portal uses for personal access tokens
// (docs/portal/identity.md §5.2).
var tokenErrorCodes = []string{
	"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
	"invalid_scope", "access_denied", "server_error",
}

// descriptionText are the characters of error_description (RFC 6749 §5.2).
var descriptionText = regexp.MustCompile(`^[\x20-\x21\x23-\x5B\x5D-\x7E]*$`)

func errorShape(c *Case) {
	user, app := c.User(), c.App()
	c.Control("a request that is right", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	type attempt struct {
		what   string
		answer Response
	}
	wrong := []attempt{
		{"an unknown code", c.Token(With(form, "code", "unknown"))},
		{"no code", c.Token(With(form, "code"))},
		{"a wrong secret", c.Token(With(form, "client_secret", otherSecret(app.Secret)))},
		{"no grant type", c.Token(With(form, "grant_type"))},
		{"client credentials", c.Token(With(form, "grant_type", "client_credentials"))},
		{"an unknown refresh token", c.Token(c.RefreshForm(app, "unknown"))},
	}
	if c.Foreign() { // which may know the grant
		wrong = slices.DeleteFunc(wrong, func(w attempt) bool { return w.what == "client credentials" })
	}
	for _, w := range wrong {
		c.expectErrorShape(w.answer, w.what)
	}
}

// expectErrorShape fails the check unless the answer is an error of RFC 6749 §5.2.
func (c *Case) expectErrorShape(answer Response, what string) {
	c.Expect(answer).To(HaveStatus(400, 401), what)
	c.Expect(answer.MediaType()).To(gomega.Equal("application/json"), "content type for %s", what)
	code, description := answer.Text("error"), answer.Text("error_description")
	known := slices.Contains(tokenErrorCodes, code) || c.Foreign() && code != "" // there may be more (RFC 6749 §8.5)
	c.Expect(known).To(gomega.BeTrue(), "error %q for %s is a known code", code, what)
	c.Expect(descriptionText.MatchString(description)).To(gomega.BeTrue(), "error_description %q for %s has only the allowed characters", description, what)
	for _, trace := range []string{"Exception", "\tat ", "java.", "goroutine", ".go:"} {
		c.Expect(strings.Contains(string(answer.Body), trace)).To(gomega.BeFalse(), "%q in the answer to %s", trace, what)
	}
}

func errorWithoutCredentials(c *Case) {
	user, app := c.User(), c.App()
	c.Control("with credentials", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	c.expectErrorShape(c.Token(public(form)), "no secret")
	c.expectErrorShape(c.Token(With(public(form), "client_id")), "no client at all")
}

func passwordOff(c *Case) {
	user, app := c.User(), c.App()
	c.Control("a grant type that is supported", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.credentials(app, map[string][]string{
		"grant_type": {"password"}, "username": {user.Email}, "password": {user.Password}, "scope": {probeScope},
	})
	c.Expect(c.Token(form)).To(BeRefused(), "the password grant with the right password")
}

func clientCredentialsOff(c *Case) {
	user, app := c.User(), c.App()
	c.Control("a grant type that is supported", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.credentials(app, map[string][]string{"grant_type": {"client_credentials"}, "scope": {probeScope}})
	c.Expect(c.Token(form)).To(BeDenied(400, "unauthorized_client"))
}
