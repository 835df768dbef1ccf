package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/oauth2"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// newEngine sets fosite up: its handlers issue and redeem codes and refresh
// tokens, on our storage and our strategies. What fosite would check or write
// differently from the portal is done around it (identity.md §14).
func newEngine(s *Server) fosite.OAuth2Provider {
	storage := &engineStorage{server: s}
	strategy := &engineStrategy{server: s}
	config := &fosite.Config{
		MinParameterEntropy:      -1,
		OmitRedirectScopeParam:   true,
		RefreshTokenScopes:       []string{},
		ScopeStrategy:            fosite.ExactScopeStrategy,
		AudienceMatchingStrategy: fosite.DefaultAudienceMatchingStrategy,
		RedirectSecureChecker:    func(context.Context, *url.URL) bool { return true },
		ClientAuthenticationStrategy: func(ctx context.Context, _ *http.Request, _ url.Values) (fosite.Client, error) {
			return exchangeFrom(ctx).client(), nil
		},
	}
	code := &oauth2.AuthorizeExplicitGrantHandler{
		AccessTokenStrategy: strategy, RefreshTokenStrategy: strategy, AuthorizeCodeStrategy: strategy,
		CoreStorage: storage, TokenRevocationStorage: storage, Config: config,
	}
	refresh := &oauth2.RefreshTokenGrantHandler{
		AccessTokenStrategy: strategy, RefreshTokenStrategy: strategy, TokenRevocationStorage: storage, Config: config,
	}
	config.AuthorizeEndpointHandlers = fosite.AuthorizeEndpointHandlers{code}
	return fosite.NewOAuth2Provider(storage, &engineConfig{
		Config: config, code: fosite.TokenEndpointHandlers{code}, refresh: fosite.TokenEndpointHandlers{refresh},
	})
}

// engineConfig names the one handler that an exchange is for. Any other would turn it
// down with an error that carries its stack, which costs as much as a short answer.
type engineConfig struct {
	*fosite.Config
	code, refresh fosite.TokenEndpointHandlers
}

// GetTokenEndpointHandlers implements fosite.Configurator.
func (c *engineConfig) GetTokenEndpointHandlers(ctx context.Context) fosite.TokenEndpointHandlers {
	if exchangeFrom(ctx).refreshing {
		return c.refresh
	}
	return c.code
}

// exchange is what one request to the engine works on: a grant that was looked
// up before, and what the engine made of it.
type exchange struct {
	app    store.App
	grant  store.Grant
	rules  *rules.Rules
	public bool     // authenticated without a secret
	scopes []string // of the new access token

	refreshing bool // by a refresh token, not by a code
	described  fosite.Client
	request    *fosite.Request

	pending    *store.Grant // changed, not yet stored
	access     string
	refresh    string
	idToken    string
	conflicted bool
}

type exchangeKey struct{}

