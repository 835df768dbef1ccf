package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"docspace-oauth/flows/browser"
)

// pages is a portal and an app that consist of the pages' skeletons: the selectors,
// cookies and requests of docs/portal/browser-flow.md §2 to §5 and nothing else. A
// test replaces what it is about.
type pages struct {
	portal, app string
	mu          sync.Mutex
	override    map[string]http.HandlerFunc
	callbacks   []url.Values
	posts       []string     // decisions posted: "allow" or "deny"
	signIns     atomic.Int32 // passwords and codes that a test's own answer got
}

const (
	email    = "jane@docspace.test"
	password = "p4ss wörd"
)

// chromium is the one browser of this package's tests.
var chromium = sync.OnceValues(func() (*browser.Browser, error) {
	return browser.Launch(context.Background(), browser.Options{})
})

func TestMain(m *testing.M) {
	if code, ok := child(); ok {
		exit(code)
		return
	}
	code := m.Run()
	launched.Range(func(b, _ any) bool {
		if err := b.(*browser.Browser).Close(); err != nil {
			fmt.Println(err)
			code = 1
		}
		return true
	})
	exit(code)
}

var launched sync.Map // of *browser.Browser, to be closed at the end

func profile(t *testing.T) *browser.Profile { return profileOf(t, chromium) }

func profileOf(t *testing.T, shared func() (*browser.Browser, error)) *browser.Profile {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	b, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	launched.Store(b, true)
	p, err := b.NewProfile(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func newPages(t *testing.T) *pages {
	t.Helper()
	p := &pages{override: map[string]http.HandlerFunc{}}
	portal := http.NewServeMux()
	portal.HandleFunc("GET /oauth2/authorize", p.authorize)
	portal.HandleFunc("GET /login", p.login)
	portal.HandleFunc("POST /apisystem/portal/signin", p.portalSignIn)
	portal.HandleFunc("GET /confirm/Auth", p.confirm)
	portal.HandleFunc("POST /api/2.0/authentication", p.authentication)
	portal.HandleFunc("GET /login/consent", p.consent)
	portal.HandleFunc("POST /api/2.0/oauth2/authorize", p.decide)
	portal.HandleFunc("GET /mint", p.mint)
	portal.HandleFunc("GET /login/error", func(w http.ResponseWriter, r *http.Request) {
		html(w, `<div data-testid="ErrorContainer"><p id="header" data-testid="heading">Error of `+r.URL.Query().Get("oauthMessageKey")+`</p></div>`)
	})
	portal.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { html(w, `<h1 data-testid="heading">Rooms</h1>`) })
	portalServer := httptest.NewServer(p.handler(portal))
	t.Cleanup(portalServer.Close)
	p.portal = portalServer.URL

	app := http.NewServeMux()
	app.HandleFunc("GET /start", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, p.request(), http.StatusFound) })
	app.HandleFunc("GET /home", func(w http.ResponseWriter, _ *http.Request) { html(w, `<a id="go" href="/start">Sign in</a>`) })
	app.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.callbacks = append(p.callbacks, r.URL.Query())
		p.mu.Unlock()
		http.Redirect(w, r, "/done", http.StatusSeeOther)
	})
	app.HandleFunc("GET /done", func(w http.ResponseWriter, _ *http.Request) { html(w, `<h1>Done</h1>`) })
	appServer := httptest.NewServer(p.handler(app))
	t.Cleanup(appServer.Close)
	p.app = strings.Replace(appServer.URL, "127.0.0.1", "localhost", 1)
	return p
}

func (p *pages) handler(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		replaced := p.override[r.Method+" "+r.URL.Path]
		p.mu.Unlock()
		if replaced != nil {
			replaced(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// posted are the decisions that the portal got, seen the callbacks that the app got.
func (p *pages) posted() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.posts)
}

func (p *pages) seen() []url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.callbacks)
}

// on replaces a page.
func (p *pages) on(pattern string, h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.override[pattern] = h
}

// request is the authorize URL.
func (p *pages) request() string {
	return p.portal + "/oauth2/authorize?response_type=code&client_id=c1&redirect_uri=" +
		url.QueryEscape(p.app+"/callback") + "&state=s1&scope=files:read"
}

func (p *pages) journey() browser.Journey {
	return browser.Journey{Portal: p.portal, RedirectURI: p.app + "/callback", Email: email, Password: password}
}

func html(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<!DOCTYPE html><meta charset=utf-8><body>"+body)
}

func js(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "null"
	}
	return string(text)
}

func (p *pages) authorize(w http.ResponseWriter, r *http.Request) {
	client := r.URL.Query().Get("client_id")
	if _, err := r.Cookie("x-signature"); err != nil {
		http.Redirect(w, r, "/login?type=oauth2&client_id="+client+"&error=missing_asc_signature_error", http.StatusFound)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "client_state", Value: "cs1=", Path: "/"})
	http.Redirect(w, r, "/login/consent?type=oauth2&client_id="+client, http.StatusFound)
}

