package suites

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// authorizeRedirectChecks judge which redirect URIs are accepted.
func authorizeRedirectChecks() []Check {
	return []Check{
		{"rfc6749/3.1.2.3/redirect-omitted", redirectOmitted},
		{"rfc6749/3.1.2.4/redirect-unregistered", redirectUnregistered},
		{"rfc9700/2.1/redirect-exact", redirectExact},
		{"rfc8252/7.3/loopback-any-port", loopbackAnyPort},
		{"rfc8252/8.3/localhost-exact", localhostExact},
		{"rfc6749/3.1.2/redirect-query-kept", redirectQueryKept},
		{"rfc9700/2.1/code-pollution", codePollution},
	}
}

const foreignURI = "https://attacker.example.test/callback"

// BeKeptFrom matches a refusal that does not send the browser to that redirect URI
// nor to its host (RFC 6749 §3.1.2.4).
func BeKeptFrom(redirectURI string) types.GomegaMatcher {
	refused := BeNoAuthorization().(*responseMatcher)
	return &responseMatcher{
		wanted: "an error that does not lead to " + redirectURI,
		misses: func(r Response) string {
			if missed := refused.misses(r); missed != "" {
				return missed
			}
			if strings.HasPrefix(r.target(), redirectURI) || strings.Contains(r.target(), "attacker.example.test") {
				return "the browser is sent there"
			}
			wanted, err := url.Parse(redirectURI)
			if u := r.Location(); err == nil && u != nil && wanted.Host != "" && strings.EqualFold(u.Host, wanted.Host) {
				return "the browser is sent to " + u.Host
			}
			return ""
		},
	}
}

func redirectOmitted(c *Case) {
	user, one := c.User(), c.App(Scopes("files:read", "rooms:read"))
	c.allowed(user, c.App())
	answer := c.AuthorizeAndConsent(user, one, Param("redirect_uri"))
	c.Expect(answer).To(BeCodeAt(one.RedirectURI), "with one registered URI")
	tokens := c.Token(c.ExchangeForm(one, Code{Value: handedOver(answer).Get("code")}))
	c.Expect(tokens).To(BeTokens(), "the exchange without redirect_uri")

	const second = "https://app.example.test/second"
	two := c.App(Redirects(RedirectURI, second), Scopes("files:read", "rooms:read"))
	c.allowed(user, two)
	c.Expect(c.Authorize(user, two, Param("redirect_uri"))).To(BeNoAuthorization(), "with two registered URIs")
}

func redirectUnregistered(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, app)
	c.Expect(c.Authorize(user, app, Param("redirect_uri", foreignURI))).To(BeKeptFrom(foreignURI), "with consent on record")
	fresh := c.App()
	c.Expect(c.Authorize(user, fresh, Param("redirect_uri", foreignURI))).To(BeKeptFrom(foreignURI), "where consent is needed")
}

// nearMisses are addresses that resemble https://app.example.test/callback and
// its twin with the query ?tenant=1.
var nearMisses = []string{
	"https://app.example.test/callback/", "https://app.example.test/Callback", "https://APP.example.test/callback",
	"HTTPS://app.example.test/callback", "https://app.example.test/callback/extra", "https://app.example.test/callbackextra",
	"https://app.example.test/callback?extra=1", "https://app.example.test/callback?tenant=1&extra=1",
	"https://app.example.test/callback?tenant=2", "https://app.example.test/callback?", "https://app.example.test/callback#",
	"https://app.example.test/callback#fragment", "https://app.example.test/./callback", "https://app.example.test/x/../callback",
	"https://app.example.test/callback/../other", "https://app.example.test/%2e%2e/callback", "https://app.example.test/callback/%2e%2e/other",
	"https://app.example.test/%63allback", "https://app.example.test%2fcallback", "https://app.example.test//callback",
	"https://user@app.example.test/callback", "https://app.example.test@attacker.example.test/callback",
	"https://app.example.test:pass@attacker.example.test/callback", "https://sub.app.example.test/callback",
	"https://app.example.test.attacker.example.test/callback", "https://app.example.test./callback",
	"https://app.example.test:443/callback", "https://app.example.test:8443/callback", "http://app.example.test/callback",
	"javascript:app.example.test/callback", "//app.example.test/callback", "/callback", "callback",
	`https:\\app.example.test\callback`, `https://attacker.example.test\@app.example.test/callback`,
	"https://app.example.test/callback\t", "\thttps://app.example.test/callback", " https://app.example.test/callback",
	"https://app.example.test/call\tback", "https://app.example.test/callback\x00", "https://app.example.test/callback\r\nX-Injected: 1",
}

func redirectExact(c *Case) {
	user, app := c.User(), c.App(Redirects(RedirectURI, RedirectURI+"?tenant=1"))
	c.allowed(user, app)
	for _, uri := range nearMisses {
		// Registered and asked for differ in a few characters, so that where the
		// browser must not go may be the app's own host: no redirect to an app at all.
		c.Expect(c.Authorize(user, app, Param("redirect_uri", uri))).To(BeKeptFrom(uri), "%q", uri)
	}
}

func loopbackAnyPort(c *Case) {
	for _, host := range []string{"127.0.0.1", "[::1]"} {
		registered := fmt.Sprintf("http://%s:3001/callback", host)
		user, app := c.User(), c.App(Redirects(registered))
		c.allowed(user, app)
		for _, uri := range []string{fmt.Sprintf("http://%s:49152/callback", host), fmt.Sprintf("http://%s/callback", host)} {
			c.Expect(c.AuthorizeAndConsent(user, app, Param("redirect_uri", uri))).To(BeCodeAt(uri), uri)
		}
	}
}

func localhostExact(c *Case) {
	user, app := c.User(), c.App(Redirects("http://localhost:3001/callback"))
	c.allowed(user, app)
	for _, uri := range []string{"http://localhost:3002/callback", "http://localhost/callback", "http://127.0.0.1:3001/callback"} {
		c.Expect(c.Authorize(user, app, Param("redirect_uri", uri))).To(BeKeptFrom(uri), uri)
	}
}

func redirectQueryKept(c *Case) {
	user, app := c.User(), c.App(Redirects(RedirectURI+"?tenant=42&view=a%26b"))
	answer := c.AuthorizeAndConsent(user, app)
	c.Expect(answer).To(BeCodeAt(app.RedirectURI))
	c.Expect(answer.Query("tenant")).To(gomega.Equal("42"), "the first parameter of the registered query")
	c.Expect(answer.Query("view")).To(gomega.Equal("a&b"), "the second parameter of the registered query")
	c.Expect(answer.Query("code")).NotTo(gomega.BeEmpty(), "code as a form decoder reads it")
}

func codePollution(c *Case) {
	user, app := c.User(), c.App(Redirects(RedirectURI+"?code=planted&tenant=1"))
	answer := c.AuthorizeAndConsent(user, app)
	c.Expect(answer.Status).To(gomega.BeNumerically("<", 400), "status of %s", answer.Request)
	c.Expect(strings.HasPrefix(answer.target(), RedirectURI+"?")).To(gomega.BeTrue(), "a redirect to the app: %v", answer)
	codes := answer.Location().Query()["code"]
	c.Expect(codes).To(gomega.HaveLen(1), "codes in the query as a form decoder reads them")
	c.Expect(codes[0]).NotTo(gomega.Equal("planted"), "the code is not the registered one")
	tokens := c.Token(c.ExchangeForm(app, Code{Value: codes[0], RedirectURI: app.RedirectURI}))
	c.Expect(tokens).To(BeTokens(), "the exchange of the only code")
}
