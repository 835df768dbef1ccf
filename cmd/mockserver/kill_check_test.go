package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"docspace-oauth/flows"
)

// check tells what the portal has lost of what it had answered to the customer, or
// has brought back. It leaves him with new tokens where he may have them, so that
// he can be looked at again.
func (c *customer) check(ctx context.Context, s *server) error {
	if err := c.checkSessions(ctx, s); err != nil {
		return err
	}
	if err := c.checkContent(ctx, s); err != nil {
		return err
	}
	if c.app == nil {
		return nil
	}
	signature, err := s.portal.Signature(ctx, c.session)
	if err != nil {
		return err
	}
	if err := c.checkApp(ctx, s, signature); err != nil {
		return err
	}
	if err := c.checkTokens(ctx, s); err != nil || c.deleted {
		return err
	}
	return c.checkConsent(ctx, s, signature)
}

// checkSessions leaves him signed in.
func (c *customer) checkSessions(ctx context.Context, s *server) error {
	for _, session := range c.ended {
		if status, err := s.send(ctx, http.MethodGet, "/api/2.0/people/@self", session); err != nil || status != http.StatusUnauthorized {
			return fmt.Errorf("a session that was signed out of gets %d (%v)", status, err)
		}
	}
	if c.session != "" {
		status, err := s.send(ctx, http.MethodGet, "/api/2.0/people/@self", c.session)
		if err == nil && status == http.StatusOK {
			return nil
		}
		if err != nil || c.underWay != "sign out" {
			return fmt.Errorf("the session gets %d (%v)", status, err)
		}
	}
	return c.signIn(ctx, s)
}

func (c *customer) checkContent(ctx context.Context, s *server) error {
	api := flows.NewAPI(killBase, c.session, s.client) // which takes a session like a token
	for _, made := range c.content {
		switch {
		case made.data != nil:
			r, err := api.Download(ctx, made.id)
			if err != nil {
				return err
			}
			data, err := io.ReadAll(r)
			if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(data, made.data) {
				return fmt.Errorf("file %d has %d bytes, want other %d (%v)", made.id, len(data), len(made.data), err)
			}
		case made.room:
			if room, err := api.Room(ctx, made.id); err != nil || room.Title != made.title {
				return fmt.Errorf("room %d is %+v (%v)", made.id, room, err)
			}
		default:
			if folder, err := api.Folder(ctx, made.id); err != nil || folder.Current.Title != made.title {
				return fmt.Errorf("folder %d is %+v (%v)", made.id, folder, err)
			}
		}
	}
	return nil
}

func (c *customer) checkApp(ctx context.Context, s *server, signature string) error {
	_, err := s.portal.Registration(ctx, signature, c.app.ID)
	var refusal *flows.RegistrationError
	gone := errors.As(err, &refusal) && refusal.Status == http.StatusNotFound
	switch {
	case gone && (c.deleted || c.underWay == "delete app"):
		c.deleted = true
		return nil
	case err != nil:
		return fmt.Errorf("app %s: %w", c.app.ID, err)
	case c.deleted:
		return fmt.Errorf("app %s was deleted, and is there", c.app.ID)
	}
	return nil
}

// checkTokens leaves him with fresh tokens, with dead ones, or without.
func (c *customer) checkTokens(ctx context.Context, s *server) error {
	for _, tokens := range c.spent {
		if access, refresh, err := s.active(ctx, tokens); err != nil || access || refresh {
			return fmt.Errorf("replaced tokens are active: access %t, refresh %t (%v)", access, refresh, err)
		}
		if err := c.refused(ctx, s, tokens); err != nil {
			return fmt.Errorf("a replaced refresh token: %w", err)
		}
	}
	if c.code != "" && !c.deleted {
		return c.checkCode(ctx, s)
	}
	if c.tokens == nil {
		return nil
	}
	access, refresh, err := s.active(ctx, c.tokens)
	open := c.underWay == "refresh" || c.underWay == "revoke" || c.underWay == "withdraw"
	dead := c.revoked || c.withdrawn || c.deleted
	switch {
	case err != nil:
		return err
	case access != refresh:
		return fmt.Errorf("access token is active: %t, its refresh token: %t", access, refresh)
	case dead && access:
		return fmt.Errorf("tokens live (revoked: %t, consent withdrawn: %t, app deleted: %t)", c.revoked, c.withdrawn, c.deleted)
	case !dead && !open && !access:
		return errors.New("tokens are dead")
	case !access:
		if err := c.refused(ctx, s, c.tokens); err != nil {
			return fmt.Errorf("a dead refresh token: %w", err)
		}
		c.spent, c.tokens = append(c.spent, c.tokens), nil
		return nil
	}
	if _, err := flows.NewAPI(killBase, c.tokens.AccessToken, s.client).Self(ctx); err != nil {
		return fmt.Errorf("an active token at the API: %w", err)
	}
	return c.refresh(ctx, s)
}

// checkCode redeems the code that waits. One whose exchange was under way may be spent.
func (c *customer) checkCode(ctx context.Context, s *server) error {
	err := c.exchange(ctx, s)
	c.code = ""
	var refusal *flows.TokenError
	if c.underWay == "exchange" && errors.As(err, &refusal) && refusal.Code == "invalid_grant" {
		return nil
	}
	return err
}

// active says what the portal says of both tokens.
func (s *server) active(ctx context.Context, tokens *flows.Tokens) (access, refresh bool, err error) {
	first, err := s.portal.Introspect(ctx, tokens.AccessToken)
	if err != nil {
		return false, false, err
	}
	second, err := s.portal.Introspect(ctx, tokens.RefreshToken)
	if err != nil {
		return false, false, err
	}
	return first.Active, second.Active, nil
}

// refused wants no tokens for a dead refresh token.
func (c *customer) refused(ctx context.Context, s *server, tokens *flows.Tokens) error {
	_, err := s.portal.Refresh(ctx, *c.app, tokens.RefreshToken)
	var refusal *flows.TokenError
	if !errors.As(err, &refusal) || refusal.Code != "invalid_grant" && !c.deleted {
		return fmt.Errorf("refresh: %v, want invalid_grant", err)
	}
	return nil
}

// checkConsent wants a code at once, or to be asked where he has withdrawn.
func (c *customer) checkConsent(ctx context.Context, s *server, signature string) error {
	if !c.consented {
		return nil
	}
	answer, err := c.ask(ctx, s, signature)
	if err != nil {
		return err
	}
	if asked := answer.Callback == nil; asked {
		if !c.withdrawn && c.underWay != "withdraw" {
			return errors.New("the consent is gone")
		}
		c.withdrawn = true
		return nil
	}
	if c.withdrawn {
		return errors.New("the consent was withdrawn, and is there")
	}
	if c.code, err = flows.ParseCallback(answer.Callback.Query(), c.authorization); err != nil {
		return err
	}
	if c.tokens != nil { // a new code ends the tokens before it
		c.spent = append(c.spent, c.tokens)
	}
	c.spent = c.spent[max(0, len(c.spent)-4):] // enough, and each check adds some
	c.revoked = false
	return c.exchange(ctx, s)
}
