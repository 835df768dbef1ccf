package pages

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/hand"
	"docspace-oauth/mockdocspace/internal/rules"
)

// goodHash is the hash of the password docspace with the fixture's settings.
var goodHash = func() string {
	key, err := pbkdf2.Key(sha256.New, "docspace", []byte("00ff"), 1000, 32)
	if err != nil {
		panic(err)
	}
	return hex.EncodeToString(key)
}()

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\ninstead of\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// taken are the cookies that the consent page writes when it takes the usual
// request over, as recorded.
func (s *stage) taken() []string {
	before, _, _ := strings.Cut(s.usual(), "&scope=")
	return []string{
		"x-redirect-authorization-uri=; path=/; max-age=-1",
		"x-scopes=files%3Aread%3Brooms%3Aread; path=/",
		"x-url=" + url.QueryEscape(before) + "; path=/",
	}
}

func minted(id string) []string {
	return []string{"x-signature-" + id + "=<jwt>; path=/; expires=<date>", "x-signature=<jwt>; path=/; expires=<date>"}
}

var reused = []string{"x-signature=<jwt>; path=/; expires=<date>"}

func TestScripts(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	for name, test := range map[string]func(*testing.T, *browser.Browser){
		"fresh sign-in":           freshSignIn,
		"bounce":                  bounce,
		"deny":                    deny,
		"not you":                 notYou,
		"wrong password":          wrongPassword,
		"choice of a portal":      choice,
		"unknown app":             unknownApp,
		"spent link":              spentLink,
		"link, live signature":    linkWithLiveSignature,
		"stale consent":           staleConsent,
		"refused consent":         refusedConsent,
		"session ends on consent": sessionEnds,
		"Allow before the bounce": allowTooEarly,
		"plain sign-in":           plainSignIn,
		"tenant list reloaded":    tenantListReloaded,
		"without hands":           withoutHands,
		"password hash":           passwordHashes,
		"addresses":               addresses,
		"what the bounce keeps":   whatTheBounceKeeps,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, chromium)
		})
	}
}

// The order of requests and the texts of cookies are recorded from the real pages.
func freshSignIn(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	b.open(s.usual())
	b.signIn("jane@example.test", " docspace ")
	b.ready()
	same(t, "requests", s.requests(), []string{
		"GET /oauth2/authorize", "GET /login", "POST /apisystem/portal/signin", "GET /confirm/Auth", "POST /api/2.0/authentication",
		"GET /api/2.0/people/@self", "GET /api/2.0/security/oauth2/token", "GET /oauth2/authorize", "GET /login", "GET /login/consent",
	})
	same(t, "cookies", b.cookieWrites(), slices.Concat(minted(janeID), s.taken(), reused))
	if theme := b.eval(`/(^|; )system_theme=Base(;|$)/.test(document.cookie)`); theme != "true" {
		t.Error("no system_theme")
	}
	if kept := b.eval(`Object.keys(localStorage).sort()`); kept != "x-signature,x-signature-"+janeID {
		t.Errorf("localStorage: %s", kept)
	}
	if scopes := b.eval(`document.querySelector('[data-testid="scope-list"]').innerText`); scopes != "View all files and folders\nView all rooms" {
		t.Errorf("scopes: %q", scopes)
	}
	b.click("consent_allow_button")
	b.until(`document.getElementById("app")`)
	if at := b.eval(`location.href`); at != s.app+"?code=c&state=rpstate123" {
		t.Errorf("ends at %s", at)
	}
	same(t, "posted", s.posted, []string{appID + " pending== [files:read rooms:read] true, client_state"})
	if n := b.eval(`history.length`); n != "3" { // about:blank, login page, callback
		t.Errorf("%s entries in the history", n)
	}
}

func signInFirst(t *testing.T, s *stage, b tab) {
	t.Helper()
	b.open(s.URL + "/login")
	b.signIn("jane@example.test", "docspace")
	b.until(`document.getElementById("user-email")`)
	s.requests()
	b.cookieWrites()
}

func bounce(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	signInFirst(t, s, b)
	b.open(s.usual())
	b.ready()
	same(t, "requests", s.requests(), []string{
		"GET /oauth2/authorize", "GET /login", "GET /login/consent", "GET /api/2.0/security/oauth2/token",
		"GET /oauth2/authorize", "GET /login", "GET /login/consent",
	})
	same(t, "cookies", b.cookieWrites(), slices.Concat(s.taken(), minted(janeID), s.taken(), reused))
	b.click("consent_allow_button")
	b.until(`document.getElementById("app")`)
}

