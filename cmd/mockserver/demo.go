package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/flows/webapp"
	"docspace-oauth/mockdocspace"
)

// demoApp is the reference app, listening.
type demoApp struct{ server *http.Server }

// startDemoApp serves the reference app at address as the seeded app.
func startDemoApp(address string, portal *mockdocspace.Portal, logger *slog.Logger) (*demoApp, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("demo app on %s: %w (choose another address with --demo-app)", address, err)
	}
	redirectURI := "http://" + address + "/callback"
	if redirectURI != mockdocspace.DemoRedirectURI {
		if err := portal.AllowRedirectURI(mockdocspace.DemoClientID, redirectURI); err != nil {
			_ = listener.Close()
			return nil, fmt.Errorf("demo app: %w", err)
		}
	}
	app, err := webapp.New(webapp.Config{
		PortalURL: portal.URL(), Trusted: []string{portal.SecondURL()}, Logger: logger,
		App: flows.App{
			ID: mockdocspace.DemoClientID, Secret: mockdocspace.DemoClientSecret, RedirectURI: redirectURI,
			Scopes: []string{"accounts.self:read", "files:read", "rooms:read"},
		},
	})
	if err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("demo app: %w", err)
	}
	server := &http.Server{Handler: app, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			logger.Error("demo app", "error", err)
		}
	}()
	return &demoApp{server}, nil
}

func (d *demoApp) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := d.server.Shutdown(ctx); err != nil {
		_ = d.server.Close()
	}
}
