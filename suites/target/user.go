package target

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/signature"
)

// UserType is what a user may do on a portal.
type UserType string

// The types, by the portal's own names.
const (
	Owner     UserType = "owner"
	Admin     UserType = "admin"
	RoomAdmin UserType = "roomadmin"
	Member    UserType = "user" // a collaborator
	Guest     UserType = "guest"
)

// User is a person who can sign in at the target.
type User struct {
	ID       string // empty when the target can't tell
	Email    string
	Password string
	Type     UserType
	Portal   string // root of the user's portal

	access *Access // how to get in; nil: the password
}

// registrar is made once per process: registering apps is not what is judged.
type registrar struct {
	mu   sync.Mutex
	user *User
}

// Registrar is the user who registers apps: an administrator made for it at a mock,
// or the one user that was given.
func (t *Target) Registrar(ctx context.Context) (User, error) {
	if t.Mock == nil {
		if t.Access == nil {
			return User{}, fmt.Errorf("%w: nobody was named who can sign in at %s", ErrNotOffered, t.URL)
		}
		return t.Access.at(t.URL), nil
	}
	t.registrar.mu.Lock()
	defer t.registrar.mu.Unlock()
	if t.registrar.user == nil {
		u, err := t.NewUser(ctx, Admin)
		if err != nil {
			return User{}, err
		}
		t.registrar.user = &u
	}
	return *t.registrar.user, nil
}

// at is the user of a at a portal.
func (a *Access) at(portal string) User {
	return User{ID: a.UserID, Email: a.User, Password: string(a.Password), Type: a.Type, Portal: portal, access: a}
}

// SignIn returns the portal session of a user (the value of asc_auth_key).
func (t *Target) SignIn(ctx context.Context, client *http.Client, u User) (string, error) {
	switch {
	case u.access != nil && u.access.Session != "":
		return string(u.access.Session), nil
	case u.Password == "":
		return "", fmt.Errorf("%w: no password of %s was given", ErrNotOffered, u.Email)
	}
	return t.at(u, client).SignIn(ctx, u.Email, u.Password)
}

// Signature returns a fresh x-signature of a user; it lives five minutes.
func (t *Target) Signature(ctx context.Context, client *http.Client, u User) (string, error) {
	a := u.access
	switch {
	case a != nil && a.SignatureSecret != "":
		return signature.Issue(signature.Key(string(a.SignatureSecret)), signature.Claims{
			UserID: a.UserID, UserName: a.User, UserEmail: a.User, TenantID: a.PortalID, TenantURL: u.Portal,
			Admin: a.Type == Admin || a.Type == Owner, Guest: a.Type == Guest, Public: a.Type != Guest,
			Expires: time.Now().Add(signature.Lifetime),
		})
	case a != nil && a.Signature != "":
		return string(a.Signature), nil
	case a != nil && a.Session != "":
		return t.at(u, client).Signature(ctx, string(a.Session))
	case u.Password == "":
		return "", fmt.Errorf("%w: no password of %s was given", ErrNotOffered, u.Email)
	}
	return t.at(u, client).SignInForSignature(ctx, u.Email, u.Password)
}

// NewApp registers an app in the name of whoever xSignature names, or takes a
// ready-made one that fits. None fits: ErrNotOffered.
func (t *Target) NewApp(ctx context.Context, client *http.Client, xSignature string, r flows.Registration) (*flows.Registered, error) {
	if len(t.Apps) > 0 {
		return t.ready(r)
	}
	return (&flows.Portal{BaseURL: t.URL, HTTP: client}).Register(ctx, xSignature, r)
}

func (t *Target) at(u User, client *http.Client) *flows.Portal {
	base := u.Portal
	if base == "" {
		base = t.URL
	}
	return &flows.Portal{BaseURL: base, HTTP: client}
}
