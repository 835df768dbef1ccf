package mockdocspace_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// register fills a place that has no app.
func (m *machine) register(*rapid.T) error {
	for place := range appPlaces {
		if m.known.apps[place] == nil {
			return m.registerAt(place)
		}
	}
	return nil
}

func (m *machine) registerAt(place int) error {
	signature, err := m.signature(appOwner)
	if err != nil {
		return err
	}
	registered, err := m.flows.Register(context.Background(), signature, flows.NewRegistration("Lifecycle", lifecycleCallback, lifecycleScopes...))
	if err != nil {
		return err
	}
	m.places[place] = flows.App{ID: registered.ClientID, Secret: registered.ClientSecret, RedirectURI: lifecycleCallback}
	m.known.apps[place] = &knownApp{App: m.places[place]}
	return nil
}

func (m *machine) authorize(t *rapid.T) error {
	p := drawPair(t)
	return m.askFor(p, drawScopes(t, lifecycleScopes, 1))
}

func (m *machine) askFor(p pair, scopes []string) error {
	app := m.app(p.app)
	app.Scopes = scopes
	signature, err := m.signature(lifecycleUsers[p.user])
	if err != nil {
		return err
	}
	request := m.flows.NewAuthorization(app)
	answer, err := m.flows.Authorize(context.Background(), m.flows.AuthorizeURL(app, request), signature)
	if why := m.known.usable(p.app); why != "" {
		return refusedOnLoginPage(err, why)
	}
	if err != nil {
		return err
	}
	if asked := m.known.ask(p, request, scopes, m.now); asked != (answer.Callback == nil) {
		return fmt.Errorf("authorize for %v: asked for consent: %t, want %t", scopes, answer.Callback == nil, asked)
	}
	if answer.Callback == nil {
		m.known.grants[p].pending = answer.State
		m.questions = append(m.questions, question{p, app.ID, answer.State, scopes})
		return nil
	}
	code, err := flows.ParseCallback(answer.Callback.Query(), request)
	if err != nil {
		return err
	}
	m.codeIssued(p, code)
	return nil
}

func (m *machine) codeIssued(p pair, code string) {
	g := m.known.grants[p]
	g.code = &knownToken{value: code, expires: m.now.Add(codeLifetime)}
	m.codes = append(m.codes, issuedCode{code, p.app, g.request})
}

// consent answers a page that was shown, the last one or an older one, by its
// user or another.
func (m *machine) consent(t *rapid.T) error {
	q := recent(t, m.questions)
	by := q.who
	if seldom(t, "by another user") {
		by.user = (by.user + 1) % len(lifecycleUsers)
	}
	chosen := drawScopes(t, q.requested, 1)
	if one(t, "deny", 4) == 3 {
		chosen = nil
	}
	return m.answer(q, by, chosen)
}

