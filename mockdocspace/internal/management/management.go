// Package management answers the control API under /mock/: state, clock, faults,
// users, apps, sessions, journal; and puts the developer's pages (package desk) there. It is no part of the portal that the mock plays.
package management

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/desk"
	"docspace-oauth/mockdocspace/internal/journal"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
)

// Config is what the control API acts on.
type Config struct {
	Store        store.Store
	Clock        *clock.Clock
	Book         *rules.Book
	Journal      *journal.Journal
	Random       *random.Source
	SignatureKey []byte

	// Reset returns the whole portal to its state at the start.
	Reset func(ctx context.Context) error
	// Restored is called after the store was replaced by a snapshot, for whoever
	// keeps something of it in memory. Optional.
	Restored func()
	// RotateKeys makes a new signing key.
	RotateKeys func(ctx context.Context) error
	// PortalURL is the root of a portal, as seen from the site in the context.
	PortalURL func(ctx context.Context, t store.Tenant) string

	// Routes lists those of the Backend API.
	Routes func() []control.Route

	// About is what the start page says of the mock.
	About desk.About

	// Token, when set, must come with every call as a bearer token.
	Token string
	// ExternalURL is the portal's root for clients elsewhere; its host is allowed.
	ExternalURL string
	Logger      *slog.Logger
}

const (
	firstTenant = 1
	// maxBody bounds a request body in bytes.
	maxBody = 1 << 20
)

type server struct {
	Config
	creating  sync.Mutex // between looking whether an e-mail address is free and taking it
	snapshots snapshots
}

// New returns the handler of /mock and everything below.
func New(c Config) http.Handler {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s := &server{Config: c, snapshots: snapshots{kept: map[string]*store.Snapshot{}}}
	// Not before somebody asks: describing the operations takes milliseconds, which
	// a portal that nobody controls need not wait for.
	routes := sync.OnceValue(s.routes)
	return guard(c.Token, c.ExternalURL, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		routes().ServeHTTP(w, r.WithContext(s.withSite(r)))
	}))
}

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Control API of mockdocspace", "1")
	config.Info.Description = "Sets scenes and reads what happened. NOT FOR PRODUCTION."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/mock/openapi", "", ""
	config.CreateHooks = nil // no $schema members
	config.RejectUnknownQueryParameters = true
	api := humago.New(mux, config)
	s.stateRoutes(api)
	s.clockRoutes(api)
	s.faultRoutes(api)
	s.userRoutes(api)
	s.appRoutes(api)
	s.journalRoutes(api)
	s.backendRoutes(api)
	s.quirkRoutes(api)
	desk.Register(mux, deskSource{s}, s.Logger)
	mux.Handle("/mock", http.RedirectHandler("/mock/", http.StatusTemporaryRedirect))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, fmt.Sprintf("%s %s is no operation of the control API: GET /mock/openapi.json lists them", r.Method, r.URL.Path))
	})
	return mux
}

// withSite tells PortalURL how this client addresses the mock.
func (s *server) withSite(r *http.Request) context.Context {
	ctx := r.Context()
	if s.ExternalURL != "" {
		if first, err := s.Store.Tenant(ctx, firstTenant); err == nil {
			return site.Into(ctx, site.Site{Tenant: first, Base: s.ExternalURL})
		}
	}
	tenant, err := s.Store.TenantByHost(ctx, hostName(r.Host))
	if err != nil {
		tenant, _ = s.Store.Tenant(ctx, firstTenant)
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return site.Into(ctx, site.Site{Tenant: tenant, Base: scheme + "://" + r.Host})
}

// answer is a JSON body.
type answer[T any] struct{ Body T }

// none stands for no input, or no output (204).
type none struct{}

// register adds an operation; id is its OpenAPI operation id and tag is the group.
func register[I, O any](s *server, api huma.API, method, path, id, summary string, handle func(context.Context, *I) (*O, error)) {
	tag, _, _ := strings.Cut(path, "/")
	status := http.StatusOK
	if _, empty := any(new(O)).(*none); empty {
		status = http.StatusNoContent
	}
	huma.Register(api, huma.Operation{
		OperationID: id, Method: method, Path: "/mock/" + path, Summary: summary, Tags: []string{tag},
		DefaultStatus: status, MaxBodyBytes: maxBody,
	}, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err == nil {
			return out, nil
		}
		if refusal := huma.StatusError(nil); !errors.As(err, &refusal) {
			s.Logger.LogAttrs(ctx, slog.LevelError, "control API", slog.String("operation", id), slog.Any("error", err))
		}
		return nil, err
	})
}

// invalid is the answer to a value that makes no sense where it stands.
func invalid(location string, value any, format string, arguments ...any) error {
	return huma.Error422UnprocessableEntity("this does not work as it was sent", &huma.ErrorDetail{
		Location: location, Value: value, Message: fmt.Sprintf(format, arguments...),
	})
}

func conflict(location string, value any, format string, arguments ...any) error {
	return huma.Error409Conflict("this clashes with what is there", &huma.ErrorDetail{
		Location: location, Value: value, Message: fmt.Sprintf(format, arguments...),
	})
}

func notFound(location string, value any, format string, arguments ...any) error {
	return huma.Error404NotFound("there is no such thing", &huma.ErrorDetail{
		Location: location, Value: value, Message: fmt.Sprintf(format, arguments...),
	})
}