func deny(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	signInFirst(t, s, b)
	b.open(s.usual())
	b.ready()
	b.cookieWrites()
	b.click("consent_deny_button")
	b.until(`document.getElementById("app")`)
	if at := b.eval(`location.search`); at != "?error=access_denied&state=rpstate123" {
		t.Errorf("ends at %s", at)
	}
	same(t, "posted", s.posted, []string{appID + " pending== [] true, no client_state"})
}

func notYou(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	signInFirst(t, s, b)
	b.open(s.usual())
	b.ready()
	s.requests()
	b.click("not_you_link")
	b.until(`location.pathname + location.search === "/login?client_id=` + appID + `&type=oauth2"`)
	b.cookieWrites()
	b.signIn("bob@example.test", "docspace")
	b.ready()
	if who := b.eval(`document.querySelector(".who").innerText`); who != "Signed in as bob@example.test" {
		t.Error(who)
	}
	same(t, "requests", s.requests()[:2], []string{"POST /api/2.0/authentication/logout", "GET /login"})
	same(t, "cookies", b.cookieWrites(), slices.Concat(minted(bobID), s.taken(), reused))
	b.click("consent_allow_button")
	b.until(`document.getElementById("app")`)
	same(t, "posted", s.posted, []string{appID + " pending== [files:read rooms:read] true, client_state"})
}

func wrongPassword(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	b.open(s.usual())
	b.signIn("jane@example.test", "wrong")
	marks := `[...document.querySelectorAll("input[data-error=true]")].map((i) => i.id)`
	message := `document.querySelector('[data-testid="email_field"] .field-body [data-testid="text"]').innerText`
	b.until(message + ` === "Invalid login or password." && !document.getElementById("login_submit").disabled`)
	if got := b.eval(marks); got != "login_username,login_password" {
		t.Errorf("marked: %s", got)
	}
	b.eval(`document.getElementById("login_password").select()`)
	b.do(sendTo("#login_password", "docspace"))
	if got := b.eval(marks); got != "login_username" {
		t.Errorf("marked after retyping: %s", got)
	}
	if got := b.eval(message); got != "Invalid login or password." {
		t.Errorf("the text went: %q", got)
	}
	b.do(sendTo("#login_password", kb.Enter))
	b.ready()
}

func choice(t *testing.T, chromium *browser.Browser) {
	for _, wrong := range []bool{false, true} {
		s, b := newStage(t, func(r *rules.Rules) { r.Pages.WrongPortal = wrong }, false), openTab(t, chromium)
		second := strings.Replace(s.URL, "127.0.0.1", "second.localhost", 1)
		s.signIns = []portalLink{
			{s.URL, s.URL + "/confirm/Auth?type=Auth&key=" + janeID + "&encemail=E"},
			{second, second + "/confirm/Auth?type=Auth&key=" + janeID + "&encemail=E"},
		}
		b.open(s.usual())
		b.signIn("jane@example.test", "docspace")
		b.until(`document.querySelectorAll(".items-list > .item").length === 2`)
		if at := b.eval(`location.pathname + location.search`); at != "/login/tenant-list?clientId="+appID {
			t.Errorf("the choice is at %s", at)
		}
		names := b.eval(`[...document.querySelectorAll('[data-testid="portal_name_text"]')].map((e) => e.innerText)`)
		if want := strings.TrimPrefix(s.URL, "http://") + "," + strings.TrimPrefix(second, "http://"); names != want {
			t.Errorf("portals %s", names)
		}
		b.click("back_to_login_button")
		b.until(`location.pathname === "/login" && sessionStorage.length === 0`)
		b.signIn("jane@example.test", "docspace")
		b.until(`document.querySelectorAll(".items-list > .item").length === 2`)
		b.do(chooseRow(2))
		b.ready()
		if at := b.eval(`location.origin`); (at == second) == wrong {
			t.Errorf("fault %v: ends at %s", wrong, at)
		}
	}
}

func unknownApp(t *testing.T, chromium *browser.Browser) {
	for _, atHome := range []bool{true, false} {
		s, b := newStage(t, func(r *rules.Rules) { r.Pages.LegacySignInEndsAtHome = atHome }, false), openTab(t, chromium)
		s.shelf.apps = nil
		b.open(s.usual())
		b.signIn("jane@example.test", "docspace")
		if atHome {
			b.until(`location.pathname === "/" && document.getElementById("user-email")`)
			if n := len(slices.DeleteFunc(s.requests(), func(r string) bool { return r != "POST /api/2.0/authentication" })); n != 1 {
				t.Errorf("%d sign-ins", n)
			}
			continue
		}
		b.ready()
		if text := b.eval(`document.querySelector(".request").innerText`); !strings.HasPrefix(text, "{{nameApp}} asks for") {
			t.Errorf("sentence %q", text)
		}
	}
}

