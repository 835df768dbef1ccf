package replay

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// openToken decodes the header and the claims of a JWT without judging it.
func openToken(token string) (header, claims document, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return document{}, document{}, fmt.Errorf("%d parts instead of the 3 of a JWT", len(parts))
	}
	decoded := make([]document, 2)
	for i := range decoded {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return document{}, document{}, fmt.Errorf("part %d of the JWT: %w", i+1, err)
		}
		if decoded[i], err = parseDocument(text); err != nil {
			return document{}, document{}, fmt.Errorf("part %d of the JWT: %w", i+1, err)
		}
		if decoded[i].kind != kindObject {
			return document{}, document{}, fmt.Errorf("part %d of the JWT is no object", i+1)
		}
	}
	return decoded[0], decoded[1], nil
}

// publicAlgorithms are those whose keys a key set can publish.
var publicAlgorithms = []jose.SignatureAlgorithm{
	jose.ES256, jose.ES384, jose.ES512, jose.RS256, jose.RS384, jose.RS512,
	jose.PS256, jose.PS384, jose.PS512, jose.EdDSA,
}

// verdict says whether the served key of the same kid made the signature:
// valid, invalid, or why it cannot be told.
func verdict(token string, keys jose.JSONWebKeySet) string {
	parsed, err := jose.ParseSignedCompact(token, publicAlgorithms)
	if err != nil {
		return "invalid"
	}
	matching := keys.Key(parsed.Signatures[0].Header.KeyID)
	if len(matching) == 0 {
		return "no key with this kid"
	}
	for _, key := range matching {
		if public := key.Public(); public.Valid() {
			key = public
		}
		if _, err := parsed.Verify(key); err == nil {
			return "valid"
		}
	}
	return "invalid"
}

// keySet fetches the target's keys.
func (s *session) keySet(ctx context.Context) (jose.JSONWebKeySet, error) {
	got, err := s.send(ctx, outgoing{method: "GET", path: "/oauth2/jwks", headers: []headerLine{
		{"Host", s.vars.values["host"]},
		{"X-Forwarded-Host", s.vars.values["host"]},
		{"Accept", "*/*"},
		{"User-Agent", "docspace-oauth-replay"},
	}})
	if err != nil {
		return jose.JSONWebKeySet{}, fmt.Errorf("key set: %w", err)
	}
	if got.status != 200 {
		return jose.JSONWebKeySet{}, fmt.Errorf("key set: status %d", got.status)
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(got.body, &keys); err != nil {
		return jose.JSONWebKeySet{}, fmt.Errorf("key set: %w", err)
	}
	return keys, nil
}

// jwts compares the decoded tokens of a JSON answer with the recorded ones.
func (c *comparison) jwts(want map[string]jwtSpec, body document, keys func() (jose.JSONWebKeySet, error)) {
	for _, name := range sortedKeys(want) {
		where := "jwts." + name
		text, present := body.member(name)
		if !present || text.kind != kindString {
			c.add(Difference{Where: where, Note: "the answer has no such token"})
			continue
		}
		header, claims, err := openToken(text.text)
		if err != nil {
			c.add(Difference{Where: where, Note: err.Error()})
			continue
		}
		spec := want[name]
		if spec.Header != nil {
			c.json(where+".header", "", spec.Header.document, header)
		}
		if spec.Claims != nil {
			c.json(where+".claims", "", spec.Claims.document, claims)
		}
		if spec.Signature == "" {
			continue
		}
		served, err := keys()
		if err != nil {
			c.add(Difference{Where: where + ".signature", Note: err.Error()})
			continue
		}
		if got := verdict(text.text, served); got != spec.Signature {
			c.mismatch(where+".signature", spec.Signature, got, "")
		}
	}
}
