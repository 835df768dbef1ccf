package report

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/axe"
	"docspace-oauth/internal/hand"
)

// shown is a report's page in a browser, from a file and without a network.
func shown(t *testing.T, r Report) *browser.Profile {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	dir := t.TempDir()
	if err := WriteAll(dir, r); err != nil {
		t.Fatal(err)
	}
	b := hand.Chromium(t, browser.Options{})
	p, err := b.NewProfile(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Navigate(t.Context(), "file://"+filepath.Join(dir, "report.html")); err != nil {
		t.Fatal(err)
	}
	return p
}

// long is a report with what makes a page wide: long ids, messages, addresses.
func long() Report {
	r := sample()
	for i := range r.Results {
		r.Results[i].ID += "/a-requirement-with-quite-a-long-name"
		r.Results[i].Message += " " + strings.Repeat("x", 400)
		for j := range r.Results[i].Exchanges {
			r.Results[i].Exchanges[j].Offending = r.Results[i].Verdict == Fail
			r.Results[i].Exchanges[j].URL += strings.Repeat("&parameter=value", 40)
		}
	}
	return r
}

// The page has no barriers in light and dark, and needs no scrolling to the side on a
// telephone, a tablet or a screen. With REPORT_PICTURES it leaves pictures there.
func TestPageFitsEverybody(t *testing.T) {
	p := shown(t, long())
	script := axe.Load(t)
	pictures := os.Getenv("REPORT_PICTURES")
	for _, width := range []int64{375, 1024, 1920} {
		for _, scheme := range []string{"light", "dark"} {
			name := fmt.Sprintf("report-%d-%s", width, scheme)
			err := p.Run(t.Context(), func(ctx context.Context) error {
				if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
					Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
				}); err != nil {
					return err
				}
				if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
					Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500,
				}); err != nil {
					return err
				}
				script.Check(t, ctx, name)
				wide, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`))
				if wide > width {
					t.Errorf("%s: the page is %d pixels wide", name, wide)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if pictures != "" {
				png, err := p.Screenshot(t.Context())
				if err == nil {
					err = os.WriteFile(filepath.Join(pictures, name+".png"), png, 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// Whoever has only a keyboard filters, and opens a check and its evidence.
func TestPageWorksByKeyboard(t *testing.T) {
	p := shown(t, long())
	err := p.Run(t.Context(), func(ctx context.Context) error {
		visible := func() int {
			n, err := chromedp.Run(ctx, chromedp.Evaluate[int](`[...document.querySelectorAll("details.check")].filter(d => d.offsetParent !== null).length`))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		all := visible()
		focus := func(selector string) {
			if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).focus()`, selector))); err != nil {
				t.Fatal(err)
			}
		}
		focus(`input[name="text"]`)
		if err := chromedp.Do(ctx, chromedp.KeyEvent("rfc/1/pass")); err != nil {
			return err
		}
		if n := visible(); n != 1 || all < 7 {
			t.Errorf("%d of %d checks are shown after a search", n, all)
		}
		said := func() string {
			text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("output").textContent`))
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		if got, want := said(), fmt.Sprintf("1 of %d checks", all); got != want {
			t.Errorf("the filter says %q instead of %q", got, want)
		}
		// A link leads also to what the filter hides.
		focus(`.attention a`)
		if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
			return err
		}
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.querySelector("output").textContent === ""`)); err != nil {
			return err
		}
		if n := visible(); n != all {
			t.Errorf("%d checks are shown after a link to one that the filter hid", n)
		}
		focus(`input[name="text"]`)
		if err := chromedp.Do(ctx, chromedp.KeyEvent("no such thing")); err != nil {
			return err
		}
		if got := said(); got != "no check fits" || visible() != 0 {
			t.Errorf("the filter says %q of %d checks", got, visible())
		}
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector("form").reset(); document.querySelector("form").dispatchEvent(new Event("input"))`)); err != nil {
			return err
		}
		focus(`details.check[data-verdict="pass"] > summary`)
		if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
			return err
		}
		open, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector('details.check[data-verdict="pass"]').open`))
		if !open {
			t.Error("Enter does not open a check")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// On paper everything stands that has a verdict, dark on light whatever the screen
// is, nothing is cut, and there is no filter.
func TestPageOnPaper(t *testing.T) {
	r := long()
	p := shown(t, r)
	err := p.Run(t.Context(), func(ctx context.Context) error {
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
		}); err != nil {
			return err
		}
		const a4 = 718 // CSS pixels, without margins of a centimetre
		if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: a4, Height: 1046, DeviceScaleFactor: 1,
		}); err != nil {
			return err
		}
		type layout struct {
			Rows, Filter, Cut, Evidence []string
			Background                  string
		}
		got, err := chromedp.Run(ctx, chromedp.Evaluate[layout](`(() => {
			const there = e => e.getClientRects().length > 0;
			const all = selector => [...document.querySelectorAll(selector)];
			return {
				rows: all("details.check > summary").filter(there).map(e => e.parentElement.id),
				filter: all("form").filter(there).map(e => e.outerHTML),
				evidence: all("details.check[open] .offending").filter(there).map(e => e.textContent),
				cut: all("body *").filter(there).filter(e => {
					const box = e.getBoundingClientRect();
					return box.right > innerWidth + 1 || box.left < -1 ||
						(getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1);
				}).map(e => e.tagName + " " + e.className + " " + e.textContent.slice(0, 40)),
				background: getComputedStyle(document.body).backgroundColor,
			};
		})()`))
		if err != nil {
			return err
		}
		if len(got.Rows) != len(r.Results) || len(got.Rows) == 0 {
			t.Errorf("%d of %d rows are printed: %v", len(got.Rows), len(r.Results), got.Rows)
		}
		if len(got.Filter) > 0 || len(got.Cut) > 0 || len(got.Evidence) == 0 || got.Background != "rgb(255, 255, 255)" {
			t.Errorf("printed: %+v", got)
		}
		onlyScreen := false
		printed, err := chromedp.Call(ctx, cdppage.PrintToPDF, cdppage.PrintToPDFParams{PrintBackground: &onlyScreen})
		if err == nil && !bytes.HasPrefix(printed.Data, []byte("%PDF-")) {
			t.Errorf("the printed page begins with %.8q", printed.Data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