func spentLink(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	b.open(s.URL + "/confirm/Auth?type=Auth&key=spent&encemail=E&referenceUrl=" + s.usual())
	b.until(`document.querySelector(".Toastify__toast--error")?.innerText === "User authentication failed"`)
	if loader := b.eval(`document.querySelector('[data-testid="app-loader"]') !== null`); loader != "true" {
		t.Error("the loader is gone")
	}
}

func linkWithLiveSignature(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	b.open(s.usual())
	b.signIn("jane@example.test", "docspace")
	b.ready()
	s.requests()
	b.cookieWrites()
	b.open(s.URL + "/confirm/Auth?type=Auth&key=" + janeID + "&encemail=E&referenceUrl=" + s.usual())
	b.ready()
	same(t, "requests", s.requests(), []string{
		"GET /confirm/Auth", "POST /api/2.0/authentication", "GET /api/2.0/people/@self", "GET /oauth2/authorize", "GET /login", "GET /login/consent",
	})
	same(t, "cookies", b.cookieWrites(), slices.Concat(reused, s.taken(), reused))
}

func staleConsent(t *testing.T, chromium *browser.Browser) {
	for _, silent := range []bool{true, false} {
		s, b := newStage(t, func(r *rules.Rules) { r.Pages.SilentStaleConsent = silent }, false), openTab(t, chromium)
		signInFirst(t, s, b)
		b.open(s.usual())
		b.ready()
		b.eval(`document.cookie = "client_state=unknown; path=/"`)
		s.requests()
		b.click("consent_allow_button")
		b.until(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("/api/2.0/oauth2/authorize") && e.responseEnd) &&
			!document.querySelector("[aria-busy]")`)
		same(t, "requests", s.requests(), []string{"POST /api/2.0/oauth2/authorize", "GET /login", "GET /login/error"})
		if told := b.eval(`document.querySelector(".Toastify__toast--error") !== null`); (told == "true") == silent {
			t.Errorf("silent %v, told %s", silent, told)
		}
		buttons := b.eval(`[...document.querySelectorAll(".actions button")].map((b) => b.innerText + b.disabled)`)
		if buttons != "Allowfalse,Denyfalse" {
			t.Errorf("buttons: %s", buttons)
		}
	}
}

func refusedConsent(t *testing.T, chromium *browser.Browser) {
	for _, status := range []int{403, 429, 500} {
		s, b := newStage(t, nil, false), openTab(t, chromium)
		s.consent = status
		signInFirst(t, s, b)
		b.open(s.usual())
		b.ready()
		b.click("consent_deny_button")
		b.until(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("/api/2.0/oauth2/authorize") && e.responseEnd)`)
		buttons := b.eval(`JSON.stringify([...document.querySelectorAll(".actions button")].map((b) =>
			[b.innerText, b.ariaLabel, b.disabled, b.getAttribute("aria-busy"), b.getAttribute("aria-disabled")]))`)
		if want := `[["Allow","Allow",true,null,"true"],["","Deny",true,"true",null]]`; buttons != want {
			t.Errorf("%d: %s", status, buttons)
		}
	}
}

func sessionEnds(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	s.consent = 401
	signInFirst(t, s, b)
	b.open(s.usual())
	b.ready()
	b.click("consent_allow_button")
	b.until(`location.pathname + location.search === "/login?authError=true" && document.querySelector(".Toastify__toast--error")?.innerText === "Authorization error"`)
}

func allowTooEarly(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	signInFirst(t, s, b)
	hold := make(chan struct{})
	s.mu.Lock()
	s.holdMint = hold
	s.mu.Unlock()
	b.open(s.usual())
	b.click("consent_allow_button")
	b.until(`!document.querySelector("[aria-busy]") && performance.getEntriesByType("resource").some((e) => e.name.endsWith("/api/2.0/oauth2/authorize"))`)
	close(hold)
	b.until(`document.getElementById("header")?.innerText === "Client ID could not be found"`)
	same(t, "posted", s.posted, []string{appID + "  [files:read rooms:read] true, no client_state"})

	s, b = newStage(t, func(r *rules.Rules) { r.Pages.AllowBeforeBounce = false }, false), openTab(t, chromium)
	signInFirst(t, s, b)
	hold = make(chan struct{})
	s.mu.Lock()
	s.holdMint = hold
	s.mu.Unlock()
	b.open(s.usual())
	b.until(`document.querySelector('[data-testid="app-loader"]') && !document.querySelector('[data-testid="consent_allow_button"]')`)
	close(hold)
	b.ready()
	b.click("consent_allow_button")
	b.until(`document.getElementById("app")`)
}

