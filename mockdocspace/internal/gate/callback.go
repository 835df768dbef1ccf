package gate

import (
	"net/http"
	"strings"
	"sync"

	"docspace-oauth/mockdocspace/internal/rules"
)

// comeBack alters the address at which the browser comes back to the app.
func (g *Gate) comeBack(w http.ResponseWriter, r *http.Request) {
	app, user := g.subjectOf(r)
	h := hold(w, r, g.next)
	for _, name := range []string{"Location", "X-Redirect-Uri"} {
		address := h.header.Get(name)
		came := signIn{parameter(address, "code"), parameter(address, "state")}
		if came.code == "" {
			continue
		}
		rule := rules.Returning(r.Context(), app, user)
		if rule == (rules.Callback{}) {
			continue
		}
		address = alteredCallback(address, rule, g.before.exchange(app, came))
		if rule.Twice {
			address = g.twice.through(address)
		}
		h.header.Set(name, address)
	}
	h.release(w)
}

// signIn is what the browser came back with.
type signIn struct{ code, state string }

// signIns remembers the last sign-in of each app that came back while a fault was on.
type signIns struct {
	mu   sync.Mutex
	last map[string]signIn
}

// mostSignIns bounds the apps that are remembered.
const mostSignIns = 1000

// exchange puts a sign-in in the place of the app's last one, which it returns; for
// the first one something of the same length that nobody was given.
func (s *signIns) exchange(app string, now signIn) signIn {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, ok := s.last[app]
	if !ok {
		before = signIn{reversed(now.code), reversed(now.state)}
	}
	if s.last == nil || len(s.last) >= mostSignIns {
		s.last = map[string]signIn{}
	}
	s.last[app] = now
	return before
}

// parameter is the value of a query parameter, as it stands there.
func parameter(address, name string) string {
	_, query, _ := strings.Cut(address, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// alteredCallback works on the text: the portal writes state as it came, which need
// not survive being parsed (docs/portal/identity.md §3.3).
func alteredCallback(address string, rule rules.Callback, before signIn) string {
	to, query, _ := strings.Cut(address, "?")
	parameters := strings.Split(query, "&")
	for i, parameter := range parameters {
		name, _, _ := strings.Cut(parameter, "=")
		switch {
		case name == "state" && rule.ForeignState:
			parameters[i] = "state=" + before.state
		case name != "code":
		case rule.Error != "":
			parameters[i] = "error=" + rule.Error
		case rule.SwappedCode:
			parameters[i] = "code=" + before.code
		}
		if name == "code" && rule.Both {
			parameters[i] += "&error=access_denied"
		}
		if name == "code" && rule.Issuer != "" {
			parameters[i] += "&iss=" + rule.Issuer
		}
	}
	return to + "?" + strings.Join(parameters, "&")
}
