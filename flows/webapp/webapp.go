// Package webapp is the reference relying party: a small web app whose users sign
// in with a DocSpace portal and see who the portal says they are. It is meant to be
// read from top to bottom and copied:
//
//	webapp.go    what the app is made of, and its routes
//	session.go   what the app remembers of a browser, and where
//	signin.go    the way to the portal and back
//	account.go   calls of the portal's API with the user's token, and its refresh
//	home.go      what the app asks the API for
//	signout.go   the end
//	page.go      what a person sees
//
// The browser holds one cookie with a random session id, and never a token, a
// code verifier or the client secret. What to replace in an app of your own: the
// session store (here in memory, so a restart signs everybody out) and the pages.
package webapp

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"

	"docspace-oauth/flows"
)

// Config says which portal the app belongs to, and who the app is there.
type Config struct {
	// PortalURL is the portal's root, http://127.0.0.1:8092 for example.
	PortalURL string
	// App is the registration at the portal. The path of its redirect URI becomes a route.
	App flows.App
	// Trusted are further portals whose tokens the app accepts: a user with accounts
	// at several portals chooses one of them. PortalURL is always trusted.
	Trusted []string
	// HTTP talks to the portal; nil means flows.NewHTTPClient(nil).
	HTTP *http.Client
	// Logger gets what the app's owner should know; never codes, tokens or addresses
	// with a query. Nil means silence.
	Logger *slog.Logger
}

// App is the relying party.
type App struct {
	portal   *flows.Portal
	app      flows.App
	trusted  []string
	client   *http.Client
	log      *slog.Logger
	sessions *sessions
	home     *url.URL // scheme and host of the redirect URI, path /
	handler  http.Handler
}

// New builds the app. It fails when the portal's address or the redirect URI is
// not an absolute http(s) address.
func New(c Config) (*App, error) {
	client := c.HTTP
	if client == nil {
		client = flows.NewHTTPClient(nil)
	}
	portal, err := flows.NewPortal(c.PortalURL, client)
	if err != nil {
		return nil, err
	}
	redirect, err := url.Parse(c.App.RedirectURI)
	if err != nil {
		return nil, fmt.Errorf("redirect URI: %w", err)
	}
	if redirect.Host == "" || redirect.Path == "" || redirect.Path == "/" {
		return nil, fmt.Errorf("redirect URI %q: want an absolute address with a path", c.App.RedirectURI)
	}
	if c.App.ID == "" {
		return nil, errors.New("client id is missing")
	}
	log := c.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	a := &App{
		portal: portal, app: c.App, trusted: append([]string{portal.BaseURL}, c.Trusted...), client: client, log: log,
		sessions: newSessions(), home: &url.URL{Scheme: redirect.Scheme, Host: redirect.Host, Path: "/"},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.showHome)
	mux.HandleFunc("GET /authenticate", a.startSignIn)
	mux.HandleFunc("GET "+redirect.Path, a.finishSignIn)
	mux.HandleFunc("POST /logout", a.signOut)
	// The cookie's SameSite already keeps foreign pages from signing somebody out;
	// this refuses their form posts in any browser.
	a.handler = http.NewCrossOriginProtection().Handler(mux)
	return a, nil
}

// ServeHTTP sets what every answer needs: nothing of this app may be stored by
// caches, framed by others, or told to others as a referrer (the callback's
// address holds the code).
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", contentSecurityPolicy)
	if r.Method == http.MethodHead {
		// GET routes serve HEAD too, and a HEAD of the callback would spend the code.
		header.Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if r.Method == http.MethodGet && a.isOtherLoopbackName(r.Host) {
		// The session cookie belongs to one host name, the one to which the portal
		// sends the browser back: move a visitor of 127.0.0.1 to localhost, say.
		target := *a.home
		target.Path, target.RawQuery = r.URL.Path, r.URL.RawQuery
		http.Redirect(w, r, target.String(), http.StatusFound)
		return
	}
	a.handler.ServeHTTP(w, r)
}

// isOtherLoopbackName says whether host is another of this machine's loopback names
// than the one in the redirect URI.
func (a *App) isOtherLoopbackName(host string) bool {
	return host != a.home.Host && portOf(host) == portOf(a.home.Host) && isLoopback(host) && isLoopback(a.home.Host)
}

func isLoopback(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	ip := net.ParseIP(name)
	return name == "localhost" || (ip != nil && ip.IsLoopback())
}

func portOf(host string) string { return (&url.URL{Host: host}).Port() }
