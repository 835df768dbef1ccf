package suites

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// accessTTL is that of DocSpace (docs/portal/identity.md §4.1).
const accessTTL = time.Hour

// bearerSkew is how far past exp the Backend API still accepts
// (docs/portal/backend-api.md §1.3), and a second more.
const bearerSkew = 121 * time.Second

// forgeries are altered copies of a JWT that nobody may accept, by name. All can be
// read by a JWT parser.
func (c *Case) forgeries(token string) map[string]string {
	parts := strings.Split(token, ".")
	header, claims := tokenPart(token, 0), tokenPart(token, 1)
	if header == nil || claims == nil {
		c.Blocked("the token is no JWT, so it can't be forged")
	}
	other := map[string]any{}
	for name, value := range claims {
		other[name] = value
	}
	other["sub"] = "99999999-9999-4999-8999-999999999999"
	unsigned := map[string]any{"alg": "none", "kid": header["kid"]}
	forged := map[string]string{
		"alg none":          encodePart(unsigned) + "." + parts[1] + ".",
		"alg none, signed":  encodePart(unsigned) + "." + parts[1] + "." + parts[2],
		"changed payload":   parts[0] + "." + encodePart(other) + "." + parts[2],
		"changed signature": parts[0] + "." + parts[1] + "." + turned(parts[2]),
	}
	if signed, err := signWithForeignKey(header, parts[1]); err == nil {
		forged["key of another portal"] = signed
	}
	if signed, err := c.signWithPublicKey(parts[1]); err == nil {
		forged["HS256 with the public key"] = signed
	}
	for _, f := range forged {
		c.redactor.Learn("token", f)
	}
	return forged
}

func encodePart(members map[string]any) string {
	text, _ := json.Marshal(members)
	return base64.RawURLEncoding.EncodeToString(text)
}

// turned changes the first character of a signature: the last one may hold unused bits.
func turned(signature string) string {
	if strings.HasPrefix(signature, "A") {
		return "B" + signature[1:]
	}
	return "A" + signature[1:]
}

// signWithForeignKey signs a payload with a fresh key under the real key's id.
func signWithForeignKey(header map[string]any, payload string) (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	kid, _ := header["kid"].(string)
	return signPayload(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, payload)
}

// signWithPublicKey uses the text of the published key set as an HMAC key, the
// confusion of RFC 8725 §2.1.
func (c *Case) signWithPublicKey(payload string) (string, error) {
	return signPayload(jose.SigningKey{Algorithm: jose.HS256, Key: c.Get("/oauth2/jwks", nil).Body}, payload)
}

func signPayload(key jose.SigningKey, payload string) (string, error) {
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(text)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
