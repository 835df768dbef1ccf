package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// signingKey is one key pair, ready to sign.
type signingKey struct {
	id      string
	private crypto.Signer // *ecdsa.PrivateKey or *rsa.PrivateKey
	header  string        // of its tokens, encoded
	created time.Time
}

func newSigningKey(id string, private crypto.Signer, created time.Time) (*signingKey, error) {
	header, err := compactJSON(struct {
		Algorithm jose.SignatureAlgorithm `json:"alg"`
		KeyID     string                  `json:"kid"`
	}{algorithmOf(private.Public()), id})
	if err != nil {
		return nil, fmt.Errorf("header for key %s: %w", id, err)
	}
	return &signingKey{id: id, private: private, header: base64.RawURLEncoding.EncodeToString(header), created: created}, nil
}

func (k *signingKey) public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id}
}

// sign makes a compact JWS with alg and kid in its header and no typ (RFC 7515
// §7.1; identity.md §4.3). It is written out here because a token is most of what a
// request costs, and a general signer encodes the same header again each time.
func (k *signingKey) sign(payload []byte) (string, error) {
	encoding := base64.RawURLEncoding
	token := make([]byte, 0, len(k.header)+encoding.EncodedLen(len(payload))+128)
	token = append(append(token, k.header...), '.')
	token = encoding.AppendEncode(token, payload)
	digest := sha256.Sum256(token)
	// Without randomness ECDSA derives its nonce from key and digest (RFC 6979), which
	// takes a fifth less time; the jti makes every payload another one.
	signed, err := k.private.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	if _, isEC := k.private.(*ecdsa.PrivateKey); isEC {
		if signed, err = plainSignature(signed); err != nil {
			return "", err
		}
	}
	return string(encoding.AppendEncode(append(token, '.'), signed)), nil
}

// plainSignature is an ECDSA signature on P-256 as JWS wants it: both numbers with
// 32 bytes each instead of ASN.1 (RFC 7518 §3.4).
func plainSignature(der []byte) ([]byte, error) {
	var sequence cryptobyte.String
	var r, s []byte
	input := cryptobyte.String(der)
	if !input.ReadASN1(&sequence, asn1.SEQUENCE) || !sequence.ReadASN1Integer(&r) || !sequence.ReadASN1Integer(&s) ||
		len(r) > 32 || len(s) > 32 {
		return nil, errors.New("sign token: the signature is no ASN.1 of P-256")
	}
	plain := make([]byte, 64)
	copy(plain[32-len(r):], r)
	copy(plain[64-len(s):], s)
	return plain, nil
}

// algorithmOf is what keys of that kind sign with (identity.md §3.9).
func algorithmOf(public any) jose.SignatureAlgorithm {
	if _, isRSA := public.(*rsa.PublicKey); isRSA {
		return jose.RS256
	}
	return jose.ES256
}
