package management

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/store"
)

// userStatuses are the words for the Backend API's numbers.
var userStatuses = map[store.UserStatus]string{
	store.StatusActive: "active", store.StatusPending: "pending", store.StatusTerminated: "terminated",
}

func (s *server) userRoutes(api huma.API) {
	register(s, api, http.MethodGet, "users", "list-users", "Users, with their passwords", s.listUsers)
	register(s, api, http.MethodPost, "users", "create-user", "Add a user; what is left out is made up", s.createUser)
	register(s, api, http.MethodPatch, "users/{id}", "update-user", "Change a user", s.updateUser)
	register(s, api, http.MethodDelete, "users/{id}", "delete-user", "Remove a user with sessions, grants and consents", s.deleteUser)
	register(s, api, http.MethodPost, "sessions", "sign-in", "Sign a user in without the login page", s.signIn)
}

func userOf(u store.User) control.User {
	return control.User{
		ID: u.ID, Tenant: u.TenantID, Email: u.Email, Password: u.Password, FirstName: u.FirstName, LastName: u.LastName,
		Type: string(u.Type), Status: userStatuses[u.Status], TwoFactor: u.TwoFactor,
	}
}

// tenant finds a portal; 0 is the first.
func (s *server) tenant(ctx context.Context, location string, id int64) (store.Tenant, error) {
	if id == 0 {
		id = firstTenant
	}
	t, err := s.Store.Tenant(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return t, invalid(location, id, "is no portal of this mock: GET /mock/portal lists them")
	}
	return t, err
}

func (s *server) listUsers(ctx context.Context, in *struct {
	Tenant int64 `query:"tenant" doc:"Number of the portal; left out or 0: all."`
},
) (*answer[[]control.User], error) {
	list, err := s.users(ctx, in.Tenant)
	if err != nil {
		return nil, err
	}
	return &answer[[]control.User]{list}, nil
}

func (s *server) users(ctx context.Context, tenantID int64) ([]control.User, error) {
	tenants, err := s.Store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	list := []control.User{}
	for _, t := range tenants {
		if tenantID != 0 && t.ID != tenantID {
			continue
		}
		users, err := s.Store.Users(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		for _, u := range users {
			list = append(list, userOf(u))
		}
	}
	return list, nil
}

func (s *server) createUser(ctx context.Context, in *struct{ Body control.CreateUserRequest }) (*answer[control.User], error) {
	request := in.Body
	tenant, err := s.tenant(ctx, "body.tenant", request.Tenant)
	if err != nil {
		return nil, err
	}
	id := s.Random.UUID()
	if request.Email == "" {
		request.Email = "user-" + id[:8] + "@docspace.test"
	}
	name, domain, ok := strings.Cut(request.Email, "@")
	if !ok || name == "" || domain == "" || strings.ContainsAny(request.Email, " \t\r\n") {
		return nil, invalid("body.email", request.Email, "is no e-mail address: leave it out to get a fresh one")
	}
	user := store.User{
		ID: id, TenantID: tenant.ID, Email: request.Email, UserName: strings.ToLower(name), FirstName: request.FirstName, LastName: request.LastName,
		Password: request.Password, Type: store.UserType(request.Type), Status: store.StatusActive,
		TwoFactor: request.TwoFactor, Culture: tenant.Culture, CreatedBy: tenant.OwnerID, CreatedAt: s.Clock.Now(),
	}
	if user.FirstName == "" && user.LastName == "" {
		user.FirstName, user.LastName = "Test", "User "+id[:4]
	}
	if user.Password == "" {
		user.Password = s.Random.Alphanumeric(16)
	}
	if user.Type == "" {
		user.Type = store.TypeUser
	}
	s.creating.Lock()
	defer s.creating.Unlock()
	switch _, err := s.Store.UserByEmail(ctx, tenant.ID, user.Email); {
	case err == nil:
		return nil, conflict("body.email", user.Email, "is taken on portal %d: leave it out to get a fresh one", tenant.ID)
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	if err := s.Store.PutUser(ctx, user); err != nil {
		return nil, err
	}
	return &answer[control.User]{userOf(user)}, nil
}

// UserPath addresses a user. Exported because huma reads only exported fields,
// embedded ones too.
type UserPath struct {
	ID     string `path:"id" doc:"Id of the user."`
	Tenant int64  `query:"tenant" doc:"Number of the portal; default 1."`
}

// user finds who is addressed.
func (s *server) user(ctx context.Context, at UserPath) (store.User, error) {
	tenant, err := s.tenant(ctx, "query.tenant", at.Tenant)
	if err != nil {
		return store.User{}, err
	}
	u, err := s.Store.User(ctx, tenant.ID, at.ID)
	if errors.Is(err, store.ErrNotFound) {
		return u, notFound("path.id", at.ID, "is no user of portal %d: GET /mock/users lists them", tenant.ID)
	}
	return u, err
}

func (s *server) updateUser(ctx context.Context, in *struct {
	UserPath
	Body control.UpdateUserRequest
},
) (*answer[control.User], error) {
	u, err := s.user(ctx, in.UserPath)
	if err != nil {
		return nil, err
	}
	if u.Type == store.TypeOwner && (in.Body.Type != "" || (in.Body.Status != "" && in.Body.Status != "active")) {
		return nil, conflict("path.id", u.ID, "is the owner of portal %d, whose type and status stay: change another user", u.TenantID)
	}
	if in.Body.Type != "" {
		u.Type = store.UserType(in.Body.Type)
	}
	if in.Body.Password != "" {
		u.Password = in.Body.Password
	}
	for status, word := range userStatuses {
		if word == in.Body.Status {
			u.Status = status
		}
	}
	switch {
	case u.Status != store.StatusTerminated:
		u.TerminatedAt = time.Time{}
	case u.TerminatedAt.IsZero():
		u.TerminatedAt = s.Clock.Now()
	}
	if err := s.Store.PutUser(ctx, u); err != nil {
		return nil, err
	}
	if u.Status == store.StatusTerminated {
		if _, err := s.Store.DeleteSessionsOf(ctx, u.TenantID, u.ID); err != nil {
			return nil, err
		}
	}
	return &answer[control.User]{userOf(u)}, nil
}

func (s *server) deleteUser(ctx context.Context, in *UserPath) (*none, error) {
	ctx = context.WithoutCancel(ctx) // all or nothing, though the client may leave
	u, err := s.user(ctx, *in)
	if err != nil {
		return nil, err
	}
	if u.Type == store.TypeOwner {
		return nil, conflict("path.id", u.ID, "is the owner of portal %d and stays: delete another user", u.TenantID)
	}
	if err := s.Store.DeleteUser(ctx, u.TenantID, u.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	_, sessions := s.Store.DeleteSessionsOf(ctx, u.TenantID, u.ID)
	_, grants := s.Store.DeleteGrants(ctx, store.GrantFilter{UserID: u.ID})
	_, consents := s.Store.DeleteConsents(ctx, u.ID, "")
	return nil, errors.Join(sessions, grants, consents)
}
