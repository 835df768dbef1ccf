package suites

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/onsi/gomega"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
)

// callbackChecks judge, in Chromium, the way to the app and what it receives.
func callbackChecks() []Check {
	return []Check{
		{"docspace/callback/browser-journey", browserJourney},
		{"docspace/callback/signed-in", callbackSignedIn},
		{"docspace/callback/consented", callbackConsented},
		{"docspace/callback/deny", callbackDeny},
		{"docspace/callback/not-you", callbackNotYou},
		{"docspace/callback/wrong-password", callbackWrongPassword},
		{"rfc6749/4.1.2/callback-parameters", callbackParameters},
		{"rfc6749/4.1.2.1/callback-error", callbackError},
		{"rfc6749/10.12/callback-csrf", callbackCSRF},
		{"rfc6749/4.1.2/callback-replay", callbackReplay},
	}
}

// browserSignedIn is a browser in which u has a session of the portal, without the
// login form. Setup.
func (c *Case) browserSignedIn(u User) *browser.Profile { return c.browserWith(u, c.Target.SignIn) }

// browserWith is browserSignedIn with another way to get the session. Setup.
func (c *Case) browserWith(u User, signIn func(context.Context, *http.Client, User) (string, error)) *browser.Profile {
	profile := c.Browser()
	c.setup("a browser with a session of the portal", func() {
		session, err := signIn(c.ctx, c.client, u)
		c.need(err)
		c.redactor.Learn("cookie", session)
		c.need(profile.SetCookie(c.ctx, c.Target.URL, flows.SessionCookie, session))
	})
	return profile
}

// arrived ends the check unless a journey came to the app, and returns where to.
func (c *Case) arrived(result *browser.Result, err error) *browser.Result {
	var stuck *browser.Stuck
	switch {
	case errors.As(err, &stuck):
		c.Fail("%s", stuck.Detail())
	case err != nil:
		c.Fail("%v", err)
	case result.Callback == nil:
		c.Fail("the browser did not come to the app; pages: %v", result.Pages)
	}
	return result
}

// formWorks shows that u can sign in through the login form. Control.
func (c *Case) formWorks(u User, app App) {
	c.Control("the login form with the right password", func() {
		c.arrived(c.Journey(c.Browser(), u, app, browser.Allow))
	})
}

func browserJourney(c *Case) {
	user, app := c.User(), c.ReferenceApp()
	c.Control("the same without a browser", func() { c.signInWithoutBrowser(user, app.App) })
	c.pendingConsent(user, app.App)
	profile := c.Browser()
	result := c.arrived(profile.Authorize(c.ctx, app.Address, browser.Journey{
		Portal: c.Target.URL, RedirectURI: app.RedirectURI, Email: user.Email, Password: user.Password, Click: signInButton,
	}))
	for _, page := range []string{"login", "consent", "callback"} {
		c.Expect(result.Pages).To(gomega.ContainElement(page), "pages")
	}
	c.Expect(result.Portals).NotTo(gomega.HaveLen(1), "a list of portals with nothing to choose")
	confirmed := slices.ContainsFunc(result.Exchanges, func(x browser.Exchange) bool { return strings.Contains(x.URL, "/confirm/Auth?") })
	c.Expect(confirmed).To(gomega.BeTrue(), "the one-time link of a known app was used")
	c.Expect(result.Consent.User).To(gomega.Equal(user.Email), "who the consent page says is signed in")
	c.Expect(len(app.requests.sent())).To(gomega.Equal(1), "token requests of the app")
	c.Expect(c.shownUser(profile, app)).To(gomega.Equal(user.Email), "the user whom the app shows")
}

// signInWithoutBrowser does over plain HTTP what the reference app needs, so that
// what breaks there is not told of the browser's way. Control.
func (c *Case) signInWithoutBrowser(u User, app App) {
	portal := c.Flows()
	authorization := portal.NewAuthorization(app.App)
	address, err := portal.AuthorizeHeadless(c.ctx, app.App, authorization, c.Signature(u))
	c.need(err)
	code, err := flows.ParseCallback(address.Query(), authorization)
	c.need(err)
	tokens, err := portal.Exchange(c.ctx, app.App, code, authorization)
	c.need(err)
	claims, err := portal.VerifyAccessToken(c.ctx, app.App, tokens.AccessToken)
	c.need(err)
	base, err := claims.APIBase([]string{c.Target.URL})
	c.need(err)
	person, err := flows.NewAPI(base, tokens.AccessToken, c.client).Self(c.ctx)
	c.need(err)
	c.Expect(person.ID).To(gomega.Equal(claims.Subject), "the API's user")
	c.need(portal.RevokeConsent(c.ctx, c.Signature(u), app.ID))
}

func callbackSignedIn(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, c.App())
	c.pendingConsent(user, app)
	profile := c.browserSignedIn(user)
	result := c.arrived(c.Journey(profile, user, app, browser.Allow))
	c.Expect(result.Pages).NotTo(gomega.ContainElement("login"), "pages of a signed-in user")
	c.Expect(result.Callback.Query().Get("code")).NotTo(gomega.BeEmpty(), "code at the app")
	c.Expect(result.Consent).NotTo(gomega.BeNil(), "the user was asked for consent")
	c.Expect(result.Consent.User).To(gomega.Equal(user.Email), "who the consent page says is signed in")
}

