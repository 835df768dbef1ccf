package identity

import (
	"encoding/json"
	"net/http"

	"docspace-oauth/mockdocspace/internal/rules"
)

// Error codes on the wire: RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, OpenID
// Connect Core §3.1.2.6, and the portal's own (identity.md §6.2).
const (
	codeInvalidRequest          = "invalid_request"
	codeInvalidClient           = "invalid_client"
	codeInvalidGrant            = "invalid_grant"
	codeInvalidScope            = "invalid_scope"
	codeInvalidToken            = "invalid_token"
	codeInsufficientScope       = "insufficient_scope"
	codeUnauthorizedClient      = "unauthorized_client"
	codeUnsupportedGrantType    = "unsupported_grant_type"
	codeUnsupportedResponseType = "unsupported_response_type"
	codeAccessDenied            = "access_denied"
	codeServerError             = "server_error"
	codeConsentRequired         = "consent_required"
	codeLoginRequired           = "login_required"
	codeInvalidDPoPProof        = "invalid_dpop_proof"

	codeMissingClientID    = "missing_client_id_error"
	codeMissingSignature   = "missing_asc_signature_error"
	codeClientNotFound     = "client_not_found_error"
	codeClientDisabled     = "client_disabled_error"
	codeSomethingWentWrong = "something_went_wrong_error"
	codePersistence        = "identity_authorization_persistence_error"
)

// Places in the standards that errors point to.
const (
	uriAuthorizeError  = "https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.2.1"
	uriTokenError      = "https://datatracker.ietf.org/doc/html/rfc6749#section-5.2"
	uriPKCEError       = "https://datatracker.ietf.org/doc/html/rfc7636#section-4.4.1"
	uriRevokeError     = "https://datatracker.ietf.org/doc/html/rfc7009#section-2.1"
	uriIntrospectError = "https://datatracker.ietf.org/doc/html/rfc7662#section-2.1"
	uriBearerError     = "https://tools.ietf.org/html/rfc6750#section-3.1"
)

const guestsGetNoToken = "Guests are not allowed to generate personal access tokens"

// oauthError is an answer of a back-channel endpoint.
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description,omitempty"`
	URI         string `json:"error_uri,omitempty"`
	// errorPage says that the portal fails internally here and shows its error
	// page instead (identity.md §3.9).
	errorPage bool
}

func (e *oauthError) Error() string { return e.Code }

func plainError(code string) *oauthError { return &oauthError{Code: code} }

// tokenParameterError names the parameter at fault (identity.md §5.2).
func tokenParameterError(code, parameter string) *oauthError {
	return &oauthError{Code: code, Description: "OAuth 2.0 Parameter: " + parameter, URI: uriTokenError}
}

func revocationParameterError(parameter string) *oauthError {
	return &oauthError{Code: codeInvalidRequest, Description: "OAuth 2.0 Token Revocation Parameter: " + parameter, URI: uriRevokeError}
}

func introspectionParameterError(parameter string) *oauthError {
	return &oauthError{Code: codeInvalidRequest, Description: "OAuth 2.0 Token Introspection Parameter: " + parameter, URI: uriIntrospectError}
}

// writeOAuthError writes an error of an endpoint (identity.md §5).
func (s *Server) writeOAuthError(w http.ResponseWriter, r *http.Request, status int, e *oauthError) {
	refused(r.Context(), causeOf(e))
	if e.errorPage {
		s.errorPage(w, r)
		return
	}
	rule := rules.For(r.Context(), r.Form.Get("client_id"), "").Token
	if rule.ErrorStatus200 {
		status = http.StatusOK
	}
	if rule.ErrorHTML {
		w.Header().Set("Content-Type", "text/html;charset=UTF-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<!doctype html><title>Error</title><h1>" + e.Code + "</h1>"))
		return
	}
	writeJSON(w, status, mediaOAuth, e)
}

// Media types, which differ per endpoint (identity.md §14).
const (
	mediaOAuth = "application/json;charset=UTF-8"
	mediaPlain = "application/json"
	mediaKeys  = "application/json;charset=ISO-8859-1"
)

func writeJSON(w http.ResponseWriter, status int, mediaType string, value any) {
	body, err := json.Marshal(value)
	if err != nil { // only fixed shapes are written here
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
