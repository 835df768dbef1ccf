package webapp_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/flows/internal/fakeportal"
)

func flowsApp(redirectURI string) flows.App {
	return flows.App{ID: fakeportal.ClientID, Secret: fakeportal.Secret, RedirectURI: redirectURI}
}

func TestRefreshWhenTheAPIRefuses(t *testing.T) { // RP-29
	w := newWorld(t)
	b := w.browser()
	b.signIn()
	for round := range 3 {
		w.portal.KillAccessTokens()
		if !b.signedIn() {
			t.Fatalf("round %d: not signed in any more\n%s", round, w.log)
		}
	}
	used := map[string]bool{}
	for _, request := range w.portal.Requests("/oauth2/token")[1:] {
		token := request.Form.Get("refresh_token")
		if request.Form.Get("grant_type") != "refresh_token" || used[token] {
			t.Errorf("request %v, refresh token used before: %v", request.Form, used[token])
		}
		used[token] = true
	}
	if len(used) != 3 {
		t.Errorf("%d refreshes", len(used))
	}
}

func TestRefreshBeforeTheEnd(t *testing.T) {
	w := newWorld(t)
	w.portal.AlterTokens(func(answer map[string]any) { answer["expires_in"] = 10 })
	b := w.browser()
	b.signIn()
	w.portal.AlterTokens(nil)
	if !b.signedIn() || w.tokenRequests() != 2 {
		t.Errorf("%d token requests", w.tokenRequests())
	}
	if !b.signedIn() || w.tokenRequests() != 2 {
		t.Errorf("then %d", w.tokenRequests())
	}
}

func TestParallelTabsRefreshOnce(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn()
	w.portal.KillAccessTokens()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			response, err := b.client.Get(w.appURL + "/")
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				t.Errorf("status %d", response.StatusCode)
			}
		})
	}
	group.Wait()
	if w.tokenRequests() != 2 || !b.signedIn() {
		t.Errorf("%d token requests", w.tokenRequests())
	}
}

func TestRefusedRefreshSignsOut(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn()
	w.portal.KillAccessTokens()
	w.portal.KillRefreshTokens()
	got := b.get("/")
	if got.status != http.StatusOK || !strings.Contains(got.body, "Your sign-in has ended") {
		t.Errorf("%d %s", got.status, got.body)
	}
	b.ownPage(got)
	if b.signedIn() || w.tokenRequests() != 2 {
		t.Errorf("%d token requests", w.tokenRequests())
	}
}

func TestFailedRefreshIsNotTheEnd(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn()
	w.portal.KillAccessTokens()
	w.portal.Answer("/oauth2/token", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	if got := b.get("/"); got.status != http.StatusBadGateway || internals.MatchString(got.body) {
		t.Errorf("%d %s", got.status, got.body)
	}
	w.portal.Answer("/oauth2/token", nil)
	if !b.signedIn() {
		t.Error("signed out by a portal that was down for a moment")
	}
}

func TestRotatedTokenIsKeptThroughAnyFault(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn()
	w.portal.KillAccessTokens()
	w.portal.Answer("/oauth2/jwks", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	if got := b.get("/"); got.status != http.StatusBadGateway {
		t.Errorf("status %d", got.status)
	}
	w.portal.Answer("/oauth2/jwks", nil)
	if !b.signedIn() { // the old refresh token would be refused
		t.Error("signed out by a portal that was down for a moment")
	}
}

func TestRefreshedTokensAreChecked(t *testing.T) {
	for name, forge := range map[string]func(access, _ map[string]any){
		"another user": func(a, _ map[string]any) { a["sub"] = "other" },
		"another portal": func(a, _ map[string]any) {
			a["aud"], a["iss"] = "http://evil.example.com", "http://evil.example.com/oauth2"
		},
		"another key": func(a, _ map[string]any) { a["alg"] = "other-key" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b := w.browser()
			b.signIn()
			w.portal.KillAccessTokens()
			w.portal.AlterClaims(forge)
			if b.signedIn() {
				t.Error("signed in with a forged token")
			}
		})
	}
}

func TestAPIErrors(t *testing.T) {
	for _, status := range []int{403, 404, 429, 500, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			w := newWorld(t)
			b := w.browser()
			b.signIn()
			w.portal.Answer("/api/2.0/people/@self", func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", "application/json; charset=utf-8")
				rw.WriteHeader(status)
				fmt.Fprintf(rw, `{"error":{"message":"no","type":"net/http","stack":"at x.go:1","hresult":0},"status":1,"statusCode":%d}`, status)
			})
			got := b.get("/")
			if got.status != http.StatusBadGateway || internals.MatchString(got.body) || !strings.Contains(got.body, "could not be loaded") {
				t.Errorf("%d %s", got.status, got.body)
			}
			if w.tokenRequests() != 1 {
				t.Error("refreshed for an error that no refresh helps")
			}
			w.portal.Answer("/api/2.0/people/@self", nil)
			if !b.signedIn() {
				t.Error("signed out by an error of the API")
			}
		})
	}
}

func TestSignOut(t *testing.T) { // RP-30
	w := newWorld(t)
	b := w.browser()
	b.signIn()
	got := b.do(http.MethodPost, "/logout", http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {w.appURL}})
	if got.status != http.StatusSeeOther || got.header.Get("Location") != "/" || !strings.Contains(got.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("%d %v", got.status, got.header)
	}
	revoked := w.portal.Requests("/oauth2/revoke")
	if len(revoked) != 1 || revoked[0].Form.Get("token") == "" || revoked[0].Form.Get("client_secret") != fakeportal.Secret {
		t.Errorf("revoked %+v", revoked)
	}
	if b.signedIn() {
		t.Error("still signed in")
	}
	b.do(http.MethodPost, "/logout", nil) // once more does no harm
}

func TestSignOutWhenThePortalIsDown(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn()
	w.portal.Answer("/oauth2/revoke", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) })
	if got := b.do(http.MethodPost, "/logout", nil); got.status != http.StatusSeeOther || b.signedIn() {
		t.Errorf("status %d", got.status)
	}
	if !strings.Contains(w.log.String(), "tokens not revoked") {
		t.Error("nobody was told")
	}
}
