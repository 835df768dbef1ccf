package mockdocspace_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// spoiled tell by the end of a fault's name whether an answer is what its sentence says.
var spoiled = map[string]func(heard) bool{
	"401":             func(h heard) bool { return h.status == 401 },
	"403":             func(h heard) bool { return h.status == 403 },
	"404":             func(h heard) bool { return h.status == 404 },
	"429":             func(h heard) bool { return h.status == 429 && h.header.Get("X-Ratelimit-Reset") == "1000000000" },
	"429-retry-after": func(h heard) bool { return h.status == 429 && h.header.Get("Retry-After") == "1" },
	"500":             func(h heard) bool { return h.status == 500 },
	"502":             func(h heard) bool { return h.status == 502 },
	"503":             func(h heard) bool { return h.status == 503 && h.header.Get("Retry-After") == "1" },
	"html":            func(h heard) bool { return h.status == 200 && strings.Contains(h.header.Get("Content-Type"), "html") },
	"empty":           func(h heard) bool { return h.status == 200 && h.body == "" && h.err == nil },
	"cut-json":        func(h heard) bool { return strings.HasPrefix(h.body, "{") && !json.Valid([]byte(h.body)) },
	"wrong-types":     wrongTypes,
	"broken-gzip":     func(h heard) bool { return h.status == 200 && h.err != nil },
	"10-mb":           func(h heard) bool { return len(h.body) > 10<<20 && json.Valid([]byte(h.body)) },
	"to-login":        func(h heard) bool { return h.status == 302 && strings.HasSuffix(h.header.Get("Location"), "/login") },
	"slow":            func(h heard) bool { return h.status == 200 && h.waited >= aMoment },
	"slow-body": func(h heard) bool {
		return h.status == 200 && h.err == nil && h.waited < h.lasted-aMoment/2 && h.lasted >= aMoment
	},
	"dropped":       func(h heard) bool { return h.status == 0 && h.err != nil },
	"dropped-after": func(h heard) bool { return h.status == 0 && h.err != nil },

	"expires-in-1":        member("expires_in", "1"),
	"expires-in-0":        member("expires_in", "0"),
	"expires-in-negative": member("expires_in", "-3600"),
	"expires-in-text":     member("expires_in", `"3600"`),
	"expires-in-missing":  member("expires_in", ""),
	"token-type-case":     member("token_type", `"BEARER"`),
	"extra-members":       member("nested", `{"access_token":"not this one"}`),
	"no-access-token":     member("access_token", ""),
	"no-refresh-token":    member("refresh_token", ""),

	"invalid-request":        refusedWith(400, "invalid_request"),
	"invalid-client":         refusedWith(401, "invalid_client"),
	"invalid-grant":          refusedWith(400, "invalid_grant"),
	"unauthorized-client":    refusedWith(400, "unauthorized_client"),
	"unsupported-grant-type": refusedWith(400, "unsupported_grant_type"),
	"invalid-scope":          refusedWith(400, "invalid_scope"),
	"server-error":           refusedWith(400, "server_error"),
}

// aMoment is what slow answers are set to.
const aMoment = 200 * time.Millisecond

// member is a good answer in which one member is that JSON; empty: left out.
func member(name, want string) func(heard) bool {
	return func(h heard) bool {
		var members map[string]json.RawMessage
		return h.status == 200 && json.Unmarshal([]byte(h.body), &members) == nil && string(members[name]) == want && len(members) > 2
	}
}

func refusedWith(status int, code string) func(heard) bool {
	return func(h heard) bool { return h.status == status && strings.Contains(h.body, `"error":"`+code+`"`) }
}

// wrongTypes: none of the numbers is one.
func wrongTypes(h heard) bool {
	var members map[string]any
	if json.Unmarshal([]byte(h.body), &members) != nil {
		return false
	}
	_, issuer := members["issuer"].(string)
	_, lifetime := members["expires_in"].(float64)
	_, count := members["count"].(float64)
	return len(members) > 2 && !issuer && !lifetime && !count
}

