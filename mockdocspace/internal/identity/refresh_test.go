package identity_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// The rows of identity.md §5.2 about refresh, and whether the token survives.
func TestRefresh(t *testing.T) {
	p := newPortal(t)
	other := p.addApp(nil)
	for name, tt := range map[string]struct {
		change   func(pairs) pairs
		want     string
		survives bool
	}{
		"§4.8 without scope":               {func(f pairs) pairs { return f }, tokenPair, false},
		"§4.8 empty scope":                 {func(f pairs) pairs { return f.and("scope", "") }, tokenPair, false},
		"§4.8 scope repeated inside":       {func(f pairs) pairs { return f.and("scope", "files:read files:read") }, tokenPair, false},
		"§4.8 unknown parameter":           {func(f pairs) pairs { return f.and("resource", "r").and("redirect_uri", "x") }, tokenPair, false},
		"§5.2 refresh_token absent":        {func(f pairs) pairs { return f.without("refresh_token") }, badParameter("refresh_token"), true},
		"§5.2 refresh_token empty":         {func(f pairs) pairs { return f.with("refresh_token", "") }, badParameter("refresh_token"), true},
		"§5.2 refresh_token twice":         {func(f pairs) pairs { return f.twice("refresh_token") }, badParameter("refresh_token"), true},
		"§5.2 refresh_token unknown":       {func(f pairs) pairs { return f.with("refresh_token", "x") }, badGrant, true},
		"§5.2 with a space":                {func(f pairs) pairs { return f.with("refresh_token", f[3]+" ") }, badGrant, true},
		"§5.2 scope not granted":           {func(f pairs) pairs { return f.and("scope", "files:read rooms:read") }, badScope, true},
		"§5.2 scope, two spaces":           {func(f pairs) pairs { return f.and("scope", "files:read  files:write") }, badScope, true},
		"§5.2 two scope fields":            {func(f pairs) pairs { return f.and("scope", "files:read").and("scope", "files:read") }, badParameter("scope"), true},
		"§5.2 another client":              {func(f pairs) pairs { return f.with("client_id", other.ID).with("client_secret", other.Secret) }, badGrant, true},
		"§4.8 without secret":              {func(f pairs) pairs { return f.without("client_secret") }, noAnswer, true},
		"§4.8 a signature in its place":    {func(f pairs) pairs { return f.with("refresh_token", p.sign(user)) }, badGrant, true},
		"§5.2 wrong secret, unknown token": {func(f pairs) pairs { return f.with("client_secret", "x").with("refresh_token", "x") }, badClient, true},
	} {
		t.Run(name, func(t *testing.T) {
			tokens := p.tokens(user, "files:read files:write")
			fields := pairs{
				"grant_type", "refresh_token", "refresh_token", tokens.text("refresh_token"),
				"client_id", p.app.ID, "client_secret", p.app.Secret,
			}
			p.token(tt.change(fields)).want(t, tt.want)
			if again := p.token(fields).outcome(); (again == tokenPair) != tt.survives {
				t.Errorf("the refresh token afterwards: %s", again)
			}
		})
	}
	tokens := p.tokens(user, "openid files:read")
	p.refresh(tokens.text("id_token")).want(t, badGrant)
}

// identity.md §4.8: rotation, narrowing, the access token's end.
func TestRefreshRotates(t *testing.T) {
	p := newPortal(t)
	first := p.tokens(user, "files:read files:write")
	narrowed := p.refresh(first.text("refresh_token"), "scope", "files:read")
	if narrowed.text("scope") != "files:read" || narrowed.text("refresh_token") == first.text("refresh_token") {
		t.Errorf("§4.8 narrowed: %s", narrowed.body)
	}
	if p.active(first.text("access_token")) || p.active(first.text("refresh_token")) {
		t.Error("§4.8 the earlier pair is active")
	}
	p.refresh(first.text("refresh_token")).want(t, badGrant)
	if !p.active(narrowed.text("access_token")) {
		t.Error("§4.8 a replay revoked the family")
	}
	whole := p.refresh(narrowed.text("refresh_token"))
	if got := words(whole.json("scope")); !slices.Equal(got, []string{"files:read", "files:write"}) {
		t.Errorf("§4.8 the authorized set: %v", got)
	}
	p.advance(60*24*time.Hour - time.Second)
	last := p.refresh(whole.text("refresh_token"))
	last.want(t, tokenPair)
	p.advance(60 * 24 * time.Hour)
	p.refresh(last.text("refresh_token")).want(t, badGrant)
}

// identity.md §4.8: the stored access token works in place of the refresh token.
func TestAccessTokenAsRefreshToken(t *testing.T) {
	p := newPortal(t)
	tokens := p.tokens(user, "files:read")
	second := p.refresh(tokens.text("access_token"))
	second.want(t, tokenPair)
	p.refresh(tokens.text("refresh_token")).want(t, badGrant)
	p.refresh(tokens.text("access_token")).want(t, badGrant) // no longer the stored one
	p.advance(2 * time.Hour)
	third := p.refresh(second.text("access_token")) // expired
	third.want(t, tokenPair)
	p.post("/oauth2/revoke", form("token", third.text("access_token"), "client_id", p.app.ID, "client_secret", p.app.Secret)).want(t, "200 ")
	p.refresh(third.text("access_token")).want(t, tokenPair)

	other := p.addApp(nil)
	foreignToken := p.tokens(user, "files:read").text("access_token")
	p.token(pairs{"grant_type", "refresh_token", "refresh_token", foreignToken, "client_id", other.ID, "client_secret", other.Secret}).want(t, badGrant)
	p.refresh(p.personal("files:read").text("access_token")).want(t, anErrorPage)

	p.app = p.addApp(func(a *store.App) { a.AllowPKCE = true })
	fields := p.exchanging(p.code(user, "files:read", "code_challenge", "ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs", "code_challenge_method", "S256"))
	secretless := p.token(fields.without("client_secret").and("code_verifier", "a"))
	secretless.want(t, accessOnly)
	p.refresh(secretless.text("access_token")).want(t, anErrorPage) // no refresh token to look at
	p.refresh(strings.ToUpper(secretless.text("access_token"))).want(t, badGrant)
}
