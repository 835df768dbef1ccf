package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

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

// PutKey implements Keys.
func (m *Memory) PutKey(_ context.Context, k Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k.Private = slices.Clone(k.Private)
	m.keys[k.ID] = k
	return nil
}

// Keys implements Keys.
func (m *Memory) Keys(context.Context) ([]Key, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := collect(maps.Values(m.keys), func(k Key) Key {
		k.Private = slices.Clone(k.Private)
		return k
	}, func(Key) bool { return true })
	slices.SortFunc(list, func(a, b Key) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(a.ID, b.ID))
	})
	return list, nil
}

// DeleteKey implements Keys.
func (m *Memory) DeleteKey(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return remove(m.keys, id)
}
