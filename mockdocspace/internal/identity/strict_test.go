package identity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// Each quirk of the portal beside what the standards ask for (profile strict).
func TestProfilesDiffer(t *testing.T) {
	activity := func(p *portal, token string) string {
		return fmt.Sprint(p.post("/oauth2/introspect", p.revoking(token).encoded()).json("active"))
	}
	anonymous := []string{"X-None", "1"}
	for name, tt := range map[string]struct {
		probe            func(p *portal) string
		docspace, strict string
	}{
		"nonce twice": {asked(func(a pairs) pairs { return a.and("nonce", "1").and("nonce", "2") }), aConsent, atLogin("invalid_request")},
		"state in the redirect": {func(p *portal) string {
			_, state, _ := strings.Cut(p.silent(func(a pairs) pairs { return a.with("state", "a b&c") }).header.Get("Location"), "&state=")
			return state
		}, "a b&c", "a+b%26c"},
		"redirect URI with a query": {func(p *portal) string {
			p.change(func(a *store.App) { a.RedirectURIs = []string{redirectURI + "?a=b"} })
			location := p.silent(func(a pairs) pairs { return a.with("redirect_uri", redirectURI+"?a=b") }).header.Get("Location")
			return strings.TrimPrefix(location, redirectURI)[:9]
		}, "?a=b?code", "?a=b&code"},
		"prompt=none, not signed in": {func(p *portal) string {
			return p.ask(p.asking().with("scope", "openid").and("prompt", "none"), anonymous...).outcome()
		}, atLogin("missing_asc_signature_error"), atApp("login_required")},
		"no User-Agent": {func(p *portal) string {
			p.remember("files:read")
			return p.ask(p.asking(), "x-signature", p.sign(user), "User-Agent", "").outcome()
		}, atLogin("something_went_wrong_error"), aCode},
		"line break in state": {func(p *portal) string {
			return p.silent(func(a pairs) pairs { return a.with("state", "a\nb") }).outcome()
		}, atLogin("something_went_wrong_error"), aCode},
		"denial with a stored consent": {func(p *portal) string {
			p.remember("files:read")
			return p.consent(user, p.pending("files:read rooms:read")).outcome()
		}, aCode, atApp("access_denied")},
		"HTTP Basic": {func(p *portal) string {
			fields := p.exchanging(p.code(user, "files:read")).without("client_id").without("client_secret")
			return p.token(fields, "Authorization", basic(p.app.ID, p.app.Secret)).outcome()
		}, badClient, tokenPair},
		"empty secret":   {exchanged(func(_ *portal, f pairs) pairs { return f.with("client_secret", "") }), noAnswer, badClient},
		"no credentials": {exchanged(func(_ *portal, f pairs) pairs { return f.without("client_secret").without("client_id") }), noAnswer, badClient},
		"code twice":     {exchanged(func(_ *portal, f pairs) pairs { return f.twice("code") }), anErrorPage, badParameter("code")},
		"unknown grant":  {exchanged(func(_ *portal, f pairs) pairs { return f.with("grant_type", "password") }), badParameter("grant_type"), `400 {"error":"unsupported_grant_type"}`},
		"verifier too short": {func(p *portal) string {
			code := p.code(user, "files:read", "code_challenge", "ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs", "code_challenge_method", "S256")
			return p.token(p.exchanging(code).and("code_verifier", "a")).outcome()
		}, tokenPair, badGrant},
		"reused refresh token": {refreshed(func(p *portal, tokens answer) string {
			second := p.refresh(tokens.text("refresh_token"))
			p.refresh(tokens.text("refresh_token"))
			return activity(p, second.text("access_token"))
		}), "true", "false"},
		"access token as refresh token":   {refreshed(func(p *portal, tokens answer) string { return p.refresh(tokens.text("access_token")).outcome() }), tokenPair, badGrant},
		"personal token as refresh token": {func(p *portal) string { return p.refresh(p.personal("files:read").text("access_token")).outcome() }, anErrorPage, badGrant},
		"personal token, no User-Agent": {func(p *portal) string {
			return p.token(p.personally("files:read"), "x-signature", p.sign(user), "User-Agent", "").outcome()
		}, anErrorPage, accessOnly},
		"revoked code": {func(p *portal) string {
			code := p.code(user, "files:read")
			p.post("/oauth2/revoke", p.revoking(code).encoded())
			return p.exchange(code).outcome()
		}, tokenPair, badGrant},
		"anonymous introspection":  {func(p *portal) string { return p.post("/oauth2/introspect", "token=x").outcome() }, inactive, badClient},
		"audience of the id_token": {claim("id_token", "aud", func(p *portal) any { return p.app.ID }), "false", "true"},
		"issuer of tokens":         {claim("access_token", "iss", func(*portal) any { return tenantURL + "/oauth2" }), "true", "false"},
		"narrowed id_token": {func(p *portal) string {
			return p.refresh(p.tokens(user, "openid files:read").text("refresh_token"), "scope", "files:read").outcome()
		}, idTokens, tokenPair},
		"times in userinfo": {func(p *portal) string {
			return fmt.Sprintf("%T", p.userInfo(p.tokens(user, "openid").text("access_token")).json("exp"))
		}, "string", "float64"},
		"challenge of userinfo": {func(p *portal) string {
			return p.userInfo(p.tokens(user, "files:read").text("access_token")).header.Get("Www-Authenticate")
		}, "", `Bearer error="insufficient_scope"`},
		"announced methods":        {func(p *portal) string { return fmt.Sprint(p.metadata("token_endpoint_auth_methods_supported")) }, "[client_secret_post]", "[client_secret_basic client_secret_post none]"},
		"announced algorithm":      {discovered("id_token_signing_alg_values_supported"), "[RS256]", "[ES256]"},
		"announced end of session": {func(p *portal) string { return fmt.Sprint(discovered("end_session_endpoint")(p) == "<nil>") }, "false", "true"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for profile, want := range map[rules.Profile]string{rules.ProfileDocSpace: tt.docspace, rules.ProfileStrict: tt.strict} {
				base, err := rules.Of(profile)
				if err != nil {
					t.Fatal(err)
				}
				if got := tt.probe(newPortal(t, func(r *rules.Rules) { *r = base })); got != want {
					t.Errorf("%s: %s\nwant %s", profile, got, want)
				}
			}
		})
	}
}

