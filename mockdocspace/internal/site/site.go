// Package site says which portal a request addresses, and under which URL.
package site

import (
	"context"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// Site is the portal of one request.
type Site struct {
	Tenant store.Tenant
	// Base is the portal's root as the client addresses it: scheme://host[:port],
	// no trailing slash. It feeds iss, aud, links and redirects.
	Base string
}

// Claims are what the portal's x-signature says of a user (docs/portal/identity.md §2.1).
func (s Site) Claims(u store.User, expires time.Time) signature.Claims {
	return signature.Claims{
		UserID: u.ID, UserName: u.DisplayName(), UserEmail: u.Email, TenantID: s.Tenant.ID, TenantURL: s.Base,
		Admin: u.IsAdmin(), Guest: u.Type == store.TypeGuest, Public: !s.Tenant.LimitedDevTools, Expires: expires,
	}
}

type contextKey struct{}

// Into returns a context that carries s.
func Into(ctx context.Context, s Site) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// From returns the request's site; the zero Site when there is none.
func From(ctx context.Context) Site {
	s, _ := ctx.Value(contextKey{}).(Site)
	return s
}