func plainSignIn(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	b.open(s.URL + "/login")
	b.signIn("jane@example.test", "docspace")
	b.until(`location.pathname === "/" && document.getElementById("user-email")`)
	same(t, "requests", s.requests(), []string{"GET /login", "POST /api/2.0/authentication", "GET /"})
	b.until(`document.body.dataset.ready`)
	b.do(clickOn("#sign-out"))
	b.until(`location.pathname === "/login" && document.getElementById("login_submit")`)

	s, b = newStage(t, func(r *rules.Rules) { r.Pages.LoginLoop = true }, false), openTab(t, chromium)
	b.open(s.usual())
	b.signIn("jane@example.test", "docspace")
	b.until(`document.getElementById("login_username").value === "" && !document.getElementById("login_submit").disabled`)
	same(t, "requests of the loop", s.requests(), []string{"GET /oauth2/authorize", "GET /login", "POST /apisystem/portal/signin"})
}

func tenantListReloaded(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	b.open(s.URL + "/login/tenant-list?clientId=" + appID)
	b.until(`document.querySelector('[data-testid="ErrorContainer"] .error-text')?.innerText === "Unexpected end of JSON input"`)
	b.eval(`sessionStorage.setItem("tenant-list", '{"portals":[{"portalName":"http://x","portalLink":"http://x/confirm/Auth?type=Auth"}]}')`)
	b.open(s.URL + "/login/tenant-list?clientId=" + appID)
	b.until(`document.querySelector('[data-testid="portal_name_text"]')?.innerText === "x"`)
}

func withoutHands(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, true), openTab(t, chromium)
	b.open(s.usual())
	b.until(`document.getElementById("app")`)
	if at := b.eval(`location.search`); at != "?code=c&state=rpstate123" {
		t.Errorf("ends at %s", at)
	}
}

// Both ways of hashing agree with each other and with the vector of §4.3.
func passwordHashes(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	b.open(s.URL + "/login")
	b.eval(`import("` + assetURL("password.js") + `").then((m) => window.natively = m.hashPassword)`)
	b.eval(`import("` + assetURL("pbkdf2.js") + `").then((m) => window.here = (p, {salt, iterations, size}) => {
		const e = new TextEncoder();
		return Array.from(m.pbkdf2(e.encode(p), e.encode(salt), iterations, size / 8), (x) => x.toString(16).padStart(2, "0")).join("");
	})`)
	b.until(`window.natively && window.here`)
	const salt = "4d9abe238e2f7b14a30a4565d62214a795a15abb798ed61118a69820d6a6146c"
	for _, c := range []struct {
		password, salt   string
		iterations, size int
	}{
		{"qwerty123", salt, 100000, 256},
		{"ü€𝄞", salt, 2, 256},
		{strings.Repeat("long ", 20) + "x", salt, 3, 512},
		{"x", "", 1, 160},
		{strings.Repeat("k", 64), strings.Repeat("s", 60), 5, 256},
		{strings.Repeat("k", 65), strings.Repeat("s", 51), 5, 1024},
	} {
		key, err := pbkdf2.Key(sha256.New, c.password, []byte(c.salt), c.iterations, c.size/8)
		if err != nil {
			t.Fatal(err)
		}
		want := hex.EncodeToString(key)
		arguments, err := json.Marshal([]any{c.password, passwordHash{c.size, c.iterations, c.salt}})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.eval(`window.here(...` + string(arguments) + `)`); got != want {
			t.Errorf("computed here, %.10s: %s", c.password, got)
		}
		b.eval(`window.natively(...` + string(arguments) + `).then((h) => window.hash = h)`)
		b.until(`window.hash`)
		if got := b.eval(`[window.hash, window.hash = ""][0]`); got != want {
			t.Errorf("natively, %.10s: %s", c.password, got)
		}
		if c.iterations == 100000 && want != "e7e3ba4944723b6903c092dfa1180b8167530d112fd56ccbdc7d1e2ef8c34c39" {
			t.Errorf("the vector is %s", want)
		}
	}
}

