package flows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// ErrToken is wrapped by every error of VerifyAccessToken and VerifyIDToken that
// is the token's fault.
var ErrToken = errors.New("token is not acceptable")

// ErrPortal says that a token is for a portal that the app does not trust.
var ErrPortal = errors.New("token is for a portal that is not trusted")

// skew is how far the clocks of portal and client may differ.
const skew = time.Minute

// Claims are the contents of a verified token (docs/portal/identity.md §4.3, §4.4).
type Claims struct {
	Issuer          string // {portal}/oauth2, or {portal} where issuer and iss agree
	Portal          string // aud: the portal where the token is valid
	Subject         string // user id
	ClientID        string // cid
	TenantID        int64  // tid
	ID              string // jti
	Scopes          []string
	AuthorizedParty string // azp, only in id_tokens
	Nonce           string // only in id_tokens
	IssuedAt        time.Time
	Expires         time.Time
}

// VerifyAccessToken checks an access token that was issued to app: signature by a
// key of the portal (ES256 or RS256), times, client, and that iss and aud name one
// and the same portal. Which portal that may be is the caller's question: see
// Claims.APIBase. Errors about the token wrap ErrToken.
func (p *Portal) VerifyAccessToken(ctx context.Context, app App, token string) (*Claims, error) {
	claims, err := p.verify(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("access token: %w", err)
	}
	if claims.ClientID != app.ID {
		return nil, fmt.Errorf("access token: %w: issued to client %q", ErrToken, claims.ClientID)
	}
	// DocSpace signs as {portal}/oauth2 and announces {portal} as issuer; a portal
	// that makes the two agree (RFC 8414 §3.3) signs as {portal}.
	portal := strings.TrimSuffix(claims.Portal, "/")
	if portal == "" || (claims.Issuer != portal+"/oauth2" && claims.Issuer != portal) {
		return nil, fmt.Errorf("access token: %w: iss %q and aud %q are not one portal", ErrToken, claims.Issuer, claims.Portal)
	}
	return claims, nil
}

// VerifyIDToken checks an id_token against the sign-in and the access token that
// came with it (OpenID Connect Core §3.1.3.7). The portal puts itself into aud,
// where the client id should stand; azp names the client (docs/portal/identity.md
// §4.4), so azp is what is required. A refreshed id_token has no nonce: pass "".
func (p *Portal) VerifyIDToken(ctx context.Context, app App, token, nonce string, access *Claims) (*Claims, error) {
	claims, err := p.verify(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("id_token: %w", err)
	}
	for _, check := range []struct{ name, got, want string }{
		{"azp", claims.AuthorizedParty, app.ID},
		{"iss", claims.Issuer, access.Issuer},
		{"sub", claims.Subject, access.Subject},
		{"nonce", claims.Nonce, nonce},
	} {
		if check.got != check.want {
			return nil, fmt.Errorf("id_token: %w: %s is %q instead of %q", ErrToken, check.name, check.got, check.want)
		}
	}
	if claims.Portal != access.Portal && claims.Portal != app.ID {
		return nil, fmt.Errorf("id_token: %w: aud is %q", ErrToken, claims.Portal)
	}
	return claims, nil
}

// APIBase is the root of the portal where the token is valid, once it is found
// among trusted (addresses as in Portal.BaseURL). A user may have chosen another
// portal than the one the app started at; a token for a stranger's must not be
// sent there. The error wraps ErrPortal.
func (c *Claims) APIBase(trusted []string) (string, error) { return trustedBase(c.Portal, trusted) }

// APIBase is Claims.APIBase for a token that was not verified. It is enough for an
// app that only passes the token on, as all it believes is checked against trusted.
func (t *Tokens) APIBase(trusted []string) (string, error) {
	parsed, err := jose.ParseSignedCompact(t.AccessToken, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrToken, err)
	}
	claims, err := decodeClaims(parsed.UnsafePayloadWithoutVerification())
	if err != nil {
		return "", err
	}
	return trustedBase(claims.Portal, trusted)
}

