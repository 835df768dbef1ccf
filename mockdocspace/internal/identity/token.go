package identity

import (
	"cmp"
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// Grant types the endpoint tells apart (identity.md §4.8).
const (
	grantCode              = "authorization_code"
	grantRefresh           = "refresh_token"
	grantPersonal          = "personal_access_token"
	grantClientCredentials = "client_credentials"
	grantPassword          = "password"
	grantTokenExchange     = "urn:ietf:params:oauth:grant-type:token-exchange"
	grantDeviceCode        = "urn:ietf:params:oauth:grant-type:device_code"
)

// token is the token endpoint: client authentication, bearer filter, then the
// grant (identity.md §4.8, §5).
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	client, admitted := s.admitClient(w, r)
	if !admitted {
		return
	}
	p := endpointParameters(r)
	if client.rules.Token.CredentialsInQuery {
		p = r.Form
	}
	if types := r.Form["grant_type"]; len(types) != 1 && (len(types) == 0 || client.rules.Token.RefuseDuplicates) || blank(p.Get("grant_type")) {
		s.writeOAuthError(w, r, http.StatusBadRequest, tokenParameterError(codeInvalidRequest, "grant_type"))
		return
	}
	x, failure := s.runGrant(r, p, client)
	if failure != nil {
		s.writeOAuthError(w, r, http.StatusBadRequest, failure)
		return
	}
	s.writeTokens(w, x)
}

// admitClient is what stands before the endpoints that only clients may use: client
// authentication, then the bearer filter, whose good token takes the client's place
// (identity.md §5.1, §5.2). It reports false when it answered.
func (s *Server) admitClient(w http.ResponseWriter, r *http.Request) (authenticatedClient, bool) {
	client, failure := s.authenticateClient(r)
	if failure != nil {
		s.refuseClient(w, r, failure)
		return client, false
	}
	bearer, proceed := s.bearerFilter(w, r)
	switch {
	case !proceed:
		return client, false
	case bearer:
		client.method = methodBearer
	case client.method == methodAbsent:
		s.unauthorized(w, r)
		return client, false
	}
	return client, true
}

// refuseClient writes an error of client authentication: the code alone, 401 for
// invalid_client only (identity.md §5).
func (s *Server) refuseClient(w http.ResponseWriter, r *http.Request, failure *oauthError) {
	status := http.StatusBadRequest
	if failure.Code == codeInvalidClient {
		status = http.StatusUnauthorized
	}
	s.writeOAuthError(w, r, status, failure)
}

func (s *Server) runGrant(r *http.Request, p url.Values, client authenticatedClient) (*exchange, *oauthError) {
	switch p.Get("grant_type") {
	case grantCode:
		return s.exchangeCode(r, p, client)
	case grantRefresh:
		return s.refreshTokens(r, p, client)
	case grantClientCredentials:
		if repeated(p, "scope") {
			return nil, tokenParameterError(codeInvalidRequest, "scope")
		}
		return nil, cmp.Or(client.required(), plainError(codeUnauthorizedClient))
	case grantTokenExchange:
		for _, name := range []string{"subject_token", "subject_token_type"} {
			if blank(p.Get(name)) || len(p[name]) != 1 {
				return nil, tokenParameterError(codeInvalidRequest, name)
			}
		}
		return nil, cmp.Or(client.required(), plainError(codeUnauthorizedClient))
	case grantDeviceCode:
		if blank(p.Get("device_code")) || len(p["device_code"]) != 1 {
			return nil, tokenParameterError(codeInvalidRequest, "device_code")
		}
		return nil, cmp.Or(client.required(), plainError(codeInvalidGrant))
	case grantPersonal:
		return s.personalToken(r, p, client)
	case grantPassword:
		if client.rules.Token.AllowPassword && client.required() == nil {
			return s.passwordGrant(r, p, client)
		}
	}
	if client.rules.Token.UnsupportedGrantCode {
		return nil, plainError(codeUnsupportedGrantType)
	}
	// The converter of personal tokens is last in the list and throws (identity.md §5.2).
	return nil, tokenParameterError(codeInvalidRequest, "grant_type")
}

// required refuses whoever is no authenticated client, which the portal asks only
// after the parameters (identity.md §5.2, last rows).
func (c authenticatedClient) required() *oauthError {
	if c.method == methodAbsent || c.method == methodBearer {
		return plainError(codeInvalidClient)
	}
	return nil
}

