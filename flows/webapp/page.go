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
	"regexp"
	"slices"

	"docspace-oauth/flows"
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
	// Rooms and Documents are nil when they were not to be seen.
	Rooms     *listing
	Documents *listing
	Missing   []string // scopes that were asked for and not granted
	Retry     bool     // offer to start again
}

// listing is a list of titles with how many there are in all.
type listing struct {
	Entries []entry
	Total   int
}

// More is how many are not shown.
func (l listing) More() int { return l.Total - len(l.Entries) }

// entry is one line of a listing.
type entry struct {
	Title string
	Note  string
	Color string // six hexadecimal digits, or empty
}

// roomKinds are words for the types of rooms.
var roomKinds = map[flows.RoomType]string{
	flows.RoomFillingForms: "form filling", flows.RoomEditing: "collaboration", flows.RoomCustom: "custom",
	flows.RoomPublic: "public", flows.RoomVirtualData: "data room", flows.RoomAI: "AI",
}

// roomList shows rooms.
func roomList(content *flows.FolderContent) *listing {
	if content == nil {
		return nil
	}
	list := &listing{Total: content.Total}
	for _, room := range content.Folders {
		e := entry{Title: room.Title, Note: roomKinds[room.RoomType]}
		if hexColor.MatchString(room.Logo.Color) {
			e.Color = room.Logo.Color
		}
		list.Entries = append(list.Entries, e)
	}
	return list
}

var hexColor = regexp.MustCompile(`^[0-9A-Fa-f]{6}$`)

// documentList shows folders, then files.
func documentList(content *flows.FolderContent) *listing {
	if content == nil {
		return nil
	}
	list := &listing{Total: content.Total}
	for _, folder := range content.Folders {
		list.Entries = append(list.Entries, entry{Title: folder.Title, Note: "folder"})
	}
	for _, file := range content.Files {
		list.Entries = append(list.Entries, entry{Title: file.Title, Note: file.Length})
	}
	return list
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
	loaded, err := a.loadHome(r.Context(), session)
	switch {
	case errors.Is(err, errSignedOut):
		a.show(w, http.StatusOK, view{
			Title: "Your sign-in has ended", Text: "The portal does not accept it any more. Sign in again to go on.", Retry: true,
		})
		return
	case err != nil:
		a.log.Warn("home page not loaded", "error", err)
		a.show(w, http.StatusBadGateway, view{
			Title: "Your data could not be loaded", Text: reason(err), SignedIn: session.account != nil, Retry: session.account == nil,
		})
		return
	}
	v := view{
		Title: "You are signed in", SignedIn: true, Portal: session.account.base, UserID: session.account.claims.Subject,
		Rooms: roomList(loaded.rooms), Documents: documentList(loaded.documents), Missing: missing(a.app.Scopes, session.account.tokens.Scopes),
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
