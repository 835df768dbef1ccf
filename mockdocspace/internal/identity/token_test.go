package identity_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// payload is the text of a JWT's claims.
func payload(t testing.TB, token string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", token)
	}
	decoded, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(decoded)
}

func claims(t testing.TB, token string) map[string]any {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(payload(t, token)), &members); err != nil {
		t.Fatal(err)
	}
	return members
}

// The rows of identity.md §5.2 about codes, and whether the code survives.
func TestCodeExchange(t *testing.T) {
	p := newPortal(t)
	other := p.addApp(nil)
	for name, tt := range map[string]struct {
		change   func(pairs) pairs
		want     string
		survives bool
	}{
		"§4.8 complete":                       {func(f pairs) pairs { return f }, tokenPair, false},
		"§5.2 unknown parameter twice":        {func(f pairs) pairs { return f.and("x", "1").and("x", "2") }, tokenPair, false},
		"§4.8 scope, resource, audience":      {func(f pairs) pairs { return f.and("scope", "nope").and("resource", "r").and("audience", "a") }, tokenPair, false},
		"§5.2 code twice":                     {func(f pairs) pairs { return f.twice("code") }, anErrorPage, true},
		"§5.2 redirect_uri twice":             {func(f pairs) pairs { return f.twice("redirect_uri") }, badParameter("redirect_uri"), true},
		"§5.2 code empty":                     {func(f pairs) pairs { return f.with("code", "") }, badGrant, true},
		"§5.2 code absent":                    {func(f pairs) pairs { return f.without("code") }, badParameter("code"), true},
		"§5.2 unknown code":                   {func(f pairs) pairs { return f.with("code", "x") }, badGrant, true},
		"§5.2 verifier without challenge":     {func(f pairs) pairs { return f.and("code_verifier", "v") }, badGrant, true},
		"§5.2 empty verifier":                 {func(f pairs) pairs { return f.and("code_verifier", "") }, tokenPair, false},
		"§5.2 verifier twice beside a secret": {func(f pairs) pairs { return f.and("code_verifier", "v").and("code_verifier", "v") }, anErrorPage, true},
		"§5.2 wrong redirect_uri":             {func(f pairs) pairs { return f.with("redirect_uri", redirectURI+"/") }, badGrant, true},
		"§5.2 missing redirect_uri":           {func(f pairs) pairs { return f.without("redirect_uri") }, badGrant, true},
		"§5.2 empty redirect_uri":             {func(f pairs) pairs { return f.with("redirect_uri", "") }, badGrant, true},
		"§5.2 code of another client":         {func(f pairs) pairs { return f.with("client_id", other.ID).with("client_secret", other.Secret) }, badGrant, false},
		"§5.2 grant_type missing":             {func(f pairs) pairs { return f.without("grant_type") }, badParameter("grant_type"), true},
		"§5.2 grant_type empty":               {func(f pairs) pairs { return f.with("grant_type", "") }, badParameter("grant_type"), true},
		"§5.2 grant_type blank":               {func(f pairs) pairs { return f.with("grant_type", " ") }, badParameter("grant_type"), true},
		"§5.2 grant_type twice":               {func(f pairs) pairs { return f.twice("grant_type") }, badParameter("grant_type"), true},
		"§5.2 grant_type in capitals":         {func(f pairs) pairs { return f.with("grant_type", "AUTHORIZATION_CODE") }, badParameter("grant_type"), true},
		"§5.2 grant_type password":            {func(f pairs) pairs { return f.with("grant_type", "password").and("username", "u").and("password", "p") }, badParameter("grant_type"), true},
		"§5.2 grant_type implicit":            {func(f pairs) pairs { return f.with("grant_type", "implicit") }, badParameter("grant_type"), true},
		"§4.8 jwt-bearer":                     {func(f pairs) pairs { return f.with("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer") }, badParameter("grant_type"), true},
		"§5.2 client_credentials":             {func(f pairs) pairs { return f.with("grant_type", "client_credentials") }, `400 {"error":"unauthorized_client"}`, true},
		"§4.8 token exchange without":         {func(f pairs) pairs { return f.with("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange") }, badParameter("subject_token"), true},
		"§4.8 device code without":            {func(f pairs) pairs { return f.with("grant_type", "urn:ietf:params:oauth:grant-type:device_code") }, badParameter("device_code"), true},
		"§4.8 device code": {func(f pairs) pairs {
			return f.with("grant_type", "urn:ietf:params:oauth:grant-type:device_code").and("device_code", "d")
		}, badGrant, true},
		"§5.2 refresh grant without its token": {func(f pairs) pairs { return f.with("grant_type", "refresh_token") }, badParameter("refresh_token"), true},
		"§5.2 code as refresh token":           {func(f pairs) pairs { return f.with("grant_type", "refresh_token").and("refresh_token", f[3]) }, badGrant, true},
	} {
		t.Run(name, func(t *testing.T) {
			fields := p.exchanging(p.code(user, "files:read"))
			p.token(tt.change(fields)).want(t, tt.want)
			if again := p.token(fields).outcome(); (again == tokenPair) != tt.survives {
				t.Errorf("the code afterwards: %s", again)
			}
		})
	}
	fields := p.exchanging(p.code(user, "files:read"))
	p.send(http.MethodPost, "/oauth2/token?grant_type=authorization_code", fields.without("grant_type").encoded(), "Content-Type", formType).want(t, badParameter("grant_type"))
	p.advance(59 * time.Second)
	p.token(fields).want(t, tokenPair)
	fields = p.exchanging(p.code(user, "files:read"))
	p.advance(time.Minute)
	p.token(fields).want(t, badGrant) // §5.2 expired
}

