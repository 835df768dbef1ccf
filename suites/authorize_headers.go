package suites

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/onsi/gomega"

	"docspace-oauth/signature"
)

// portalSession is the header of a browser in which u signed in at the portal. Setup.
func (c *Case) portalSession(u User) http.Header {
	var session string
	c.setup("a session of the portal", func() {
		var err error
		session, err = c.Target.SignIn(c.ctx, c.client, u)
		c.need(err)
	})
	return http.Header{
		"Cookie":     {"asc_auth_key=" + session + "; " + signature.Name + "=" + c.Signature(u)},
		"User-Agent": {userAgent},
	}
}

func frameProtection(c *Case) {
	user, app := c.User(), c.App()
	browser := c.portalSession(user)
	visitor := http.Header{"User-Agent": {userAgent}}
	consent := c.Get("/login/consent?type=oauth2&client_id="+app.ID, browser)
	c.setup("the portal's pages", func() { c.Expect(consent).To(HaveStatus(200)) })
	answers := []Response{
		c.Get("/login?type=oauth2&client_id="+app.ID+"&error=missing_asc_signature_error", visitor),
		consent,
		c.Get("/login/error?oauthMessageKey=client_not_found_error", visitor),
		c.AuthorizeAnonymous(app),
		c.Authorize(user, app),
		c.AuthorizeAndConsent(user, app),
		c.Authorize(user, app, Scope("unknown:read")),
		c.Authorize(user, app, Param("client_id", uuid.NewString())),
	}
	for _, answer := range answers {
		c.Expect(forbidsFraming(answer.Header)).To(gomega.BeTrue(), "X-Frame-Options %q, Content-Security-Policy %q of %v",
			answer.Header.Values("X-Frame-Options"), answer.Header.Values("Content-Security-Policy"), answer)
	}
}

// forbidsFraming reports whether other sites may not frame an answer (RFC 9700 §4.16).
func forbidsFraming(header http.Header) bool {
	for _, option := range listed(header, "X-Frame-Options") {
		if option == "deny" || option == "sameorigin" {
			return true
		}
	}
	for _, policy := range header.Values("Content-Security-Policy") {
		for directive := range strings.SplitSeq(policy, ";") {
			words := strings.Fields(directive)
			if len(words) == 2 && strings.EqualFold(words[0], "frame-ancestors") && slices.Contains([]string{"'none'", "'self'"}, words[1]) {
				return true
			}
		}
	}
	return false
}

// referrerPolicy looks at answers that hand a code or a state over, and at a page
// that has them in its own address. A redirect that carries neither shows nothing
// that could send a referrer.
func referrerPolicy(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, c.App())
	asked := c.Authorize(user, app)
	c.setup("the consent page", func() { c.Expect(asked).To(BeConsentPage()) })
	granted := c.Consent(user, app, ConsentState(asked), app.Scopes...)
	silent := c.Authorize(user, app, Scope("openid"))
	header := c.SignedIn(user)
	header.Set("X-Disable-Redirect", "true")
	shown := c.AuthorizeQuery(header, encoded(c.AuthorizeParameters(app, Scope("openid"))))
	for _, answer := range []Response{granted, silent} {
		c.Expect(answer).To(BeCodeAt(app.RedirectURI))
	}
	link := c.Get("/confirm/Auth?type=Auth&key=unknown&encemail=&referenceUrl="+c.Target.URL+"/oauth2/authorize?client_id="+app.ID+"&state=secret",
		http.Header{"User-Agent": {userAgent}})
	for _, answer := range []Response{asked, granted, silent, shown, link} {
		policies := listed(answer.Header, "Referrer-Policy")
		c.Expect(policies).NotTo(gomega.BeEmpty(), "Referrer-Policy of %v", answer)
		last := policies[len(policies)-1] // the last that a browser knows counts
		c.Expect(last).To(gomega.BeElementOf("no-referrer", "same-origin"), "Referrer-Policy of %v", answer)
	}
}

