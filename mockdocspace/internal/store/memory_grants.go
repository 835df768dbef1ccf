package store

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"
)

// PutGrant implements Grants.
func (m *Memory) PutGrant(_ context.Context, g Grant) (Grant, error) {
	row := g.Clone()
	m.mu.Lock()
	defer m.mu.Unlock()
	g.Version = m.write(&row)
	return g, nil
}

// SwapGrant implements Grants.
func (m *Memory) SwapGrant(_ context.Context, g Grant) (Grant, error) {
	row := g.Clone()
	m.mu.Lock()
	defer m.mu.Unlock()
	current, ok := m.grants[g.GrantKey]
	if !ok {
		return Grant{}, ErrNotFound
	}
	if current.Version != g.Version {
		return Grant{}, ErrConflict
	}
	g.Version = m.write(&row)
	return g, nil
}

// write replaces the row and what leads to it, and returns its new version. From
// then on the row is never changed.
func (m *Memory) write(row *Grant) (version int64) {
	m.dropGrant(row.GrantKey)
	m.version++
	row.Version = m.version
	m.grants[row.GrantKey] = row
	for kind, value := range row.TokenValues() {
		m.tokens[tokenKey{kind, value}] = row
	}
	return row.Version
}

// dropGrant removes the row and what leads to it, and returns how many rows went.
func (m *Memory) dropGrant(key GrantKey) int {
	old, ok := m.grants[key]
	if !ok {
		return 0
	}
	for kind, value := range old.TokenValues() {
		if token := (tokenKey{kind, value}); m.tokens[token] == old {
			delete(m.tokens, token)
		}
	}
	delete(m.grants, key)
	return 1
}

// Grant implements Grants.
func (m *Memory) Grant(_ context.Context, key GrantKey) (Grant, error) {
	m.mu.RLock()
	row := m.grants[key]
	m.mu.RUnlock()
	return copied(row)
}

// GrantByToken implements Grants.
func (m *Memory) GrantByToken(_ context.Context, kind TokenKind, value string) (Grant, error) {
	m.mu.RLock()
	row := m.tokens[tokenKey{kind, value}]
	m.mu.RUnlock()
	return copied(row)
}

// copied is a row for its reader to change; it needs no lock.
func copied(row *Grant) (Grant, error) {
	if row == nil {
		return Grant{}, ErrNotFound
	}
	return row.Clone(), nil
}

// rows are the grants as values.
func (m *Memory) rows() iter.Seq[Grant] {
	return func(yield func(Grant) bool) {
		for _, row := range m.grants {
			if !yield(*row) {
				return
			}
		}
	}
}

// ListGrants implements Grants.
func (m *Memory) ListGrants(_ context.Context, q GrantQuery) ([]Grant, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := collect(m.rows(), Grant.Clone, func(g Grant) bool {
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
