package backend

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// specTable is docs/portal/backend-api.md §4.1 written out: patterns without
// the version, in order, and the scopes that admit.
var specTable = []struct {
	methods []string
	path    string
	scopes  []string
	any     bool
}{
	{[]string{"GET"}, "files/rooms", []string{"rooms:read", "rooms:write"}, false},
	{[]string{"POST", "PUT", "DELETE", "UPDATE"}, "files/rooms", []string{"rooms:write"}, false},
	{[]string{"GET"}, "files", []string{"files:read", "files:write"}, false},
	{[]string{"POST", "PUT", "DELETE", "UPDATE"}, "files", []string{"files:write"}, false},
	{[]string{"GET"}, "people/@self", []string{"accounts.self:read", "accounts.self:write"}, false},
	{[]string{"POST", "PUT", "DELETE", "UPDATE"}, "people/@self", []string{"accounts.self:write"}, false},
	{[]string{"GET"}, "people", []string{"accounts:read", "accounts:write"}, false},
	{[]string{"POST", "PUT", "DELETE", "UPDATE"}, "people", []string{"accounts:write"}, false},
	{[]string{"GET"}, "group", []string{"accounts:read"}, false},
	{[]string{"POST", "PUT", "DELETE", "UPDATE"}, "group", []string{"accounts:write"}, false},
	{[]string{"GET"}, "keys/@sel", nil, true},
}

// specAdmits says what the page says about a route and a token with one scope.
func specAdmits(r Route, scope string) bool {
	path, versioned := strings.CutPrefix(r.Template, "api/{version:apiVersion}/")
	switch r.Class {
	case Anonymous, AnyToken:
		return true
	case ConfirmOnly, ConfirmOrAdmin:
		return false
	}
	for _, row := range specTable {
		if versioned && slices.Contains(row.methods, r.Method) && strings.HasPrefix(path, row.path) {
			return row.any || slices.Contains(row.scopes, scope)
		}
	}
	return false
}

// Every route with every single scope, without scopes, and without a token.
func TestScopePolicyOverAllRoutes(t *testing.T) {
	p := newPortal(t)
	parameter := regexp.MustCompile(`\{[^}]*\}`)
	for _, r := range Routes() {
		if !strings.HasPrefix(r.Template, versionPrefix) {
			continue
		}
		path := parameter.ReplaceAllString(strings.TrimPrefix(r.Template, versionPrefix), "99999999-9999-4999-8999-999999999999")
		for _, scope := range append([]string{""}, everyScope...) {
			var scopes []string
			if scope != "" {
				scopes = []string{scope}
			}
			// The body is refused by the routes that want one, so nothing is changed.
			got := p.api(r.Method, path, p.token("user", scopes...), "[]")
			admitted := got.status != http.StatusForbidden || got.body != ""
			if want := specAdmits(r, scope); admitted != want {
				t.Errorf("%s %s with scope %q: %d %q, admitted should be %t", r.Method, r.Template, scope, got.status, got.body, want)
			}
		}
		got := p.api(r.Method, path, "", "[]")
		if r.Class == Anonymous {
			if got.status == http.StatusUnauthorized && got.body == "" {
				t.Errorf("%s %s without a token: 401, but it is anonymous", r.Method, r.Template)
			}
			continue
		}
		if got.status != http.StatusUnauthorized || got.body != "" {
			t.Errorf("%s %s without a token: %d %q, want an empty 401", r.Method, r.Template, got.status, got.body)
		}
	}
}

func TestEveryHandlerHasARoute(t *testing.T) {
	for key := range (&api{}).handlers() {
		if !slices.ContainsFunc(Routes(), func(r Route) bool {
			return r.Method+" "+strings.TrimPrefix(r.Template, versionPrefix) == key
		}) {
			t.Errorf("handler %q is bound to no route", key)
		}
	}
	seen := map[string]bool{}
	for _, r := range Routes() {
		key := r.Method + " " + r.Template
		if seen[key] {
			t.Errorf("%s stands twice in the tables", key)
		}
		seen[key] = true
	}
}

func TestDeniedRoutesHaveNoRow(t *testing.T) {
	denied := map[string]bool{}
	for _, r := range Routes() {
		if r.Class == Denied {
			denied[r.Method+" "+strings.TrimPrefix(r.Template, versionPrefix)] = true
		}
	}
	for _, want := range []string{"GET settings/customschemas", "GET portal", "GET modules", "GET keys", "GET security/oauth2/token"} {
		if !denied[want] {
			t.Errorf("%s is not denied", want)
		}
	}
}

func TestRouting(t *testing.T) {
	p := newPortal(t)
	token := p.token("user", everyScope...)
	guid := "99999999-9999-4999-8999-999999999999"
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "people/@self/nosuch", 404, ""},
		{"GET", "nosuch", 404, ""},
		{"GET", "group/not-a-guid", 404, ""},
		{"GET", "capabilities/nosuch", 404, ""},
		{"HEAD", "people/@self", 405, "DELETE, GET, PUT"},
		{"PATCH", "people/@self", 405, "DELETE, GET, PUT"},
		{"POST", "capabilities", 405, "GET"},
		{"DELETE", "files/@my", 405, "GET"},
		{"OPTIONS", "capabilities", 405, "GET"},
		{"PATCH", "group/" + guid, 405, "DELETE, GET, PUT"},
		{"GET", "PEOPLE/@Self", 200, ""},
		{"GET", "people/@self/", 200, ""},
		{"GET", "people%2F@self", 404, ""},
	} {
		for _, with := range []string{"", token} {
			if with == "" && c.status == 200 {
				continue
			}
			got := p.api(c.method, c.path, with, nil)
			if got.status != c.status || got.header.Get("Allow") != c.allow || (c.status != 200 && got.body != "") {
				t.Errorf("%s %s (token %t): %d %q Allow %q, want %d %q", c.method, c.path, with != "", got.status, got.body, got.header.Get("Allow"), c.status, c.allow)
			}
		}
	}
	// There is no PUT people/@self: it is PUT people/{userid} for a user nobody is (§4.3).
	p.api("PUT", "people/@self", p.token("user", "accounts.self:write"), map[string]any{}).wantEmpty(t, 403)
	p.api("PUT", "people/@self", p.token("user", "accounts:write"), map[string]any{}).wantError(t, 404, "The user could not be found")
}

func TestUnbuiltRoutesSaySo(t *testing.T) {
	p := newPortal(t)
	got := p.api("GET", "files/info", p.token("user", "files:read"), nil)
	got.want(t, 501)
	if m := got.message(t); !strings.Contains(m, "files/info") || !strings.Contains(m, "/mock/routes") {
		t.Errorf("message %q", m)
	}
	if !strings.Contains(got.body, `"type":null,"stack":null`) {
		t.Errorf("body %s", got.body)
	}
}
