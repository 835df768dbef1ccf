package mockdocspace_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

var (
	update    = flag.Bool("update", false, "write docs/api.md anew")
	parameter = regexp.MustCompile(`\{[^}]*\}`)
)

const versionPrefix = "api/{version:apiVersion}/"

// pathOf is a request path of a route; no resource has the id in it.
func pathOf(r control.Route) string {
	path := strings.Replace(r.Template, "{version:apiVersion}", "2.0", 1)
	return "/" + parameter.ReplaceAllString(path, "99999999-9999-4999-8999-999999999999")
}

// The list of the control API, the answers and docs/api.md agree on what is there.
func TestRoutesAgree(t *testing.T) {
	p := startAPI(t, mockdocspace.Options{})
	routes, err := p.Control().Routes(t.Context())
	p.must(err)
	owner, err := p.Control().SignIn(t.Context(), "owner@docspace.test", 1)
	p.must(err)
	for _, r := range routes {
		if r.Class == "confirm-only" {
			continue // nobody gets as far as the handler
		}
		if r.Method+" "+r.Template == "POST "+versionPrefix+"authentication/logout" {
			continue // would end the session
		}
		// The body is refused by routes that want one. An empty one would do for others.
		got := p.call(p.URL(), r.Method, pathOf(r), owner.Session, "[]")
		if built := got.status != http.StatusNotImplemented; built != r.Implemented {
			t.Errorf("%s %s: implemented %t, answered %d %.200s", r.Method, r.Template, r.Implemented, got.status, got.body)
		}
		if got.status != http.StatusNotImplemented {
			continue
		}
		failure, _ := got.json(t)["error"].(map[string]any)
		if message, _ := failure["message"].(string); !strings.Contains(message, r.Method+" "+r.Template) || !strings.Contains(message, "/mock/routes") || failure["type"] != nil {
			t.Errorf("%s %s: %s", r.Method, r.Template, got.body)
		}
	}
	checkDocument(t, routes)
}

// checkDocument compares the table in docs/api.md with the list, or writes it.
func checkDocument(t *testing.T, routes []control.Route) {
	t.Helper()
	const file = "../docs/api.md"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- routes: begin -->\n", "<!-- routes: end -->\n"
	head, rest, ok := strings.Cut(string(page), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no marks around its table", file)
	}
	want := head + begin + table(routes) + end + tail
	switch {
	case want == string(page):
	case *update:
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what GET /mock/routes says: go test ./mockdocspace -run TestRoutesAgree -update", file)
	}
}

// table is what is implemented, in Markdown.
func table(routes []control.Route) string {
	admitted := map[string]string{
		"policy": "by scope", "denied": "sessions only", "anonymous": "everybody", "any-token": "any token", "confirm-or-admin": "administrators",
	}
	routes = slices.DeleteFunc(slices.Clone(routes), func(r control.Route) bool { return !r.Implemented })
	var rows []string
	for _, r := range routes {
		path, versioned := strings.CutPrefix(r.Template, versionPrefix)
		if !versioned {
			path = "/" + path
		}
		rows = append(rows, fmt.Sprintf("| `%s` | `%s` | %s |\n", path, r.Method, admitted[r.Class]))
	}
	slices.Sort(rows)
	return "| path | method | admits |\n| --- | --- | --- |\n" + strings.Join(rows, "")
}
