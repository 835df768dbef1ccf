package goldenbrowser_test

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/signature"
)

// scene is what stands before the first step of a journey.
type scene struct {
	https, several bool // behind TLS; several portals
	config         func(*config.Config)
	before         func(*tab)
}

// prepared holds the scene of every journey, from the recordings' own words.
var prepared = map[string]scene{
	"allow-429": {before: func(b *tab) {
		signedIn(b, "jane")
		b.stage.refuse = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPost || r.URL.Path != "/api/2.0/oauth2/authorize" {
				return false
			}
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
	}},
	"allow-during-bounce":      {before: func(b *tab) { session(b, "jane"); holdMint(b) }},
	"bounce-state-after-scope": {before: func(b *tab) { session(b, "jane") }},
	"consent-remembered":       {before: func(b *tab) { signedIn(b, "jane"); allowOnce(b) }},
	"consent-without-session":  {},
	"dead-session": {before: func(b *tab) {
		token := session(b, "jane")
		b.portalJSON(http.MethodPost, "/api/2.0/authentication/logout", nil, nil, "Cookie", flows.SessionCookie+"="+token)
	}},
	"deny":                      {before: func(b *tab) { signedIn(b, "jane") }},
	"disabled-client-anonymous": {config: func(c *config.Config) { c.Apps[0].Disabled = true }},
	"error-page-redirect":       {},
	"fresh-sign-in":             {},
	"https-fresh":               {https: true},
	"link-expired": {before: func(b *tab) {
		oneTimeLink(b, "jane")
		if _, err := b.stage.control.Advance(b.ctx, 61*time.Minute); err != nil {
			b.t.Fatal(err)
		}
	}},
	"link-used":                    {before: func(b *tab) { oneTimeLink(b, "jane") }},
	"logged-in-live-signature":     {before: func(b *tab) { signedIn(b, "jane") }},
	"logged-in-no-signature":       {before: func(b *tab) { session(b, "jane") }},
	"login-plain":                  {},
	"no-scope-live":                {before: func(b *tab) { signedIn(b, "jane") }},
	"not-you":                      {before: func(b *tab) { signedIn(b, "jane") }},
	"openid-only":                  {before: func(b *tab) { signedIn(b, "jane") }},
	"public-info-429-login":        {before: func(b *tab) { pagesGet429(b, "/api/2.0/clients/"+clientID+"/public/info") }},
	"scope-first-live":             {before: func(b *tab) { signedIn(b, "jane") }},
	"scopes-429":                   {before: func(b *tab) { signedIn(b, "jane"); pagesGet429(b, "/api/2.0/scopes") }},
	"signature-expired-on-consent": {before: func(b *tab) { sign(b, "jane", session(b, "jane"), 15*time.Second) }},
	"stale-consent":                {before: func(b *tab) { signedIn(b, "jane") }},
	"tenant-list-two":              {several: true},
	"tfa-user":                     {},
	"unknown-client-anonymous":     {before: func(b *tab) { b.stage.client = uuid.NewString() }},
	"validation":                   {},
	"wrong-password":               {},
}

// wrongPasswords says in which journeys the first passwords are wrong.
var wrongPasswords = map[string]int{"wrong-password": 1}

// session signs a person in through the API and puts the cookie into the profile.
func session(b *tab, person string) string {
	b.t.Helper()
	token, err := b.stage.portal.SignIn(b.ctx, person+"@example.test", password)
	if err != nil {
		b.t.Fatal(err)
	}
	b.setCookie(flows.SessionCookie, token, 365*24*time.Hour, true)
	return token
}

// signedIn is session, and a live signature in cookies set by hand.
func signedIn(b *tab, person string) {
	b.t.Helper()
	sign(b, person, session(b, person), signature.Lifetime)
}

