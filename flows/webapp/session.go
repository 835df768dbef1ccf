package webapp

import (
	"container/list"
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"docspace-oauth/flows"
)

const (
	// maxSessions bounds the memory that visitors can take; the longest unused goes first.
	maxSessions = 10_000
	// sessionLifetime is how long an unused session is kept.
	sessionLifetime = 8 * time.Hour
)

// session is what the app remembers of one browser.
type session struct {
	id string

	// mu is held for the whole of a request that uses the session. So two tabs never
	// refresh with one refresh token at once, which would leave one of them with
	// dead tokens, and a reloaded callback waits for the first one's result.
	mu sync.Mutex
	// pending is the sign-in that was started and has not come back yet.
	pending *flows.Authorization
	// account is set once somebody is signed in.
	account *account

	lastUsed time.Time // guarded by sessions.mu
}

// sessions is the store. An app with more than one process needs a shared one.
type sessions struct {
	mu    sync.Mutex
	byID  map[string]*list.Element // of *session
	byUse *list.List               // most recently used first
}

func newSessions() *sessions {
	return &sessions{byID: map[string]*list.Element{}, byUse: list.New()}
}

// create makes a session with an id that nobody can guess.
func (s *sessions) create() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byUse.Len() >= maxSessions {
		s.drop(s.byUse.Back())
	}
	created := &session{id: rand.Text(), lastUsed: time.Now()}
	s.byID[created.id] = s.byUse.PushFront(created)
	return created
}

// find is the session with that id, or nil.
func (s *sessions) find(id string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, ok := s.byID[id]
	if !ok {
		return nil
	}
	found := element.Value.(*session)
	if time.Since(found.lastUsed) > sessionLifetime {
		s.drop(element)
		return nil
	}
	found.lastUsed = time.Now()
	s.byUse.MoveToFront(element)
	return found
}

// remove forgets a session.
func (s *sessions) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if element, ok := s.byID[id]; ok {
		s.drop(element)
	}
}

func (s *sessions) drop(element *list.Element) {
	delete(s.byID, element.Value.(*session).id)
	s.byUse.Remove(element)
}

// session is the one of the browser that sent r, or nil.
func (a *App) session(r *http.Request) *session {
	cookie, err := r.Cookie(a.cookieName())
	if err != nil {
		return nil
	}
	return a.sessions.find(cookie.Value)
}

// renewSession replaces whatever session the browser has by an empty one with a new
// id. It happens whenever a sign-in starts, so that an id that somebody planted in
// this browser before (session fixation) is worth nothing afterwards.
func (a *App) renewSession(w http.ResponseWriter, r *http.Request) *session {
	if old := a.session(r); old != nil {
		a.sessions.remove(old.id)
	}
	created := a.sessions.create()
	http.SetCookie(w, a.cookie(created.id, 0))
	return created
}

// cookie carries the session id: out of reach for scripts, not sent along with
// other sites' requests, but with the portal's redirect back, which is a
// navigation (that is why Lax, and not Strict).
func (a *App) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: a.cookieName(), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: a.secure(),
	}
}

// cookieName: browsers let only https pages of this very host set a name with
// __Host-. Cookies ignore ports, so the name also has to differ from that of other
// apps on the same machine.
func (a *App) cookieName() string {
	if a.secure() {
		return "__Host-docspace-app-session"
	}
	return "docspace-app-session"
}

func (a *App) secure() bool { return a.home.Scheme == "https" }
