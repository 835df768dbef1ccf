package identity

import (
	"context"
	"errors"
	"net/http"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// revoke kills a token of the calling client (identity.md §3.8).
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	client, admitted := s.admitClient(w, r)
	if !admitted {
		return
	}
	p := endpointParameters(r)
	if blank(p.Get("token")) || len(p["token"]) != 1 {
		s.writeOAuthError(w, r, http.StatusBadRequest, revocationParameterError("token"))
		return
	}
	if repeated(p, "token_type_hint") {
		s.writeOAuthError(w, r, http.StatusBadRequest, revocationParameterError("token_type_hint"))
		return
	}
	if client.method == methodBearer {
		s.writeOAuthError(w, r, http.StatusBadRequest, plainError(codeInvalidClient))
		return
	}
	if failure := s.revokeToken(r.Context(), client, p.Get("token")); failure != nil {
		s.writeOAuthError(w, r, http.StatusBadRequest, failure)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (s *Server) revokeToken(ctx context.Context, client authenticatedClient, value string) *oauthError {
	grant, kind, err := s.grantOf(ctx, value, client.rules)
	if err == nil && !s.alive(ctx, grant) {
		err = store.ErrNotFound // identity.md §11, deactivate: every lookup is filtered
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		if client.rules.Revoke.UnknownIsError {
			return plainError(codeInvalidRequest)
		}
		return nil
	case err != nil:
		return plainError(codePersistence)
	}
	rule := rules.For(ctx, client.app.ID, grant.UserID)
	if grant.AppID != client.app.ID && !rule.Revoke.AnyClient {
		refused(ctx, diagnosis.Because("token.foreign", "the token was issued to another app").With("client_id", grant.AppID))
		return plainError(codeInvalidClient)
	}
	if rule.Revoke.NoOp || (kind == store.AccessToken && rule.Revoke.AccessNoOp) {
		return nil
	}
	for {
		invalidate(&grant, kind, value, rule.Revoke)
		_, err := s.Store.SwapGrant(ctx, grant)
		if !errors.Is(err, store.ErrConflict) {
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return plainError(codePersistence)
			}
			s.fates.remember(value, fateRevoked, s.Clock.Now())
			return nil
		}
		if grant, kind, err = s.grantOf(ctx, value, client.rules); err != nil {
			return nil // rotated away in between
		}
	}
}

// grantOf finds the row of an access or refresh token; codes and id_tokens are
// not known here (identity.md §3.8).
func (s *Server) grantOf(ctx context.Context, value string, rule *rules.Rules) (store.Grant, store.TokenKind, error) {
	kinds := []store.TokenKind{store.RefreshToken, store.AccessToken}
	if rule.Revoke.CodeRevocable {
		kinds = append(kinds, store.AuthorizationCode)
	}
	for _, kind := range kinds {
		grant, err := s.Store.GrantByToken(ctx, kind, value)
		if !errors.Is(err, store.ErrNotFound) {
			return grant, kind, err
		}
	}
	return store.Grant{}, 0, store.ErrNotFound
}

// invalidate kills an access token alone, a refresh token with its access token
// and code (identity.md §3.8).
func invalidate(g *store.Grant, kind store.TokenKind, value string, rule rules.Revoke) {
	switch {
	case kind == store.AccessToken && !rule.AccessRevokesFamily:
		if g.Access != nil && g.Access.Value == value {
			g.Access.Invalidated = true
		}
		for i := range g.OldAccess {
			g.OldAccess[i].Invalidated = g.OldAccess[i].Invalidated || g.OldAccess[i].Value == value
		}
	case rule.KeepsAccess && g.Refresh != nil:
		g.Refresh.Invalidated = true
	default:
		invalidateAll(g)
	}
}
