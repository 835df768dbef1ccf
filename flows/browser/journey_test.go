package browser_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/flows/browser"
)

// authorize runs a journey that must end at the app.
func authorize(t *testing.T, b *browser.Profile, start string, j browser.Journey) *browser.Result {
	t.Helper()
	result, err := b.Authorize(t.Context(), start, j)
	if err != nil {
		var stuck *browser.Stuck
		if errors.As(err, &stuck) {
			t.Fatal(stuck.Detail())
		}
		t.Fatal(err)
	}
	return result
}

func pagesAre(t *testing.T, result *browser.Result, want ...string) {
	t.Helper()
	// The page of the one-time link may be gone before anybody looks.
	got := slices.DeleteFunc(slices.Clone(result.Pages), func(name string) bool { return name == "confirm" })
	if !slices.Equal(got, want) {
		t.Errorf("pages %v instead of %v", got, want)
	}
}

func TestFreshSignIn(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	j := p.journey()
	j.Screenshots = true
	result := authorize(t, b, p.app+"/start", j)
	pagesAre(t, result, "login", "consent", "callback")
	if result.Callback.Query().Get("code") != "code1" || len(p.seen()) != 1 || len(p.posted()) != 1 {
		t.Errorf("callback %v, %d callbacks, posted %v", result.Callback, len(p.seen()), p.posted())
	}
	if c := result.Consent; c == nil || c.App != "Demo App" || c.User != email || !slices.Equal(c.Scopes, []string{"View all files and folders"}) {
		t.Errorf("consent %+v", result.Consent)
	}
	for _, name := range []string{"login", "consent", "callback"} {
		if !bytes.HasPrefix(result.Pictures[name], []byte("\x89PNG")) {
			t.Errorf("no picture of %s", name)
		}
	}
	if address, err := b.Address(t.Context()); err != nil || address != p.app+"/done" {
		t.Errorf("ended at %s, %v", address, err)
	}
	statuses := 0
	for _, exchange := range result.Exchanges {
		if exchange.Document && exchange.Status == http.StatusFound && exchange.Location != "" {
			statuses++
		}
	}
	if statuses < 3 {
		t.Errorf("exchanges %v", result.Exchanges)
	}
}

func TestDeny(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	j := p.journey()
	j.Decision = browser.Deny
	result := authorize(t, b, p.app+"/start", j)
	pagesAre(t, result, "login", "consent", "callback")
	if result.Callback.Query().Get("error") != "access_denied" || !slices.Equal(p.posted(), []string{"deny"}) {
		t.Errorf("callback %v, posted %v", result.Callback, p.posted())
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	j := p.journey()
	j.Decision = browser.Look
	result := authorize(t, b, p.app+"/start", j)
	if result.Callback != nil || result.Consent == nil || len(p.posted()) != 0 {
		t.Errorf("result %+v, posted %v", result, p.posted())
	}
	j.Decision = browser.Allow // the page is still there: going on means starting anew, signed in
	pagesAre(t, authorize(t, b, p.app+"/start", j), "consent", "callback")
}

func TestAppThatDoesNotListen(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.signedIn(t, b, true)
	j := p.journey()
	j.RedirectURI = "http://localhost:1/callback"
	p.on("POST /api/2.0/oauth2/authorize", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Redirect-URI", j.RedirectURI+"?code=c")
	})
	if result := authorize(t, b, p.request(), j); result.Callback.Query().Get("code") != "c" {
		t.Errorf("callback %v", result.Callback)
	}
}

func TestCustomScheme(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.signedIn(t, b, true)
	j := p.journey()
	j.RedirectURI = "claude://callback"
	p.on("POST /api/2.0/oauth2/authorize", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Redirect-URI", "claude://callback?code=c")
	})
	if result := authorize(t, b, p.request(), j); result.Callback.Query().Get("code") != "c" {
		t.Errorf("callback %v", result.Callback)
	}
}

func TestStartByClick(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	j := p.journey()
	j.Click = "#go"
	pagesAre(t, authorize(t, b, p.app+"/home", j), "start", "login", "consent", "callback")
}

func TestLateScript(t *testing.T) { // a page rendered by the server looks ready before it is
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.on("GET /login", func(w http.ResponseWriter, _ *http.Request) {
		html(w, strings.Replace(fmt.Sprintf(loginForm, `location.href = `+js(p.portal+"/confirm/Auth?referenceUrl="+p.request())+`;`),
			"button.onclick = async", "const late = async", 1)+`<script>setTimeout(() => { button.onclick = late; }, 500)</script>`)
	})
	j := p.journey()
	j.Patience.Click = 600 * time.Millisecond
	pagesAre(t, authorize(t, b, p.app+"/start", j), "login", "consent", "callback")
}

func TestOldSelectors(t *testing.T) { // portals before August 2025 have no test ids
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.signedIn(t, b, true)
	p.on("GET /login/consent", func(w http.ResponseWriter, _ *http.Request) {
		page := fmt.Sprintf(consentPage, email, "")
		for _, id := range []string{"consent_allow_button", "consent_deny_button"} {
			page = strings.Replace(page, id, "button", 1)
		}
		html(w, strings.Replace(page, `data-testid="app_link"`, `class="login-link"`, 1))
	})
	pagesAre(t, authorize(t, b, p.request(), p.journey()), "consent", "callback")
}

