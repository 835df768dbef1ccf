package mockdocspace_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
)

// docs/portal/identity.md §3.9, §4.3: with the RSA setting keys are RSA and tokens
// RS256; a key from the configuration signs under its own id.
func TestSigningKeys(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, signing, algorithm string
		key                      any
	}{
		{"EC made at start", "", "ES256", nil},
		{"RSA made at start", "rsa", "RS256", nil},
		{"EC from a file", "ec", "ES256", ec},
		{"RSA from a file", "rsa", "RS256", rsaKey},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := config.Config{Signing: tt.signing}
			if tt.key != nil {
				c.Keys = []config.Key{{ID: "key-1", File: keyFile(t, tt.key)}}
			}
			mock, err := mockdocspace.Start(t.Context(), mockdocspace.Options{Config: &c})
			if err != nil {
				t.Fatal(err)
			}
			defer mock.Close()
			portal, err := flows.NewPortal(mock.URL(), nil)
			if err != nil {
				t.Fatal(err)
			}
			user, err := mock.Control().SignIn(t.Context(), "user@docspace.test", 1)
			if err != nil {
				t.Fatal(err)
			}
			app := flows.App{ID: mockdocspace.DemoClientID, Secret: mockdocspace.DemoClientSecret, RedirectURI: mockdocspace.DemoRedirectURI}
			tokens, err := portal.PersonalAccessToken(t.Context(), app, user.Signature, "accounts.self:read")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := portal.VerifyAccessToken(t.Context(), app, tokens.AccessToken); err != nil {
				t.Errorf("the token does not verify: %v", err)
			}
			keys, err := portal.Keys(t.Context())
			if err != nil || len(keys.Keys) != 1 {
				t.Fatalf("keys %v, error %v", keys, err)
			}
			if tt.key != nil && keys.Keys[0].KeyID != "key-1" {
				t.Errorf("key id %q", keys.Keys[0].KeyID)
			}
			header := decodeHeader(t, tokens.AccessToken)
			if !strings.Contains(header, `"alg":"`+tt.algorithm+`"`) || !strings.Contains(header, keys.Keys[0].KeyID) {
				t.Errorf("header %s, want %s and the key's id", header, tt.algorithm)
			}
			if _, err := flows.NewAPI(mock.URL(), tokens.AccessToken, nil).Self(t.Context()); err != nil {
				t.Errorf("the API refuses the token: %v", err)
			}
		})
	}
}

func TestAKeyOfTheWrongKindIsRefused(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config{Keys: []config.Key{{ID: "key-1", File: keyFile(t, key)}}}
	_, err = mockdocspace.New(mockdocspace.Options{Config: &c})
	if err == nil || !strings.Contains(err.Error(), `key "key-1"`) || !strings.Contains(err.Error(), "does not hold an EC P-256 private key") {
		t.Errorf("error %v", err)
	}
}

func keyFile(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func decodeHeader(t *testing.T, token string) string {
	t.Helper()
	segment, _, _ := strings.Cut(token, ".")
	data, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
