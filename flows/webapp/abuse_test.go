package webapp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-oauth/flows/internal/fakeportal"
	"docspace-oauth/flows/webapp"
)

// The tests here go through the rows of docs/portal/clients.md §1.4: what was found
// wrong with apps in the wild.

func TestStateAndPKCE(t *testing.T) { // RP-01, RP-04, RP-05, RP-08, RP-34, RP-35
	w := newWorld(t)
	b := w.browser()
	first, second := b.start(), b.start()
	for _, name := range []string{"state", "code_challenge"} {
		if first.Get(name) == second.Get(name) || len(first.Get(name)) < 26 {
			t.Errorf("%s: %q, then %q", name, first.Get(name), second.Get(name))
		}
	}
	if first.Get("code_challenge_method") != "S256" || first.Get("redirect_uri") != w.appURL+"/callback" {
		t.Errorf("asked %v", first)
	}
	location := b.seen[0].header.Get("Location")
	if !strings.HasSuffix(location, "&scope=accounts.self%3Aread%20rooms%3Aread") || strings.Contains(location, "redirect_uri=http:") {
		t.Errorf("scope is not last, or not encoded: %s", location)
	}
	b.get(b.callback(second))
	form := w.portal.Requests("/oauth2/token")[0].Form
	if !regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`).MatchString(form.Get("code_verifier")) || form.Get("redirect_uri") != second.Get("redirect_uri") {
		t.Errorf("form %v", form)
	}
	if !b.signedIn() { // the fake portal compares verifier and challenge
		t.Error("not signed in")
	}
}

func TestForeignState(t *testing.T) { // RP-02, RP-11
	for name, change := range map[string]func(url.Values){
		"wrong":       func(q url.Values) { q.Set("state", "wrong") },
		"missing":     func(q url.Values) { q.Del("state") },
		"empty":       func(q url.Values) { q.Set("state", "") },
		"extra":       func(q url.Values) { q.Add("state", "extra") },
		"no code":     func(q url.Values) { q.Del("code") },
		"empty code":  func(q url.Values) { q.Set("code", "") },
		"two codes":   func(q url.Values) { q.Add("code", "b") },
		"code, error": func(q url.Values) { q.Set("error", "access_denied") },
		"nothing": func(q url.Values) {
			for name := range q {
				q.Del(name)
			}
		},
		"other issuer": func(q url.Values) { q.Set("iss", "http://evil.example.com") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b := w.browser()
			asked := b.start()
			query := url.Values{"code": {w.portal.Code(asked)}, "state": {asked.Get("state")}}
			change(query)
			b.refused(b.get("/callback?"+query.Encode()), 0)
		})
	}
}

func TestForeignCallbackLeavesTheOwnSignInAlone(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	asked := b.start()
	b.refused(b.get("/callback?code=stolen&state=foreign"), 0)
	b.get(b.callback(asked))
	if !b.signedIn() {
		t.Error("a foreign callback ended the sign-in")
	}
}

func TestLoginCSRF(t *testing.T) { // RP-03
	w := newWorld(t)
	attacker, victim := w.browser(), w.browser()
	finished := attacker.callback(attacker.start())
	victim.refused(victim.get(finished), 0)

	busy := w.browser() // has a sign-in of its own under way
	busy.start()
	busy.refused(busy.get(finished), 0)
}

func TestConcurrentUsers(t *testing.T) { // RP-06
	w := newWorld(t)
	a, b := w.browser(), w.browser()
	askedA, askedB := a.start(), b.start()
	a.get(a.callback(askedA))
	b.get(b.callback(askedB))
	if !a.signedIn() || !b.signedIn() { // a verifier of the other would have been refused
		t.Error("users got into each other's way")
	}
	a.do(http.MethodPost, "/logout", nil)
	if a.signedIn() || !b.signedIn() {
		t.Error("signing out is not one's own business")
	}
}

func TestCallbackServesOnce(t *testing.T) { // RP-07, RP-20, RP-21
	w := newWorld(t)
	b := w.browser()
	callback := b.callback(b.start())
	for i := range 3 {
		if got := b.get(callback); got.status != http.StatusSeeOther || got.header.Get("Location") != "/" {
			t.Fatalf("time %d: %d %s", i+1, got.status, got.body)
		}
	}
	if w.tokenRequests() != 1 || !b.signedIn() {
		t.Errorf("%d token requests", w.tokenRequests())
	}
}

func TestCallbackTwiceAtOnce(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	callback := b.callback(b.start())
	var group sync.WaitGroup
	statuses := make([]int, 8)
	for i := range statuses {
		group.Go(func() {
			response, err := b.client.Get(callback)
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
			statuses[i] = response.StatusCode
		})
	}
	group.Wait()
	for _, status := range statuses {
		if status != http.StatusSeeOther {
			t.Errorf("statuses %v", statuses)
			break
		}
	}
	if w.tokenRequests() != 1 {
		t.Errorf("%d token requests", w.tokenRequests())
	}
}

func TestUsedStateAfterFailure(t *testing.T) { // RP-07
	w := newWorld(t)
	b := w.browser()
	asked := b.start()
	b.get("/callback?code=unknown&state=" + asked.Get("state"))
	b.refused(b.get(b.callback(asked)), 1)
}

func TestRefusals(t *testing.T) { // RP-09, RP-10, RP-13
	for _, code := range []string{
		"access_denied", "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope",
		"server_error", "temporarily_unavailable", "consent_required", "<script>alert(1)</script>", "",
	} {
		t.Run(code, func(t *testing.T) {
			w := newWorld(t)
			b := w.browser()
			asked := b.start()
			query := url.Values{"error": {code}, "error_uri": {"javascript:alert(1)"}, "state": {asked.Get("state")}}
			got := b.get("/callback?" + query.Encode())
			b.refused(got, 0)
			if strings.Contains(got.body, "<script") || strings.Contains(got.body, "javascript:") {
				t.Errorf("not escaped: %s", got.body)
			}
			if code == "access_denied" && !strings.Contains(got.body, "You did not allow it") {
				t.Errorf("denial not explained: %s", got.body)
			}
		})
	}
}

func TestTokenEndpointFails(t *testing.T) { // RP-12, RP-13, RP-18, RP-27
	plain := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"invalid_grant":  plain(400, "application/json", `{"error":"invalid_grant"}`),
		"invalid_client": plain(401, "application/json", `{"error":"invalid_client"}`),
		"empty 401":      plain(401, "", ""),
		"429":            plain(429, "application/json", ""),
		"500":            plain(500, "text/html", "<h1>boom</h1>"),
		"503":            plain(503, "text/html", ""),
		"html":           plain(200, "text/html", "<html>"),
		"empty":          plain(200, "application/json", ""),
		"cut":            plain(200, "application/json", `{"access_token":"ey`),
		"opaque token":   plain(200, "application/json", `{"access_token":"abc","token_type":"Bearer"}`),
		"mac":            plain(200, "application/json", `{"access_token":"abc","token_type":"mac"}`),
		"login page": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login?type=oauth2&client_id=error", http.StatusFound)
		},
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "{")
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.portal.Answer("/oauth2/token", answer)
			b := w.browser()
			got := b.get(b.callback(b.start()))
			if got.status != http.StatusBadGateway {
				t.Errorf("status %d", got.status)
			}
			b.ownPage(got)
			if b.signedIn() || len(w.portal.Requests("/login")) != 0 {
				t.Error("signed in, or followed to the login page")
			}
			w.portal.Answer("/oauth2/token", nil)
			b.signIn() // the next attempt works
		})
	}
}

