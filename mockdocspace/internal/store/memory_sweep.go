package store

import (
	"context"
	"maps"
	"slices"
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
	// UsedLinkFor is how long a one-time link that has expired is known as such.
	UsedLinkFor = time.Hour
	// GoneAppFor is how long the portal's cache knows an app that is off the lists
	// (docs/portal/identity.md §11).
	GoneAppFor = 5 * time.Minute
	// SessionsPerUser is how many sign-ins of a user a sweep leaves: of more, those
	// go that would end first. A session lives a year, and every sign-in makes one.
	SessionsPerUser = 1000
)

// Sweep implements Store.
func (m *Memory) Sweep(_ context.Context, now time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.sweepable()
	maps.DeleteFunc(m.sessions, func(_ string, s Session) bool { return !now.Before(s.ExpiresAt) })
	m.capSessions()
	maps.DeleteFunc(m.links, func(_ string, l Link) bool { return !now.Before(l.ExpiresAt.Add(UsedLinkFor)) })
	spent := m.grants.deleteAll(func(g *Grant) bool { return !now.Before(g.SpentAt()) })
	for id, a := range m.apps {
		if !a.GoneAt.IsZero() && !now.Before(a.GoneAt.Add(GoneAppFor)) {
			delete(m.apps, id)
			maps.DeleteFunc(m.consents, func(k consentKey, _ Consent) bool { return k.app == a.ID })
		}
	}
	return before - m.sweepable() + spent, nil
}

// capSessions leaves each user the sessions that live longest.
func (m *Memory) capSessions() {
	if len(m.sessions) <= SessionsPerUser {
		return
	}
	byUser := map[userKey][]Session{}
	for _, s := range m.sessions {
		user := userKey{s.TenantID, s.UserID}
		byUser[user] = append(byUser[user], s)
	}
	for _, sessions := range byUser {
		slices.SortFunc(sessions, func(a, b Session) int { return b.ExpiresAt.Compare(a.ExpiresAt) })
		for _, s := range sessions[min(len(sessions), SessionsPerUser):] {
			delete(m.sessions, s.Token)
		}
	}
}

func (m *Memory) sweepable() int {
	return len(m.sessions) + len(m.links) + len(m.apps) + len(m.consents)
}

// SpentAt is when the grant may be swept: every token it holds expired a day
// ago, and nobody has been asked for consent within the hour. Zero: at once.
func (g Grant) SpentAt() time.Time {
	var at time.Time
	if g.ConsentState != "" {
		at = g.ModifiedAt.Add(pendingFor)
	}
	extend := func(t *Token) {
		if t != nil && t.ExpiresAt.Add(deadGrantFor).After(at) {
			at = t.ExpiresAt.Add(deadGrantFor)
		}
	}
	for _, t := range []*Token{g.Code, g.Access, g.Refresh, g.IDToken} {
		extend(t)
	}
	for _, old := range [][]Token{g.OldAccess, g.OldRefresh} {
		for i := range old {
			extend(&old[i])
		}
	}
	return at
}