// Each way an answer can be spoiled reaches the client as its sentence says, of the
// addresses that it is about and of no others, as often as it was ordered.
func TestAnswersAreSpoiled(t *testing.T) {
	t.Parallel()
	p := startAPI(t, mockdocspace.Options{})
	for _, fault := range mockdocspace.Faults() {
		group, kind := fault.Name[:strings.LastIndexByte(fault.Name, '.')], fault.Name[strings.LastIndexByte(fault.Name, '.')+1:]
		if !strings.HasPrefix(group, "answer.") || group == "answer.callback" {
			continue
		}
		is := spoiled[kind]
		if is == nil {
			t.Errorf("%s: nothing here shows it", fault.Name)
			continue
		}
		t.Run(fault.Name, func(t *testing.T) {
			g := p.grant(1, onBoth, "accounts.self:read")
			refresh := func() heard { return ask(t, http.MethodPost, p.URL()+"/oauth2/token", refreshForm(g), nil) }
			api := func() heard {
				return ask(t, http.MethodGet, p.URL()+"/api/2.0/people/@self", nil, http.Header{"Authorization": {"Bearer " + g.tokens.AccessToken}})
			}
			discovery := func() heard { return ask(t, http.MethodGet, p.URL()+metadataPath, nil, nil) }
			here, elsewhere := map[string]func() heard{"answer.token": refresh, "answer.api": api, "answer.discovery": discovery}[group], discovery
			if group == "answer.discovery" {
				elsewhere = api
			}
			request := control.FaultRequest{Name: fault.Name, Uses: 1}
			if kind == "slow" || kind == "slow-body" {
				request.Value = aMoment.String()
			}
			if !fault.EveryoneOnly {
				request.App = g.app.ID
			}
			active, err := p.Control().AddFault(t.Context(), request)
			p.must(err)
			if got := elsewhere(); got.status != 200 {
				t.Errorf("another address is spoiled too: %d %v", got.status, got.err)
			}
			if got := here(); !is(got) {
				t.Errorf("not spoiled: %d %v %v %.300s", got.status, got.err, got.header, got.body)
			}
			after := here()
			usedUp := group == "answer.token" && !beforeAnything(kind)
			if usedUp != (after.status == 400 && strings.Contains(after.body, "invalid_grant")) || !usedUp && after.status != 200 {
				t.Errorf("the request after it: %d %.200s, though the refresh token was used up: %v", after.status, after.body, usedUp)
			}
			p.must(p.Control().RemoveFault(t.Context(), active.ID))
		})
	}
}

// beforeAnything are the faults by which the request is not carried out.
func beforeAnything(kind string) bool {
	switch kind {
	case "401", "403", "404", "429", "429-retry-after", "500", "502", "503", "to-login", "dropped",
		"invalid-request", "invalid-client", "invalid-grant", "unauthorized-client", "unsupported-grant-type", "invalid-scope", "server-error":
		return true
	}
	return false
}

func refreshForm(g grant) url.Values {
	return url.Values{
		"grant_type": {"refresh_token"}, "client_id": {g.app.ID}, "client_secret": {g.app.Secret}, "refresh_token": {g.tokens.RefreshToken},
	}
}

// Each fault that breaks no requirement, so that no mutant proves it, is shown by some test.
func TestFaultsWithoutRequirementAreShown(t *testing.T) {
	shownElsewhere := []string{"answer.", "jwt.", "openid.", "clock."} // internal/identity shows tokens and clock
	for _, fault := range mockdocspace.Faults() {
		shown := len(fault.Breaks) > 0
		for _, beginning := range shownElsewhere {
			shown = shown || strings.HasPrefix(fault.Name, beginning)
		}
		if !shown {
			t.Errorf("%s breaks no requirement, and no test shows it", fault.Name)
		}
		if fault.Sentence == "" || fault.Where == "" || fault.App == "" {
			t.Errorf("%s lacks a sentence, a place or what an app does", fault.Name)
		}
	}
}
