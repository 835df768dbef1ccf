package flows_test

import (
	"errors"
	"testing"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/flows/internal/fakeportal"
)

// claimsOf are good claims of a token of fake; change alters them.
func claimsOf(fake *fakeportal.Portal, change func(map[string]any)) map[string]any {
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": fake.URL + "/oauth2", "aud": fake.URL, "sub": "user", "cid": fakeportal.ClientID, "azp": fakeportal.ClientID,
		"tid": 1, "jti": "j", "scope": []string{"files:read"}, "iat": now, "nbf": now, "exp": now + 3600, "nonce": "n",
	}
	change(claims)
	return claims
}

func set(name string, value any) func(map[string]any) {
	return func(claims map[string]any) { claims[name] = value }
}

func drop(name string) func(map[string]any) {
	return func(claims map[string]any) { delete(claims, name) }
}

func TestVerifyAccessToken(t *testing.T) {
	fake, portal, app := start(t)
	now := time.Now().Unix()
	for _, test := range []struct {
		name   string
		change func(map[string]any)
		good   bool
	}{
		{"good", func(map[string]any) {}, true},
		{"aud as a list of one", func(c map[string]any) { c["aud"] = []string{fake.URL} }, true},
		{"expired within the skew", set("exp", now-30), true},
		{"expired", set("exp", now-120), false},
		{"no exp", drop("exp"), false},
		{"from the future", set("iat", now+3600), false},
		{"not yet valid", set("nbf", now+3600), false},
		{"two audiences", func(c map[string]any) { c["aud"] = []string{fake.URL, "x"} }, false},
		{"no audience", drop("aud"), false},
		{"foreign issuer", set("iss", "http://evil.example.com/oauth2"), false},
		{"another client", set("cid", "other"), false},
		{"no client", drop("cid"), false},
		{"no subject", drop("sub"), false},
		{"alg none", set("alg", "none"), false},
		{"alg HS256", set("alg", "HS256"), false},
		{"another key", set("alg", "other-key"), false},
	} {
		claims, err := portal.VerifyAccessToken(t.Context(), app, fake.Sign(claimsOf(fake, test.change)))
		switch {
		case test.good && (err != nil || claims.Subject != "user" || claims.TenantID != 1 || claims.Portal != fake.URL):
			t.Errorf("%s: %+v, %v", test.name, claims, err)
		case !test.good && !errors.Is(err, flows.ErrToken):
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := portal.VerifyAccessToken(t.Context(), app, "opaque"); !errors.Is(err, flows.ErrToken) {
		t.Errorf("opaque token: %v", err)
	}
	portal.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if _, err := portal.VerifyAccessToken(t.Context(), app, fake.Sign(claimsOf(fake, func(map[string]any) {}))); !errors.Is(err, flows.ErrToken) {
		t.Errorf("two hours later: %v", err)
	}
}

func TestVerifyIDToken(t *testing.T) {
	fake, portal, app := start(t)
	access := &flows.Claims{Issuer: fake.URL + "/oauth2", Portal: fake.URL, Subject: "user"}
	for _, test := range []struct {
		name   string
		change func(map[string]any)
		good   bool
	}{
		{"good", func(map[string]any) {}, true},
		{"aud is the client", set("aud", fakeportal.ClientID), true},
		{"aud is another", set("aud", "http://evil.example.com"), false},
		{"wrong azp", set("azp", "other"), false},
		{"no azp", drop("azp"), false},
		{"wrong nonce", set("nonce", "other"), false},
		{"no nonce", drop("nonce"), false},
		{"another user", set("sub", "other"), false},
		{"foreign issuer", set("iss", "http://evil.example.com/oauth2"), false},
		{"expired", set("exp", time.Now().Unix()-120), false},
		{"another key", set("alg", "other-key"), false},
	} {
		_, err := portal.VerifyIDToken(t.Context(), app, fake.Sign(claimsOf(fake, test.change)), "n", access)
		if test.good && err != nil || !test.good && !errors.Is(err, flows.ErrToken) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestAPIBase(t *testing.T) {
	fake, _, _ := start(t)
	trusted := []string{"http://127.0.0.1:8092", "http://second.localhost:8092/", "https://portal.example.com"}
	for portal, want := range map[string]string{
		"http://127.0.0.1:8092":                   "http://127.0.0.1:8092",
		"http://second.localhost:8092":            "http://second.localhost:8092",
		"http://127.0.0.1:8092/":                  "http://127.0.0.1:8092",
		"https://portal.example.com:443":          "https://portal.example.com",
		"HTTPS://PORTAL.example.com":              "https://portal.example.com",
		"http://portal.example.com":               "",
		"https://portal.example.com:8443":         "",
		"http://127.0.0.1:8093":                   "",
		"https://portal.example.com.evil.example": "",
		"https://portal.example.com@evil.example": "",
		"https://portal.example.com/x":            "",
		"":                                        "", "portal.example.com": "",
	} {
		tokens := flows.Tokens{AccessToken: fake.Sign(map[string]any{"aud": portal})}
		fromTokens, err := tokens.APIBase(trusted)
		fromClaims, err2 := (&flows.Claims{Portal: portal}).APIBase(trusted)
		if fromTokens != want || fromClaims != want {
			t.Errorf("%q: %q and %q", portal, fromTokens, fromClaims)
		}
		if want == "" && (!errors.Is(err, flows.ErrPortal) || !errors.Is(err2, flows.ErrPortal)) {
			t.Errorf("%q: %v and %v", portal, err, err2)
		}
	}
	if _, err := (&flows.Tokens{AccessToken: "opaque"}).APIBase(trusted); !errors.Is(err, flows.ErrToken) {
		t.Errorf("opaque: %v", err)
	}
}