func TestSlowTokenEndpoint(t *testing.T) { // RP-36, RP-37
	released := make(chan struct{})
	w := newWorld(t, func(c *webapp.Config) { c.HTTP = &http.Client{Timeout: 50 * time.Millisecond} })
	defer close(released)
	w.portal.Answer("/oauth2/token", func(http.ResponseWriter, *http.Request) { <-released })
	slow, other := w.browser(), w.browser()
	callback := slow.callback(slow.start())
	done := make(chan answer)
	go func() { done <- slow.get(callback) }()
	if got := other.get("/"); got.status != http.StatusOK {
		t.Errorf("another browser: %d", got.status)
	}
	if got := <-done; got.status != http.StatusBadGateway {
		t.Errorf("status %d", got.status)
	}
}

func TestCookies(t *testing.T) { // RP-14 to RP-17, RP-33
	w := newWorld(t)
	b := w.browser()
	b.signIn()
	b.get("/")
	b.do(http.MethodPost, "/logout", nil)
	var secrets []string
	for _, request := range w.portal.Requests("") {
		if token := strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer "); token != "" {
			secrets = append(secrets, token)
		}
		for _, name := range []string{"code_verifier", "client_secret", "token"} {
			if value := request.Form.Get(name); value != "" {
				secrets = append(secrets, value)
			}
		}
	}
	if len(secrets) < 5 {
		t.Fatalf("only %d secrets seen", len(secrets))
	}
	for _, got := range b.seen {
		for _, line := range got.header.Values("Set-Cookie") {
			cookie, err := http.ParseSetCookie(line)
			if err != nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
				t.Errorf("cookie %q", line)
			}
		}
		everything := fmt.Sprint(got.header, got.body)
		for _, secret := range secrets {
			if strings.Contains(everything, secret) || strings.Contains(w.log.String(), secret) {
				t.Errorf("a secret reached the browser or the log")
			}
		}
	}
	secure, err := webapp.New(webapp.Config{PortalURL: w.portal.URL, App: flowsApp("https://app.example.test/callback")})
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	secure.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "https://app.example.test/authenticate", nil))
	cookie := recorder.Result().Cookies()[0]
	if !cookie.Secure || !strings.HasPrefix(cookie.Name, "__Host-") {
		t.Errorf("over https: %v", cookie)
	}
}

