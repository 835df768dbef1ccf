// Package hand touches pages as a person does: it waits for what it wants to touch.
package hand

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a step may take before it fails.
const patience = 60 * time.Second

// Hand works on one tab. After a step that failed the others do nothing, and Err
// says what it was.
type Hand struct {
	Err error
	ctx context.Context
}

// On is a hand on the tab of ctx, a context of chromedp.
func On(ctx context.Context) *Hand { return &Hand{ctx: ctx} }

// ID is the selector of a test id.
func ID(testid string) string { return `[data-testid="` + testid + `"]` }

// ready is true unless the page's script has still to start; a page that is none of
// the mock's is always ready.
const ready = `!document.querySelector("body[data-page]:not([data-ready])")`

// Open goes to an address.
func (h *Hand) Open(address string) { h.Do("open "+address, chromedp.Navigate(address)) }

// Press clicks the first visible match of a selector, once it is there.
func (h *Hand) Press(selector string) {
	h.Until(fmt.Sprintf(`%s && (() => {
		const found = [...document.querySelectorAll(%q)].find((e) => e.checkVisibility({visibilityProperty: true}));
		if (!found || found.disabled) return false;
		found.focus();
		found.click();
		return true;
	})()`, ready, selector))
}

// Write types over what an input holds.
func (h *Hand) Write(selector, text string) {
	h.Until(fmt.Sprintf(`%s && (() => {
		const found = document.querySelector(%q);
		found?.focus();
		found?.select();
		return found && document.activeElement === found;
	})()`, ready, selector))
	h.Do("write into "+selector, chromedp.KeyEvent(text))
}

// Attach chooses a file.
func (h *Hand) Attach(selector, file string) {
	h.Until(ready)
	h.Do("attach "+file, chromedp.SetUploadFiles(chromedp.CSS(selector), []string{file}))
}

// Shows waits for a visible match of a selector.
func (h *Hand) Shows(selector string) {
	h.Until(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.checkVisibility({visibilityProperty: true}))`, selector))
}

// Reads waits until an element holds exactly this text.
func (h *Hand) Reads(selector, text string) {
	h.Until(fmt.Sprintf(`document.querySelector(%q)?.innerText.trim() === %q`, selector, text))
}

// Value is a JavaScript expression's value as text.
func (h *Hand) Value(expression string) string {
	if h.Err != nil {
		return ""
	}
	value, err := chromedp.Run(h.ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
	if err != nil {
		h.Err = fmt.Errorf("%s: %w", expression, err)
	}
	return value
}

// Until waits for a JavaScript expression to be true; pages may come and go meanwhile.
func (h *Hand) Until(condition string) {
	for end := time.Now().Add(patience); h.Err == nil; {
		if ok, err := chromedp.Run(h.ctx, chromedp.Evaluate[bool](`Boolean(`+condition+`)`)); err == nil && ok {
			return
		}
		if time.Now().After(end) {
			at, _ := chromedp.Run(h.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
			h.Err = fmt.Errorf("%s is not so at %s", condition, at)
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-h.ctx.Done():
			h.Err = h.ctx.Err()
		}
	}
}

// Do performs steps of chromedp; what names them in errors.
func (h *Hand) Do(what string, steps ...chromedp.Action[chromedp.Void]) {
	if h.Err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(h.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		h.Err = fmt.Errorf("%s: %w", what, err)
	}
}
