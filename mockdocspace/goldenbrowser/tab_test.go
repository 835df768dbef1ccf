package goldenbrowser_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"docspace-oauth/flows/browser"
)

const (
	// patience is how long anything may take; a busy machine takes its time.
	patience = 40 * time.Second
	// rest is how long nothing happens before a page counts as at rest.
	rest = 400 * time.Millisecond
)

var (
	// hooksSource tells what a page's scripts write.
	//go:embed hooks.js
	hooksSource string
	// snapshotSource says what a person can see of a page.
	//go:embed snapshot.js
	snapshotSource string
)

// chromium is the one browser of this package's tests.
var chromium = sync.OnceValues(func() (*browser.Browser, error) {
	secure, plain := httpsAddresses()
	return browser.Launch(context.Background(), browser.Options{
		IgnoreCertificateErrors: true,
		Resolve:                 map[string]string{httpsHost + ":443": secure, httpsHost + ":80": plain},
	})
})

// tab is a profile's tab, with what its pages' scripts did.
type tab struct {
	t     *testing.T
	stage *stage
	ctx   context.Context // of chromedp

	mu     sync.Mutex
	events []step
	last   time.Time // something happened
	pages  []step
	// wait is how long something that was recorded may fail to come about.
	wait time.Duration
}

// withTab runs do in a fresh profile.
func withTab(t *testing.T, s *stage, do func(*tab)) {
	t.Helper()
	b, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.NewProfile(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	err = p.Run(t.Context(), func(ctx context.Context) error {
		b := &tab{t: t, stage: s, ctx: ctx, wait: 12 * time.Second}
		if err := chromedp.Listen(ctx, b.listen); err != nil {
			return err
		}
		if _, err := chromedp.Call(ctx, runtime.AddBinding, runtime.AddBindingParams{Name: "goldenTell"}); err != nil {
			return err
		}
		if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: hooksSource}); err != nil {
			return err
		}
		do(b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// listen runs in the browser's read loop.
func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *runtime.EventBindingCalled:
		var told step
		if event.Name != "goldenTell" || json.Unmarshal([]byte(event.Payload), &told) != nil {
			return
		}
		if told.Kind == "script-open" {
			b.stage.mu.Lock()
			b.stage.opened[told.URL]++
			b.stage.mu.Unlock()
		}
		b.events = append(b.events, told)
	case *network.EventRequestWillBeSent:
		if event.Type == network.ResourceTypeDocument {
			// What goes over the wire is less: an answer's Referrer-Policy takes it away
			// from the redirects behind it. The recordings hold what the browser tells.
			referer, _ := event.Request.Headers["Referer"].(string)
			b.stage.mu.Lock()
			b.stage.referer = append(b.stage.referer, referer)
			b.stage.mu.Unlock()
		}
	case *page.EventFrameNavigated, *page.EventLoadEventFired, *network.EventLoadingFinished:
	default:
		return
	}
	b.last = time.Now()
}

// settled waits until nothing has happened for a while, and the wanted number of
// requests and events was seen, and the address is the wanted one, unless that
// doesn't come about. address is as the recordings write it; "" is any.
func (b *tab) settled(requests, events int, address string) {
	b.t.Helper()
	quiet := time.Now()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		got, idle := b.stage.idle()
		b.mu.Lock()
		if b.last.After(quiet) {
			quiet = b.last
		}
		seen := len(b.events)
		b.mu.Unlock()
		at, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.readyState === "complete" && (!document.body?.dataset.page || !!document.body.dataset.ready) ? location.href : ""`))
		if err != nil || at == "" || !idle {
			quiet = time.Now()
		}
		still := time.Since(quiet)
		if still > rest && got >= requests && seen >= events && (address == "" || b.stage.told(at) == address) || still > b.wait {
			return
		}
	}
	b.t.Errorf("the page does not come to rest")
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// open is what happens when a tester types an address.
func (b *tab) open(address string) {
	b.t.Helper()
	b.stage.mu.Lock()
	b.stage.driven[address] = append(b.stage.driven[address], len(b.stage.seen))
	b.stage.mu.Unlock()
	if _, err := chromedp.Call(b.ctx, page.Navigate, page.NavigateParams{URL: address}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// fill replaces an input's text with key strokes.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.do(chromedp.Focus(chromedp.CSS(selector)))
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[chromedp.Void](`document.activeElement.select()`)); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.KeyEvent(text))
}

// prepared waits until the page's script listens, whatever it waits for.
func (b *tab) prepared() {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ready, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`location.pathname === "/login/consent" && !!document.body?.dataset.ready`)); err == nil && ready {
			return
		}
	}
	b.t.Fatal("the page's script does not run")
}

// perform does what the tester did. A step that it doesn't know is the test's fault.
func (b *tab) perform(s step) {
	b.t.Helper()
	testID := func(id string) string { return `[data-testid="` + id + `"]` }
	word, rest, _ := strings.Cut(s.Action, " ")
	switch {
	case word == "navigate":
		b.open(b.stage.real(s.URL))
	case strings.HasPrefix(s.Action, "click the row of "):
		b.clickRow(strings.TrimPrefix(b.stage.origins[strings.TrimPrefix(s.Action, "click the row of ")], "http://"))
	case word == "click":
		id, _, _ := strings.Cut(rest, " ")
		b.click(testID(id))
	case s.Action == "type password":
		b.fill("#login_password", b.nextPassword())
	case strings.HasPrefix(s.Action, "type e-mail "):
		b.fill("#login_username", strings.TrimPrefix(s.Action, "type e-mail "))
	case s.Action == "press Tab":
		b.do(chromedp.KeyEvent(kb.Tab))
	case s.Action == "press Enter":
		b.do(chromedp.KeyEvent(kb.Enter))
	case strings.HasPrefix(s.Action, "wait until x-signature cookies are gone"):
		for range 200 {
			if gone, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!document.cookie.includes("x-signature")`)); err == nil && gone {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		b.t.Fatal("the signature does not expire")
	case s.Action == "overwrite cookie client_state with an unknown value":
		const unknown = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
		b.stage.mu.Lock()
		b.stage.learn("client_state", unknown)
		b.stage.mu.Unlock()
		if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[chromedp.Void](`document.cookie = "client_state=`+unknown+`; path=/"`)); err != nil {
			b.t.Fatal(err)
		}
	case s.Action == "go back to authorize":
		// The tester's word for the navigation that follows.
	default:
		b.t.Fatalf("the recording does %q: teach perform", s.Action)
	}
}