// exchangeCode redeems an authorization code in the portal's order of checks (identity.md §5.2).
func (s *Server) exchangeCode(r *http.Request, p url.Values, client authenticatedClient) (*exchange, *oauthError) {
	ctx := r.Context()
	code := p.Get("code")
	if blank(code) || (len(p["code"]) != 1 && client.rules.Token.RefuseDuplicates) {
		return nil, tokenParameterError(codeInvalidRequest, "code")
	}
	if repeated(p, "redirect_uri") && client.rules.Token.RefuseDuplicates {
		return nil, tokenParameterError(codeInvalidRequest, "redirect_uri")
	}
	if failure := cmp.Or(repeatedDPoP(r), client.required()); failure != nil {
		return nil, failure
	}
	grant, failure := s.grantOfCode(ctx, code, client)
	if failure != nil {
		return nil, failure
	}
	diagnosis.Of(ctx).Concerns("", grant.UserID)
	rule := rules.For(ctx, client.app.ID, grant.UserID)
	if grant.AppID != client.app.ID && !rule.Token.AnyClientCode {
		refused(ctx, causeForeignCode(grant.AppID))
		s.fates.remember(code, fateBurned, s.Clock.Now())
		// Another client's attempt burns the code.
		if err := s.updateGrant(ctx, grant.GrantKey, code, func(g *store.Grant) bool { return kill(g.Code) }); err != nil {
			return nil, plainError(codePersistence)
		}
		return nil, plainError(codeInvalidGrant)
	}
	if grant.RedirectSent != "" && grant.RedirectSent != p.Get("redirect_uri") && !rule.Token.IgnoreRedirectURI {
		refused(ctx, causeRedirectChanged(grant.RedirectSent, p.Get("redirect_uri")))
		return nil, plainError(codeInvalidGrant)
	}
	x := &exchange{
		app: client.app, grant: grant, rules: rule,
		public: client.method == methodNone, scopes: grant.Authorized,
	}
	x.grant.Access = nil // what a used code was exchanged for is no part of a new exchange
	if !grant.Code.Invalidated && s.Clock.Now().Before(grant.Code.ExpiresAt) {
		if failure := s.checkDPoP(r); failure != nil {
			return nil, failure
		}
	}
	return x, s.engineExchange(engineForm(r, p), x)
}

// grantOfCode finds the grant, unless client authentication did.
func (s *Server) grantOfCode(ctx context.Context, code string, client authenticatedClient) (store.Grant, *oauthError) {
	if client.code != nil {
		return *client.code, nil
	}
	grant, err := s.Store.GrantByToken(ctx, store.AuthorizationCode, code)
	if err != nil {
		refused(ctx, s.causeCode(ctx, grant, code))
		return grant, plainError(codeInvalidGrant)
	}
	return grant, nil
}

// refreshTokens is the refresh grant (identity.md §4.8).
func (s *Server) refreshTokens(r *http.Request, p url.Values, client authenticatedClient) (*exchange, *oauthError) {
	ctx := r.Context()
	value := p.Get("refresh_token")
	if blank(value) || (len(p["refresh_token"]) != 1 && client.rules.Token.RefuseDuplicates) {
		return nil, tokenParameterError(codeInvalidRequest, "refresh_token")
	}
	if repeated(p, "scope") && client.rules.Token.RefuseDuplicates {
		return nil, tokenParameterError(codeInvalidRequest, "scope")
	}
	if failure := cmp.Or(repeatedDPoP(r), client.required()); failure != nil {
		return nil, failure
	}
	grant, err := s.grantForRefresh(r, value, client.rules)
	if err != nil || !s.alive(ctx, grant) {
		if err == nil {
			refused(ctx, causeAppGone())
		}
		refused(ctx, s.causeRefresh(nil, value))
		return nil, plainError(codeInvalidGrant)
	}
	diagnosis.Of(ctx).Concerns("", grant.UserID)
	rule := rules.For(ctx, client.app.ID, grant.UserID)
	if grant.AppID != client.app.ID && !rule.Refresh.AnyClient {
		refused(ctx, causeForeignRefresh(grant.AppID))
		return nil, plainError(codeInvalidGrant)
	}
	if failure := s.checkRefreshToken(r, grant, value, rule); failure != nil {
		return nil, failure
	}
	scopes := scopeSet(p.Get("scope"))
	if !containsAll(grant.Authorized, scopes) && !rule.Refresh.AllowWiderScope {
		refused(ctx, causeScope(scopes, grant.Authorized, "among those granted before"))
		return nil, plainError(codeInvalidScope)
	}
	if failure := s.checkDPoP(r); failure != nil {
		return nil, failure
	}
	if len(scopes) == 0 || rule.Refresh.IgnoreScope {
		scopes = grant.Authorized
		if rule.Refresh.NarrowingSticks && grant.Access != nil {
			scopes = grant.Access.Scopes
		}
	}
	x := &exchange{app: client.app, grant: grant, rules: rule, scopes: scopes, refreshing: true}
	return x, s.engineExchange(engineForm(r, p), x)
}

