package suites

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/onsi/gomega"
)

// authorizationCodeChecks judge the code itself.
func authorizationCodeChecks() []Check {
	return []Check{
		{"rfc6749/10.5/code-short-lived", codeShortLived},
		{"rfc6749/10.10/code-entropy", codeEntropy},
		{"docspace/authorize/code-format", codeFormat},
	}
}

// codeTTL is that of DocSpace (docs/portal/identity.md §4.1); RFC 6749 §4.1.2
// recommends ten minutes at most.
const codeTTL = time.Minute

func codeShortLived(c *Case) {
	user, app := c.User(), c.App()
	young := c.Code(user, app)
	c.Advance(codeTTL - 10*time.Second)
	c.Control("ten seconds before its end", func() { c.Expect(c.Token(c.ExchangeForm(app, young))).To(BeTokens()) })
	old := c.Code(user, app)
	c.Advance(codeTTL + 3*time.Second)
	c.Expect(c.Token(c.ExchangeForm(app, old))).To(BeDenied(400, "invalid_grant"), "three seconds after its end")
}

// region stands before codes and refresh tokens at the cloud (docs/portal/identity.md §4.1).
var region = regexp.MustCompile(`^[a-z0-9-]+:`)

func codeEntropy(c *Case) {
	user, app := c.User(), c.App(Scopes(probeScope))
	samples := entropySamples
	if c.Target.ControlURL == "" {
		samples = entropySamplesAtURL
		c.Warn("%d codes instead of %d were compared, to spare the portal", samples, entropySamples)
	}
	const beginning = 8 // characters, which hold 48 random bits
	seen := map[string]bool{}
	for range samples {
		code := region.ReplaceAllString(c.Code(user, app).Value, "")
		c.Expect(capacity(code)).To(gomega.BeNumerically(">=", entropyBits), "bits that a code of %d characters can hold", len(code))
		start := code[:beginning]
		c.Expect(seen[start]).To(gomega.BeFalse(), "two codes begin alike")
		seen[start] = true
	}
}

var codeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{128}$`)

func codeFormat(c *Case) {
	code := region.ReplaceAllString(c.Code(c.User(), c.App()).Value, "")
	c.Expect(codeForm.MatchString(code)).To(gomega.BeTrue(), "the code has %d characters, or others than base64url", len(code))
}

// authorizeAnswerChecks judge the form of the answers: statuses, headers, and that
// no error leads astray.
func authorizeAnswerChecks() []Check {
	return []Check{
		{"docspace/authorize/disable-redirect", disableRedirect},
		{"rfc9700/4.12/no-307", noTemporaryRedirect},
		{"rfc9700/4.16/frame-protection", frameProtection},
		{"rfc9700/4.2.4/referrer-policy", referrerPolicy},
		{"rfc9700/4.11/no-open-redirector", noOpenRedirector},
		{"rfc9700/4.11/request-uri-redirect", requestURIRedirect},
		{"rfc9207/2/iss-parameter", issParameter},
	}
}

func disableRedirect(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, c.App())
	pending := c.pendingConsent(user, app)
	header := c.SignedIn(user)
	header.Set("X-Disable-Redirect", "true")
	granted := c.Post("/oauth2/authorize", url.Values{"client_id": {app.ID}, "state": {pending}, "scope": app.Scopes}, header)
	c.expectNamedInHeader(granted, "the consent")
	c.Expect(granted).To(BeCodeAt(app.RedirectURI), "the consent")
	// openid alone is answered without a question, and two prompts with an error.
	silent := c.AuthorizeQuery(header, encoded(c.AuthorizeParameters(app, Scope("openid"))))
	c.expectNamedInHeader(silent, "a request without a question")
	c.Expect(silent).To(BeCodeAt(app.RedirectURI), "a request without a question")
	refused := c.AuthorizeQuery(header, encoded(c.AuthorizeParameters(app, Scope("openid"), Param("prompt", "none login"))))
	c.expectNamedInHeader(refused, "an error")
	c.Expect(c.Authorize(user, app, Scope("openid")).Header.Get("Location")).NotTo(gomega.BeEmpty(), "Location without the header")
}

// expectNamedInHeader fails the check unless the answer names the app's address in
// X-Redirect-URI instead of redirecting (docs/portal/identity.md §3.3, §3.5).
func (c *Case) expectNamedInHeader(answer Response, what string) {
	c.Expect(answer).To(HaveStatus(200), what)
	c.Expect(answer.Header).NotTo(gomega.HaveKey("Location"), what)
	c.Expect(strings.HasPrefix(answer.Header.Get("X-Redirect-URI"), RedirectURI+"?")).To(gomega.BeTrue(), "X-Redirect-URI of %s", what)
	c.Expect(answer.Body).To(gomega.BeEmpty(), "body of %s", what)
}

func noTemporaryRedirect(c *Case) {
	user, app := c.User(), c.App()
	answers := map[string]Response{
		"consent": c.consentTo(user, app, app.Scopes),
		"consent that is used up": c.Post("/oauth2/authorize",
			url.Values{"client_id": {app.ID}, "state": {"unknown"}, "scope": {"files:read"}}, c.SignedIn(user)),
		"denial":                          c.consentTo(user, c.App(), nil),
		"posted request":                  c.Post("/oauth2/authorize", c.AuthorizeParameters(app), c.SignedIn(user)),
		"posted request, refused":         c.Post("/oauth2/authorize", With(c.AuthorizeParameters(app), "response_type", "token"), c.SignedIn(user)),
		"posted request without sign-in":  c.Post("/oauth2/authorize", c.AuthorizeParameters(app), http.Header{"User-Agent": {userAgent}}),
		"posted request with a bad scope": c.Post("/oauth2/authorize", With(c.AuthorizeParameters(app), "scope", "unknown"), c.SignedIn(user)),
	}
	for what, answer := range answers {
		c.Expect(answer.Status).NotTo(gomega.BeElementOf(307, 308), "status after a %s", what)
		c.Expect(answer.Status).To(gomega.BeNumerically("<", 400), "status after a %s", what)
	}
}

func issParameter(c *Case) {
	metadata := c.Get(c.documents()[0], nil)
	if metadata.Member("authorization_response_iss_parameter_supported") != true {
		c.Skip("the metadata does not announce iss")
	}
	user, app := c.User(), c.App()
	answer := c.AuthorizeAndConsent(user, app)
	c.Expect(answer).To(BeCodeAt(app.RedirectURI))
	c.Expect(handedOver(answer)["iss"]).To(gomega.Equal([]string{metadata.Text("issuer")}), "iss of the response")
	refused := c.Authorize(user, app, Scope("unknown:read"))
	if c.Foreign() && !leadsTo(refused, app.RedirectURI) {
		return // an error page
	}
	c.Expect(handedOver(refused)["iss"]).To(gomega.Equal([]string{metadata.Text("issuer")}), "iss of an error response")
}
