package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
)

// PutTenant implements Tenants.
func (m *Memory) PutTenant(_ context.Context, t Tenant) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tenants[t.ID] = t.clone()
	return nil
}

// Tenant implements Tenants.
func (m *Memory) Tenant(_ context.Context, id int64) (Tenant, error) {
	m.mu.RLock()
	t, ok := m.tenants[id]
	m.mu.RUnlock()
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
	m.writeUser(u)
	return nil
}

func (m *Memory) writeUser(u User) {
	m.dropUser(userKey{u.TenantID, u.ID})
	m.users[userKey{u.TenantID, u.ID}] = u
	m.emails[emailKey(u.TenantID, u.Email)] = u.ID
}

// dropUser reports whether there was one.
func (m *Memory) dropUser(key userKey) bool {
	u, ok := m.users[key]
	if !ok {
		return false
	}
	delete(m.users, key)
	if email := emailKey(u.TenantID, u.Email); m.emails[email] == u.ID {
		delete(m.emails, email)
	}
	return true
}

func emailKey(tenantID int64, email string) userKey { return userKey{tenantID, strings.ToLower(email)} }

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
	id, ok := m.emails[emailKey(tenantID, email)]
	if !ok {
		return User{}, ErrNotFound
	}
	return m.users[userKey{tenantID, id}], nil
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
	return found(m.dropUser(userKey{tenantID, strings.ToLower(id)}))
}
