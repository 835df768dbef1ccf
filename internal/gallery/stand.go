// Package gallery leads a browser to every page that a person sees of the mock and
// of the demo app, for tests that look at all of them and for pictures.
package gallery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
	"docspace-oauth/flows/webapp"
	"docspace-oauth/mockdocspace"
)

// The people of the gallery; each is a user of the mock's seeds.
const (
	owner     = "owner@docspace.test"     // has let no app in
	admin     = "admin@docspace.test"     // sees every app, and has let two in
	roomAdmin = "roomadmin@docspace.test" // has registered nothing
	user      = "user@docspace.test"      // is on two portals
	guest     = "guest@docspace.test"     // may register nothing
)

// Stand is a portal with something to see on it, a demo app, and a browser.
type Stand struct {
	Portal   *mockdocspace.Portal
	AppURL   string // root of the demo app
	ClientID string // of an app that the admin has registered

	flows    *flows.Portal
	demo     flows.App
	server   *http.Server
	chromium *browser.Browser
}

// Open puts a stand up whose portal has that profile (mockdocspace.Options). Errors:
// browser.ErrNotFound where there is no Chromium.
func Open(ctx context.Context, profile string) (s *Stand, err error) {
	s = &Stand{}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.chromium, err = browser.Launch(ctx, browser.Options{}); err != nil {
		return nil, err
	}
	if s.Portal, err = mockdocspace.Start(ctx, mockdocspace.Options{Profile: profile}); err != nil {
		return nil, err
	}
	if s.flows, err = flows.NewPortal(s.Portal.URL(), nil); err != nil {
		return nil, err
	}
	if err = s.serveDemo(ctx); err != nil {
		return nil, fmt.Errorf("demo app: %w", err)
	}
	if err = s.register(ctx); err != nil {
		return nil, fmt.Errorf("apps of the gallery: %w", err)
	}
	return s, nil
}

// serveDemo serves the reference app under localhost, another host name than the portal's.
func (s *Stand) serveDemo(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.AppURL = "http://localhost:" + strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	s.demo = flows.App{
		ID: mockdocspace.DemoClientID, Secret: mockdocspace.DemoClientSecret, RedirectURI: s.AppURL + "/callback",
		Scopes: []string{"accounts.self:read", "files:read", "rooms:read"},
	}
	app, err := webapp.New(webapp.Config{PortalURL: s.Portal.URL(), App: s.demo})
	if err == nil {
		err = s.Portal.AllowRedirectURI(s.demo.ID, s.demo.RedirectURI)
	}
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	s.server = &http.Server{Handler: app, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(listener) }() // ends with Close
	return nil
}

// register has the admin register some apps and let two in.
func (s *Stand) register(ctx context.Context) error {
	signature, err := s.flows.SignInForSignature(ctx, admin, mockdocspace.SeedPassword)
	if err != nil {
		return err
	}
	registered := map[string]*flows.Registered{}
	for _, app := range []struct {
		name, redirect string
		scopes         []string
		public         bool
	}{
		{"Meeting notes", s.AppURL + "/notes/callback", []string{"accounts.self:read", "files:write", "files:read"}, true},
		{"Archive of everything that was ever decided in any room", s.AppURL + "/archive/callback", mockScopes, false},
		{"Timesheets", "https://timesheets.example.test/oauth/callback", []string{"openid", "accounts:read"}, false},
	} {
		registration := flows.NewRegistration(app.name, app.redirect, app.scopes...)
		registration.AllowPKCE = app.public
		if registered[app.name], err = s.flows.Register(ctx, signature, registration); err != nil {
			return err
		}
	}
	notes := registered["Meeting notes"]
	s.ClientID = notes.ClientID
	for _, app := range []flows.App{notes.App(), s.demo} {
		if _, err := s.flows.AuthorizeHeadless(ctx, app, s.flows.NewAuthorization(app), signature, app.Scopes...); err != nil {
			return fmt.Errorf("let app %s in: %w", app.ID, err)
		}
	}
	return s.flows.SetEnabled(ctx, signature, registered["Timesheets"].ClientID, false)
}

// mockScopes are all that an app can have.
var mockScopes = []string{
	"accounts:read", "accounts:write", "accounts.self:read", "accounts.self:write",
	"files:read", "files:write", "rooms:read", "rooms:write", "openid",
}

// Close takes the stand down.
func (s *Stand) Close() {
	if s.server != nil {
		_ = s.server.Close()
	}
	if s.Portal != nil {
		_ = s.Portal.Close()
	}
	if s.chromium != nil {
		_ = s.chromium.Close()
	}
}
