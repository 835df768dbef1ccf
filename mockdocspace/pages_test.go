package mockdocspace_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/hand"
	"docspace-oauth/mockdocspace"
)

const (
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // RFC 7636 Appendix B
	admin     = "admin@docspace.test"
	owner     = "owner@docspace.test"
	onBoth    = "user@docspace.test" // a person of both portals

	// patience is how long a page may take before the test gives up.
	patience = 20 * time.Second
)

func startPortal(t *testing.T, o mockdocspace.Options) *mockdocspace.Portal {
	t.Helper()
	p, err := mockdocspace.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close the portal: %v", err)
		}
	})
	return p
}

// app is where authorizations end: its pages show nothing.
func app(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<!DOCTYPE html><title>app</title>")
	}))
	t.Cleanup(server.Close)
	return server.URL + "/callback"
}

// profile is a browser profile of its own, with one tab.
type profile struct {
	*testing.T
	ctx context.Context
}

func newProfile(t *testing.T, chromium *browser.Browser) profile {
	t.Helper()
	return profile{t, hand.Tab(t, chromium)}
}

func (p profile) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.Fatalf("%v\nat %s", err, p.where())
	}
}

func (p profile) open(address string) {
	p.Helper()
	p.do(chromedp.Navigate(address))
}

// until waits for a JavaScript expression to be true; pages may come and go meanwhile.
func (p profile) until(condition string) {
	p.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](condition)); err == nil && ok {
			return
		}
		if time.Now().After(end) {
			text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
			p.Fatalf("%s is not so at %s:\n%s", condition, p.where(), text)
		}
	}
}

// shows waits until a visible element matches the selector.
func (p profile) shows(selector string) {
	p.Helper()
	p.until(fmt.Sprintf(`document.querySelector(%q)?.checkVisibility({visibilityProperty: true})`, selector))
}

// reads waits until the element holds exactly this text.
func (p profile) reads(selector, text string) {
	p.Helper()
	p.until(fmt.Sprintf(`document.querySelector(%q)?.innerText.trim() === %q`, selector, text))
}

func (p profile) where() string {
	address, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.href`))
	return address
}

// arrives waits until the tab is at an address with that beginning, and returns its query.
func (p profile) arrives(prefix string) url.Values {
	p.Helper()
	p.until(fmt.Sprintf(`location.href.startsWith(%q)`, prefix))
	at, err := url.Parse(p.where())
	if err != nil {
		p.Fatal(err)
	}
	return at.Query()
}

// signIn fills in the login form and submits it.
func (p profile) signIn(email, password string) {
	p.Helper()
	p.shows(`#login_submit`)
	p.fill(`#login_username`, email)
	p.fill(`#login_password`, password)
	p.do(chromedp.Click(chromedp.CSS(`#login_submit`)))
}

