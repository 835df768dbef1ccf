package suites

import (
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/onsi/gomega"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
	"docspace-oauth/signature"
)

// journeySignInChecks judge what becomes of the request of those who meet the login
// form where others don't (docs/portal/browser-flow.md §3.4, §3.6).
func journeySignInChecks() []Check {
	return []Check{
		{"docspace/journey/sign-in-resumes", signInResumes},
		{"docspace/journey/signature-without-session", signatureWithoutSession},
		{"docspace/journey/click-from-another-site", clickFromAnotherSite},
	}
}

func signInResumes(c *Case) {
	user, app := c.formUser(), c.App()
	c.pendingConsent(user, app)
	result := c.arrived(c.signInUninformed(c.Browser(), user, app, PKCE(Verifier)))
	c.Expect(result.Pages).To(gomega.ContainElement("login"), "pages")
	c.redeemed(app, result)
}

// signInUninformed sends a browser through a login form that knows nothing of the app,
// as where its public information can't be had: the form is opened for an app that
// does not exist, while the browser keeps the request of app to resume. Raw.
func (c *Case) signInUninformed(profile *browser.Profile, u User, app App, changes ...Parameter) (*browser.Result, error) {
	c.setup("a request that waits for a sign-in", func() {
		resume := c.AuthorizeAnonymous(app, changes...).Cookie(resumeCookie)
		c.Expect(resume).NotTo(gomega.BeNil(), "the cookie "+resumeCookie)
		c.need(profile.KeepCookie(c.ctx, c.Target.URL, resume))
	})
	way := c.way(u, app)
	way.Once = true
	form := url.Values{"type": {"oauth2"}, "client_id": {uuid.NewString()}, "error": {"missing_asc_signature_error"}}
	return profile.Authorize(c.ctx, c.Target.URL+"/login?"+form.Encode(), way)
}

func signatureWithoutSession(c *Case) {
	user, app := c.formUser(), c.App()
	c.pendingConsent(user, app)
	profile := c.Browser()
	c.setup("a browser with a live signature and no session", func() {
		live := c.Signature(user)
		id, _ := tokenPart(live, 1)["user_id"].(string)
		for _, name := range []string{signature.Name, signature.Name + "-" + id} {
			c.need(profile.SetCookie(c.ctx, c.Target.URL, name, live))
		}
	})
	way := c.way(user, app)
	way.Once = true
	result := c.arrived(profile.Authorize(c.ctx, c.authorizeAddress(app, PKCE(Verifier)), way))
	c.Expect(result.Pages).To(gomega.ContainElement("login"), "the login form of who has no session")
	c.Expect(result.Pages).NotTo(gomega.ContainElement("consent-bounce"), "pages with a live signature")
	fetched := slices.ContainsFunc(result.Exchanges, func(x browser.Exchange) bool { return strings.HasSuffix(x.URL, mintPath) })
	c.Expect(fetched).To(gomega.BeFalse(), "another signature was fetched while one lives")
	c.redeemed(app, result)
}

func clickFromAnotherSite(c *Case) {
	user, app := c.formUser(), c.App()
	c.pendingConsent(user, app)
	profile := c.Browser()
	c.setup("a browser with a session, and with the portal's own wishes for its cookie", func() {
		answer := c.sendPassword(user)
		cookie := answer.Cookie(flows.SessionCookie)
		c.Expect(cookie).NotTo(gomega.BeNil(), "the cookie "+flows.SessionCookie)
		c.redactor.Learn("cookie", cookie.Value)
		c.need(profile.KeepCookie(c.ctx, c.Target.URL, cookie))
	})
	// A page without an origin is another site, wherever the portal is.
	link := c.authorizeAddress(app, State("survives"), PKCE(Verifier))
	site := "data:text/html," + url.PathEscape(`<a id="sign-in" href="`+link+`">Sign in with DocSpace</a>`)
	way := c.way(user, app)
	way.Once, way.Click = true, "#sign-in"
	result := c.arrived(profile.Authorize(c.ctx, site, way))
	if strings.HasPrefix(c.Target.URL, "https://") {
		c.Expect(result.Pages).NotTo(gomega.ContainElement("login"), "pages of a signed-in user: on https the session comes along")
	}
	c.Expect(result.Callback.Query().Get("state")).To(gomega.Equal("survives"), "state after the click")
	c.redeemed(app, result)
}
