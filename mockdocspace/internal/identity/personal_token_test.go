package identity_test

import (
	"testing"
	"time"

	"docspace-oauth/signature"
)

// personal gets a personal access token for the user.
func (p *portal) personal(scope string) answer {
	p.t.Helper()
	return p.token(p.personally(scope), "x-signature", p.sign(user))
}

func (p *portal) personally(scope string) pairs {
	return pairs{"grant_type", "personal_access_token", "client_id", p.app.ID, "client_secret", p.app.Secret, "scope", scope}
}

// The rows of identity.md §5.2 about personal access tokens, and §4.8.
func TestPersonalAccessToken(t *testing.T) {
	p := newPortal(t)
	good := p.sign(user)
	expired := p.sign(user, func(c *signature.Claims) { c.Expires = p.clock.Now().Add(-2 * signature.Lifetime) })
	guest := p.sign(user, func(c *signature.Claims) { c.Guest = true })
	noSignature := `400 {"error":"unauthorized_client","error_description":"OAuth 2.0 Parameter: token","error_uri":"U52"}`
	badSignature := `400 {"error":"server_error","error_description":"OAuth 2.0 Parameter: internal_parameter","error_uri":"U52"}`
	guests := `400 {"error":"access_denied","error_description":"Guests are not allowed to generate personal access tokens"}`
	for name, tt := range map[string]struct {
		change  func(pairs) pairs
		headers []string
		want    string
	}{
		"§4.8 by header":                      {nil, []string{"x-signature", good}, accessOnly},
		"§4.8 by cookie":                      {nil, []string{"Cookie", "X-Signature=" + good}, accessOnly},
		"§4.8 all scopes and openid":          {func(f pairs) pairs { return f.with("scope", "openid files:read rooms:read") }, []string{"x-signature", good}, accessOnly},
		"§4.8 scope repeated inside":          {func(f pairs) pairs { return f.with("scope", "files:read files:read") }, []string{"x-signature", good}, accessOnly},
		"§4.8 developer tools limited":        {nil, []string{"x-signature", p.sign(user, func(c *signature.Claims) { c.Public = false })}, accessOnly},
		"§4.8 client_id in capitals":          {func(f pairs) pairs { return f.with("client_id", upper(p.app.ID)) }, []string{"x-signature", good}, accessOnly},
		"§5.2 scope missing":                  {func(f pairs) pairs { return f.without("scope") }, nil, badParameter("scope")},
		"§5.2 scope empty":                    {func(f pairs) pairs { return f.with("scope", "") }, nil, badParameter("scope")},
		"§5.2 scope blank":                    {func(f pairs) pairs { return f.with("scope", " ") }, []string{"x-signature", good}, badParameter("scope")},
		"§5.2 scope twice":                    {func(f pairs) pairs { return f.twice("scope") }, []string{"x-signature", guest}, badParameter("scope")},
		"§5.2 no signature":                   {nil, nil, noSignature},
		"§5.2 empty cookie":                   {nil, []string{"Cookie", "x-signature=", "x-signature", good}, noSignature},
		"§5.2 bad signature":                  {nil, []string{"x-signature", good + "x"}, badSignature},
		"§5.2 junk cookie beside a header":    {nil, []string{"Cookie", "x-signature=junk", "x-signature", good}, badSignature},
		"§5.2 expired signature":              {nil, []string{"x-signature", expired}, badSignature},
		"§5.2 guest":                          {nil, []string{"x-signature", guest}, guests},
		"§5.2 guest before the scope's check": {func(f pairs) pairs { return f.with("scope", "nope") }, []string{"x-signature", guest}, guests},
		"§5.2 scope not registered":           {func(f pairs) pairs { return f.with("scope", "nope") }, []string{"x-signature", good}, badScope},
		"§5.2 two spaces":                     {func(f pairs) pairs { return f.with("scope", "files:read  rooms:read") }, []string{"x-signature", good}, badScope},
		"§5.2 without User-Agent":             {nil, []string{"x-signature", good, "User-Agent", ""}, anErrorPage},
		"§5.2 no User-Agent, bad scope":       {func(f pairs) pairs { return f.with("scope", "nope") }, []string{"x-signature", good, "User-Agent", ""}, badScope},
		"§5.2 signature without a user":       {nil, []string{"x-signature", p.sign("")}, anErrorPage},
		"§5.2 wrong secret":                   {func(f pairs) pairs { return f.with("client_secret", "x") }, []string{"x-signature", good}, badClient},
		"§4.8 without secret":                 {func(f pairs) pairs { return f.without("client_secret") }, []string{"x-signature", good}, noAnswer},
		"§4.8 unparsable DPoP is not read":    {nil, []string{"x-signature", good, "DPoP", "junk"}, accessOnly},
	} {
		t.Run(name, func(t *testing.T) {
			fields := p.personally("files:read")
			if tt.change != nil {
				fields = tt.change(fields)
			}
			p.token(fields, tt.headers...).want(t, tt.want)
		})
	}
}

// identity.md §4.2, §4.8: subject and issuer come from the signature; one of a kind.
func TestPersonalAccessTokenLife(t *testing.T) {
	p := newPortal(t)
	grant := p.tokens(user, "files:read")
	first := p.token(p.personally("files:read"), "x-signature", p.sign(user, func(c *signature.Claims) { c.TenantID, c.TenantURL = 99, "https://other.example.test" }))
	got := claims(t, first.text("access_token"))
	if got["sub"] != user || got["tid"] != 99.0 || got["aud"] != "https://other.example.test" || got["iss"] != "https://other.example.test/oauth2" || got["cid"] != p.app.ID {
		t.Errorf("§4.8 claims %v", got)
	}
	second := p.personal("rooms:read").text("access_token")
	if p.active(first.text("access_token")) || !p.active(second) || !p.active(grant.text("access_token")) {
		t.Error("§4.2 a personal token replaces its like, and no other")
	}
	p.token(p.personally("files:read"), "x-signature", p.sign(user), "User-Agent", "").want(t, anErrorPage)
	if p.active(second) {
		t.Error("the token that fails late is stored all the same")
	}
	third := p.personal("files:read").text("access_token")
	p.advance(time.Hour)
	if p.active(third) {
		t.Error("§4.1 active after an hour")
	}
}
