package mockdocspace_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"pgregory.net/rapid"

	"docspace-oauth/flows"
)

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
		return wantLoginError(err, why)
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
		return wantLoginError(err, m.known.usable(p.app))
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
		return wantTokenError(err, "exchange", why)
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
		return wantTokenError(err, "refresh", why)
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
		return wantTokenError(err, "revoke", why)
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
		return wantTokenError(err, "personal token", "invalid_client")
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