// clickRow chooses a portal by the name that its row shows.
func (b *tab) clickRow(host string) {
	b.t.Helper()
	names, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll('[data-testid="portal_name_text"]')].map((e) => e.textContent)`))
	if err != nil {
		b.t.Fatal(err)
	}
	i := slices.Index(names, host)
	if i < 0 {
		b.t.Fatalf("no row of %s: %v", host, names)
	}
	b.click(fmt.Sprintf(".items-list > .item:nth-of-type(%d)", i+1))
}

// nextPassword is wrong as often as the journey wants it.
func (b *tab) nextPassword() string {
	if n := wrongPasswords[b.t.Name()[strings.LastIndex(b.t.Name(), "/")+1:]]; n > 0 && len(b.typed()) < n {
		b.events = append(b.events, step{Kind: "typed"})
		return "not " + password
	}
	return password
}

func (b *tab) typed() []step { return strand(b.events, []string{"typed"}) }

// setCookie puts a cookie into the profile by hand.
func (b *tab) setCookie(name, value string, life time.Duration, httpOnly bool) {
	b.t.Helper()
	p := network.SetCookieParams{Name: name, Value: value, URL: b.stage.origins["portal"]}
	p.Expires = cdp.TimeSinceEpoch(time.Now().Add(life).Unix())
	if httpOnly {
		only, secure := true, strings.HasPrefix(p.URL, "https:")
		p.HTTPOnly, p.SameSite, p.Secure = &only, network.CookieSameSiteStrict, &secure
		if secure {
			p.SameSite = network.CookieSameSiteNone
		}
	}
	b.stage.mu.Lock()
	b.stage.learn(name, value)
	b.stage.mu.Unlock()
	if _, err := chromedp.Call(b.ctx, network.SetCookie, p); err != nil {
		b.t.Fatal(err)
	}
}

// empty forgets cookies and storage.
func (b *tab) empty() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		b.t.Fatal(err)
	}
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[chromedp.Void](`localStorage.clear(); sessionStorage.clear()`)); err != nil {
		b.t.Fatal(err)
	}
}

// snapshot is the page as it stands.
func (b *tab) snapshot(name string) step {
	b.t.Helper()
	seen, err := chromedp.Run(b.ctx, chromedp.Evaluate[step](snapshotSource))
	if err != nil {
		b.t.Fatal(err)
	}
	seen.Kind, seen.Name = "page", name
	history, err := chromedp.Call(b.ctx, page.GetNavigationHistory, cdp.Empty{})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, entry := range history.Entries[:history.CurrentIndex+1] {
		if entry.URL != "about:blank" {
			seen.History = append(seen.History, entry.URL)
		}
	}
	seen.Cookies = b.cookies()
	return b.stage.normalised(seen)
}

// cookies are all that the profile holds.
func (b *tab) cookies() (all []cookie) {
	b.t.Helper()
	got, err := chromedp.CallBrowser(b.ctx, storage.GetCookies, storage.GetCookiesParams{
		BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range got.Cookies {
		kept := cookie{
			Name: c.Name, Host: "{" + b.hostName(c.Domain) + " host}", Path: c.Path, HTTPOnly: c.HTTPOnly, Secure: c.Secure,
			SameSite: string(c.SameSite), Life: lifeOf(c), Value: c.Value,
		}
		if kept.SameSite == "" {
			kept.SameSite = string(network.CookieSameSiteLax)
		}
		if c.Name == "x-redirect-authorization-uri" {
			kept.Value = b.stage.decoded(c.Value)
		}
		all = append(all, kept)
	}
	return all
}

// hostName is the name of the placeholder for a host.
func (b *tab) hostName(host string) string {
	for _, name := range []string{"portal", "oauth", "first", "second", "third"} {
		if u, err := url.Parse(b.stage.origins[name]); err == nil && u.Hostname() == host {
			return name
		}
	}
	return host
}

// lifeOf writes a lifetime as the recordings do. Chromium keeps nothing for more than
// 400 days.
func lifeOf(c *network.Cookie) string {
	if c.Session {
		return "session"
	}
	left := time.Until(time.UnixMilli(int64(c.Expires * 1000)))
	if left > 300*24*time.Hour {
		return "1 year"
	}
	return fmt.Sprintf("%.0f min", math.Round(left.Minutes()))
}

// scriptSteps are what scripts did so far, and what the documents held before.
func (b *tab) scriptSteps() (all []step) {
	b.mu.Lock()
	events := slices.Clone(b.events)
	b.mu.Unlock()
	for _, e := range events {
		if e.Kind == "typed" || strings.HasPrefix(e.Cookie, "system_theme=") { // the recordings leave the theme out
			continue
		}
		if e.Kind == "html-parsed" && strings.HasPrefix(e.URL, b.stage.origins["rp"]) {
			continue // the app's own
		}
		e.ScriptVisibleCookies = slices.DeleteFunc(e.ScriptVisibleCookies, func(name string) bool { return name == "system_theme" })
		all = append(all, b.stage.normalised(e))
	}
	return all
}
