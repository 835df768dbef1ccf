package replay

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"

	"docspace-oauth/signature"
)

// tenantURL is the portal that every x-signature names
// (testdata/golden/README.md, "Format").
const tenantURL = "https://portal.example.test"

// role is one of the people of a recording.
type role struct {
	name                   string
	alien                  bool // of the other tenant
	admin, guest, isPublic bool
}

var roles = []role{
	{name: "admin", admin: true, isPublic: true},
	{name: "user", isPublic: true},
	{name: "user2", isPublic: true},
	{name: "guest", guest: true, isPublic: true},
	{name: "nonpublic"},
	{name: "alien", alien: true, admin: true, isPublic: true},
	{name: "alienuser", alien: true, isPublic: true},
}

func roleNames() []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.name
	}
	return names
}

// builtinNames are the variables that every recording may use.
func builtinNames() []string {
	names := []string{
		"base_url", "host", "client_ip", "tenant_id", "alien_tenant_id",
		"pkce_verifier", "pkce_challenge", "pkce_verifier_2", "pkce_challenge_2",
		"nonce", "rp_state", "unknown_uuid",
	}
	for _, name := range roleNames() {
		names = append(names, "user_"+name, "signature_"+name)
	}
	return names
}

// freshVariables makes the people, tenants and random values of one scenario,
// so that it depends on nothing that was at the target before. now is the
// target's time.
func freshVariables(rec *recording, secret string, now time.Time) (*variables, error) {
	v := &variables{values: map[string]string{}, captured: map[string]bool{}}
	for _, name := range []string{"tenant_id", "alien_tenant_id"} {
		id, err := randomTenant()
		if err != nil {
			return nil, err
		}
		v.values[name] = id
	}
	for _, name := range []string{"nonce", "rp_state"} {
		v.values[name] = rand.Text()
	}
	for _, suffix := range []string{"", "_2"} {
		verifier := rand.Text() + rand.Text()
		digest := sha256.Sum256([]byte(verifier))
		v.values["pkce_verifier"+suffix] = verifier
		v.values["pkce_challenge"+suffix] = base64.RawURLEncoding.EncodeToString(digest[:])
	}
	v.values["unknown_uuid"] = uuid.NewString()
	for _, r := range roles {
		v.values["user_"+r.name] = uuid.NewString()
		token, err := v.mint(signatureSpec{Role: r.name}, secret, now)
		if err != nil {
			return nil, err
		}
		v.values["signature_"+r.name] = token
	}
	for name, spec := range rec.Signatures {
		token, err := v.mint(spec, secret, now)
		if err != nil {
			return nil, fmt.Errorf("%s: signature %q: %w", rec.file, name, err)
		}
		v.values["signature_"+name] = token
	}
	return v, nil
}

func randomTenant() (string, error) {
	const lowest, count = 100_000_000, 1_900_000_000 // a positive 32-bit integer that no portal has
	n, err := rand.Int(rand.Reader, big.NewInt(count))
	if err != nil {
		return "", fmt.Errorf("tenant id: %w", err)
	}
	return fmt.Sprint(n.Int64() + lowest), nil
}

// mint issues the x-signature of a role as the portal would and then bends it
// as spec says.
func (v *variables) mint(spec signatureSpec, secret string, now time.Time) (string, error) {
	if spec.Secret != "" {
		secret = spec.Secret
	}
	key := signature.Key(secret)
	claims, err := v.claims(spec.Role)
	if err != nil {
		return "", err
	}
	claims.Expires = now.Add(signature.Lifetime)
	if spec.Expires != nil {
		claims.Expires = now.Add(time.Duration(*spec.Expires) * time.Second)
	}
	token, err := signature.Issue(key, claims)
	if err != nil || !spec.NoExp && spec.Claims == nil && spec.Header == nil {
		return token, err
	}
	header, payload, err := openToken(token)
	if err != nil {
		return "", err
	}
	if spec.NoExp {
		payload = without(payload, "exp")
	}
	if header, err = v.override(header, spec.Header); err != nil {
		return "", err
	}
	if payload, err = v.override(payload, spec.Claims); err != nil {
		return "", err
	}
	return seal(key, header, payload)
}

func (v *variables) claims(roleName string) (signature.Claims, error) {
	for _, r := range roles {
		if r.name != roleName {
			continue
		}
		tenant := v.values["tenant_id"]
		if r.alien {
			tenant = v.values["alien_tenant_id"]
		}
		claims := signature.Claims{
			UserID: v.values["user_"+r.name], UserName: "Replay " + r.name, UserEmail: r.name + "@portal.example.test",
			TenantURL: tenantURL, Admin: r.admin, Guest: r.guest, Public: r.isPublic,
		}
		_, err := fmt.Sscan(tenant, &claims.TenantID)
		return claims, err
	}
	return signature.Claims{}, fmt.Errorf("unknown role %q", roleName)
}

func (v *variables) override(doc document, changes *jsonDocument) (document, error) {
	if changes == nil {
		return doc, nil
	}
	for _, m := range changes.members {
		doc = without(doc, m.name)
		if m.value.kind == kindNull {
			continue
		}
		value, err := v.expandDocument(m.value)
		if err != nil {
			return document{}, err
		}
		doc.members = append(doc.members, member{name: m.name, value: value})
	}
	return doc, nil
}

func without(doc document, name string) document {
	kept := document{kind: doc.kind}
	for _, m := range doc.members {
		if m.name != name {
			kept.members = append(kept.members, m)
		}
	}
	return kept
}

// seal signs with the algorithm that the header names.
func seal(key []byte, header, payload document) (string, error) {
	algorithm, _ := header.member("alg")
	input := base64.RawURLEncoding.EncodeToString([]byte(header.String())) + "." +
		base64.RawURLEncoding.EncodeToString([]byte(payload.String()))
	var digest func() hash.Hash
	switch strings.ToUpper(algorithm.text) {
	case "NONE":
		return input + ".", nil
	case "HS256":
		digest = sha256.New
	case "HS384":
		digest = sha512.New384
	case "HS512":
		digest = sha512.New
	default:
		return "", fmt.Errorf("cannot sign with alg %s", algorithm)
	}
	mac := hmac.New(digest, key)
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}
