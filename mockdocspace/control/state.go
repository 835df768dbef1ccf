package control

import (
	"context"
	"net/http"
)

// Info is what a developer needs to use the mock: secrets and passwords included.
type Info struct {
	Portals []Portal `json:"portals"`
	Users   []User   `json:"users"`
	Apps    []App    `json:"apps"`
}

// Portal is one portal (tenant) of the mock.
type Portal struct {
	ID    int64    `json:"id"`
	Name  string   `json:"name"`
	URL   string   `json:"url" doc:"Its root."`
	Hosts []string `json:"hosts" doc:"Host names it answers to."`
}

// Snapshot is a state that can be returned to.
type Snapshot struct {
	Name string `json:"name"`
}

// Portal tells portals with their URLs, users with their passwords, and apps with
// their secrets.
func (c *Client) Portal(ctx context.Context) (Info, error) { return get[Info](ctx, c, "portal") }

// Reset returns to the state at the start: real time, no faults, an empty journal.
func (c *Client) Reset(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "reset", nil, nil)
}

// RotateKeys makes a new signing key; old ones stay in the key set as long as the
// portal keeps them (docs/portal/identity.md §4.5).
func (c *Client) RotateKeys(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "keys/rotate", nil, nil)
}

// Snapshot keeps users, apps, grants, sessions, keys and content under a name.
// The clock, faults and journal are no part of it.
func (c *Client) Snapshot(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodPut, "snapshots/"+segment(name), nil, nil)
}

// Snapshots lists the snapshots by name.
func (c *Client) Snapshots(ctx context.Context) ([]Snapshot, error) {
	return get[[]Snapshot](ctx, c, "snapshots")
}

// Restore returns to a snapshot, which may be restored again.
func (c *Client) Restore(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodPost, "snapshots/"+segment(name)+"/restore", nil, nil)
}

// DeleteSnapshot forgets a snapshot.
func (c *Client) DeleteSnapshot(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodDelete, "snapshots/"+segment(name), nil, nil)
}
