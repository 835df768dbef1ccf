package flows

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"docspace-oauth/signature"
)

// Tokens is a successful answer of the token endpoint (RFC 6749 §5.1).
type Tokens struct {
	AccessToken  string
	RefreshToken string   // "" for a public app and for a personal access token
	IDToken      string   // only with scope openid
	Scopes       []string // what was granted, in no particular order; empty: nothing
	Expires      time.Time
}

// Exchange redeems an authorization code (RFC 6749 §4.1.3). A code serves once;
// a second attempt revokes the tokens of the first (docs/portal/identity.md §5.2).
// A refusal is a *TokenError.
func (p *Portal) Exchange(ctx context.Context, app App, code string, a Authorization) (*Tokens, error) {
	config := oauth2.Config{
		ClientID: app.ID, ClientSecret: app.secret(), RedirectURL: app.RedirectURI,
		Endpoint: oauth2.Endpoint{TokenURL: p.URL("/oauth2/token"), AuthStyle: oauth2.AuthStyleInParams},
	}
	var options []oauth2.AuthCodeOption
	if a.Verifier != "" {
		options = append(options, oauth2.VerifierOption(a.Verifier))
	}
	tokens, err := p.requestTokens(ctx, nil, func(ctx context.Context) (*oauth2.Token, error) {
		return config.Exchange(ctx, code, options...)
	})
	if err != nil {
		return nil, fmt.Errorf("exchange code: %w", err)
	}
	return tokens, nil
}

// Refresh obtains new tokens for refreshToken (RFC 6749 §6). The portal rotates:
// keep the refresh token of the answer, the old one is dead, and so is the old
// access token. scopes narrow the new access token; none keeps what was granted.
// Two refreshes with one token must not run at once: the loser's tokens are dead
// (docs/portal/identity.md §4.2). A refusal is a *TokenError.
func (p *Portal) Refresh(ctx context.Context, app App, refreshToken string, scopes ...string) (*Tokens, error) {
	tokens, err := p.grant(ctx, app, nil, scopes, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {refreshToken},
	})
	if err != nil {
		return nil, fmt.Errorf("refresh: %w", err)
	}
	return tokens, nil
}

// PersonalAccessToken obtains a token without a browser for the user whom
// xSignature names (docs/portal/identity.md §4.8). At least one scope of app is
// required. There is no refresh token, and a new one ends the one before.
func (p *Portal) PersonalAccessToken(ctx context.Context, app App, xSignature string, scopes ...string) (*Tokens, error) {
	tokens, err := p.grant(ctx, app, http.Header{signature.Name: {xSignature}}, scopes,
		url.Values{"grant_type": {"personal_access_token"}})
	if err != nil {
		return nil, fmt.Errorf("personal access token: %w", err)
	}
	return tokens, nil
}

// secret is what the app authenticates with: nothing when it is public.
func (a App) secret() string {
	if a.Public {
		return ""
	}
	return a.Secret
}

// grant asks with any grant type: clientcredentials is the one door of x/oauth2
// that takes the parameters as they are.
func (p *Portal) grant(ctx context.Context, app App, header http.Header, scopes []string, form url.Values) (*Tokens, error) {
	config := clientcredentials.Config{
		ClientID: app.ID, ClientSecret: app.secret(), Scopes: scopes, EndpointParams: form,
		TokenURL: p.URL("/oauth2/token"), AuthStyle: oauth2.AuthStyleInParams,
	}
	return p.requestTokens(ctx, header, config.Token)
}

