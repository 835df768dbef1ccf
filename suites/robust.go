package suites

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/onsi/gomega"
)

func robustChecks() []Check {
	return []Check{
		{"robust/hostile-oauth", hostileOAuth},
		{"robust/long-authorize-url", longAuthorizeURL},
		{"robust/long-token", longToken},
		{"robust/hostile-registration", hostileRegistration},
		{"robust/registration-survives", registrationSurvives},
		{"robust/no-reflection", noReflection},
		{"rfc6749/1.6/tls", transportSecurity},
	}
}

func hostileOAuth(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, app, Scope(probeScope))
	visitor, signedIn := http.Header{"User-Agent": {userAgent}}, c.SignedIn(user)
	authorize := c.AuthorizeParameters(app, PKCE(Verifier), Param("nonce", "n"), Param("prompt", "login"))
	exchange := c.ExchangeForm(app, Code{Value: "unknown", RedirectURI: app.RedirectURI, Verifier: Verifier})
	refresh, about := c.RefreshForm(app, "unknown", probeScope), c.credentials(app, url.Values{"token": {"unknown"}, "token_type_hint": {"access_token"}})
	decision := url.Values{"client_id": {app.ID}, "state": {"unknown"}, "scope": {probeScope}}

	requests := hostileForms(http.MethodGet, "/oauth2/authorize", signedIn, authorize,
		"redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method", "nonce", "prompt", "request_uri", "unknown")
	requests = append(requests, hostileForms(http.MethodGet, "/oauth2/authorize", visitor, authorize, "client_id", "state")...)
	requests = append(requests, hostileForms(http.MethodPost, "/oauth2/authorize", signedIn, decision, "state", "scope")...)
	requests = append(requests, hostileForms(http.MethodGet, "/oauth2/consent", visitor, nil, "client_id")...)
	requests = append(requests, hostileForms(http.MethodGet, "/oauth2/login", visitor, nil, "client_id")...)
	requests = append(requests, hostileForms(http.MethodPost, "/oauth2/token", nil, exchange, "grant_type", "client_secret", "redirect_uri", "code_verifier")...)
	requests = append(requests, hostileForms(http.MethodPost, "/oauth2/token", nil, refresh, "scope")...)
	requests = append(requests, hostileForms(http.MethodPost, "/oauth2/introspect", nil, about, "token_type_hint")...)
	requests = append(requests, hostileForms(http.MethodPost, "/oauth2/revoke", nil, about, "token_type_hint")...)
	for _, path := range []string{"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/authorize"} {
		for _, media := range hostileTypes {
			requests = append(requests, hostile{
				what: path + ", content type " + media, method: http.MethodPost, path: path,
				header: http.Header{"Content-Type": {media}, "User-Agent": {userAgent}}, body: exchange.Encode(),
			})
		}
	}
	for _, token := range []string{"", " ", ".", "..", "a.b.c", "%00", strings.Repeat("a.", 500), `"`, "e30.e30.e30"} {
		requests = append(requests, hostile{
			what: "/oauth2/userinfo, bearer token " + token, method: http.MethodGet, path: "/oauth2/userinfo",
			header: http.Header{"Authorization": {"Bearer " + token}},
		})
	}
	c.attack(requests, func(answer Response) string {
		if answer.Status >= 500 {
			return answer.String()
		}
		return harm(answer)
	})
	c.Expect(c.AuthorizeAndConsent(user, app, Scope(probeScope))).To(BeCodeAt(app.RedirectURI), "the portal after %d hostile requests", len(requests))
}

func longAuthorizeURL(c *Case) {
	user, app := c.User(), c.App()
	c.Control("a short URL", func() { c.Expect(c.Authorize(user, app)).To(BeConsentPage()) })
	for _, kilobytes := range []int{3, 5, 8, 12, 20} {
		answer := c.Authorize(user, app, Param("unknown", strings.Repeat("u", kilobytes<<10)))
		c.Expect(answer.Status).To(gomega.BeNumerically("<", 500), "a URL of %d KB", kilobytes)
	}
}

