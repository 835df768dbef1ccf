package sqlite

import (
	"context"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// PutTenant implements store.Tenants.
func (s *Store) PutTenant(ctx context.Context, t store.Tenant) error {
	return s.write(ctx, func(w *writer) error { return w.putTenant(t) })
}

func (w *writer) putTenant(t store.Tenant) error {
	data, err := encode(t)
	if err != nil {
		return err
	}
	if _, err := w.exec("INSERT OR REPLACE INTO tenants (id, data) VALUES (?, ?)", t.ID, data); err != nil {
		return err
	}
	if _, err := w.exec("DELETE FROM tenant_hosts WHERE tenant_id = ?", t.ID); err != nil {
		return err
	}
	for _, host := range t.Hosts {
		if _, err := w.exec("INSERT OR REPLACE INTO tenant_hosts (host, tenant_id) VALUES (?, ?)", host, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// Tenant implements store.Tenants.
func (s *Store) Tenant(ctx context.Context, id int64) (store.Tenant, error) {
	return get[store.Tenant](ctx, s, "SELECT data FROM tenants WHERE id = ?", id)
}

// TenantByHost implements store.Tenants.
func (s *Store) TenantByHost(ctx context.Context, host string) (store.Tenant, error) {
	return get[store.Tenant](ctx, s, "SELECT data FROM tenants WHERE id = (SELECT tenant_id FROM tenant_hosts WHERE host = ?)", host)
}

// Tenants implements store.Tenants.
func (s *Store) Tenants(ctx context.Context) ([]store.Tenant, error) {
	return list[store.Tenant](ctx, s, "SELECT data FROM tenants ORDER BY id")
}

// PutUser implements store.Users.
func (s *Store) PutUser(ctx context.Context, u store.User) error {
	return s.write(ctx, func(w *writer) error { return w.putUser(u) })
}

// putUser writes a new row: of two users of one address the one written last has it.
func (w *writer) putUser(u store.User) error {
	data, err := encode(u)
	if err != nil {
		return err
	}
	_, err = w.exec("INSERT OR REPLACE INTO users (tenant_id, id, email, created_at, data) VALUES (?, ?, ?, ?, ?)",
		u.TenantID, u.ID, strings.ToLower(u.Email), nanos(u.CreatedAt), data)
	return err
}

// User implements store.Users.
func (s *Store) User(ctx context.Context, tenantID int64, id string) (store.User, error) {
	return get[store.User](ctx, s, "SELECT data FROM users WHERE tenant_id = ? AND id = ?", tenantID, strings.ToLower(id))
}

// UserByEmail implements store.Users.
func (s *Store) UserByEmail(ctx context.Context, tenantID int64, email string) (store.User, error) {
	return get[store.User](ctx, s, "SELECT data FROM users WHERE tenant_id = ? AND email = ? ORDER BY rowid DESC LIMIT 1", tenantID, strings.ToLower(email))
}

// Users implements store.Users.
func (s *Store) Users(ctx context.Context, tenantID int64) ([]store.User, error) {
	return list[store.User](ctx, s, "SELECT data FROM users WHERE tenant_id = ? ORDER BY created_at, id", tenantID)
}

// DeleteUser implements store.Users.
func (s *Store) DeleteUser(ctx context.Context, tenantID int64, id string) error {
	return s.remove(ctx, "DELETE FROM users WHERE tenant_id = ? AND id = ?", tenantID, strings.ToLower(id))
}
