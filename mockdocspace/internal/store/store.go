// Package store keeps what the portal knows: portals, users, apps, grants,
// sessions, keys and content. Store is the contract; storetest proves it.
//
// Values go in and come out as copies: changing one changes nothing in the
// store. No method reads a clock; times are arguments.
package store

import (
	"context"
	"errors"
	"time"
)

var (
	// ErrNotFound says that there is no such thing.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that somebody else changed or created it in between.
	ErrConflict = errors.New("changed in between")
)

// Store is everything the portal keeps. Implementations are safe for concurrent use.
type Store interface {
	Tenants
	Users
	Apps
	Grants
	Consents
	Sessions
	Links
	Keys
	Content

	// Sweep removes what has expired at now and returns how many rows went.
	Sweep(ctx context.Context, now time.Time) (int, error)
	// Clear removes everything.
	Clear(ctx context.Context) error
	// Snapshot returns all that is kept; Restore replaces all by it.
	Snapshot(ctx context.Context) (*Snapshot, error)
	Restore(ctx context.Context, s *Snapshot) error
	Close() error
}

// Tenants are the portals, one per host name.
type Tenants interface {
	PutTenant(ctx context.Context, t Tenant) error
	Tenant(ctx context.Context, id int64) (Tenant, error)
	// TenantByHost finds the portal that answers to host (without port, lower case).
	TenantByHost(ctx context.Context, host string) (Tenant, error)
	Tenants(ctx context.Context) ([]Tenant, error) // by id
}

// Users are the people of all portals.
type Users interface {
	PutUser(ctx context.Context, u User) error
	User(ctx context.Context, tenantID int64, id string) (User, error)
	// UserByEmail compares without regard to letter case.
	UserByEmail(ctx context.Context, tenantID int64, email string) (User, error)
	Users(ctx context.Context, tenantID int64) ([]User, error) // in order of creation
	DeleteUser(ctx context.Context, tenantID int64, id string) error
}

// Apps are the registered OAuth clients. Ids are compared as the portal does:
// UUIDs without regard to letter case (docs/portal/identity.md §4.7), others exactly.
type Apps interface {
	// CreateApp fails with ErrConflict when the id is taken.
	CreateApp(ctx context.Context, a App) error
	// App also returns apps that are gone from the lists (App.GoneAt).
	App(ctx context.Context, id string) (App, error)
	// UpdateApp reads, changes and writes as one step. change may be called
	// again after a conflict; its error is returned and nothing is written.
	UpdateApp(ctx context.Context, id string, change func(*App) error) (App, error)
	DeleteApp(ctx context.Context, id string) error
	// ListApps returns apps that are not gone, newest first, at most q.Limit.
	ListApps(ctx context.Context, q AppQuery) ([]App, error)
}

// Grants are the rows of the portal's authorization table: one per user, app
// and kind of grant (docs/portal/identity.md §4.2).
type Grants interface {
	// PutGrant writes the row whatever stood there, and returns its new version.
	PutGrant(ctx context.Context, g Grant) (Grant, error)
	// SwapGrant writes the row if its version is still g.Version, else ErrConflict.
	// It is the one atomic step by which codes and refresh tokens have one winner.
	SwapGrant(ctx context.Context, g Grant) (Grant, error)
	Grant(ctx context.Context, key GrantKey) (Grant, error)
	// GrantByToken finds the row that holds value as the given kind of token.
	GrantByToken(ctx context.Context, kind TokenKind, value string) (Grant, error)
	// ListGrants returns grants of a user newest first by ModifiedAt, at most q.Limit.
	ListGrants(ctx context.Context, q GrantQuery) ([]Grant, error)
	// DeleteGrants removes rows; empty fields of the filter match all.
	DeleteGrants(ctx context.Context, f GrantFilter) (int, error)
}

// Consents remember what a user granted to an app.
type Consents interface {
	// AddConsent adds scopes to what is remembered and returns the union.
	AddConsent(ctx context.Context, userID, appID string, scopes []string, at time.Time) (Consent, error)
	Consent(ctx context.Context, userID, appID string) (Consent, error)
	// DeleteConsents removes; an empty id matches all.
	DeleteConsents(ctx context.Context, userID, appID string) (int, error)
}

// Sessions are the portal's own sign-ins (cookie asc_auth_key).
type Sessions interface {
	PutSession(ctx context.Context, s Session) error
	Session(ctx context.Context, token string) (Session, error)
	DeleteSession(ctx context.Context, token string) error
	DeleteSessionsOf(ctx context.Context, tenantID int64, userID string) (int, error)
}

// Links are one-time sign-in links (docs/portal/browser-flow.md §3.1).
type Links interface {
	PutLink(ctx context.Context, l Link) error
	Link(ctx context.Context, key string) (Link, error)
	// UseLink marks the link as used; ErrConflict when it was used before.
	UseLink(ctx context.Context, key string, at time.Time) (Link, error)
}

// Keys are the signing keys, private parts included.
type Keys interface {
	PutKey(ctx context.Context, k Key) error
	Keys(ctx context.Context) ([]Key, error) // newest first
	DeleteKey(ctx context.Context, id string) error
}
