package suites

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/onsi/gomega"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
)

// journeyChecks judge the portal's pages on the way (docs/portal/browser-flow.md §3).
func journeyChecks() []Check {
	return slices.Concat([]Check{
		{"docspace/journey/one-time-link", oneTimeLink},
		{"docspace/journey/bounce-keeps-request", bounceKeepsRequest},
		{"docspace/journey/scope-last-survives", scopeLastSurvives},
		{"docspace/journey/stale-scopes", staleScopes},
		{"docspace/journey/unknown-app", journeyUnknownApp},
		{"docspace/journey/disabled-app", journeyDisabledApp},
	}, journeySignInChecks(), journeyPortalsChecks(), journeyFactorChecks(), journeyConsentChecks(), journeyPlainChecks())
}

func oneTimeLink(c *Case) {
	user, app := c.User(), c.App()
	var result *browser.Result
	c.Control("the login form with the right password", func() {
		result = c.arrived(c.Journey(c.Browser(), user, app, browser.Allow))
	})
	at := slices.IndexFunc(result.Exchanges, func(x browser.Exchange) bool {
		return x.Document && strings.HasPrefix(x.URL, c.Target.URL+"/confirm/Auth?")
	})
	c.Expect(at).To(gomega.BeNumerically(">=", 0), "sign-in of a known app goes through /confirm/Auth")
	link := result.Exchanges[at].URL
	thief := c.Browser()
	again, err := thief.Authorize(c.ctx, link, browser.Journey{
		Portal: c.Target.URL, RedirectURI: app.RedirectURI, Captured: true, Decision: browser.Look,
	})
	var stuck *browser.Stuck
	c.Expect(errors.As(err, &stuck)).To(gomega.BeTrue(), "the used link led on: %v, %v", again, err)
	c.Expect(stuck.Reason).To(gomega.Equal(browser.LinkInvalid), stuck.Detail())
	c.Expect(c.hasSession(thief)).To(gomega.BeFalse(), "a session by the used link")
	// What the link's page does, without asking first whether the link is any good.
	address, err := url.Parse(link)
	c.need(err)
	answer := c.PostJSON(http.MethodPost, "/api/2.0/authentication", map[string]any{
		"ConfirmData": map[string]string{"Email": user.Email, "Key": address.Query().Get("key")},
	}, nil)
	c.Expect(answer.Status).To(gomega.BeNumerically(">=", 400), "the used key: %v", answer)
	c.Expect(answer.Cookie(flows.SessionCookie)).To(gomega.BeNil(), "a session by the used key")
}

// hasSession reports whether a browser has a session cookie of the portal.
func (c *Case) hasSession(profile *browser.Profile) bool {
	cookies, err := profile.Cookies(c.ctx, c.Target.URL)
	c.need(err)
	for _, cookie := range cookies {
		if cookie.Name == flows.SessionCookie && cookie.Value != "" {
			return true
		}
	}
	return false
}

// stateSurvives shows that state comes back without the portal's pages. Control.
func (c *Case) stateSurvives(u User) {
	c.Control("the same without the portal's pages", func() {
		c.Expect(c.AuthorizeAndConsent(u, c.App(), State("survives")).Query("state")).To(gomega.Equal("survives"))
	})
}

// bounced takes a browser that has a session and no signature through an authorize
// URL with this query, and checks that all of the request arrived.
func (c *Case) bounced(u User, app App, query string) {
	result := c.arrived(c.browserSignedIn(u).Authorize(c.ctx, c.Target.URL+"/oauth2/authorize?"+query, browser.Journey{
		Portal: c.Target.URL, RedirectURI: app.RedirectURI, Captured: true, Email: u.Email, Password: u.Password,
	}))
	c.Expect(result.Pages).To(gomega.ContainElement("consent-bounce"), "pages")
	c.Expect(result.Callback.Query().Get("state")).To(gomega.Equal("survives"), "state after the bounce")
	tokens := c.redeemed(app, result)
	c.Expect(tokenScopes(tokens.Text("access_token"))).To(gomega.ConsistOf("files:read", "rooms:read", "openid"), "scopes after the bounce")
	c.Expect(tokenPart(tokens.Text("id_token"), 1)["nonce"]).To(gomega.Equal("n-1"), "nonce after the bounce")
}

// wholeRequest has every parameter of a client that uses PKCE and OpenID.
func wholeRequest() []Parameter {
	return []Parameter{Scope("files:read", "rooms:read", "openid"), State("survives"), PKCE(Verifier), Param("nonce", "n-1")}
}

// bounceKeepsRequest sends scope in the middle, as most libraries do, which sort by name.
func bounceKeepsRequest(c *Case) {
	user, app := c.User(), c.App()
	c.stateSurvives(user)
	c.bounced(user, app, strings.ReplaceAll(c.AuthorizeParameters(app, wholeRequest()...).Encode(), "+", "%20"))
}

func scopeLastSurvives(c *Case) {
	user, app := c.User(), c.App()
	c.stateSurvives(user)
	c.bounced(user, app, encoded(c.AuthorizeParameters(app, wholeRequest()...)))
}

func staleScopes(c *Case) {
	user, first, second := c.User(), c.App(), c.App(Scopes("files:read", "rooms:read"))
	c.pendingConsent(user, first)
	profile := c.browserSignedIn(user)
	c.Control("a request with scope", func() {
		c.arrived(c.Journey(profile, user, first, browser.Allow, Scope("rooms:read")))
	})
	result := c.arrived(c.Journey(profile, user, second, browser.Allow, Param("scope")))
	c.Expect(result.Callback.Query().Get("error")).To(gomega.BeEmpty(), "error at the app")
	tokens := c.Token(c.ExchangeForm(second, Code{Value: result.Callback.Query().Get("code"), RedirectURI: second.RedirectURI}))
	c.Expect(tokens).To(BeTokens())
	c.Expect(tokenScopes(tokens.Text("access_token"))).To(gomega.ConsistOf("files:read", "rooms:read"), "scopes of a request without scope")
}

// endsAtErrorPage checks that a browser is not sent to the app, but sees the portal's
// error page with that code and a heading.
func (c *Case) endsAtErrorPage(profile *browser.Profile, u User, app App, key string, changes ...Parameter) {
	result, err := c.Journey(profile, u, app, browser.Allow, changes...)
	var stuck *browser.Stuck
	c.Expect(errors.As(err, &stuck)).To(gomega.BeTrue(), "the browser was sent to the app: %v, %v", result, err)
	for _, x := range profile.Exchanges() {
		c.Expect(strings.HasPrefix(x.URL, app.RedirectURI)).To(gomega.BeFalse(), "the browser was sent to the app")
	}
	c.Expect(stuck.Reason).To(gomega.Equal(browser.ErrorPage), stuck.Detail())
	c.Expect(stuck.Key).To(gomega.Equal(key), "the code of the error page")
	c.Expect(stuck.Sentence).NotTo(gomega.ContainSubstring(`""`), "the heading of the error page")
}

func journeyUnknownApp(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, app)
	unknown := Param("client_id", uuid.NewString())
	c.endsAtErrorPage(c.browserSignedIn(user), user, app, "client_not_found_error", unknown)
	// A stranger may end at the portal's home page; the driver then begins anew, signed in.
	c.endsAtErrorPage(c.Browser(), user, app, "client_not_found_error", unknown)
}

func journeyDisabledApp(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, app)
	c.formWorks(user, app)
	c.enable(app, false)
	c.endsAtErrorPage(c.browserSignedIn(user), user, app, "client_disabled_error")
	c.endsAtErrorPage(c.Browser(), user, app, "client_disabled_error")
}
