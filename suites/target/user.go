package target

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
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
	TOTP     string // secret of the second factor; empty: none

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
		if t.Foreign != nil && t.Foreign.NoPerson != "" {
			return User{}, fmt.Errorf("%w: %s", ErrNotOffered, t.Foreign.NoPerson)
		}
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

// Given are the users of the target that were named, none for a mock.
func (t *Target) Given() []User {
	var users []User
	for _, a := range []*Access{t.Access, t.Second} {
		if a != nil {
			users = append(users, a.at(t.URL))
		}
	}
	return users
}

// at is the user of a at a portal.
func (a *Access) at(portal string) User {
	return User{ID: a.UserID, Email: a.User, Password: string(a.Password), TOTP: string(a.TOTP), Type: a.Type, Portal: portal, access: a}
}

// KnowUser fills in who a signature is for, where that was not said: a session or a
// token alone does not tell whom the portal's pages and API will name.
func (a *Access) KnowUser(xSignature string) error {
	if a.User != "" {
		return nil
	}
	parts := strings.Split(xSignature, ".")
	if len(parts) != 3 {
		return errors.New("it is no JWT")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return fmt.Errorf("read its payload: %w", err)
	}
	var claims struct {
		ID    string `json:"user_id"`
		Email string `json:"user_email"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return fmt.Errorf("read its payload: %w", err)
	}
	a.User, a.UserID = claims.Email, claims.ID
	return nil
}

// SignIn returns a portal session of a user (the value of asc_auth_key): that of the
// run where there is one, else a fresh one.
func (t *Target) SignIn(ctx context.Context, client *http.Client, u User) (string, error) {
	switch {
	case u.ByBrowser():
		return t.browserSession(ctx, u)
	case u.access != nil && u.access.Session != "":
		return string(u.access.Session), nil
	}
	return t.NewSession(ctx, client, u)
}

// NewSession returns a session that may be ended: nobody else has it. Where the run
// lives by a session that was given, there is none: ErrNotOffered.
func (t *Target) NewSession(ctx context.Context, client *http.Client, u User) (string, error) {
	switch {
	case u.ByBrowser():
		return t.signInByBrowser(ctx, u)
	case u.Password == "":
		return "", fmt.Errorf("%w: no password of %s was given", ErrNotOffered, u.Email)
	}
	return t.at(u, client).SignIn(ctx, u.Email, u.Password)
}

// ByBrowser says whether the user signs in on the login page only.
func (u User) ByBrowser() bool { return u.access != nil && u.access.Method == ByBrowser }

// Signature returns a fresh x-signature of a user; it lives five minutes.
func (t *Target) Signature(ctx context.Context, client *http.Client, u User) (string, error) {
	a := u.access
	switch {
	case t.Foreign != nil:
		return "", fmt.Errorf("%w: a signature", ErrPortalOnly)
	case a != nil && a.SignatureSecret != "":
		return signature.Issue(signature.Key(string(a.SignatureSecret)), signature.Claims{
			UserID: a.UserID, UserName: a.User, UserEmail: a.User, TenantID: a.PortalID, TenantURL: u.Portal,
			Admin: a.Type == Admin || a.Type == Owner, Guest: a.Type == Guest, Public: a.Type != Guest,
			Expires: time.Now().Add(signature.Lifetime),
		})
	case a != nil && a.Signature != "":
		return string(a.Signature), nil
	}
	session, err := t.SignIn(ctx, client, u)
	if err != nil {
		return "", err
	}
	return t.at(u, client).Signature(ctx, session)
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
