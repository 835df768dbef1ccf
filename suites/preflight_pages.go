package suites

import (
	"context"
	"errors"
	"fmt"

	"docspace-oauth/flows/browser"
	"docspace-oauth/suites/evidence"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// PageError is what preflight says of a page of the portal, and the page.
type PageError struct {
	Sentence string
	Page     evidence.Page
}

func (e *PageError) Error() string { return e.Sentence }

func stuckAt(t *target.Target, stuck *browser.Stuck) error {
	e := &PageError{Sentence: fmt.Sprintf("%s does not let the browser in: %s", t.URL, stuck.Sentence)}
	if stuck.Reason == browser.Captcha && !t.Headed {
		e.Sentence += "; with --headed you can solve it in the browser's window"
	}
	e.Page = evidence.Page{Address: stuck.Address}
	if len(stuck.Picture) > 0 {
		e.Page.MediaType, e.Page.Picture = "image/png", stuck.Picture
	}
	return e
}

// preflightPages looks whether the driver knows its way on the login page, where
// some of the checks go that way. No Chromium here is no fault of the portal's: the
// checks say so.
func preflightPages(ctx context.Context, t *target.Target, chosen []requirement.Requirement, limits Timeouts) error {
	limits = limits.orDefault()
	wanted := false
	for _, r := range chosen {
		wanted = wanted || r.Has(requirement.NeedsBrowser)
	}
	if !wanted || t.Mock != nil || t.Access == nil || t.Access.Password == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, limits.Browser)
	defer cancel()
	err := t.InBrowser(ctx, func(p *browser.Profile) error {
		return p.FindLoginForm(ctx, t.URL, browser.Patience{Blank: limits.Preflight})
	})
	var stuck *browser.Stuck
	if errors.As(err, &stuck) {
		return stuckAt(t, stuck)
	}
	return nil
}
