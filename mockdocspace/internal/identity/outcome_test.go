package identity_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Outcomes a table can name; anything else is "status body", with U52 in place of
// the address that errors of the token endpoint point to.
const (
	anErrorPage = "error page"   // identity.md §3.9, in the pair of services
	aCode       = "code"         // redirect to the app with a code
	aConsent    = "consent page" // redirect to /oauth2/consent
	noAnswer    = "401 "         // identity.md §5.1
	tokenPair   = "200 access_token expires_in refresh_token scope token_type"
	accessOnly  = "200 access_token expires_in scope token_type"

	badClient = `401 {"error":"invalid_client"}`
	badGrant  = `400 {"error":"invalid_grant"}`
	badScope  = `400 {"error":"invalid_scope"}`
	badInput  = `400 {"error":"invalid_request"}`
	foreign   = `400 {"error":"invalid_client"}`
)

// atLogin is an error on the login page, atApp one sent to the app.
func atLogin(code string) string { return "login page: " + code }
func atApp(code string) string   { return "app: " + code + " rfc6749#section-4.1.2.1" }

func badParameter(name string) string {
	return `400 {"error":"invalid_request","error_description":"OAuth 2.0 Parameter: ` + name + `","error_uri":"U52"}`
}

// outcome names what an answer is.
func (a answer) outcome() string {
	target := a.header.Get("Location")
	if target == "" {
		target = a.header.Get("X-Redirect-Uri")
	}
	base, query, _ := strings.Cut(target, "?")
	values, _ := url.ParseQuery(query)
	switch {
	case target == "":
		return fmt.Sprintf("%d %s", a.status, a.summary())
	case strings.HasSuffix(base, "/oauth2/consent"):
		return aConsent
	case strings.HasSuffix(base, "/login") && values.Has("error"):
		return atLogin(values.Get("error"))
	case strings.HasSuffix(base, "/login"):
		return anErrorPage
	case values.Get("code") != "":
		return aCode
	default:
		return "app: " + values.Get("error") + " " + strings.TrimPrefix(values.Get("error_uri"), "https://datatracker.ietf.org/doc/html/")
	}
}

// summary is the body, or the names of a token answer's members.
func (a answer) summary() string {
	var members map[string]any
	if a.status == http.StatusOK && json.Unmarshal([]byte(a.body), &members) == nil && members["access_token"] != nil {
		return strings.Join(slices.Sorted(maps.Keys(members)), " ")
	}
	return strings.ReplaceAll(a.body, "https://datatracker.ietf.org/doc/html/rfc6749#section-5.2", "U52")
}

// want fails the test unless the answer is the outcome.
func (a answer) want(t *testing.T, outcome string) {
	t.Helper()
	if got := a.outcome(); got != outcome {
		t.Errorf("got  %s\nwant %s\n(%d %v)", got, outcome, a.status, a.header)
	}
}

// pairs is an ordered list of parameters.
type pairs []string

// with puts a value in place of the parameter's, or behind the others.
func (p pairs) with(name, value string) pairs {
	changed := slices.Clone(p)
	for i := 0; i < len(changed); i += 2 {
		if changed[i] == name {
			changed[i+1] = value
			return changed
		}
	}
	return append(changed, name, value)
}

// without leaves the parameter out.
func (p pairs) without(name string) pairs {
	var rest pairs
	for i := 0; i < len(p); i += 2 {
		if p[i] != name {
			rest = append(rest, p[i], p[i+1])
		}
	}
	return rest
}

// twice repeats the parameter with the same value.
func (p pairs) twice(name string) pairs {
	for i := 0; i < len(p); i += 2 {
		if p[i] == name {
			return p.and(name, p[i+1])
		}
	}
	return p
}

// and adds a parameter behind the others.
func (p pairs) and(name, value string) pairs { return append(slices.Clone(p), name, value) }

// encoded is the form or query.
func (p pairs) encoded() string { return form(p...) }

// asking is a complete authorization request.
func (p *portal) asking() pairs {
	return pairs{
		"response_type", "code", "client_id", p.app.ID, "redirect_uri", redirectURI,
		"scope", "files:read", "state", "rp-state",
	}
}

// ask sends an authorization request; without further headers the user is signed in.
func (p *portal) ask(query pairs, headers ...string) answer {
	p.t.Helper()
	if headers == nil {
		headers = []string{"x-signature", p.sign(user)}
	}
	return p.send(http.MethodGet, "/oauth2/authorize?"+query.encoded(), "", headers...)
}

// exchanging is a complete code exchange with the app's secret.
func (p *portal) exchanging(code string) pairs {
	return pairs{
		"grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI,
		"client_id", p.app.ID, "client_secret", p.app.Secret,
	}
}

// token posts to the token endpoint.
func (p *portal) token(fields pairs, headers ...string) answer {
	p.t.Helper()
	return p.post("/oauth2/token", fields.encoded(), headers...)
}