func trustedBase(portal string, trusted []string) (string, error) {
	base, err := origin(portal)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrPortal, err)
	}
	for _, address := range trusted {
		if known, err := origin(address); err == nil && known == base {
			return base, nil
		}
	}
	return "", fmt.Errorf("%w: %q", ErrPortal, portal)
}

// verify checks signature and times. The keys are read anew each time: a portal
// changes them every few hours and a token is verified once per sign-in or refresh.
func (p *Portal) verify(ctx context.Context, token string) (*Claims, error) {
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrToken, err)
	}
	keys, err := p.Keys(ctx)
	if err != nil {
		return nil, err
	}
	found := keys.Key(parsed.Signatures[0].Header.KeyID)
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: signed with a key that the portal does not have", ErrToken)
	}
	payload, err := parsed.Verify(found[0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrToken, err)
	}
	return decodeAndCheck(payload, p.now())
}

func decodeAndCheck(payload []byte, now time.Time) (*Claims, error) {
	claims, err := decodeClaims(payload)
	switch {
	case err != nil:
		return nil, err
	case claims.Subject == "":
		return nil, fmt.Errorf("%w: no sub", ErrToken)
	case claims.Expires.IsZero() || now.After(claims.Expires.Add(skew)):
		return nil, fmt.Errorf("%w: expired", ErrToken)
	case claims.IssuedAt.After(now.Add(skew)) || claims.notBefore.After(now.Add(skew)):
		return nil, fmt.Errorf("%w: not valid yet", ErrToken)
	}
	return &claims.Claims, nil
}

// timedClaims adds what only the check of times needs.
type timedClaims struct {
	Claims
	notBefore time.Time
}

func decodeClaims(payload []byte) (*timedClaims, error) {
	var raw struct {
		Issuer    string   `json:"iss"`
		Audience  audience `json:"aud"`
		Subject   string   `json:"sub"`
		ClientID  string   `json:"cid"`
		TenantID  int64    `json:"tid"`
		ID        string   `json:"jti"`
		Scopes    []string `json:"scope"`
		Party     string   `json:"azp"`
		Nonce     string   `json:"nonce"`
		IssuedAt  float64  `json:"iat"`
		NotBefore float64  `json:"nbf"`
		Expires   float64  `json:"exp"`
	}
	if err := json.Unmarshal(payload, &raw); err != nil {
		return nil, fmt.Errorf("%w: claims: %w", ErrToken, err)
	}
	if len(raw.Audience) > 1 {
		return nil, fmt.Errorf("%w: for %d audiences", ErrToken, len(raw.Audience))
	}
	claims := &timedClaims{notBefore: numericDate(raw.NotBefore), Claims: Claims{
		Issuer: raw.Issuer, Subject: raw.Subject, ClientID: raw.ClientID, TenantID: raw.TenantID,
		ID: raw.ID, Scopes: raw.Scopes, AuthorizedParty: raw.Party, Nonce: raw.Nonce,
		IssuedAt: numericDate(raw.IssuedAt), Expires: numericDate(raw.Expires),
	}}
	if len(raw.Audience) == 1 {
		claims.Portal = raw.Audience[0]
	}
	return claims, nil
}

// numericDate converts seconds since 1970; 0 (absent) is the zero time.
func numericDate(seconds float64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// Keys reads the portal's public keys (docs/portal/identity.md §3.9).
func (p *Portal) Keys(ctx context.Context) (*jose.JSONWebKeySet, error) {
	answer, err := p.get(ctx, "/oauth2/jwks", nil)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	if answer.status != http.StatusOK {
		return nil, fmt.Errorf("read keys: portal answered %s", answer)
	}
	keys := &jose.JSONWebKeySet{}
	if err := answer.decode(keys); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return keys, nil
}