func callbackConsented(c *Case) {
	user, app := c.User(), c.App()
	c.Code(user, app)
	profile := c.browserSignedIn(user)
	result := c.arrived(c.Journey(profile, user, app, browser.Look))
	c.Expect(result.Pages).NotTo(gomega.ContainElement("login"), "pages of a signed-in user")
	c.Expect(result.Pages).NotTo(gomega.ContainElement("consent"), "pages of a user who consented before")
	c.Expect(result.Callback.Query().Get("code")).NotTo(gomega.BeEmpty(), "code at the app")
}

func callbackDeny(c *Case) {
	user, app := c.User(), c.App()
	c.pendingConsent(user, app)
	profile := c.browserSignedIn(user)
	result := c.arrived(c.Journey(profile, user, app, browser.Deny))
	c.Expect(result.Consent).NotTo(gomega.BeNil(), "the user was asked for consent")
	c.Expect(result.Callback.Query().Get("error")).To(gomega.Equal("access_denied"), "error at the app")
	c.Expect(c.Authorize(user, app)).To(BeConsentPage(), "nothing was granted")
}

func callbackNotYou(c *Case) {
	first, second := c.twoUsers()
	c.formWorks(second, c.App())
	app := c.App(Scopes(probeScope))
	c.pendingConsent(first, app)
	profile := c.browserWith(first, c.Target.NewSession) // which "Not you?" ends
	// The driver clicks "Not you?" on the consent page of somebody else.
	result := c.arrived(c.Journey(profile, second, app, browser.Allow, PKCE(Verifier)))
	consent, login := slices.Index(result.Pages, "consent"), slices.Index(result.Pages, "login")
	c.Expect(consent >= 0 && consent < login).To(gomega.BeTrue(), "the login form after the consent page: %v", result.Pages)
	tokens := c.redeemed(app, result)
	if second.ID != "" {
		c.Expect(tokenPart(tokens.Text("access_token"), 1)["sub"]).To(gomega.Equal(second.ID), "whose token it is")
	}
	c.Expect(c.Authorize(first, app)).To(BeConsentPage(), "the first user granted nothing")
}

func callbackWrongPassword(c *Case) {
	user, app := c.User(), c.App()
	c.formWorks(user, c.App())
	profile := c.Browser()
	wrong := user
	wrong.Password = "not " + user.Password
	result, err := c.Journey(profile, wrong, app, browser.Allow, PKCE(Verifier))
	var stuck *browser.Stuck
	c.Expect(errors.As(err, &stuck)).To(gomega.BeTrue(), "a wrong password ends the journey: %v, %v", result, err)
	c.Expect(stuck.Reason).To(gomega.Equal(browser.WrongCredentials), stuck.Detail())
	cookies, err := profile.Cookies(c.ctx, c.Target.URL)
	c.need(err)
	for _, cookie := range cookies {
		c.Expect(cookie.Name).NotTo(gomega.Equal(flows.SessionCookie), "a session after a wrong password")
	}
	form, err := profile.Address(c.ctx)
	c.need(err)
	c.Expect(form).To(gomega.HavePrefix(c.Target.URL+"/login?"), "the form stays")
	// From the form on, with the right password.
	again, err := profile.Authorize(c.ctx, form, browser.Journey{
		Portal: c.Target.URL, RedirectURI: app.RedirectURI, Captured: true, Email: user.Email, Password: user.Password,
	})
	c.redeemed(app, c.arrived(again, err))
}

// redeemed exchanges the code of a journey that was begun with PKCE(Verifier). That
// works only where the whole request survived the way: a portal that lost the
// challenge refuses the verifier (docs/portal/identity.md §4.7).
func (c *Case) redeemed(app App, result *browser.Result) Response {
	tokens := c.Token(c.ExchangeForm(app, Code{
		Value: result.Callback.Query().Get("code"), RedirectURI: app.RedirectURI, Verifier: Verifier,
	}))
	c.Expect(tokens).To(BeTokens(), "the code of the resumed request, with its verifier")
	return tokens
}

func callbackParameters(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, c.App())
	profile := c.browserSignedIn(user)
	for _, how := range []string{"after consent", "with consent on record"} {
		result := c.arrived(c.Journey(profile, user, app, browser.Allow))
		query := result.Callback.Query()
		c.Expect(query.Get("code")).NotTo(gomega.BeEmpty(), "code %s", how)
		for name, values := range query {
			c.Expect(name).To(gomega.BeElementOf("code", "state", "iss"), "a parameter of the callback %s", how)
			c.Expect(values).To(gomega.HaveLen(1), "%s in the callback %s", name, how)
		}
		c.Expect(result.Callback.Fragment).To(gomega.BeEmpty(), "fragment of the callback %s", how)
	}
}

