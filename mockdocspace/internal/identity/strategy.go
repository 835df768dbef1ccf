package identity

import (
	"context"

	"github.com/ory/fosite"

	"docspace-oauth/mockdocspace/internal/rules"
)

// engineStrategy gives fosite the portal's forms: codes and refresh tokens of
// 128 characters, ES256 access tokens (identity.md §4.1, §4.3). A token's
// signature, in fosite's sense the key of its row, is the token itself.
type engineStrategy struct{ server *Server }

// AuthorizeCodeSignature implements oauth2.AuthorizeCodeStrategy.
func (e *engineStrategy) AuthorizeCodeSignature(_ context.Context, code string) string { return code }

// GenerateAuthorizeCode implements oauth2.AuthorizeCodeStrategy.
func (e *engineStrategy) GenerateAuthorizeCode(ctx context.Context, _ fosite.Requester) (string, string, error) {
	x := exchangeFrom(ctx)
	code := e.server.regional(x.rules) + e.server.Random.Base64URL(x.rules.Authorize.CodeBytes)
	return code, code, nil
}

// ValidateAuthorizeCode implements oauth2.AuthorizeCodeStrategy: codes expire by the portal's clock.
func (e *engineStrategy) ValidateAuthorizeCode(ctx context.Context, _ fosite.Requester, _ string) error {
	x := exchangeFrom(ctx)
	if !x.rules.Token.AcceptExpiredCode && !e.server.Clock.Now().Before(x.grant.Code.ExpiresAt) {
		return fosite.ErrTokenExpired
	}
	return nil
}

// RefreshTokenSignature implements oauth2.RefreshTokenStrategy.
func (e *engineStrategy) RefreshTokenSignature(_ context.Context, token string) string { return token }

// GenerateRefreshToken implements oauth2.RefreshTokenStrategy.
func (e *engineStrategy) GenerateRefreshToken(ctx context.Context, _ fosite.Requester) (string, string, error) {
	x := exchangeFrom(ctx)
	x.refresh = e.server.regional(x.rules) + e.server.Random.Base64URL(x.rules.Token.RefreshBytes)
	if x.grant.Refresh != nil && x.grant.Access != nil && !x.rules.Refresh.Rotate {
		x.refresh = x.grant.Refresh.Value
	}
	return x.refresh, x.refresh, nil
}

// ValidateRefreshToken implements oauth2.RefreshTokenStrategy; the token endpoint looked before.
func (e *engineStrategy) ValidateRefreshToken(context.Context, fosite.Requester, string) error {
	return nil
}

// AccessTokenSignature implements oauth2.AccessTokenStrategy.
func (e *engineStrategy) AccessTokenSignature(_ context.Context, token string) string { return token }

// GenerateAccessToken implements oauth2.AccessTokenStrategy.
func (e *engineStrategy) GenerateAccessToken(ctx context.Context, _ fosite.Requester) (string, string, error) {
	x := exchangeFrom(ctx)
	token, err := e.server.accessToken(ctx, x.grant, x.scopes, x.rules)
	x.access = token
	return token, token, err
}

// ValidateAccessToken implements oauth2.AccessTokenStrategy; introspection asks the store.
func (e *engineStrategy) ValidateAccessToken(context.Context, fosite.Requester, string) error {
	return nil
}

// regional is the prefix of codes and refresh tokens in the cloud (identity.md §4.1).
func (s *Server) regional(rule *rules.Rules) string {
	if rule.Build == rules.BuildSaaS {
		return s.Region + ":"
	}
	return ""
}