// loginForm is the form; %s is the script that runs on submit, with fail(text).
const loginForm = `
<div data-testid="email_field"><input id="login_username" name="login"><div class="field-body"><span data-testid="text"></span></div></div>
<div data-testid="password_field_container"><div data-testid="password-input"><input id="login_password" name="password" type="password"></div></div>
<button id="login_submit" type="button">Sign in</button>
<script>
const button = document.getElementById("login_submit");
const fail = (text) => {
  document.querySelector('[data-testid="text"]').textContent = text;
  button.disabled = false; button.removeAttribute("aria-busy"); button.textContent = "Sign in";
};
button.onclick = async () => {
  button.disabled = true; button.setAttribute("aria-busy", "true"); button.textContent = "";
  const body = JSON.stringify({ Email: login_username.value, Password: login_password.value });
  %s
};
</script>`

func (p *pages) login(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie("asc_auth_key"); err == nil && r.URL.Query().Has("client_id") {
		http.Redirect(w, r, "/login/consent?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
		return
	}
	html(w, usualForm)
}

var usualForm = fmt.Sprintf(loginForm, `
  const answer = await fetch("/apisystem/portal/signin", { method: "POST", body });
  const told = await answer.json();
  if (!answer.ok) { fail(told.message); return; }
  location.href = told.link;`)

func (p *pages) portalSignIn(w http.ResponseWriter, r *http.Request) {
	var body struct{ Email, Password string }
	w.Header().Set("Content-Type", "application/json")
	if json.NewDecoder(r.Body).Decode(&body) != nil || body.Email != email || body.Password != password {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"error":"error","message":"Invalid login or password."}`)
		return
	}
	fmt.Fprintf(w, `{"link":%s}`, js(p.portal+"/confirm/Auth?type=Auth&key=k&referenceUrl="+p.request()))
}

func (p *pages) confirm(w http.ResponseWriter, _ *http.Request) {
	html(w, `<div data-testid="app-loader">…</div><script>
(async () => {
  await fetch("/api/2.0/authentication", { method: "POST" });
  document.cookie = "x-signature=jwt; path=/";
  location.replace(location.search.split("referenceUrl=")[1]);
})();</script>`)
}

func (p *pages) authentication(w http.ResponseWriter, _ *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "asc_auth_key", Value: "session", Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	fmt.Fprint(w, `{"response":{"token":"session"}}`)
}

// mint is where the bounce gets its signature.
func (p *pages) mint(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "jwt") }

// consentPage is the page; the first %s is the user's address, the second a script
// that runs before any other.
const consentPage = `
<div data-testid="form-wrapper">
<p><a data-testid="app_link" href="#">Demo App</a> would like the ability to access</p>
<div data-testid="scope-list"><div>View all files and folders</div></div>
<button data-testid="consent_allow_button">Allow</button><button data-testid="consent_deny_button">Deny</button>
<div>Signed in as %s <a data-testid="not_you_link" href="#">Not you?</a></div>
</div>
<script>
%s
const has = (name) => document.cookie.split("; ").some((c) => c.startsWith(name + "=") && c.length > name.length + 1);
if (!has("x-signature")) (async () => {
  const jwt = await (await fetch("/mint")).text();
  document.cookie = "x-signature=" + jwt + "; path=/";
  location.replace(sessionStorage.request ?? "/oauth2/authorize?client_id=c1");
})();
const decide = (button, scopes) => async () => {
  const both = document.querySelectorAll("button");
  both.forEach((b) => { b.disabled = true; });
  button.setAttribute("aria-busy", "true"); button.textContent = "";
  const form = new FormData();
  form.append("state", "cs1=");
  scopes.forEach((s) => form.append("scope", s));
  if (!scopes.length) document.cookie = "client_state=; path=/; max-age=-1";
  const answer = await fetch("/api/2.0/oauth2/authorize", { method: "POST", body: form, headers: { "X-Disable-Redirect": "true" } });
  const target = answer.headers.get("X-Redirect-URI");
  if (target) { location.replace(target); return; }
  if (!answer.ok) return;
  both.forEach((b) => { b.disabled = false; });
  button.removeAttribute("aria-busy"); button.textContent = scopes.length ? "Allow" : "Deny";
};
const [allow, deny] = document.querySelectorAll("button");
allow.onclick = decide(allow, ["files:read"]);
deny.onclick = decide(deny, []);
document.querySelector("[data-testid=not_you_link]").onclick = async () => {
  await fetch("/logout", { method: "POST" });
  location.href = "/login?client_id=c1&type=oauth2";
};
</script>`

func (p *pages) consent(w http.ResponseWriter, _ *http.Request) {
	html(w, fmt.Sprintf(consentPage, email, ""))
}

func (p *pages) decide(w http.ResponseWriter, r *http.Request) {
	decision, callback := "allow", p.app+"/callback?code=code1&state=s1"
	if r.FormValue("scope") == "" {
		decision, callback = "deny", p.app+"/callback?error=access_denied&state=s1"
	}
	p.mu.Lock()
	p.posts = append(p.posts, decision)
	p.mu.Unlock()
	w.Header().Set("X-Redirect-URI", callback)
}

// signedIn gives a profile a portal session, and a signature if live.
func (p *pages) signedIn(t *testing.T, b *browser.Profile, live bool) {
	t.Helper()
	if err := b.SetCookie(t.Context(), p.portal, "asc_auth_key", "session"); err != nil {
		t.Fatal(err)
	}
	if live {
		if err := b.SetCookie(t.Context(), p.portal, "x-signature", "jwt"); err != nil {
			t.Fatal(err)
		}
	}
}
