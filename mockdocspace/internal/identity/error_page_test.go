package identity_test

import (
	"net/http"
	"regexp"
	"testing"

	"docspace-oauth/mockdocspace/internal/rules"
)

// identity.md §3.9, error page: what ends there, in both builds.
func TestErrorPage(t *testing.T) {
	split := newPortal(t)
	minified := newPortal(t, func(r *rules.Rules) { r.Build = rules.BuildMinified })
	session := regexp.MustCompile(`^JSESSIONID=[0-9A-F]{32}; Path=/; HttpOnly$`)
	for name, tt := range map[string]struct{ method, target, body, clientID, allow string }{
		"unknown path":            {"GET", "/oauth2/nothing", "", "error", ""},
		"client_id of the query":  {"GET", "/oauth2/nothing?client_id=a%20b", "", "a b", ""},
		"empty client_id":         {"GET", "/oauth2/nothing?client_id=", "", "", ""},
		"client_id of the form":   {"POST", "/oauth2/nothing", "client_id=x", "x", ""},
		"root":                    {"GET", "/oauth2", "", "error", ""},
		"trailing slash":          {"GET", "/oauth2/token/", "", "error", ""},
		"double slash":            {"GET", "/oauth2//jwks", "", "error", ""},
		"path parameter":          {"GET", "/oauth2/jwks;x=1", "", "error", ""},
		"encoded slash":           {"GET", "/oauth2%2Fjwks", "", "error", ""},
		"encoded NUL":             {"GET", "/oauth2/jwks%00", "", "error", ""},
		"encoded percent":         {"GET", "/oauth2/jwks%25", "", "error", ""},
		"dot segment":             {"GET", "/oauth2/./jwks", "", "error", ""},
		"GET token":               {"GET", "/oauth2/token", "", "error", ""},
		"HEAD token":              {"HEAD", "/oauth2/token", "", "error", ""},
		"PUT token":               {"PUT", "/oauth2/token", "client_id=x", "error", ""},
		"DELETE token":            {"DELETE", "/oauth2/token", "", "error", ""},
		"OPTIONS token":           {"OPTIONS", "/oauth2/token", "", "error", ""},
		"GET introspect":          {"GET", "/oauth2/introspect", "", "error", ""},
		"GET revoke":              {"GET", "/oauth2/revoke", "", "error", ""},
		"POST jwks":               {"POST", "/oauth2/jwks", "", "error", ""},
		"HEAD jwks":               {"HEAD", "/oauth2/jwks", "", "error", ""},
		"PUT userinfo":            {"PUT", "/oauth2/userinfo", "", "error", ""},
		"POST consent":            {"POST", "/oauth2/consent", "client_id=x", "x", "GET"},
		"consent without client":  {"GET", "/oauth2/consent", "", "error", ""},
		"dynamic registration":    {"POST", "/oauth2/register", "", "error", ""},
		"cut escape in the query": {"GET", "/oauth2/consent?client_id=%4", "", "error", ""},
		"bad escape in the form":  {"POST", "/oauth2/token", "client_id=%zz", "error", ""},
		"code twice":              {"POST", "/oauth2/token", form("grant_type", "authorization_code", "code", "a", "code", "a", "client_id", split.app.ID, "client_secret", split.app.Secret), split.app.ID, ""},
		"line break in client_id": {"GET", "/oauth2/consent?client_id=a%0Ab", "", "a b", ""},
		"not ASCII in client_id":  {"GET", "/oauth2/nothing?client_id=%C3%A9%E2%82%AC", "", "\xe9?", ""},
	} {
		t.Run("§3.9 "+name, func(t *testing.T) {
			a := split.send(tt.method, tt.target, tt.body, "Content-Type", formType, "X-Forwarded-Host", "a.example.test, b.example.test")
			want := "http://a.example.test/login?type=oauth2&client_id=" + tt.clientID
			if a.status != http.StatusFound || a.header.Get("Location") != want || a.header.Get("X-Redirect-Uri") != "" || a.body != "" || a.header.Get("Set-Cookie") != "" {
				t.Errorf("pair: %d %v", a.status, a.header)
			}
			if got := a.header.Get("Allow"); got != tt.allow {
				t.Errorf("Allow %q, want %q", got, tt.allow)
			}
			if name == "code twice" {
				return // another portal's app
			}
			a = minified.send(tt.method, tt.target, tt.body, "Content-Type", formType)
			if a.status != http.StatusForbidden || a.body != "" || a.header.Get("Location") != "" || !session.MatchString(a.header.Get("Set-Cookie")) {
				t.Errorf("one process: %d %v", a.status, a.header)
			}
		})
	}
	for _, headers := range [][]string{{"Accept", "application/json"}, {"Accept", "text/html, application/json;q=0.1"}, {"X-Requested-With", "XMLHttpRequest"}} {
		if a := minified.send("GET", "/oauth2/nothing", "", headers...); a.header.Get("Set-Cookie") != "" || a.status != http.StatusForbidden {
			t.Errorf("§9.4 %v: %d %v", headers, a.status, a.header)
		}
	}
}

// identity.md §3.9: endpoints of features that are off.
func TestFeaturesOff(t *testing.T) {
	p := newPortal(t)
	for _, path := range []string{"/oauth2/device_authorization", "/oauth2/par"} {
		p.post(path, "client_id=x").want(t, noAnswer)
		p.post(path, "").want(t, noAnswer)
		p.post(path, form("client_id", p.app.ID, "client_secret", "x")).want(t, badClient)
		p.post(path, form("client_id", p.app.ID, "client_secret", p.app.Secret)).want(t, anErrorPage)
		p.send(http.MethodGet, path, "").want(t, anErrorPage)
	}
}
