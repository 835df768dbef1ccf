package mockdocspace_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/hand"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// One click on the start page signs in as somebody, at either portal.
func TestStartPageSignsIn(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	mock := startPortal(t, mockdocspace.Options{})
	for _, tt := range []struct{ portal, email, button string }{
		{mock.URL(), admin, "Sign in as admin@docspace.test at portal 1"},
		{mock.SecondURL(), onBoth, "Sign in as user@docspace.test at portal 2"},
	} {
		p := newProfile(t, chromium)
		p.open(mock.URL() + "/mock/")
		p.until(`document.querySelector('[aria-label="` + tt.button + `"]') !== null`)
		p.until(`document.querySelector('[aria-label="` + tt.button + `"]').click() === undefined`)
		p.until(`location.origin === "` + tt.portal + `" && location.pathname === "/" && document.body.dataset.ready === "true"`)
		p.reads("#user-email", tt.email)
	}
}

// The start page's buttons change the mock, and say so when they can't.
func TestStartPageChangesTheMock(t *testing.T) {
	mock := startPortal(t, mockdocspace.Options{})
	press := func(path string, form url.Values) string {
		t.Helper()
		response, err := http.PostForm(mock.URL()+"/mock/desk/"+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s %v: %d, %v", path, form, response.StatusCode, err)
		}
		return string(body)
	}
	wants := func(page string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(page, part) {
				t.Errorf("the page lacks %q", part)
			}
		}
	}
	wants(press("faults", url.Values{"name": {"pkce.ignores-verifier"}}), "Switch pkce.ignores-verifier off")
	if on, err := mock.Control().Faults(t.Context()); err != nil || len(on) != 1 {
		t.Errorf("faults %+v, %v", on, err)
	}
	wants(press("faults", url.Values{"remove": {"1"}}), "None is on")
	wants(press("faults", url.Values{"name": {"pkce.nonsense"}}), `role="alert"`, "“pkce.nonsense” is no fault")
	wants(press("clock", url.Values{"do": {"freeze"}}), "frozen")
	wants(press("clock", url.Values{"do": {"1h"}}), "away from real time", "frozen")
	wants(press("clock", url.Values{"do": {"resume"}}), "running", "real time")
	wants(press("clock", url.Values{"do": {"soon"}}), "advance by a duration")
	wants(press("sign-in", url.Values{"tenant": {"1"}, "user": {"nobody"}}), "this user cannot sign in")
	wants(press("sign-in", url.Values{"tenant": {"x"}}), "number of a portal")

	// What the page does, pages of other sites must not do.
	for _, header := range []http.Header{{"Origin": {"http://evil.test"}}, {"Sec-Fetch-Site": {"cross-site"}}} {
		for _, path := range []string{"/mock/desk/faults", "/mock/desk/clock", "/mock/desk/sign-in", "/mock/", "/mock/flows", "/mock/flows/events", "/mock/journal/events", "/mock/journal/har"} {
			method := http.MethodGet
			if strings.HasPrefix(path, "/mock/desk/") {
				method = http.MethodPost
			}
			r, err := http.NewRequest(method, mock.URL()+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header = header
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s with %v: %d", method, path, header, response.StatusCode)
			}
		}
	}
}

// The curl lines of the start page work when they are pasted, also a second time.
func TestCurlLinesOfTheStartPage(t *testing.T) {
	for _, program := range []string{"curl", "sh"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	mock := startPortal(t, mockdocspace.Options{})
	response, err := http.Get(mock.URL() + "/mock/")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?s)id="curl-lines">(.*?)</pre>`).FindSubmatch(page)
	if match == nil {
		t.Fatal("the page has no curl lines")
	}
	for range 2 {
		out, err := exec.Command("sh", "-c", html.UnescapeString(string(match[1]))).CombinedOutput()
		if err != nil || !strings.Contains(string(out), `"displayName":"Olivia Owner"`) {
			t.Errorf("%v: %s", err, out)
		}
	}
}

// The live page draws a flow while it happens in another window, decodes its token,
// and says why the portal refuses a code the second time.
func TestLiveJournalDrawsAFlow(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	mock := startPortal(t, mockdocspace.Options{})
	live := newProfile(t, chromium)
	live.open(mock.URL() + "/mock/flows")
	live.until(`document.getElementById("connection").textContent === "live"`)

	callback := app(t)
	if err := mock.AllowRedirectURI(mockdocspace.DemoClientID, callback); err != nil {
		t.Fatal(err)
	}
	visitor := newProfile(t, chromium)
	visitor.open(request(mock.URL(), callback))
	live.until(`document.querySelectorAll(".flow").length === 1 && document.querySelector(".flow svg") !== null`)
	visitor.signIn(owner, mockdocspace.SeedPassword)
	visitor.consents()
	visitor.click("consent_allow_button")
	code := visitor.arrives(callback).Get("code")
	live.until(`document.querySelector(".flow .tag").textContent === "code issued"`)

	exchange := func() int {
		response, err := http.PostForm(mock.URL()+"/oauth2/token", url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
			"client_id": {mockdocspace.DemoClientID}, "client_secret": {mockdocspace.DemoClientSecret},
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	if status := exchange(); status != http.StatusOK {
		t.Fatalf("exchange: %d", status)
	}
	live.until(`document.querySelector(".flow .tag").textContent === "tokens issued"`)
	live.until(`document.querySelector('[data-key="steps"]').open = true`)
	exchange()
	live.until(`document.querySelector(".flow .tag").textContent === "refused"`)
	live.until(`/the code was already used \d+ m?s ago/.test(document.querySelector(".flow > .cause").textContent)`)
	live.until(`document.querySelectorAll(".flow").length === 1 && document.querySelector('[data-key="steps"]').open`)
	live.until(`["app", "browser", "portal"].every((lane) => [...document.querySelectorAll(".flow svg .who")].some((e) => e.textContent === lane))`)
	live.until(`[...document.querySelectorAll(".flow pre")].some((e) => /^Claims of ‹token-\d+›$/.test(e.getAttribute("aria-label")) && JSON.parse(e.textContent).cid === "` + mockdocspace.DemoClientID + `")`)
	if page, err := mock.Control().Journal(t.Context(), control.JournalFilter{App: mockdocspace.DemoClientID, Path: "/oauth2/token", Status: 400}); err != nil || len(page.Exchanges) != 1 || page.Exchanges[0].Cause.Kind != "code.used" {
		t.Errorf("journal %+v, %v", page, err)
	}
}
