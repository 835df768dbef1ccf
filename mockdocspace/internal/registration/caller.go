package registration

import (
	"errors"
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/signature"
)

// role is what a caller may do; roles combine to a set.
type role int

const (
	roleNone  role = 0 // nobody is signed in
	roleGuest role = 1 << iota
	roleUser
	roleAdmin

	rolesManaging = roleUser | roleAdmin
	rolesAny      = roleGuest | roleUser | roleAdmin
)

// caller is who sent a request; the zero value is anonymous.
type caller struct {
	signature.Claims
	role role
}

var errIncomplete = errors.New("x-signature lacks a claim")

// identify finds out who is signed in (§2.2): anonymous without a signature, an
// error when there is one that does not hold.
func (s *service) identify(r *http.Request) (caller, error) {
	token := presentedSignature(r)
	if token == "" {
		return caller{}, nil
	}
	claims, err := signature.Verify(s.SignatureKey, token, s.Clock.Now(), signature.Leniency{})
	if err != nil {
		return caller{}, err
	}
	for _, claim := range []string{claims.UserID, claims.UserName, claims.UserEmail, claims.TenantURL} {
		if strings.TrimSpace(claim) == "" {
			return caller{}, errIncomplete
		}
	}
	if claims.TenantID < 1 {
		return caller{}, errIncomplete
	}
	who := caller{Claims: claims, role: roleOf(claims)}
	if rules.For(r.Context(), "", who.UserID).Registration.AnyRole {
		who.role = roleAdmin
	}
	return who, nil
}

// roleOf ranks the claims (§2.2): a user who may not use the developer tools
// counts as a guest.
func roleOf(c signature.Claims) role {
	switch {
	case c.Admin:
		return roleAdmin
	case c.Guest:
		return roleGuest
	case c.Public:
		return roleUser
	default:
		return roleGuest
	}
}

// presentedSignature is the first cookie of that name in any letter case, else
// the header; an empty cookie hides the header (§2.2).
func presentedSignature(r *http.Request) string {
	for _, cookie := range r.Cookies() {
		if strings.EqualFold(cookie.Name, signature.Name) {
			return cookie.Value
		}
	}
	return r.Header.Get(signature.Name)
}
