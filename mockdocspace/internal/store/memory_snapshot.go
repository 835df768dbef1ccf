package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// Snapshot implements Store. Rows are never changed in place, so copies of the
// maps' values are enough.
func (m *Memory) Snapshot(context.Context) (*Snapshot, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return &Snapshot{
		Tenants: slices.Collect(maps.Values(m.tenants)), Users: slices.Collect(maps.Values(m.users)),
		Apps: slices.Collect(maps.Values(m.apps)), Grants: m.grants.all(),
		Consents: slices.Collect(maps.Values(m.consents)), Sessions: slices.Collect(maps.Values(m.sessions)),
		Links: slices.Collect(maps.Values(m.links)), Keys: slices.Collect(maps.Values(m.keys)),
		Groups: slices.Collect(maps.Values(m.groups)), Folders: slices.Collect(maps.Values(m.folders)),
		Files: slices.Collect(maps.Values(m.files)), Blobs: maps.Clone(m.blobs), LastID: m.lastID,
	}, nil
}

// Restore implements Store.
func (m *Memory) Restore(_ context.Context, s *Snapshot) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clear()
	for _, t := range s.Tenants {
		m.tenants[t.ID] = t
	}
	for _, u := range s.Users {
		m.writeUser(u)
	}
	for _, a := range s.Apps {
		m.apps[CanonicalAppID(a.ID)] = a
	}
	// In order of version, which decides between rows of the same time in lists.
	m.grants.restore(slices.SortedFunc(slices.Values(s.Grants), func(a, b Grant) int { return cmp.Compare(a.Version, b.Version) }))
	for _, c := range s.Consents {
		m.consents[consentKey{c.UserID, c.AppID}] = c
	}
	for _, session := range s.Sessions {
		m.sessions[session.Token] = session
	}
	for _, l := range s.Links {
		m.links[l.Key] = l
	}
	for _, k := range s.Keys {
		m.keys[k.ID] = k
	}
	for _, g := range s.Groups {
		m.groups[groupKey{g.TenantID, g.ID}] = g
	}
	for _, f := range s.Folders {
		m.folders[entryKey{f.TenantID, f.ID}] = f
	}
	for _, f := range s.Files {
		m.files[entryKey{f.TenantID, f.ID}] = f
	}
	m.blobs = maps.Clone(s.Blobs)
	if m.blobs == nil {
		m.blobs = map[string]Blob{}
	}
	m.lastID = max(m.lastID, s.LastID)
	return nil
}
