package control

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// User is a person on one portal.
type User struct {
	ID        string `json:"id"`
	Tenant    int64  `json:"tenant" doc:"Number of the portal."`
	Email     string `json:"email"`
	Password  string `json:"password" doc:"In clear: this is a mock."`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Type      string `json:"type" enum:"owner,admin,roomadmin,user,guest"`
	Status    string `json:"status" enum:"active,pending,terminated"`
	TwoFactor bool   `json:"two_factor,omitempty" doc:"A second factor is wanted, which is not built: only POST /mock/sessions signs this user in."`
}

// CreateUserRequest describes a new user. What is left out is made up, so that
// the zero value gives a fresh user of the first portal.
type CreateUserRequest struct {
	Tenant    int64  `json:"tenant,omitempty" doc:"Number of the portal; default 1." example:"1"`
	Email     string `json:"email,omitempty" doc:"Default: a fresh address below docspace.test."`
	Password  string `json:"password,omitempty" doc:"Default: a random one."`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Type      string `json:"type,omitempty" enum:"admin,roomadmin,user,guest" doc:"Default user."`
	TwoFactor bool   `json:"two_factor,omitempty" doc:"Want a second factor, which is not built: only POST /mock/sessions signs this user in."`
}

// UpdateUserRequest changes a user; what is left out stays.
type UpdateUserRequest struct {
	Status   string `json:"status,omitempty" enum:"active,pending,terminated" doc:"A terminated user's sessions end."`
	Type     string `json:"type,omitempty" enum:"admin,roomadmin,user,guest"`
	Password string `json:"password,omitempty"`
}

// SignInRequest says who shall be signed in.
type SignInRequest struct {
	User   string `json:"user" doc:"Id or e-mail address." example:"user@docspace.test"`
	Tenant int64  `json:"tenant,omitempty" doc:"Number of the portal; default 1."`
}

// SignedIn is a user's session, as the login page would have made it.
type SignedIn struct {
	UserID  string `json:"user_id"`
	Email   string `json:"email"`
	Tenant  int64  `json:"tenant"`
	Portal  string `json:"portal" doc:"Root of the portal."`
	Session string `json:"session" doc:"Value of the cookie asc_auth_key, also a bearer token at the Backend API."`
	// SessionExpires and SignatureExpires are by the portal's clock.
	SessionExpires   time.Time `json:"session_expires"`
	Signature        string    `json:"signature" doc:"Value of the cookie or header x-signature, for the authorization server and registration."`
	SignatureExpires time.Time `json:"signature_expires"`
}

// Users lists the users of a portal in order of creation; tenant 0 lists those of all.
func (c *Client) Users(ctx context.Context, tenant int64) ([]User, error) {
	return get[[]User](ctx, c, "users?tenant="+strconv.FormatInt(tenant, 10))
}

// CreateUser adds a user. A taken e-mail address is an error.
func (c *Client) CreateUser(ctx context.Context, u CreateUserRequest) (User, error) {
	return send[User](ctx, c, http.MethodPost, "users", u)
}

// UpdateUser changes a user of a portal.
func (c *Client) UpdateUser(ctx context.Context, tenant int64, id string, change UpdateUserRequest) (User, error) {
	return send[User](ctx, c, http.MethodPatch, userPath(tenant, id), change)
}

// DeleteUser removes a user with all sessions, grants and consents.
func (c *Client) DeleteUser(ctx context.Context, tenant int64, id string) error {
	return c.call(ctx, http.MethodDelete, userPath(tenant, id), nil, nil)
}

func userPath(tenant int64, id string) string {
	return "users/" + segment(id) + "?" + url.Values{"tenant": {strconv.FormatInt(tenant, 10)}}.Encode()
}

// SignIn signs a user in without the login page. Tenant 0 is the first portal.
func (c *Client) SignIn(ctx context.Context, user string, tenant int64) (SignedIn, error) {
	return send[SignedIn](ctx, c, http.MethodPost, "sessions", SignInRequest{User: user, Tenant: tenant})
}
