package identity_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

const inactive = `200 {"active":false}`

func introspectionError(parameter string) string {
	return `400 {"error":"invalid_request","error_description":"OAuth 2.0 Token Introspection Parameter: ` + parameter +
		`","error_uri":"https://datatracker.ietf.org/doc/html/rfc7662#section-2.1"}`
}

// members are the names in a JSON object, sorted.
func (a answer) members(t testing.TB) string {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(a.body), &object); err != nil {
		t.Errorf("body %q: %v", a.body, err)
	}
	return strings.Join(slices.Sorted(maps.Keys(object)), " ")
}

// identity.md §3.7: what active tokens are described with.
func TestIntrospectActive(t *testing.T) {
	p := newPortal(t)
	tokens := p.tokens(user, "files:read rooms:read")
	a := p.post("/oauth2/introspect", form("token", tokens.text("access_token"), "token_type_hint", "refresh_token"))
	if got := a.members(t); got != "active aud cid client_id exp iat iss jti nbf scope sub tid token_type" || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("§3.7 access token: %s %v", a.body, a.header)
	}
	own := claims(t, tokens.text("access_token"))
	for name, want := range map[string]any{
		"sub": user, "iss": tenantURL + "/oauth2", "exp": own["exp"], "nbf": own["nbf"], "iat": own["iat"], "jti": own["jti"],
		"tid": 7.0, "cid": p.app.ID, "client_id": p.app.ID, "token_type": "Bearer",
	} {
		if a.json(name) != want {
			t.Errorf("§3.7 %s: %v, want %v", name, a.json(name), want)
		}
	}
	if !strings.Contains(a.body, `"aud":["`+tenantURL+`"]`) || !slices.Equal(words(a.json("scope")), []string{"files:read", "rooms:read"}) {
		t.Errorf("§3.7: %s", a.body)
	}
	refresh := p.post("/oauth2/introspect", form("token", tokens.text("refresh_token")))
	if refresh.members(t) != "active client_id exp iat" || refresh.json("exp").(float64)-refresh.json("iat").(float64) != 60*24*3600 {
		t.Errorf("§3.7 refresh token: %s", refresh.body)
	}
}

// The rows of identity.md §3.7 that describe nothing or refuse.
func TestIntrospect(t *testing.T) {
	p := newPortal(t)
	other := p.addApp(nil)
	tokens := p.tokens(user, "openid files:read")
	access := tokens.text("access_token")
	personal := p.personal("files:read").text("access_token")
	for name, tt := range map[string]struct {
		fields  pairs
		headers []string
		want    string
	}{
		"§3.7 unknown":                 {pairs{"token", "x"}, nil, inactive},
		"§3.7 id_token":                {pairs{"token", tokens.text("id_token")}, nil, inactive},
		"§3.7 x-signature":             {pairs{"token", p.sign(user)}, nil, inactive},
		"§3.7 one character off":       {pairs{"token", access[:len(access)-1]}, nil, inactive},
		"§3.7 missing":                 {nil, nil, introspectionError("token")},
		"§3.7 empty":                   {pairs{"token", ""}, nil, introspectionError("token")},
		"§3.7 blank":                   {pairs{"token", " "}, nil, introspectionError("token")},
		"§3.7 twice":                   {pairs{"token", access, "token", access}, nil, introspectionError("token")},
		"§3.7 hint twice":              {pairs{"token", "x", "token_type_hint", "a", "token_type_hint", "b"}, nil, introspectionError("token_type_hint")},
		"§3.7 unknown hint":            {pairs{"token", "x", "token_type_hint", "nope"}, nil, inactive},
		"§3.7 JSON body":               {pairs{"token", access}, []string{"Content-Type", "application/json"}, introspectionError("token")},
		"§3.7 wrong secret":            {pairs{"token", "x", "client_id", p.app.ID, "client_secret", "x"}, nil, badClient},
		"§3.7 unknown client":          {pairs{"token", "x", "client_id", otherUser, "client_secret", "x"}, nil, badClient},
		"§3.7 Basic":                   {pairs{"token", "x"}, []string{"Authorization", basic(p.app.ID, p.app.Secret)}, badClient},
		"§3.7 client_id alone":         {pairs{"token", "x", "client_id", p.app.ID}, nil, inactive},
		"§3.7 unknown client_id alone": {pairs{"token", "x", "client_id", otherUser}, nil, inactive},
		"§3.7 good credentials":        {pairs{"token", "x", "client_id", p.app.ID, "client_secret", p.app.Secret}, nil, inactive},
		"§3.7 another's credentials":   {pairs{"token", "x", "client_id", other.ID, "client_secret", other.Secret}, nil, inactive},
		"§3.7 undecodable bearer":      {pairs{"token", "x"}, []string{"Authorization", "Bearer x"}, noAnswer},
		"§3.7 good bearer":             {pairs{"token", "x"}, []string{"Authorization", "Bearer " + personal}, inactive},
		"§3.7 client_id twice":         {pairs{"token", "x", "client_id", p.app.ID, "client_id", p.app.ID}, nil, badInput},
	} {
		t.Run(name, func(t *testing.T) {
			headers := tt.headers
			if len(headers) == 0 || headers[0] != "Content-Type" {
				headers = append([]string{"Content-Type", formType}, headers...)
			}
			p.send(http.MethodPost, "/oauth2/introspect", tt.fields.encoded(), headers...).want(t, tt.want)
		})
	}
	p.send(http.MethodPost, "/oauth2/introspect?token="+access, "", "Content-Type", formType).want(t, introspectionError("token"))
	if !p.active(access) || !p.active(personal) {
		t.Error("a query for a token changed it")
	}
}

