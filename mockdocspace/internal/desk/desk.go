// Package desk is what a developer sees of the mock itself, below /mock/: a start page
// with what runs here, and a live page that draws each authorization while it happens.
package desk

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"docspace-oauth/mockdocspace/control"
)

// Source is the mock that the pages are about. Errors of what changes it are for the
// person who clicked.
type Source interface {
	Info(ctx context.Context) (control.Info, error)
	About() About
	Clock() control.ClockState
	Faults() []control.ActiveFault
	Catalogue() []control.Fault

	// SignInLink is a link that signs a user in at his portal, once.
	SignInLink(ctx context.Context, tenant int64, user string) (string, error)
	AddFault(ctx context.Context, name string) error
	RemoveFault(id int)
	ClearFaults()
	Freeze()
	Resume()
	Advance(by time.Duration) error

	// Exchanges returns the journal behind a number, and the number of its newest.
	Exchanges(after uint64) ([]control.Exchange, uint64)
	// Await returns once there is a newer exchange; an error when ctx or the portal ends.
	Await(ctx context.Context, after uint64) error
}

// About is what does not change while the mock runs.
type About struct {
	Profile, Variant string
	DataFile         string // empty: in memory
	NeedsToken       bool   // the control API wants one
}

//go:embed templates assets
var files embed.FS

// assetTypes says how files are announced; what isn't listed isn't served.
var assetTypes = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

type server struct {
	source Source
	logger *slog.Logger
}

// Register adds the pages to a mux, which stands behind the guard of the control API:
// it keeps other sites' pages off.
func Register(mux *http.ServeMux, source Source, logger *slog.Logger) {
	s := &server{source: source, logger: logger}
	mux.HandleFunc("GET /mock/{$}", s.start)
	mux.HandleFunc("GET /mock/flows", s.live)
	mux.HandleFunc("GET /mock/flows/events", s.events)
	mux.HandleFunc("GET /mock/assets/{name}", asset)
	mux.HandleFunc("POST /mock/desk/sign-in", s.signIn)
	mux.HandleFunc("POST /mock/desk/faults", s.faults)
	mux.HandleFunc("POST /mock/desk/clock", s.clock)
}

func asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	content, err := files.ReadFile("assets/" + name)
	kind := assetTypes[path.Ext(name)]
	if err != nil || kind == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(content)
}

// templates are parsed when a page is first asked for: a start should not wait for it.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"join": strings.Join,
		"time": func(t time.Time) string { return t.UTC().Format("15:04:05.000") },
	}).ParseFS(files, "templates/*.html"))
})

// render answers with a page, which no other site may frame. Its forms lead back here
// or to the targets.
func (s *server) render(w http.ResponseWriter, r *http.Request, name string, view any, targets ...string) {
	var body bytes.Buffer
	if err := templates().ExecuteTemplate(&body, name, view); err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
		"form-action "+strings.Join(append([]string{"'self'"}, targets...), " ")+"; base-uri 'none'; frame-ancestors 'none'")
	_, _ = w.Write(body.Bytes()) // the visitor is gone: nobody to tell
}

func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.logger.ErrorContext(r.Context(), "desk", "path", r.URL.Path, "error", err)
	http.Error(w, err.Error(), http.StatusInternalServerError)
}

// signIn goes to a one-time link, which does what a sign-in by the form does.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) {
	tenant, err := strconv.ParseInt(r.PostFormValue("tenant"), 10, 64)
	if err != nil {
		s.back(w, r, errors.New("tenant must be the number of a portal"))
		return
	}
	link, err := s.source.SignInLink(r.Context(), tenant, r.PostFormValue("user"))
	if err != nil {
		s.back(w, r, err)
		return
	}
	http.Redirect(w, r, link, http.StatusSeeOther)
}

func (s *server) faults(w http.ResponseWriter, r *http.Request) {
	var err error
	switch id, isRemoval := strconv.Atoi(r.PostFormValue("remove")); {
	case isRemoval == nil:
		s.source.RemoveFault(id)
	case r.PostFormValue("clear") != "":
		s.source.ClearFaults()
	default:
		err = s.source.AddFault(r.Context(), r.PostFormValue("name"))
	}
	s.back(w, r, err)
}

func (s *server) clock(w http.ResponseWriter, r *http.Request) {
	var err error
	switch do := r.PostFormValue("do"); do {
	case "freeze":
		s.source.Freeze()
	case "resume":
		s.source.Resume()
	default:
		var by time.Duration
		if by, err = time.ParseDuration(do); err != nil {
			err = errors.New("advance by a duration, like 61s or 1h30m")
		} else {
			err = s.source.Advance(by)
		}
	}
	s.back(w, r, err)
}

// back returns to the start page, with what went wrong.
func (s *server) back(w http.ResponseWriter, r *http.Request, err error) {
	target := "/mock/"
	if err != nil {
		target += "?problem=" + url.QueryEscape(err.Error())
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}