func longToken(c *Case) {
	g := c.Grant(probeScope)
	long := strings.Repeat("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", 250)
	introspect := func(token string) Response {
		return c.Post("/oauth2/introspect", c.credentials(g.App, url.Values{"token": {token}}), nil)
	}
	c.Control("a short token", func() { c.Expect(introspect("short")).To(HaveStatus(200)) })
	for what, request := range map[string]func() Response{
		"code": func() Response {
			return c.Token(c.ExchangeForm(g.App, Code{Value: long, RedirectURI: g.App.RedirectURI}))
		},
		"refresh token":      func() Response { return c.Token(c.RefreshForm(g.App, long)) },
		"introspected token": func() Response { return introspect(long) },
		"revoked token":      func() Response { return c.Revoke(g.App, long) },
	} {
		began := time.Now()
		answer := request()
		c.Expect(time.Since(began)).To(gomega.BeNumerically("<=", time.Second), "time to answer a %s of %d characters", what, len(long))
		c.Expect(answer.Status).To(gomega.BeNumerically("<", 500), "a %s of %d characters", what, len(long))
	}
}

// payload runs as script where it is printed as it is.
const payload = `"'><svg/onload=alert(1)>`

func noReflection(c *Case) {
	user, app := c.User(), c.App()
	browser := c.portalSession(user)
	visitor := http.Header{"User-Agent": {userAgent}}
	text := url.QueryEscape(payload)
	pages := []struct {
		path   string
		header http.Header
	}{
		{"/login?type=oauth2&client_id=" + app.ID + "&error=missing_asc_signature_error&message=" + text + "&authError=" + text, visitor},
		{"/login?client_id=" + text, visitor},
		{"/login?type=" + text + "&referenceUrl=" + text + "&loginData=" + text + "&culture=" + text, visitor},
		{"/login/error?oauthMessageKey=" + text, visitor},
		{"/login/error?messageKey=" + text, visitor},
		{"/login/consent?type=oauth2&client_id=" + app.ID + "&scope=" + text + "&state=" + text, browser},
		{"/login/consent?type=oauth2&client_id=" + text, browser},
		{"/login/tenant-list?clientId=" + text, visitor},
		{"/confirm/Auth?type=Auth&key=" + text + "&encemail=" + text + "&referenceUrl=" + text, visitor},
		{"/oauth2/authorize?client_id=" + text + "&scope=" + text, visitor},
		{"/oauth2/login?client_id=" + text, visitor},
		{"/no-such-page-" + text, visitor},
	}
	shown := 0
	for _, page := range pages {
		answer := c.Get(page.path, page.header)
		if answer.MediaType() == "text/html" {
			shown++
		}
		c.Expect(string(answer.Body)).NotTo(gomega.ContainSubstring("<svg/onload"), "the page %s", page.path)
	}
	c.setup("the portal's pages", func() { c.Expect(shown).To(gomega.BeNumerically(">", 0), "HTML pages among them") })
}

func transportSecurity(c *Case) {
	base, err := url.Parse(c.Target.URL)
	c.need(err)
	if base.Scheme != "https" {
		c.Skip("the target is not on https")
	}
	port := base.Port()
	if port == "" {
		port = "443"
	}
	address := net.JoinHostPort(base.Hostname(), port)
	connect := func(config *tls.Config) error {
		dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: answerLimit}, Config: config}
		connection, err := dialer.DialContext(c.ctx, "tcp", address)
		if err != nil {
			return err
		}
		return connection.Close()
	}
	c.Expect(connect(&tls.Config{MinVersion: tls.VersionTLS12})).To(gomega.Succeed(), "a connection with TLS 1.2 or newer and a valid certificate")
	// The question is whether the portal would: its certificate is judged above.
	old := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, InsecureSkipVerify: true} //nolint:gosec // see above
	c.Expect(connect(old)).NotTo(gomega.Succeed(), "a connection with TLS 1.1")
}
