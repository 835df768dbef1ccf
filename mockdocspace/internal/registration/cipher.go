package registration

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"

	"docspace-oauth/mockdocspace/internal/store"
)

// ciphertextBytes is salt, nonce, a secret of 36 characters and tag: a guess at
// the portal's layout, whose recordings say base64 and no more.
const ciphertextBytes = 16 + 12 + 36 + 16

// ciphertext stands for the stored secret that lists show instead of the real one
// (§7.2). It changes with the secret and tells nothing about it.
func (s *service) ciphertext(app store.App) (string, error) {
	opaque, err := hkdf.Key(sha256.New, []byte(app.Secret), s.SignatureKey, "client_secret "+app.ID, ciphertextBytes)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(opaque), nil
}
