// Package mockdocspace is a DocSpace portal on your machine: authorization
// server, app registration, login and consent pages, Backend API. It answers as
// the real one does, quirks included, and misbehaves on request.
//
// NOT FOR PRODUCTION: passwords and secrets are kept in clear, and whoever
// reaches the control API under /mock/ owns the portal.
package mockdocspace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/internal/backend"
	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/desk"
	"docspace-oauth/mockdocspace/internal/gate"
	"docspace-oauth/mockdocspace/internal/identity"
	"docspace-oauth/mockdocspace/internal/journal"
	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/management"
	"docspace-oauth/mockdocspace/internal/pages"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/registration"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// Portal is two portals (tenants) of one installation, told apart by host name.
// It is an http.Handler; Start gives one that listens.
type Portal struct {
	config  *config.Config
	logger  *slog.Logger
	store   store.Store
	clock   *clock.Clock
	random  *random.Source
	book    *rules.Book
	journal *journal.Journal

	identity     *identity.Server
	registration http.Handler
	backend      http.Handler
	pages        http.Handler
	management   http.Handler
	gate         http.Handler // in front of the router
	recorded     http.Handler // serve behind the journal

	listening *listening // nil unless started
}

// New builds a portal with its seeds, ready to serve.
func New(o Options) (*Portal, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	effective, err := o.Effective()
	if err != nil {
		return nil, err
	}
	base, err := effectiveRules(effective)
	if err != nil {
		return nil, err
	}
	p := &Portal{config: effective, logger: o.Logger, clock: clock.New(), random: random.New()}
	p.book = rules.NewBookAt(base, p.clock.Now)
	if o.RandomSeed != 0 {
		p.random = random.Seeded(o.RandomSeed)
	}
	ctx := context.Background()
	if err := p.openStore(ctx); err != nil {
		return nil, err
	}
	if err := p.build(ctx); err != nil {
		return nil, errors.Join(err, p.store.Close())
	}
	return p, nil
}

// build puts the services together; they meet in the store and here only.
func (p *Portal) build(ctx context.Context) error {
	c := p.config
	key := signature.Key(c.SignatureSecret)
	limiter := limit.New(p.clock, c.Limits == "portal")
	server, err := identity.New(ctx, identity.Config{
		Store: p.store, Clock: p.clock, Random: p.random, Limiter: limiter, SignatureKey: key, Logger: p.logger,
		RSA: c.Signing == "rsa", AutoLogin: c.AutoLogin, AutoConsent: c.AutoConsent,
	})
	if err != nil {
		return fmt.Errorf("authorization server: %w", err)
	}
	p.identity = server
	p.registration = registration.New(registration.Config{
		Store: p.store, Clock: p.clock, Random: p.random, Limiter: limiter, SignatureKey: key, Logger: p.logger,
	})
	p.backend = backend.New(backend.Config{
		Store: p.store, Clock: p.clock, Random: p.random, SignatureKey: key, Authority: server,
		PortalURL: p.portalURL, Limits: c.Limits == "portal", Logger: p.logger,
	})
	p.pages = pages.New(pages.Config{
		Store: p.store, Clock: p.clock, Random: p.random, Logger: p.logger,
		API: http.HandlerFunc(p.ownRequest), OAuthOrigin: c.FrontURL, AutoLogin: c.AutoLogin, AutoConsent: c.AutoConsent,
	})
	p.gate = gate.New(http.HandlerFunc(p.route), loginAddress, p.holder)
	p.journal = journal.New(journal.Config{Clock: p.clock})
	p.recorded = p.journal.Wrap(http.HandlerFunc(p.serve))
	p.management = management.New(management.Config{
		Store: p.store, Clock: p.clock, Book: p.book, Journal: p.journal, Random: p.random, SignatureKey: key,
		Reset: p.Reset, Restored: server.ForgetKeys, RotateKeys: server.RotateKeys, PortalURL: p.portalURL,
		Routes: apiRoutes, Token: c.ControlToken, ExternalURL: c.ExternalURL, Logger: p.logger,
		About: desk.About{Profile: c.Profile, Variant: c.Variant, DataFile: c.Data},
	})
	return nil
}

// Reset returns to the seeds: real time, no faults, no journal, new keys.
func (p *Portal) Reset(ctx context.Context) error {
	base, err := effectiveRules(p.config)
	if err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	p.book.Rebase(base)
	p.clock.Resume()
	if err := p.seed(ctx); err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	p.identity.ForgetKeys()
	p.journal.Clear()
	return nil
}

// Sweep removes what has expired by the portal's clock. A started portal sweeps
// by itself.
func (p *Portal) Sweep(ctx context.Context) (int, error) { return p.store.Sweep(ctx, p.clock.Now()) }

// Now is the portal's time.
func (p *Portal) Now() time.Time { return p.clock.Now() }

const sweepPeriod = time.Minute
