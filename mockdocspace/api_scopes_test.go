package mockdocspace_test

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// scopeRow is one row of the table in docs/portal/backend-api.md §4.1.
type scopeRow struct {
	pattern *regexp.Regexp
	scopes  []string
	any     bool
}

// scopeTable reads the table from the page.
func scopeTable(t *testing.T) []scopeRow {
	t.Helper()
	page, err := os.ReadFile("../docs/portal/backend-api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(page), "### 4.1 ")
	part, _, _ = strings.Cut(part, "### 4.2 ")
	row := regexp.MustCompile("(?m)^\\| \\d+ \\| `([^`]+)` \\| (.+) \\|$")
	var rows []scopeRow
	for _, m := range row.FindAllStringSubmatch(part, -1) {
		r := scopeRow{pattern: regexp.MustCompile("^" + strings.ReplaceAll(m[1], `\|`, "|"))}
		for _, scope := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(m[2], -1) {
			r.scopes = append(r.scopes, scope[1])
		}
		r.any = len(r.scopes) == 0
		rows = append(rows, r)
	}
	if len(rows) != 11 {
		t.Fatalf("the page has %d rows", len(rows))
	}
	return rows
}

// Each official scope opens exactly what the page's table says: every route of
// the portal with a token for each scope, which a user granted.
func TestScopesOpenWhatThePageSays(t *testing.T) {
	p := startAPI(t, mockdocspace.Options{})
	rows := scopeTable(t)
	routes, err := p.Control().Routes(t.Context())
	p.must(err)
	opens := func(r control.Route, scope string) bool {
		switch r.Class {
		case "anonymous", "any-token":
			return true
		case "confirm-only", "confirm-or-admin":
			return false // the user is no administrator
		}
		for _, row := range rows {
			if row.pattern.MatchString(r.Method + " " + r.Template) {
				return row.any || slices.Contains(row.scopes, scope)
			}
		}
		return false
	}
	for _, scope := range allScopes {
		token := p.token("user@docspace.test", scope)
		opened := 0
		for _, r := range routes {
			if !strings.HasPrefix(r.Template, versionPrefix) {
				continue
			}
			got := p.call(p.URL(), r.Method, pathOf(r), token, "[]")
			admitted := got.status != http.StatusForbidden || got.body != ""
			if want := opens(r, scope); admitted != want {
				t.Errorf("%s: %s %s: %d %.100s, opens should be %t", scope, r.Method, r.Template, got.status, got.body, want)
			}
			if admitted && r.Class == "policy" && !strings.HasPrefix(r.Template, versionPrefix+"keys/") {
				opened++
			}
		}
		if (opened <= 1) != (scope == "openid" || strings.HasPrefix(scope, "accounts.self")) {
			t.Errorf("%s opens %d routes of the table", scope, opened)
		}
	}
}
