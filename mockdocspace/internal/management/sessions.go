package management

import (
	"context"
	"errors"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// sessionLifetime is that of the portal's own sign-ins (docs/portal/browser-flow.md §2.3).
const sessionLifetime = 365 * 24 * time.Hour

// signIn makes what the login page and the Backend API make: a portal session
// and an x-signature (docs/portal/identity.md §2.1).
func (s *server) signIn(ctx context.Context, in *struct{ Body control.SignInRequest }) (*answer[control.SignedIn], error) {
	tenant, err := s.tenant(ctx, "body.tenant", in.Body.Tenant)
	if err != nil {
		return nil, err
	}
	find := s.Store.User
	if strings.Contains(in.Body.User, "@") {
		find = s.Store.UserByEmail
	}
	user, err := find(ctx, tenant.ID, in.Body.User)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, notFound("body.user", in.Body.User, "is neither id nor e-mail address of a user of portal %d: GET /mock/users lists them", tenant.ID)
	case err != nil:
		return nil, err
	case user.Status != store.StatusActive:
		return nil, conflict("body.user", in.Body.User, "is %s and cannot sign in: PATCH /mock/users/%s?tenant=%d with {\"status\":\"active\"} first",
			userStatuses[user.Status], user.ID, tenant.ID)
	}
	now := s.Clock.Now()
	session := store.Session{
		Token: s.Random.Alphanumeric(96), TenantID: tenant.ID, UserID: user.ID, CreatedAt: now, ExpiresAt: now.Add(sessionLifetime),
	}
	claims := site.Site{Tenant: tenant, Base: s.PortalURL(ctx, tenant)}.Claims(user, now.Add(signature.Lifetime))
	signed, err := signature.Issue(s.SignatureKey, claims)
	if err != nil {
		return nil, err
	}
	if err := s.Store.PutSession(ctx, session); err != nil {
		return nil, err
	}
	return &answer[control.SignedIn]{control.SignedIn{
		UserID: user.ID, Email: user.Email, Tenant: tenant.ID, Portal: claims.TenantURL,
		Session: session.Token, SessionExpires: session.ExpiresAt, Signature: signed, SignatureExpires: claims.Expires,
	}}, nil
}
