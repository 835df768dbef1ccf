package identity_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"docspace-oauth/signature"
)

// silent is an authorization that needs no consent page.
func (p *portal) silent(change func(pairs) pairs) answer {
	p.t.Helper()
	p.remember("files:read")
	return p.ask(change(p.asking()))
}

func unchanged(a pairs) pairs { return a }

// asked is a probe that sends one request of the signed-in user.
func asked(change func(pairs) pairs) func(*portal) string {
	return func(p *portal) string { return p.ask(change(p.asking())).outcome() }
}

// signed is a probe with a signature of its own.
func signed(token func(*portal) string) func(*portal) string {
	return func(p *portal) string { return p.ask(p.asking(), "x-signature", token(p)).outcome() }
}

// granted is a probe for the scopes that a consent ends in.
func granted(asked string, posted ...string) func(*portal) string {
	return func(p *portal) string {
		approved := p.consent(user, p.pending(asked), posted...)
		if approved.location("code") == "" {
			return approved.outcome()
		}
		return strings.Join(words(p.exchange(approved.location("code")).json("scope")), " ")
	}
}

var authorizeFaults = map[string]faultProbe{
	"authorize.loses-request": {without: "true", with: "false", probe: func(p *portal) string {
		url, _ := base64.URLEncoding.DecodeString(p.ask(p.asking()).cookie("x-redirect-authorization-uri"))
		return fmt.Sprint(strings.Contains(string(url), "?"))
	}},
	"authorize.accepts-expired-signature": {without: atLogin("something_went_wrong_error"), with: aConsent, probe: signed(func(p *portal) string {
		return p.sign(user, func(c *signature.Claims) { c.Expires = p.clock.Now().Add(-2 * signature.Lifetime) })
	})},
	"authorize.accepts-unsigned-signature": {without: atLogin("something_went_wrong_error"), with: aConsent, probe: signed(func(p *portal) string {
		good := p.sign(user)
		return good[:strings.LastIndexByte(good, '.')+1]
	})},
	"authorize.redirects-unknown-client": {
		without: atLogin("client_not_found_error"), with: "app: unauthorized_client ", everyoneOnly: true,
		probe: asked(func(a pairs) pairs { return a.with("client_id", otherUser) }),
	},
	"authorize.drops-state": {without: "s1", with: "", probe: func(p *portal) string {
		return p.silent(func(a pairs) pairs { return a.with("state", "s1") }).location("state")
	}},
	"authorize.changes-state": {without: "s1", with: "s1x", probe: func(p *portal) string {
		return p.silent(func(a pairs) pairs { return a.with("state", "s1") }).location("state")
	}},
	"authorize.invents-state": {without: "", with: "invented", probe: func(p *portal) string {
		return p.silent(func(a pairs) pairs { return a.without("state") }).location("state")
	}},
	"authorize.allows-implicit": {without: atLogin("unsupported_response_type"), with: aConsent, probe: asked(func(a pairs) pairs { return a.with("response_type", "token") })},
	"authorize.allows-duplicates": {without: atLogin("invalid_request"), with: aConsent, probe: asked(func(a pairs) pairs {
		return a.twice("state").twice("scope").twice("response_type").and("code_challenge", "c").twice("code_challenge").and("code_challenge_method", "S256").twice("code_challenge_method")
	})},
	"authorize.any-redirect-uri":       {without: atLogin("invalid_request"), with: aConsent, probe: asked(func(a pairs) pairs { return a.with("redirect_uri", "https://evil.example.test/#x") })},
	"authorize.prefix-redirect-uri":    {without: atLogin("invalid_request"), with: aConsent, probe: asked(func(a pairs) pairs { return a.with("redirect_uri", redirectURI+"/x") })},
	"authorize.ignores-redirect-query": {without: atLogin("invalid_request"), with: aConsent, probe: asked(func(a pairs) pairs { return a.with("redirect_uri", redirectURI+"?x") })},
	"authorize.grants-unknown-scope":   {without: atApp("invalid_scope"), with: aConsent, probe: asked(func(a pairs) pairs { return a.with("scope", "nope") })},
	"authorize.short-code":             {without: "128", with: "6", probe: func(p *portal) string { return fmt.Sprint(len(p.silent(unchanged).location("code"))) }},
	"authorize.redirects-307":          {without: "302", with: "307", probe: func(p *portal) string { return fmt.Sprint(p.silent(unchanged).status) }},
	"authorize.request-uri-redirect": {without: "false", with: "true", probe: func(p *portal) string {
		a := p.ask(p.asking().and("request_uri", "https://evil.example.test/"))
		return fmt.Sprint(a.header.Get("Location") == "https://evil.example.test/")
	}},
	"authorize.token-in-url": {without: "false", with: "true", probe: func(p *portal) string { return fmt.Sprint(p.silent(unchanged).location("access_token") != "") }},
	"authorize.code-with-error": {without: "false", with: "true", probe: func(p *portal) string {
		return fmt.Sprint(p.ask(p.asking().with("scope", "nope")).location("code") != "")
	}},

	"consent.skipped":     {without: aConsent, with: aCode, probe: asked(unchanged)},
	"consent.forgotten":   {without: aCode, with: aConsent, probe: func(p *portal) string { return p.silent(unchanged).outcome() }},
	"consent.grants-all":  {without: "files:read", with: "files:read rooms:read", probe: granted("files:read rooms:read", "files:read")},
	"consent.deny-grants": {without: atApp("access_denied"), with: "files:read", probe: granted("files:read")},
	"consent.any-state": {without: atLogin("invalid_request"), with: aCode, byOther: true, probe: func(p *portal) string {
		return p.consent(otherUser, p.pending("files:read"), "files:read").outcome()
	}},
	"consent.adds-scope": {without: atApp("invalid_scope"), with: "files:read rooms:write", probe: granted("files:read", "files:read", "rooms:write")},
}