// identity.md §4.8 and §5.2: redirect_uri omitted before; reuse; challenge.
func TestCodeReuse(t *testing.T) {
	p := newPortal(t)
	omitted := func() pairs {
		asked := p.ask(p.asking().without("redirect_uri"))
		if state := asked.cookie("client_state"); state != "" {
			asked = p.consent(user, state, "files:read")
		}
		return p.exchanging(asked.location("code"))
	}
	p.token(omitted().with("redirect_uri", "https://any.example.test/")).want(t, tokenPair)
	p.token(omitted().without("redirect_uri")).want(t, tokenPair)

	fields := p.exchanging(p.code(user, "files:read", "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method", "S256"))
	right := fields.and("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
	tokens := p.token(right)
	tokens.want(t, tokenPair)
	refreshed := p.refresh(tokens.text("refresh_token"))
	p.token(fields.and("code_verifier", "wrong")).want(t, badGrant)
	p.token(right.with("redirect_uri", "https://x.example.test/")).want(t, badGrant)
	if !p.active(refreshed.text("access_token")) {
		t.Error("§5.2 a replay with a wrong verifier or redirect_uri revoked")
	}
	p.token(right).want(t, badGrant)
	if p.active(refreshed.text("access_token")) || p.active(refreshed.text("refresh_token")) {
		t.Error("§5.2 the reused code's tokens are alive")
	}
	p.refresh(refreshed.text("refresh_token")).want(t, badGrant)
}

// identity.md §4.7: verifiers are compared as text.
func TestCodeVerifiers(t *testing.T) {
	p := newPortal(t)
	for name, tt := range map[string]struct{ challenge, verifier, want string }{
		"§4.7 RFC 7636 Appendix B": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", tokenPair},
		"§4.7 one character":       {"ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs", "a", tokenPair},
		"§4.7 padded challenge":    {"ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs=", "a", badGrant},
		"§4.7 challenge as itself": {"abc", "abc", badGrant},
		"§4.7 not ASCII":           {"fNSeaLV60AEAKQrP97THVTrAJwBw1OQWBNULK3XrRKY", "é", badGrant},
		"§5.2 empty verifier":      {"abc", "", badGrant},
		"§5.2 wrong verifier":      {"abc", "x", badGrant},
	} {
		for _, secret := range []bool{true, false} {
			kind, want := "with secret", tt.want
			if !secret {
				kind = "without secret"
				if want == tokenPair {
					want = accessOnly
				}
			}
			t.Run(name+" "+kind, func(t *testing.T) {
				p.app = p.addApp(func(a *store.App) { a.AllowPKCE = true })
				fields := p.exchanging(p.code(user, "files:read", "code_challenge", tt.challenge, "code_challenge_method", "S256")).and("code_verifier", tt.verifier)
				if !secret {
					fields = fields.without("client_secret")
				}
				p.token(fields).want(t, want)
			})
		}
	}
}

// identity.md §4.1, §4.3, §4.6.
func TestTokenResponse(t *testing.T) {
	p := newPortal(t)
	code := p.code(user, "files:read rooms:read")
	a := p.exchange(code)
	opaque := regexp.MustCompile(`^[A-Za-z0-9_-]{128}$`)
	if !opaque.MatchString(code) || !opaque.MatchString(a.text("refresh_token")) {
		t.Errorf("§4.1 code %q, refresh token %q", code, a.text("refresh_token"))
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json;charset=UTF-8", "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
		"Pragma": "no-cache", "Expires": "0", "X-Content-Type-Options": "nosniff", "X-Xss-Protection": "0", "X-Frame-Options": "DENY", "Set-Cookie": "",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("§4.6 %s: %q, want %q", name, got, want)
		}
	}
	if seconds, _ := a.json("expires_in").(float64); seconds < 3595 || seconds > 3600 || a.text("token_type") != "Bearer" {
		t.Errorf("§4.6: %s", a.body)
	}
	if got := words(a.json("scope")); !slices.Equal(got, []string{"files:read", "rooms:read"}) {
		t.Errorf("§4.6 scope %v", got)
	}
	got := claims(t, a.text("access_token"))
	members := []string{}
	for name := range got {
		members = append(members, name)
	}
	slices.Sort(members)
	if want := []string{"aud", "cid", "exp", "iat", "iss", "jti", "nbf", "scope", "sub", "tid"}; !slices.Equal(members, want) {
		t.Errorf("§4.3 claims %v", members)
	}
	if got["iss"] != tenantURL+"/oauth2" || got["aud"] != tenantURL || got["sub"] != user || got["cid"] != p.app.ID || got["tid"] != 7.0 ||
		got["nbf"] != got["iat"] || got["exp"].(float64) != got["iat"].(float64)+3600 {
		t.Errorf("§4.3 claims %v", got)
	}
	header, _, _ := strings.Cut(a.text("access_token"), ".")
	decoded, _ := base64.RawURLEncoding.DecodeString(header)
	if !regexp.MustCompile(`^\{"(kid":"[0-9a-f-]{36}","alg":"ES256"|alg":"ES256","kid":"[0-9a-f-]{36}")\}$`).Match(decoded) {
		t.Errorf("§4.3 header %s", decoded)
	}
}