// requestTokens runs one token request of x/oauth2 over this portal's client and
// judges the answer more strictly than x/oauth2 does.
func (p *Portal) requestTokens(ctx context.Context, header http.Header, request func(context.Context) (*oauth2.Token, error)) (*Tokens, error) {
	client := withoutRedirects(p.HTTP)
	seen := &tokenTransport{base: client.Transport, header: header}
	client.Transport = seen
	token, err := request(context.WithValue(ctx, oauth2.HTTPClient, client))
	if seen.answer == nil {
		if err == nil {
			err = fmt.Errorf("no request was made")
		}
		return nil, err
	}
	if err != nil || seen.answer.status != http.StatusOK || mediaType(seen.answer.header) != "application/json" {
		return nil, newTokenError(seen.answer, "no token in the answer")
	}
	if !strings.EqualFold(token.TokenType, "Bearer") {
		return nil, newTokenError(seen.answer, fmt.Sprintf("token_type is %q instead of Bearer", token.TokenType))
	}
	tokens := &Tokens{AccessToken: token.AccessToken, RefreshToken: token.RefreshToken}
	tokens.IDToken, _ = token.Extra("id_token").(string)
	scope, _ := token.Extra("scope").(string)
	tokens.Scopes = strings.Fields(scope)
	if token.ExpiresIn > 0 {
		tokens.Expires = p.now().Add(time.Duration(token.ExpiresIn) * time.Second)
	} else if seconds, ok := token.Extra("expires_in").(float64); ok {
		tokens.Expires = p.now().Add(time.Duration(seconds) * time.Second)
	}
	return tokens, nil
}

// tokenTransport adds headers to a token request and keeps the answer, of which
// x/oauth2 reports too little when it is not the JSON it expected.
type tokenTransport struct {
	base   http.RoundTripper
	header http.Header
	answer *answer
}

func (t *tokenTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	base := t.base
	if base == nil {
		base = http.DefaultTransport
	}
	if len(t.header) > 0 {
		request = request.Clone(request.Context())
		for name, values := range t.header {
			request.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	response, err := base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	response.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the token endpoint's answer: %w", err)
	}
	t.answer = &answer{status: response.StatusCode, header: response.Header, body: body}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// TokenError is a refusal of the token, revocation or introspection endpoint, or
// an answer from which no token could be read. The portal's refusals come with and
// without a body, and its own faults as a redirect or a 403 without one
// (docs/portal/identity.md §3.9, §5).
type TokenError struct {
	Status      int
	Code        string // OAuth error code, "" when the answer has none
	Description string
	URI         string
	ContentType string // as sent, "" when absent
	Location    string // where a redirect points, without its query
	RetryAfter  string // as sent
	Body        string // beginning of a refusal's body; never of a success, which may hold tokens
	Problem     string // what is wrong with an answer that looks like a success
}

func newTokenError(a *answer, problem string) *TokenError {
	e := &TokenError{
		Status: a.status, ContentType: a.header.Get("Content-Type"),
		Location: withoutQuery(a.header.Get("Location")), RetryAfter: a.header.Get("Retry-After"),
	}
	if a.status >= 200 && a.status < 300 {
		e.Problem = problem
	} else {
		e.Body = excerpt(a.body)
	}
	var refusal struct {
		Code        string `json:"error"`
		Description string `json:"error_description"`
		URI         string `json:"error_uri"`
	}
	if json.Unmarshal(a.body, &refusal) == nil {
		e.Code, e.Description, e.URI = refusal.Code, refusal.Description, refusal.URI
	}
	return e
}

func (e *TokenError) Error() string {
	text := fmt.Sprintf("portal answered %d", e.Status)
	switch {
	case e.Code != "":
		text += fmt.Sprintf(" %q", e.Code)
		if e.Description != "" {
			text += fmt.Sprintf(": %q", e.Description)
		}
	case e.Problem != "":
		text += ": " + e.Problem
	case e.Location != "":
		text += ", a redirect to " + e.Location + " instead of tokens"
	case e.Body == "":
		text += " with an empty body"
	default:
		text += fmt.Sprintf(" (%s): %q", e.ContentType, e.Body)
	}
	return text
}

// Temporary says whether the same request may succeed later: the portal limits
// rates with 429 and fails with 5xx or a redirect.
func (e *TokenError) Temporary() bool {
	return e.Status == http.StatusTooManyRequests || e.Status >= 500 || (e.Status >= 300 && e.Status < 400)
}
