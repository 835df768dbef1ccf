package hand

import (
	"context"
	"errors"
	"testing"

	"github.com/chromedp/chromedp"

	"docspace-oauth/flows/browser"
)

// Chromium starts a browser that ends with the test. The test is skipped where no
// browser is, and in short mode.
func Chromium(t *testing.T, o browser.Options) *browser.Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	chromium, err := browser.Launch(context.Background(), o)
	if errors.Is(err, browser.ErrNotFound) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = chromium.Close() })
	return chromium
}

// Tab opens a tab with cookies and storage of its own, without anything of the driver
// in its pages. It ends with the test.
func Tab(t *testing.T, b *browser.Browser) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.Context(), chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// InTab runs do with a tab of a browser of its own; the test fails with what it returns.
func InTab(t *testing.T, do func(ctx context.Context) error) {
	t.Helper()
	if err := do(Tab(t, Chromium(t, browser.Options{}))); err != nil {
		t.Fatal(err)
	}
}
