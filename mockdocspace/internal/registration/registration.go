// Package registration is the portal's app registration API: the clients, their
// consents and the catalogue of scopes (docs/portal/identity.md §7). References of
// the form §n are to that page.
package registration

import (
	"log/slog"
	"net/http"
	"time"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/spring"
	"docspace-oauth/mockdocspace/internal/store"
)

// cacheLifetime is how long the service keeps an app in its cache (§11): so long
// a new app shows fractions of a second, and one taken away by DELETE /clients works.
const cacheLifetime = 5 * time.Minute

// Store is what the service needs of the portal's store.
type Store interface {
	store.Apps
	store.Grants
	store.Consents
	store.Tenants
}

// Config is what New needs; every field but Logger is required.
type Config struct {
	Store        Store
	Clock        *clock.Clock
	Random       *random.Source
	Limiter      *limit.Limiter
	SignatureKey []byte // HMAC key of x-signature (§2.1)
	Logger       *slog.Logger
}

// service answers requests.
type service struct {
	Config
}

// New returns the API's handler. It serves /api/2.0/clients... and
// /api/2.0/scopes; the aliases under /api/2.0/oauth2 are the router's business
// (§1.2). Rules come from the request's context.
func New(c Config) http.Handler {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &service{Config: c}
}

// ServeHTTP is the service's filter chain: signature, rate limit, access, routes.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	spring.SetDefaultHeaders(w.Header())
	if spring.RejectedByContainer(r) {
		s.deny(w, r)
		return
	}
	who, err := s.identify(r)
	if err != nil {
		diagnosis.Of(r.Context()).Refused(diagnosis.Because("signature.invalid", "the x-signature is not taken: %v", err))
		w.WriteHeader(http.StatusForbidden) // a bad signature starts no session (§7.1)
		return
	}
	general := rules.From(r.Context())
	if !general.Limits.Off && !s.Limiter.Admit(w, general.Build, limit.Registration, r.Method, limit.RegistrationSubject(r, who.UserID)) {
		return
	}
	path := segments(r)
	if who.role == roleNone && !isPublicRead(r.Method, path) {
		diagnosis.Of(r.Context()).Refused(diagnosis.Because("signature.missing", "nobody is signed in: the request carries no x-signature"))
		s.deny(w, r)
		return
	}
	s.route(w, r, who, path)
}

// deny is the empty 403 in which everything ends that nobody handles (§7.1): the
// error page needs a signed-in user, and the error dispatch has none.
func (s *service) deny(w http.ResponseWriter, r *http.Request) {
	diagnosis.Of(r.Context()).Refused(diagnosis.Because("denied", "%s %s is nothing that this caller may do at the registration of apps", r.Method, r.URL.Path))
	if spring.SavesRequest(r) {
		spring.StartSession(w, s.Random)
	}
	w.WriteHeader(http.StatusForbidden)
}
