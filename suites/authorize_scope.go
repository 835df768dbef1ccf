package suites

import (
	"slices"

	"github.com/onsi/gomega"
)

// authorizeScopeChecks judge what a request may ask for.
func authorizeScopeChecks() []Check {
	return []Check{
		{"rfc6749/4.1.2.1/invalid-scope", invalidScope},
		{"rfc6749/3.3/scope-omitted", scopeOmitted},
		{"rfc6749/10.2/consent-asked", consentAsked},
	}
}

func invalidScope(c *Case) {
	user, app := c.User(), c.App(Scopes("files:read", "rooms:read"))
	c.allowed(user, app, Scope("files:read"))
	for what, scopes := range map[string][]string{
		"a scope that nobody knows":           {"files:read", "unknown:read"},
		"a scope that the app has not":        {"files:read", "files:write"},
		"a scope in other letters":            {"FILES:READ"},
		"nothing but a scope that is unknown": {"unknown:read"},
	} {
		answer := c.Authorize(user, app, Scope(scopes...), State("refused"))
		c.Expect(answer).To(BeErrorAtApp(app.RedirectURI, "invalid_scope", "refused"), what)
		c.expectWorthless(app, answer)
	}
}

func scopeOmitted(c *Case) {
	user, app := c.User(), c.App(Scopes("files:read", "rooms:read", probeScope))
	c.allowed(user, app, Scope("files:read"))
	answer := c.Authorize(user, app, Param("scope"))
	if !leadsToConsent(answer) && !handedOver(answer).Has("code") {
		c.Expect(answer).To(BeNoAuthorization(), "a request without scope is answered or refused")
		return
	}
	if leadsToConsent(answer) {
		asked := askedScopes(answer)
		c.Expect(asked).To(gomega.ConsistOf(app.Scopes), "scopes asked for")
		answer = c.Consent(user, app, ConsentState(answer), asked...)
	}
	c.expectScopes(app, answer, "without scope", app.Scopes...)
}

func consentAsked(c *Case) {
	user, app := c.User(), c.App()
	c.Control("openid alone", func() {
		c.Expect(c.AuthorizeAndConsent(user, app, Scope("openid"))).To(BeCodeAt(app.RedirectURI))
	})
	for _, scope := range slices.DeleteFunc(slices.Clone(AllScopes), func(s string) bool { return s == "openid" }) {
		answer := c.Authorize(user, app, Scope(scope))
		c.Expect(answer).To(BeConsentPage(), "a new app asks for %s", scope)
		c.Expect(askedScopes(answer)).To(gomega.ConsistOf(scope), "scopes that the user is asked about")
	}
	c.Expect(c.Authorize(user, app, Scope("openid", "files:read"))).To(BeConsentPage(), "openid beside an API scope")
}
