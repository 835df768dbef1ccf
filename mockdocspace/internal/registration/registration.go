// Package registration is the portal's OAuth app registration API
// (docs/portal/identity.md §7). References of the form §n are to that page.
package registration

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/spring"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// Config is what the API needs. All but Logger are required.
type Config struct {
	Store        store.Store
	Clock        *clock.Clock
	Random       *random.Source
	Limiter      *limit.Limiter
	SignatureKey []byte
	Logger       *slog.Logger
}

type service struct{ Config }

// New returns the handler of /api/2.0/clients and /api/2.0/scopes.
func New(c Config) http.Handler {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &service{c}
}

// role is what a caller may do (§2.2).
type role int

const (
	anonymous role = iota
	guest
	user
	admin
)

// call is one request on its way.
type call struct {
	*http.Request
	w     http.ResponseWriter
	rules *rules.Rules
	who   signature.Claims
	role  role
	id    string // {id} of the route
}

func (c *call) ctx() context.Context { return c.Context() }

// ServeHTTP implements http.Handler: signature, limiter, route.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	spring.SetDefaultHeaders(w.Header())
	c := &call{Request: r, w: w, rules: rules.From(r.Context())}
	if token, sent := presentedSignature(r); sent {
		who, err := signature.Verify(s.SignatureKey, token, s.Clock.Now(), signature.Leniency{})
		if err != nil || incomplete(who) {
			w.WriteHeader(http.StatusForbidden) // no session cookie (§7.1)
			return
		}
		c.who, c.role = who, roleOf(who)
	}
	if !s.Limiter.Admit(w, c.rules.Build, limit.Registration, r.Method, limit.RegistrationSubject(r, c.who.UserID)) {
		return
	}
	s.route(c)
}

// presentedSignature is the first cookie of that name in any letter case, else
// the header; an empty cookie hides the header and counts as none (§2.2).
func presentedSignature(r *http.Request) (string, bool) {
	for _, cookie := range r.Cookies() {
		if strings.EqualFold(cookie.Name, signature.Name) {
			return cookie.Value, cookie.Value != ""
		}
	}
	value := r.Header.Get(signature.Name)
	return value, value != ""
}

// incomplete reports a signature without what registration requires (§2.2).
func incomplete(who signature.Claims) bool {
	for _, text := range []string{who.UserID, who.UserName, who.UserEmail, who.TenantURL} {
		if strings.TrimSpace(text) == "" {
			return true
		}
	}
	return who.TenantID < 1
}

func roleOf(who signature.Claims) role {
	switch {
	case who.Admin:
		return admin
	case who.Guest, !who.Public:
		return guest
	default:
		return user
	}
}

// denied is the end of an error dispatch, which is anonymous and refused again:
// 403, empty, a session cookie (§7.1, last rows but two).
func (s *service) denied(c *call) {
	if spring.SavesRequest(c.Request) {
		spring.StartSession(c.w, s.Random)
	}
	c.w.WriteHeader(http.StatusForbidden)
}
