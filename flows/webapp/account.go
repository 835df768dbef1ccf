package webapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"docspace-oauth/flows"
)

// account is a user who is signed in.
type account struct {
	tokens *flows.Tokens
	claims *flows.Claims // of the access token
	base   string        // the portal where the token is valid
}

// errSignedOut says that the portal does not accept this app's tokens any more, and
// that no new ones are to be had: the person has to sign in again.
var errSignedOut = errors.New("the portal ended the sign-in")

// early is how long before its end an access token is replaced.
const early = 30 * time.Second

// call uses the portal's API as the session's user. An access token that is about
// to end, or that the portal refuses, is refreshed once. The session must be
// locked. Errors: errSignedOut, then the session has no account any more; else
// what use or the portal reported.
func (a *App) call(ctx context.Context, s *session, use func(*flows.API) error) error {
	refreshed := false
	if ends := s.account.tokens.Expires; !ends.IsZero() && time.Until(ends) < early {
		if err := a.refresh(ctx, s); err != nil {
			return err
		}
		refreshed = true
	}
	err := use(a.api(s.account))
	var refused *flows.APIError
	if !errors.As(err, &refused) || !refused.TokenRefused() {
		return err
	}
	if refreshed {
		s.account = nil
		return errSignedOut
	}
	if err := a.refresh(ctx, s); err != nil {
		return err
	}
	err = use(a.api(s.account))
	if errors.As(err, &refused) && refused.TokenRefused() {
		s.account = nil
		return errSignedOut
	}
	return err
}

func (a *App) api(user *account) *flows.API {
	return flows.NewAPI(user.base, user.tokens.AccessToken, a.client)
}

// refresh replaces the session's tokens. The portal gives a new refresh token each
// time and forgets the old one, so the new one is kept before anything else happens.
func (a *App) refresh(ctx context.Context, s *session) error {
	if s.account.tokens.RefreshToken == "" { // a public app gets none
		s.account = nil
		return errSignedOut
	}
	ctx = context.WithoutCancel(ctx) // a refresh token that was sent is spent
	tokens, err := a.portal.Refresh(ctx, a.app, s.account.tokens.RefreshToken)
	if err != nil {
		var refused *flows.TokenError
		if errors.As(err, &refused) && !refused.Temporary() {
			a.log.Info("portal refused to refresh", "error", err)
			s.account = nil
			return errSignedOut
		}
		return err
	}
	s.account.tokens.RefreshToken = tokens.RefreshToken
	renewed, err := a.accept(ctx, tokens)
	if err == nil && renewed.claims.Subject != s.account.claims.Subject {
		err = fmt.Errorf("refresh: %w: for another user", flows.ErrToken)
	}
	if err != nil {
		if errors.Is(err, flows.ErrToken) || errors.Is(err, flows.ErrPortal) {
			a.log.Warn("refreshed token not accepted", "error", err)
			s.account = nil
			return errSignedOut
		}
		return err
	}
	s.account = renewed
	return nil
}
