package target

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Foreign is an OAuth server that is no portal, as far as its metadata tells.
type Foreign struct {
	Reason    string            `json:"reason"`              // why it is taken for none
	Documents []string          `json:"documents,omitempty"` // paths of the metadata that it serves
	Endpoints map[string]string `json:"endpoints,omitempty"` // by their member of the metadata
	S256      bool              `json:"s256,omitempty"`      // it takes a code challenge
	OpenID    bool              `json:"open_id,omitempty"`   // it is an OpenID provider
	NoPerson  string            `json:"no_person,omitempty"` // why nobody signs in there, "" when somebody does
}

// ErrPortalOnly is wrapped, with ErrNotOffered, when only a portal has what is wanted.
var ErrPortalOnly = fmt.Errorf("%w: only DocSpace portals have it", ErrNotOffered)

// members are the metadata's names of what a portal has at fixed paths.
var members = map[string]string{
	"/oauth2/authorize": "authorization_endpoint", "/oauth2/token": "token_endpoint", "/oauth2/jwks": "jwks_uri",
	"/oauth2/introspect": "introspection_endpoint", "/oauth2/revoke": "revocation_endpoint", "/oauth2/userinfo": "userinfo_endpoint",
}

// Discover reads the metadata that a server serves at its root (RFC 8414 §3, OpenID
// Connect Discovery §4).
func Discover(ctx context.Context, client *http.Client, base, reason string) (*Foreign, error) {
	f := &Foreign{Reason: reason, Endpoints: map[string]string{}}
	for _, path := range []string{metadataPath, openIDPath} {
		answer, err := ReadDocument(ctx, client, base+path)
		if err != nil {
			return nil, err
		}
		var document map[string]any
		if !answer.JSON(&document) || document == nil {
			continue // the checks say so
		}
		f.Documents = append(f.Documents, path)
		f.OpenID = f.OpenID || path == openIDPath
		for _, member := range members {
			if address, _ := document[member].(string); address != "" {
				f.Endpoints[member] = address
			}
		}
		methods, _ := document["code_challenge_methods_supported"].([]any)
		f.S256 = f.S256 || slices.Contains(methods, any("S256"))
	}
	return f, nil
}

const openIDPath = "/.well-known/openid-configuration"

// Address is where the target has what a portal has at a path (which may carry a
// query). A server that has no such thing: ErrNotOffered.
func (t *Target) Address(path string) (string, error) {
	if t.Foreign == nil || strings.HasPrefix(path, "/.well-known/") {
		return t.URL + path, nil
	}
	plain, query, _ := strings.Cut(path, "?")
	member, ok := members[plain]
	if !ok {
		return "", fmt.Errorf("%w: %s", ErrPortalOnly, plain)
	}
	address := t.Foreign.Endpoints[member]
	if address == "" {
		return "", fmt.Errorf("%w: its metadata names no %s", ErrNotOffered, member)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("%w: the %s of its metadata is no address", ErrNotOffered, member)
	}
	if query != "" {
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+query, "&")
	}
	return u.String(), nil
}

// Cookies are those of a session that was given as a Cookie header, for a server that
// is no portal.
func (u User) Cookies() ([]*http.Cookie, error) {
	if u.access == nil || u.access.Session == "" {
		return nil, nil
	}
	cookies, err := http.ParseCookie(string(u.access.Session))
	if err != nil {
		return nil, errors.New("the session is no Cookie header, such as name=value; other=value")
	}
	return cookies, nil
}