// sign puts a signature into the profile's cookies that lives so long.
func sign(b *tab, person, token string, life time.Duration) {
	b.t.Helper()
	minted, err := b.stage.portal.Signature(b.ctx, token)
	if err != nil {
		b.t.Fatal(err)
	}
	key := signature.Key(signature.DefaultSecret)
	claims, err := signature.Verify(key, minted, time.Now(), signature.Leniency{})
	if err != nil {
		b.t.Fatal(err)
	}
	claims.Expires = time.Now().Add(life)
	issued, err := signature.Issue(key, claims)
	if err != nil {
		b.t.Fatal(err)
	}
	b.setCookie("x-signature-"+people[person], issued, life, false)
	b.setCookie("x-signature", issued, life, false)
}

// allowOnce takes the profile through a whole authorization, which is not compared.
func allowOnce(b *tab) {
	b.t.Helper()
	b.open(b.stage.real(usual))
	b.settled(4, 0, "")
	b.click(`[data-testid="consent_allow_button"]`)
	b.settled(6, 0, "")
	b.forget()
}

// usual is the request of most journeys.
const usual = "{portal}/oauth2/authorize?response_type=code&client_id=<client_id>&redirect_uri={rp|q}%2Fcallback" +
	"&state=rpstate123&code_challenge=<code_challenge>&code_challenge_method=S256&scope=files%3Aread%20rooms%3Aread"

// forget begins the comparison here.
func (b *tab) forget() {
	b.stage.mu.Lock()
	b.stage.seen, b.stage.driven, b.stage.opened, b.stage.referer = nil, map[string][]int{}, map[string]int{}, nil
	b.stage.mu.Unlock()
	b.mu.Lock()
	b.events = nil
	b.mu.Unlock()
}

// oneTimeLink asks for a sign-in link as the login form does, for the journey to open.
func oneTimeLink(b *tab, person string) {
	b.t.Helper()
	var settings struct {
		Response struct {
			PasswordHash struct {
				Size, Iterations int
				Salt             string
			}
		}
	}
	b.portalJSON(http.MethodGet, "/api/2.0/settings?withPassword=true", nil, &settings)
	how := settings.Response.PasswordHash
	hash, err := pbkdf2.Key(sha256.New, password, []byte(how.Salt), how.Iterations, how.Size/8)
	if err != nil {
		b.t.Fatal(err)
	}
	var answer struct{ Tenants []struct{ PortalLink string } }
	b.portalJSON(http.MethodPost, "/apisystem/portal/signin", map[string]string{
		"Email": person + "@example.test", "PasswordHash": hex.EncodeToString(hash),
	}, &answer)
	if len(answer.Tenants) != 1 {
		b.t.Fatalf("links: %+v", answer)
	}
	_, query, _ := strings.Cut(answer.Tenants[0].PortalLink, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "type" {
			b.stage.link["<"+name+">"] = value
		}
	}
}

// pagesGet429 makes the portal's own pages get a 429 for a path, once.
func pagesGet429(b *tab, path string) {
	b.t.Helper()
	_, err := b.stage.control.AddFault(b.ctx, control.FaultRequest{
		Answer: &control.LiteralAnswer{Method: http.MethodGet, Path: path, Status: http.StatusTooManyRequests},
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// holdMint holds the first call for a signature back until Allow was clicked and answered.
func holdMint(b *tab) {
	var held atomic.Bool
	clicked := make(chan struct{})
	b.stage.refuse = func(_ http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/api/2.0/security/oauth2/token":
			if !held.CompareAndSwap(false, true) {
				return false
			}
			select {
			case <-clicked:
				time.Sleep(time.Second) // the answer reaches the page
			case <-time.After(patience):
			case <-r.Context().Done():
			}
		case "/api/2.0/oauth2/authorize":
			if r.Method == http.MethodPost {
				close(clicked)
			}
		}
		return false
	}
}

// portalJSON calls the portal without the browser.
func (b *tab) portalJSON(method, path string, in, out any, header ...string) {
	b.t.Helper()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			b.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(b.ctx, method, b.stage.mock.URL()+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		b.t.Fatalf("%s %s: %s", method, path, answer.Status)
	}
	if out != nil {
		if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
			b.t.Fatal(err)
		}
	}
}

func scenes(t *testing.T, id string) scene {
	t.Helper()
	s, ok := prepared[id]
	if !ok {
		t.Fatalf("nobody says what stands before the journey %s", id)
	}
	return s
}
