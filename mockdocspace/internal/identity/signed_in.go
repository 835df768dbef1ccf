package identity

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/spring"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// The cookies of the authorization endpoint (identity.md §9.4).
const (
	resumeCookie       = "x-redirect-authorization-uri"
	consentStateCookie = "client_state"
	tenYears           = 315360000 * time.Second
)

// signedIn is the filter in front of the authorization endpoint: it finds out who
// is signed in and for which app, then lets the request through (identity.md §3.1, step 1).
func (s *Server) signedIn(w http.ResponseWriter, r *http.Request) {
	clientID := r.Form.Get("client_id")
	if blank(clientID) {
		s.loginError(w, r, codeMissingClientID)
		return
	}
	note := diagnosis.Of(r.Context())
	note.Concerns(clientID, "")
	rule := rules.For(r.Context(), clientID, "")
	if rule.Pages.ConsentResetsResumeLink || r.Method != http.MethodPost || !isConsent(r) {
		s.setLongCookie(w, resumeCookie, base64.URLEncoding.EncodeToString([]byte(resumeURL(r, rule))))
	}

	if !s.Limiter.Permit(rule.Build, limit.Authorization, limit.Global) {
		note.Refused(diagnosis.Because("limit", "more requests came than the portal's limit lets through"))
		s.loginError(w, r, codeSomethingWentWrong)
		return
	}
	token := presentedSignature(r)
	user, automatic := signature.Claims{}, false
	if blank(token) {
		user, automatic = s.automatic(r)
	}
	if blank(token) && !automatic {
		if rule.Authorize.PromptNoneToApp && s.silentLoginRequired(w, r) {
			return
		}
		s.loginError(w, r, codeMissingSignature)
		return
	}
	var err error
	if !automatic {
		user, err = s.signatures.Verify(token, s.Clock.Now(), signature.Leniency{
			Expired: rule.Authorize.AcceptExpiredSignature, Unsigned: rule.Authorize.AcceptUnsignedSignature,
		})
	}
	if err != nil {
		note.Refused(causeSignature(err))
		s.loginError(w, r, codeSomethingWentWrong)
		return
	}
	note.Concerns("", user.UserID)
	app, err := s.accessibleApp(r.Context(), clientID)
	switch {
	case errors.Is(err, errDisabled):
		note.Refused(causeDisabledClient(app))
		s.loginError(w, r, codeClientDisabled)
		return
	case err != nil:
		note.Refused(causeUnknownClient(clientID))
		if target := r.Form.Get("redirect_uri"); rule.Authorize.UnknownClientToApp && target != "" {
			s.redirect(w, r, appendQuery(target, "error="+codeUnauthorizedClient))
			return
		}
		s.loginError(w, r, codeClientNotFound)
		return
	}
	frameOptions := w.Header().Get("X-Frame-Options")
	spring.SetStrictHeaders(w.Header())
	if frameOptions == "" {
		w.Header().Del("X-Frame-Options")
	}
	if rule.Authorize.LeakReferrer {
		w.Header().Del("Referrer-Policy")
	}
	if blank(user.UserID) {
		note.Refused(diagnosis.Because("signature.nobody", "the x-signature names no user"))
		s.loginError(w, r, codeSomethingWentWrong)
		return
	}
	request := authorization{app: app, user: user, automatic: automatic, rules: rules.For(r.Context(), app.ID, user.UserID)}
	switch {
	case user.Guest && request.rules.Authorize.RefuseGuests:
		s.loginError(w, r, codeSomethingWentWrong)
	case r.URL.Path != "/oauth2/authorize":
		if !isLoginPost(r) || s.admit(w, r) {
			s.errorPage(w, r)
		}
	case r.Method == http.MethodPost && isConsent(r):
		s.consent(w, r, request)
	case r.Method == http.MethodGet || r.Method == http.MethodPost:
		s.authorize(w, r, request)
	default:
		s.errorPage(w, r)
	}
}

// isConsent tells the consent form from an authorization request that is posted (identity.md §3.4).
func isConsent(r *http.Request) bool {
	for _, name := range []string{"response_type", "request_uri", "redirect_uri", "code_challenge", "code_challenge_method"} {
		if r.Form.Has(name) {
			return false
		}
	}
	return true
}

// resumeURL is where the login pages return to: the request's own URL by its Host (identity.md §3.1).
func resumeURL(r *http.Request, rule *rules.Rules) string {
	url := scheme(r) + "://" + r.Host + r.URL.EscapedPath()
	if (r.URL.RawQuery != "" || r.URL.ForceQuery) && rule.Authorize.ResumeCookieWhole {
		url += "?" + r.URL.RawQuery
	}
	return url
}

// presentedSignature is the first cookie of that name in any letter case, else
// the header; an empty cookie hides the header (identity.md §2.2).
func presentedSignature(r *http.Request) string {
	for _, cookie := range r.Cookies() {
		if strings.EqualFold(cookie.Name, signature.Name) {
			return cookie.Value
		}
	}
	return r.Header.Get(signature.Name)
}

// setLongCookie sets a cookie that scripts can read and that lives ten years.
func (s *Server) setLongCookie(w http.ResponseWriter, name, value string) {
	expires := s.Clock.Now().Add(tenYears).Format(http.TimeFormat)
	w.Header().Add("Set-Cookie", name+"="+value+"; Expires="+expires+"; Max-Age=315360000; Path=/")
}

// silentLoginRequired answers prompt=none without a session at the app (OpenID
// Connect Core §3.1.2.6), where the redirect URI is one of the app's.
func (s *Server) silentLoginRequired(w http.ResponseWriter, r *http.Request) bool {
	app, err := s.accessibleApp(r.Context(), r.Form.Get("client_id"))
	if err != nil || !hasWord(r.Form.Get("prompt"), "none") || !hasWord(r.Form.Get("scope"), "openid") {
		return false
	}
	request := authorization{app: app, rules: rules.For(r.Context(), app.ID, "")}
	request.redirectSent = r.Form.Get("redirect_uri")
	target, ok := request.resolveRedirectURI()
	if !ok {
		return false
	}
	request.redirectURI, request.state = target, r.Form.Get("state")
	s.fail(w, r, request, codeLoginRequired, uriAuthorizeError)
	return true
}

func hasWord(text, word string) bool {
	for candidate := range strings.SplitSeq(text, " ") {
		if candidate == word {
			return true
		}
	}
	return false
}

// authorization is one authorization request on its way.
type authorization struct {
	app          store.App
	user         signature.Claims
	automatic    bool // nobody signed in, nobody will be asked
	rules        *rules.Rules
	redirectSent string // as sent; empty when omitted
	redirectURI  string // where answers go; empty while unknown
	scopes       []string
	state        string
	nonce        string
	challenge    string
	plain        bool // challenge method plain, with a fault only
}
