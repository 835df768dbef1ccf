package suites

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
	"github.com/onsi/gomega"

	"docspace-oauth/signature"
)

// authorizeSignInChecks judge who counts as signed in, and for which app.
func authorizeSignInChecks() []Check {
	return []Check{
		{"docspace/authorize/login-redirect", loginRedirect},
		{"docspace/authorize/bad-signature", badSignature},
		{"docspace/authorize/client-errors", clientErrors},
		{"oidc-core/3.1.2.1/prompt-none-consent", promptNoneConsent},
		{"oidc-core/3.1.2.1/prompt-none-anonymous", promptNoneAnonymous},
	}
}

// resumeCookie holds the authorize URL that the login page returns to
// (docs/portal/identity.md §3.1).
const resumeCookie = "x-redirect-authorization-uri"

func loginRedirect(c *Case) {
	app := c.App()
	answer := c.AuthorizeAnonymous(app)
	c.Expect(answer).To(BeErrorAtLogin("missing_asc_signature_error"))
	location := answer.Location()
	c.Expect(location.RawQuery).To(gomega.Equal("type=oauth2&client_id="+app.ID+"&error=missing_asc_signature_error"), "query of the login page")
	c.Expect(answer.Header.Get("X-Redirect-URI")).To(gomega.Equal(answer.Header.Get("Location")), "X-Redirect-URI equals Location")
	cookie := answer.Cookie(resumeCookie)
	c.Expect(cookie).NotTo(gomega.BeNil(), "the cookie "+resumeCookie)
	resumed, err := base64.URLEncoding.DecodeString(cookie.Value)
	c.Expect(err).NotTo(gomega.HaveOccurred(), "the cookie is URL-safe base64 with padding")
	_, asked, _ := strings.Cut(answer.Request, " ")
	c.Expect(sameAddress(string(resumed), asked)).To(gomega.BeTrue(), "the cookie holds %q, asked was %q", resumed, asked)
}

func badSignature(c *Case) {
	user, app := c.User(), c.App()
	good := c.Signature(user)
	c.Control("the user's own signature", func() {
		c.Expect(c.authorizeSigned(app, good)).To(BeConsentPage())
	})
	bad := c.forgeries(good)
	bad["garbage"] = "not.a.signature"
	bad["one part"] = strings.Split(good, ".")[1]
	if forged, err := signPayload(jose.SigningKey{
		Algorithm: jose.HS256, Key: signature.Key("the machine key of another portal"),
	}, strings.Split(good, ".")[1]); err == nil {
		bad["signed with another machine key"] = forged
		c.redactor.Learn("signature", forged)
	}
	for _, what := range sortedKeys(bad) {
		c.Expect(c.authorizeSigned(app, bad[what])).To(BeNoAuthorization(), "%s, in the cookie", what)
		header := http.Header{signature.Name: {bad[what]}, "User-Agent": {userAgent}}
		c.Expect(c.AuthorizeQuery(header, encoded(c.AuthorizeParameters(app)))).To(BeNoAuthorization(), "%s, in the header", what)
	}
	c.OnOwnPortal("an expired signature", func() {
		user, app := c.User(), c.App()
		old := c.Signature(user)
		c.Control("the signature while it lives", func() {
			c.Expect(c.authorizeSigned(app, old)).To(BeConsentPage())
		})
		c.Advance(signature.Lifetime + 2*time.Minute)
		c.Expect(c.authorizeSigned(app, old)).To(BeNoAuthorization(), "a signature that expired two minutes ago")
	})
}

// authorizeSigned is a plain request of the app in a browser with that signature. Raw.
func (c *Case) authorizeSigned(app App, xSignature string, changes ...Parameter) Response {
	header := http.Header{"Cookie": {signature.Name + "=" + xSignature}, "User-Agent": {userAgent}}
	return c.AuthorizeQuery(header, encoded(c.AuthorizeParameters(app, changes...)))
}

func clientErrors(c *Case) {
	user, app := c.User(), c.App()
	c.Control("a client that is known and enabled", func() { c.Expect(c.Authorize(user, app)).To(BeConsentPage()) })
	c.Expect(c.Authorize(user, app, Param("client_id"))).To(BeErrorAtLogin("missing_client_id_error"), "no client_id")
	c.Expect(c.Authorize(user, app, Param("client_id", uuid.NewString()))).To(BeErrorAtLogin("client_not_found_error"), "an unknown client")
	c.Expect(c.Authorize(user, app, Param("client_id", "no-uuid"))).To(BeErrorAtLogin("client_not_found_error"), "a client id that is no UUID")
	c.enable(app, false)
	c.Expect(c.Authorize(user, app)).To(BeErrorAtLogin("client_disabled_error"), "a disabled client")
	c.enable(app, true)
	c.Expect(c.Authorize(user, app)).To(BeConsentPage(), "the client after it was enabled again")
}

func promptNoneConsent(c *Case) {
	user, app := c.User(), c.App()
	ask := []Parameter{Scope("openid", "files:read"), State("silent")}
	c.Control("without prompt", func() { c.Expect(c.Authorize(user, app, ask...)).To(BeConsentPage()) })
	c.silentSignIn(user, app)
	ask = append(ask, Param("prompt", "none"))
	c.Expect(c.Authorize(user, app, ask...)).To(BeErrorAtApp(app.RedirectURI, "consent_required", "silent"))
}

// silentSignIn shows that prompt=none works where the user need not be asked:
// openid alone is granted by everybody (docs/portal/identity.md §3.1). Control.
func (c *Case) silentSignIn(u User, app App) {
	c.Control("prompt=none where nothing is to be asked", func() {
		c.Expect(c.Authorize(u, app, Scope("openid"), Param("prompt", "none"))).To(BeCodeAt(app.RedirectURI))
	})
}

func promptNoneAnonymous(c *Case) {
	user, app := c.User(), c.App()
	c.silentSignIn(user, app)
	ask := []Parameter{Scope("openid"), State("silent"), Param("prompt", "none")}
	c.Expect(c.AuthorizeAnonymous(app, ask...)).To(BeErrorAtApp(app.RedirectURI, "login_required", "silent"))
}
