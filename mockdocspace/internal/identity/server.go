// Package identity is the portal's authorization server: authorize, consent,
// token, introspection, revocation, userinfo, metadata and keys, answering as
// Spring Authorization Server does at DocSpace (docs/portal/identity.md §3–§6).
//
// fosite issues and redeems codes and refresh tokens (engine.go, storage.go,
// strategy.go); everything a client sees on the wire is written here.
package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/ory/fosite"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/spring"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// Config is what the server needs. Store to SignatureKey are required.
type Config struct {
	Store        store.Store
	Clock        *clock.Clock
	Random       *random.Source
	Limiter      *limit.Limiter
	SignatureKey []byte // see signature.Key
	RSA          bool   // sign with RSA keys, RS256 (identity.md §4.3)
	// AutoLogin is the e-mail of the user as whom requests act that nobody is signed in
	// for, and AutoConsent allows what is asked; both are needed (automatic.go).
	AutoLogin   string
	AutoConsent bool
	Region      string // prefix of codes and tokens in the build saas (identity.md §4.1); "local" when empty
	Logger      *slog.Logger
}

// Server is the authorization server, an http.Handler for /oauth2/* and /.well-known/*.
type Server struct {
	Config
	keys       *keyring
	fates      *fates
	engine     fosite.OAuth2Provider
	signatures *signature.Verifier
}

// New returns a server on the given store. It makes the first signing key.
func New(ctx context.Context, c Config) (*Server, error) {
	if c.Region == "" {
		c.Region = "local"
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{Config: c, keys: newKeyring(c), fates: newFates(), signatures: signature.NewVerifier(c.SignatureKey)}
	s.engine = newEngine(s)
	if _, err := s.keys.current(ctx); err != nil {
		return nil, fmt.Errorf("make the first signing key: %w", err)
	}
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if spring.RejectedByContainer(r) {
		s.errorPage(w, r)
		return
	}
	spring.SetDefaultHeaders(w.Header())
	if rules.From(r.Context()).Authorize.Frameable {
		w.Header().Del("X-Frame-Options")
	}
	if answered := allowOrigin(w, r); answered {
		return
	}
	if !isLoginPost(r) && !s.admit(w, r) {
		return
	}
	if err := parseParameters(w, r); err != nil {
		s.errorPage(w, r)
		return
	}
	if rules.From(r.Context()).Robust.NULFails && hasNUL(r.Form) {
		http.Error(w, "java.lang.IllegalArgumentException: NUL\n\tat authorization.Application.main", http.StatusInternalServerError)
		return
	}
	s.route(w, r)
}

// admit is the rate limiter (identity.md §13.1).
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	general := rules.From(r.Context())
	return general.Limits.Off || s.Limiter.Admit(w, general.Build, limit.Authorization, r.Method, limit.AuthorizationSubject(r))
}

// isLoginPost marks the one request whose signature filter stands before the
// limiter (identity.md §3.2).
func isLoginPost(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/oauth2/login")
}

func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, "/oauth2/authorize") || isLoginPost(r) {
		s.signedIn(w, r)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /oauth2/consent":
		s.consentPage(w, r)
	case "GET /oauth2/login":
		s.loginPage(w, r)
	case "POST /oauth2/token":
		s.token(w, r)
	case "GET /oauth2/token":
		if rules.For(r.Context(), r.Form.Get("client_id"), "").Token.AllowGet {
			s.token(w, r)
			return
		}
		s.errorPage(w, r)
	case "POST /oauth2/introspect":
		s.introspect(w, r)
	case "POST /oauth2/revoke":
		s.revoke(w, r)
	case "GET /oauth2/userinfo", "POST /oauth2/userinfo":
		s.userInfo(w, r)
	case "GET /oauth2/jwks":
		s.keySet(w, r)
	case "GET /.well-known/oauth-authorization-server":
		s.metadata(w, r, false)
	case "GET /.well-known/openid-configuration":
		s.metadata(w, r, true)
	case "OPTIONS /.well-known/oauth-authorization-server":
		w.Header().Set("Allow", "GET,HEAD,POST,PUT,PATCH,DELETE,TRACE,OPTIONS")
		w.WriteHeader(http.StatusOK)
	case "POST /oauth2/device_authorization", "POST /oauth2/par":
		s.switchedOff(w, r)
	default:
		if r.URL.Path == "/oauth2/consent" || r.URL.Path == "/oauth2/login" {
			w.Header().Set("Allow", "GET")
		}
		s.errorPage(w, r)
	}
}

// switchedOff answers endpoints whose feature is off, yet whose client check runs
// (identity.md §3.9). What follows good credentials was not recorded: a guess.
func (s *Server) switchedOff(w http.ResponseWriter, r *http.Request) {
	client, failure := s.authenticateClient(r)
	if failure != nil {
		s.refuseClient(w, r, failure)
		return
	}
	bearer, ok := s.bearerFilter(w, r)
	switch {
	case !ok:
	case client.method == methodAbsent && !bearer:
		s.unauthorized(w, r)
	default:
		s.errorPage(w, r)
	}
}

// allowOrigin is the CORS filter of identity.md §9.1. It reports whether it
// answered a preflight.
func allowOrigin(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h["Vary"] = append(h["Vary"], "Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	method := r.Header.Get("Access-Control-Request-Method")
	preflight := r.Method == http.MethodOptions && method != ""
	if origin != scheme(r)+"://"+r.Host { // the portal's own origin gets no headers
		h.Set("Access-Control-Allow-Origin", "*")
		if preflight {
			h.Set("Access-Control-Allow-Methods", method)
			if wanted := requestedHeaders(r); wanted != "" {
				h.Set("Access-Control-Allow-Headers", wanted)
			}
			h.Set("Access-Control-Max-Age", "3600")
		}
	}
	if preflight {
		w.WriteHeader(http.StatusOK)
	}
	return preflight
}

// requestedHeaders are the header names a preflight asks for, joined anew.
func requestedHeaders(r *http.Request) string {
	var names []string
	for _, line := range r.Header.Values("Access-Control-Request-Headers") {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, ", ")
}

// accessibleApp finds a client that may act: known, enabled and usable by this
// build. A missing client is store.ErrNotFound, a disabled one errDisabled.
func (s *Server) accessibleApp(ctx context.Context, id string) (store.App, error) {
	app, err := s.Store.App(ctx, id)
	if err != nil {
		return store.App{}, err
	}
	if !app.GoneAt.IsZero() && s.Clock.Now().After(app.GoneAt.Add(cachedFor)) {
		return store.App{}, store.ErrNotFound
	}
	r := rules.For(ctx, app.ID, "")
	if r.Registration.NullDescriptionBug && r.Build == rules.BuildMinified && app.Description == nil {
		return store.App{}, store.ErrNotFound // identity.md §7.3
	}
	if !app.Enabled && !r.Token.DisabledClientWorks {
		return app, errDisabled
	}
	return app, nil
}

// cachedFor is how long the portal's cache knows an app that DELETE /clients took
// off the lists (identity.md §11).
const cachedFor = 5 * time.Minute

var errDisabled = errors.New("the app is disabled")
