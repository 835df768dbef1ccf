package identity

import (
	"net/http"

	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// automatic is the user as whom a request without x-signature acts. Only with
// AutoLogin and AutoConsent together is there one: then GET /oauth2/authorize answers
// with a code, for scripts that have no browser (docs/portal/clients.md §5 item 7).
// With one of the two alone the pages do it, and the journey is the portal's.
func (s *Server) automatic(r *http.Request) (signature.Claims, bool) {
	if s.AutoLogin == "" || !s.AutoConsent {
		return signature.Claims{}, false
	}
	here := site.From(r.Context())
	user, err := s.Store.UserByEmail(r.Context(), here.Tenant.ID, s.AutoLogin)
	if err != nil || user.Status != store.StatusActive {
		return signature.Claims{}, false
	}
	return here.Claims(user, s.Clock.Now().Add(signature.Lifetime)), true
}

// consentForAll remembers the consent that nobody was asked for.
func (s *Server) consentForAll(r *http.Request, a authorization) error {
	_, err := s.Store.AddConsent(r.Context(), a.user.UserID, a.app.ID, a.scopes, s.Clock.Now())
	return err
}