func addresses(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	b.open(s.URL + "/login")
	b.eval(`import("` + assetURL("email.js") + `").then((m) => window.fault = m.emailFault)`)
	b.until(`window.fault`)
	for address, want := range map[string]string{
		"jane@example.test": "", " jane.roe+x@sub.example.test ": "", "user@docspace.test": "",
		"nobody": "Incorrect email", "a b@example.test": "Incorrect email", "@example.test": "Incorrect email", "a@b@c.d": "Incorrect email",
		"a@b": "Local domains are not supported", "a@exa_mple.test": "Incorrect domain", "a@-x.test": "Incorrect domain",
		"ü@example.test": "Incorrect local part", "a..b@example.test": "Incorrect local part",
		"a@xn--bcher-kva.example": "Punycode domains are not supported",
	} {
		if got := b.eval(fmt.Sprintf(`window.fault(%q)`, address)); got != want {
			t.Errorf("%q: %q instead of %q", address, got, want)
		}
	}
	b.until(`document.body.dataset.ready`)
	b.do(clickOn("#login_submit"))
	if got := b.eval(`[...document.querySelectorAll(".field-error")].map((e) => e.innerText)`); got != "Required field,Required field" {
		t.Errorf("empty fields: %s", got)
	}
	same(t, "requests", s.requests(), []string{"GET /login"})
}

// The rows are those of §2.4, run through the page's own functions.
func whatTheBounceKeeps(t *testing.T, chromium *browser.Browser) {
	s, b := newStage(t, nil, false), openTab(t, chromium)
	b.open(s.URL + "/login")
	b.eval(`import("` + assetURL("resume.js") + `").then((m) => window.resume = m)`)
	b.until(`window.resume`)
	portal, fixed := rules.DocSpace().Pages, rules.Strict().Pages
	loses := portal
	loses.LoseState = true
	shown := "files:read,rooms:read"
	for _, c := range []struct {
		name, query, stale string
		rules              rules.Pages
		scopes, rebuilt    string
	}{
		{"scope last", "a=E&state=x&scope=files:read%20rooms:read", "", portal, shown, "a=E&state=x&scope=files:read%20rooms:read"},
		{"Go's order", "a=E&scope=files%3Aread+rooms%3Aread&state=x&code_challenge=A", "", portal, shown, "a=E&scope=files:read%20rooms:read"},
		{"scope first", "scope=files:read&a=E&state=x", "", portal, "undefined", "scope=files:read&a=E&state=x"},
		{"no scope, stale", "a=E&state=x", "rooms%3Aread", portal, "undefined", "a=E&state=x&scope=rooms:read"},
		{"no scope", "a=E&state=x", "", portal, "undefined", "a=E&state=x"},
		{"empty scope", "a=E&state=x&scope=", "", portal, "undefined", "a=E&state=x"},
		{"substring", "a=E&scope=accounts.self:read", "", portal, "accounts.self:read", "a=E&scope=accounts.self:read"},
		{"loses state", "state=x&a=E&scope=files:read", "", loses, "files:read", "a=E&scope=files:read"},
		{"fixed: Go's order", "a=E&scope=files%3Aread+rooms%3Aread&state=x", "", fixed, shown, "a=E&scope=files%3Aread+rooms%3Aread&state=x"},
		{"fixed: scope first", "scope=files:read&a=E&state=x", "", fixed, "files:read", "scope=files:read&a=E&state=x"},
		{"fixed: no scope, stale", "a=E&state=x", "rooms%3Aread", fixed, "openid", "a=E&state=x"},
	} {
		v := visit{rules: &rules.Rules{Pages: c.rules}}
		data, err := json.Marshal(map[string]any{"knownScopes": knownScopes(), "appScopes": []string{"openid"}, "rules": v.resumeRules()})
		if err != nil {
			t.Fatal(err)
		}
		got := b.eval(fmt.Sprintf(`(() => {
			const url = "http://p/oauth2/authorize?" + %q, stale = %q, data = %s;
			for (const name of ["x-url", "x-scopes"]) document.cookie = name + "=; path=/; max-age=-1";
			if (stale) document.cookie = "x-scopes=" + stale + "; path=/";
			document.cookie = "x-redirect-authorization-uri=" + btoa(url).replace(/\+/g, "-").replace(/\//g, "_") + "; path=/";
			const scopes = window.resume.takeOver(data);
			return scopes + " " + window.resume.bounceURL(data.rules).split("?")[1];
		})()`, c.query, c.stale, data))
		if want := c.scopes + " " + c.rebuilt; got != want {
			t.Errorf("%s: %q instead of %q", c.name, got, want)
		}
	}
}