func callbackError(c *Case) {
	user, app := c.User(), c.App()
	profile := c.browserSignedIn(user)
	journeys := []struct {
		what     string
		decision browser.Decision
		changes  []Parameter
	}{
		{"denied", browser.Deny, nil},
		{"a scope that nobody knows", browser.Allow, []Parameter{Scope("unknown:read")}},
	}
	for _, j := range journeys {
		result := c.arrived(c.Journey(profile, user, app, j.decision, j.changes...))
		query := result.Callback.Query()
		if !query.Has("error") {
			c.Blocked("there was no error to look at: " + j.what)
		}
		c.Expect(query).NotTo(gomega.HaveKey("code"), "a code beside the error: %s", j.what)
		c.Expect(query).NotTo(gomega.HaveKey("access_token"), "a token beside the error: %s", j.what)
	}
}

func callbackCSRF(c *Case) {
	victim, attacker := c.twoUsers()
	app := c.ReferenceApp()
	profile := c.browserSignedIn(victim)
	// A sign-in that somebody else finished, and one that waits in this browser.
	foreign := c.AuthorizeAndConsent(attacker, app.App, State("of-another-browser"))
	c.setup("another person's code", func() { c.Expect(foreign).To(BeCodeAt(app.RedirectURI)) })
	code := "code=" + url.QueryEscape(handedOver(foreign).Get("code"))
	waiting := c.waitingSignIn(profile, victim, app)
	for _, query := range []string{
		code + "&state=of-another-browser", code, code + "&state=", code + "&state=a&state=b",
		code + "&state=" + waiting.Get("state") + "&state=of-another-browser", "error=access_denied&state=of-another-browser",
	} {
		c.need(profile.Navigate(c.ctx, app.RedirectURI+"?"+query))
		c.Expect(len(app.requests.sent())).To(gomega.BeZero(), "token requests after a callback with %v", parameterNames(query))
	}
	c.Expect(c.shownUser(profile, app)).To(gomega.BeEmpty(), "who is signed in after foreign callbacks")

	answer := c.AuthorizeQuery(c.SignedIn(victim), encoded(waiting))
	if state := ConsentState(answer); state != "" {
		answer = c.Consent(victim, app.App, state, app.Scopes...)
	}
	c.setup("the answer to the waiting sign-in", func() { c.Expect(answer).To(BeCodeAt(app.RedirectURI)) })
	c.need(profile.Navigate(c.ctx, answer.target()))
	c.setup("sign in at the app", func() {
		c.Expect(c.shownUser(profile, app)).To(gomega.Equal(victim.Email), "who is signed in after the right callback")
	})
	spent := len(app.requests.sent())
	c.need(profile.Navigate(c.ctx, app.RedirectURI+"?"+code+"&state="+waiting.Get("state")))
	c.Expect(len(app.requests.sent())).To(gomega.Equal(spent), "token requests after a state that was used")
	c.Expect(c.shownUser(profile, app)).To(gomega.Equal(victim.Email), "who is signed in after a state that was used")
}

// waitingSignIn begins a sign-in at the app, which then waits for its callback while
// the consent page is up, and returns the parameters of its authorization request. Setup.
func (c *Case) waitingSignIn(profile *browser.Profile, u User, app ReferenceApp) url.Values {
	var asked url.Values
	c.setup("a sign-in that waits for its callback", func() {
		result, err := profile.Authorize(c.ctx, app.Address+"/authenticate", browser.Journey{
			Portal: c.Target.URL, RedirectURI: app.RedirectURI, Email: u.Email, Password: u.Password, Decision: browser.Look,
		})
		c.need(err)
		for _, x := range result.Exchanges {
			if address, err := url.Parse(x.URL); err == nil && address.Path == "/oauth2/authorize" && asked == nil {
				asked = address.Query()
			}
		}
		c.Expect(asked.Get("state")).NotTo(gomega.BeEmpty(), "state of the app's request")
	})
	return asked
}

// parameterNames are the names in a query, whose values are secrets.
func parameterNames(query string) []string {
	var names []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	return names
}

func callbackReplay(c *Case) {
	user, app := c.User(), c.ReferenceApp()
	profile := c.browserSignedIn(user)
	callback := c.signInAtApp(profile, user, app)
	redeemed := app.requests.sent()
	c.need(profile.Navigate(c.ctx, callback.String()))
	c.need(profile.Run(c.ctx, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Reload()) }))
	c.need(profile.Run(c.ctx, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.NavigateBack()) }))
	c.Expect(len(app.requests.sent())).To(gomega.Equal(len(redeemed)), "token requests after reload and back")
	c.Expect(c.shownUser(profile, app)).To(gomega.Equal(user.Email), "who is signed in after reload and back")
	stranger := c.Browser()
	c.need(stranger.Navigate(c.ctx, callback.String()))
	c.Expect(c.shownUser(stranger, app)).To(gomega.BeEmpty(), "who is signed in where the address was copied to")
	// An app that takes no care sends the code of the history once more.
	c.Expect(c.Token(redeemed[len(redeemed)-1])).To(BeDenied(http.StatusBadRequest, "invalid_grant"), "the request of the app again")
}
