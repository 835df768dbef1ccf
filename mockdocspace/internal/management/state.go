package management

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/store"
)

// maxSnapshots bounds the memory that snapshots take.
const maxSnapshots = 64

type snapshots struct {
	mu   sync.Mutex
	kept map[string]*store.Snapshot
}

func (s *server) stateRoutes(api huma.API) {
	register(s, api, http.MethodGet, "portal", "read-portal", "Portals, users with passwords, apps with secrets", s.portal)
	register(s, api, http.MethodPost, "reset", "reset", "Return to the state at the start",
		func(ctx context.Context, _ *none) (*none, error) { return nil, s.Reset(ctx) })
	register(s, api, http.MethodPost, "keys/rotate", "rotate-keys", "Make a new signing key",
		func(ctx context.Context, _ *none) (*none, error) { return nil, s.RotateKeys(ctx) })
	register(s, api, http.MethodGet, "snapshots", "list-snapshots", "Snapshots by name", s.listSnapshots)
	register(s, api, http.MethodPut, "snapshots/{name}", "take-snapshot", "Keep users, apps, grants, sessions, keys and content under a name", s.takeSnapshot)
	register(s, api, http.MethodPost, "snapshots/{name}/restore", "restore-snapshot", "Return to a snapshot", s.restoreSnapshot)
	register(s, api, http.MethodDelete, "snapshots/{name}", "delete-snapshot", "Forget a snapshot", s.deleteSnapshot)
}

func (s *server) portal(ctx context.Context, _ *none) (*answer[control.Info], error) {
	tenants, err := s.Store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	info := control.Info{Portals: []control.Portal{}}
	for _, t := range tenants {
		info.Portals = append(info.Portals, control.Portal{ID: t.ID, Name: t.Name, URL: s.PortalURL(ctx, t), Hosts: t.Hosts})
	}
	if info.Users, err = s.users(ctx, 0); err != nil {
		return nil, err
	}
	if info.Apps, err = s.apps(ctx); err != nil {
		return nil, err
	}
	return &answer[control.Info]{info}, nil
}

// snapshotPath names a snapshot.
type snapshotPath struct {
	Name string `path:"name" minLength:"1" maxLength:"100"`
}

func (s *server) listSnapshots(context.Context, *none) (*answer[[]control.Snapshot], error) {
	s.snapshots.mu.Lock()
	defer s.snapshots.mu.Unlock()
	list := []control.Snapshot{}
	for _, name := range slices.Sorted(maps.Keys(s.snapshots.kept)) {
		list = append(list, control.Snapshot{Name: name})
	}
	return &answer[[]control.Snapshot]{list}, nil
}

func (s *server) takeSnapshot(ctx context.Context, in *snapshotPath) (*none, error) {
	s.snapshots.mu.Lock()
	defer s.snapshots.mu.Unlock()
	if _, again := s.snapshots.kept[in.Name]; !again && len(s.snapshots.kept) >= maxSnapshots {
		return nil, conflict("path.name", in.Name, "is one snapshot too many, %d are kept: DELETE one below /mock/snapshots/ first, or take one again under its name", maxSnapshots)
	}
	snapshot, err := s.Store.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	s.snapshots.kept[in.Name] = snapshot
	return nil, nil
}

func (s *server) restoreSnapshot(ctx context.Context, in *snapshotPath) (*none, error) {
	s.snapshots.mu.Lock()
	defer s.snapshots.mu.Unlock()
	snapshot, ok := s.snapshots.kept[in.Name]
	if !ok {
		return nil, noSnapshot(in.Name)
	}
	if err := s.Store.Restore(ctx, snapshot); err != nil {
		return nil, err
	}
	if s.Restored != nil {
		s.Restored()
	}
	return nil, nil
}

func (s *server) deleteSnapshot(_ context.Context, in *snapshotPath) (*none, error) {
	s.snapshots.mu.Lock()
	defer s.snapshots.mu.Unlock()
	if _, ok := s.snapshots.kept[in.Name]; !ok {
		return nil, noSnapshot(in.Name)
	}
	delete(s.snapshots.kept, in.Name)
	return nil, nil
}

func noSnapshot(name string) error {
	return notFound("path.name", name, "is no snapshot: GET /mock/snapshots lists them, PUT /mock/snapshots/NAME takes one")
}
