package identity

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/spring"
	"docspace-oauth/mockdocspace/internal/store"
)

const scopeOpenID = "openid"

// authorize validates an authorization request in the portal's order and either
// issues a code or asks for consent (identity.md §3.1, step 2; §6.1).
func (s *Server) authorize(w http.ResponseWriter, r *http.Request, a authorization) {
	p := endpointParameters(r)
	if code := malformed(p, a.rules); code != "" {
		s.loginError(w, r, code)
		return
	}
	a.redirectSent = p.Get("redirect_uri")
	a.state = p.Get("state")
	a.nonce = p.Get("nonce")
	a.scopes = scopeSet(p.Get("scope"))
	switch {
	case len(a.scopes) > 0:
	case a.rules.Authorize.EmptyScopeCounts && p.Has("scope"):
		a.scopes = []string{""}
	case a.rules.Authorize.FirstScopeOnly && len(a.app.Scopes) > 0:
		a.scopes = a.app.Scopes[:1]
	default:
		a.scopes = a.app.Scopes
	}
	if spoiledByFragment(a.app) {
		refused(r.Context(), causeClient(a.app.ID, a.app, nil))
		s.loginError(w, r, codeInvalidRequest)
		return
	}
	target, ok := a.resolveRedirectURI()
	if !ok {
		refused(r.Context(), causeRedirect(&a))
		s.loginError(w, r, codeInvalidRequest)
		return
	}
	a.redirectURI = target

	if uri := p.Get("request_uri"); !blank(uri) {
		if a.rules.Authorize.RequestURIRedirects {
			s.redirect(w, r, headerText(uri))
			return
		}
		s.fail(w, r, a, codeInvalidRequest, uriAuthorizeError)
		return
	}
	if !a.rules.Authorize.GrantUnknownScope && !containsAll(a.app.Scopes, a.scopes) {
		refused(r.Context(), causeScope(a.scopes, a.app.Scopes, "registered for the app"))
		s.fail(w, r, a, codeInvalidScope, uriAuthorizeError)
		return
	}
	if failsOnList(p, a) {
		s.loginError(w, r, codeSomethingWentWrong)
		return
	}
	if !a.readChallenge(p) {
		refused(r.Context(), causeChallengeMethod(p.Get("code_challenge_method")))
		s.fail(w, r, a, codeInvalidRequest, uriPKCEError)
		return
	}
	prompt, ok := readPrompt(p.Get("prompt"), a.scopes)
	if a.rules.Authorize.IgnorePrompt {
		prompt, ok = promptAny, true
	}
	if !ok {
		s.fail(w, r, a, codeInvalidRequest, uriAuthorizeError)
		return
	}
	needed, err := s.consentNeeded(r, a)
	if needed && a.automatic {
		needed, err = false, s.consentForAll(r, a)
	}
	switch {
	case err != nil:
		s.loginError(w, r, codeSomethingWentWrong)
	case needed && prompt == promptNone:
		s.fail(w, r, a, codeConsentRequired, uriAuthorizeError)
	case needed:
		s.askConsent(w, r, a)
	default:
		grant := s.newGrant(a)
		grant.Authorized = a.scopes
		s.issueCode(w, r, a, grant)
	}
}

// standardParameters are those of RFC 6749, RFC 7636, OpenID Connect Core and RFC 9101.
var standardParameters = []string{
	"response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method",
	"nonce", "prompt", "display", "max_age", "ui_locales", "id_token_hint", "login_hint", "acr_values",
	"response_mode", "request", "request_uri",
}

// malformed is the code of a request whose parameters cannot be taken: missing,
// repeated or of an unknown response type; empty when all is well (identity.md §6.1).
func malformed(p url.Values, rule *rules.Rules) string {
	viaRequestURI := !blank(p.Get("request_uri"))
	if responseType := p.Get("response_type"); !viaRequestURI {
		switch {
		case responseType == "" && rule.Authorize.AssumeCode:
		case blank(responseType) || (len(p["response_type"]) != 1 && rule.Authorize.RefuseKnownDuplicates):
			return codeInvalidRequest
		case responseType != "code" && !rule.Authorize.AllowImplicit:
			return codeUnsupportedResponseType
		}
	}
	if blank(p.Get("client_id")) {
		return codeInvalidRequest
	}
	if rule.Authorize.RefuseKnownDuplicates {
		for _, name := range []string{"client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "request_uri"} {
			if repeated(p, name) {
				return codeInvalidRequest
			}
		}
		// prompt is read for OpenID requests only; that it may not repeat there is read
		// in the framework, not recorded.
		if hasWord(p.Get("scope"), scopeOpenID) && repeated(p, "prompt") {
			return codeInvalidRequest
		}
	}
	if rule.Authorize.RefuseUnknown {
		for name := range p {
			if !slices.Contains(standardParameters, name) {
				return codeInvalidRequest
			}
		}
	}
	if rule.Authorize.RefuseOtherDuplicates {
		for name := range p {
			if len(p[name]) > 1 {
				return codeInvalidRequest
			}
		}
	}
	return ""
}

