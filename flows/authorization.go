package flows

import (
	"crypto/rand"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"
)

// Authorization is what one sign-in must remember between the redirect to the
// portal and the callback. It belongs into the browser's session and nowhere
// else, and serves once.
type Authorization struct {
	State    string // ties the callback to this browser (RFC 6749 §10.12)
	Verifier string // PKCE code verifier (RFC 7636 §4.1); "" uses no PKCE
	Nonce    string // ties the id_token to this sign-in; only with scope openid
	Issuer   string // the portal that was asked (RFC 9700 §4.4)
}

// NewAuthorization begins a sign-in: a state of at least 128 random bits, a fresh
// PKCE verifier and, if app asks for openid, a nonce. PKCE is used by apps with a
// secret too: the portal honours it for all (docs/portal/identity.md §4.7).
func (p *Portal) NewAuthorization(app App) Authorization {
	a := Authorization{State: rand.Text(), Verifier: oauth2.GenerateVerifier(), Issuer: p.BaseURL}
	if slices.Contains(app.Scopes, "openid") {
		a.Nonce = rand.Text()
	}
	return a
}

// AuthorizeURL is where the browser starts (RFC 6749 §4.1.1). scope is the last
// parameter, and spaces in it are %20: the consent page rebuilds this address and
// drops everything that stands after scope (docs/portal/browser-flow.md §2.4),
// which is why oauth2.Config.AuthCodeURL, sorted by name, won't do.
func (p *Portal) AuthorizeURL(app App, a Authorization) string {
	var query strings.Builder
	add := func(name, value string) {
		if value == "" {
			return
		}
		if query.Len() > 0 {
			query.WriteByte('&')
		}
		query.WriteString(name + "=" + strings.ReplaceAll(url.QueryEscape(value), "+", "%20"))
	}
	add("response_type", "code")
	add("client_id", app.ID)
	add("redirect_uri", app.RedirectURI)
	add("state", a.State)
	add("nonce", a.Nonce)
	if a.Verifier != "" {
		add("code_challenge", oauth2.S256ChallengeFromVerifier(a.Verifier))
		add("code_challenge_method", "S256")
	}
	add("scope", strings.Join(app.Scopes, " "))
	return p.URL("/oauth2/authorize") + "?" + query.String()
}
