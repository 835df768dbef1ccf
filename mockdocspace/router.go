package mockdocspace

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
)

// faultHeader switches the fault that it names on for its own request, where the
// configuration allows that.
const faultHeader = "X-Mock-Fault"

// serverHeader tells everybody what answers here.
const serverHeader = "mockdocspace (not for production)"

// isMetadata, isIdentityAlias and isRegistration tell the paths that the portal's
// router hands to a service (docs/portal/identity.md §1.2).
func isMetadata(path string) bool {
	name, found := strings.CutPrefix(strings.TrimPrefix(path, "/oauth2"), "/.well-known/")
	return found && (name == "oauth-authorization-server" || name == "openid-configuration")
}

func isIdentityAlias(path string) bool {
	rest, found := strings.CutPrefix(path, "/api/2.0/oauth2")
	return found && (rest == "" || rest[0] == '/')
}

func isRegistration(path string) bool {
	rest, found := strings.CutPrefix(path, "/api/2.0/")
	if !found {
		return false
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(rest, "oauth2/"), "/")
	return first == "clients" || first == "scopes"
}

// ServeHTTP implements http.Handler: journal and control API in front, then the
// router that the portal has before its services.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()["Server"] = []string{serverHeader}
	if path := r.URL.Path; path == "/mock" || strings.HasPrefix(path, "/mock/") {
		p.management.ServeHTTP(w, r)
		return
	}
	p.recorded.ServeHTTP(w, r)
}

// serve is what the journal records: everything but the control API.
func (p *Portal) serve(w http.ResponseWriter, r *http.Request) {
	defer p.recoverPanic(w, r)
	here := p.siteOf(r)
	ctx := p.book.IntoRequest(r.Context(), rules.Request{Tenant: here.Tenant.ID, Method: r.Method, Path: r.URL.Path})
	if asked := r.Header.Values(faultHeader); p.config.FaultHeader && len(asked) > 0 {
		var err error
		if ctx, err = rules.With(ctx, asked...); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	r = r.WithContext(site.Into(ctx, here))
	if skew := rules.From(ctx).Clock.Skew; skew != 0 {
		w.Header().Set("Date", p.clock.Now().Add(skew).UTC().Format(http.TimeFormat))
	}
	if r.Header.Get("X-Forwarded-Host") == "" {
		r.Header.Set("X-Forwarded-Host", r.Host)
	}
	p.gate.ServeHTTP(w, withoutLeadingSlashes(r))
}

// ownRequest is a request of the login application's server on behalf of a visitor
// (docs/portal/browser-flow.md §2.2): it is no exchange of the journal, but faults
// concern it as any other.
func (p *Portal) ownRequest(w http.ResponseWriter, r *http.Request) {
	here := site.From(r.Context())
	ctx := p.book.IntoRequest(r.Context(), rules.Request{Tenant: here.Tenant.ID, Method: r.Method, Path: r.URL.Path})
	p.gate.ServeHTTP(w, r.WithContext(ctx))
}

// loginAddress is the login page of the portal that a request is for.
func loginAddress(r *http.Request) string { return site.From(r.Context()).Base + "/login" }

// holder is whose a code, token or session is.
func (p *Portal) holder(ctx context.Context, value string) (app, user string) {
	for _, kind := range []store.TokenKind{store.AuthorizationCode, store.RefreshToken, store.AccessToken} {
		if grant, err := p.store.GrantByToken(ctx, kind, value); err == nil {
			return grant.AppID, grant.UserID
		}
	}
	if session, err := p.store.Session(ctx, value); err == nil {
		return "", session.UserID
	}
	return "", ""
}

func (p *Portal) route(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, "/oauth2") && !isMetadata(path):
		p.identity.ServeHTTP(w, r)
	case isMetadata(path):
		p.identity.ServeHTTP(w, withPath(r, strings.TrimPrefix(path, "/oauth2"), strings.TrimPrefix(r.URL.RawPath, "/oauth2")))
	case isRegistration(path):
		p.registration.ServeHTTP(w, withoutSegment(r, "/api/2.0/oauth2", "/api/2.0"))
	case isIdentityAlias(path):
		p.identity.ServeHTTP(w, withoutSegment(r, "/api/2.0/oauth2", "/oauth2"))
	case strings.HasPrefix(path, "/api/"), strings.HasPrefix(strings.ToLower(path), "/apisystem/"), strings.HasSuffix(path, ".ashx"):
		p.backend.ServeHTTP(w, r)
	default:
		p.pages.ServeHTTP(w, r)
	}
}

// siteOf finds the portal by the host name. An unknown name is the first
// portal: the real one answers 404, but a container's name must work unconfigured.
func (p *Portal) siteOf(r *http.Request) site.Site {
	host := hostName(r.Host)
	tenant, err := p.store.TenantByHost(r.Context(), host)
	if err != nil {
		tenant, err = p.store.Tenant(r.Context(), p.config.Portals[0].ID)
		if err != nil {
			tenant = store.Tenant{ID: p.config.Portals[0].ID}
		}
	}
	base := requestScheme(r) + "://" + r.Host
	if p.config.ExternalURL != "" && tenant.ID == p.config.Portals[0].ID {
		base = p.config.ExternalURL
	}
	return site.Site{Tenant: tenant, Base: base}
}

// requestScheme believes the forwarded scheme, as the Backend API and the login
// pages do and the authorization server doesn't (docs/portal/identity.md §1.2).
func requestScheme(r *http.Request) string {
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		return "https"
	}
	return "http"
}

// hostName is the Host header without port and brackets, lower case.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// withoutLeadingSlashes folds slashes in front only: clients that join a base URL
// with a trailing slash send //oauth2/token, and a redirect would lose their body
// (docs/portal/clients.md §5 item 18).
func withoutLeadingSlashes(r *http.Request) *http.Request {
	if !strings.HasPrefix(r.URL.Path, "//") {
		return r
	}
	fold := func(path string) string { return "/" + strings.TrimLeft(path, "/") }
	raw := r.URL.RawPath
	if raw != "" {
		raw = fold(raw)
	}
	return withPath(r, fold(r.URL.Path), raw)
}

// withoutSegment replaces the beginning of the path.
func withoutSegment(r *http.Request, prefix, replacement string) *http.Request {
	if !strings.HasPrefix(r.URL.Path, prefix) {
		return r
	}
	raw := r.URL.RawPath
	if raw != "" {
		raw = replacement + strings.TrimPrefix(raw, prefix)
	}
	return withPath(r, replacement+strings.TrimPrefix(r.URL.Path, prefix), raw)
}

func withPath(r *http.Request, path, rawPath string) *http.Request {
	clone := new(http.Request)
	*clone = *r
	u := *r.URL
	u.Path, u.RawPath = path, rawPath
	clone.URL = &u
	return clone
}

// recoverPanic turns a bug of ours into a logged 500 instead of a cut connection.
func (p *Portal) recoverPanic(w http.ResponseWriter, r *http.Request) {
	switch cause := recover(); cause {
	case nil:
	case http.ErrAbortHandler:
		panic(cause)
	default:
		p.logger.LogAttrs(r.Context(), slog.LevelError, "panic in a handler",
			slog.Any("cause", cause), slog.String("method", r.Method), slog.String("path", r.URL.Path),
			slog.String("stack", string(debug.Stack())))
		w.WriteHeader(http.StatusInternalServerError)
	}
}
