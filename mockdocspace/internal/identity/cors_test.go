package identity_test

import (
	"net/http"
	"slices"
	"testing"
)

// identity.md §9.1.
func TestCORS(t *testing.T) {
	p := newPortal(t)
	const app = "https://rp.example.test"
	for name, tt := range map[string]struct {
		method, path    string
		headers         []string
		outcome         string
		origin          string
		methods, wanted string
	}{
		"§9.1 preflight":                    {"OPTIONS", "/oauth2/token", []string{"Origin", app, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type"}, "200 ", "*", "POST", "content-type"},
		"§9.1 list of headers, joined anew": {"OPTIONS", "/oauth2/authorize", []string{"Origin", app, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "x-signature,X-B ,, c"}, "200 ", "*", "POST", "x-signature, X-B, c"},
		"§9.1 no headers asked for":         {"OPTIONS", "/oauth2/jwks", []string{"Origin", app, "Access-Control-Request-Method", "GET"}, "200 ", "*", "GET", ""},
		"§9.1 null origin":                  {"OPTIONS", "/oauth2/revoke", []string{"Origin", "null", "Access-Control-Request-Method", "POST"}, "200 ", "*", "POST", ""},
		"§9.1 unknown method":               {"OPTIONS", "/oauth2/token", []string{"Origin", app, "Access-Control-Request-Method", "PURGE"}, "200 ", "*", "PURGE", ""},
		"§9.1 unknown path":                 {"OPTIONS", "/oauth2/nothing", []string{"Origin", app, "Access-Control-Request-Method", "GET"}, "200 ", "*", "GET", ""},
		"§9.1 no Origin":                    {"OPTIONS", "/oauth2/token", []string{"Access-Control-Request-Method", "POST"}, anErrorPage, "", "", ""},
		"§9.1 no request method":            {"OPTIONS", "/oauth2/token", []string{"Origin", app}, anErrorPage, "*", "", ""},
		"§9.1 preflight of its own origin":  {"OPTIONS", "/oauth2/token", []string{"Origin", p.url, "Access-Control-Request-Method", "POST"}, "200 ", "", "", ""},
		"§9.1 request of its own origin":    {"GET", "/oauth2/consent?client_id=x", []string{"Origin", p.url}, anErrorPage, "", "", ""},
		"§9.1 another port is foreign":      {"GET", "/oauth2/consent?client_id=x", []string{"Origin", "http://127.0.0.1:1"}, anErrorPage, "*", "", ""},
		"§9.1 another scheme is foreign":    {"GET", "/oauth2/consent?client_id=x", []string{"Origin", "https://" + p.host}, anErrorPage, "*", "", ""},
		"§9.1 a refusal":                    {"POST", "/oauth2/token", []string{"Origin", app}, noAnswer, "*", "", ""},
		"§9.1 method without preflight":     {"POST", "/oauth2/token", []string{"Origin", app, "Access-Control-Request-Method", "POST"}, noAnswer, "*", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.send(tt.method, tt.path, "", tt.headers...)
			a.want(t, tt.outcome)
			maxAge := ""
			if tt.methods != "" {
				maxAge = "3600"
			}
			for header, want := range map[string]string{
				"Access-Control-Allow-Origin": tt.origin, "Access-Control-Allow-Methods": tt.methods, "Access-Control-Allow-Headers": tt.wanted,
				"Access-Control-Max-Age": maxAge, "Access-Control-Allow-Credentials": "", "Access-Control-Expose-Headers": "",
				"Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
			} {
				if got := a.header.Get(header); got != want {
					t.Errorf("%s: %q, want %q", header, got, want)
				}
			}
			if vary := a.header["Vary"]; !slices.Equal(vary, []string{"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"}) {
				t.Errorf("Vary %q", vary)
			}
		})
	}
	if a := p.send(http.MethodGet, "/oauth2/jwks", ""); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("§9.1 a request without Origin got CORS headers")
	}
}
