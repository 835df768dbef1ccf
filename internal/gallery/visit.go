package gallery

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"docspace-oauth/flows/browser"
)

// patience is how long a step may take before the visit fails.
const patience = 40 * time.Second

// Look is how a page is shown.
type Look struct {
	Width, Height int64
	Dark          bool
}

// Visit opens a profile of its own, brings it to the page and calls do with the
// tab's context, for chromedp.
func (s *Stand) Visit(ctx context.Context, p Page, look Look, do func(ctx context.Context) error) error {
	profile, err := s.chromium.NewProfile(ctx)
	if err != nil {
		return err
	}
	defer profile.Close()
	if err := profile.Run(ctx, func(ctx context.Context) error {
		if err := look.apply(ctx); err != nil {
			return err
		}
		t := &tour{stand: s, profile: profile, ctx: ctx}
		if p.user != "" {
			t.signIn(p.user)
		}
		p.show(t)
		if t.err != nil {
			return t.err
		}
		return do(ctx)
	}); err != nil {
		return fmt.Errorf("page %s: %w", p.Name, err)
	}
	return nil
}

func (l Look) apply(ctx context.Context) error {
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(l.Width, l.Height)); err != nil {
		return err
	}
	theme := "light"
	if l.Dark {
		theme = "dark"
	}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	return err
}

// tour is the way to a page; after a step that failed the others do nothing.
type tour struct {
	stand   *Stand
	profile *browser.Profile
	ctx     context.Context // of the tab
	err     error
}

// signIn gives the profile a user's session, without the login page.
func (t *tour) signIn(email string) {
	if t.err != nil {
		return
	}
	portal := t.stand.Portal
	signedIn, err := portal.Control().SignIn(t.ctx, email, 0)
	if err == nil {
		err = t.profile.SetCookie(t.ctx, portal.URL(), "asc_auth_key", signedIn.Session)
	}
	if err != nil {
		t.err = fmt.Errorf("sign %s in: %w", email, err)
	}
}

// open goes to a path of the portal, or to an address.
func (t *tour) open(path string) {
	if path[0] == '/' {
		path = t.stand.Portal.URL() + path
	}
	t.do("open "+path, chromedp.Navigate(path))
}

// press clicks the first visible match of a selector, once it is there.
func (t *tour) press(selector string) {
	t.until(fmt.Sprintf(`(() => {
		const ready = !document.querySelector("body[data-page]:not([data-ready])");
		const found = [...document.querySelectorAll(%q)].find((e) => ready && e.checkVisibility({visibilityProperty: true}));
		found?.focus();
		found?.click();
		return found;
	})()`, selector))
}

// id is the selector of a test id.
func id(testid string) string { return `[data-testid="` + testid + `"]` }

// option opens an app's menu and chooses from it.
func (t *tour) option(row, testid string) {
	t.press(id(row) + ` .dots`)
	if testid != "" {
		t.press(id(testid))
	}
}

// write fills an input as a person would.
func (t *tour) write(selector, text string) {
	t.until(fmt.Sprintf(`!document.querySelector("body[data-page]:not([data-ready])") &&
		(() => { const e = document.querySelector(%q); e?.focus(); e?.select(); return e && document.activeElement === e; })()`, selector))
	t.do("write into "+selector, chromedp.KeyEvent(text))
}

// shows waits for a visible match of a selector.
func (t *tour) shows(selector string) {
	t.until(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.checkVisibility({visibilityProperty: true}))`, selector))
}

// until waits for a JavaScript expression to be true; pages may come and go meanwhile.
func (t *tour) until(condition string) {
	for end := time.Now().Add(patience); t.err == nil; {
		if ok, err := chromedp.Run(t.ctx, chromedp.Evaluate[bool](`Boolean(`+condition+`)`)); err == nil && ok {
			return
		}
		if time.Now().After(end) {
			at, _ := chromedp.Run(t.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
			t.err = fmt.Errorf("%s is not so at %s", condition, at)
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-t.ctx.Done():
			t.err = t.ctx.Err()
		}
	}
}

func (t *tour) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	if t.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.err = fmt.Errorf("%s: %w", what, err)
	}
}
