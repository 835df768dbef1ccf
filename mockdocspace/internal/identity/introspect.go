package identity

import (
	"context"
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// inactiveToken is all the portal says of a token it does not honour (RFC 7662 §2.2).
type inactiveToken struct {
	Active   bool   `json:"active"`
	ClientID string `json:"client_id,omitempty"` // with the fault introspect.leaks-inactive only
}

// accessTokenFacts describe an active access token (identity.md §3.7).
type accessTokenFacts struct {
	Active    bool     `json:"active"`
	Subject   string   `json:"sub"`
	Audience  []string `json:"aud"`
	NotBefore int64    `json:"nbf"`
	Scope     string   `json:"scope,omitempty"`
	Issuer    string   `json:"iss"`
	Expires   int64    `json:"exp"`
	IssuedAt  int64    `json:"iat"`
	ID        string   `json:"jti"`
	TenantID  int64    `json:"tid"`
	AppID     string   `json:"cid"`
	Region    string   `json:"region,omitempty"`
	ClientID  string   `json:"client_id"`
	TokenType string   `json:"token_type"`
}

// refreshTokenFacts describe an active refresh token (identity.md §3.7).
type refreshTokenFacts struct {
	Active   bool   `json:"active"`
	ClientID string `json:"client_id"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// introspect answers anyone; credentials that are sent must be right (identity.md §3.7).
func (s *Server) introspect(w http.ResponseWriter, r *http.Request) {
	client, failure := s.authenticateClient(r)
	if failure != nil {
		s.refuseClient(w, r, failure)
		return
	}
	if _, ok := s.bearerFilter(w, r); !ok {
		return
	}
	if client.rules.Introspect.RequireClient && client.method == methodAbsent {
		s.unauthorized(w, r)
		return
	}
	p := endpointParameters(r)
	if blank(p.Get("token")) || len(p["token"]) != 1 {
		s.writeOAuthError(w, r, http.StatusBadRequest, introspectionParameterError("token"))
		return
	}
	if repeated(p, "token_type_hint") {
		s.writeOAuthError(w, r, http.StatusBadRequest, introspectionParameterError("token_type_hint"))
		return
	}
	writeJSON(w, http.StatusOK, mediaPlain, s.tokenFacts(r, p.Get("token")))
}

func (s *Server) tokenFacts(r *http.Request, value string) any {
	ctx := r.Context()
	byAccess, access, active := s.activeAccess(ctx, value)
	if active {
		return s.describeAccess(r, byAccess, access)
	}
	grant, err := s.Store.GrantByToken(ctx, store.RefreshToken, value)
	if err == nil && s.alive(ctx, grant) {
		if token, found := pick(grant.Refresh, grant.OldRefresh, value); found && !token.Invalidated && s.Clock.Now().Before(token.ExpiresAt) {
			return refreshTokenFacts{Active: true, ClientID: grant.AppID, IssuedAt: token.IssuedAt.Unix(), Expires: token.ExpiresAt.Unix()}
		}
	}
	if token, found := pick(grant.Refresh, grant.OldRefresh, value); found {
		refused(ctx, s.causeRefresh(&token, value))
	} else {
		refused(ctx, s.causeAccess(ctx, value, byAccess, access))
	}
	rule := rulesOfToken(ctx, grant, value).Introspect
	facts := inactiveToken{Active: rule.AlwaysActive}
	if rule.LeakInactive {
		facts.ClientID = "unknown"
		if err == nil {
			facts.ClientID = grant.AppID
		}
	}
	return facts
}

// rulesOfToken are the rules of the app and user a token is of: those of its grant,
// else those it names itself, since a dead token may have no grant any more.
func rulesOfToken(ctx context.Context, grant store.Grant, value string) *rules.Rules {
	if grant.AppID != "" {
		return rules.For(ctx, grant.AppID, grant.UserID)
	}
	claims, err := unverifiedClaims(value)
	if err != nil {
		return rules.From(ctx)
	}
	return rules.For(ctx, claims.ClientID, claims.Subject)
}

// describeAccess repeats the token's own claims, with scope as text and aud as a list.
func (s *Server) describeAccess(r *http.Request, grant store.Grant, token store.Token) accessTokenFacts {
	claims, err := unverifiedClaims(token.Value)
	if err != nil {
		s.Logger.Error("read own token", "error", err)
	}
	facts := accessTokenFacts{
		Active: true, Subject: claims.Subject, Audience: []string{claims.Audience}, NotBefore: claims.NotBefore,
		Scope: strings.Join(claims.Scope, " "), Issuer: claims.Issuer, Expires: claims.Expires, IssuedAt: claims.IssuedAt,
		ID: claims.ID, TenantID: claims.TenantID, AppID: claims.ClientID, Region: claims.Region,
		ClientID: grant.AppID, TokenType: "Bearer",
	}
	if rules.For(r.Context(), grant.AppID, grant.UserID).Introspect.WrongScope {
		facts.Scope = strings.TrimSpace(facts.Scope + " other:scope")
	}
	return facts
}