// fill types text over what the input holds.
func (p profile) fill(selector, text string) {
	p.Helper()
	p.do(
		chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).select()`, selector)),
		chromedp.KeyEvent(text),
	)
}

// consents waits for the consent page proper, past the bounce.
func (p profile) consents() {
	p.Helper()
	p.until(`location.pathname === "/login/consent" && !location.search.includes("error=") &&
		/client_state=./.test(document.cookie) && /(^|; )x-signature=./.test(document.cookie) &&
		document.body.dataset.ready && document.querySelector('[data-testid="consent_allow_button"]')?.disabled === false`)
}

func (p profile) click(testid string) {
	p.Helper()
	p.do(chromedp.Click(chromedp.CSS(`[data-testid="` + testid + `"]`)))
}

// signedIn gives the profile a session without a signature, as an earlier visit leaves it.
func (p profile) signedIn(portal, email string) {
	p.Helper()
	p.open(portal + "/login")
	p.signIn(email, mockdocspace.SeedPassword)
	p.until(`location.pathname === "/"`)
}

func (p profile) cookies() map[string]*network.Cookie {
	p.Helper()
	got, err := chromedp.Call(p.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		p.Fatal(err)
	}
	byName := map[string]*network.Cookie{}
	for _, cookie := range got.Cookies {
		byName[cookie.Name] = cookie
	}
	return byName
}

// request is an authorize URL with scope last, as apps must send it (browser-flow.md §2.4).
func request(portal, redirect string) string {
	return portal + "/oauth2/authorize?response_type=code&client_id=" + mockdocspace.DemoClientID +
		"&redirect_uri=" + url.QueryEscape(redirect) + "&state=state-1&code_challenge=" + challenge +
		"&code_challenge_method=S256&scope=files%3Aread%20rooms%3Aread"
}

// scopeBeforeState is a request in the order of golang.org/x/oauth2.
func scopeBeforeState(portal, redirect string) string {
	before, after, _ := strings.Cut(request(portal, redirect), "&state=state-1")
	return before + after + "&state=state-1"
}

func TestJourneysInTheBrowser(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	portal := startPortal(t, mockdocspace.Options{})
	callback := app(t)

	granted := func(t *testing.T, answer url.Values) {
		t.Helper()
		if answer.Get("code") == "" || answer.Get("state") != "state-1" {
			t.Errorf("the app got %v", answer)
		}
	}

	t.Run("fresh sign-in", func(t *testing.T) {
		p := newProfile(t, chromium)
		p.open(request(portal.URL(), callback))
		p.reads(`[data-testid="app_link"]`, "Demo App")
		p.signIn(admin, mockdocspace.SeedPassword)
		p.consents()
		p.reads(`[data-testid="scope-list"]`, "View all files and folders\nView all rooms")
		p.reads(`.who`, "Signed in as "+admin)
		cookies := p.cookies()
		if c := cookies["x-scopes"]; c == nil || c.Value != "files%3Aread%3Brooms%3Aread" {
			t.Errorf("x-scopes is %+v", c)
		}
		if c := cookies["x-url"]; c == nil || !strings.HasPrefix(c.Value, url.QueryEscape(portal.URL()+"/oauth2/authorize?response_type=code&")) || !strings.HasSuffix(c.Value, "S256") {
			t.Errorf("x-url is %+v", c)
		}
		if c := cookies["asc_auth_key"]; c == nil || !c.HTTPOnly || c.SameSite != network.CookieSameSiteStrict {
			t.Errorf("asc_auth_key is %+v", c)
		}
		if c := cookies["x-redirect-authorization-uri"]; c != nil {
			t.Error("the consent page has not taken the authorize URL over")
		}
		p.click("consent_allow_button")
		granted(t, p.arrives(callback))
	})

	t.Run("deny", func(t *testing.T) {
		p := newProfile(t, chromium)
		p.signedIn(portal.URL(), owner)
		p.open(request(portal.URL(), callback))
		p.consents()
		p.click("consent_deny_button")
		answer := p.arrives(callback)
		if answer.Get("error") != "access_denied" || answer.Get("state") != "state-1" || answer.Has("code") {
			t.Errorf("the app got %v", answer)
		}
		if _, kept := p.cookies()["client_state"]; kept {
			t.Error("client_state outlives the denial")
		}
	})

	t.Run("signed in: the bounce keeps what stands before scope", func(t *testing.T) {
		p := newProfile(t, chromium)
		p.signedIn(portal.URL(), "roomadmin@docspace.test")
		p.open(request(portal.URL(), callback))
		p.consents()
		p.click("consent_allow_button")
		granted(t, p.arrives(callback))
	})

	t.Run("signed in: the bounce drops what stands after scope", func(t *testing.T) {
		p := newProfile(t, chromium)
		p.signedIn(portal.URL(), "guest@docspace.test")
		p.open(scopeBeforeState(portal.URL(), callback))
		p.consents()
		p.click("consent_allow_button")
		if answer := p.arrives(callback); answer.Get("code") == "" || answer.Has("state") {
			t.Errorf("the app got %v", answer)
		}
	})

	t.Run("signed in: the strict profile's bounce drops nothing", func(t *testing.T) {
		strict := startPortal(t, mockdocspace.Options{Profile: "strict"})
		p := newProfile(t, chromium)
		p.signedIn(strict.URL(), owner)
		p.open(scopeBeforeState(strict.URL(), callback))
		p.consents()
		p.click("consent_allow_button")
		granted(t, p.arrives(callback))
	})

	t.Run("wrong password", func(t *testing.T) {
		p := newProfile(t, chromium)
		p.open(request(portal.URL(), callback))
		p.signIn(owner, "wrong")
		p.reads(`[data-testid="email_field"] .field-error`, "Invalid login or password.")
		p.until(`document.querySelectorAll('input[data-error="true"]').length === 2 && !document.querySelector("#login_submit").disabled`)
		if _, signedIn := p.cookies()["asc_auth_key"]; signedIn {
			t.Error("there is a session")
		}
		p.fill(`#login_password`, mockdocspace.SeedPassword+kb.Enter)
		p.consents()
	})

	t.Run("not you", func(t *testing.T) {
		p := newProfile(t, chromium)
		p.open(request(portal.URL(), callback))
		p.signIn("admin@docspace.test", mockdocspace.SeedPassword)
		p.until(`location.href.startsWith(` + fmt.Sprintf("%q", callback) + `)`) // consented in another profile
		p.open(strings.Replace(request(portal.URL(), callback), "files%3Aread", "files%3Awrite", 1))
		p.consents()
		p.click("not_you_link")
		p.until(`location.pathname === "/login"`)
		p.signIn(owner, mockdocspace.SeedPassword)
		p.consents()
		p.reads(`.who`, "Signed in as "+owner)
		p.reads(`[data-testid="scope-list"]`, "View and manage all files and folders\nView all rooms")
		p.click("consent_allow_button")
		granted(t, p.arrives(callback))
	})

	t.Run("two portals", func(t *testing.T) {
		p := newProfile(t, chromium)
		p.open(request(portal.URL(), callback))
		p.signIn(onBoth, mockdocspace.SeedPassword)
		p.until(`location.pathname === "/login/tenant-list" && document.querySelectorAll(".items-list .item").length === 2`)
		second := strings.TrimPrefix(portal.SecondURL(), "http://")
		p.do(chromedp.Click(chromedp.Search(`//*[@data-testid="portal_name_text"][text()="` + second + `"]`)))
		p.consents()
		if at := p.where(); !strings.HasPrefix(at, portal.SecondURL()+"/") {
			t.Errorf("the consent page is at %s", at)
		}
		p.click("consent_allow_button")
		granted(t, p.arrives(callback))
	})

	t.Run("unknown app: the sign-in ends at the portal", func(t *testing.T) {
		p := newProfile(t, chromium)
		p.open(strings.Replace(request(portal.URL(), callback), mockdocspace.DemoClientID, "22222222-2222-4222-8222-222222222222", 1))
		p.signIn(owner, mockdocspace.SeedPassword)
		p.until(`location.pathname === "/"`)
		p.open(strings.Replace(request(portal.URL(), callback), mockdocspace.DemoClientID, "22222222-2222-4222-8222-222222222222", 1))
		p.until(`location.pathname === "/login/error"`)
		p.reads(`#header`, "Application could not be found")
	})
}

// Each switch spares the visitor one page; both together spare him all.
func TestPagesWithoutHands(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	for name, tt := range map[string]struct {
		options mockdocspace.Options
		hands   func(profile)
	}{
		"login":   {mockdocspace.Options{AutoLogin: owner}, func(p profile) { p.consents(); p.click("consent_allow_button") }},
		"consent": {mockdocspace.Options{AutoConsent: true}, func(p profile) { p.signIn(owner, mockdocspace.SeedPassword) }},
		"both":    {mockdocspace.Options{AutoLogin: owner, AutoConsent: true}, func(profile) {}},
	} {
		t.Run(name, func(t *testing.T) {
			portal := startPortal(t, tt.options)
			callback := app(t)
			p := newProfile(t, chromium)
			p.open(request(portal.URL(), callback))
			tt.hands(p)
			answer := p.arrives(callback)
			if answer.Get("code") == "" || answer.Get("state") != "state-1" {
				t.Errorf("the app got %v", answer)
			}
		})
	}
}
