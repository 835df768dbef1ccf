package pages

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

const (
	loginPath   = "/login?type=oauth2&client_id=" + appID
	consentPath = "/login/consent?type=oauth2&client_id=" + appID
	jane        = "asc_auth_key=" + session
)

func TestLoginForm(t *testing.T) {
	f := newFixture(t, nil)
	page := f.get(t, loginPath+"&error=missing_asc_signature_error", "")
	page.want(t, 200,
		"Example Portal", `id="login-form"`, `data-testid="form-wrapper"`, `class="auth-form-container"`, "Sign in",
		"To continue to", `data-testid="app_link" href="https://rp.example.test" target="_blank"`, ">Trace App</a>",
		`alt="client-logo" width="32" height="32" src="data:image/png;base64,iVBORw0KGgo="`,
		`id="login_username" name="login" data-testid="email-input" type="text"`, `autocomplete="username"`, `placeholder="Email"`, `data-testid="email_field"`,
		`id="login_password" name="password" data-testid="text-input" type="password" autocomplete="current-password" placeholder="Password"`,
		`data-testid="password-input"`, `data-testid="password_field_container"`, "password_input_eye_off_icon",
		`<label id="login_remember" class="checkbox" data-testid="remember_checkbox"><input type="checkbox" checked>`, "remember_help_button", "Remember me",
		`id="login_forgot-password-link"`, `data-testid="forgot_password_link"`, "Forgot your password?", `id="forgot-password-modal"`, "Password recovery",
		`id="login_submit"`, `data-testid="login_button" type="button" aria-label="Sign in"`, "NOT FOR PRODUCTION")
	data := page.data(t)
	if data["portalSignIn"] != true || data["clientId"] != appID {
		t.Errorf("data %v", data)
	}
	if hash := data["hash"].(map[string]any); hash["iterations"] != 1000.0 || hash["salt"] != "00ff" || hash["size"] != 256.0 {
		t.Errorf("hash %v", hash)
	}
}

func TestLoginFormWithoutKnownClient(t *testing.T) {
	f := newFixture(t, func(f *fixture) {
		private := f.shelf.apps[appID]
		private.Public = false
		f.shelf.apps["private"] = private
	})
	for _, c := range []struct {
		name, path string
		app        bool // the line about the app
		link       bool
	}{
		{"plain", "/login", false, false},
		{"unknown", "/login?client_id=nobody&type=oauth2", true, false},
		{"private", "/login?client_id=private&type=oauth2", true, true},
		{"only clientId", "/login?clientId=" + appID, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := f.get(t, c.path, "")
			page.want(t, 200, `id="login_submit"`)
			if strings.Contains(page.body, "To continue to") != c.app || strings.Contains(page.body, `data-testid="app_link"`) != c.link {
				t.Errorf("app line or link in\n%s", page.body)
			}
			if page.data(t)["portalSignIn"] != false {
				t.Error("would ask for portals")
			}
		})
	}
}

func TestConsentPage(t *testing.T) {
	f := newFixture(t, nil)
	page := f.get(t, consentPath, jane)
	page.want(t, 200,
		`data-testid="form-wrapper"`, `class="client-logo"`, `data-testid="app_link" href="https://rp.example.test" target="_blank"`,
		"asks for access to this data of <b>your DocSpace account</b>:",
		`<div class="scope-list" data-testid="scope-list">
<div>View basic information about your profile</div>
<div>View and manage all files and folders</div>
<div>View all rooms</div>
<div>View your personal data</div>
</div>`,
		`data-testid="consent_allow_button" type="button" aria-label="Allow">Allow<`, `data-testid="consent_deny_button" type="button" aria-label="Deny">Deny<`,
		"What <b>Jane Roe</b> shares falls under the rules of",
		"Signed in as jane@example.test", `data-testid="not_you_link">Not you?`, `data-testid="avatar"`)
	if n := strings.Count(page.body, `data-testid="terms_of_service_link" href="https://rp.example.test/terms"`); n != 2 {
		t.Errorf("%d links to the terms", n)
	}
	page.wantNot(t, "privacy_policy_link", "app-loader", "nameApp")
	data := page.data(t)
	if data["userId"] != janeID || data["clientId"] != appID || data["autoConsent"] != false {
		t.Errorf("data %v", data)
	}
}

