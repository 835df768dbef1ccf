package identity_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"testing"
)

func document(issuer string) map[string]any {
	post := []any{"client_secret_post"}
	return map[string]any{
		"issuer": issuer, "authorization_endpoint": issuer + "/oauth2/authorize", "token_endpoint": issuer + "/oauth2/token",
		"token_endpoint_auth_methods_supported": post, "jwks_uri": issuer + "/oauth2/jwks",
		"scopes_supported": []any{
			"accounts:read", "accounts:write", "rooms:read", "rooms:write",
			"accounts.self:read", "accounts.self:write", "files:read", "files:write",
		},
		"response_types_supported": []any{"code"},
		"grant_types_supported":    []any{"authorization_code", "refresh_token", "personal_access_token"},
		"revocation_endpoint":      issuer + "/oauth2/revoke", "revocation_endpoint_auth_methods_supported": post,
		"introspection_endpoint": issuer + "/oauth2/introspect", "introspection_endpoint_auth_methods_supported": post,
		"code_challenge_methods_supported":           []any{"S256"},
		"tls_client_certificate_bound_access_tokens": true,
		"dpop_signing_alg_values_supported":          []any{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"},
	}
}

func discovery(issuer string) map[string]any {
	d := document(issuer)
	d["userinfo_endpoint"], d["end_session_endpoint"] = issuer+"/oauth2/userinfo", issuer+"/connect/logout"
	d["subject_types_supported"], d["id_token_signing_alg_values_supported"] = []any{"public"}, []any{"RS256"}
	d["scopes_supported"] = append([]any{"openid"}, d["scopes_supported"].([]any)...)
	return d
}

// identity.md §3.9: both documents, member by member, whatever is asked for.
func TestMetadata(t *testing.T) {
	p := newPortal(t)
	for path, want := range map[string]func(string) map[string]any{
		"/.well-known/oauth-authorization-server": document, "/.well-known/openid-configuration": discovery,
	} {
		for name, tt := range map[string]struct {
			headers []string
			issuer  string
		}{
			"plain":             {nil, p.url},
			"Accept HTML":       {[]string{"Accept", "text/html"}, p.url},
			"another Host":      {[]string{"Host", "b.example.test:8090"}, "http://b.example.test:8090"},
			"forwarded headers": {[]string{"X-Forwarded-Host", "a.example.test", "X-Forwarded-Proto", "https", "Forwarded", "host=c;proto=https"}, p.url},
		} {
			t.Run("§3.9 "+path+" "+name, func(t *testing.T) {
				a := p.send(http.MethodGet, path, "", tt.headers...)
				var got map[string]any
				if err := json.Unmarshal([]byte(a.body), &got); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got, want(tt.issuer)) {
					t.Errorf("%s", a.body)
				}
				if a.header.Get("Content-Type") != "application/json" || a.header.Get("Cache-Control") != "no-cache, no-store, max-age=0, must-revalidate" {
					t.Errorf("headers %v", a.header)
				}
			})
		}
	}
}

// identity.md §3.9: methods and neighbours of the documents.
func TestWellKnownNeighbours(t *testing.T) {
	p := newPortal(t)
	options := p.send(http.MethodOptions, "/.well-known/oauth-authorization-server", "")
	if options.status != http.StatusOK || options.header.Get("Allow") != "GET,HEAD,POST,PUT,PATCH,DELETE,TRACE,OPTIONS" {
		t.Errorf("§3.9 OPTIONS: %d %v", options.status, options.header)
	}
	for _, tt := range [][2]string{
		{"HEAD", "/.well-known/oauth-authorization-server"},
		{"POST", "/.well-known/oauth-authorization-server"},
		{"HEAD", "/.well-known/openid-configuration"},
		{"OPTIONS", "/.well-known/openid-configuration"},
		{"GET", "/.well-known/oauth-protected-resource"},
		{"GET", "/.well-known/oauth-authorization-server/oauth2"},
		{"GET", "/.well-known/openid-configuration/"},
	} {
		if got := p.send(tt[0], tt[1], "").outcome(); got != anErrorPage {
			t.Errorf("§3.9 %s %s: %s", tt[0], tt[1], got)
		}
	}
}
