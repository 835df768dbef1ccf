package store

import (
	"context"
	"maps"
	"time"
)

// What is no use any more stays for a while, since a client can still see it.
const (
	// pendingFor is how long a consent page waits for its user.
	pendingFor = time.Hour
	// deadGrantFor is how long a grant outlives its last token: an expired access
	// token still refreshes at the portal (docs/portal/identity.md §4.8), and the
	// consent list shows the row.
	deadGrantFor = 24 * time.Hour
	// usedLinkFor is how long a one-time link that has expired is known as such.
	usedLinkFor = time.Hour
	// goneAppFor is how long the portal's cache knows an app that is off the lists
	// (docs/portal/identity.md §11).
	goneAppFor = 5 * time.Minute
)

// Sweep implements Store.
func (m *Memory) Sweep(_ context.Context, now time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.sweepable()
	maps.DeleteFunc(m.sessions, func(_ string, s Session) bool { return !now.Before(s.ExpiresAt) })
	maps.DeleteFunc(m.links, func(_ string, l Link) bool { return !now.Before(l.ExpiresAt.Add(usedLinkFor)) })
	for key, g := range m.grants {
		if g.Spent(now) {
			m.dropGrant(key)
		}
	}
	for id, a := range m.apps {
		if !a.GoneAt.IsZero() && !now.Before(a.GoneAt.Add(goneAppFor)) {
			delete(m.apps, id)
			maps.DeleteFunc(m.consents, func(k consentKey, _ Consent) bool { return k.app == a.ID })
		}
	}
	return before - m.sweepable(), nil
}

func (m *Memory) sweepable() int {
	return len(m.sessions) + len(m.links) + len(m.grants) + len(m.apps) + len(m.consents)
}

// Spent reports whether the grant may be swept at now: every token it holds
// expired a day ago, and nobody has been asked for consent within the hour.
func (g Grant) Spent(now time.Time) bool {
	if g.ConsentState != "" && now.Before(g.ModifiedAt.Add(pendingFor)) {
		return false
	}
	over := func(t *Token) bool { return t == nil || !now.Before(t.ExpiresAt.Add(deadGrantFor)) }
	for _, t := range []*Token{g.Code, g.Access, g.Refresh, g.IDToken} {
		if !over(t) {
			return false
		}
	}
	for _, old := range [][]Token{g.OldAccess, g.OldRefresh} {
		for i := range old {
			if !over(&old[i]) {
				return false
			}
		}
	}
	return true
}