// discovered is a probe for a member of the OpenID document.
func discovered(member string) func(*portal) string {
	return func(p *portal) string {
		return fmt.Sprint(p.send(http.MethodGet, "/.well-known/openid-configuration", "").json(member))
	}
}

// identity.md §9.3: the headers of every answer, and the strict set behind a signature.
func TestSecurityHeaders(t *testing.T) {
	p := newPortal(t)
	common := map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
		"Pragma": "no-cache", "Expires": "0", "X-Frame-Options": "DENY",
	}
	relaxed := map[string]string{"X-Xss-Protection": "0", "Strict-Transport-Security": "", "Content-Security-Policy": "", "Referrer-Policy": ""}
	strict := map[string]string{
		"X-Xss-Protection": "1; mode=block", "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
		"Content-Security-Policy": "default-src 'self'", "Referrer-Policy": "no-referrer",
	}
	for name, tt := range map[string]struct {
		answer answer
		more   map[string]string
	}{
		"§9.3 metadata":          {p.send(http.MethodGet, "/.well-known/openid-configuration", ""), relaxed},
		"§9.3 keys":              {p.send(http.MethodGet, "/oauth2/jwks", ""), relaxed},
		"§9.3 refused client":    {p.token(nil), relaxed},
		"§9.3 login page":        {p.send(http.MethodGet, "/oauth2/authorize", ""), relaxed},
		"§9.3 not signed in":     {p.ask(p.asking(), "X-None", "1"), relaxed},
		"§9.3 bad signature":     {p.ask(p.asking(), "x-signature", "x"), relaxed},
		"§9.3 unknown client":    {p.ask(p.asking().with("client_id", otherUser)), relaxed},
		"§9.3 consent page":      {p.ask(p.asking()), strict},
		"§9.3 code":              {p.ask(p.asking().with("scope", "openid")), strict},
		"§9.3 error at the app":  {p.ask(p.asking().with("scope", "x")), strict},
		"§9.3 error at the page": {p.ask(p.asking().with("redirect_uri", "x")), strict},
	} {
		for _, set := range []map[string]string{common, tt.more} {
			for header, want := range set {
				if got := tt.answer.header.Get(header); got != want {
					t.Errorf("%s, %s: %q, want %q", name, header, got, want)
				}
			}
		}
	}
}