// grantForRefresh looks the value up without regard to its kind, as the portal
// does: the current access token is found as well (identity.md §4.8).
func (s *Server) grantForRefresh(r *http.Request, value string, rule *rules.Rules) (store.Grant, error) {
	grant, err := s.Store.GrantByToken(r.Context(), store.RefreshToken, value)
	if errors.Is(err, store.ErrNotFound) {
		byAccess, accessErr := s.Store.GrantByToken(r.Context(), store.AccessToken, value)
		if accessErr == nil && (rule.Refresh.AcceptAccessToken || byAccess.Type == store.GrantPAT) &&
			byAccess.Access != nil && byAccess.Access.Value == value {
			return byAccess, nil
		}
	}
	return grant, err
}

// checkRefreshToken looks whether the stored refresh token may still be used.
func (s *Server) checkRefreshToken(r *http.Request, grant store.Grant, value string, rule *rules.Rules) *oauthError {
	token := grant.Refresh
	if i := slices.IndexFunc(grant.OldRefresh, func(t store.Token) bool { return t.Value == value }); i >= 0 {
		token = &grant.OldRefresh[i]
		if rule.Refresh.ReuseKillsFamily && token.Invalidated && grant.Code != nil {
			if err := s.updateGrant(r.Context(), grant.GrantKey, grant.Code.Value, invalidateAll); err != nil {
				return plainError(codePersistence)
			}
		}
	}
	if token == nil {
		refused(r.Context(), s.causeRefresh(nil, value))
	}
	if token == nil { // a personal token, or a secretless grant's access token
		if rule.Token.PATAsRefreshIsError {
			return &oauthError{errorPage: true} // identity.md §4.8
		}
		return plainError(codeInvalidGrant)
	}
	expired := !rule.Refresh.NeverExpires && !s.Clock.Now().Before(token.ExpiresAt)
	if expired || (token.Invalidated && !rule.Refresh.SurvivesRevocation) {
		refused(r.Context(), s.causeRefresh(token, value))
		return plainError(codeInvalidGrant)
	}
	return nil
}

// passwordGrant exists for the fault token.allows-password only: it issues tokens
// to whoever consented last.
func (s *Server) passwordGrant(r *http.Request, p url.Values, client authenticatedClient) (*exchange, *oauthError) {
	for _, tenant := range []int64{1, 2} {
		user, err := s.Store.UserByEmail(r.Context(), tenant, p.Get("username"))
		if err != nil || user.Password != p.Get("password") {
			continue
		}
		now := s.Clock.Now()
		grant := store.Grant{
			GrantKey: store.GrantKey{UserID: user.ID, AppID: client.app.ID, Type: store.GrantCode},
			TenantID: tenant, TenantURL: scheme(r) + "://" + r.Host, Authorized: client.app.Scopes,
			CreatedAt: now, ModifiedAt: now,
		}
		x := &exchange{app: client.app, grant: grant, rules: client.rules, scopes: client.app.Scopes}
		return x, s.issueDirectly(r.Context(), x)
	}
	return nil, plainError(codeInvalidGrant)
}

// engineForm is r with exactly the parameters that count.
func engineForm(r *http.Request, p url.Values) *http.Request {
	clone := new(http.Request)
	*clone = *r
	clone.Method = http.MethodPost
	clone.Form, clone.PostForm, clone.MultipartForm = p, p, &multipart.Form{} // all is parsed
	clone.Header = nil
	return clone
}

// tokenResponse is RFC 6749 §5.1 in the portal's order (identity.md §4.6).
type tokenResponse struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	TokenType    string `json:"token_type,omitempty"`
	ExpiresIn    any    `json:"expires_in"`
}

func (s *Server) writeTokens(w http.ResponseWriter, x *exchange) {
	lifetime := int64(x.issued().ExpiresAt.Sub(s.Clock.Now()).Seconds())
	response := tokenResponse{
		AccessToken: x.access, RefreshToken: x.refresh, IDToken: x.idToken,
		Scope: strings.Join(x.scopes, " "), TokenType: "Bearer", ExpiresIn: lifetime,
	}
	if x.rules.Token.OmitScope {
		response.Scope = ""
	}
	if x.rules.Token.OmitTokenType {
		response.TokenType = ""
	}
	if x.rules.Token.ExpiresInString {
		response.ExpiresIn = "3600"
	}
	if x.rules.Token.Cacheable {
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Header().Del("Pragma")
		w.Header().Del("Expires")
	}
	writeJSON(w, http.StatusOK, mediaOAuth, response)
}

// issued is the access token the exchange stored.
func (x *exchange) issued() *store.Token { return x.pending.Access }
