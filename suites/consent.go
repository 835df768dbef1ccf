package suites

import (
	"net/url"
	"strings"

	"github.com/onsi/gomega"
)

// consentChecks judge the user's decision and what remains of it.
func consentChecks() []Check {
	return []Check{
		{"docspace/consent/remembered", consentRemembered},
		{"docspace/consent/partial", consentPartial},
		{"rfc6749/4.1.2.1/deny-means-no", denyMeansNo},
		{"docspace/consent/denied", consentDenied},
		{"docspace/consent/state-bound", consentStateBound},
		{"docspace/consent/no-escalation", consentNoEscalation},
		{"docspace/consent/withdrawn", consentWithdrawn},
	}
}

func consentRemembered(c *Case) {
	user, app := c.User(), c.App()
	c.pendingConsent(user, app, Scope("files:read"))
	c.Code(user, app, Scope("files:read", "rooms:read"))
	c.Expect(c.Authorize(user, app, Scope("files:read", "rooms:read"))).To(BeCodeAt(app.RedirectURI), "the same scopes again")
	c.Expect(c.Authorize(user, app, Scope("rooms:read"))).To(BeCodeAt(app.RedirectURI), "one of them")
	c.Expect(c.Authorize(user, app, Scope("files:read", "files:write"))).To(BeConsentPage(), "one more scope")
	c.Expect(c.Authorize(user, c.App(), Scope("files:read"))).To(BeConsentPage(), "another app")
	if other := c.User(); other.Email != user.Email {
		c.Expect(c.Authorize(other, app, Scope("files:read"))).To(BeConsentPage(), "another user")
	}
}

func consentPartial(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, c.App())
	asked := Scope(probeScope, "files:read", "rooms:read")
	answer := c.consentTo(user, app, []string{probeScope, "rooms:read"}, asked)
	c.expectScopes(app, answer, "a part was granted", probeScope, "rooms:read")
	c.Expect(c.Authorize(user, app, asked)).To(BeConsentPage(), "what was not granted is asked again")
}

func denyMeansNo(c *Case) {
	user, app := c.User(), c.App()
	c.Code(user, app, Scope("files:read"))
	denied := c.consentTo(user, app, nil, Scope("files:read", "rooms:read"), State("denied"))
	c.Expect(denied).To(BeErrorAtApp(app.RedirectURI, "access_denied", "denied"), "a part was granted before")
	denied = c.consentTo(user, app, nil, Scope("rooms:write"), State("denied"))
	c.Expect(denied).To(BeErrorAtApp(app.RedirectURI, "access_denied", "denied"), "something else was granted before")
}

func consentDenied(c *Case) {
	user, app := c.User(), c.App()
	c.Control("the same form, allowed", func() {
		other := c.App()
		c.Expect(c.consentTo(user, other, []string{"files:read"}, Scope("files:read"))).To(BeCodeAt(other.RedirectURI))
	})
	denied := c.consentTo(user, app, nil, Scope("files:read"), State("denied"))
	c.Expect(denied).To(BeErrorAtApp(app.RedirectURI, "access_denied", "denied"))
	c.expectWorthless(app, denied)
	reason, err := url.Parse(handedOver(denied).Get("error_uri"))
	c.Expect(err).NotTo(gomega.HaveOccurred(), "error_uri")
	c.Expect(reason.IsAbs()).To(gomega.BeTrue(), "error_uri %q is an address", reason)
	c.Expect(c.Authorize(user, app, Scope("files:read"))).To(BeConsentPage(), "nothing was granted")
}

// expectWorthless fails the check if an error response brings a code that buys tokens.
func (c *Case) expectWorthless(app App, answer Response) {
	if code := handedOver(answer).Get("code"); code != "" {
		tokens := c.Token(c.ExchangeForm(app, Code{Value: code, RedirectURI: app.RedirectURI}))
		c.Expect(tokens).To(BeRefused(), "the code beside the error")
	}
}

func consentStateBound(c *Case) {
	user, other := c.twoUsers()
	app, second := c.App(), c.App()
	c.allowed(user, c.App())
	pending := c.pendingConsent(user, app, Scope("files:read"))
	form := func(u User, a App, state string) Response { return c.Consent(u, a, state, "files:read") }

	c.Expect(form(user, app, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")).To(BeNoAuthorization(), "an unknown state")
	c.Expect(form(user, app, "s-"+app.ID)).To(BeNoAuthorization(), "the app's own state")
	c.Expect(form(user, second, pending)).To(BeNoAuthorization(), "with another client")
	c.Expect(form(other, app, pending)).To(BeNoAuthorization(), "by another user")
	c.Expect(form(user, app, pending)).To(BeCodeAt(app.RedirectURI), "by its user, for its client")
	c.Expect(form(user, app, pending)).To(BeNoAuthorization(), "once more")

	third := c.App()
	first := c.pendingConsent(user, third, Scope("files:read"))
	c.pendingConsent(user, third, Scope("files:read"))
	c.Expect(form(user, third, first)).To(BeNoAuthorization(), "after a second request took its place")
}

func consentNoEscalation(c *Case) {
	user, app := c.User(), c.App(Scopes("files:read", "files:write", "rooms:read"))
	c.Control("the form as it is", func() {
		other := c.App()
		c.Expect(c.consentTo(user, other, []string{"files:read"}, Scope("files:read"))).To(BeCodeAt(other.RedirectURI))
	})
	for what, added := range map[string]string{
		"a scope of the app that was not requested": "files:write",
		"a scope that the app has not":              "accounts:write",
		"a scope that nobody knows":                 "unknown:write",
	} {
		answer := c.consentTo(user, app, []string{"files:read", added}, Scope("files:read"))
		if !handedOver(answer).Has("error") { // without the addition it is no escalation
			c.expectScopes(app, answer, what, "files:read")
		}
	}
	joined := c.consentTo(user, app, []string{"files:read files:write"}, Scope("files:read"))
	if !handedOver(joined).Has("error") {
		tokens := c.Token(c.ExchangeForm(app, Code{Value: handedOver(joined).Get("code"), RedirectURI: app.RedirectURI}))
		c.Expect(strings.Fields(tokens.Text("scope"))).NotTo(gomega.ContainElement("files:write"), "two scopes in one field")
	}
}

func consentWithdrawn(c *Case) {
	user, app := c.User(), c.App()
	c.pendingConsent(user, app, Scope(probeScope))
	g := c.GrantFor(user, app, Scope(probeScope))
	c.Control("before it is withdrawn", func() {
		g = c.refreshed(g)
		c.Expect(c.acceptance(app, g.Access)).NotTo(gomega.Equal(acceptance{}), "the access token works")
	})
	access := c.watch(app, g.Access)
	c.setup("withdraw the consent", func() {
		c.need(c.Flows().RevokeConsent(c.ctx, c.Signature(user), app.ID))
	})
	c.expectDead(g, access, "the consent was withdrawn")
	c.Expect(c.Authorize(user, app, Scope(probeScope))).To(BeConsentPage(), "consent is asked for again")
}
