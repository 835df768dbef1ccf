package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Memory is a Store in memory. It is safe for concurrent use; its critical
// sections are map look-ups.
type Memory struct {
	mu       sync.RWMutex
	tenants  map[int64]Tenant
	users    map[userKey]User
	apps     map[string]App
	grants   map[GrantKey]Grant
	tokens   map[tokenKey]GrantKey
	consents map[consentKey]Consent
	sessions map[string]Session
	links    map[string]Link
	keys     map[string]Key
	groups   map[groupKey]Group
	folders  map[entryKey]Folder
	files    map[entryKey]File
	blobs    map[string][]byte
	lastID   int64
	version  int64
}

type (
	userKey struct {
		tenant int64
		id     string
	}
	groupKey userKey
	entryKey struct{ tenant, id int64 }
	tokenKey struct {
		kind  TokenKind
		value string
	}
	consentKey struct{ user, app string }
)

// NewMemory returns an empty store.
func NewMemory() *Memory {
	m := &Memory{}
	m.clear()
	return m
}

func (m *Memory) clear() {
	m.tenants = map[int64]Tenant{}
	m.users = map[userKey]User{}
	m.apps = map[string]App{}
	m.grants = map[GrantKey]Grant{}
	m.tokens = map[tokenKey]GrantKey{}
	m.consents = map[consentKey]Consent{}
	m.sessions = map[string]Session{}
	m.links = map[string]Link{}
	m.keys = map[string]Key{}
	m.groups = map[groupKey]Group{}
	m.folders = map[entryKey]Folder{}
	m.files = map[entryKey]File{}
	m.blobs = map[string][]byte{}
}

// Clear implements Store.
func (m *Memory) Clear(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clear()
	return nil
}

// Close implements Store.
func (m *Memory) Close() error { return nil }

// CanonicalAppID is the form under which an app id is kept: UUIDs in lower case,
// anything else as it is (docs/portal/identity.md §4.7).
func CanonicalAppID(id string) string {
	if len(id) != 36 {
		return id
	}
	parsed, err := uuid.Parse(id)
	if err != nil {
		return id
	}
	return parsed.String()
}

// PutTenant implements Tenants.
func (m *Memory) PutTenant(_ context.Context, t Tenant) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t.Hosts = slices.Clone(t.Hosts)
	m.tenants[t.ID] = t
	return nil
}

// Tenant implements Tenants.
func (m *Memory) Tenant(_ context.Context, id int64) (Tenant, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	t, ok := m.tenants[id]
	return t.clone(), found(ok)
}

// TenantByHost implements Tenants.
func (m *Memory) TenantByHost(_ context.Context, host string) (Tenant, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, t := range m.tenants {
		if slices.Contains(t.Hosts, host) {
			return t.clone(), nil
		}
	}
	return Tenant{}, ErrNotFound
}

// Tenants implements Tenants.
func (m *Memory) Tenants(context.Context) ([]Tenant, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := collect(maps.Values(m.tenants), Tenant.clone, func(Tenant) bool { return true })
	slices.SortFunc(list, func(a, b Tenant) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

func (t Tenant) clone() Tenant {
	t.Hosts = slices.Clone(t.Hosts)
	return t
}

// PutUser implements Users.
func (m *Memory) PutUser(_ context.Context, u User) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.users[userKey{u.TenantID, u.ID}] = u
	return nil
}

// User implements Users.
func (m *Memory) User(_ context.Context, tenantID int64, id string) (User, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	u, ok := m.users[userKey{tenantID, strings.ToLower(id)}]
	return u, found(ok)
}

// UserByEmail implements Users.
func (m *Memory) UserByEmail(_ context.Context, tenantID int64, email string) (User, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, u := range m.users {
		if u.TenantID == tenantID && strings.EqualFold(u.Email, email) {
			return u, nil
		}
	}
	return User{}, ErrNotFound
}

// Users implements Users.
func (m *Memory) Users(_ context.Context, tenantID int64) ([]User, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := collect(maps.Values(m.users), same[User], func(u User) bool { return u.TenantID == tenantID })
	slices.SortFunc(list, func(a, b User) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID))
	})
	return list, nil
}

// DeleteUser implements Users.
func (m *Memory) DeleteUser(_ context.Context, tenantID int64, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return remove(m.users, userKey{tenantID, id})
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

func found(ok bool) error {
	if ok {
		return nil
	}
	return ErrNotFound
}

func same[T any](v T) T { return v }

// remove deletes a row or says that there is none.
func remove[K comparable, V any](rows map[K]V, key K) error {
	if _, ok := rows[key]; !ok {
		return ErrNotFound
	}
	delete(rows, key)
	return nil
}

// collect copies the rows that keep accepts.
func collect[T any](rows func(func(T) bool), clone func(T) T, keep func(T) bool) []T {
	list := []T{}
	for row := range rows {
		if keep(row) {
			list = append(list, clone(row))
		}
	}
	return list
}

// sweepAfter is how long a pending consent waits for the user.
const sweepAfter = time.Hour

// goneFor is how long the portal's cache knows an app that is off the lists
// (docs/portal/identity.md §11).
const goneFor = 5 * time.Minute

// Sweep implements Store.
func (m *Memory) Sweep(_ context.Context, now time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.sessions) + len(m.links) + len(m.grants) + len(m.apps)
	maps.DeleteFunc(m.sessions, func(_ string, s Session) bool { return now.After(s.ExpiresAt) })
	maps.DeleteFunc(m.links, func(_ string, l Link) bool { return now.After(l.ExpiresAt.Add(goneFor)) })
	for key, g := range m.grants {
		if g.expired(now) {
			m.dropGrant(key)
		}
	}
	for id, a := range m.apps {
		if !a.GoneAt.IsZero() && now.After(a.GoneAt.Add(goneFor)) {
			delete(m.apps, id)
		}
	}
	return before - (len(m.sessions) + len(m.links) + len(m.grants) + len(m.apps)), nil
}

// expired reports a grant that nobody can use any more: every token has run out,
// and no user is thinking about it.
func (g Grant) expired(now time.Time) bool {
	if g.ConsentState != "" && now.Before(g.ModifiedAt.Add(sweepAfter)) {
		return false
	}
	for _, t := range []*Token{g.Code, g.Access, g.Refresh} {
		if t != nil && now.Before(t.ExpiresAt) {
			return false
		}
	}
	return true
}
