// Package site says which portal a request addresses, and under which URL.
package site

import (
	"context"

	"docspace-oauth/mockdocspace/internal/store"
)

// Site is the portal of one request.
type Site struct {
	Tenant store.Tenant
	// Base is the portal's root as the client addresses it: scheme://host[:port],
	// no trailing slash. It feeds iss, aud, links and redirects.
	Base string
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
