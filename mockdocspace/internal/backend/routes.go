package backend

import (
	"net/url"
	"slices"
	"strings"
)

// Class says who may use a route, before the user's own rights are looked at.
type Class string

const (
	// ByPolicy routes are opened by the scope policy (§4.1).
	ByPolicy Class = "policy"
	// Denied routes match no row of the policy: no OAuth token opens them (§4.2).
	Denied Class = "denied"
	// Anonymous routes check no scope and need no token (§4.4).
	Anonymous Class = "anonymous"
	// AnyToken routes are open to every valid token, whatever its scopes (§4.3).
	AnyToken Class = "any-token"
	// ConfirmOnly routes open to confirm links alone (§4.3).
	ConfirmOnly Class = "confirm-only"
	// ConfirmOrAdmin routes open to confirm links and to administrators (§4.3).
	ConfirmOrAdmin Class = "confirm-or-admin"
)

// Route is one endpoint of the portal.
type Route struct {
	Method      string `json:"method"`
	Template    string `json:"template"` // as the scope policy sees it
	Class       Class  `json:"class"`
	Implemented bool   `json:"implemented"` // false: the mock answers 501 after admission

	row      *policyRow
	serve    handler
	segments []segment
	optional bool // the last segment may be missing
	rank     string
}

const (
	versionPrefix = "api/{version:apiVersion}/"
	mintTemplate  = versionPrefix + "security/oauth2/token"
)

// Routes lists every route that the mock knows.
func Routes() []Route {
	index := newRouteIndex((&api{}).handlers())
	return slices.Clone(index.all)
}

// segment is one part of a template between slashes.
type segment struct {
	literal string // lower case; empty for a parameter
	name    string
	guid    bool // the parameter takes only a GUID
}

// routeIndex finds the route of a request.
type routeIndex struct {
	all      []Route
	byLength map[int][]*Route
}

// newRouteIndex binds handlers, by "METHOD template" without the version prefix.
func newRouteIndex(handlers map[string]handler) routeIndex {
	x := routeIndex{byLength: map[int][]*Route{}}
	for _, group := range [][]Route{fileRoutes, roomRoutes, peopleRoutes, webRoutes} {
		x.all = append(x.all, group...)
	}
	for i := range x.all {
		r := &x.all[i]
		r.serve = handlers[r.Method+" "+strings.TrimPrefix(r.Template, versionPrefix)]
		r.Implemented = r.serve != nil
		r.row = policyFor(r.Method, r.Template)
		if r.Class == ByPolicy && r.row == nil {
			r.Class = Denied
		}
		r.parse()
		x.byLength[len(r.segments)] = append(x.byLength[len(r.segments)], r)
		if r.optional {
			x.byLength[len(r.segments)-1] = append(x.byLength[len(r.segments)-1], r)
		}
	}
	return x
}

// parse splits the template. rank orders candidates: literals before
// constrained parameters before parameters, from the left.
func (r *Route) parse() {
	template := strings.Replace(r.Template, "{version:apiVersion}", "2.0", 1)
	for part := range strings.SplitSeq(template, "/") {
		switch {
		case !strings.HasPrefix(part, "{"):
			r.segments = append(r.segments, segment{literal: strings.ToLower(part)})
			r.rank += "0"
		default:
			name := strings.Trim(part, "{}")
			r.optional = strings.HasSuffix(name, "?")
			name, constraint, _ := strings.Cut(strings.TrimSuffix(name, "?"), ":")
			r.segments = append(r.segments, segment{name: name, guid: constraint == "guid"})
			r.rank += map[bool]string{true: "1", false: "2"}[constraint == "guid"]
		}
	}
}

// match compares a path and returns the values of the parameters.
func (r *Route) match(path []string) (map[string]string, bool) {
	params := map[string]string{}
	for i, part := range path {
		s := r.segments[i]
		switch {
		case s.literal != "":
			if !strings.EqualFold(s.literal, part) {
				return nil, false
			}
		case part == "" || (s.guid && !isGUID(part)):
			return nil, false
		default:
			params[s.name] = part
		}
	}
	return params, true
}

// find returns the best route for method and path with its parameters. Without
// one, allow lists the methods of the path, nothing if no route has it.
func (x *routeIndex) find(method string, path []string) (found *Route, params map[string]string, allow []string) {
	for _, r := range x.byLength[len(path)] {
		values, ok := r.match(path)
		if !ok {
			continue
		}
		if !slices.Contains(allow, r.Method) {
			allow = append(allow, r.Method)
		}
		if r.Method == method && (found == nil || r.rank < found.rank) {
			found, params = r, values
		}
	}
	slices.Sort(allow)
	return found, params, allow
}

// pathSegments splits a path and decodes each part on its own, so that an
// escaped slash stays inside its part. One slash at the end does not count.
func pathSegments(u *url.URL) []string {
	path := strings.TrimSuffix(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if decoded, err := url.PathUnescape(part); err == nil {
			parts[i] = decoded
		}
	}
	return parts
}

// rows makes routes of one class from lines "METHOD path".
func rows(class Class, lines ...string) []Route {
	routes := make([]Route, 0, len(lines))
	for _, line := range lines {
		method, path, _ := strings.Cut(line, " ")
		routes = append(routes, Route{Method: method, Template: versionPrefix + path, Class: class})
	}
	return routes
}
