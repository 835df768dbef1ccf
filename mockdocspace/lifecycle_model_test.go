package mockdocspace_test

import (
	"maps"
	"slices"
	"time"

	"docspace-oauth/flows"
)

// The portal's own lifetimes, and how long it keeps what is of no use any more
// (docs/portal/identity.md §4.1).
const (
	codeLifetime    = time.Minute
	accessLifetime  = time.Hour
	refreshLifetime = 60 * 24 * time.Hour
	pendingKept     = time.Hour
	spentKept       = 24 * time.Hour
)

// pair is a user and the app that he lets act for him.
type pair struct{ user, app int }

// knownApp is a registered app, in a place of its own.
type knownApp struct {
	flows.App
	disabled bool
}

// knownToken is a code or token that was issued.
type knownToken struct {
	value   string
	expires time.Time
	dead    bool // used, revoked or killed
	scopes  []string
}

// knownGrant is the one row of a user and an app.
type knownGrant struct {
	pending    string // consent state while the user has not answered
	asked      time.Time
	request    flows.Authorization
	requested  []string
	authorized []string

	code, access, refresh *knownToken
}

// authority is a plain account of who may do what: what a portal has to answer.
type authority struct {
	apps     map[int]*knownApp
	grants   map[pair]*knownGrant
	personal map[pair]*knownToken
	consents map[pair][]string
	sessions map[string]knownSession // by portal token
}

type knownSession struct {
	user    int
	expires time.Time
}

func newAuthority() *authority {
	return &authority{
		apps: map[int]*knownApp{}, grants: map[pair]*knownGrant{}, personal: map[pair]*knownToken{},
		consents: map[pair][]string{}, sessions: map[string]knownSession{},
	}
}

// clone is a deep copy, as a snapshot is.
func (a *authority) clone() *authority {
	c := newAuthority()
	for place, app := range a.apps {
		copied := *app
		c.apps[place] = &copied
	}
	for p, g := range a.grants {
		copied := *g
		copied.code, copied.access, copied.refresh = g.code.clone(), g.access.clone(), g.refresh.clone()
		c.grants[p] = &copied
	}
	for p, token := range a.personal {
		c.personal[p] = token.clone()
	}
	maps.Copy(c.consents, a.consents)
	maps.Copy(c.sessions, a.sessions)
	return c
}

func (t *knownToken) clone() *knownToken {
	if t == nil {
		return nil
	}
	c := *t
	return &c
}

// usable says why an app cannot act; "" when it can.
func (a *authority) usable(place int) string {
	switch app, there := a.apps[place]; {
	case !there:
		return "client_not_found_error"
	case app.disabled:
		return "client_disabled_error"
	}
	return ""
}

// live finds an access, refresh or personal token that is active at now.
func (a *authority) live(value string, now time.Time) (pair, *knownToken, bool) {
	active := func(p pair, t *knownToken) bool {
		return t != nil && t.value == value && !t.dead && now.Before(t.expires) && a.usable(p.app) == ""
	}
	for p, g := range a.grants {
		for _, t := range []*knownToken{g.access, g.refresh} {
			if active(p, t) {
				return p, t, true
			}
		}
	}
	for p, t := range a.personal {
		if active(p, t) {
			return p, t, true
		}
	}
	return pair{}, nil, false
}

// holder finds the grant that holds what holds looks for.
func (a *authority) holder(holds func(*knownGrant) bool) (pair, *knownGrant) {
	for p, g := range a.grants {
		if holds(g) {
			return p, g
		}
	}
	return pair{}, nil
}

// ask is an authorization request: it replaces the row, whatever stood there. It
// reports whether the user is asked.
func (a *authority) ask(p pair, request flows.Authorization, scopes []string, now time.Time) bool {
	a.grants[p] = &knownGrant{request: request, requested: scopes, asked: now}
	if remembered, ever := a.consents[p]; ever && containsAll(remembered, scopes) {
		a.grants[p].authorized = scopes
		return false
	}
	return true
}

// decide is the user's answer: it reports whether a code follows.
func (a *authority) decide(p pair, chosen []string) bool {
	g, remembered := a.grants[p], a.consents[p]
	if len(chosen) == 0 && len(remembered) == 0 {
		delete(a.grants, p)
		return false
	}
	granted := slices.Clone(chosen)
	for _, scope := range g.requested { // what was granted before counts again
		if slices.Contains(remembered, scope) && !slices.Contains(granted, scope) {
			granted = append(granted, scope)
		}
	}
	if len(granted) > 0 {
		a.consents[p] = union(remembered, granted)
	}
	g.pending, g.authorized = "", granted
	return true
}