func TestSessionIDIsNewAtSignIn(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	home, err := url.Parse(w.appURL)
	if err != nil {
		t.Fatal(err)
	}
	b.start()
	planted := b.client.Jar.Cookies(home)[0].Value
	b.start()
	if got := b.client.Jar.Cookies(home)[0].Value; got == planted {
		t.Error("an old session id survives the start of a sign-in")
	}
}

func TestReducedScope(t *testing.T) { // RP-28
	w := newWorld(t)
	w.portal.Grant("accounts.self:read")
	b := w.browser()
	b.signIn()
	if got := b.get("/"); !strings.Contains(got.body, "You did not grant: rooms:read") || !strings.Contains(got.body, fakeportal.Email) {
		t.Errorf("home: %s", got.body)
	}
	w.portal.Grant("rooms:read")
	b.signIn()
	got := b.get("/")
	if !strings.Contains(got.body, "You did not grant: accounts.self:read") || !strings.Contains(got.body, fakeportal.UserID) || strings.Contains(got.body, fakeportal.Email) {
		t.Errorf("without the profile: %s", got.body)
	}
}

func TestScriptsInNames(t *testing.T) {
	w := newWorld(t)
	w.portal.Answer("/api/2.0/people/@self", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(rw, `{"response":{"id":%q,"displayName":"&lt;script&gt;alert(1)&lt;/script&gt;"},"status":0,"statusCode":200}`, fakeportal.UserID)
	})
	b := w.browser()
	b.signIn()
	if got := b.get("/"); strings.Contains(got.body, "<script") || !strings.Contains(got.body, "&lt;script&gt;alert") {
		t.Errorf("home: %s", got.body)
	}
}

func TestForeignPagesCannotSignOut(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn()
	for name, header := range map[string]http.Header{
		"fetch site": {"Sec-Fetch-Site": {"cross-site"}},
		"origin":     {"Origin": {"http://evil.example.com"}},
	} {
		if got := b.do(http.MethodPost, "/logout", header); got.status != http.StatusForbidden || !b.signedIn() {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	if got := b.get("/logout"); got.status != http.StatusMethodNotAllowed || !b.signedIn() {
		t.Errorf("GET /logout: %d", got.status)
	}
}

func TestHeadSpendsNoCode(t *testing.T) { // RP-32
	w := newWorld(t)
	b := w.browser()
	callback := b.callback(b.start())
	if got := b.do(http.MethodHead, callback, nil); got.status != http.StatusMethodNotAllowed || w.tokenRequests() != 0 {
		t.Errorf("HEAD: %d", got.status)
	}
	b.get(callback)
	if !b.signedIn() {
		t.Error("not signed in")
	}
}

func TestOpenRedirect(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	asked := b.start()
	callback := b.callback(asked) + "&next=http%3A%2F%2Fevil.example.com&return_to=//evil.example.com"
	if got := b.get(callback); got.header.Get("Location") != "/" {
		t.Errorf("goes to %q", got.header.Get("Location"))
	}
}
