package identity

import (
	"net/http"
	"regexp"
	"strings"
)

var bearerHeader = regexp.MustCompile(`(?i)^Bearer ([a-zA-Z0-9\-._~+/]+=*)$`)

const malformedBearer = "Bearer token is malformed"

// bearerToken takes the token out of the Authorization header. present says that
// the scheme is Bearer, in any letter case; a value that is no token is malformed
// (identity.md §3.9).
func bearerToken(r *http.Request) (token string, present, malformed bool) {
	header := r.Header.Get("Authorization")
	if len(header) < 6 || !strings.EqualFold(header[:6], "Bearer") {
		return "", false, false
	}
	match := bearerHeader.FindStringSubmatch(header)
	if match == nil {
		return "", true, true
	}
	return match[1], true, false
}

// bearerFilter refuses a bearer token that cannot be decoded. It reports whether
// there was a good one, and false when it answered.
func (s *Server) bearerFilter(w http.ResponseWriter, r *http.Request) (authenticated, proceed bool) {
	token, present, malformed := bearerToken(r)
	if !present {
		return false, true
	}
	if malformed {
		s.invalidBearer(w, r, malformedBearer)
		return false, false
	}
	if _, err := s.decodeJWT(r.Context(), token); err != nil {
		s.invalidBearer(w, r, err.Error())
		return false, false
	}
	return true, true
}
