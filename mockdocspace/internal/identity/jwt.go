package identity

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// accessClaims are the claims of an access token (identity.md §4.3).
type accessClaims struct {
	Subject   string   `json:"sub"`
	Audience  string   `json:"aud"` // text, not a list
	NotBefore int64    `json:"nbf"`
	Scope     []string `json:"scope,omitempty"`
	Issuer    string   `json:"iss"`
	Expires   int64    `json:"exp"`
	IssuedAt  int64    `json:"iat"`
	ID        string   `json:"jti"`
	TenantID  int64    `json:"tid"`
	ClientID  string   `json:"cid,omitempty"`
	Region    string   `json:"region,omitempty"`
}

// idClaims are the claims of an id_token (identity.md §4.4).
type idClaims struct {
	Subject         string `json:"sub,omitempty"`
	Audience        string `json:"aud"`
	AuthorizedParty string `json:"azp"`
	AuthTime        int64  `json:"auth_time,omitempty"`
	Issuer          string `json:"iss"`
	Expires         int64  `json:"exp"`
	IssuedAt        int64  `json:"iat"`
	NotBefore       int64  `json:"nbf,omitempty"` // with a fault only
	Nonce           string `json:"nonce,omitempty"`
	ID              string `json:"jti"`
	TenantID        int64  `json:"tid"`
	ClientID        string `json:"cid"`
	SessionID       string `json:"sid,omitempty"`
	Region          string `json:"region,omitempty"`
}

// accessToken signs an access token for the grant.
func (s *Server) accessToken(ctx context.Context, g store.Grant, scopes []string, rule *rules.Rules) (string, error) {
	now := s.Clock.Now().Add(rule.Clock.Skew)
	claims := accessClaims{
		Subject: g.UserID, Audience: g.TenantURL, NotBefore: now.Unix(), Scope: scopes,
		Issuer: issuer(g, rule), Expires: now.Add(rule.Token.AccessLifetime).Unix(), IssuedAt: now.Unix(),
		ID: s.Random.UUID(), TenantID: g.TenantID, ClientID: g.AppID,
	}
	if rule.Build == rules.BuildSaaS {
		claims.Region = s.Region
	}
	if rule.JWT.DropClaim {
		claims.ClientID = ""
	}
	if rule.JWT.WrongAudience {
		claims.Audience = otherPortal
	}
	if rule.JWT.LongLived {
		claims.Expires = now.Add(24 * time.Hour).Unix()
	}
	s.spoil(claimsAlike{&claims.Subject, &claims.Issuer, &claims.NotBefore, &claims.Expires}, rule.JWT.Flaws, now)
	return s.sign(ctx, claims, signing{rule.JWT.Flaws, rule.JWT.AlgNone, rule.JWT.WrongKey})
}

// issuer is the iss of tokens: not the metadata's issuer (identity.md §3.9).
func issuer(g store.Grant, rule *rules.Rules) string {
	if rule.JWT.IssuerIsMetadata {
		return g.TenantURL
	}
	return g.TenantURL + "/oauth2"
}

// addIDToken signs the id_token of an exchange into the pending grant (identity.md §4.4).
func (s *Server) addIDToken(ctx context.Context, x *exchange) error {
	asked := slices.Contains(x.grant.Authorized, scopeOpenID)
	if !x.rules.OpenID.NarrowedKeepsIDToken {
		asked = slices.Contains(x.scopes, scopeOpenID)
	}
	if !asked && !x.rules.OpenID.WithoutScope {
		return nil
	}
	refreshed := x.grant.Access != nil
	now := s.Clock.Now()
	told := now.Add(x.rules.Clock.Skew)
	g := x.grant
	claims := idClaims{
		Subject: g.UserID, Audience: g.TenantURL, AuthorizedParty: g.AppID, Issuer: issuer(g, x.rules),
		IssuedAt: told.Unix(), Expires: told.Add(x.rules.Token.IDTokenLifetime).Unix(), ID: s.Random.UUID(),
		TenantID: g.TenantID, ClientID: g.AppID, SessionID: g.SessionID,
	}
	if !g.AuthTime.IsZero() {
		claims.AuthTime = g.AuthTime.Add(x.rules.Clock.Skew).Unix()
	}
	if x.rules.Build == rules.BuildSaaS {
		claims.Region = s.Region
	}
	if x.rules.OpenID.AudienceIsClient {
		claims.Audience = g.AppID
	}
	if !refreshed && !x.rules.OpenID.DropNonce {
		claims.Nonce = g.Nonce
		if claims.Nonce != "" && x.rules.OpenID.ChangeNonce {
			claims.Nonce += "x"
		}
	}
	if x.rules.OpenID.DropClaim {
		claims.Subject = ""
	}
	if refreshed && x.rules.OpenID.RefreshOtherSubject {
		claims.Subject = s.Random.UUID()
	}
	if x.rules.OpenID.WrongAudience {
		claims.Audience = otherApp
	}
	if x.rules.OpenID.WrongParty {
		claims.AuthorizedParty = otherApp
	}
	s.spoil(claimsAlike{&claims.Subject, &claims.Issuer, &claims.NotBefore, &claims.Expires}, x.rules.OpenID.Flaws, told)
	token, err := s.sign(ctx, claims, signing{x.rules.OpenID.Flaws, x.rules.OpenID.AlgNone, x.rules.OpenID.WrongKey})
	if err != nil {
		return err
	}
	x.idToken = token
	x.pending.IDToken = &store.Token{Value: token, IssuedAt: now, ExpiresAt: now.Add(x.rules.Token.IDTokenLifetime)}
	return nil
}

