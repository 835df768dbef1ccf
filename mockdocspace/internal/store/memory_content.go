package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
)

// PutGroup implements Content.
func (m *Memory) PutGroup(_ context.Context, g Group) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.groups[groupKey{g.TenantID, g.ID}] = g.clone()
	return nil
}

// Group implements Content.
func (m *Memory) Group(_ context.Context, tenantID int64, id string) (Group, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	g, ok := m.groups[groupKey{tenantID, id}]
	return g.clone(), found(ok)
}

// Groups implements Content.
func (m *Memory) Groups(_ context.Context, tenantID int64) ([]Group, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := collect(maps.Values(m.groups), Group.clone, func(g Group) bool { return g.TenantID == tenantID })
	slices.SortFunc(list, func(a, b Group) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return list, nil
}

// DeleteGroup implements Content.
func (m *Memory) DeleteGroup(_ context.Context, tenantID int64, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return remove(m.groups, groupKey{tenantID, id})
}

func (g Group) clone() Group {
	g.Members = slices.Clone(g.Members)
	return g
}

// PutFolder implements Content.
func (m *Memory) PutFolder(_ context.Context, f Folder) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f.ID = m.number(f.ID)
	if f.RootID == 0 && f.ParentID == 0 {
		f.RootID = f.ID
	}
	m.folders[entryKey{f.TenantID, f.ID}] = f.clone()
	return f.ID, nil
}

// number gives a new entry the next id.
func (m *Memory) number(id int64) int64 {
	if id != 0 {
		m.lastID = max(m.lastID, id)
		return id
	}
	m.lastID++
	return m.lastID
}

// Folder implements Content.
func (m *Memory) Folder(_ context.Context, tenantID, id int64) (Folder, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	f, ok := m.folders[entryKey{tenantID, id}]
	return f.clone(), found(ok)
}

// Folders implements Content.
func (m *Memory) Folders(_ context.Context, tenantID, parent int64) ([]Folder, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := collect(maps.Values(m.folders), Folder.clone, func(f Folder) bool {
		return f.TenantID == tenantID && f.ParentID == parent
	})
	slices.SortFunc(list, func(a, b Folder) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// RootFolder implements Content.
func (m *Memory) RootFolder(_ context.Context, tenantID int64, root RootType, owner string) (Folder, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, f := range m.folders {
		if f.TenantID == tenantID && f.ParentID == 0 && f.Root == root && f.OwnerID == owner {
			return f.clone(), nil
		}
	}
	return Folder{}, ErrNotFound
}

// DeleteFolder implements Content.
func (m *Memory) DeleteFolder(_ context.Context, tenantID, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return remove(m.folders, entryKey{tenantID, id})
}

func (f Folder) clone() Folder {
	f.Tags = slices.Clone(f.Tags)
	f.Members = maps.Clone(f.Members)
	return f
}

// PutFile implements Content.
func (m *Memory) PutFile(_ context.Context, f File) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f.ID = m.number(f.ID)
	m.files[entryKey{f.TenantID, f.ID}] = f
	return f.ID, nil
}

// File implements Content.
func (m *Memory) File(_ context.Context, tenantID, id int64) (File, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	f, ok := m.files[entryKey{tenantID, id}]
	return f, found(ok)
}

// Files implements Content.
func (m *Memory) Files(_ context.Context, tenantID, folder int64) ([]File, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := collect(maps.Values(m.files), same[File], func(f File) bool {
		return f.TenantID == tenantID && f.FolderID == folder
	})
	slices.SortFunc(list, func(a, b File) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// DeleteFile implements Content.
func (m *Memory) DeleteFile(_ context.Context, tenantID, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return remove(m.files, entryKey{tenantID, id})
}
