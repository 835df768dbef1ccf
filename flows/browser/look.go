package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var (
	//go:embed observer.js
	observerSource string
	//go:embed look.js
	lookSource string
	//go:embed point.js
	pointSource string
)

// view is what the driver sees of the page.
type view struct {
	Href     string             `json:"href"`
	Title    string             `json:"title"`
	Ready    string             `json:"ready"` // loading, interactive or complete
	Blank    bool               `json:"blank"` // nothing to see or to use
	Body     string             `json:"body"`  // beginning of the text
	Cookies  []string           `json:"cookies"`
	Elements map[element]widget `json:"elements"`
	Portals  []string           `json:"portals"` // names in the list of portals
	Scopes   []string           `json:"scopes"`  // lines of the consent page

	url *url.URL
}

// widget is the state of one element that is on the page.
type widget struct {
	Visible bool   `json:"visible"`
	Enabled bool   `json:"enabled"`
	Busy    bool   `json:"busy"`
	Text    string `json:"text"`
	Value   string `json:"value"`
}

// usable says whether a person could click or fill the element now.
func (w widget) usable() bool { return w.Visible && w.Enabled && !w.Busy }

func (v *view) sees(name element) bool   { return v.Elements[name].Visible }
func (v *view) text(name element) string { return v.Elements[name].Text }
func (v *view) path() string             { return v.url.Path }
func (v *view) under(prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(v.url.Path, p) })
}

// look reads the page of the tab of ctx.
func look(ctx context.Context) (*view, error) {
	seen, err := chromedp.Run(ctx, chromedp.Evaluate[*view](call(lookSource, locators, lists, portalName)))
	if err != nil {
		return nil, err
	}
	if seen == nil {
		return nil, fmt.Errorf("the page tells nothing")
	}
	if seen.url, err = url.Parse(seen.Href); err != nil {
		return nil, fmt.Errorf("address of the page: %w", err)
	}
	return seen, nil
}

// call is the expression that calls a function of JavaScript with Go values.
func call(function string, arguments ...any) string {
	encoded := make([]string, len(arguments))
	for i, argument := range arguments {
		text, err := json.Marshal(argument)
		if err != nil { // only tables of this package and texts come here
			text = []byte("null")
		}
		encoded[i] = string(text)
	}
	return "(" + function + ")(" + strings.Join(encoded, ",") + ")"
}

// click clicks the index-th match of the locators with the mouse.
func click(ctx context.Context, where []locator, index int) error {
	type point struct{ X, Y float64 }
	at, err := chromedp.Run(ctx, chromedp.Evaluate[*point](call(pointSource, where, index)))
	if err != nil {
		return err
	}
	if at == nil {
		return fmt.Errorf("%s is not there to be clicked", where[0].CSS)
	}
	return chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y))
}

// fill replaces what stands in an input by text: at once, as the keyboard of a phone
// does, which takes a twentieth of the time, or key by key where that is not taken.
func fill(ctx context.Context, name element, text string) error {
	if err := click(ctx, locators[name], 0); err != nil {
		return err
	}
	err := typed(ctx, name, text, func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	return typed(ctx, name, text, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(text)) })
}

// typed replaces what stands in the focused input, and looks whether it is text then.
func typed(ctx context.Context, name element, text string, enter func(context.Context) error) error {
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`document.activeElement?.select?.()`)); err != nil {
		return err
	}
	if text == "" {
		return chromedp.Do(ctx, chromedp.KeyEvent(kb.Delete))
	}
	if err := enter(ctx); err != nil {
		return err
	}
	seen, err := look(ctx)
	if err != nil {
		return err
	}
	if got := seen.Elements[name].Value; got != text {
		return fmt.Errorf("%s holds %d characters instead of %d", name, len([]rune(got)), len([]rune(text)))
	}
	return nil
}
