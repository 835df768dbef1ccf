package sqlite

import (
	"context"

	"docspace-oauth/mockdocspace/internal/store"
)

// PutGroup implements store.Content.
func (s *Store) PutGroup(ctx context.Context, g store.Group) error {
	return s.write(ctx, func(w *writer) error { return w.putGroup(g) })
}

func (w *writer) putGroup(g store.Group) error {
	data, err := encode(g)
	if err != nil {
		return err
	}
	_, err = w.exec("INSERT OR REPLACE INTO user_groups (tenant_id, id, name, data) VALUES (?, ?, ?, ?)", g.TenantID, g.ID, g.Name, data)
	return err
}

// Group implements store.Content.
func (s *Store) Group(ctx context.Context, tenantID int64, id string) (store.Group, error) {
	return get[store.Group](ctx, s, "SELECT data FROM user_groups WHERE tenant_id = ? AND id = ?", tenantID, id)
}

// Groups implements store.Content.
func (s *Store) Groups(ctx context.Context, tenantID int64) ([]store.Group, error) {
	return list[store.Group](ctx, s, "SELECT data FROM user_groups WHERE tenant_id = ? ORDER BY name, id", tenantID)
}

// DeleteGroup implements store.Content.
func (s *Store) DeleteGroup(ctx context.Context, tenantID int64, id string) error {
	return s.remove(ctx, "DELETE FROM user_groups WHERE tenant_id = ? AND id = ?", tenantID, id)
}

// PutFolder implements store.Content.
func (s *Store) PutFolder(ctx context.Context, f store.Folder) (int64, error) {
	err := s.write(ctx, func(w *writer) (err error) {
		if f.ID, err = w.number(f.ID); err != nil {
			return err
		}
		if f.RootID == 0 && f.ParentID == 0 {
			f.RootID = f.ID
		}
		return w.putFolder(f)
	})
	if err != nil {
		return 0, err
	}
	return f.ID, nil
}

// number gives a new entry the next number.
func (w *writer) number(id int64) (int64, error) {
	if id != 0 {
		_, err := w.exec("UPDATE counters SET value = max(value, ?) WHERE name = 'last_id'", id)
		return id, err
	}
	err := w.scan("UPDATE counters SET value = value + 1 WHERE name = 'last_id' RETURNING value", nil, []any{&id})
	return id, err
}

func (w *writer) putFolder(f store.Folder) error {
	data, err := encode(f)
	if err != nil {
		return err
	}
	_, err = w.exec("INSERT OR REPLACE INTO folders (tenant_id, id, parent_id, root, owner_id, data) VALUES (?, ?, ?, ?, ?, ?)",
		f.TenantID, f.ID, f.ParentID, int(f.Root), f.OwnerID, data)
	return err
}

// Folder implements store.Content.
func (s *Store) Folder(ctx context.Context, tenantID, id int64) (store.Folder, error) {
	return get[store.Folder](ctx, s, "SELECT data FROM folders WHERE tenant_id = ? AND id = ?", tenantID, id)
}

// Folders implements store.Content.
func (s *Store) Folders(ctx context.Context, tenantID, parent int64) ([]store.Folder, error) {
	return list[store.Folder](ctx, s, "SELECT data FROM folders WHERE tenant_id = ? AND parent_id = ? ORDER BY id", tenantID, parent)
}

// RootFolder implements store.Content.
func (s *Store) RootFolder(ctx context.Context, tenantID int64, root store.RootType, owner string) (store.Folder, error) {
	return get[store.Folder](ctx, s, "SELECT data FROM folders WHERE tenant_id = ? AND parent_id = 0 AND root = ? AND owner_id = ?", tenantID, int(root), owner)
}

// DeleteFolder implements store.Content.
func (s *Store) DeleteFolder(ctx context.Context, tenantID, id int64) error {
	return s.remove(ctx, "DELETE FROM folders WHERE tenant_id = ? AND id = ?", tenantID, id)
}

// PutFile implements store.Content.
func (s *Store) PutFile(ctx context.Context, f store.File) (int64, error) {
	err := s.write(ctx, func(w *writer) (err error) {
		if f.ID, err = w.number(f.ID); err != nil {
			return err
		}
		return w.putFile(f)
	})
	if err != nil {
		return 0, err
	}
	return f.ID, nil
}

func (w *writer) putFile(f store.File) error {
	data, err := encode(f)
	if err != nil {
		return err
	}
	_, err = w.exec("INSERT OR REPLACE INTO files (tenant_id, id, folder_id, blob_id, data) VALUES (?, ?, ?, ?, ?)",
		f.TenantID, f.ID, f.FolderID, f.Blob, data)
	return err
}

// File implements store.Content.
func (s *Store) File(ctx context.Context, tenantID, id int64) (store.File, error) {
	return get[store.File](ctx, s, "SELECT data FROM files WHERE tenant_id = ? AND id = ?", tenantID, id)
}

// Files implements store.Content.
func (s *Store) Files(ctx context.Context, tenantID, folder int64) ([]store.File, error) {
	return list[store.File](ctx, s, "SELECT data FROM files WHERE tenant_id = ? AND folder_id = ? ORDER BY id", tenantID, folder)
}

// DeleteFile implements store.Content.
func (s *Store) DeleteFile(ctx context.Context, tenantID, id int64) error {
	return s.remove(ctx, "DELETE FROM files WHERE tenant_id = ? AND id = ?", tenantID, id)
}
