package flows

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Introspection is what the portal knows of a token (RFC 7662 §2.2). Of an
// inactive one it says nothing else; of a refresh token only client and time.
type Introspection struct {
	Active    bool     `json:"active"`
	Subject   string   `json:"sub"`
	Audience  audience `json:"aud"`
	Scope     string   `json:"scope"` // space separated
	Issuer    string   `json:"iss"`
	Expires   int64    `json:"exp"` // seconds since 1970
	IssuedAt  int64    `json:"iat"`
	NotBefore int64    `json:"nbf"`
	ID        string   `json:"jti"`
	TenantID  int64    `json:"tid"`
	ClientID  string   `json:"client_id"`
	TokenType string   `json:"token_type"`
}

// Introspect asks whether token is active (docs/portal/identity.md §3.7). The
// portal wants no credentials for this. A refusal is a *TokenError.
func (p *Portal) Introspect(ctx context.Context, token string) (*Introspection, error) {
	answer, err := p.post(ctx, "/oauth2/introspect", url.Values{"token": {token}}, nil)
	if err != nil {
		return nil, fmt.Errorf("introspect: %w", err)
	}
	if answer.status != http.StatusOK {
		return nil, fmt.Errorf("introspect: %w", newTokenError(answer, ""))
	}
	known := &Introspection{}
	if err := answer.decode(known); err != nil {
		return nil, fmt.Errorf("introspect: %w", err)
	}
	return known, nil
}

// Revoke ends a token (RFC 7009). Revoking the refresh token ends its access token
// as well, revoking the access token leaves the refresh token usable
// (docs/portal/identity.md §3.8). A public app cannot revoke. A refusal is a *TokenError.
func (p *Portal) Revoke(ctx context.Context, app App, token string) error {
	answer, err := p.post(ctx, "/oauth2/revoke", url.Values{
		"token": {token}, "client_id": {app.ID}, "client_secret": {app.Secret},
	}, nil)
	if err != nil {
		return fmt.Errorf("revoke: %w", err)
	}
	if answer.status != http.StatusOK {
		return fmt.Errorf("revoke: %w", newTokenError(answer, ""))
	}
	return nil
}

// UserInfo is the portal's answer to a token with scope openid: the claims of the
// access token, no name and no e-mail address (docs/portal/identity.md §3.9).
type UserInfo struct {
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	Scopes   []string `json:"scope"`
	Issuer   string   `json:"iss"`
	ClientID string   `json:"cid"`
	TenantID int64    `json:"tid"`
	ID       string   `json:"jti"`
}

// UserInfo asks who the user of an access token is (OpenID Connect Core §5.3).
// Compare Subject with the subject of the token. A refusal is an *APIError.
func (p *Portal) UserInfo(ctx context.Context, accessToken string) (*UserInfo, error) {
	answer, err := p.get(ctx, "/oauth2/userinfo", http.Header{"Authorization": {"Bearer " + accessToken}})
	if err != nil {
		return nil, fmt.Errorf("userinfo: %w", err)
	}
	if answer.status != http.StatusOK {
		return nil, fmt.Errorf("userinfo: %w", newAPIError(answer))
	}
	info := &UserInfo{}
	if err := answer.decode(info); err != nil {
		return nil, fmt.Errorf("userinfo: %w", err)
	}
	return info, nil
}

// post sends a form to a path of the portal.
func (p *Portal) post(ctx context.Context, path string, form url.Values, header http.Header) (*answer, error) {
	sent := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	for name, values := range header {
		sent[http.CanonicalHeaderKey(name)] = values
	}
	return p.do(ctx, http.MethodPost, p.URL(path), sent, strings.NewReader(form.Encode()))
}

// audience is `aud`: one text in the portal's tokens, a list in its introspection
// and userinfo answers (docs/portal/clients.md §4.2).
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(data, &many); err != nil {
		return fmt.Errorf("aud: %w", err)
	}
	*a = many
	return nil
}