// identity.md §3.7 and §11: what ends a token, and what brings it back.
func TestIntrospectInactive(t *testing.T) {
	p := newPortal(t)
	unused := p.code(user, "files:read")
	p.post("/oauth2/introspect", form("token", unused)).want(t, inactive)
	tokens := p.exchange(unused)
	p.post("/oauth2/introspect", form("token", unused)).want(t, inactive)

	p.change(func(a *store.App) { a.Enabled = false })
	for _, kind := range []string{"access_token", "refresh_token"} {
		p.post("/oauth2/introspect", form("token", tokens.text(kind))).want(t, inactive)
	}
	p.refresh(tokens.text("refresh_token")).want(t, badClient)
	p.post("/oauth2/revoke", form("token", tokens.text("access_token"), "client_id", p.app.ID, "client_secret", p.app.Secret)).want(t, badClient)
	p.authorize(user, "files:read").want(t, atLogin("client_disabled_error"))
	p.send(http.MethodGet, "/oauth2/userinfo", "", "Authorization", "Bearer "+tokens.text("access_token")).want(t, `401 {"error":"invalid_token"}`)
	p.change(func(a *store.App) { a.Enabled = true })
	if !p.active(tokens.text("access_token")) || !p.active(tokens.text("refresh_token")) {
		t.Error("§11 re-activation does not revive")
	}
	p.change(func(a *store.App) { a.Secret = "another" })
	p.refresh(tokens.text("refresh_token")).want(t, badClient)
	if !p.active(tokens.text("access_token")) {
		t.Error("§11 a new secret ended the tokens")
	}
	p.advance(time.Hour - time.Second)
	if !p.active(tokens.text("access_token")) {
		t.Error("§4.1 inactive before the hour is over")
	}
	p.advance(time.Second)
	p.post("/oauth2/introspect", form("token", tokens.text("access_token"))).want(t, inactive)

	gone := p.addApp(func(a *store.App) { a.GoneAt = p.clock.Now() })
	p.app = gone
	cached := p.tokens(user, "files:read") // §11, DELETE /clients: works while cached
	p.advance(5*time.Minute + time.Second)
	p.post("/oauth2/introspect", form("token", cached.text("access_token"))).want(t, inactive)
	p.authorize(user, "files:read").want(t, atLogin("client_not_found_error"))
}
