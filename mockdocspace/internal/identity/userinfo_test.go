package identity_test

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
)

func (p *portal) userInfo(token string, headers ...string) answer {
	p.t.Helper()
	return p.send(http.MethodGet, "/oauth2/userinfo", "", append([]string{"Authorization", "Bearer " + token}, headers...)...)
}

// identity.md §3.9, userinfo: the token's own claims, times as text.
func TestUserInfo(t *testing.T) {
	p := newPortal(t)
	access := p.tokens(user, "openid files:read").text("access_token")
	for _, a := range []answer{
		p.userInfo(access), p.userInfo(access, "Accept", "text/html"), p.userInfo(access, "Accept", "image/png"),
		p.send(http.MethodPost, "/oauth2/userinfo", "", "Authorization", "bEARER "+access),
	} {
		if a.members(t) != "aud cid exp iat iss jti nbf scope sub tid" || a.header.Get("Content-Type") != "application/json" || a.status != http.StatusOK {
			t.Fatalf("§3.9: %d %s %v", a.status, a.body, a.header)
		}
		moment := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
		for _, name := range []string{"exp", "iat", "nbf"} {
			if !moment.MatchString(a.text(name)) {
				t.Errorf("§3.9 %s: %v", name, a.json(name))
			}
		}
		if a.text("sub") != user || !strings.Contains(a.body, `"aud":["`+tenantURL+`"]`) || !strings.Contains(a.body, `"scope":["openid","files:read"]`) && !strings.Contains(a.body, `"scope":["files:read","openid"]`) {
			t.Errorf("§3.9: %s", a.body)
		}
	}
}

// The rows of identity.md §3.9 that refuse, with and without a challenge.
func TestUserInfoRefuses(t *testing.T) {
	p := newPortal(t)
	tokens := p.tokens(user, "openid files:read")
	access := tokens.text("access_token")
	resource := `resource_metadata="` + p.url + `/.well-known/oauth-protected-resource"`
	invalid := func(description string) string {
		return `Bearer error="invalid_token", error_description="` + description + `", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1", ` + resource
	}
	const decode = "An error occurred while attempting to decode the Jwt: "
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"x"}`)) + "."
	parts := strings.Split(access, ".")
	flipped := parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2]))
	for name, tt := range map[string]struct {
		headers         []string
		want, challenge string
	}{
		"§3.9 no token":               {[]string{"Accept", "*/*"}, noAnswer, "Bearer " + resource},
		"§3.9 Basic":                  {[]string{"Authorization", basic("a", "b")}, noAnswer, "Bearer " + resource},
		"§3.9 x-signature":            {[]string{"Cookie", "x-signature=" + p.sign(user)}, noAnswer, "Bearer " + resource},
		"§3.9 malformed":              {[]string{"Authorization", "Bearer junk"}, noAnswer, invalid(decode + "Malformed token")},
		"§3.9 three parts of junk":    {[]string{"Authorization", "Bearer a.b.c"}, noAnswer, invalid(decode + "Malformed token")},
		"§3.9 bad signature":          {[]string{"Authorization", "Bearer " + flipped}, noAnswer, invalid(decode + "Signed JWT rejected: Invalid signature")},
		"§3.9 signature of others":    {[]string{"Authorization", "Bearer " + p.sign(user)}, noAnswer, invalid(decode + "Signed JWT rejected: Another algorithm expected, or no matching key(s) found")},
		"§3.9 unsigned":               {[]string{"Authorization", "Bearer " + unsigned}, noAnswer, invalid("Unsupported algorithm of none")},
		"§3.9 empty":                  {[]string{"Authorization", "Bearer "}, noAnswer, invalid("Bearer token is malformed")},
		"§3.9 two words":              {[]string{"Authorization", "Bearer a b"}, noAnswer, invalid("Bearer token is malformed")},
		"§3.9 odd characters":         {[]string{"Authorization", "Bearer a,b"}, noAnswer, invalid("Bearer token is malformed")},
		"§3.9 refresh token":          {[]string{"Authorization", "Bearer " + tokens.text("refresh_token")}, noAnswer, invalid(decode + "Malformed token")},
		"§3.9 id_token":               {[]string{"Authorization", "Bearer " + tokens.text("id_token")}, `401 {"error":"invalid_token"}`, ""},
		"§3.9 personal, openid":       {[]string{"Authorization", "Bearer " + p.personal("openid").text("access_token")}, `401 {"error":"invalid_token"}`, ""},
		"§3.9 personal, no openid":    {[]string{"Authorization", "Bearer " + p.token(p.personally("files:read"), "x-signature", p.sign(otherUser)).text("access_token")}, `403 {"error":"insufficient_scope"}`, ""},
		"§3.9 a person asks":          {[]string{"Accept", "text/html"}, anErrorPage, ""},
		"§3.9 a list with JSON first": {[]string{"Accept", "application/json, text/plain, */*"}, noAnswer, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.send(http.MethodGet, "/oauth2/userinfo", "", tt.headers...)
			a.want(t, tt.want)
			if got := a.header.Get("Www-Authenticate"); got != tt.challenge {
				t.Errorf("challenge %q\nwant      %q", got, tt.challenge)
			}
			if strings.HasPrefix(tt.challenge, "Bearer error") && a.cookie("JSESSIONID") != "" {
				t.Error("§3.9 a session")
			}
		})
	}
	p.send(http.MethodGet, "/oauth2/userinfo?access_token="+access, "").want(t, noAnswer)
	p.post("/oauth2/userinfo", form("access_token", access)).want(t, noAnswer)
	p.post("/oauth2/userinfo", "", "Accept", "text/html").want(t, atLogin("missing_client_id_error"))
	p.send(http.MethodHead, "/oauth2/userinfo", "", "Authorization", "Bearer "+access).want(t, anErrorPage)

	expires := int64(claims(t, access)["exp"].(float64))
	p.advance(time.Hour + 30*time.Second) // within the skew: decodable, yet no longer active
	p.userInfo(access).want(t, `401 {"error":"invalid_token"}`)
	p.advance(31 * time.Second)
	want := invalid(decode + "Jwt expired at " + time.Unix(expires, 0).UTC().Format(time.RFC3339))
	if got := p.userInfo(access).header.Get("Www-Authenticate"); got != want {
		t.Errorf("§3.9 expired: %q, want %q", got, want)
	}
	p.post("/oauth2/revoke", p.revoking(tokens.text("refresh_token")).encoded())
	access = p.tokens(user, "openid").text("access_token")
	p.post("/oauth2/revoke", p.revoking(access).encoded())
	p.userInfo(access).want(t, `401 {"error":"invalid_token"}`)
}

// identity.md §3.9, a person's request in one process.
func TestUserInfoOfOneProcess(t *testing.T) {
	p := newPortal(t, func(r *rules.Rules) { r.Build = rules.BuildMinified })
	p.send(http.MethodGet, "/oauth2/userinfo", "", "Accept", "text/html").want(t, "403 ")
}
