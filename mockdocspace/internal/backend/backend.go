// Package backend is the portal's Backend API, as an OAuth client sees it
// (docs/portal/backend-api.md): who may come in, the scope policy, the envelope,
// and people, groups, files, rooms, settings and sign-in.
//
// References of the form §n are to docs/portal/backend-api.md unless another
// page is named.
package backend

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
)

// Authority is what the API asks of the authorization server at each request.
type Authority interface {
	// KeySet is the published key set, public parts only.
	KeySet(ctx context.Context) jose.JSONWebKeySet
	// Active is introspection: whether token is a live access token.
	Active(ctx context.Context, token string) bool
}

// Config is what the API is built from. Store, Clock, Random and Authority are required.
type Config struct {
	Store  store.Store
	Clock  *clock.Clock
	Random *random.Source
	// SignatureKey signs x-signature tokens (signature.Key of the portal's secret).
	SignatureKey []byte
	Authority    Authority
	// PortalURL is the root of a portal for sign-in links, without a trailing
	// slash. Nil: the tenant's own URL, else the request's base.
	PortalURL func(ctx context.Context, tenant store.Tenant) string
	// Limits switches on the portal's limits on sign-in guesses (§3.10).
	Limits bool
	Logger *slog.Logger
}

// api is the handler.
type api struct {
	Config
	routes    routeIndex
	hashes    passwordHashes
	attempts  attempts
	uploads   uploadList
	creations sync.Mutex // one root folder per owner, one title per folder
}

// New returns the handler of /api/2.0/*, /apisystem/* and /filehandler.ashx. It
// wants rules, site and path as the router of package mockdocspace leaves them.
func New(c Config) http.Handler {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	a := &api{Config: c}
	a.hashes.salt = installationSalt(c.SignatureKey)
	a.routes = newRouteIndex(a.handlers())
	return a
}

// result is what a handler answers: body goes into the envelope.
type result struct {
	body    any  // nil: no response member
	count   *int // overrides the envelope's count
	total   *int
	noBody  bool // 204
	flat    bool // body is the whole answer
	handled bool // the handler has written the answer itself
}

// call is one request on its way through the API.
type call struct {
	*http.Request
	w      http.ResponseWriter
	site   site.Site
	rules  *rules.Rules
	caller *caller // nil: anonymous
	params map[string]string
	zone   *time.Location // see timeZone
}

func (c *call) tenant() int64 { return c.site.Tenant.ID }

// user returns the signed-in user, or the zero User for anonymous callers.
func (c *call) user() store.User {
	if c.caller == nil {
		return store.User{}
	}
	return c.caller.user
}

// handler does the work of one route, after admission.
type handler func(c *call) (result, error)

// ServeHTTP admits, routes and answers in the portal's order: CORS,
// authentication, routing errors, scope policy, action (§1.4, §5.2).
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := a.Clock.Now()
	w = &timedWriter{ResponseWriter: w, elapsed: func() int64 { return a.Clock.Now().Sub(began).Milliseconds() }}
	c := &call{Request: r, w: w, site: site.From(r.Context()), rules: rules.From(r.Context())}
	if c.rules.API.StatusUnavailable {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if strings.ContainsRune(r.URL.Path, 0) { // the portal's router takes no NUL
		c.empty(http.StatusBadRequest)
		return
	}
	if isPreflight(r) {
		answerPreflight(w, r)
		return
	}
	found, params, allow := a.routes.find(r.Method, pathSegments(r.URL))
	c.params = params
	if strings.HasPrefix(strings.ToLower(r.URL.Path), "/apisystem/") {
		// ApiSystem is a service of its own, without the API's authentication.
		a.setOrigin(c, nil)
		a.serveRoute(c, found, allow)
		return
	}
	who, err := a.authenticate(c)
	a.setOrigin(c, who.unverified)
	if err != nil {
		a.challenge(c, http.StatusUnauthorized)
		a.fail(c, err)
		return
	}
	if found == nil {
		a.serveRoute(c, nil, allow)
		return
	}
	c.caller = who.caller
	if status := a.authorize(c, found, who); status != 0 {
		c.refused(c.causeStatus(status, found, who))
		a.challenge(c, status)
		c.empty(status)
		return
	}
	a.serveRoute(c, found, allow)
}

// serveRoute runs a route that the caller may use; without one it answers as
// the framework's routing does (§1.4).
func (a *api) serveRoute(c *call, found *Route, allow []string) {
	switch {
	case found == nil && len(allow) == 0:
		c.refused(causeRouting(c.Method, c.URL.Path, nil))
		c.empty(http.StatusNotFound)
		return
	case found == nil:
		c.refused(causeRouting(c.Method, c.URL.Path, allow))
		c.w.Header().Set("Allow", strings.Join(allow, ", "))
		c.empty(http.StatusMethodNotAllowed)
		return
	}
	if strings.HasPrefix(found.Template, versionPrefix) {
		c.w.Header().Set("api-supported-versions", "2.0")
	}
	if found.serve == nil {
		a.fail(c, notBuilt(found))
		return
	}
	answer, err := found.serve(c)
	if err != nil {
		a.fail(c, err)
		return
	}
	a.succeed(c, answer)
}

// fail answers with the error's envelope; errors that are not the API's own
// come from the store and are logged.
func (a *api) fail(c *call, err error) {
	var refused *refusal
	var invalid *validationError
	switch {
	case errors.As(err, &invalid):
		c.refused(causeOf(invalid))
		a.writeValidation(c, invalid)
	case errors.As(err, &refused):
		c.refused(causeOf(refused))
		a.writeRefusal(c, refused)
	case c.Context().Err() != nil: // the client has gone
		c.empty(http.StatusServiceUnavailable)
	default:
		a.Logger.ErrorContext(c.Context(), "backend API", "method", c.Method, "path", c.URL.Path, "error", err)
		a.writeRefusal(c, &refusal{status: http.StatusInternalServerError, message: err.Error(), kind: kindException})
	}
}

// portalURL is the root of a portal for links that lead to it.
func (a *api) portalURL(c *call, tenant store.Tenant) string {
	switch {
	case a.PortalURL != nil:
		return strings.TrimSuffix(a.PortalURL(c.Context(), tenant), "/")
	case tenant.URL != "":
		return tenant.URL
	default:
		return c.site.Base
	}
}
