package gallery_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"docspace-oauth/internal/gallery"
	"docspace-oauth/internal/hand"
)

// touchable marks what a person can do something with, in its order, and says how
// much there is: everything that shows and can have the focus, menus' inner items left out.
const touchable = `(() => {
	const all = [...document.querySelectorAll("a[href], button, input, textarea, select, [tabindex='0']")].filter((e) =>
		!e.disabled && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true}) &&
		(!document.querySelector("dialog[open]") || e.closest("dialog[open]")));
	all.forEach((e, i) => { e.dataset.stop = i; });
	document.activeElement.blur();
	return all.length;
})()`

// where names what has the focus: a number of touchable, or nothing.
const where = `document.activeElement?.dataset.stop ?? ""`

// Everything that can be done with a mouse can be reached with the Tab key, in the
// order in which it stands.
func TestTheTabKeyReachesEverything(t *testing.T) {
	stand := open(t, "docspace")
	for _, page := range gallery.Pages() {
		if !slices.Contains([]string{
			"login-for-app", "tenant-list", "consent", "error", "home", "authorized-apps", "console", "register", "edit",
			"dialog-generate", "dialog-auth-button", "demo-app", "demo-app-signed-in",
		}, page.Name) {
			continue
		}
		if err := stand.Visit(t.Context(), page, gallery.Look{Width: 1280, Height: 800}, func(ctx context.Context) error {
			count, err := chromedp.Run(ctx, chromedp.Evaluate[int](touchable))
			if err != nil {
				return err
			}
			if count == 0 {
				t.Errorf("%s: there is nothing to touch", page.Name)
			}
			var stops []string
			for range count + 3 { // some land on the browser's own controls
				if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Tab)); err != nil {
					return err
				}
				at, err := chromedp.Run(ctx, chromedp.Evaluate[string](where))
				if err != nil {
					return err
				}
				stops = append(stops, at)
			}
			reached := map[string]bool{}
			for _, stop := range stops {
				reached[stop] = true
			}
			delete(reached, "")
			if len(reached) != count {
				t.Errorf("%s: the Tab key reaches %d of %d: %s", page.Name, len(reached), count, strings.Join(stops, " "))
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
}

// A dialog keeps the focus inside, ends on Escape, and gives the focus back to
// where it was.
func TestDialogsHoldTheFocus(t *testing.T) {
	stand := open(t, "docspace")
	for _, page := range gallery.Pages() {
		if !strings.HasPrefix(page.Name, "dialog-") && page.Name != "authorized-apps-revoke" && page.Name != "login-recovery" {
			continue
		}
		if err := stand.Visit(t.Context(), page, gallery.Look{Width: 1280, Height: 800}, func(ctx context.Context) error {
			for range 12 {
				if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Tab)); err != nil {
					return err
				}
				outside, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.activeElement === document.body ||
					document.activeElement.closest("dialog[open]") ? "" : document.activeElement.outerHTML`))
				if err != nil {
					return err
				}
				if outside != "" {
					t.Errorf("%s: the focus left the dialog for %s", page.Name, outside)
				}
			}
			h := hand.On(ctx)
			h.Do("press Escape", chromedp.KeyEvent(kb.Escape))
			h.Until(`!document.querySelector("dialog[open]")`)
			h.Until(`document.activeElement !== document.body && document.activeElement.checkVisibility()`)
			return h.Err
		}); err != nil {
			t.Error(err)
		}
	}
}

// A row's menu is worked with the arrow keys and leads back to its button.
func TestTheMenuIsWorkedByKeys(t *testing.T) {
	stand := open(t, "docspace")
	at := slices.IndexFunc(gallery.Pages(), func(p gallery.Page) bool { return p.Name == "console-menu" })
	if err := stand.Visit(t.Context(), gallery.Pages()[at], gallery.Look{Width: 1280, Height: 800}, func(ctx context.Context) error {
		h := hand.On(ctx)
		focused := func(text string) {
			t.Helper()
			h.Until(`document.activeElement.textContent === "` + text + `" && document.activeElement.getAttribute("role") === "menuitem"`)
		}
		press := func(key string) { h.Do("press a key", chromedp.KeyEvent(key)) }
		focused("Edit")
		press(kb.ArrowDown)
		focused("Auth button")
		press(kb.End)
		focused("Delete")
		press(kb.ArrowDown) // around
		focused("Edit")
		press(kb.ArrowUp)
		focused("Delete")
		press(kb.Escape)
		h.Until(`document.querySelector("#menu").hidden && document.activeElement.matches(".dots[aria-expanded=false]")`)
		press(kb.Enter)
		focused("Edit")
		press(kb.End)
		press(kb.Enter)
		h.Shows("#delete-dialog")
		press(kb.Escape)
		h.Until(`document.activeElement.matches('[data-testid="Meeting notes_table_row"] .dots')`)
		return h.Err
	}); err != nil {
		t.Error(err)
	}
}
