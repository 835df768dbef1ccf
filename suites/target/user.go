package target

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"docspace-oauth/flows"
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
		if t.User == "" {
			return User{}, fmt.Errorf("%w: no user and password were given for %s", ErrNotOffered, t.URL)
		}
		return User{Email: t.User, Password: t.Password, Type: Admin, Portal: t.URL}, nil
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

// SignIn returns the portal session of a user (the value of asc_auth_key).
func (t *Target) SignIn(ctx context.Context, client *http.Client, u User) (string, error) {
	return t.at(u, client).SignIn(ctx, u.Email, u.Password)
}

// Signature returns a fresh x-signature of a user; it lives five minutes.
func (t *Target) Signature(ctx context.Context, client *http.Client, u User) (string, error) {
	return t.at(u, client).SignInForSignature(ctx, u.Email, u.Password)
}

// NewApp registers an app in the name of whoever xSignature names.
func (t *Target) NewApp(ctx context.Context, client *http.Client, xSignature string, r flows.Registration) (*flows.Registered, error) {
	return (&flows.Portal{BaseURL: t.URL, HTTP: client}).Register(ctx, xSignature, r)
}

func (t *Target) at(u User, client *http.Client) *flows.Portal {
	base := u.Portal
	if base == "" {
		base = t.URL
	}
	return &flows.Portal{BaseURL: base, HTTP: client}
}
