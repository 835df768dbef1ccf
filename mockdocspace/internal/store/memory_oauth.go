package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// CreateApp implements Apps.
func (m *Memory) CreateApp(_ context.Context, a App) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := CanonicalAppID(a.ID)
	if _, taken := m.apps[id]; taken {
		return ErrConflict
	}
	m.apps[id] = a.Clone()
	return nil
}

// App implements Apps.
func (m *Memory) App(_ context.Context, id string) (App, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	a, ok := m.apps[CanonicalAppID(id)]
	return a.Clone(), found(ok)
}

// UpdateApp implements Apps.
func (m *Memory) UpdateApp(_ context.Context, id string, change func(*App) error) (App, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id = CanonicalAppID(id)
	a, ok := m.apps[id]
	if !ok {
		return App{}, ErrNotFound
	}
	a = a.Clone()
	if err := change(&a); err != nil {
		return App{}, err
	}
	m.apps[id] = a
	return a.Clone(), nil
}

// DeleteApp implements Apps.
func (m *Memory) DeleteApp(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return remove(m.apps, CanonicalAppID(id))
}

// ListApps implements Apps.
func (m *Memory) ListApps(_ context.Context, q AppQuery) ([]App, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := collect(maps.Values(m.apps), App.Clone, func(a App) bool {
		return a.GoneAt.IsZero() && a.TenantID == q.TenantID && (q.CreatedBy == "" || a.CreatedBy == q.CreatedBy) &&
			(q.Before.IsZero() || a.CreatedAt.Truncate(time.Second).Before(q.Before.Truncate(time.Second)))
	})
	slices.SortFunc(list, func(a, b App) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(a.ID, b.ID))
	})
	return limited(list, q.Limit), nil
}

func limited[T any](list []T, limit int) []T {
	if limit > 0 && len(list) > limit {
		return list[:limit]
	}
	return list
}

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
	for _, key := range g.tokenKeys() {
		m.tokens[key] = g.GrantKey
	}
	return g.Clone()
}

// dropGrant removes the row and what leads to it.
func (m *Memory) dropGrant(key GrantKey) {
	old, ok := m.grants[key]
	if !ok {
		return
	}
	for _, token := range old.tokenKeys() {
		if m.tokens[token] == key {
			delete(m.tokens, token)
		}
	}
	delete(m.grants, key)
}

// tokenKeys are the values by which the grant is found.
func (g Grant) tokenKeys() []tokenKey {
	keys := make([]tokenKey, 0, 5)
	if g.ConsentState != "" {
		keys = append(keys, tokenKey{ConsentState, g.ConsentState})
	}
	for kind, t := range map[TokenKind]*Token{AuthorizationCode: g.Code, AccessToken: g.Access, RefreshToken: g.Refresh, IDToken: g.IDToken} {
		if t != nil && t.Value != "" {
			keys = append(keys, tokenKey{kind, t.Value})
		}
	}
	for _, t := range g.OldAccess {
		keys = append(keys, tokenKey{AccessToken, t.Value})
	}
	for _, t := range g.OldRefresh {
		keys = append(keys, tokenKey{RefreshToken, t.Value})
	}
	return keys
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
	count := 0
	for key := range m.grants {
		if (f.UserID == "" || f.UserID == key.UserID) && (f.AppID == "" || f.AppID == key.AppID) && (f.Type == "" || f.Type == key.Type) {
			m.dropGrant(key)
			count++
		}
	}
	return count, nil
}

// AddConsent implements Consents.
func (m *Memory) AddConsent(_ context.Context, userID, appID string, scopes []string, at time.Time) (Consent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := consentKey{userID, appID}
	union := slices.Clone(m.consents[key].Scopes)
	for _, scope := range scopes {
		if !slices.Contains(union, scope) {
			union = append(union, scope)
		}
	}
	c := Consent{UserID: userID, AppID: appID, Scopes: union, ModifiedAt: at}
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

// PutSession implements Sessions.
func (m *Memory) PutSession(_ context.Context, s Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[s.Token] = s
	return nil
}

// Session implements Sessions.
func (m *Memory) Session(_ context.Context, token string) (Session, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	s, ok := m.sessions[token]
	return s, found(ok)
}

// DeleteSession implements Sessions.
func (m *Memory) DeleteSession(_ context.Context, token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return remove(m.sessions, token)
}

// DeleteSessionsOf implements Sessions.
func (m *Memory) DeleteSessionsOf(_ context.Context, tenantID int64, userID string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.sessions)
	maps.DeleteFunc(m.sessions, func(_ string, s Session) bool { return s.TenantID == tenantID && s.UserID == userID })
	return before - len(m.sessions), nil
}

// PutLink implements Links.
func (m *Memory) PutLink(_ context.Context, l Link) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.links[l.Key] = l
	return nil
}

// Link implements Links.
func (m *Memory) Link(_ context.Context, key string) (Link, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	l, ok := m.links[key]
	return l, found(ok)
}

// UseLink implements Links.
func (m *Memory) UseLink(_ context.Context, key string, at time.Time) (Link, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.links[key]
	if !ok {
		return Link{}, ErrNotFound
	}
	if !l.UsedAt.IsZero() {
		return l, ErrConflict
	}
	l.UsedAt = at
	m.links[key] = l
	return l, nil
}
