package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// The vector of docs/portal/identity.md §2.1, accepted by a running portal.
func TestKeyVector(t *testing.T) {
	key := Key("1123askdasjklasbnd")
	if got, want := hex.EncodeToString(key[:32]), "e3749c2091f034c3429a2d1d207c6e1f8c3c7cb21e696c5181855dae0e2d3781"; got != want {
		t.Errorf("first 32 bytes = %s, want %s", got, want)
	}
	sum := sha256.Sum256(key)
	if got, want := hex.EncodeToString(sum[:]), "f944f487e7b5855365190eef977abaa102d29737cec122784be9e64a2b71b5d7"; got != want {
		t.Errorf("SHA-256 of the key = %s, want %s", got, want)
	}
}

func TestKeyUsesOnlyTheLastFourCharacters(t *testing.T) {
	if string(Key("anything-sbnd")) != string(Key("1123askdasjklasbnd")) {
		t.Error("two secrets with the same last four characters gave different keys")
	}
	if string(Key("x")) == string(Key("y")) {
		t.Error("two one-character secrets gave the same key")
	}
}