// otherPortal and otherApp are nobody's.
const (
	otherPortal = "https://other.example.test"
	otherApp    = "00000000-0000-4000-8000-0000000000aa"
)

// claimsAlike are the claims that access tokens and id_tokens share.
type claimsAlike struct {
	subject, issuer    *string
	notBefore, expires *int64
}

// spoil makes the claims say what a fault wants them to.
func (s *Server) spoil(c claimsAlike, flaws rules.Flaws, now time.Time) {
	if flaws.Expired {
		*c.expires = now.Add(-time.Hour).Unix()
	}
	if flaws.NotYetValid {
		*c.notBefore = now.Add(time.Hour).Unix()
	}
	if flaws.WrongIssuer {
		*c.issuer = otherPortal + "/oauth2"
	}
	if flaws.OtherSubject {
		*c.subject = s.Random.UUID()
	}
}

// signing is what is wrong with how a token is signed.
type signing struct {
	flaws   rules.Flaws
	none    bool // not at all
	foreign bool // with a key that is not served
}

// sign makes a compact JWT with kid and alg in its header and no typ (identity.md §4.3).
func (s *Server) sign(ctx context.Context, claims any, wrong signing) (string, error) {
	payload, err := compactJSON(claims)
	if err != nil {
		return "", err
	}
	if wrong.flaws.NewKey {
		if err := s.keys.rotate(ctx); err != nil {
			return "", err
		}
	}
	key, err := s.keys.current(ctx)
	if err != nil {
		return "", err
	}
	if wrong.none {
		header := `{"kid":"` + key.id + `","alg":"none"}`
		encode := base64.RawURLEncoding.EncodeToString
		return encode([]byte(header)) + "." + encode(payload) + ".", nil
	}
	if wrong.foreign {
		if key, err = s.keys.foreignKey(key); err != nil {
			return "", err
		}
	}
	if wrong.flaws.OtherKeyID {
		if key, err = newSigningKey(foreignKeyID, key.private, key.created); err != nil {
			return "", err
		}
	}
	return key.sign(payload)
}

// compactJSON writes JSON that survives being parsed and printed again by other
// languages: no HTML escapes, no spaces (docs/portal/clients.md §2.4).
func compactJSON(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encode claims: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// bearerFault says why a bearer token cannot be used, in the portal's words
// (identity.md §3.9).
type bearerFault string

func (f bearerFault) Error() string { return string(f) }

const (
	decoding                        = "An error occurred while attempting to decode the Jwt: "
	errMalformedToken   bearerFault = decoding + "Malformed token"
	errInvalidSignature bearerFault = decoding + "Signed JWT rejected: Invalid signature"
	errNoMatchingKey    bearerFault = decoding + "Signed JWT rejected: Another algorithm expected, or no matching key(s) found"
	errUnsigned         bearerFault = "Unsupported algorithm of none" // as read in the framework
)

const bearerSkew = time.Minute

// decodeJWT checks a token's signature and times as the framework's decoder does
// and returns its payload.
func (s *Server) decodeJWT(ctx context.Context, token string) ([]byte, error) {
	if strings.Count(token, ".") != 2 {
		return nil, errMalformedToken
	}
	if isUnsigned(token) {
		return nil, errUnsigned
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256, jose.HS256, jose.HS512})
	if err != nil {
		return nil, errMalformedToken
	}
	var key *jose.JSONWebKey
	set := s.KeySet(ctx)
	for i := range set.Keys {
		if set.Keys[i].KeyID == parsed.Signatures[0].Header.KeyID || parsed.Signatures[0].Header.KeyID == "" {
			key = &set.Keys[i]
			break
		}
	}
	if key == nil || parsed.Signatures[0].Header.Algorithm != string(algorithmOf(key.Key)) {
		return nil, errNoMatchingKey
	}
	payload, err := parsed.Verify(key)
	if err != nil {
		return nil, errInvalidSignature
	}
	var times struct {
		Expires   *int64 `json:"exp"`
		NotBefore *int64 `json:"nbf"`
	}
	if err := json.Unmarshal(payload, &times); err != nil {
		return nil, errMalformedToken
	}
	now := s.Clock.Now().Add(rules.From(ctx).Clock.Skew)
	if times.Expires != nil && now.After(time.Unix(*times.Expires, 0).Add(bearerSkew)) {
		return nil, bearerFault(decoding + "Jwt expired at " + time.Unix(*times.Expires, 0).UTC().Format(time.RFC3339))
	}
	if times.NotBefore != nil && now.Before(time.Unix(*times.NotBefore, 0).Add(-bearerSkew)) {
		return nil, bearerFault(decoding + "Jwt used before " + time.Unix(*times.NotBefore, 0).UTC().Format(time.RFC3339))
	}
	return payload, nil
}

// isUnsigned reports a token of algorithm none, which has an empty third part.
func isUnsigned(token string) bool {
	header, rest, _ := strings.Cut(token, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil || !strings.HasSuffix(rest, ".") {
		return false
	}
	var members struct {
		Algorithm string `json:"alg"`
	}
	return json.Unmarshal(decoded, &members) == nil && members.Algorithm == "none"
}
