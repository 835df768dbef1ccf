package rules

import (
	"slices"
	"strings"
)

// catalogue is the whole table; its order is the one that lists show.
var catalogue = func() []Fault {
	all := slices.Concat(authorizeFaults, requestFaults, tokenFaults, flawFaults, portalFaults, gateFaults, answerFaults)
	for i, f := range all {
		area := areaOf(f.Name)
		if f.Where == "" {
			all[i].Where = area.where
		}
		if f.App == "" {
			all[i].App = area.app
		}
	}
	return all
}()

// area is what faults whose names begin alike have in common.
type area struct {
	where string
	app   string   // what an app that is right does about them, unless a fault says it better
	paths []string // beginnings of the paths at which they can be noticed; none: all
}

// areaOf goes by the beginning of a fault's name: all before its last dot.
func areaOf(name string) area { return areas[name[:max(strings.LastIndexByte(name, '.'), 0)]] }

var areas = map[string]area{
	"metadata":         {"/.well-known/*", "Reads what it needs when it starts, refuses a document whose issuer is not the portal, and says which member is missing.", []string{"/.well-known/", "/oauth2/.well-known/"}},
	"jwks":             {"GET /oauth2/jwks", "Refuses a token whose key it does not find, after fetching the keys once more.", []string{"/oauth2/jwks"}},
	"authorize":        {"/oauth2/authorize", "Compares state, takes a code only from the query of its own callback, and shows an error of the portal as one.", []string{"/oauth2/authorize"}},
	"consent":          {"/oauth2/authorize, the consent form", "Works with the scope that the token answer names, and treats access_denied as a choice.", []string{"/oauth2/authorize"}},
	"token":            {"POST /oauth2/token", "Depends on what RFC 6749 §5 promises and nothing else, and keeps no token of an answer that lacks it.", []string{"/oauth2/token"}},
	"pat":              {"POST /oauth2/token, personal access tokens", "Keeps such a token as it keeps a password.", []string{"/oauth2/token"}},
	"jwt":              {"access tokens", "Treats the access token as opaque, or checks signature, iss, aud, exp and nbf before it believes a claim.", []string{"/oauth2/token"}},
	"pkce":             {"/oauth2/authorize and POST /oauth2/token", "Sends S256 and a fresh verifier each time, whatever the portal checks.", []string{"/oauth2/authorize", "/oauth2/token"}},
	"refresh":          {"POST /oauth2/token, refresh", "Replaces both tokens with each answer, refreshes one at a time, and signs the user out only at invalid_grant.", []string{"/oauth2/token"}},
	"revoke":           {"POST /oauth2/revoke", "Forgets the tokens whatever the answer is.", []string{"/oauth2/revoke"}},
	"introspect":       {"POST /oauth2/introspect", "Accepts a token only when active is true and scope and client_id are the right ones.", []string{"/oauth2/introspect"}},
	"openid":           {"id_tokens", "Checks signature, iss, aud, exp and nonce, and compares sub with that of the session.", []string{"/oauth2/token"}},
	"userinfo":         {"/oauth2/userinfo", "Compares sub with that of the id_token before it believes the rest.", []string{"/oauth2/userinfo"}},
	"api":              {"the Backend API", "Tells 401 (refresh once) from 403 (say so), and reads the envelope with care.", []string{"/api/2.0/"}},
	"registration":     {"/api/2.0/clients", "Nothing: apps don't register themselves.", nil},
	"pages":            {"the portal's pages", "Nothing it could do: the browser is at the portal.", nil},
	"race":             {"parallel requests", "Never exchanges a code or refreshes twice at once.", nil},
	"limits":           {"the portal's limiters", "Waits when it is told to, and asks no more than it needs.", nil},
	"clock":            {"tokens and Date headers", "", nil},
	"robust":           {"any request", "Gives up after a time and says that the portal does not answer.", nil},
	"answer.token":     {"", "", []string{"/oauth2/token"}},
	"answer.callback":  {"", "", []string{"/oauth2/authorize"}},
	"answer.discovery": {"", "", []string{"/.well-known/", "/oauth2/.well-known/", "/oauth2/jwks"}},
	"answer.api":       {"", "", []string{"/api/2.0/"}},
}
