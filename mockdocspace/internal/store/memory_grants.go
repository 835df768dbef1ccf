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
	row := g.Clone()
	version, err := m.grants.write(&row, func(*Grant) error { return nil })
	g.Version = version
	return g, err
}

// SwapGrant implements Grants.
func (m *Memory) SwapGrant(_ context.Context, g Grant) (Grant, error) {
	row := g.Clone()
	version, err := m.grants.write(&row, func(old *Grant) error {
		if old == nil {
			return ErrNotFound
		}
		if old.Version != g.Version {
			return ErrConflict
		}
		return nil
	})
	if err != nil {
		return Grant{}, err
	}
	g.Version = version
	return g, nil
}

// Grant implements Grants.
func (m *Memory) Grant(_ context.Context, key GrantKey) (Grant, error) {
	return copied(m.grants.row(key))
}

// GrantByToken implements Grants.
func (m *Memory) GrantByToken(_ context.Context, kind TokenKind, value string) (Grant, error) {
	return copied(m.grants.byToken(tokenKey{kind, value}))
}

// copied is a row for its reader to change; it needs no lock.
func copied(row *Grant) (Grant, error) {
	if row == nil {
		return Grant{}, ErrNotFound
	}
	return row.Clone(), nil
}

// ListGrants implements Grants.
func (m *Memory) ListGrants(_ context.Context, q GrantQuery) ([]Grant, error) {
	rows := m.grants.of(q.UserID, func(g *Grant) bool {
		return (q.Type == "" || g.Type == q.Type) && (!q.LiveOnly || g.Live()) && (q.Before.IsZero() || g.ModifiedAt.Before(q.Before))
	})
	slices.SortFunc(rows, func(a, b *Grant) int {
		return cmp.Or(b.ModifiedAt.Compare(a.ModifiedAt), cmp.Compare(b.Version, a.Version))
	})
	list := []Grant{}
	for _, row := range limited(rows, q.Limit) {
		list = append(list, row.Clone())
	}
	return list, nil
}

// DeleteGrants implements Grants.
func (m *Memory) DeleteGrants(_ context.Context, f GrantFilter) (int, error) {
	if f.UserID != "" && f.AppID != "" && f.Type != "" { // one row: no need to look at all
		return m.grants.delete(GrantKey(f)), nil
	}
	return m.grants.deleteAll(func(g *Grant) bool {
		return (f.UserID == "" || f.UserID == g.UserID) && (f.AppID == "" || f.AppID == g.AppID) && (f.Type == "" || f.Type == g.Type)
	}), nil
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