// failsOnList reports a repetition that passes the first check, because the first
// value is empty or openid comes from the app's own scopes, and on which the
// framework fails where it expects one value.
func failsOnList(p url.Values, a authorization) bool {
	if !a.rules.Authorize.RefuseKnownDuplicates {
		return false
	}
	return len(p["code_challenge"]) > 1 || (!blank(p.Get("code_challenge")) && len(p["code_challenge_method"]) > 1) ||
		(slices.Contains(a.scopes, scopeOpenID) && len(p["prompt"]) > 1)
}

// readChallenge takes the PKCE challenge; false when its method is not S256 (identity.md §3.1).
func (a *authorization) readChallenge(p url.Values) bool {
	challenge, method := p.Get("code_challenge"), p.Get("code_challenge_method")
	if blank(challenge) {
		return true
	}
	a.challenge = challenge
	if method == "S256" {
		return true
	}
	a.plain = true
	return a.rules.PKCE.AllowPlain && (method == "plain" || method == "")
}

type prompt int

const (
	promptAny prompt = iota
	promptNone
)

// readPrompt looks at prompt for OpenID requests only; none beside another known
// value is an error (identity.md §3.1).
func readPrompt(value string, scopes []string) (prompt, bool) {
	if !slices.Contains(scopes, scopeOpenID) || !hasWord(value, "none") {
		return promptAny, true
	}
	for _, other := range []string{"login", "consent", "select_account"} {
		if hasWord(value, other) {
			return promptAny, false
		}
	}
	return promptNone, true
}

// consentNeeded is false for openid alone and where the user granted it all before (identity.md §3.1).
func (s *Server) consentNeeded(r *http.Request, a authorization) (bool, error) {
	if a.rules.Consent.Skip || (len(a.scopes) == 1 && a.scopes[0] == scopeOpenID) {
		return false, nil
	}
	if a.rules.Consent.Forget {
		return true, nil
	}
	consent, err := s.Store.Consent(r.Context(), a.user.UserID, a.app.ID)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	return !containsAll(consent.Scopes, a.scopes), err
}

// newGrant is the row that overwrites the user's earlier one for this app (identity.md §4.2).
func (s *Server) newGrant(a authorization) store.Grant {
	now := s.Clock.Now()
	return store.Grant{
		GrantKey: store.GrantKey{UserID: a.user.UserID, AppID: a.app.ID, Type: store.GrantCode},
		TenantID: a.user.TenantID, TenantURL: a.user.TenantURL, UserEmail: a.user.UserEmail,
		RedirectSent: a.redirectSent, RedirectURI: a.redirectURI,
		Requested: a.scopes, State: a.state, Nonce: a.nonce,
		CodeChallenge: a.challenge, ChallengeIsPlain: a.plain,
		CreatedAt: now, ModifiedAt: now,
	}
}

// askConsent stores the pending grant and sends the browser to the consent page
// by the request's Host (identity.md §3.1, "Consent needed").
func (s *Server) askConsent(w http.ResponseWriter, r *http.Request, a authorization) {
	grant := s.newGrant(a)
	grant.ConsentState = base64.URLEncoding.EncodeToString(s.Random.Bytes(32))
	if err := s.putGrant(r, a, grant); err != nil {
		s.loginError(w, r, codePersistence)
		return
	}
	s.setLongCookie(w, consentStateCookie, grant.ConsentState)
	scopes := strings.ReplaceAll(strings.Join(spring.SetOrder(a.scopes), " "), " ", "%20")
	target := scheme(r) + "://" + r.Host + "/oauth2/consent?scope=" + scopes + "&client_id=" + a.app.ID +
		"&state=" + strings.ReplaceAll(grant.ConsentState, "=", "%3D")
	w.Header().Set("Location", headerText(target))
	w.WriteHeader(http.StatusFound)
}

// putGrant overwrites the row. With the fault token.keeps-superseded what the
// old row issued lives on.
func (s *Server) putGrant(r *http.Request, a authorization, grant store.Grant) error {
	if !a.rules.Token.SupersedesGrant {
		if old, err := s.Store.Grant(r.Context(), grant.GrantKey); err == nil {
			keepOld(&grant, old)
		}
	}
	_, err := s.Store.PutGrant(r.Context(), grant)
	return err
}

func keepOld(grant *store.Grant, old store.Grant) {
	grant.OldAccess, grant.OldRefresh = old.OldAccess, old.OldRefresh
	if old.Access != nil {
		grant.OldAccess = remembered(grant.OldAccess, *old.Access)
	}
	if old.Refresh != nil {
		grant.OldRefresh = remembered(grant.OldRefresh, *old.Refresh)
	}
}

// remembered adds a token to those of the past and forgets the oldest, so that a row
// stays small however often it is refreshed.
func remembered(tokens []store.Token, token store.Token) []store.Token {
	const most = 64
	tokens = append(tokens, token)
	return tokens[max(0, len(tokens)-most):]
}
