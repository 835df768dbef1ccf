package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// Profile is a user's own browser: a tab with its own cookies and storage. Use it
// from one goroutine at a time; several profiles of one browser run side by side.
type Profile struct {
	ctx    context.Context // of chromedp, for the whole life of the tab
	cancel context.CancelFunc
	record *recorder
	// changed gets a value when the browser reported something that may change
	// what the driver would do; further reports are dropped until it is read.
	changed chan struct{}
	gone    <-chan struct{} // the tab was closed or crashed
	// captured is the beginning of the addresses that the driver answers, "" for none.
	captured string
	ask      func(task string) // Options.Ask
	patience Patience          // of journeys that bring none
}

// NewProfile opens an empty profile. It ends with Close or with the browser; ctx
// bounds only the opening.
func (b *Browser) NewProfile(ctx context.Context) (*Profile, error) {
	p := &Profile{changed: make(chan struct{}, 1), record: newRecorder(), ask: b.ask, patience: b.patience}
	p.ctx, p.cancel = chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.listen))
	opened := make(chan error, 1)
	go func() { opened <- p.open() }()
	var err error
	select {
	case err = <-opened:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		p.cancel()
		return nil, fmt.Errorf("open browser profile: %w", err)
	}
	return p, nil
}

// bindingName is the function by which a page's observer calls the driver. It
// exists only in a world of its own, out of the page's sight.
const (
	bindingName = "docspaceDriverChanged"
	worldName   = "docspace-driver"
)

// open creates the tab and installs the observer in every document it will load.
func (p *Profile) open() error {
	if err := chromedp.Do(p.ctx); err != nil {
		return err
	}
	gone, err := chromedp.Detached(p.ctx)
	if err != nil {
		return err
	}
	p.gone = gone
	if _, err := chromedp.Call(p.ctx, runtime.AddBinding, runtime.AddBindingParams{
		Name: bindingName, ExecutionContextName: worldName,
	}); err != nil {
		return fmt.Errorf("add binding: %w", err)
	}
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: strings.ReplaceAll(observerSource, "BINDING", bindingName), WorldName: worldName,
	}); err != nil {
		return fmt.Errorf("install observer: %w", err)
	}
	return nil
}

// listen runs in the tab's read loop: it must return at once.
func (p *Profile) listen(event any) {
	switch event := event.(type) {
	case *page.EventJavascriptDialogOpening:
		// A dialog stops the page until it is answered.
		go func() {
			_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		}()
	case *fetch.EventRequestPaused:
		go p.answerCaptured(event)
		return
	case *page.EventFrameNavigated, *page.EventNavigatedWithinDocument, *page.EventLoadEventFired,
		*page.EventDomContentEventFired, *page.EventFrameStoppedLoading:
	case *runtime.EventBindingCalled:
		if event.Name != bindingName {
			return
		}
	default:
		if !p.record.event(event) {
			return
		}
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// Run calls do with a context for chromedp actions on the profile's tab. The
// context ends with ctx and with the profile.
func (p *Profile) Run(ctx context.Context, do func(ctx context.Context) error) error {
	tab, cancel := context.WithCancelCause(p.ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	defer stop()
	err := do(tab)
	if err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w (%w)", err, ctx.Err())
	}
	return err
}

// Navigate opens an address and returns when the page is loaded.
func (p *Profile) Navigate(ctx context.Context, address string) error {
	return p.Run(ctx, func(ctx context.Context) error {
		if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
			return fmt.Errorf("open %s: %w", redacted(address), err)
		}
		return nil
	})
}

// Address is where the tab is.
func (p *Profile) Address(ctx context.Context) (address string, err error) {
	err = p.Run(ctx, func(ctx context.Context) error {
		address, err = chromedp.Run(ctx, chromedp.Location())
		return err
	})
	return address, err
}

// Screenshot is a PNG of what the tab shows.
func (p *Profile) Screenshot(ctx context.Context) (png []byte, err error) {
	err = p.Run(ctx, func(ctx context.Context) error {
		png, err = chromedp.Run(ctx, chromedp.CaptureScreenshot())
		return err
	})
	return png, err
}

// Cookies are all cookies that an address would get, HttpOnly ones too.
func (p *Profile) Cookies(ctx context.Context, address string) (cookies []*network.Cookie, err error) {
	err = p.Run(ctx, func(ctx context.Context) error {
		got, err := chromedp.Call(ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{address}})
		cookies = got.Cookies
		return err
	})
	return cookies, err
}

// SetCookie stores a cookie for an address, as a page there would.
func (p *Profile) SetCookie(ctx context.Context, address, name, value string) error {
	return p.KeepCookie(ctx, address, &http.Cookie{Name: name, Value: value})
}

// sameSite are Chromium's names.
var sameSite = map[http.SameSite]network.CookieSameSite{
	http.SameSiteStrictMode: network.CookieSameSiteStrict, http.SameSiteLaxMode: network.CookieSameSiteLax, http.SameSiteNoneMode: network.CookieSameSiteNone,
}

// KeepCookie stores a cookie that address has set, with who may read and send it.
func (p *Profile) KeepCookie(ctx context.Context, address string, cookie *http.Cookie) error {
	return p.Run(ctx, func(ctx context.Context) error {
		kept := network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: address, SameSite: sameSite[cookie.SameSite]}
		if cookie.Secure {
			kept.Secure = &cookie.Secure
		}
		if cookie.HttpOnly {
			kept.HTTPOnly = &cookie.HttpOnly
		}
		_, err := chromedp.Call(ctx, network.SetCookie, kept)
		return err
	})
}

// Forget removes all cookies, and the storage of the given origins.
func (p *Profile) Forget(ctx context.Context, origins ...string) error {
	return p.Run(ctx, func(ctx context.Context) error {
		if _, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
			return err
		}
		for _, origin := range origins {
			if _, err := chromedp.Call(ctx, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{
				Origin: origin, StorageTypes: "local_storage",
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Exchanges are the document and script requests of this profile so far, oldest
// first, as they were: with codes, states and cookies' consequences in the
// addresses. Redact before showing.
func (p *Profile) Exchanges() []Exchange { return p.record.all() }

// Close closes the tab and forgets the profile.
func (p *Profile) Close() error {
	err := chromedp.Cancel(p.ctx)
	p.cancel()
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("close browser profile: %w", err)
	}
	return nil
}
