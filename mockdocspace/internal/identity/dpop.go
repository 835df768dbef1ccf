package identity

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// dpopAlgorithms are announced in the metadata (identity.md §3.9).
func dpopAlgorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
}

// repeatedDPoP refuses more than one proof, with the parameters.
func repeatedDPoP(r *http.Request) *oauthError {
	if !blank(r.Header.Get("DPoP")) && len(r.Header.Values("DPoP")) != 1 {
		return tokenParameterError(codeInvalidRequest, "DPoP")
	}
	return nil
}

// checkDPoP looks at a DPoP proof as the portal does: a bad one is refused, a good
// one changes nothing (identity.md §4.3; RFC 9449 §4.3).
func (s *Server) checkDPoP(r *http.Request) *oauthError {
	text := r.Header.Get("DPoP")
	if blank(text) {
		return nil
	}
	refused := plainError(codeInvalidDPoPProof)
	var algorithms []jose.SignatureAlgorithm
	for _, name := range dpopAlgorithms() {
		algorithms = append(algorithms, jose.SignatureAlgorithm(name))
	}
	proof, err := jose.ParseSignedCompact(text, algorithms)
	if err != nil {
		return refused
	}
	header := proof.Signatures[0].Header
	if header.ExtraHeaders[jose.HeaderType] != "dpop+jwt" || header.JSONWebKey == nil || !header.JSONWebKey.IsPublic() {
		return refused
	}
	payload, err := proof.Verify(header.JSONWebKey)
	if err != nil {
		return refused
	}
	var claims struct {
		ID       string `json:"jti"`
		Method   string `json:"htm"`
		URL      string `json:"htu"`
		IssuedAt *int64 `json:"iat"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil || blank(claims.ID) || claims.IssuedAt == nil {
		return refused
	}
	age := s.Clock.Now().Sub(time.Unix(*claims.IssuedAt, 0))
	wanted := []string{scheme(r) + "://" + r.Host + r.URL.Path}
	if claims.Method != r.Method || !slices.Contains(wanted, claims.URL) || age > time.Minute || age < -time.Minute {
		return refused
	}
	return nil
}
