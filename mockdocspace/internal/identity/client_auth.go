package identity

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// clientMethod is how a client proved who it is.
type clientMethod int

const (
	methodAbsent clientMethod = iota // no usable credentials
	methodSecret                     // client_secret_post
	methodNone                       // PKCE in place of a secret
	methodBearer                     // a good access token beside, which takes the client's place
)

// authenticatedClient is the outcome of client authentication.
type authenticatedClient struct {
	method clientMethod
	app    store.App
	rules  *rules.Rules
	code   *store.Grant // the grant of the code, where the code verifier was looked at
}

// authenticateClient is the filter in front of token, introspection and
// revocation (identity.md §4.7, §5). Without usable credentials it returns a
// client with methodAbsent; what that means is the endpoint's business.
func (s *Server) authenticateClient(r *http.Request) (authenticatedClient, *oauthError) {
	p := endpointParameters(r)
	diagnosis.Of(r.Context()).Concerns(r.Form.Get("client_id"), "")
	claimed := rules.For(r.Context(), r.Form.Get("client_id"), "")
	if claimed.Token.CredentialsInQuery {
		p = r.Form
	}
	if failure := refuseAssertion(p); failure != nil {
		return authenticatedClient{}, failure
	}
	if scheme, value, _ := strings.Cut(strings.ReplaceAll(r.Header.Get("Authorization"), "\t", " "), " "); strings.EqualFold(scheme, "Basic") {
		return s.basicCredentials(r, claimed, value)
	}
	id, secret := p.Get("client_id"), p.Get("client_secret")
	if !blank(id) {
		if claimed.Token.RefuseDuplicates && len(p["client_id"]) != 1 {
			return authenticatedClient{}, plainError(codeInvalidRequest)
		}
		if !blank(secret) || claimed.Token.AnySecret {
			if claimed.Token.RefuseDuplicates && len(p["client_secret"]) > 1 {
				return authenticatedClient{}, plainError(codeInvalidRequest)
			}
			return s.secretCredentials(r, p, id, secret)
		}
	}
	if isCodeGrant(r) && r.Form.Has("code_verifier") || (claimed.PKCE.PublicWithoutPKCE && isCodeGrant(r)) {
		return s.publicCredentials(r, p, id)
	}
	if claimed.Refresh.WithoutSecret && p.Get("grant_type") == "refresh_token" || claimed.Revoke.WithoutSecret && strings.HasSuffix(r.URL.Path, "/revoke") {
		if app, err := s.accessibleApp(r.Context(), id); err == nil {
			return authenticatedClient{method: methodSecret, app: app, rules: rules.For(r.Context(), app.ID, "")}, nil
		}
	}
	if claimed.Token.EmptySecretIsWrong && !blank(id) && p.Has("client_secret") {
		return authenticatedClient{}, plainError(codeInvalidClient)
	}
	return authenticatedClient{rules: claimed}, nil
}

// isCodeGrant looks at query and body alike, as the framework does here.
func isCodeGrant(r *http.Request) bool {
	return r.Form.Get("grant_type") == "authorization_code" && r.Form.Has("code")
}

// refuseAssertion answers JWT client authentication, which no app has (identity.md
// §4.7). One half of it alone, or another type of assertion, is looked past; the
// framework wants the client_id beside it.
func refuseAssertion(p url.Values) *oauthError {
	types, assertions := p["client_assertion_type"], p["client_assertion"]
	switch {
	case len(types) == 0 || len(assertions) == 0:
		return nil
	case len(types) != 1:
		return plainError(codeInvalidRequest)
	case types[0] != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
		return nil
	case len(assertions) != 1 || blank(p.Get("client_id")) || len(p["client_id"]) != 1:
		return plainError(codeInvalidRequest)
	}
	return plainError(codeInvalidClient)
}

