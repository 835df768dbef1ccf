package identity

import (
	"errors"
	"net/http"
	"slices"

	"docspace-oauth/mockdocspace/internal/store"
)

// consent takes the answer of the consent page (identity.md §3.4).
func (s *Server) consent(w http.ResponseWriter, r *http.Request, a authorization) {
	ctx := r.Context()
	p := formParameters(r)
	if blank(p.Get("client_id")) || len(p["client_id"]) != 1 || blank(p.Get("state")) || len(p["state"]) != 1 {
		s.loginError(w, r, codeInvalidRequest)
		return
	}
	grant, err := s.Store.GrantByToken(ctx, store.ConsentState, p.Get("state"))
	if err != nil || (grant.UserID != a.user.UserID && !a.rules.Consent.AnyState) || grant.AppID != a.app.ID {
		refused(ctx, causeConsentState(a, grant, err))
		s.loginError(w, r, codeInvalidRequest)
		return
	}
	a.redirectURI, a.redirectSent, a.state = grant.RedirectURI, grant.RedirectSent, grant.State

	chosen := unique(p["scope"])
	if !containsAll(grant.Requested, chosen) && !a.rules.Consent.AllowExtraScope {
		refused(ctx, causeScope(chosen, grant.Requested, "what the app asked for"))
		s.fail(w, r, a, codeInvalidScope, uriAuthorizeError)
		return
	}
	denied := len(chosen) == 0
	if (!denied && a.rules.Consent.GrantAll) || (denied && a.rules.Consent.DenyGrants) {
		chosen = grant.Requested
	}
	stored, err := s.Store.Consent(ctx, a.user.UserID, a.app.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		s.loginError(w, r, codeSomethingWentWrong)
		return
	}
	// What was granted before counts again, also for a denial (identity.md §3.4).
	hasStored := len(stored.Scopes) > 0
	if len(chosen) == 0 && (!hasStored || !a.rules.Consent.StoredOverridesDeny) {
		s.deny(w, r, a, grant)
		return
	}
	granted := chosen
	for _, scope := range grant.Requested {
		if slices.Contains(stored.Scopes, scope) && !slices.Contains(granted, scope) {
			granted = append(granted, scope)
		}
	}
	if len(granted) > 0 && slices.Contains(grant.Requested, scopeOpenID) && !slices.Contains(granted, scopeOpenID) {
		granted = append(granted, scopeOpenID)
	}
	if len(granted) > 0 {
		if _, err := s.Store.AddConsent(ctx, a.user.UserID, a.app.ID, granted, s.Clock.Now()); err != nil {
			s.loginError(w, r, codePersistence)
			return
		}
	}
	grant.Authorized = granted
	if !a.rules.Race.Consent {
		grant.ConsentState = ""
	}
	s.issueCode(w, r, a, grant)
}

// deny removes the pending grant and tells the app (identity.md §3.4).
func (s *Server) deny(w http.ResponseWriter, r *http.Request, a authorization, grant store.Grant) {
	if _, err := s.Store.DeleteGrants(r.Context(), store.GrantFilter{UserID: grant.UserID, AppID: grant.AppID, Type: grant.Type}); err != nil {
		s.loginError(w, r, "identity_authorization_cleanup_error")
		return
	}
	s.fail(w, r, a, codeAccessDenied, uriAuthorizeError)
}
