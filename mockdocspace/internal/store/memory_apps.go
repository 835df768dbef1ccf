package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// CanonicalAppID is the form under which an app id is kept: UUIDs in lower case,
// anything else as it is (docs/portal/identity.md §4.7).
func CanonicalAppID(id string) string {
	if len(id) != 36 {
		return id
	}
	if uuid.Validate(id) != nil {
		return id
	}
	return strings.ToLower(id)
}

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
	id = CanonicalAppID(id)
	m.mu.RLock()
	a, ok := m.apps[id]
	m.mu.RUnlock()
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
