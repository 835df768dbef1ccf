package rules

import (
	"slices"
	"strings"
)

// catalogue is the whole table; its order is the one that lists show.
var catalogue = func() []Fault {
	all := slices.Concat(authorizeFaults, requestFaults, tokenFaults, portalFaults, gateFaults, answerFaults)
	for i, f := range all {
		area, _, _ := strings.Cut(f.Name, ".")
		if f.Where == "" {
			all[i].Where = areas[area].where
		}
		if f.App == "" {
			all[i].App = areas[area].app
		}
	}
	return all
}()

// areas are the beginnings of names: where such faults act, and what an app that is
// right does about them, unless a fault says it better.
var areas = map[string]struct{ where, app string }{
	"metadata":     {"/.well-known/*", "Reads what it needs when it starts, refuses a document whose issuer is not the portal, and says which member is missing."},
	"jwks":         {"GET /oauth2/jwks", "Refuses a token whose key it does not find, after fetching the keys once more."},
	"authorize":    {"/oauth2/authorize", "Compares state, takes a code only from the query of its own callback, and shows an error of the portal as one."},
	"consent":      {"/oauth2/authorize, the consent form", "Works with the scope that the token answer names, and treats access_denied as a choice."},
	"token":        {"POST /oauth2/token", "Depends on what RFC 6749 §5 promises and nothing else, and keeps no token of an answer that lacks it."},
	"pat":          {"POST /oauth2/token, personal access tokens", "Keeps such a token as it keeps a password."},
	"jwt":          {"access tokens", "Treats the access token as opaque, or checks signature, iss, aud, exp and nbf before it believes a claim."},
	"pkce":         {"/oauth2/authorize and POST /oauth2/token", "Sends S256 and a fresh verifier each time, whatever the portal checks."},
	"refresh":      {"POST /oauth2/token, refresh", "Replaces both tokens with each answer, refreshes one at a time, and signs the user out only at invalid_grant."},
	"revoke":       {"POST /oauth2/revoke", "Forgets the tokens whatever the answer is."},
	"introspect":   {"POST /oauth2/introspect", "Accepts a token only when active is true and scope and client_id are the right ones."},
	"openid":       {"id_tokens", "Checks signature, iss, aud, exp and nonce, and compares sub with that of the session."},
	"userinfo":     {"/oauth2/userinfo", "Compares sub with that of the id_token before it believes the rest."},
	"api":          {"the Backend API", "Tells 401 (refresh once) from 403 (say so), and reads the envelope with care."},
	"registration": {"/api/2.0/clients", "Nothing: apps don't register themselves."},
	"pages":        {"the portal's pages", "Nothing it could do: the browser is at the portal."},
	"race":         {"parallel requests", "Never exchanges a code or refreshes twice at once."},
	"limits":       {"the portal's limiters", "Waits when it is told to, and asks no more than it needs."},
	"robust":       {"any request", "Gives up after a time and says that the portal does not answer."},
}
