// Package signature issues and verifies the x-signature token: the JWT by which
// DocSpace's Backend API tells the authorization server and the app registration
// who is signed in (docs/portal/identity.md §2). Whoever holds the portal's
// secret can sign, so both the mock portal and a client of a real one use it.
package signature

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Name is the name of the cookie and of the request header that carry the token.
const Name = "x-signature"

// DefaultSecret is the machine key of a development installation
// (docs/portal/identity.md §2.1).
const DefaultSecret = "1123askdasjklasbnd"

// Lifetime is how long the portal's own tokens live (docs/portal/identity.md §2.1).
const Lifetime = 5 * time.Minute

// Skew is how far past exp, or before nbf, a token is still accepted
// (docs/portal/identity.md §2.2).
const Skew = time.Minute

// ErrInvalid is wrapped by every error of Verify.
var ErrInvalid = errors.New("x-signature is not valid")

// Claims say who is signed in, and on which portal.
type Claims struct {
	UserID    string
	UserName  string // display name
	UserEmail string
	TenantID  int64
	TenantURL string // the portal's root, without a trailing slash
	Admin     bool
	Guest     bool
	Public    bool // may use the developer tools
	Expires   time.Time
}

// Issue signs claims as the portal does: HS256, every claim a string, exp the
// only time (docs/portal/identity.md §2.1).
func Issue(key []byte, c Claims) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: key},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("sign x-signature: %w", err)
	}
	token, err := jwt.Signed(signer).Claims(map[string]any{
		"iss": c.TenantURL, "aud": c.TenantURL, "sub": c.UserID,
		"user_id": c.UserID, "user_name": c.UserName, "user_email": c.UserEmail,
		"tenant_id": strconv.FormatInt(c.TenantID, 10), "tenant_url": c.TenantURL,
		"is_admin": strconv.FormatBool(c.Admin), "is_guest": strconv.FormatBool(c.Guest),
		"is_public": strconv.FormatBool(c.Public), "exp": c.Expires.Unix(),
	}).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign x-signature: %w", err)
	}
	return token, nil
}

// Leniency lets a verifier accept what the portal refuses. The zero value is the portal's.
type Leniency struct {
	Expired  bool // accept a token whose time has passed
	Unsigned bool // accept alg "none" and any signature
}

// Verify checks token as the portal's services do (docs/portal/identity.md §2.2):
// HS256 only, typ JWT or absent, exp and nbf with a minute of skew where present.
// Which claims must be there is the caller's business. Errors wrap ErrInvalid.
func Verify(key []byte, token string, now time.Time, lenient Leniency) (Claims, error) {
	signed, err := read(key, token, lenient.Unsigned)
	if err == nil {
		err = signed.acceptable(now, lenient.Expired)
	}
	if err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return signed.Claims, nil
}

// statement is what a token says, its times included.
type statement struct {
	Claims
	expires, notBefore bool // whether the token says so
	from               time.Time
}

// read checks everything about a token that does not change with time.
func read(key []byte, token string, unsigned bool) (statement, error) {
	payload, err := verifiedPayload(key, token, unsigned)
	if err != nil {
		return statement{}, err
	}
	var raw struct {
		UserID    string      `json:"user_id"`
		UserName  string      `json:"user_name"`
		UserEmail string      `json:"user_email"`
		TenantID  looseInt    `json:"tenant_id"`
		TenantURL string      `json:"tenant_url"`
		Admin     looseBool   `json:"is_admin"`
		Guest     looseBool   `json:"is_guest"`
		Public    looseBool   `json:"is_public"`
		Expires   json.Number `json:"exp"`
		NotBefore json.Number `json:"nbf"`
	}
	if err := json.Unmarshal(payload, &raw); err != nil {
		return statement{}, fmt.Errorf("claims: %w", err)
	}
	s := statement{Claims: Claims{
		UserID: raw.UserID, UserName: raw.UserName, UserEmail: raw.UserEmail,
		TenantID: int64(raw.TenantID), TenantURL: raw.TenantURL,
		Admin: bool(raw.Admin), Guest: bool(raw.Guest), Public: bool(raw.Public),
	}}
	if s.expires = raw.Expires != ""; s.expires {
		if s.Expires, err = numericDate(raw.Expires); err != nil {
			return statement{}, fmt.Errorf("exp: %w", err)
		}
	}
	if s.notBefore = raw.NotBefore != ""; s.notBefore {
		if s.from, err = numericDate(raw.NotBefore); err != nil {
			return statement{}, fmt.Errorf("nbf: %w", err)
		}
	}
	return s, nil
}

// acceptable judges the times.
func (s statement) acceptable(now time.Time, expiredToo bool) error {
	if s.expires && !expiredToo && now.After(s.Expires.Add(Skew)) {
		return fmt.Errorf("expired at %s", s.Expires.UTC().Format(time.RFC3339))
	}
	if s.notBefore && now.Before(s.from.Add(-Skew)) {
		return fmt.Errorf("not before %s", s.from.UTC().Format(time.RFC3339))
	}
	return nil
}

func verifiedPayload(key []byte, token string, unsigned bool) ([]byte, error) {
	if unsigned {
		return unsignedPayload(token)
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return nil, err
	}
	if typ, ok := parsed.Signatures[0].Header.ExtraHeaders[jose.HeaderType]; ok && typ != "JWT" {
		return nil, fmt.Errorf("typ %v instead of JWT", typ)
	}
	return parsed.Verify(key)
}

func unsignedPayload(token string) ([]byte, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%d parts instead of 3", len(parts))
	}
	return decodeSegment(parts[1])
}