func TestConsentPageOfUnknownClient(t *testing.T) {
	f := newFixture(t, nil)
	page := f.get(t, "/login/consent?type=oauth2&client_id=nobody", jane)
	page.want(t, 200, "{{nameApp}} asks for", "consent_allow_button", "consent_deny_button")
	page.wantNot(t, "app_link", "src=\"data:")
}

func TestConsentShowsScopesOfTheCookieFirst(t *testing.T) {
	f := newFixture(t, nil)
	page := f.get(t, consentPath, jane+"; x-scopes=rooms%3Awrite%3Brooms%3Aread")
	page.want(t, 200, "<div>View and manage all rooms</div>")
	page.wantNot(t, "<div>View all rooms</div>", "<div>View and manage all files and folders</div>")
}

func TestConsentWithoutLiveSession(t *testing.T) {
	portal := newFixture(t, nil)
	fixed := newFixture(t, func(f *fixture) { f.rules = rules.Strict() })
	disabled := newFixture(t, func(f *fixture) {
		u := f.shelf.users[janeID]
		u.Status = store.StatusTerminated
		f.shelf.users[janeID] = u
	})
	for _, cookie := range []string{"", "asc_auth_key=dead", "asc_auth_key=expired", "asc_auth_key=foreign"} {
		page := portal.get(t, consentPath, cookie)
		page.want(t, 500, `data-testid="ErrorContainer"`, `id="header" data-testid="heading">Something went wrong.<`)
		page.wantNot(t, "consent_allow_button", "page-data")
		if page.Header.Get("Set-Cookie") != "" {
			t.Error("the dead cookie does not stay")
		}
		page = fixed.get(t, consentPath, cookie)
		if want := fixed.URL + loginPath; page.StatusCode != 307 || page.Header.Get("Location") != want {
			t.Errorf("fixed, %q: %d %q", cookie, page.StatusCode, page.Header.Get("Location"))
		}
		if (cookie != "") != strings.HasPrefix(page.Header.Get("Set-Cookie"), "asc_auth_key=; expires=") {
			t.Errorf("fixed, %q: Set-Cookie %q", cookie, page.Header.Get("Set-Cookie"))
		}
	}
	disabled.get(t, consentPath, jane).want(t, 500)
}

