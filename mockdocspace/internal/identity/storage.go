package identity

import (
	"context"
	"errors"
	"time"

	"github.com/ory/fosite"

	"docspace-oauth/mockdocspace/internal/store"
)

// engineStorage lets fosite work on the one grant of the request at hand: its
// reads see the grant that was looked up, its writes change a copy, and the
// commit swaps the row. The swap is what gives codes and refresh tokens one winner.
type engineStorage struct{ server *Server }

// GetClient implements fosite.ClientManager; clients are authenticated before.
func (e *engineStorage) GetClient(ctx context.Context, _ string) (fosite.Client, error) {
	return exchangeFrom(ctx).client(), nil
}

// ClientAssertionJWTValid implements fosite.ClientManager; no app has that method.
func (e *engineStorage) ClientAssertionJWTValid(context.Context, string) error { return nil }

// SetClientAssertionJWT implements fosite.ClientManager; no app has that method.
func (e *engineStorage) SetClientAssertionJWT(context.Context, string, time.Time) error { return nil }

// CreateAuthorizeCodeSession implements oauth2.AuthorizeCodeStorage.
func (e *engineStorage) CreateAuthorizeCodeSession(ctx context.Context, code string, _ fosite.Requester) error {
	x := exchangeFrom(ctx)
	now := e.server.Clock.Now()
	next := x.grant
	next.Code = &store.Token{Value: code, IssuedAt: now, ExpiresAt: now.Add(x.rules.Authorize.CodeLifetime)}
	next.ModifiedAt = now
	if next.Version == 0 {
		if !x.rules.Token.SupersedesGrant {
			if old, err := e.server.Store.Grant(ctx, next.GrantKey); err == nil {
				keepOld(&next, old)
			}
		}
		_, err := e.server.Store.PutGrant(ctx, next)
		return err
	}
	return e.write(ctx, x, next, x.rules.Race.Consent)
}

// GetAuthorizeCodeSession implements oauth2.AuthorizeCodeStorage.
func (e *engineStorage) GetAuthorizeCodeSession(ctx context.Context, _ string, _ fosite.Session) (fosite.Requester, error) {
	x := exchangeFrom(ctx)
	request := x.requester()
	if x.grant.Code == nil {
		return nil, fosite.ErrNotFound
	}
	if x.grant.Code.Invalidated && !x.rules.Token.AcceptUsedCode {
		return request, fosite.ErrInvalidatedAuthorizeCode
	}
	return request, nil
}

// InvalidateAuthorizeCodeSession implements oauth2.AuthorizeCodeStorage.
func (e *engineStorage) InvalidateAuthorizeCodeSession(ctx context.Context, _ string) error {
	exchangeFrom(ctx).pending.Code.Invalidated = true
	return nil
}

// BeginTX implements fosite's storage.Transactional.
func (e *engineStorage) BeginTX(ctx context.Context) (context.Context, error) {
	x := exchangeFrom(ctx)
	next := x.grant
	if next.Code != nil { // the one part that is changed, and not replaced
		code := *next.Code
		next.Code = &code
	}
	x.pending = &next
	return ctx, nil
}

// Commit implements fosite's storage.Transactional.
func (e *engineStorage) Commit(ctx context.Context) error {
	x := exchangeFrom(ctx)
	race := x.rules.Race.Refresh || x.rules.Refresh.AcceptOld
	if x.grant.Access == nil || x.grant.Code == nil || !x.grant.Code.Invalidated {
		race = x.rules.Race.Code || x.rules.Token.AcceptUsedCode
	}
	if x.rules.Race.Code || x.rules.Race.Refresh {
		pause(ctx)
	}
	if err := e.write(ctx, x, *x.pending, race); err != nil {
		return err
	}
	e.server.fates.exchanged(x, e.server.Clock.Now())
	return nil
}

