// Package pages is what a person sees of the portal: login form, portal choice,
// consent, one-time sign-in links, error screens, the portal's home, the developer
// console and the authorized apps (docs/portal/browser-flow.md §2–§6). Pages are rendered here; the scripts
// under assets do what the portal's own scripts do, in their order, quirks included.
//
// References of the form §n are to docs/portal/browser-flow.md.
package pages

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
)

// Store is what the pages read of the portal. PutLink is for automatic sign-in only.
type Store interface {
	Session(ctx context.Context, token string) (store.Session, error)
	User(ctx context.Context, tenantID int64, id string) (store.User, error)
	UserByEmail(ctx context.Context, tenantID int64, email string) (store.User, error)
	PutLink(ctx context.Context, l store.Link) error
	RootFolder(ctx context.Context, tenantID int64, root store.RootType, owner string) (store.Folder, error)
	Folders(ctx context.Context, tenantID, parent int64) ([]store.Folder, error)
}

// Config is what the pages are built from. Store, Clock, Random and API
// are required.
type Config struct {
	Store  Store
	Clock  *clock.Clock
	Random *random.Source
	// API is the rest of the portal, asked in process: the portal's login application
	// has a server of its own that asks it while it renders (§2.2, §4.6).
	API http.Handler
	// OAuthOrigin is the origin that "Not you?" returns to, where one front
	// serves all portals (§3.5); empty: the page's own.
	OAuthOrigin string
	// AutoLogin is the e-mail of a user whom the login form signs in at once, as
	// if that user had filled it in. "Not you?" then leads back to the same user.
	AutoLogin string
	// AutoConsent lets the consent page click Allow by itself once it may.
	AutoConsent bool
	Logger      *slog.Logger
}

type handler struct {
	Config
}

// New returns the handler of `/`, `/login*`, `/confirm*`, `/developer-tools*`,
// `/portal-settings*`, `/profile*` and `/static/*`; other paths are answered with a 404 page. It wants rules and site in the request's
// context as the router of package mockdocspace puts them.
func New(c Config) http.Handler {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &handler{Config: c}
}

// visit is one request for a page.
type visit struct {
	*handler
	w     http.ResponseWriter
	r     *http.Request
	site  site.Site
	rules *rules.Rules
	query url.Values
}

const sessionCookie = "asc_auth_key"

// ServeHTTP answers GET and HEAD.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if strings.HasPrefix(r.URL.Path, assetRoot) {
		serveAsset(w, r)
		return
	}
	v := &visit{handler: h, w: w, r: r, site: site.From(r.Context()), query: looseQuery(r.URL.RawQuery).values()}
	v.rules = rules.For(r.Context(), v.consentClient(), "")
	v.serve()
}

func (v *visit) serve() {
	path := v.r.URL.Path
	for _, root := range []string{"/login", "/confirm"} {
		if strings.HasPrefix(path, root+"/") && strings.HasSuffix(path, "/") {
			v.stripSlash()
			return
		}
	}
	if kind, ok := strings.CutPrefix(strings.TrimPrefix(path, "/login"), "/confirm/"); ok {
		v.confirm(kind)
		return
	}
	if v.console(path) {
		return
	}
	switch path {
	case "/":
		v.home()
	case "/profile/authorized-apps":
		v.authorizedApps()
	case "/login":
		if !v.intercept() {
			v.login()
		}
	case "/login/consent":
		if !v.intercept() {
			v.consent()
		}
	case "/login/tenant-list":
		v.tenantList()
	case "/login/error":
		v.errorPage()
	case "/login/not-found":
		if !v.intercept() {
			v.notFound()
		}
	default:
		v.notFound()
	}
}

// first is a parameter's value, its first where it is repeated.
func (v *visit) first(name string) string { return v.query.Get(name) }

// consentClient is the client id as the consent page reads it (§2.1).
func (v *visit) consentClient() string {
	if id := v.first("clientId"); id != "" {
		return id
	}
	return v.first("client_id")
}
