package suites

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/onsi/gomega"

	"docspace-oauth/flows"
	"docspace-oauth/suites/target"
)

// journeyPlainChecks judge what of a person's way shows without a browser.
func journeyPlainChecks() []Check {
	return []Check{
		{"docspace/journey/link-expires", linkExpires},
		{"docspace/journey/login-leads-on", loginLeadsOn},
		{"docspace/journey/guest", journeyGuest},
		{"docspace/journey/disabled-user", journeyDisabledUser},
		{"docspace/journey/session-cookie", sessionCookie},
		{"docspace/journey/session-ends", sessionEnds},
	}
}

// sendLoginForm sends what the login form of a known app sends (docs/portal/browser-flow.md
// §4.3, §4.4). The answer has a one-time link for each portal of the user. Raw.
func (c *Case) sendLoginForm(u User) Response {
	var settings struct {
		Response struct {
			PasswordHash struct {
				Size, Iterations int
				Salt             string
			}
		}
	}
	c.setup("the portal's way to hash passwords", func() {
		c.need(json.Unmarshal(c.Get("/api/2.0/settings?withPassword=true", nil).Body, &settings))
	})
	how := settings.Response.PasswordHash
	hash, err := pbkdf2.Key(sha256.New, strings.TrimSpace(u.Password), []byte(how.Salt), how.Iterations, how.Size/8)
	c.need(err)
	return c.PostJSON(http.MethodPost, "/apisystem/portal/signin", map[string]any{
		"Email": u.Email, "PasswordHash": hex.EncodeToString(hash), "recaptchaResponse": nil, "recaptchaType": 0,
	}, nil)
}

// sendPassword signs in over the API, without the login form. Raw.
func (c *Case) sendPassword(u User) Response {
	return c.PostJSON(http.MethodPost, "/api/2.0/authentication", map[string]string{"userName": u.Email, "password": u.Password}, nil)
}

// The outcomes of asking whether a one-time link is good (docs/portal/browser-flow.md §5.6).
const (
	linkIsGood    = 0.0
	linkIsExpired = 2.0
)

// linkLife is how long a one-time link is good (docs/portal/browser-flow.md §3.1).
const linkLife = time.Hour

func linkExpires(c *Case) {
	user := c.User()
	var link url.Values
	c.setup("a one-time link", func() {
		var sent struct{ Tenants []struct{ PortalLink string } }
		c.need(json.Unmarshal(c.sendLoginForm(user).Body, &sent))
		c.Expect(sent.Tenants).To(gomega.HaveLen(1), "the portals of the user")
		address, err := url.Parse(sent.Tenants[0].PortalLink)
		c.need(err)
		link = address.Query()
		c.redactor.Learn("key", link.Get("key"))
	})
	outcome := func() any {
		answer := c.PostJSON(http.MethodPost, "/api/2.0/authentication/confirm", map[string]string{
			"type": link.Get("type"), "key": link.Get("key"), "encemail": link.Get("encemail"),
		}, nil)
		told, _ := answer.Member("response").(map[string]any)
		return told["result"]
	}
	c.Control("the link at once", func() { c.Expect(outcome()).To(gomega.Equal(linkIsGood)) })
	c.Advance(linkLife - time.Minute)
	c.Expect(outcome()).To(gomega.Equal(linkIsGood), "the link within its hour")
	c.Advance(2 * time.Minute)
	c.Expect(outcome()).To(gomega.Equal(linkIsExpired), "the link after its hour")
	answer := c.PostJSON(http.MethodPost, "/api/2.0/authentication", map[string]any{
		"ConfirmData": map[string]string{"Email": user.Email, "Key": link.Get("key")},
	}, nil)
	c.Expect(answer.Status).To(gomega.BeNumerically(">=", 400), "signing in with the expired key: %v", answer)
	c.Expect(answer.Cookie(flows.SessionCookie)).To(gomega.BeNil(), "a session by the expired key")
}

func loginLeadsOn(c *Case) {
	user, id := c.User(), uuid.NewString()
	var signedIn http.Header
	c.setup("sign in", func() {
		session, err := c.Target.SignIn(c.ctx, c.client, user)
		c.need(err)
		c.redactor.Learn("session", session)
		signedIn = http.Header{"Cookie": {flows.SessionCookie + "=" + session}}
	})
	missing := "type=oauth2&client_id=" + id + "&error=missing_asc_signature_error"
	c.Control("the form for who is not signed in", func() {
		c.Expect(c.Get("/login?"+missing, nil)).To(HaveStatus(http.StatusOK))
	})
	for _, way := range []struct {
		what   string
		header http.Header
		query  string
		to     string
	}{
		{"an error", nil, "type=oauth2&client_id=" + id + "&error=client_not_found_error", "/login/error?oauthMessageKey=client_not_found_error"},
		{"an error of a signed-in user", signedIn, "type=oauth2&client_id=" + id + "&error=client_disabled_error", "/login/error?oauthMessageKey=client_disabled_error"},
		{"no app", nil, "type=oauth2&client_id=error", "/login/error"},
		{"a signed-in user", signedIn, missing, "/login/consent?" + missing},
	} {
		answer := c.Get("/login?"+way.query, way.header)
		c.Expect(answer).To(HaveStatus(http.StatusTemporaryRedirect), "%s", way.what)
		c.Expect(answer.Location()).NotTo(gomega.BeNil(), "where %s leads", way.what)
		c.Expect(answer.Location().RequestURI()).To(gomega.Equal(way.to), "where %s leads", way.what)
	}
}