func TestTwoUsersAtOnce(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	first, second := profile(t), profile(t)
	results := make(chan error, 2)
	for _, b := range []*browser.Profile{first, second} {
		go func() {
			_, err := b.Authorize(t.Context(), p.app+"/start", p.journey())
			results <- err
		}()
	}
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if len(p.seen()) != 2 {
		t.Errorf("%d callbacks", len(p.seen()))
	}
}

func TestProfilesShareNothing(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	first, second := profile(t), profile(t)
	p.signedIn(t, first, true)
	cookies, err := second.Cookies(t.Context(), p.portal)
	if err != nil || len(cookies) != 0 {
		t.Errorf("cookies %v, %v", cookies, err)
	}
	if cookies, err := first.Cookies(t.Context(), p.portal); err != nil || len(cookies) != 2 {
		t.Errorf("cookies %v, %v", cookies, err)
	}
	if err := first.Forget(t.Context(), p.portal); err != nil {
		t.Fatal(err)
	}
	if cookies, err := first.Cookies(t.Context(), p.portal); err != nil || len(cookies) != 0 {
		t.Errorf("after forgetting: %v, %v", cookies, err)
	}
}

func TestAnotherUserIsSignedIn(t *testing.T) {
	t.Parallel()
	for name, stays := range map[string]bool{"changes": false, "stays": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, b := newPages(t), profile(t)
			p.signedIn(t, b, true)
			user := "bob@docspace.test"
			p.on("GET /login/consent", func(w http.ResponseWriter, _ *http.Request) {
				p.mu.Lock()
				defer p.mu.Unlock()
				html(w, fmt.Sprintf(consentPage, user, ""))
			})
			p.on("POST /logout", func(w http.ResponseWriter, _ *http.Request) {
				p.mu.Lock()
				defer p.mu.Unlock()
				if !stays {
					user = email
				}
				http.SetCookie(w, &http.Cookie{Name: "asc_auth_key", Path: "/", MaxAge: -1})
			})
			result, err := b.Authorize(t.Context(), p.request(), p.journey())
			if stays {
				isStuck(t, err, browser.WrongUser)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			pagesAre(t, result, "consent", "login", "consent", "callback")
		})
	}
}

func TestTenantList(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		names  []string
		wanted string
		reason browser.Reason
	}{
		"by name":      {[]string{"first.example.com", "second.example.com"}, "second.example.com", ""},
		"only one":     {[]string{"first.example.com"}, "", ""},
		"this portal":  {[]string{"first.example.com", "PORTAL"}, "", ""},
		"not there":    {[]string{"first.example.com", "second.example.com"}, "third.example.com", browser.NoSuchPortal},
		"nothing said": {[]string{"first.example.com", "second.example.com"}, "", browser.NoSuchPortal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, b := newPages(t), profile(t)
			chosen := make(chan string, 10)
			p.on("POST /apisystem/portal/signin", func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, `{"link":"/login/tenant-list?clientId=c1"}`)
			})
			p.on("GET /login/tenant-list", func(w http.ResponseWriter, _ *http.Request) {
				rows := ""
				for _, name := range test.names {
					name = strings.Replace(name, "PORTAL", strings.TrimPrefix(p.portal, "http://"), 1)
					rows += `<div class="item" onclick="location.href='/choose?name=` + name + `'"><span data-testid="portal_name_text">` + name + `</span></div>`
				}
				html(w, `<p>Choose your portal</p><div class="items-list">`+rows+`</div>`)
			})
			p.on("GET /choose", func(w http.ResponseWriter, r *http.Request) {
				chosen <- r.URL.Query().Get("name")
				http.Redirect(w, r, "/confirm/Auth?referenceUrl="+p.request(), http.StatusFound)
			})
			j := p.journey()
			j.PortalName = test.wanted
			result, err := b.Authorize(t.Context(), p.app+"/start", j)
			if test.reason != "" {
				isStuck(t, err, test.reason)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			pagesAre(t, result, "login", "tenant-list", "consent", "callback")
			if got := <-chosen; test.wanted != "" && got != test.wanted {
				t.Errorf("chose %s", got)
			}
		})
	}
}

func TestUnknownAddresses(t *testing.T) {
	t.Parallel()
	b := profile(t)
	for _, j := range []browser.Journey{{Portal: "nowhere", RedirectURI: "http://x/"}, {Portal: "http://x"}} {
		if _, err := b.Authorize(t.Context(), "http://x", j); err == nil {
			t.Errorf("%+v: accepted", j)
		}
	}
}

func TestCapturedCallback(t *testing.T) { // nobody needs to resolve or to answer the app's name
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.signedIn(t, b, true)
	j := p.journey()
	j.Captured, j.RedirectURI, j.Patience.Load = true, "https://app.example.test/callback?tenant=*", time.Minute
	p.on("POST /api/2.0/oauth2/authorize", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Redirect-URI", j.RedirectURI+"&code=c")
	})
	result := authorize(t, b, p.request(), j)
	if address, err := b.Address(t.Context()); err != nil || address != result.Callback.String() || result.Callback.Query().Get("code") != "c" {
		t.Errorf("callback %v, the tab shows %s, %v", result.Callback, address, err)
	}
	last := result.Exchanges[len(result.Exchanges)-1]
	if last.Status != http.StatusOK || last.Failure != "" {
		t.Errorf("the app's address was answered %v", last)
	}

	p.signedIn(t, b, true)
	p.on("POST /api/2.0/oauth2/authorize", nil)
	authorize(t, b, p.request(), p.journey()) // the next app answers itself
	if len(p.seen()) != 1 {
		t.Errorf("%d callbacks at an app that is not captured", len(p.seen()))
	}
}
