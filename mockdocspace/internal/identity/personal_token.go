package identity

import (
	"context"
	"net/http"
	"net/url"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// personalToken is the portal's own grant: a client with its secret gets an
// access token for whoever the x-signature names (identity.md §4.8, §5.2).
func (s *Server) personalToken(r *http.Request, p url.Values, client authenticatedClient) (*exchange, *oauthError) {
	if blank(p.Get("scope")) || (len(p["scope"]) != 1 && client.rules.Token.RefuseDuplicates) {
		return nil, tokenParameterError(codeInvalidRequest, "scope")
	}
	user, failure := s.personalTokenUser(r, client)
	if failure != nil {
		return nil, failure
	}
	if failure := client.required(); failure != nil {
		return nil, failure
	}
	scopes := scopeSet(p.Get("scope"))
	if !containsAll(client.app.Scopes, scopes) {
		return nil, plainError(codeInvalidScope)
	}
	if blank(user.UserID) {
		return nil, &oauthError{errorPage: true} // no grant without a user: an internal error, as read in the portal's code
	}
	now := s.Clock.Now()
	grant := store.Grant{
		GrantKey: store.GrantKey{UserID: user.UserID, AppID: client.app.ID, Type: store.GrantPAT},
		TenantID: user.TenantID, TenantURL: user.TenantURL, UserEmail: user.UserEmail,
		Authorized: scopes, Requested: scopes, CreatedAt: now, ModifiedAt: now,
	}
	x := &exchange{app: client.app, grant: grant, rules: client.rules, scopes: scopes}
	if failure := s.issueDirectly(r.Context(), x); failure != nil {
		return nil, failure
	}
	if client.rules.Token.PATRequiresUserAgent && r.Header.Get("User-Agent") == "" {
		return nil, &oauthError{errorPage: true} // fails when the token is already stored (identity.md §12)
	}
	return x, nil
}

func (s *Server) personalTokenUser(r *http.Request, client authenticatedClient) (signature.Claims, *oauthError) {
	token := presentedSignature(r)
	if blank(token) {
		if client.rules.Token.PATWithoutSignature {
			return signature.Claims{UserID: client.app.CreatedBy, TenantID: client.app.TenantID, TenantURL: scheme(r) + "://" + r.Host}, nil
		}
		return signature.Claims{}, tokenParameterError(codeUnauthorizedClient, "token")
	}
	user, err := s.signatures.Verify(token, s.Clock.Now(), signature.Leniency{})
	if err != nil {
		return signature.Claims{}, tokenParameterError(codeServerError, "internal_parameter")
	}
	if user.Guest && !client.rules.Token.PATGuestAllowed {
		return signature.Claims{}, &oauthError{Code: codeAccessDenied, Description: guestsGetNoToken}
	}
	return user, nil
}

// issueDirectly stores an access token without a code before it; it supersedes
// the user's earlier one of this kind (identity.md §4.2).
func (s *Server) issueDirectly(ctx context.Context, x *exchange) *oauthError {
	token, err := s.accessToken(ctx, x.grant, x.scopes, x.rules)
	if err != nil {
		s.Logger.Error("sign access token", "error", err)
		return plainError(codePersistence)
	}
	x.access = token
	now := s.Clock.Now()
	next := x.grant.Clone()
	next.Access = &store.Token{Value: token, IssuedAt: now, ExpiresAt: now.Add(x.rules.Token.AccessLifetime), Scopes: x.scopes}
	if !x.rules.Token.SupersedesGrant {
		if old, err := s.Store.Grant(ctx, next.GrantKey); err == nil {
			keepOld(&next, old)
		}
	}
	if _, err := s.Store.PutGrant(ctx, next); err != nil {
		s.Logger.Error("store access token", "error", err)
		return plainError(codePersistence)
	}
	x.pending = &next
	return nil
}