func journeyGuest(c *Case) {
	guest, app := c.User(target.Guest), c.App(Scopes(selfScope))
	c.Control("another user", func() {
		member := c.User()
		c.Expect(c.AuthorizeAndConsent(member, app)).To(BeCodeAt(app.RedirectURI))
	})
	c.Expect(c.Authorize(guest, app)).To(BeConsentPage(), "a guest's request")
	answer := c.AuthorizeAndConsent(guest, app)
	c.Expect(answer).To(BeCodeAt(app.RedirectURI), "a guest's consent")
	tokens := c.Token(c.ExchangeForm(app, Code{Value: handedOver(answer).Get("code"), RedirectURI: app.RedirectURI}))
	c.Expect(tokens).To(BeTokens(), "a guest's code")
	c.Expect(c.API(selfPath, tokens.Text("access_token"))).To(BeEnvelope(), "the API with a guest's token")
}

func journeyDisabledUser(c *Case) {
	user := c.User()
	c.Control("the form while the user is active", func() { c.Expect(c.sendLoginForm(user)).To(HaveStatus(http.StatusOK)) })
	wrong := user
	wrong.Password += "x"
	refused := c.sendLoginForm(wrong)
	c.setup("disable the user", func() { c.need(c.Mock().SetUserActive(c.ctx, user, false)) })
	answer := c.sendLoginForm(user)
	c.Expect(answer).To(HaveStatus(refused.Status), "the form for a disabled user")
	c.Expect(string(answer.Body)).To(gomega.Equal(string(refused.Body)), "what a disabled user is told, as with a wrong password")
	answer = c.sendPassword(user)
	c.Expect(answer).To(BeErrorEnvelope(http.StatusForbidden), "the API for a disabled user")
	c.Expect(answer.Cookie(flows.SessionCookie)).To(gomega.BeNil(), "a session of a disabled user")
}

func sessionCookie(c *Case) {
	user := c.User()
	answer := c.sendPassword(user)
	c.setup("sign in", func() { c.Expect(answer).To(BeEnvelope()) })
	cookie := answer.Cookie(flows.SessionCookie)
	c.Expect(cookie).NotTo(gomega.BeNil(), "the cookie "+flows.SessionCookie)
	c.Expect(cookie.HttpOnly).To(gomega.BeTrue(), "HttpOnly")
	secure := strings.HasPrefix(c.Target.URL, "https://")
	// A cookie without Secure must not be SameSite=None: browsers drop it.
	c.Expect(cookie.SameSite).To(gomega.BeElementOf(http.SameSiteStrictMode, http.SameSiteLaxMode, http.SameSiteNoneMode), "SameSite")
	c.Expect(cookie.Secure || cookie.SameSite != http.SameSiteNoneMode).To(gomega.BeTrue(), "SameSite=None without Secure")
	c.Expect(cookie.Secure || !secure).To(gomega.BeTrue(), "Secure on https")
}

// mintPath is what the portal's pages ask for a signature.
const mintPath = "/api/2.0/security/oauth2/token"

func sessionEnds(c *Case) {
	user := c.User()
	var session string
	c.setup("sign in", func() {
		var err error
		session, err = c.Target.NewSession(c.ctx, c.client, user)
		c.need(err)
		c.redactor.Learn("session", session)
	})
	header := http.Header{"Cookie": {flows.SessionCookie + "=" + session}}
	c.Control("while signed in", func() { c.Expect(c.Get(mintPath, header)).To(BeEnvelope()) })
	c.Expect(c.Post("/api/2.0/authentication/logout", nil, header)).To(HaveStatus(200))
	c.Expect(c.Get(mintPath, header)).To(HaveStatus(401), "a signature for the ended session")
	c.Expect(c.Get("/api/2.0/people/@self", header)).To(HaveStatus(401), "the API with the ended session")
	c.Expect(c.AuthorizeAnonymous(c.App())).To(BeErrorAtLogin("missing_asc_signature_error"), "authorize without a signature")
}
