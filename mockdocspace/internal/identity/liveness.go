package identity

import (
	"context"
	"errors"
	"slices"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// alive reports whether the grant's app may still act: tokens of a disabled or
// deleted app are found by nobody (identity.md §11, deactivate and delete).
func (s *Server) alive(ctx context.Context, grant store.Grant) bool {
	if _, err := s.accessibleApp(ctx, grant.AppID); err == nil {
		return true
	}
	_, err := s.Store.App(ctx, grant.AppID)
	return errors.Is(err, store.ErrNotFound) && rules.For(ctx, grant.AppID, "").Registration.DeleteKeepsTokens
}

// activeAccess finds the grant and the token of a live access token.
func (s *Server) activeAccess(ctx context.Context, value string) (store.Grant, store.Token, bool) {
	grant, err := s.Store.GrantByToken(ctx, store.AccessToken, value)
	if err != nil {
		return store.Grant{}, store.Token{}, false
	}
	token, found := pick(grant.Access, grant.OldAccess, value)
	if !found || token.Invalidated || !s.Clock.Now().Before(token.ExpiresAt) || !s.alive(ctx, grant) {
		return grant, token, false
	}
	return grant, token, true
}

// pick is the current token of that value, or the kept old one.
func pick(current *store.Token, old []store.Token, value string) (store.Token, bool) {
	if current != nil && current.Value == value {
		return *current, true
	}
	if i := slices.IndexFunc(old, func(t store.Token) bool { return t.Value == value }); i >= 0 {
		return old[i], true
	}
	return store.Token{}, false
}

// Active reports whether token is a live access token, as introspection would:
// the question the Backend API asks at each request (docs/portal/backend-api.md §1.3).
func (s *Server) Active(ctx context.Context, token string) bool {
	grant, access, active := s.activeAccess(ctx, token)
	if !active {
		refused(ctx, s.causeAccess(ctx, token, grant, access))
	}
	return active || rulesOfToken(ctx, grant, token).Introspect.AlwaysActive
}

// AppOrigins are the origins the app registered for calls from a browser.
func (s *Server) AppOrigins(ctx context.Context, appID string) ([]string, bool) {
	app, err := s.Store.App(ctx, appID)
	if err != nil {
		return nil, false
	}
	return app.AllowedOrigins, true
}
