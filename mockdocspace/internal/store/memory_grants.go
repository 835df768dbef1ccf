package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

// PutGrant implements Grants.
func (m *Memory) PutGrant(_ context.Context, g Grant) (Grant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.write(g), nil
}

// SwapGrant implements Grants.
func (m *Memory) SwapGrant(_ context.Context, g Grant) (Grant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	current, ok := m.grants[g.GrantKey]
	if !ok {
		return Grant{}, ErrNotFound
	}
	if current.Version != g.Version {
		return Grant{}, ErrConflict
	}
	return m.write(g), nil
}

// write replaces the row and what leads to it.
func (m *Memory) write(g Grant) Grant {
	m.dropGrant(g.GrantKey)
	m.version++
	g = g.Clone()
	g.Version = m.version
	m.grants[g.GrantKey] = g
	for kind, value := range g.TokenValues() {
		m.tokens[tokenKey{kind, value}] = g.GrantKey
	}
	return g.Clone()
}

// dropGrant removes the row and what leads to it, and returns how many rows went.
func (m *Memory) dropGrant(key GrantKey) int {
	old, ok := m.grants[key]
	if !ok {
		return 0
	}
	for kind, value := range old.TokenValues() {
		if token := (tokenKey{kind, value}); m.tokens[token] == key {
			delete(m.tokens, token)
		}
	}
	delete(m.grants, key)
	return 1
}

// Grant implements Grants.
func (m *Memory) Grant(_ context.Context, key GrantKey) (Grant, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	g, ok := m.grants[key]
	return g.Clone(), found(ok)
}

// GrantByToken implements Grants.
func (m *Memory) GrantByToken(_ context.Context, kind TokenKind, value string) (Grant, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	key, ok := m.tokens[tokenKey{kind, value}]
	if !ok {
		return Grant{}, ErrNotFound
	}
	return m.grants[key].Clone(), nil
}

// ListGrants implements Grants.
func (m *Memory) ListGrants(_ context.Context, q GrantQuery) ([]Grant, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := collect(maps.Values(m.grants), Grant.Clone, func(g Grant) bool {
		return g.UserID == q.UserID && (q.Type == "" || g.Type == q.Type) && (!q.LiveOnly || g.Live()) &&
			(q.Before.IsZero() || g.ModifiedAt.Before(q.Before))
	})
	slices.SortFunc(list, func(a, b Grant) int {
		return cmp.Or(b.ModifiedAt.Compare(a.ModifiedAt), cmp.Compare(b.Version, a.Version))
	})
	return limited(list, q.Limit), nil
}

// DeleteGrants implements Grants.
func (m *Memory) DeleteGrants(_ context.Context, f GrantFilter) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.UserID != "" && f.AppID != "" && f.Type != "" { // one row: no need to look at all
		return m.dropGrant(GrantKey(f)), nil
	}
	count := 0
	for key := range m.grants {
		if (f.UserID == "" || f.UserID == key.UserID) && (f.AppID == "" || f.AppID == key.AppID) && (f.Type == "" || f.Type == key.Type) {
			count += m.dropGrant(key)
		}
	}
	return count, nil
}

// AddConsent implements Consents.
func (m *Memory) AddConsent(_ context.Context, userID, appID string, scopes []string, at time.Time) (Consent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := consentKey{userID, appID}
	c := Consent{UserID: userID, AppID: appID, Scopes: m.consents[key].Union(scopes), ModifiedAt: at}
	m.consents[key] = c
	return c.clone(), nil
}

// Consent implements Consents.
func (m *Memory) Consent(_ context.Context, userID, appID string) (Consent, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	c, ok := m.consents[consentKey{userID, appID}]
	return c.clone(), found(ok)
}

// DeleteConsents implements Consents.
func (m *Memory) DeleteConsents(_ context.Context, userID, appID string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.consents)
	maps.DeleteFunc(m.consents, func(k consentKey, _ Consent) bool {
		return (userID == "" || k.user == userID) && (appID == "" || k.app == appID)
	})
	return before - len(m.consents), nil
}

func (c Consent) clone() Consent {
	c.Scopes = slices.Clone(c.Scopes)
	return c
}
