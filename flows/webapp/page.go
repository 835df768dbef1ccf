package webapp

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"html"
	"html/template"
	"net/http"
	"slices"
)

//go:embed page.css
var stylesheet string

//go:embed page.gohtml
var pageSource string

var page = template.Must(template.New("page").Parse(pageSource))

// contentSecurityPolicy lets a page use its own stylesheet and nothing else.
var contentSecurityPolicy = func() string {
	hash := sha256.Sum256([]byte(stylesheet))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}()

// view is what page.gohtml shows. The template escapes everything in it but Style.
type view struct {
	Style    template.CSS
	Title    string
	Text     string // a paragraph below the title
	SignedIn bool
	Name     string
	Email    string
	UserID   string
	Portal   string
	Rooms    *int
	Missing  []string // scopes that were asked for and not granted
	Retry    bool     // offer to start again
}

// showHome is the only page: the button, or the user.
func (a *App) showHome(w http.ResponseWriter, r *http.Request) {
	session := a.session(r)
	if session == nil {
		a.showButton(w)
		return
	}
	session.mu.Lock()
	defer session.mu.Unlock()
	if session.account == nil {
		a.showButton(w)
		return
	}
	loaded, err := a.loadProfile(r.Context(), session)
	switch {
	case errors.Is(err, errSignedOut):
		a.show(w, http.StatusOK, view{
			Title: "Your sign-in has ended", Text: "The portal does not accept it any more. Sign in again to go on.", Retry: true,
		})
		return
	case err != nil:
		a.log.Warn("profile not loaded", "error", err)
		a.show(w, http.StatusBadGateway, view{
			Title: "Your data could not be loaded", Text: reason(err), SignedIn: session.account != nil, Retry: session.account == nil,
		})
		return
	}
	v := view{
		Title: "You are signed in", SignedIn: true, Portal: session.account.base, UserID: session.account.claims.Subject,
		Rooms: loaded.rooms, Missing: missing(a.app.Scopes, session.account.tokens.Scopes),
	}
	if loaded.person != nil {
		// The portal sends names with HTML's characters already encoded.
		v.Name, v.Email = html.UnescapeString(loaded.person.DisplayName), loaded.person.Email
	}
	a.show(w, http.StatusOK, v)
}

func (a *App) showButton(w http.ResponseWriter) {
	a.show(w, http.StatusOK, view{
		Title: "DocSpace demo app", Text: "Sign in with your DocSpace account to see what the portal tells this app about you.", Retry: true,
	})
}

func (a *App) showProblem(w http.ResponseWriter, status int, title, text string) {
	a.show(w, status, view{Title: title, Text: text, Retry: true})
}

func (a *App) show(w http.ResponseWriter, status int, v view) {
	v.Style = template.CSS(stylesheet)
	var body bytes.Buffer
	if err := page.Execute(&body, v); err != nil {
		a.log.Error("page not rendered", "error", err)
		http.Error(w, "The page could not be shown.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := body.WriteTo(w); err != nil {
		a.log.Debug("page not delivered", "error", err)
	}
}

// missing is what of asked is not in got.
func missing(asked, got []string) []string {
	var rest []string
	for _, scope := range asked {
		if !granted(got, scope) {
			rest = append(rest, scope)
		}
	}
	return rest
}

func granted(scopes []string, scope string) bool { return slices.Contains(scopes, scope) }
