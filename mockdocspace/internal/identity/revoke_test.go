package identity_test

import (
	"net/http"
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
)

func revocationError(parameter string) string {
	return `400 {"error":"invalid_request","error_description":"OAuth 2.0 Token Revocation Parameter: ` + parameter +
		`","error_uri":"https://datatracker.ietf.org/doc/html/rfc7009#section-2.1"}`
}

// revoking is a complete revocation request of the app.
func (p *portal) revoking(token string) pairs {
	return pairs{"token", token, "client_id", p.app.ID, "client_secret", p.app.Secret}
}

// The rows of identity.md §3.8; the tokens live on in each.
func TestRevokeRefuses(t *testing.T) {
	p := newPortal(t)
	other := p.addApp(nil)
	tokens := p.tokens(user, "openid files:read")
	access := tokens.text("access_token")
	for name, tt := range map[string]struct {
		fields  pairs
		headers []string
		want    string
	}{
		"§3.8 no credentials":          {pairs{"token", access}, nil, noAnswer},
		"§3.8 client_id alone":         {p.revoking(access).without("client_secret"), nil, noAnswer},
		"§3.8 wrong secret":            {p.revoking(access).with("client_secret", "x"), nil, badClient},
		"§3.8 Basic":                   {pairs{"token", access}, []string{"Authorization", basic(p.app.ID, p.app.Secret)}, badClient},
		"§3.8 token missing":           {p.revoking("").without("token"), nil, revocationError("token")},
		"§3.8 token empty":             {p.revoking(""), nil, revocationError("token")},
		"§3.8 token twice":             {p.revoking(access).twice("token"), nil, revocationError("token")},
		"§3.8 hint twice":              {p.revoking(access).and("token_type_hint", "a").and("token_type_hint", "a"), nil, revocationError("token_type_hint")},
		"§3.8 another client's token":  {p.revoking(access).with("client_id", other.ID).with("client_secret", other.Secret), nil, foreign},
		"§3.8 another's refresh token": {p.revoking(tokens.text("refresh_token")).with("client_id", other.ID).with("client_secret", other.Secret), nil, foreign},
		"§3.8 unknown token":           {p.revoking("x"), nil, "200 "},
		"§3.8 id_token":                {p.revoking(tokens.text("id_token")), nil, "200 "},
		"§5.2 junk bearer":             {p.revoking(access), []string{"Authorization", "Bearer x"}, noAnswer},
		"§5.2 good bearer":             {p.revoking(access), []string{"Authorization", "Bearer " + access}, foreign},
	} {
		t.Run(name, func(t *testing.T) {
			p.post("/oauth2/revoke", tt.fields.encoded(), tt.headers...).want(t, tt.want)
			if !p.active(access) || !p.active(tokens.text("refresh_token")) {
				t.Error("a token died")
			}
		})
	}
	p.send(http.MethodPost, "/oauth2/revoke?token="+access, p.revoking("").without("token").encoded(), "Content-Type", formType).want(t, revocationError("token"))
	p.send(http.MethodPost, "/oauth2/revoke", `{"token":"x"}`, "Content-Type", "application/json").want(t, noAnswer)

	p.change(func(a *store.App) { a.Enabled = false })
	// §11, deactivate: nobody finds the token, so it is unknown rather than another's.
	p.post("/oauth2/revoke", p.revoking(access).with("client_id", other.ID).with("client_secret", other.Secret).encoded()).want(t, "200 ")
}

// identity.md §3.8 and §11: what a revocation ends.
func TestRevokeEnds(t *testing.T) {
	p := newPortal(t)
	for name, tt := range map[string]struct {
		token           func(code string, tokens answer) string
		hint            string
		access, refresh bool // alive afterwards
	}{
		"§11 refresh token":              {func(_ string, a answer) string { return a.text("refresh_token") }, "", false, false},
		"§3.8 refresh token, wrong hint": {func(_ string, a answer) string { return a.text("refresh_token") }, "access_token", false, false},
		"§11 access token":               {func(_ string, a answer) string { return a.text("access_token") }, "", false, true},
		"§3.8 access token, wrong hint":  {func(_ string, a answer) string { return a.text("access_token") }, "refresh_token", false, true},
		"§3.8 used code":                 {func(code string, _ answer) string { return code }, "", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			code := p.code(user, "files:read")
			tokens := p.exchange(code)
			for range 2 { // the second time nothing is there to revoke
				a := p.post("/oauth2/revoke", p.revoking(tt.token(code, tokens)).and("token_type_hint", tt.hint).encoded())
				a.want(t, "200 ")
			}
			if got := p.active(tokens.text("access_token")); got != tt.access {
				t.Errorf("access token active: %t", got)
			}
			if got := p.active(tokens.text("refresh_token")); got != tt.refresh {
				t.Errorf("refresh token active: %t", got)
			}
			want := badGrant
			if tt.refresh {
				want = tokenPair
			}
			p.refresh(tokens.text("refresh_token")).want(t, want)
			p.authorize(user, "files:read").want(t, aCode) // consent is kept
		})
	}
	unused := p.code(user, "files:read")
	p.post("/oauth2/revoke", p.revoking(unused).encoded()).want(t, "200 ")
	p.exchange(unused).want(t, tokenPair)

	personal := p.personal("files:read").text("access_token")
	p.post("/oauth2/revoke", p.revoking(personal).encoded()).want(t, "200 ")
	if p.active(personal) {
		t.Error("§3.8 a revoked personal token is active")
	}
}

// identity.md §11, DELETE /clients/{id}/revoke and DELETE /clients/{id}: with the
// rows gone the next authorize asks again, and nothing finds the tokens.
func TestRowsGone(t *testing.T) {
	p := newPortal(t)
	tokens, personal := p.tokens(user, "files:read"), p.personal("files:read")
	if _, err := p.store.DeleteGrants(t.Context(), store.GrantFilter{UserID: user, AppID: p.app.ID}); err != nil {
		t.Fatal(err)
	}
	p.remember()
	for _, token := range []string{tokens.text("access_token"), tokens.text("refresh_token"), personal.text("access_token")} {
		if p.active(token) {
			t.Error("§11 a token outlives its row")
		}
	}
	p.authorize(user, "files:read").want(t, aConsent)
	tokens = p.tokens(user, "files:read")
	if err := p.store.DeleteApp(t.Context(), p.app.ID); err != nil {
		t.Fatal(err)
	}
	p.post("/oauth2/introspect", form("token", tokens.text("access_token"))).want(t, inactive)
	p.refresh(tokens.text("refresh_token")).want(t, badClient)
}