// pause is what the portal's database takes between reading a row and writing it
// (a guess: a few milliseconds). Without it the faults race.* would hardly ever
// let two win.
func pause(ctx context.Context) {
	timer := time.NewTimer(5 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Rollback implements fosite's storage.Transactional.
func (e *engineStorage) Rollback(ctx context.Context) error {
	exchangeFrom(ctx).pending = nil
	return nil
}

// write swaps the row, or overwrites it where a fault restores the portal's race.
func (e *engineStorage) write(ctx context.Context, x *exchange, next store.Grant, race bool) error {
	var err error
	if race {
		_, err = e.server.Store.PutGrant(ctx, next)
	} else {
		_, err = e.server.Store.SwapGrant(ctx, next)
	}
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		x.conflicted = true
		return fosite.ErrSerializationFailure
	}
	return err
}

// CreateAccessTokenSession implements oauth2.AccessTokenStorage.
func (e *engineStorage) CreateAccessTokenSession(ctx context.Context, _ string, _ fosite.Requester) error {
	x := exchangeFrom(ctx)
	now := e.server.Clock.Now()
	if x.pending.Access != nil && x.rules.Refresh.KeepAccess {
		x.pending.OldAccess = remembered(x.pending.OldAccess, *x.pending.Access)
	}
	x.pending.Access = &store.Token{
		Value: x.access, IssuedAt: now, ExpiresAt: now.Add(x.rules.Token.AccessLifetime), Scopes: x.scopes,
	}
	x.pending.ModifiedAt = now
	return e.server.addIDToken(ctx, x)
}

// GetAccessTokenSession implements oauth2.AccessTokenStorage; the engine does not ask.
func (e *engineStorage) GetAccessTokenSession(ctx context.Context, _ string, _ fosite.Session) (fosite.Requester, error) {
	return exchangeFrom(ctx).requester(), nil
}

// DeleteAccessTokenSession implements oauth2.AccessTokenStorage.
func (e *engineStorage) DeleteAccessTokenSession(ctx context.Context, _ string) error {
	exchangeFrom(ctx).pending.Access = nil
	return nil
}

// CreateRefreshTokenSession implements oauth2.RefreshTokenStorage.
func (e *engineStorage) CreateRefreshTokenSession(ctx context.Context, token, _ string, _ fosite.Requester) error {
	x := exchangeFrom(ctx)
	now := e.server.Clock.Now()
	x.pending.Refresh = &store.Token{Value: token, IssuedAt: now, ExpiresAt: now.Add(x.rules.Token.RefreshLifetime)}
	return nil
}

// GetRefreshTokenSession implements oauth2.RefreshTokenStorage.
func (e *engineStorage) GetRefreshTokenSession(ctx context.Context, _ string, _ fosite.Session) (fosite.Requester, error) {
	return exchangeFrom(ctx).requester(), nil
}

// DeleteRefreshTokenSession implements oauth2.RefreshTokenStorage.
func (e *engineStorage) DeleteRefreshTokenSession(ctx context.Context, _ string) error {
	exchangeFrom(ctx).pending.Refresh = nil
	return nil
}

// RotateRefreshToken implements oauth2.RefreshTokenStorage.
func (e *engineStorage) RotateRefreshToken(ctx context.Context, _, _ string) error {
	x := exchangeFrom(ctx)
	keep := x.rules.Refresh.AcceptOld || x.rules.Refresh.ReuseKillsFamily
	if old := x.pending.Refresh; old != nil && keep && x.rules.Refresh.Rotate {
		used := *old
		used.Invalidated = !x.rules.Refresh.AcceptOld
		x.pending.OldRefresh = remembered(x.pending.OldRefresh, used)
	}
	return nil
}

// RevokeRefreshToken implements oauth2.TokenRevocationStorage: a code was replayed.
func (e *engineStorage) RevokeRefreshToken(ctx context.Context, _ string) error {
	return e.revokeIssued(ctx)
}

// RevokeAccessToken implements oauth2.TokenRevocationStorage: a code was replayed.
func (e *engineStorage) RevokeAccessToken(ctx context.Context, _ string) error {
	return e.revokeIssued(ctx)
}

// revokeIssued kills what a replayed code was exchanged for (identity.md §5.2).
func (e *engineStorage) revokeIssued(ctx context.Context) error {
	x := exchangeFrom(ctx)
	if !x.rules.Token.ReuseKillsTokens {
		return nil
	}
	return e.server.updateGrant(ctx, x.grant.GrantKey, x.grant.Code.Value, invalidateAll)
}

// kill ends a token, if there is one, and reports whether it lived.
func kill(token *store.Token) bool {
	lived := token != nil && !token.Invalidated
	if lived {
		token.Invalidated = true
	}
	return lived
}

// invalidateAll kills every token of the grant and reports whether any lived.
func invalidateAll(g *store.Grant) bool {
	lived := false
	for _, token := range []*store.Token{g.Code, g.Access, g.Refresh} {
		lived = kill(token) || lived
	}
	for _, old := range [][]store.Token{g.OldAccess, g.OldRefresh} {
		for i := range old {
			lived = kill(&old[i]) || lived
		}
	}
	return lived
}

// updateGrant changes the row as long as it still holds code, whatever else
// happens to it at the same time. change reports whether it had anything to do:
// where many replay one code at once, one of them writes.
func (s *Server) updateGrant(ctx context.Context, key store.GrantKey, code string, change func(*store.Grant) bool) error {
	for {
		grant, err := s.Store.Grant(ctx, key)
		if errors.Is(err, store.ErrNotFound) || (err == nil && (grant.Code == nil || grant.Code.Value != code)) {
			return nil
		}
		if err != nil {
			return err
		}
		if !change(&grant) {
			return nil
		}
		if _, err = s.Store.SwapGrant(ctx, grant); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}
