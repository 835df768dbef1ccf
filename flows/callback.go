package flows

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
)

// ErrState says that a callback does not belong to the sign-in of this browser:
// its state is missing, repeated or another one (RFC 6749 §10.12). The code that
// came with it must not be used.
var ErrState = errors.New("callback belongs to another sign-in")

// ErrCallback says that a callback is not what a portal sends: no code, an empty
// one, two of them, or a code together with an error.
var ErrCallback = errors.New("callback is malformed")

// ErrIssuer says that a callback names another authorization server than the one
// that was asked, as in a mix-up attack (RFC 9207 §2.4).
var ErrIssuer = errors.New("callback comes from another authorization server")

// AuthorizationError is the portal's refusal at the redirect URI (RFC 6749
// §4.1.2.1): access_denied when the user denied, invalid_scope, and others of
// docs/portal/identity.md §6.1. Its texts come from the address bar: escape them.
type AuthorizationError struct {
	Code        string
	Description string // the portal sends none
	URI         string
}

func (e *AuthorizationError) Error() string {
	text := fmt.Sprintf("authorization refused: %q", e.Code)
	if e.Description != "" {
		text += fmt.Sprintf(": %q", e.Description)
	}
	return text
}

// ParseCallback takes the authorization code out of the query with which the
// browser came back (RFC 6749 §4.1.2). State is judged first, so that nothing
// else of a foreign callback is believed. Errors: ErrState, ErrIssuer,
// ErrCallback (wrapped), *AuthorizationError.
func ParseCallback(query url.Values, a Authorization) (code string, err error) {
	if len(query["state"]) > 1 || !equalState(query.Get("state"), a.State) {
		return "", ErrState
	}
	for _, name := range []string{"code", "error", "iss"} {
		if len(query[name]) > 1 {
			return "", fmt.Errorf("%w: %s is repeated", ErrCallback, name)
		}
	}
	// DocSpace sends no iss. Its metadata and its tokens name the issuer
	// differently (docs/portal/identity.md §3.9); either is this portal.
	if issuer := query.Get("iss"); query.Has("iss") && issuer != a.Issuer && issuer != a.Issuer+"/oauth2" {
		return "", fmt.Errorf("%w: %q", ErrIssuer, issuer)
	}
	code = query.Get("code")
	switch {
	case query.Has("error") && query.Has("code"):
		return "", fmt.Errorf("%w: both code and error", ErrCallback)
	case query.Has("error"):
		return "", &AuthorizationError{
			Code: query.Get("error"), Description: query.Get("error_description"), URI: query.Get("error_uri"),
		}
	case code == "":
		return "", fmt.Errorf("%w: no code", ErrCallback)
	}
	return code, nil
}

// equalState compares in constant time. An authorization without a state never
// matches: there is nothing that ties the callback to the browser.
func equalState(got, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}