// identity.md §4.4.
func TestIDToken(t *testing.T) {
	p := newPortal(t)
	a := p.exchange(p.code(user, "openid files:read", "nonce", "n<1>"))
	got := claims(t, a.text("id_token"))
	for name, want := range map[string]any{
		"iss": tenantURL + "/oauth2", "aud": tenantURL, "azp": p.app.ID, "sub": user, "cid": p.app.ID, "tid": 7.0, "nonce": "n<1>", "nbf": nil,
	} {
		if got[name] != want {
			t.Errorf("§4.4 %s: %v, want %v", name, got[name], want)
		}
	}
	if got["exp"].(float64) != got["iat"].(float64)+1800 || len(got["sid"].(string)) != 44 || got["auth_time"] == nil {
		t.Errorf("§4.4: %v", got)
	}
	refreshed := p.refresh(a.text("refresh_token"), "scope", "files:read")
	again := claims(t, refreshed.text("id_token"))
	if again["nonce"] != nil || again["sid"] != got["sid"] || again["auth_time"] != got["auth_time"] || again["sub"] != user {
		t.Errorf("§4.4 refreshed: %v", again)
	}
	p.send(http.MethodGet, "/oauth2/userinfo", "", "Authorization", "Bearer "+refreshed.text("access_token")).want(t, `403 {"error":"insufficient_scope"}`)
	if p.tokens(user, "files:read").json("id_token") != nil {
		t.Error("§4.4 an id_token without openid")
	}
}

// identity.md §4.1: the cloud's prefix and claim.
func TestRegion(t *testing.T) {
	p := newPortal(t, func(r *rules.Rules) { r.Build = rules.BuildSaaS })
	code := p.code(user, "openid")
	a := p.exchange(code)
	prefixed := regexp.MustCompile(`^local:[A-Za-z0-9_-]{128}$`)
	if !prefixed.MatchString(code) || !prefixed.MatchString(a.text("refresh_token")) || claims(t, a.text("access_token"))["region"] != "local" {
		t.Errorf("§4.1 code %q, %s", code, a.body)
	}
	if facts := p.post("/oauth2/introspect", form("token", a.text("access_token"))); facts.json("region") != "local" {
		t.Errorf("§4.3 introspection: %s", facts.body)
	}
	if p.refresh(a.text("refresh_token")).status != http.StatusOK {
		t.Error("§4.1 a prefixed refresh token does not work")
	}
}

// identity.md §4.2 and §11, except what registration does.
func TestOneGrantPerUserAndClient(t *testing.T) {
	p := newPortal(t)
	first, of := p.tokens(user, "files:read"), p.tokens(otherUser, "files:read")
	p.code(user, "files:read") // silent
	if p.active(first.text("access_token")) || p.active(first.text("refresh_token")) {
		t.Error("§4.2 a silent code left the old tokens alive")
	}
	if !p.active(of.text("access_token")) {
		t.Error("§4.2 another user's tokens died")
	}
	second := p.tokens(user, "files:read")
	p.app = p.addApp(nil)
	p.tokens(user, "files:read")
	if !p.active(second.text("access_token")) {
		t.Error("§4.2 another app's grant killed the tokens")
	}
}
