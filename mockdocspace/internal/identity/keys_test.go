package identity_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keySet reads /oauth2/jwks.
func (p *portal) keySet() jose.JSONWebKeySet {
	p.t.Helper()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(p.send(http.MethodGet, "/oauth2/jwks", "").body), &set); err != nil {
		p.t.Fatal(err)
	}
	return set
}

func (p *portal) keyIDs() []string {
	p.t.Helper()
	var ids []string
	for _, key := range p.keySet().Keys {
		ids = append(ids, key.KeyID)
	}
	return ids
}

// keyID is the kid a token names.
func keyID(t testing.TB, token string) string {
	t.Helper()
	header, _, _ := strings.Cut(token, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil {
		t.Fatal(err)
	}
	var members struct {
		KeyID string `json:"kid"`
	}
	if err := json.Unmarshal(decoded, &members); err != nil {
		t.Fatal(err)
	}
	return members.KeyID
}

// verifies reports whether the key set verifies the token.
func (p *portal) verifies(token string) bool {
	p.t.Helper()
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return false
	}
	set := p.keySet()
	keys := set.Key(parsed.Signatures[0].Header.KeyID)
	if len(keys) != 1 {
		return false
	}
	_, err = parsed.Verify(keys[0])
	return err == nil
}

// identity.md §3.9, jwks.
func TestKeySet(t *testing.T) {
	p := newPortal(t)
	for _, accept := range []string{"", "text/html", "application/json"} {
		a := p.send(http.MethodGet, "/oauth2/jwks", "", "Accept", accept)
		var set struct{ Keys []map[string]string }
		if err := json.Unmarshal([]byte(a.body), &set); err != nil || len(set.Keys) != 1 || len(set.Keys[0]) != 5 ||
			set.Keys[0]["kty"] != "EC" || set.Keys[0]["crv"] != "P-256" || len(set.Keys[0]["kid"]) != 36 || len(set.Keys[0]["x"]) != 43 || len(set.Keys[0]["y"]) != 43 {
			t.Errorf("§3.9: %s", a.body)
		}
		if a.header.Get("Content-Type") != "application/json;charset=ISO-8859-1" {
			t.Errorf("§3.9 Content-Type %q", a.header.Get("Content-Type"))
		}
	}
	tokens := p.tokens(user, "openid files:read")
	if !p.verifies(tokens.text("access_token")) || !p.verifies(tokens.text("id_token")) {
		t.Error("§4.3 the key set does not verify the tokens")
	}
}

// identity.md §4.5: by the portal's clock, a new key at 240 minutes, the old one
// served until 300.
func TestKeyRotation(t *testing.T) {
	p := newPortal(t)
	first := p.keyIDs()[0]
	p.advance(239 * time.Minute)
	early := p.personal("files:read").text("access_token")
	if got := p.keyIDs(); !slices.Equal(got, []string{first}) || keyID(t, early) != first {
		t.Fatalf("§4.5 before 240 minutes: %v", got)
	}
	p.advance(31 * time.Minute) // the check comes every half hour
	late := p.personal("files:read").text("access_token")
	second := keyID(t, late)
	if got := p.keyIDs(); !slices.Equal(got, []string{second, first}) || second == first {
		t.Fatalf("§4.5 after rotation: %v, signed with %s", got, second)
	}
	if !p.verifies(early) || !p.verifies(late) {
		t.Error("§4.5 a token does not verify while both keys are served")
	}
	p.advance(31 * time.Minute)
	if got := p.keyIDs(); !slices.Equal(got, []string{second}) {
		t.Errorf("§4.5 after 300 minutes: %v", got)
	}
	if p.verifies(early) {
		t.Error("§4.5 verified by a key that is gone")
	}
	rows, err := p.store.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.advance(30 * time.Minute)
	p.keySet()
	if left, _ := p.store.Keys(t.Context()); len(left) != 1 {
		t.Errorf("§4.5 rows: %d, then %d", len(rows), len(left))
	}
	p.advance(240 * 100 * time.Minute)
	if got := p.keyIDs(); len(got) != 1 || got[0] == second {
		t.Errorf("§4.5 long after: %v", got)
	}
}

// The control API's way: a new key at once, the old one still served.
func TestRotateAndForgetKeys(t *testing.T) {
	p := newPortal(t)
	token := p.tokens(user, "files:read").text("access_token")
	if err := p.server.RotateKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	ids := p.keyIDs()
	if len(ids) != 2 || ids[1] != keyID(t, token) || keyID(t, p.tokens(user, "files:read").text("access_token")) != ids[0] || !p.verifies(token) {
		t.Errorf("keys %v", ids)
	}
	p.server.ForgetKeys()
	if again := p.keyIDs(); !slices.Equal(again, ids) {
		t.Errorf("read again: %v, want %v", again, ids)
	}
}