// basicCredentials: recognised, but no app has the method (identity.md §4.7).
func (s *Server) basicCredentials(r *http.Request, claimed *rules.Rules, value string) (authenticatedClient, *oauthError) {
	decoded, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		decoded, err = base64.RawStdEncoding.DecodeString(value) // Java's decoder needs no padding
	}
	id, secret, hasColon := strings.Cut(string(decoded), ":")
	if err != nil || !hasColon || blank(id) || blank(secret) {
		return authenticatedClient{}, plainError(codeInvalidRequest)
	}
	id, err = url.QueryUnescape(id)
	if err == nil {
		secret, err = url.QueryUnescape(secret)
	}
	if err != nil {
		return authenticatedClient{}, plainError(codeInvalidRequest)
	}
	if !claimed.Token.AllowBasic {
		refused(r.Context(), diagnosis.Because("client.basic", "the client uses HTTP Basic; the portal takes client_id and client_secret in the form alone"))
		return authenticatedClient{}, plainError(codeInvalidClient)
	}
	return s.secretCredentials(r, endpointParameters(r), id, secret)
}

func (s *Server) secretCredentials(r *http.Request, p url.Values, id, secret string) (authenticatedClient, *oauthError) {
	app, err := s.accessibleApp(r.Context(), id)
	rule := rules.For(r.Context(), id, "")
	if err != nil || spoiledByFragment(app) {
		refused(r.Context(), causeClient(id, app, err))
		if rule.Token.RevealClient {
			return authenticatedClient{}, &oauthError{Code: codeInvalidClient, Description: "no client " + id}
		}
		return authenticatedClient{}, plainError(codeInvalidClient)
	}
	rule = rules.For(r.Context(), app.ID, "")
	if !rightSecret(app, secret, rule) {
		refused(r.Context(), diagnosis.Because("client.secret", "the client_secret is not the app's"))
		return authenticatedClient{}, plainError(codeInvalidClient)
	}
	grant, failure := s.verifyProofKey(r, p, app, rule)
	if failure != nil {
		return authenticatedClient{}, failure
	}
	return authenticatedClient{method: methodSecret, app: app, rules: rule, code: grant}, nil
}

// rightSecret compares as text (identity.md §4.7).
func rightSecret(app store.App, secret string, rule *rules.Rules) bool {
	if rule.Token.AnySecret {
		return true
	}
	candidates := []string{app.Secret}
	if rule.Registration.OldSecretWorks {
		candidates = append(candidates, app.OldSecrets...)
	}
	for _, candidate := range candidates {
		if subtle.ConstantTimeCompare([]byte(candidate), []byte(secret)) == 1 ||
			(rule.Token.SecretPrefix && strings.HasPrefix(secret, candidate)) {
			return true
		}
	}
	return false
}

// publicCredentials: client_id, code and code_verifier in place of a secret (identity.md §4.7).
func (s *Server) publicCredentials(r *http.Request, p url.Values, id string) (authenticatedClient, *oauthError) {
	claimed := rules.For(r.Context(), id, "")
	verifiers := len(p["code_verifier"])
	switch {
	case blank(id) || len(p["client_id"]) != 1:
		return authenticatedClient{}, plainError(codeInvalidRequest)
	case claimed.PKCE.PublicWithoutPKCE:
	case verifiers == 0: // hidden by the query, where the framework does not expect it
		return authenticatedClient{}, &oauthError{errorPage: true}
	case verifiers != 1 && claimed.Token.RefuseDuplicates:
		return authenticatedClient{}, plainError(codeInvalidRequest)
	}
	app, err := s.accessibleApp(r.Context(), id)
	if err != nil || spoiledByFragment(app) || (!app.AllowPKCE && !claimed.PKCE.PublicForEveryClient) {
		if err == nil && !app.AllowPKCE {
			refused(r.Context(), diagnosis.Because("client.secret-needed", "the app is not registered for PKCE without a secret, and no client_secret came"))
		}
		refused(r.Context(), causeClient(id, app, err))
		return authenticatedClient{}, plainError(codeInvalidClient)
	}
	rule := rules.For(r.Context(), app.ID, "")
	grant, failure := s.verifyProofKey(r, p, app, rule)
	if failure != nil {
		return authenticatedClient{}, failure
	}
	proven := grant != nil && !blank(grant.CodeChallenge)
	if !proven && !rule.PKCE.PublicWithoutPKCE && !rule.PKCE.AllowDowngrade {
		refused(r.Context(), diagnosis.Because("pkce.missing", "without a secret the code must be asked for with a code_challenge"))
	}
	if !proven && !rule.PKCE.PublicWithoutPKCE && !rule.PKCE.AllowDowngrade {
		return authenticatedClient{}, plainError(codeInvalidGrant)
	}
	return authenticatedClient{method: methodNone, app: app, rules: rule, code: grant}, nil
}

