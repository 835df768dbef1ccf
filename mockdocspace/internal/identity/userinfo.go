package identity

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/rules"
)

// userInfo repeats the access token's claims to its bearer (identity.md §3.9).
func (s *Server) userInfo(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	rule := rules.From(ctx).OpenID
	token, present, malformed := bearerToken(r)
	switch {
	case rule.UserInfoOpen:
		s.writeUserInfo(w, r, token)
		return
	case malformed:
		s.invalidBearer(w, r, malformedBearer)
		return
	case !present && acceptsHTML(r) && !wantsBearerChallenge(r):
		s.userInfoToLogin(w, r)
		return
	case !present:
		s.unauthorized(w, r)
		return
	}
	if _, err := s.decodeJWT(ctx, token); err != nil {
		s.invalidBearer(w, r, err.Error())
		return
	}
	grant, access, active := s.activeAccess(ctx, token)
	switch {
	case !active:
		refused(ctx, s.causeAccess(ctx, token, grant, access))
		s.refuseUserInfo(w, r, http.StatusUnauthorized, codeInvalidToken)
	case !slices.Contains(access.Scopes, scopeOpenID):
		refused(ctx, causeScope([]string{scopeOpenID}, access.Scopes, "among the token's scopes"))
		s.refuseUserInfo(w, r, http.StatusForbidden, codeInsufficientScope)
	case grant.IDToken == nil:
		refused(ctx, diagnosis.Because("token.no-id-token", "the token was issued without an id_token"))
		s.refuseUserInfo(w, r, http.StatusUnauthorized, codeInvalidToken)
	default:
		s.writeUserInfo(w, r, token)
	}
}

// refuseUserInfo: a JSON error; the portal sends no challenge with it (identity.md §3.9).
func (s *Server) refuseUserInfo(w http.ResponseWriter, r *http.Request, status int, code string) {
	refused(r.Context(), causeOfCode(code))
	if rules.From(r.Context()).OpenID.UserInfoChallenge {
		w.Header().Set("Www-Authenticate", `Bearer error="`+code+`"`)
	}
	writeJSON(w, status, mediaOAuth, plainError(code))
}

// userInfoToLogin is what a browser without a token meets: an internal forward to
// /oauth2/login, which only knows GET with a client_id (identity.md §3.9).
func (s *Server) userInfoToLogin(w http.ResponseWriter, r *http.Request) {
	refused(r.Context(), diagnosis.Because("credentials.missing", "the request carries no bearer token, and a browser is sent to sign in"))
	w.Header().Add("Set-Cookie", "JSESSIONID="+s.Random.SessionID()+"; Path=/; HttpOnly")
	if r.Method == http.MethodPost {
		s.loginError(w, r, codeMissingClientID)
		return
	}
	if rules.From(r.Context()).Build == rules.BuildMinified {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	s.errorPage(w, r)
}

func (s *Server) writeUserInfo(w http.ResponseWriter, r *http.Request, token string) {
	claims, err := unverifiedClaims(token)
	rule := rules.For(r.Context(), claims.ClientID, claims.Subject).OpenID
	if err != nil && !rule.UserInfoOpen {
		s.Logger.Error("read own token", "error", err)
	}
	moment := func(seconds int64) any {
		if rule.UserInfoTimesAsStrings {
			return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
		}
		return seconds
	}
	facts := map[string]any{
		"sub": claims.Subject, "aud": []string{claims.Audience}, "nbf": moment(claims.NotBefore),
		"scope": claims.Scope, "iss": claims.Issuer, "exp": moment(claims.Expires), "iat": moment(claims.IssuedAt),
		"jti": claims.ID, "tid": claims.TenantID, "cid": claims.ClientID,
	}
	if claims.Region != "" {
		facts["region"] = claims.Region
	}
	if rule.UserInfoOtherSubject {
		facts["sub"] = s.Random.UUID()
	}
	writeJSON(w, http.StatusOK, mediaPlain, facts)
}

// unverifiedClaims reads the claims of a token that the portal issued itself.
func unverifiedClaims(token string) (accessClaims, error) {
	var claims accessClaims
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims, fmt.Errorf("token has %d parts", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return claims, fmt.Errorf("decode token: %w", err)
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return claims, fmt.Errorf("parse token: %w", err)
	}
	return claims, nil
}
