package mockdocspace_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"time"

	"pgregory.net/rapid"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// inProcess reaches a portal without a socket.
type inProcess struct{ portal func() http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	sent.RequestURI, sent.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	if sent.Host == "" {
		sent.Host = r.URL.Host
	}
	if sent.Header.Get("User-Agent") == "" {
		sent.Header.Set("User-Agent", "lifecycle")
	}
	if sent.Body == nil {
		sent.Body = http.NoBody
	}
	answer := httptest.NewRecorder()
	p.portal().ServeHTTP(answer, sent)
	return answer.Result(), nil
}

const (
	lifecycleBase     = "http://127.0.0.1"
	lifecycleCallback = "http://localhost/callback"
	appOwner          = "owner@docspace.test"
	appPlaces         = 2
)

var (
	lifecycleUsers  = []string{"user@docspace.test", "admin@docspace.test"}
	lifecycleScopes = []string{"accounts.self:read", "files:read", "files:write"}
)

// machine drives a portal and the plain account of it side by side.
type machine struct {
	options mockdocspace.Options
	folder  string // of the data file; "" in memory
	copies  int
	cutLog  bool // a kill loses the write-ahead log: a fault of the disk

	portal  *mockdocspace.Portal
	client  *http.Client
	flows   *flows.Portal
	control *control.Client

	known    *authority
	snapshot *authority // nil: there is none
	now      time.Time

	places    map[int]flows.App // the last app of each place, deleted or not
	questions []question
	codes     []issuedCode
	tokens    []issuedToken
	sessions  []string
	steps     int
}

// question is a consent page that was shown.
type question struct {
	who       pair
	client    string // client id
	state     string
	requested []string
}

type issuedCode struct {
	value   string
	app     int
	request flows.Authorization
}

type issuedToken struct {
	value     string
	app       int
	refreshes bool
}

// newMachine starts a portal with an app in each place; with a folder it keeps its
// state there.
func newMachine(folder string, o mockdocspace.Options) (*machine, error) {
	m := &machine{
		options: o, folder: folder, known: newAuthority(), places: map[int]flows.App{},
		now: time.Now().UTC().Truncate(time.Second),
	}
	if folder != "" {
		m.options.DataFile = filepath.Join(folder, "portal.db")
	}
	m.client = &http.Client{Transport: inProcess{func() http.Handler { return m.portal }}}
	m.control = control.New(lifecycleBase, control.WithHTTPClient(m.client))
	var err error
	if m.flows, err = flows.NewPortal(lifecycleBase, m.client); err != nil {
		return nil, err
	}
	err = m.start()
	for place := range appPlaces {
		if err == nil {
			err = m.registerAt(place)
		}
	}
	return m, err
}

// start opens the portal, which forgets its clock with each end.
func (m *machine) start() error {
	var err error
	if m.portal, err = mockdocspace.New(m.options); err != nil {
		return fmt.Errorf("the portal does not start: %w", err)
	}
	m.snapshot = nil
	return m.setClock()
}

func (m *machine) setClock() error {
	_, freezing := m.control.Freeze(context.Background())
	_, setting := m.control.Set(context.Background(), m.now)
	return errors.Join(freezing, setting)
}

func (m *machine) close() error { return m.portal.Close() }

// action is something that may happen. An error says where portal and account differ.
type action struct {
	name   string
	weight int
	do     func(*rapid.T) error
}

// actions are those that are possible now.
func (m *machine) actions() []action {
	all := []action{
		{"obtain", 4, m.obtain},
		{"authorize", 3, m.authorize},
		{"personal", 2, m.personal},
		{"switch", 3, m.switchApp},
		{"withdraw", 2, m.withdraw},
		{"delete", 1, m.deleteApp},
		{"sign in", 1, m.signIn},
		{"advance", 4, m.advance},
		{"sweep", 1, m.sweep},
		{"snapshot", 1, m.takeSnapshot},
		{"restart", 1, m.restart},
	}
	for _, conditional := range []struct {
		possible bool
		action
	}{
		{len(m.questions) > 0, action{"consent", 4, m.consent}},
		{len(m.codes) > 0, action{"exchange", 5, m.exchange}},
		{len(m.refreshTokens()) > 0, action{"refresh", 6, m.refresh}},
		{len(m.tokens) > 0, action{"revoke", 3, m.revoke}},
		{len(m.known.apps) < appPlaces, action{"register", 4, m.register}},
		{m.snapshot != nil, action{"restore", 1, m.restore}},
		{m.folder != "", action{"kill", 2, m.kill}},
	} {
		if conditional.possible {
			all = append(all, conditional.action)
		}
	}
	return all
}

// step makes one of the possible actions happen and looks at what came of it.
func (m *machine) step(t *rapid.T) error {
	var weighted []action
	for _, a := range m.actions() {
		weighted = append(weighted, slices.Repeat([]action{a}, a.weight)...)
	}
	a := weighted[one(t, "action", len(weighted))]
	t.Log(a.name)
	if err := a.do(t); err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	if err := m.check(); err != nil {
		return fmt.Errorf("after %s: %w", a.name, err)
	}
	return nil
}

// one draws a number below n. The generators of rapid prefer the ends of a range,
// which would hardly ever lead to the same place twice.
func one(t *rapid.T, label string, n int) int {
	number := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 12, 12).Draw(t, label) {
		number *= 2
		if bit {
			number++
		}
	}
	return number * n >> 12
}

// seldom is true once in six times.
func seldom(t *rapid.T, label string) bool { return one(t, label, 6) == 5 }

func (m *machine) signature(user string) (string, error) {
	signedIn, err := m.control.SignIn(context.Background(), user, 1)
	return signedIn.Signature, err
}

func drawPair(t *rapid.T) pair {
	return pair{one(t, "user", len(lifecycleUsers)), one(t, "app", appPlaces)}
}

// drawScopes is a choice of scopes, at least so many.
func drawScopes(t *rapid.T, from []string, atLeast int) []string {
	for {
		var drawn []string
		for _, scope := range from {
			if rapid.Bool().Draw(t, scope) {
				drawn = append(drawn, scope)
			}
		}
		if len(drawn) >= atLeast {
			return drawn
		}
	}
}

// mostly is own, now and then another place.
func mostly(t *rapid.T, own int) int {
	if seldom(t, "by another app") {
		return (own + 1) % appPlaces
	}
	return own
}

// app is the app in a place, or the last one that was.
func (m *machine) app(place int) flows.App {
	if known, there := m.known.apps[place]; there {
		return known.App
	}
	return m.places[place]
}

func (m *machine) refreshTokens() []issuedToken {
	return slices.DeleteFunc(slices.Clone(m.tokens), func(i issuedToken) bool { return !i.refreshes })
}

func (m *machine) accessTokens() []issuedToken {
	return slices.DeleteFunc(slices.Clone(m.tokens), func(i issuedToken) bool { return i.refreshes })
}
