package webapp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"docspace-oauth/flows/internal/fakeportal"
	"docspace-oauth/flows/webapp"
)

func TestUntrustedPortal(t *testing.T) { // RP-23
	canary := fakeportal.New(t)
	for _, trusted := range []bool{false, true} {
		w := newWorld(t, func(c *webapp.Config) {
			if trusted {
				c.Trusted = []string{canary.URL}
			}
		})
		w.portal.AlterClaims(func(access, _ map[string]any) {
			access["aud"], access["iss"] = canary.URL, canary.URL+"/oauth2"
		})
		b := w.browser()
		got := b.get(b.callback(b.start()))
		b.get("/")
		calls := len(canary.Requests(""))
		if !trusted && (got.status != http.StatusBadGateway || calls != 0) {
			t.Errorf("status %d, %d requests to the canary", got.status, calls)
		}
		if trusted && calls == 0 {
			t.Error("the portal that the user chose was not asked")
		}
	}
}

func TestForgedTokens(t *testing.T) { // RP-24, RP-25
	now := time.Now().Unix()
	for name, forge := range map[string]func(access, id map[string]any){
		"alg none":        func(a, _ map[string]any) { a["alg"] = "none" },
		"alg HS256":       func(a, _ map[string]any) { a["alg"] = "HS256" },
		"another key":     func(a, _ map[string]any) { a["alg"] = "other-key" },
		"expired":         func(a, _ map[string]any) { a["exp"] = now - 3600 },
		"foreign issuer":  func(a, _ map[string]any) { a["iss"] = "http://evil.example.com/oauth2" },
		"another client":  func(a, _ map[string]any) { a["cid"] = "other" },
		"aud of two":      func(a, _ map[string]any) { a["aud"] = []any{a["aud"], "http://evil.example.com"} },
		"id: azp":         func(_, id map[string]any) { id["azp"] = "other" },
		"id: nonce":       func(_, id map[string]any) { id["nonce"] = "other" },
		"id: no nonce":    func(_, id map[string]any) { delete(id, "nonce") },
		"id: another key": func(_, id map[string]any) { id["alg"] = "other-key" },
		"id: alg none":    func(_, id map[string]any) { id["alg"] = "none" },
		"id: expired":     func(_, id map[string]any) { id["exp"] = now - 3600 },
		"id: other user":  func(_, id map[string]any) { id["sub"] = "other" },
		"id: issuer":      func(_, id map[string]any) { id["iss"] = "http://evil.example.com" },
		"id: audience":    func(_, id map[string]any) { id["aud"] = "http://evil.example.com" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, withOpenID)
			w.portal.AlterClaims(forge)
			b := w.browser()
			got := b.get(b.callback(b.start()))
			if got.status != http.StatusBadGateway || b.signedIn() {
				t.Errorf("status %d", got.status)
			}
			b.ownPage(got)
		})
	}
}

func TestMissingIDToken(t *testing.T) { // RP-25
	w := newWorld(t, withOpenID)
	w.portal.AlterTokens(func(answer map[string]any) { delete(answer, "id_token") })
	b := w.browser()
	if got := b.get(b.callback(b.start())); got.status != http.StatusBadGateway || b.signedIn() {
		t.Errorf("status %d", got.status)
	}
}

func TestAnotherUsersProfile(t *testing.T) { // RP-26
	w := newWorld(t)
	w.portal.Answer("/api/2.0/people/@self", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		fmt.Fprint(rw, `{"response":{"id":"other","displayName":"Mallory"},"count":1,"links":[],"status":0,"statusCode":200}`)
	})
	b := w.browser()
	b.signIn()
	if got := b.get("/"); strings.Contains(got.body, "Mallory") || b.signedIn() {
		t.Errorf("shows %s", got.body)
	}
}
