package suites

import (
	"github.com/onsi/gomega"
)

// authorizeRequestChecks judge how the parameters of a request are read.
func authorizeRequestChecks() []Check {
	return []Check{
		{"rfc6749/4.1.1/response-type-required", responseTypeRequired},
		{"rfc6749/3.1.1/response-type-unknown", responseTypeUnknown},
		{"rfc6749/3.1/duplicate-parameter", authorizeDuplicates},
		{"rfc6749/3.1/duplicate-others", authorizeOtherDuplicates},
		{"rfc6749/3.1/unknown-parameter", authorizeUnknownParameter},
		{"rfc6749/3.1/empty-is-omitted", emptyIsOmitted},
		{"rfc6749/3.1/post-request", postRequest},
	}
}

// allowed shows that a request of u and app is answered with a code. Control.
func (c *Case) allowed(u User, app App, changes ...Parameter) {
	c.Control("the request made right", func() {
		c.Expect(c.AuthorizeAndConsent(u, app, changes...)).To(BeCodeAt(app.RedirectURI))
	})
}

func responseTypeRequired(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, app)
	c.Expect(c.Authorize(user, app, Param("response_type"))).To(BeNoAuthorization(), "no response_type")
	c.Expect(c.Authorize(user, app, Param("response_type", ""))).To(BeNoAuthorization(), "an empty response_type")
}

func responseTypeUnknown(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, app)
	kinds := []string{"foo", "token", "code token", "id_token", "code id_token", "CODE"}
	if c.Foreign() { // it may know more than code
		kinds = kinds[:1]
	}
	for _, kind := range kinds {
		answer := c.Authorize(user, app, Param("response_type", kind), Param("nonce", "n"))
		c.Expect(answer).To(BeNoAuthorization(), kind)
		if u := answer.Location(); u != nil {
			c.Expect(u.Fragment).To(gomega.BeEmpty(), "fragment for %s", kind)
		}
	}
}

func authorizeDuplicates(c *Case) {
	user, app := c.User(), c.App(Redirects(RedirectURI, "https://app.example.test/second"))
	c.allowed(user, app, PKCE(Verifier))
	right := c.AuthorizeParameters(app, PKCE(Verifier))
	second := map[string]string{
		"client_id": c.App().ID, "redirect_uri": "https://app.example.test/second", "response_type": "token",
		"scope": "files:read", "state": "another", "code_challenge": Challenge("another"),
	}
	for _, name := range sortedKeys(second) {
		value := right.Get(name)
		c.Expect(c.Authorize(user, app, PKCE(Verifier), Param(name, value, value))).To(BeNoAuthorization(), "%s twice", name)
		c.Expect(c.Authorize(user, app, PKCE(Verifier), Param(name, value, second[name]))).To(BeNoAuthorization(), "two values of %s", name)
	}
}

func authorizeOtherDuplicates(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, app, Param("nonce", "n-1"), Param("unknown", "1"))
	c.Expect(c.Authorize(user, app, Param("nonce", "n-1", "n-2"))).To(BeNoAuthorization(), "nonce twice")
	c.Expect(c.Authorize(user, app, Param("unknown", "1", "2"))).To(BeNoAuthorization(), "an unknown parameter twice")
}

func authorizeUnknownParameter(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, c.App())
	extra := []Parameter{Param("unknown", "1"), Param("utm_source", "mail")}
	c.expectScopes(app, c.AuthorizeAndConsent(user, app, extra...), "with unknown parameters", app.Scopes...)
}

func emptyIsOmitted(c *Case) {
	user, app := c.User(), c.App(Scopes("files:read", "rooms:read"))
	c.allowed(user, c.App())
	// Not whether something comes, but whether the same comes: what a request without
	// state or scope is answered with is the subject of other checks.
	absent, empty := c.Authorize(user, app, Param("scope")), c.Authorize(user, app, Param("scope", ""))
	c.Expect(leadsToConsent(empty)).To(gomega.Equal(leadsToConsent(absent)), "an empty scope: %v", empty)
	c.Expect(askedScopes(empty)).To(gomega.ConsistOf(askedScopes(absent)), "scopes asked for with an empty scope")

	absent, empty = c.AuthorizeAndConsent(user, app, Param("state")), c.AuthorizeAndConsent(user, app, Param("state", ""))
	c.Expect(empty).To(BeCodeAt(app.RedirectURI), "an empty state")
	c.Expect(handedOver(empty)["state"]).To(gomega.Equal(handedOver(absent)["state"]), "state after an empty one")

	absent, empty = c.AuthorizeAndConsent(user, app, Param("redirect_uri")), c.AuthorizeAndConsent(user, app, Param("redirect_uri", ""))
	c.Expect(handedOver(empty).Has("code")).To(gomega.Equal(handedOver(absent).Has("code")), "an empty redirect_uri: %v", empty)
	answer := c.AuthorizeAndConsent(user, app, Param("code_challenge", ""), Param("code_challenge_method", ""))
	c.expectScopes(app, answer, "an empty code_challenge, and no verifier", app.Scopes...)
}

func postRequest(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, c.App())
	answer := c.Post("/oauth2/authorize", c.AuthorizeParameters(app, Scope("files:read"), State("posted")), c.SignedIn(user))
	if leadsToConsent(answer) {
		c.Expect(askedScopes(answer)).To(gomega.ConsistOf("files:read"), "scopes asked for")
		answer = c.Consent(user, app, ConsentState(answer), "files:read")
	}
	c.expectScopes(app, answer, "a posted request", "files:read")
}