// exchange is the redemption of a code by the app in a place; "" when tokens follow.
func (a *authority) exchange(code string, by int, rightVerifier bool, now time.Time) (pair, string) {
	p, g := a.holder(func(g *knownGrant) bool { return g.code != nil && g.code.value == code })
	switch {
	case a.usable(by) != "":
		return p, "invalid_client"
	case g == nil || a.usable(p.app) != "" || !rightVerifier:
		return p, "invalid_grant"
	case by != p.app: // another's attempt burns the code
		g.code.dead = true
		return p, "invalid_grant"
	case g.code.dead: // a second use kills what the first one got
		kill(g.code, g.access, g.refresh)
		return p, "invalid_grant"
	case !now.Before(g.code.expires):
		return p, "invalid_grant"
	}
	g.code.dead = true
	return p, ""
}

// refresh is the use of a refresh token by the app in a place; "" when tokens follow.
func (a *authority) refresh(value string, by int, now time.Time) (pair, string) {
	p, g := a.holder(func(g *knownGrant) bool { return g.refresh != nil && g.refresh.value == value })
	switch {
	case a.usable(by) != "":
		return p, "invalid_client"
	case g == nil || a.usable(p.app) != "" || by != p.app || g.refresh.dead || !now.Before(g.refresh.expires):
		return p, "invalid_grant"
	}
	return p, ""
}

// issued notes what an exchange or a refresh answered.
func (g *knownGrant) issued(tokens *flows.Tokens, scopes []string, now time.Time) {
	g.access = &knownToken{value: tokens.AccessToken, expires: now.Add(accessLifetime), scopes: scopes}
	g.refresh = &knownToken{value: tokens.RefreshToken, expires: now.Add(refreshLifetime)}
}

// revoke is the revocation of a token by the app in a place; "" when it is accepted,
// as unknown tokens are.
func (a *authority) revoke(value string, by int) string {
	if a.usable(by) != "" {
		return "invalid_client"
	}
	is := func(t *knownToken) bool { return t != nil && t.value == value }
	p, g := a.holder(func(g *knownGrant) bool { return is(g.access) || is(g.refresh) })
	var ends []*knownToken
	switch {
	case g != nil && is(g.access):
		ends = []*knownToken{g.access}
	case g != nil:
		ends = []*knownToken{g.code, g.access, g.refresh}
	default:
		for owner, t := range a.personal {
			if is(t) {
				p, ends = owner, []*knownToken{t}
			}
		}
	}
	switch {
	case ends == nil || a.usable(p.app) != "":
		return ""
	case by != p.app:
		return "invalid_client"
	}
	kill(ends...)
	return ""
}

func kill(tokens ...*knownToken) {
	for _, t := range tokens {
		if t != nil {
			t.dead = true
		}
	}
}

// withdraw ends what a user gave an app.
func (a *authority) withdraw(p pair) {
	delete(a.grants, p)
	delete(a.personal, p)
	delete(a.consents, p)
}

// remove deletes an app with all that it was given.
func (a *authority) remove(place int) {
	delete(a.apps, place)
	of := func(p pair) bool { return p.app == place }
	maps.DeleteFunc(a.grants, func(p pair, _ *knownGrant) bool { return of(p) })
	maps.DeleteFunc(a.personal, func(p pair, _ *knownToken) bool { return of(p) })
	maps.DeleteFunc(a.consents, func(p pair, _ []string) bool { return of(p) })
}

// sweep forgets what the portal removes: questions without an answer, and rows
// whose last token ended a day ago.
func (a *authority) sweep(now time.Time) {
	maps.DeleteFunc(a.personal, func(_ pair, t *knownToken) bool { return !now.Before(t.expires.Add(spentKept)) })
	maps.DeleteFunc(a.grants, func(_ pair, g *knownGrant) bool {
		var until time.Time
		if g.pending != "" {
			until = g.asked.Add(pendingKept)
		}
		for _, t := range []*knownToken{g.code, g.access, g.refresh} {
			if t != nil && t.expires.Add(spentKept).After(until) {
				until = t.expires.Add(spentKept)
			}
		}
		return !now.Before(until)
	})
}

func containsAll(have, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(scope string) bool { return !slices.Contains(have, scope) })
}

func union(have, more []string) []string {
	all := slices.Clone(have)
	for _, scope := range more {
		if !slices.Contains(all, scope) {
			all = append(all, scope)
		}
	}
	return all
}
