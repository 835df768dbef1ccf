package suites

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/onsi/gomega"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
	"docspace-oauth/flows/webapp"
)

// ReferenceApp is the reference web app (package webapp), listening for this check
// under another host name than the portal, so that their cookies don't mix.
type ReferenceApp struct {
	App
	Address string // its home page

	requests *tokenRequests
}

// signInButton is the link on the reference app's home page.
const signInButton = "#docspace-button"

// ReferenceApp registers and starts one, for probeScope and rooms. Setup.
func (c *Case) ReferenceApp() ReferenceApp {
	started := ReferenceApp{requests: &tokenRequests{base: c.client.Transport}}
	c.setup("start the reference app", func() {
		listener, err := (&net.ListenConfig{}).Listen(c.ctx, "tcp", "127.0.0.1:0")
		c.need(err)
		_, port, err := net.SplitHostPort(listener.Addr().String())
		c.need(err)
		started.Address = "http://localhost:" + port
		server := &http.Server{ReadHeaderTimeout: 10 * time.Second}
		c.Cleanup(func() {
			_ = server.Close()
			_ = listener.Close() // where serving did not begin
		})
		started.App = c.App(Redirects(started.Address+"/callback"), Scopes(probeScope, "rooms:read"))
		server.Handler, err = webapp.New(webapp.Config{
			PortalURL: c.Target.URL, App: started.App.App, HTTP: flows.NewHTTPClient(started.requests),
		})
		c.need(err)
		go func() { _ = server.Serve(listener) }() // ends with Close in the clean-up
	})
	return started
}

// tokenRequests are the requests of an app to the token endpoint.
type tokenRequests struct {
	base http.RoundTripper

	mu    sync.Mutex
	forms []url.Values
}

// RoundTrip implements http.RoundTripper.
func (t *tokenRequests) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodPost || !strings.HasSuffix(req.URL.Path, "/oauth2/token") {
		return t.base.RoundTrip(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("read the token request: %w", err)
	}
	if err := req.Body.Close(); err != nil {
		return nil, fmt.Errorf("close the token request: %w", err)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("read the token request: %w", err)
	}
	t.mu.Lock()
	t.forms = append(t.forms, form)
	t.mu.Unlock()
	sent := req.Clone(req.Context())
	sent.Body = io.NopCloser(bytes.NewReader(body))
	return t.base.RoundTrip(sent)
}

// sent are the forms of the requests so far.
func (t *tokenRequests) sent() []url.Values {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]url.Values(nil), t.forms...)
}

// shownUser is the e-mail address of whom the reference app takes the browser's
// owner for, "" for nobody. It opens the app's home page.
func (c *Case) shownUser(profile *browser.Profile, app ReferenceApp) string {
	var email string
	c.need(profile.Navigate(c.ctx, app.Address))
	c.need(profile.Run(c.ctx, func(ctx context.Context) (err error) {
		email, err = chromedp.Run(ctx, chromedp.Evaluate[string](
			`document.querySelector('[data-testid="user_email"]')?.textContent.trim() ?? ""`))
		return err
	}))
	return email
}

// signInAtApp takes a browser with a portal session to the reference app, signed
// in, and returns the callback on which it came. Control.
func (c *Case) signInAtApp(profile *browser.Profile, u User, app ReferenceApp) *url.URL {
	var callback *url.URL
	c.Control("sign in at the app", func() {
		callback = c.arrived(profile.Authorize(c.ctx, app.Address+"/authenticate", browser.Journey{
			Portal: c.Target.URL, RedirectURI: app.RedirectURI, Email: u.Email, Password: u.Password,
		})).Callback
		c.Expect(c.shownUser(profile, app)).To(gomega.Equal(u.Email), "the user whom the app shows")
	})
	return callback
}