func (m *machine) answer(q question, by pair, chosen []string) error {
	signature, err := m.signature(lifecycleUsers[by.user])
	if err != nil {
		return err
	}
	callback, err := m.flows.Decide(context.Background(), q.client, q.state, signature, chosen...)
	p, g := m.known.holder(func(g *knownGrant) bool { return g.pending == q.state })
	if g != nil && m.known.usable(p.app) != "" {
		return refusedOnLoginPage(err, m.known.usable(p.app))
	}
	if g == nil || by != p {
		var login *flows.LoginRedirect
		if !errors.As(err, &login) {
			return fmt.Errorf("a consent page that is not open was answered: %v (%v)", callback, err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	code, err := flows.ParseCallback(callback.Query(), g.request)
	if !m.known.decide(p, chosen) {
		var denied *flows.AuthorizationError
		if !errors.As(err, &denied) || denied.Code != "access_denied" {
			return fmt.Errorf("a denial led to %v", err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	m.codeIssued(p, code)
	return nil
}

// exchange redeems a code, fresh or old, by its app or another, with its verifier or another.
func (m *machine) exchange(t *rapid.T) error {
	code := recent(t, m.codes)
	return m.redeem(code, mostly(t, code.app), !seldom(t, "wrong verifier"))
}

func (m *machine) redeem(code issuedCode, by int, rightVerifier bool) error {
	app := m.app(by)
	request := code.request
	if !rightVerifier {
		request.Verifier += "x"
	}
	tokens, err := m.flows.Exchange(context.Background(), app, code.value, request)
	p, why := m.known.exchange(code.value, by, rightVerifier, m.now)
	if why != "" {
		return refusedAs(err, "exchange", why)
	}
	if err != nil {
		return err
	}
	return m.tokensIssued(p, tokens, m.known.grants[p].authorized)
}

func (m *machine) tokensIssued(p pair, tokens *flows.Tokens, scopes []string) error {
	if !sameScopes(tokens.Scopes, scopes) {
		return fmt.Errorf("tokens for %v, want %v", tokens.Scopes, scopes)
	}
	if slices.ContainsFunc(m.tokens, func(i issuedToken) bool { return i.value == tokens.AccessToken || i.value == tokens.RefreshToken }) {
		return errors.New("a token was issued a second time")
	}
	m.known.grants[p].issued(tokens, scopes, m.now)
	m.tokens = append(m.tokens, issuedToken{tokens.AccessToken, p.app, false}, issuedToken{tokens.RefreshToken, p.app, true})
	return nil
}

// obtain takes a user through everything, as most sequences begin with.
func (m *machine) obtain(t *rapid.T) error {
	p := drawPair(t)
	scopes := drawScopes(t, lifecycleScopes, 1)
	if err := m.askFor(p, scopes); err != nil || m.known.usable(p.app) != "" {
		return err
	}
	if m.known.grants[p].pending != "" {
		if err := m.answer(m.questions[len(m.questions)-1], p, scopes); err != nil {
			return err
		}
	}
	return m.redeem(m.codes[len(m.codes)-1], p.app, true)
}

// refresh uses a refresh token, the present one or an old one.
func (m *machine) refresh(t *rapid.T) error {
	token := recent(t, m.refreshTokens())
	by := mostly(t, token.app)
	app := m.app(by)
	var narrower []string
	_, g := m.known.holder(func(g *knownGrant) bool { return g.refresh != nil && g.refresh.value == token.value })
	if g != nil && len(g.authorized) > 0 && rapid.Bool().Draw(t, "narrower") {
		narrower = drawScopes(t, g.authorized, 1)
	}
	tokens, err := m.flows.Refresh(context.Background(), app, token.value, narrower...)
	p, why := m.known.refresh(token.value, by, m.now)
	if why != "" {
		return refusedAs(err, "refresh", why)
	}
	if err != nil {
		return err
	}
	if narrower == nil {
		narrower = g.authorized
	}
	return m.tokensIssued(p, tokens, narrower)
}

func (m *machine) revoke(t *rapid.T) error {
	token := recent(t, m.tokens)
	by := mostly(t, token.app)
	err := m.flows.Revoke(context.Background(), m.app(by), token.value)
	if why := m.known.revoke(token.value, by); why != "" {
		return refusedAs(err, "revoke", why)
	}
	return err
}

func (m *machine) personal(t *rapid.T) error {
	p := drawPair(t)
	app := m.app(p.app)
	scopes := drawScopes(t, lifecycleScopes, 1)
	signature, err := m.signature(lifecycleUsers[p.user])
	if err != nil {
		return err
	}
	tokens, err := m.flows.PersonalAccessToken(context.Background(), app, signature, scopes...)
	if m.known.usable(p.app) != "" {
		return refusedAs(err, "personal token", "invalid_client")
	}
	if err != nil {
		return err
	}
	m.known.personal[p] = &knownToken{value: tokens.AccessToken, expires: m.now.Add(accessLifetime), scopes: scopes}
	m.tokens = append(m.tokens, issuedToken{tokens.AccessToken, p.app, false})
	return nil
}

// manage is what the owner of the apps does to one; a deleted one is not found.
func (m *machine) manage(t *rapid.T, do func(signature, id string) error, note func(place int)) error {
	place := one(t, "app", appPlaces)
	app := m.app(place)
	signature, err := m.signature(appOwner)
	if err != nil {
		return err
	}
	err = do(signature, app.ID)
	if _, there := m.known.apps[place]; !there {
		var refusal *flows.RegistrationError
		if !errors.As(err, &refusal) || refusal.Status != http.StatusNotFound {
			return fmt.Errorf("a deleted app was managed: %v", err)
		}
		return nil
	}
	if err == nil {
		note(place)
	}
	return err
}

func (m *machine) switchApp(t *rapid.T) error {
	on := one(t, "on", 3) > 0
	return m.manage(t,
		func(signature, id string) error {
			return m.flows.SetEnabled(context.Background(), signature, id, on)
		},
		func(place int) { m.known.apps[place].disabled = !on })
}

func (m *machine) deleteApp(t *rapid.T) error {
	return m.manage(t,
		func(signature, id string) error { return m.flows.DeleteApp(context.Background(), signature, id) },
		m.known.remove)
}

func (m *machine) withdraw(t *rapid.T) error {
	p := drawPair(t)
	app := m.app(p.app)
	signature, err := m.signature(lifecycleUsers[p.user])
	if err != nil {
		return err
	}
	m.known.withdraw(p)
	return m.flows.RevokeConsent(context.Background(), signature, app.ID)
}

func (m *machine) advance(t *rapid.T) error {
	steps := []time.Duration{
		time.Second, codeLifetime - time.Second, codeLifetime, accessLifetime - codeLifetime, accessLifetime,
		spentKept, refreshLifetime - accessLifetime, refreshLifetime, 366 * 24 * time.Hour,
	}
	by := steps[min(one(t, "by", len(steps)), one(t, "or by", len(steps)))] // short ones more often
	m.now = m.now.Add(by)
	_, err := m.control.Advance(context.Background(), by)
	return err
}

func (m *machine) sweep(*rapid.T) error {
	m.known.sweep(m.now)
	_, err := m.portal.Sweep(context.Background())
	return err
}

func (m *machine) signIn(t *rapid.T) error {
	user := one(t, "user", len(lifecycleUsers))
	signedIn, err := m.control.SignIn(context.Background(), lifecycleUsers[user], 1)
	if err != nil {
		return err
	}
	m.known.sessions[signedIn.Session] = knownSession{user, m.now.Add(365 * 24 * time.Hour)}
	m.sessions = append(m.sessions, signedIn.Session)
	return nil
}

func (m *machine) takeSnapshot(*rapid.T) error {
	m.snapshot = m.known.clone()
	return m.control.Snapshot(context.Background(), "s")
}

func (m *machine) restore(*rapid.T) error {
	m.known = m.snapshot.clone()
	return m.control.Restore(context.Background(), "s")
}

// restart ends the portal in order. In memory that forgets everything.
func (m *machine) restart(*rapid.T) error {
	if err := m.close(); err != nil {
		return err
	}
	if m.folder == "" {
		m.known = newAuthority()
	}
	return m.start()
}

// kill goes on with the files as they are at this moment, without telling the
// portal that had them open.
func (m *machine) kill(*rapid.T) error {
	killed := m.options.DataFile
	m.copies++
	folder := filepath.Join(m.folder, fmt.Sprint(m.copies))
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	m.options.DataFile = filepath.Join(folder, "portal.db")
	for _, part := range []string{"", "-wal"} {
		if part == "-wal" && m.cutLog {
			continue
		}
		if err := copyFile(m.options.DataFile+part, killed+part); err != nil {
			return err
		}
	}
	if err := m.close(); err != nil {
		return err
	}
	return m.start()
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// check compares what every token is good for, and of one token and one session
// whether the API takes them.
func (m *machine) check() error {
	m.steps++
	for _, issued := range m.tokens {
		_, token, live := m.known.live(issued.value, m.now)
		found, err := m.flows.Introspect(context.Background(), issued.value)
		switch {
		case err != nil:
			return err
		case found.Active != live:
			return fmt.Errorf("token …%s is active: %t, want %t", issued.value[len(issued.value)-8:], found.Active, live)
		case live && !issued.refreshes && !sameScopes(strings.Fields(found.Scope), token.scopes):
			return fmt.Errorf("active for %q, want %v", found.Scope, token.scopes)
		}
	}
	return errors.Join(m.checkToken(), m.checkSession())
}

func (m *machine) checkToken() error {
	access := m.accessTokens()
	if len(access) == 0 {
		return nil
	}
	issued := access[m.steps%len(access)]
	want := http.StatusUnauthorized
	if _, token, live := m.known.live(issued.value, m.now); live {
		want = http.StatusForbidden
		if slices.Contains(token.scopes, "accounts.self:read") {
			want = http.StatusOK
		}
	}
	return m.self("Authorization", "Bearer "+issued.value, want)
}

func (m *machine) checkSession() error {
	if len(m.sessions) == 0 {
		return nil
	}
	token := m.sessions[m.steps%len(m.sessions)]
	want := http.StatusUnauthorized
	if session, there := m.known.sessions[token]; there && m.now.Before(session.expires) {
		want = http.StatusOK
	}
	return m.self("Cookie", "asc_auth_key="+token, want)
}

// self asks the API who the caller is.
func (m *machine) self(header, value string, want int) error {
	request, err := http.NewRequest(http.MethodGet, lifecycleBase+"/api/2.0/people/@self", nil)
	if err != nil {
		return err
	}
	request.Header.Set(header, value)
	response, err := m.client.Do(request)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(response.Body)
	if response.StatusCode != want {
		return fmt.Errorf("the API answers %s with %d, want %d: %s", header, response.StatusCode, want, body)
	}
	return err
}

// recent draws from a list, the later ones more often.
func recent[T any](t *rapid.T, list []T) T {
	n := min(len(list), 6)
	back := min(one(t, "which from the end", n), one(t, "or which", n))
	return list[len(list)-1-back]
}

func sameScopes(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func refusedAs(err error, what, code string) error {
	var refusal *flows.TokenError
	if !errors.As(err, &refusal) || refusal.Code != code {
		return fmt.Errorf("%s: %v, want %s", what, err, code)
	}
	return nil
}

func refusedOnLoginPage(err error, code string) error {
	var login *flows.LoginRedirect
	if !errors.As(err, &login) || login.Code != code {
		return fmt.Errorf("authorize: %v, want %s", err, code)
	}
	return nil
}
