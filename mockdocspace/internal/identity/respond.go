package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/spring"
	"docspace-oauth/mockdocspace/internal/store"
)

// issueCode lets the engine issue a code on grant and redirects to the app
// (identity.md §3.3). A grant with a version is swapped, so that of parallel
// consents one wins; a new one overwrites.
func (s *Server) issueCode(w http.ResponseWriter, r *http.Request, a authorization, grant store.Grant) {
	var session string
	if slices.Contains(grant.Authorized, scopeOpenID) {
		session = s.Random.SessionID()
		digest := sha256.Sum256([]byte(session))
		grant.SessionID = base64.URLEncoding.EncodeToString(digest[:])
		grant.AuthTime = s.Clock.Now()
	}
	code, err := s.engineIssueCode(r.Context(), a, grant)
	if isConflict(err) {
		refused(r.Context(), causeConsentState(a, grant, err))
		s.loginError(w, r, codeInvalidRequest) // the consent state was used in between
		return
	}
	if err != nil {
		s.Logger.Error("issue authorization code", "error", err)
		s.loginError(w, r, codePersistence)
		return
	}
	s.fates.remember(code, fateIssued, s.Clock.Now())
	if session != "" {
		w.Header().Add("Set-Cookie", spring.SessionCookie+"="+session+"; Path=/; HttpOnly")
	}
	// These fail at the portal when the code is already stored: the consent state is
	// used up and earlier tokens are dead (identity.md §3.3).
	state := grant.State
	if (a.rules.Authorize.RequireUserAgent && r.Header.Get("User-Agent") == "") ||
		(a.rules.Authorize.StrictStateCharacters && hasLineBreak(state)) {
		s.loginError(w, r, codeSomethingWentWrong)
		return
	}
	response := "code=" + code
	if a.rules.Authorize.TokenInURL {
		response += "&access_token=" + s.Random.Base64URL(96)
	}
	if text := echoedState(state, a.rules); !blank(text) {
		response += "&state=" + text
	}
	target := grant.RedirectURI + "?" + response // identity.md §3.3: always '?'
	if a.rules.Authorize.AppendToQuery {
		target = appendQuery(withoutResponseParameters(grant.RedirectURI), response)
	}
	if a.rules.Authorize.CodeInFragment {
		target = grant.RedirectURI + "#" + response
	}
	s.toApp(w, r, headerText(target))
}

func echoedState(state string, rule *rules.Rules) string {
	switch rule.Authorize.State {
	case rules.StateDropped:
		return ""
	case rules.StateChanged:
		if !blank(state) {
			state += "x"
		}
	case rules.StateInvented:
		if blank(state) {
			state = "invented"
		}
	case rules.StateCut:
		state = state[:min(len(state), 255)]
	}
	if rule.Authorize.EncodeState {
		return url.QueryEscape(state)
	}
	return state
}

// toApp redirects to the app, or names the place in a header when the page asked
// not to be redirected (identity.md §3.3).
func (s *Server) toApp(w http.ResponseWriter, r *http.Request, target string) {
	silent := r.Method == http.MethodGet && rules.For(r.Context(), r.Form.Get("client_id"), "").Authorize.SilentRedirects
	if _, asked := r.Header["X-Disable-Redirect"]; asked && !silent {
		w.Header().Set("X-Redirect-Uri", target)
		w.WriteHeader(http.StatusOK)
		return
	}
	s.redirect(w, r, target)
}

// fail sends an error to the app: code, error_uri, state; never a description (identity.md §3.5).
func (s *Server) fail(w http.ResponseWriter, r *http.Request, a authorization, code, errorURI string) {
	refused(r.Context(), causeOfCode(code))
	response := "error=" + code + "&error_uri=" + url.QueryEscape(errorURI)
	if a.rules.Authorize.CodeWithError {
		response += "&code=" + s.Random.Base64URL(96)
	}
	if !blank(a.state) {
		response += "&state=" + percentEncode(a.state)
	}
	target := headerText(appendQuery(a.redirectURI, response))
	w.Header().Set("X-Redirect-Uri", target)
	s.toApp(w, r, target)
}

// percentEncode is Java's URI encoding of a query value: UTF-8, space as %20.
func percentEncode(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// appendQuery adds to an existing query, or begins one, in front of a fragment.
func appendQuery(uri, addition string) string {
	base, fragment, hasFragment := strings.Cut(uri, "#")
	separator := "?"
	if strings.Contains(base, "?") {
		separator = "&"
		if strings.HasSuffix(base, "?") || strings.HasSuffix(base, "&") {
			separator = ""
		}
	}
	base += separator + addition
	if hasFragment {
		base += "#" + fragment
	}
	return base
}

// withoutResponseParameters takes out of a registered query what only a response
// may carry, so that a client which reads the first code reads the issued one.
func withoutResponseParameters(uri string) string {
	base, query, hasQuery := strings.Cut(uri, "?")
	if !hasQuery {
		return uri
	}
	kept := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains([]string{"code", "state", "error"}, name)
	})
	if len(kept) == 0 {
		return base
	}
	return base + "?" + strings.Join(kept, "&")
}