func TestConsentIsBlankWhenScopesAreRefused(t *testing.T) {
	f := newFixture(t, nil)
	page := f.get(t, consentPath, jane+"; x-signature=nonsense")
	page.want(t, 200)
	page.wantNot(t, "consent_allow_button", "ErrorContainer")
	token, err := signature.Issue(f.key, signature.Claims{UserID: janeID, Expires: time.Now().Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	f.get(t, consentPath, jane+"; x-signature="+token).want(t, 200, "consent_allow_button")
}

func TestQuirksOfTheConsentPage(t *testing.T) {
	f := newFixture(t, func(f *fixture) { f.rules = rules.Strict() })
	const waiting = jane + "; x-redirect-authorization-uri=aHR0cDovL3g="
	page := f.get(t, consentPath, waiting)
	page.want(t, 200, `data-testid="privacy_policy_link" href="https://rp.example.test/policy"`, `data-testid="app-loader"`)
	if n := strings.Count(page.body, "terms_of_service_link"); n != 1 {
		t.Errorf("%d links to the terms", n)
	}
	if before, _, _ := strings.Cut(page.body, "<template"); strings.Contains(before, "consent_allow_button") {
		t.Error("Allow is there before the bounce")
	}
	f.get(t, consentPath, jane).wantNot(t, "app-loader")
	f.get(t, consentPath, waiting+"; x-signature-"+janeID+"=x").wantNot(t, "app-loader")

	mirror := func(data map[string]any) map[string]any { return data["rules"].(map[string]any) }
	all := mirror(newFixture(t, nil).get(t, consentPath, jane).data(t))
	none := mirror(page.data(t))
	for _, quirk := range []string{"bounceDropsAfterScope", "staleScopes", "firstScopeNotFound", "silentStaleConsent"} {
		if all[quirk] != true || none[quirk] != false {
			t.Errorf("%s: %v at the portal, %v when strict", quirk, all[quirk], none[quirk])
		}
	}
}

func TestErrorHeadings(t *testing.T) {
	f := newFixture(t, nil)
	for query, heading := range map[string]string{
		"?oauthMessageKey=client_not_found_error":         "Application could not be found",
		"?oauthMessageKey=client_disabled_error":          "This application is disabled",
		"?oauthMessageKey=client_permission_denied_error": "Access denied",
		"?oauthMessageKey=missing_client_id_error":        "Client ID could not be found",
		"?oauthMessageKey=asc_retrieval_error":            "Something went wrong.",
		"?oauthMessageKey=something_went_wrong_error":     "Unknown error",
		"?oauthMessageKey=missing_asc_signature_error":    "Error",
		"?oauthMessageKey=invalid_scope":                  "Error",
		"":                                                "Expired link",
		"?messageKey=0":                                   "Unknown error",
		"?messageKey=10":                                  "Invalid username or password",
		"?messageKey=99":                                  "Error",
		"?messageKey=x":                                   "Error",
	} {
		f.get(t, "/login/error"+query, "").want(t, 200, `data-testid="ErrorContainer"`, `<h1 id="header" data-testid="heading">`+heading+"</h1>",
			"You will be taken to the <a", `data-testid="invalid_error_link">DocSpace</a> in 10 seconds`)
	}
}

func TestConfirmPage(t *testing.T) {
	for result, text := range map[int]string{1: "Invalid link", 2: "The link has expired.", 3: "Error"} {
		f := newFixture(t, func(f *fixture) { f.link = result })
		page := f.get(t, "/confirm/Auth?type=Auth&key=K&encemail=E", "")
		page.want(t, 500, "ErrorContainer", "Something went wrong.", ">"+text+"<")
		page.wantNot(t, "app-loader")
	}
	newFixture(t, func(f *fixture) { f.link = 7 }).get(t, "/confirm/Auth?type=Auth&key=K", "").want(t, 404)
	f := newFixture(t, nil)
	page := f.get(t, "/confirm/Auth?type=Auth&key=K&encemail=E&referenceUrl=http://x/oauth2/authorize?key=other", "")
	page.want(t, 200, `data-testid="app-loader"`)
	if data := page.data(t); data["email"] != "jane@example.test" || data["key"] != "K" {
		t.Errorf("data %v", data)
	}
	f.get(t, "/confirm/Auth?type=Auth", "").want(t, 500, "ErrorContainer") // the API refuses
}

func TestTenantList(t *testing.T) {
	f := newFixture(t, nil)
	f.get(t, "/login/tenant-list?clientId=X", "").want(t, 500, "Choose your portal", "You have an account at each of these portals.",
		`class="items-list"`, "portal_name_text", "open_portal_icon_button", `data-testid="back_to_login_button"`, "Back to sign in")
	f.get(t, "/login/tenant-list?clientId=X", "", "RSC", "1").want(t, 200)
}

func TestHome(t *testing.T) {
	f := newFixture(t, nil)
	page := f.get(t, "/", jane)
	page.want(t, 200, `<h1 data-testid="heading">Rooms</h1>`, "Jane Roe", "jane@example.test", "Autumn &lt;catalogue&gt;")
	page.wantNot(t, "Secret room")
	dead := f.get(t, "/", "asc_auth_key=dead")
	if dead.StatusCode != 302 || !strings.HasPrefix(dead.Header.Get("Set-Cookie"), "asc_auth_key=; expires=") {
		t.Errorf("dead session: %d %q", dead.StatusCode, dead.Header.Get("Set-Cookie"))
	}
}

func TestAutomaticSignIn(t *testing.T) {
	f := newFixture(t, func(f *fixture) { f.config.AutoLogin, f.config.AutoConsent = "jane@example.test", true })
	link := f.get(t, loginPath, "").data(t)["autoLogin"].(map[string]any)
	stored := slices.Collect(func(yield func(store.Link) bool) {
		for _, l := range f.shelf.links {
			yield(l)
		}
	})
	if len(stored) != 1 || stored[0].UserID != janeID || link["portalLink"] != f.URL+"/confirm/Auth?type=Auth&key="+stored[0].Key+"&encemail=" {
		t.Errorf("link %v, stored %v", link, stored)
	}
	if data := f.get(t, "/login?authError=true", "").data(t); data["autoLogin"] != nil {
		t.Error("a failure is followed by another automatic sign-in")
	}
	if data := f.get(t, consentPath, jane).data(t); data["autoConsent"] != true {
		t.Error("no automatic consent")
	}
	if data := f.get(t, "/login/consent?client_id=nobody", jane).data(t); data["autoConsent"] != false {
		t.Error("automatic consent for an unknown app")
	}
	nobody := newFixture(t, func(f *fixture) { f.config.AutoLogin = "nobody@example.test" })
	if data := nobody.get(t, "/login", "").data(t); data["autoLogin"] != nil {
		t.Error("an unknown user is signed in")
	}
}

func TestHostileTextStaysText(t *testing.T) {
	const evil = `"></script><script>alert(1)</script><img src=x onerror=alert(1)>`
	f := newFixture(t, func(f *fixture) {
		app := f.shelf.apps[appID]
		app.Name, app.WebsiteURL, app.TermsURL, app.Logo = evil, "javascript:alert(1)", "data:text/html,<script>alert(1)</script>", `x" onerror="alert(1)`
		f.shelf.apps[appID] = app
		u := f.shelf.users[janeID]
		u.FirstName, u.Email = evil, evil
		f.shelf.users[janeID] = u
		f.shelf.rooms[0].Title = evil
	})
	escaped := strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E", " ", "%20").Replace(evil)
	for _, path := range []string{
		loginPath, loginPath + "&referenceUrl=" + escaped + "&authError=" + escaped, "/login?client_id=" + escaped,
		consentPath, "/login/consent?client_id=" + escaped, "/login/error?oauthMessageKey=" + escaped, "/login/error?messageKey=" + escaped,
		"/login/tenant-list?clientId=" + escaped, "/confirm/Auth?type=Auth&key=" + escaped, "/" + escaped, "/",
	} {
		cookie := ""
		if path == consentPath || path == "/" || strings.HasPrefix(path, "/login/consent") {
			cookie = jane + "; x-scopes=" + escaped
		}
		page := f.get(t, path, cookie)
		page.wantNot(t, "<script>alert", "<img src=x", "javascript:alert", "data:text/html", `onerror="alert`)
		if n := strings.Count(page.body, "<script"); n > 2 {
			t.Errorf("%s: %d scripts", path, n)
		}
	}
}

func TestFaultReflectsInput(t *testing.T) {
	f := newFixture(t, func(f *fixture) { f.rules.Pages.ReflectInput = true })
	f.get(t, "/login/error?oauthMessageKey=%3Cb%3Ebold", "").want(t, 200, "<b>bold")
}

var inlineCode = regexp.MustCompile(`(?i) on[a-z]+="|<style|style="|<script(?: type="module" src="/static/| type="application/json")?`)

func TestSecurityHeaders(t *testing.T) {
	f := newFixture(t, nil)
	framed := newFixture(t, func(f *fixture) { f.rules.Pages.Frameable = true })
	for path, cookie := range map[string]string{loginPath: "", consentPath: jane, "/login/error": "", "/": jane, "/nowhere": "", "/confirm/Auth?type=Auth&key=1": ""} {
		page := f.get(t, path, cookie)
		h := page.Header
		policy := h.Get("Content-Security-Policy")
		if h.Get("X-Frame-Options") != "DENY" || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s may be framed", path)
		}
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if secret := strings.HasPrefix(path, "/confirm"); secret && h.Get("Referrer-Policy") != "same-origin" || !strings.Contains(h.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: %v", path, h)
		}
		for _, code := range inlineCode.FindAllString(page.body, -1) {
			if !strings.HasPrefix(code, `<script type=`) {
				t.Errorf("%s: %q in the page", path, code)
			}
		}
		if h = framed.get(t, path, cookie).Header; h.Get("X-Frame-Options") != "" || strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors") {
			t.Errorf("%s: the fault does not let others frame it", path)
		}
	}
}

func TestAssets(t *testing.T) {
	f := newFixture(t, nil)
	body := f.get(t, loginPath, "").body
	sources := regexp.MustCompile(`"(/static/[^"]+)"`).FindAllStringSubmatch(body, -1)
	if len(sources) < 3 {
		t.Fatalf("%d assets in the page", len(sources))
	}
	for _, s := range sources {
		asset := f.get(t, s[1], "")
		asset.want(t, 200)
		if kind := asset.Header.Get("Content-Type"); kind == "" || strings.HasPrefix(kind, "text/plain") {
			t.Errorf("%s: %q", s[1], kind)
		}
	}
	for _, path := range []string{"/static/", "/static/pages/other/start.js", assetURL(""), assetURL("../pages.go"), assetURL("missing.js")} {
		if got := f.get(t, path, ""); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}

func TestFaultyAPIEndsInTheErrorScreen(t *testing.T) {
	f := newFixture(t, func(f *fixture) {
		f.config.API = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	})
	f.get(t, "/login", "").want(t, 500, "ErrorContainer")
	f.get(t, "/confirm/Auth?type=Auth&key=1", "").want(t, 500, "ErrorContainer")
}