// verifierFormat is RFC 7636 §4.1, which the portal does not check.
var verifierFormat = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// verifyProofKey checks the code verifier of a code exchange. It returns the grant of
// the code, which says whether there was a challenge; nil in other requests. A wrong
// verifier leaves the code usable (identity.md §5.2).
func (s *Server) verifyProofKey(r *http.Request, p url.Values, app store.App, rule *rules.Rules) (*store.Grant, *oauthError) {
	if !isCodeGrant(r) || len(p["grant_type"]) != 1 || p.Get("grant_type") != "authorization_code" || !p.Has("code") {
		return nil, nil
	}
	if len(p["code"]) != 1 && rule.Token.RefuseDuplicates {
		if rule.Token.DuplicateCodeIsError {
			return nil, tokenParameterError(codeInvalidRequest, "code")
		}
		return nil, &oauthError{errorPage: true} // the portal fails on the list
	}
	grant, err := s.Store.GrantByToken(r.Context(), store.AuthorizationCode, p.Get("code"))
	if err != nil || (grant.AppID != app.ID && !s.alive(r.Context(), grant)) {
		refused(r.Context(), s.causeCode(r.Context(), grant, p.Get("code")))
		return nil, plainError(codeInvalidGrant)
	}
	if len(p["code_verifier"]) > 1 && rule.Token.RefuseDuplicates {
		if rule.Token.DuplicateCodeIsError {
			return nil, tokenParameterError(codeInvalidRequest, "code_verifier")
		}
		return nil, &oauthError{errorPage: true}
	}
	verifier := p.Get("code_verifier")
	switch {
	case blank(grant.CodeChallenge):
		if !blank(verifier) && !rule.PKCE.AllowDowngrade {
			refused(r.Context(), causeVerifier(grant, verifier))
			return nil, plainError(codeInvalidGrant)
		}
		return &grant, nil
	case rule.PKCE.IgnoreVerifier && !blank(verifier), rule.PKCE.VerifierOptional && blank(verifier):
		return &grant, nil
	case rule.PKCE.CheckVerifierFormat && !verifierFormat.MatchString(verifier), !verifierMatches(grant, verifier):
		refused(r.Context(), causeVerifier(grant, verifier))
		if rule.PKCE.WrongVerifierBurns {
			burn := func(g *store.Grant) bool { return kill(g.Code) }
			if err := s.updateGrant(r.Context(), grant.GrantKey, grant.Code.Value, burn); err != nil {
				s.Logger.Error("use the code up", "error", err)
			}
		}
		return nil, plainError(codeInvalidGrant)
	}
	return &grant, nil
}

// verifierMatches compares the challenge as text; a verifier that is not ASCII
// never matches (identity.md §4.7).
func verifierMatches(grant store.Grant, verifier string) bool {
	if blank(verifier) {
		return false
	}
	for i := range len(verifier) {
		if verifier[i] > 0x7f {
			return false
		}
	}
	if grant.ChallengeIsPlain {
		return verifier == grant.CodeChallenge
	}
	digest := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(digest[:]) == grant.CodeChallenge
}
