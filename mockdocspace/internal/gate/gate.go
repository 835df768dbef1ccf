// Package gate stands between the portal's router and its services and plays a
// broken layer there: it alters requests before a service sees them, and answers
// before a client does. What it does stands in rules.Gate; while no fault is on it
// costs a look into the context.
package gate

import (
	"context"
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
)

// Gate is an http.Handler in front of another one.
type Gate struct {
	next   http.Handler
	login  func(*http.Request) string // address of the login page
	holder Holder
	before signIns
	twice  twice
}

// Holder says whose a code, token or session is; empty where nobody knows. It is asked
// only while a fault concerns one app or user.
type Holder func(ctx context.Context, value string) (app, user string)

// New returns the gate of next. login is the login page's address as the request
// would name it; it is asked only when a fault redirects there.
func New(next http.Handler, login func(*http.Request) string, holder Holder) *Gate {
	return &Gate{next: next, login: login, holder: holder}
}

// ServeHTTP implements http.Handler.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rules.Quiet(r.Context()) {
		g.next.ServeHTTP(w, r)
		return
	}
	if placeOf(r.URL.Path) == authorize && g.twice.serve(w, r) {
		return
	}
	rule := rules.From(r.Context())
	if rules.Targeted(r.Context()) {
		app, user := g.subjectOf(r)
		rules.Presume(r.Context(), user)
		rule = rules.For(r.Context(), app, user)
	}
	next := g.next
	if placeOf(r.URL.Path) == authorize && rules.MayReturnOtherwise(r.Context()) {
		next = http.HandlerFunc(g.comeBack)
	}
	if rule.Gate == (rules.Gate{}) {
		next.ServeHTTP(w, r)
		return
	}
	if rule.Gate.Literal.Status != 0 {
		literal(w, rule.Gate.Literal)
		return
	}
	altered(next, &rule.Gate).spoiled(&rule.Gate, g.login).ServeHTTP(w, r)
}

// place is where a request goes, whatever alias it used.
type place int

const (
	elsewhere place = iota
	authorize
	token
	introspect
	revoke
	userinfo
	keys
	metadata
	metadataAlias
	registration
	api
)

// placeOf reads the paths that the router knows (docs/portal/identity.md §1.2).
func placeOf(path string) place {
	path = "/" + strings.TrimLeft(path, "/")
	if rest, ok := strings.CutPrefix(path, "/api/2.0"); ok {
		rest = strings.TrimPrefix(rest, "/oauth2")
		switch first, _, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/"); first {
		case "clients", "scopes":
			return registration
		}
		if !strings.HasPrefix(path, "/api/2.0/oauth2/") {
			return api
		}
		path = "/oauth2" + rest
	}
	switch {
	case strings.HasPrefix(path, "/oauth2/.well-known/"):
		return metadataAlias
	case strings.HasPrefix(path, "/.well-known/"):
		return metadata
	}
	switch path {
	case "/oauth2/authorize":
		return authorize
	case "/oauth2/token":
		return token
	case "/oauth2/introspect":
		return introspect
	case "/oauth2/revoke":
		return revoke
	case "/oauth2/userinfo":
		return userinfo
	case "/oauth2/jwks":
		return keys
	}
	return elsewhere
}

// below is the path of a Backend API route, without /api/2.0/.
func below(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/api/2.0/") }

// alteration is one misbehaviour at one place.
type alteration struct {
	at place
	on func(*rules.Gate) bool
	do func(w http.ResponseWriter, r *http.Request, next http.Handler)
}

// chain is a handler that applies what is on.
type chain struct{ http.Handler }

// altered puts the alterations that are on in front of handler.
func altered(handler http.Handler, rule *rules.Gate) chain {
	for _, a := range alterations {
		if !a.on(rule) {
			continue
		}
		next := handler
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if placeOf(r.URL.Path) != a.at {
				next.ServeHTTP(w, r)
				return
			}
			a.do(w, r, next)
		})
	}
	return chain{handler}
}