// documentFaults concern the documents everybody sees.
var documentFaults = map[string]faultProbe{
	"metadata.missing-token-endpoint":   {without: "true", with: "false", probe: func(p *portal) string { return fmt.Sprint(p.metadata("token_endpoint") != nil) }},
	"metadata.wrong-issuer":             {without: "true", with: "false", probe: func(p *portal) string { return fmt.Sprint(p.metadata("issuer") == p.url) }},
	"metadata.lists-unsupported-method": {without: "[client_secret_post]", with: "[client_secret_post client_secret_basic]", probe: func(p *portal) string { return fmt.Sprint(p.metadata("token_endpoint_auth_methods_supported")) }},
	"metadata.lists-plain":              {without: "[S256]", with: "[S256 plain]", probe: func(p *portal) string { return fmt.Sprint(p.metadata("code_challenge_methods_supported")) }},
	"metadata.missing-scope":            {without: "8", with: "7", probe: func(p *portal) string { return fmt.Sprint(len(p.metadata("scopes_supported").([]any))) }},
	"metadata.dead-endpoint": {without: noAnswer, with: anErrorPage, probe: func(p *portal) string {
		return p.post(strings.TrimPrefix(p.metadata("revocation_endpoint").(string), p.url), "").outcome()
	}},
	"jwks.missing-kid": {without: "true", with: "false", probe: verified("access_token")},
	"jwks.stale-key":   {without: "true", with: "false", probe: verified("access_token")},
	"jwks.leaks-private-key": {without: "false", with: "true", probe: func(p *portal) string {
		return fmt.Sprint(strings.Contains(p.send(http.MethodGet, "/oauth2/jwks", "").body, `"d":`))
	}},
	"jwks.drops-old-key": {without: "2", with: "1", probe: func(p *portal) string {
		if err := p.server.RotateKeys(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}
		return fmt.Sprint(len(p.keyIDs()))
	}},
}

// metadata is a member of the OAuth document.
func (p *portal) metadata(member string) any {
	p.t.Helper()
	return p.send(http.MethodGet, "/.well-known/oauth-authorization-server", "").json(member)
}

// verified is a probe: does the key set verify that token of a whole flow?
func verified(kind string) func(*portal) string {
	return func(p *portal) string { return fmt.Sprint(p.verifies(p.tokens(user, "openid files:read").text(kind))) }
}