func withExchange(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

func exchangeFrom(ctx context.Context) *exchange { return ctx.Value(exchangeKey{}).(*exchange) }

// session is what the engine keeps of a sign-in: whose it is. Expiry is the stored
// token's, by the portal's clock, so nothing is remembered of it here.
type session struct{ subject string }

// SetExpiresAt implements fosite.Session.
func (s *session) SetExpiresAt(fosite.TokenType, time.Time) {}

// GetExpiresAt implements fosite.Session: the zero time stands for the default lifespan.
func (s *session) GetExpiresAt(fosite.TokenType) time.Time { return time.Time{} }

// GetUsername implements fosite.Session.
func (s *session) GetUsername() string { return "" }

// GetSubject implements fosite.Session.
func (s *session) GetSubject() string { return s.subject }

// Clone implements fosite.Session.
func (s *session) Clone() fosite.Session { clone := *s; return &clone }

// authorizeRequest and accessRequest are the engine's requests as they are stored. The
// storage keeps no parameters of theirs, so there are none to take out first.
type authorizeRequest struct{ *fosite.AuthorizeRequest }

// Sanitize implements fosite.Requester.
func (a authorizeRequest) Sanitize([]string) fosite.Requester { return a }

type accessRequest struct{ fosite.AccessRequester }

// Sanitize implements fosite.Requester.
func (a accessRequest) Sanitize([]string) fosite.Requester { return a }

// client describes the app to the engine. Secretless exchanges may not get a
// refresh token, which the engine decides by the grant types (identity.md §4.7).
func (x *exchange) client() fosite.Client {
	if x.described != nil {
		return x.described
	}
	grants := fosite.Arguments{"authorization_code", "refresh_token"}
	if x.public && !x.rules.Token.RefreshForPublicClient {
		grants = grants[:1]
	}
	x.described = &fosite.DefaultClient{
		ID: x.app.ID, RedirectURIs: x.app.RedirectURIs, GrantTypes: grants,
		ResponseTypes: fosite.Arguments{"code"}, Scopes: x.grantable(), Public: x.public,
	}
	return x.described
}

// grantable is wider than the app's scopes only where the portal validated (or a
// fault waved through) something else before.
func (x *exchange) grantable() []string {
	if containsAll(x.app.Scopes, x.grant.Requested) && containsAll(x.app.Scopes, x.scopes) {
		return x.app.Scopes
	}
	return unique(slices.Concat(x.app.Scopes, x.grant.Requested, x.scopes))
}

// requester describes the grant to the engine.
func (x *exchange) requester() *fosite.Request {
	if x.request == nil {
		x.request = &fosite.Request{
			ID: x.grant.AppID + "/" + x.grant.UserID, Client: x.client(), Session: &session{x.grant.UserID},
			RequestedScope: x.scopes, GrantedScope: x.scopes, Form: url.Values{},
		}
	}
	return x.request
}

// engineIssueCode has the engine issue an authorization code on grant and store it.
func (s *Server) engineIssueCode(ctx context.Context, a authorization, grant store.Grant) (string, error) {
	x := &exchange{app: a.app, grant: grant, rules: a.rules, scopes: grant.Authorized}
	ctx = withExchange(ctx, x)
	request := authorizeRequest{&fosite.AuthorizeRequest{
		Request: *x.requester(), ResponseTypes: fosite.Arguments{"code"}, RedirectURI: &url.URL{},
	}}
	response, err := s.engine.NewAuthorizeResponse(ctx, request, request.Session)
	switch {
	case x.conflicted:
		return "", fmt.Errorf("store grant: %w", store.ErrConflict)
	case err != nil:
		return "", fmt.Errorf("issue code: %w", describe(err))
	}
	return response.GetCode(), nil
}

// engineExchange has the engine redeem what r presents for the grant of x.
// Errors are those of the token endpoint (identity.md §5.2).
func (s *Server) engineExchange(r *http.Request, x *exchange) *oauthError {
	ctx := withExchange(r.Context(), x)
	request, err := s.engine.NewAccessRequest(ctx, r, &session{x.grant.UserID})
	if err == nil {
		_, err = s.engine.NewAccessResponse(ctx, accessRequest{request})
	}
	switch {
	case err == nil:
		return nil
	case x.conflicted || errors.Is(err, fosite.ErrInvalidGrant):
		if value := r.Form.Get("refresh_token"); r.Form.Get("grant_type") == grantRefresh {
			refused(ctx, s.causeRefresh(x.grant.Refresh, value))
		} else {
			refused(ctx, s.causeCode(ctx, x.grant, r.Form.Get("code")))
		}
		return plainError(codeInvalidGrant)
	case errors.Is(err, fosite.ErrUnauthorizedClient):
		return plainError(codeUnauthorizedClient)
	default:
		s.Logger.Error("exchange at the token endpoint", "error", describe(err))
		return plainError(codePersistence)
	}
}

func isConflict(err error) bool { return errors.Is(err, store.ErrConflict) }

// describe brings the engine's debug text into the error.
func describe(err error) error {
	var detailed *fosite.RFC6749Error
	if errors.As(err, &detailed) {
		return fmt.Errorf("%w: %s %s", err, detailed.HintField, detailed.DebugField)
	}
	return err
}
