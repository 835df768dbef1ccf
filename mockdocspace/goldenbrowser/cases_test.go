package goldenbrowser_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/signature"
)

// ask opens an authorization request with some of its text replaced.
func ask(replacements ...string) func(*tab) {
	return func(b *tab) {
		b.t.Helper()
		b.open(b.stage.real(strings.NewReplacer(replacements...).Replace(usual)))
	}
}

// form signs in at the login form.
func form(person, secret string) func(*tab) {
	return func(b *tab) {
		b.t.Helper()
		b.at("/login")
		b.fill("#login_username", person+"@example.test")
		b.fill("#login_password", secret)
		b.click("#login_submit")
	}
}

// press clicks a test id on the page of that path.
func press(path, testID string) func(*tab) {
	return func(b *tab) {
		b.t.Helper()
		b.at(path)
		b.click(`[data-testid="` + testID + `"]`)
	}
}

var (
	allow = press("/login/consent", "consent_allow_button")
	deny  = press("/login/consent", "consent_deny_button")
)

// at waits for a page of the portal at rest, past any bounce.
func (b *tab) at(path string) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		b.settled(0, 0, "")
		if at, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.pathname`)); err == nil && at == path {
			return
		}
	}
	where, _ := chromedp.Run(b.ctx, chromedp.Location())
	b.t.Fatalf("the browser comes to %s and not to %s", where, path)
}

// answers lets the portal's front answer the requests of a path itself.
func answers(method, path string, status int) func(*tab) {
	return func(b *tab) {
		b.stage.refuse = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != method || r.URL.Path != path {
				return false
			}
			w.WriteHeader(status)
			return true
		}
	}
}

func stranger(b *tab)           { b.stage.client = uuid.NewString() }
func janeSession(b *tab)        { session(b, "jane") }
func janeSignedIn(b *tab)       { signedIn(b, "jane") }
func back(b *tab)               { b.do(chromedp.NavigateBack()) }
func disabledApp() scene        { return scene{config: func(c *config.Config) { c.Apps[0].Disabled = true }} }
func minified(c *config.Config) { c.Variant = "minified" }

// badSignature puts a token of somebody else's key into the profile.
func badSignature(b *tab) {
	forged, err := signature.Issue(signature.Key("another secret"), signature.Claims{UserID: people["jane"], Expires: time.Now().Add(signature.Lifetime)})
	if err != nil {
		b.t.Fatal(err)
	}
	b.setCookie("x-signature", forged, signature.Lifetime, false)
}

// tinaSession is a session of a user with a second factor, who has given it before.
func tinaSession(b *tab) {
	b.t.Helper()
	signedIn, err := b.stage.control.SignIn(b.ctx, "tina@example.test", 1)
	if err != nil {
		b.t.Fatal(err)
	}
	b.setCookie(flows.SessionCookie, signedIn.Session, 365*24*time.Hour, true)
}

// signatureOnly is a live signature without a session.
func signatureOnly(b *tab) {
	token := session(b, "jane")
	sign(b, "jane", token, signature.Lifetime)
	b.dropCookie(flows.SessionCookie)
}

const (
	code     = "{rp}/callback?code=<code>&state=rpstate123"
	denied   = "{rp}/callback?error=access_denied&error_uri=https%3A%2F%2Fdatatracker.ietf.org%2Fdoc%2Fhtml%2Frfc6749%23section-4.1.2.1&state=rpstate123"
	consent  = "{portal}/login/consent?type=oauth2&client_id=<client_id>"
	notFound = "{portal}/login/error?oauthMessageKey=client_not_found_error"
	disabled = "{portal}/login/error?oauthMessageKey=client_disabled_error"
	first    = "{portal}/login?type=oauth2&client_id=<client_id>&error=missing_asc_signature_error"
	busy     = `  button {"testid":"consent_allow_button","type":"button","aria_label":"Allow","disabled":true,"aria_busy":"true"}`
)

func all(steps ...func(*tab)) []func(*tab) { return steps }

// cases are those of docs/portal/browser-flow.md §2 to §5 of which there is no
// recording, or one with another beginning.
var cases = map[string]struct {
	scene scene
	do    []func(*tab)
	at    string   // where the browser ends
	sees  []string // lines of the last page
	asks  []string // first lines of requests, in this order, others between
	never []string // first lines of requests that must not be
}{
	"§3.1 minified":                  {scene: scene{config: minified}, do: all(ask(), form("jane", password), allow), at: code},
	"§3.1 used state, back":          {do: all(ask(), form("jane", password), allow, func(b *tab) { b.settled(0, 0, "") }, back), at: consent + "&error=missing_asc_signature_error"},
	"§3.2 signed in, bounce":         {do: all(stranger, janeSession, ask()), at: notFound},
	"§3.2 signed in, live":           {do: all(stranger, janeSignedIn, ask()), at: notFound, never: []string{"navigation GET " + consent}},
	"§3.2 then again":                {do: all(stranger, ask(), form("jane", password), func(b *tab) { b.at("/") }, ask()), at: notFound},
	"§3.2 no client id":              {do: all(janeSignedIn, ask("client_id=<client_id>&", "")), at: "{portal}/login/error?oauthMessageKey=missing_client_id_error"},
	"§3.3 signed in, bounce":         {scene: disabledApp(), do: all(janeSession, ask()), at: disabled},
	"§3.3 signed in, live":           {scene: disabledApp(), do: all(janeSignedIn, ask()), at: disabled},
	"§3.6 wrong key":                 {do: all(janeSession, badSignature, ask()), at: "{portal}/login/error?oauthMessageKey=something_went_wrong_error", sees: []string{"  heading #header Unknown error"}},
	"§3.6 no session":                {do: all(signatureOnly, ask(), form("jane", password), allow), at: code, never: []string{"xhr GET {portal}/api/2.0/security/oauth2/token", "navigation GET " + first}},
	"§3.7 remembered, bounce":        {do: all(ask(), form("jane", password), allow, func(b *tab) { b.settled(0, 0, ""); b.emptyPortal(); session(b, "jane"); b.forget() }, ask()), at: code, never: []string{"navigation GET " + consent}},
	"§3.7 openid, bounce":            {do: all(janeSession, ask("files%3Aread%20rooms%3Aread", "openid")), at: code, never: []string{"navigation GET " + consent}},
	"§3.8 after the bounce":          {do: all(janeSession, ask(), deny), at: denied},
	"§3.8 granted before":            {do: all(ask(), form("jane", password), allow, func(b *tab) { b.settled(0, 0, "") }, ask("rooms%3Aread", "files%3Awrite"), deny), at: code},
	"§3.10 guest":                    {scene: scene{config: func(c *config.Config) { c.Portals[0].Users[1].Type = "guest" }}, do: all(ask(), form("bob", password), allow), at: code},
	"§3.10 disabled user":            {do: all(ask(), form("carl", password)), at: first, sees: []string{"  test id text"}},
	"§3.11 second factor, signed in": {do: all(tinaSession, ask(), allow), at: code},
	"§3.11 second factor, legacy":    {do: all(stranger, ask(), form("tina", password)), at: "{portal}/login", asks: []string{"xhr POST {portal}/api/2.0/authentication", "navigation GET {portal}/"}},
	"§3.11 second factor, legacy, switched off": {
		scene: scene{config: func(c *config.Config) { c.Quirks = map[string]bool{"pages.second-factor-hangs": false} }},
		do:    all(stranger, ask(), form("tina", password)), at: first, sees: []string{"  test id toast"},
	},
	"§4.4 eleventh": {scene: scene{config: func(c *config.Config) { c.Limits = "portal" }}, do: all(ask(), tenSignIns, form("jane", password)), at: first, sees: []string{"  test id text"}},
	"§5.1 back to sign in": {
		scene: scene{several: true}, do: all(func(b *tab) { // asked at the name that all share; one name for it, or either may be printed
			b.stage.origins["portal"] = b.stage.origins["oauth"]
			delete(b.stage.origins, "oauth")
		}, ask(), form("jane", password), press("/login/tenant-list", "back_to_login_button")),
		at: "{portal}/login?type=oauth2&client_id=<client_id>",
	},
	"§5.2 no app's name": {do: all(janeSignedIn, func(b *tab) { pagesGet429(b, "/api/2.0/clients/"+clientID+"/public/info") }, ask()), at: consent, sees: []string{`  button {"testid":"consent_allow_button","text":"Allow","type":"button","aria_label":"Allow"}`}},
	"§5.4 401":           {do: all(janeSignedIn, answers(http.MethodPost, "/api/2.0/oauth2/authorize", 401), ask(), allow), at: "{portal}/login?authError=true", sees: []string{"  test id toast"}, asks: []string{"xhr POST {portal}/api/2.0/authentication/logout"}},
	"§5.4 403":           {do: all(janeSignedIn, answers(http.MethodPost, "/api/2.0/oauth2/authorize", 403), ask(), allow), at: consent, sees: []string{busy}},
	"§5.4 500":           {do: all(janeSignedIn, answers(http.MethodPost, "/api/2.0/oauth2/authorize", 500), ask(), allow), at: consent, sees: []string{busy}},
	"§5.4 mint 401":      {do: all(janeSession, answers(http.MethodGet, "/api/2.0/security/oauth2/token", 401), ask()), at: "{portal}/login?authError=true"},
	"§5.6 wrong key": {do: all(func(b *tab) {
		b.open(b.stage.real("{portal}/confirm/Auth?type=Auth&key=nonsense&encemail=x&referenceUrl={portal}/oauth2/authorize"))
	}), at: "{portal}/confirm/Auth?type=Auth&key=<key>&encemail=<encemail>&referenceUrl={portal}/oauth2/authorize", sees: []string{"  heading #header Something went wrong."}},
	"§2.3 leftover":               {do: all(janeSession, leftover), at: "{portal}/login/error?oauthMessageKey=missing_client_id_error"},
	"§2.3 leftover, switched off": {scene: scene{config: func(c *config.Config) { c.Quirks = map[string]bool{"pages.consent-resets-resume-link": false} }}, do: all(janeSession, leftover), at: code},
	"§2.3 click elsewhere":        {do: all(janeSession, fromTheApp), at: first, sees: []string{"  test id login_button"}},
	"§2.3 click, live":            {do: all(janeSignedIn, fromTheApp, form("jane", password), allow), at: code, never: []string{"navigation GET " + first}},
	"§2.2 signed in at /login":    {do: all(janeSession, func(b *tab) { b.open(b.stage.real("{portal}/login")) }), at: "{portal}/"},
	"§12.1 https, bounce":         {scene: scene{https: true}, do: all(janeSession, ask(), allow), at: code},
	"§12.1 https, deny":           {scene: scene{https: true}, do: all(janeSignedIn, ask(), deny), at: denied},
	"§12.1 https, stale": {
		scene: scene{https: true}, do: all(janeSignedIn, ask(), func(b *tab) {
			b.at("/login/consent")
			b.perform(step{Action: "overwrite cookie client_state with an unknown value"})
		}, allow),
		at: consent, sees: []string{busy},
	},
}

func TestCases(t *testing.T) {
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	launched = true
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, test.scene.https, test.scene.several, test.scene.config)
			withTab(t, s, func(b *tab) {
				b.wait = 4 * time.Second
				for _, do := range test.do {
					do(b)
				}
				b.settled(0, 0, test.at)
				last := b.snapshot("last")
				if last.URL != test.at {
					t.Errorf("the browser ends at %s and not at %s", last.URL, test.at)
				}
				lines := last.lines()
				for _, want := range test.sees {
					if !slices.Contains(lines, want) {
						t.Errorf("%q is not there:\n%s", want, strings.Join(lines, "\n"))
					}
				}
				var asked []string
				for _, x := range s.requests() {
					asked = append(asked, x.lines()[0])
				}
				for _, want := range test.asks {
					if !slices.Contains(asked, want) {
						t.Errorf("there was no %s:\n%s", want, strings.Join(asked, "\n"))
					}
				}
				for _, unwanted := range test.never {
					if slices.Contains(asked, unwanted) {
						t.Errorf("there was %s:\n%s", unwanted, strings.Join(asked, "\n"))
					}
				}
			})
		})
	}
}

// tenSignIns uses the allowance of five minutes up, successes and failures alike.
func tenSignIns(b *tab) {
	b.t.Helper()
	for range 10 {
		form("jane", "wrong")(b)
		b.settled(0, 0, "")
	}
}

// leftover opens the consent page without authorize, after a decision.
func leftover(b *tab) {
	b.t.Helper()
	ask()(b)
	allow(b)
	b.settled(0, 0, "")
	for _, name := range []string{"x-signature", "x-signature-" + people["jane"]} {
		b.dropCookie(name)
	}
	b.forgetStorage()
	b.open(b.stage.real("{portal}/login/consent?type=oauth2&client_id=<client_id>"))
}

// emptyPortal forgets cookies and the portal's storage, wherever the tab is.
func (b *tab) emptyPortal() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		b.t.Fatal(err)
	}
	b.forgetStorage()
}

func (b *tab) forgetStorage() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{
		Origin: b.stage.origins["portal"], StorageTypes: "local_storage",
	}); err != nil {
		b.t.Fatal(err)
	}
}

// fromTheApp follows a link of a page of the app, on another site than the portal.
func fromTheApp(b *tab) {
	b.t.Helper()
	b.open(b.stage.real("{rp}/start"))
	b.settled(0, 0, "{rp}/start")
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[chromedp.Void](`location.href = "`+b.stage.real(usual)+`"`)); err != nil {
		b.t.Fatal(err)
	}
}

// dropCookie takes a cookie out of the profile, of any path.
func (b *tab) dropCookie(name string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, network.DeleteCookies, network.DeleteCookiesParams{Name: name, URL: b.stage.origins["portal"]}); err != nil {
		b.t.Fatal(err)
	}
}
