package identity_test

import (
	"fmt"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// redirectURIs makes these all that the app has registered.
func (p *portal) redirectURIs(uris ...string) {
	p.t.Helper()
	p.change(func(a *store.App) { a.RedirectURIs = uris })
}

// requestFaults are what an app should survive.
var requestFaults = map[string]faultProbe{
	"authorize.assumes-code":       {without: atLogin("invalid_request"), with: aConsent, probe: asked(func(a pairs) pairs { return a.without("response_type") })},
	"authorize.refuses-unknown":    {without: aConsent, with: atLogin("invalid_request"), probe: asked(func(a pairs) pairs { return a.and("x", "y") })},
	"authorize.empty-scope-counts": {without: aConsent, with: atApp("invalid_scope"), probe: asked(func(a pairs) pairs { return a.with("scope", "") })},
	"authorize.ignores-prompt": {without: atApp("consent_required"), with: aConsent, probe: asked(func(a pairs) pairs {
		return a.with("scope", "openid files:read").and("prompt", "none")
	})},
	"authorize.refuses-guests": {without: aConsent, with: atLogin("something_went_wrong_error"), probe: func(p *portal) string {
		return p.ask(p.asking(), "x-signature", p.sign(user, func(c *signature.Claims) { c.Guest = true })).outcome()
	}},
	"authorize.guesses-redirect-uri": {without: atLogin("invalid_request"), with: aConsent, probe: func(p *portal) string {
		p.redirectURIs(redirectURI, redirectURI+"2")
		return p.ask(p.asking().without("redirect_uri")).outcome()
	}},
	"authorize.loopback-port-exact": {without: aConsent, with: atLogin("invalid_request"), probe: func(p *portal) string {
		p.redirectURIs("http://127.0.0.1:1/cb")
		return p.ask(p.asking().with("redirect_uri", "http://127.0.0.1:2/cb")).outcome()
	}},
	"authorize.localhost-any-port": {without: atLogin("invalid_request"), with: aConsent, probe: func(p *portal) string {
		p.redirectURIs("http://localhost:1/cb")
		return p.ask(p.asking().with("redirect_uri", "http://localhost:2/cb")).outcome()
	}},
	"authorize.first-scope-only": {without: "9", with: "1", probe: func(p *portal) string {
		_, query, _ := strings.Cut(p.ask(p.asking().without("scope")).header.Get("Location"), "scope=")
		scopes, _, _ := strings.Cut(query, "&")
		if scopes == "" {
			return "1" // answered at once: the one scope was openid or is consented
		}
		return fmt.Sprint(strings.Count(scopes, "%20") + 1)
	}},
	"authorize.code-in-fragment": {without: "?code=", with: "#code=", probe: func(p *portal) string {
		return strings.TrimPrefix(p.silent(unchanged).header.Get("Location"), redirectURI)[:6]
	}},
	"authorize.cuts-state": {without: "300", with: "255", probe: func(p *portal) string {
		return fmt.Sprint(len(p.silent(func(a pairs) pairs { return a.with("state", strings.Repeat("s", 300)) }).location("state")))
	}},
	"authorize.silent-redirects": {without: "200", with: "302", probe: func(p *portal) string {
		p.remember("files:read")
		return fmt.Sprint(p.ask(p.asking(), "x-signature", p.sign(user), "X-Disable-Redirect", "true").status)
	}},
	"authorize.leaks-referrer": {without: "no-referrer", with: "", probe: func(p *portal) string {
		return p.silent(unchanged).header.Get("Referrer-Policy")
	}},
	"refresh.narrowing-sticks": {without: "files:read rooms:read", with: "files:read", probe: refreshed(func(p *portal, tokens answer) string {
		narrowed := p.refresh(tokens.text("refresh_token"), "scope", "files:read")
		return strings.Join(words(p.refresh(narrowed.text("refresh_token")).json("scope")), " ")
	})},
	"revoke.access-kills-refresh": {without: "false true", with: "false false", probe: revoked("access_token")},
}