// leadsAway reports whether an answer sends the browser to the attacker's host.
func leadsAway(r Response) bool {
	for _, name := range []string{"Location", "X-Redirect-URI", "Refresh"} {
		value := r.Header.Get(name)
		if u, err := url.Parse(value); err == nil && strings.HasSuffix(u.Hostname(), "attacker.example.test") {
			return true
		}
		if strings.HasPrefix(value, foreignURI) || strings.Contains(value, `\attacker.example.test`) {
			return true
		}
	}
	return false
}

func noOpenRedirector(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, app)
	disabled := c.App()
	c.enable(disabled, false)
	wrong := Param("redirect_uri", foreignURI)
	attempts := map[string]Response{
		"nothing else":            c.Authorize(user, app, wrong),
		"an unknown client":       c.Authorize(user, app, wrong, Param("client_id", uuid.NewString())),
		"no client":               c.Authorize(user, app, wrong, Param("client_id")),
		"a disabled client":       c.Authorize(user, disabled, wrong),
		"nobody signed in":        c.AuthorizeAnonymous(app, wrong),
		"prompt=none":             c.AuthorizeAnonymous(app, wrong, Param("prompt", "none"), Scope("openid")),
		"a bad signature":         c.authorizeSigned(app, "not.a.signature", wrong),
		"no response type":        c.Authorize(user, app, wrong, Param("response_type")),
		"an unknown type":         c.Authorize(user, app, wrong, Param("response_type", "token")),
		"an unknown scope":        c.Authorize(user, app, wrong, Scope("unknown:read")),
		"a bad challenge method":  c.Authorize(user, app, wrong, Param("code_challenge", "x"), Param("code_challenge_method", "plain")),
		"two redirect URIs":       c.Authorize(user, app, Param("redirect_uri", app.RedirectURI, foreignURI)),
		"the consent form":        c.Post("/oauth2/authorize", url.Values{"client_id": {app.ID}, "state": {"unknown"}, "redirect_uri": {foreignURI}}, c.SignedIn(user)),
		"the consent redirect":    c.Get("/oauth2/consent?client_id="+app.ID+"&redirect_uri="+url.QueryEscape(foreignURI), c.SignedIn(user)),
		"the login redirect":      c.Get("/oauth2/login?client_id="+app.ID+"&redirect_uri="+url.QueryEscape(foreignURI), nil),
		"a client that is an URI": c.Get("/oauth2/login?client_id="+url.QueryEscape(foreignURI), nil),
		"the login page":          c.Get("/login?type=oauth2&client_id="+app.ID+"&referenceUrl="+url.QueryEscape(foreignURI), nil),
		"a path with two slashes": c.Get("//attacker.example.test/%2e%2e", nil),
	}
	for what, answer := range attempts {
		c.Expect(leadsAway(answer)).To(gomega.BeFalse(), "with %s: %v", what, answer)
	}
}

func requestURIRedirect(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, app)
	attempts := map[string]Response{
		"beside a right request":     c.Authorize(user, app, Param("request_uri", foreignURI)),
		"beside a foreign URI":       c.Authorize(user, app, Param("request_uri", foreignURI), Param("redirect_uri", foreignURI)),
		"instead of everything else": c.AuthorizeQuery(c.SignedIn(user), "client_id="+app.ID+"&request_uri="+url.QueryEscape(foreignURI)),
		"without response_type":      c.Authorize(user, app, Param("request_uri", foreignURI), Param("response_type"), Param("redirect_uri", foreignURI)),
		"where nobody is signed in":  c.AuthorizeAnonymous(app, Param("request_uri", foreignURI)),
		"twice":                      c.Authorize(user, app, Param("request_uri", foreignURI, foreignURI)),
	}
	for what, answer := range attempts {
		c.Expect(leadsAway(answer)).To(gomega.BeFalse(), "request_uri %s: %v", what, answer)
	}
}
