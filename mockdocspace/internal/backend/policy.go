package backend

import (
	"net/http"
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
)

// policyRow admits scopes to routes.
type policyRow struct {
	methods []string
	path    string   // below api/VERSION/; every path that begins like it
	scopes  []string // any one admits
	any     bool     // any authenticated caller
}

var (
	reading = []string{"GET"}
	writing = []string{"POST", "PUT", "DELETE", "UPDATE"}
)

// policy is the portal's table: in order, the first match decides (§4.1). The
// paths are open at the end, as the portal's patterns are.
var policy = []policyRow{
	{methods: reading, path: "files/rooms", scopes: []string{"rooms:read", "rooms:write"}},
	{methods: writing, path: "files/rooms", scopes: []string{"rooms:write"}},
	{methods: reading, path: "files", scopes: []string{"files:read", "files:write"}},
	{methods: writing, path: "files", scopes: []string{"files:write"}},
	{methods: reading, path: "people/@self", scopes: []string{"accounts.self:read", "accounts.self:write"}},
	{methods: writing, path: "people/@self", scopes: []string{"accounts.self:write"}},
	{methods: reading, path: "people", scopes: []string{"accounts:read", "accounts:write"}},
	{methods: writing, path: "people", scopes: []string{"accounts:write"}},
	{methods: reading, path: "group", scopes: []string{"accounts:read"}},
	{methods: writing, path: "group", scopes: []string{"accounts:write"}},
	{methods: reading, path: "keys/@sel", any: true}, // the pattern there is keys/@self?
}

// policyFor is the row of a route, nil when none matches: then only a session
// with full rights comes in.
func policyFor(method, template string) *policyRow {
	path, found := strings.CutPrefix(template, versionPrefix)
	if !found {
		return nil
	}
	for i := range policy {
		if slices.Contains(policy[i].methods, method) && strings.HasPrefix(path, policy[i].path) {
			return &policy[i]
		}
	}
	return nil
}

// admits reports whether a caller with these scopes may use the route. Scopes
// are compared exactly; full sessions hold *:write (§1.2, §4.1).
func (r *Route) admits(granted []string, rule *rules.API) bool {
	if slices.Contains(granted, "*:write") || (r.Method == http.MethodGet && slices.Contains(granted, "*:read")) {
		return true
	}
	row := r.row
	if row == nil {
		return false
	}
	if row.any || rule.IgnoreScope {
		return true
	}
	admitted := row.scopes
	switch {
	case rule.WriteNeedsRead && r.Method == http.MethodGet:
		admitted = []string{admitted[0]}
	case rule.GroupWriteReads && row == &policy[8]:
		admitted = []string{"accounts:read", "accounts:write"}
	case rule.SelfScopeLenient && row == &policy[4]:
		admitted = append(slices.Clone(admitted), "accounts:read", "accounts:write")
	}
	return slices.ContainsFunc(granted, func(s string) bool { return slices.Contains(admitted, s) })
}

// authorize decides over the route for who has been authenticated: 0 lets the
// call in, else 401 or 403 without a body (§1.4, §4).
func (a *api) authorize(c *call, r *Route, who identity) int {
	if r.Class == Anonymous {
		return 0
	}
	if c.caller == nil {
		switch {
		case c.rules.API.ForbiddenFirst && who.claimsOutside(r, &c.rules.API):
			return http.StatusForbidden
		case c.rules.API.Open && !who.presented && r.Class == ByPolicy:
			return a.admitOwner(c)
		}
		return http.StatusUnauthorized
	}
	admitted := false
	switch r.Class {
	case AnyToken:
		admitted = true
	case ConfirmOrAdmin:
		admitted = c.caller.user.IsAdmin()
	case ConfirmOnly: // the role comes from a confirm link alone (§4.3)
	default:
		admitted = r.admits(c.caller.scopes, &c.rules.API)
		if c.rules.API.MintSignature && r.Template == mintTemplate {
			admitted = true
		}
	}
	if !admitted {
		return http.StatusForbidden
	}
	return 0
}

// claimsOutside reports whether a token that was refused names scopes which
// would not open the route anyway.
func (who identity) claimsOutside(r *Route, rule *rules.API) bool {
	if r.Class != ByPolicy && r.Class != Denied {
		return false
	}
	switch {
	case who.unverified != nil && len(who.unverified.scopes) > 0:
		return !r.admits(who.unverified.scopes, rule)
	default:
		return who.presented && r.Class == Denied
	}
}

// challenge adds WWW-Authenticate where the rules ask for it (RFC 6750 §3); the
// portal sends none.
func (a *api) challenge(c *call, status int) {
	if !c.rules.API.Challenge {
		return
	}
	value := "Bearer"
	switch {
	case status == http.StatusForbidden:
		value = `Bearer error="insufficient_scope"`
	case c.Header.Get("Authorization") != "":
		value = `Bearer error="invalid_token"`
	}
	c.w.Header().Add("WWW-Authenticate", value)
}
