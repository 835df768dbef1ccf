package browser

import (
	"context"
	"slices"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

func isBlankConsent(_ *drive, v *view) bool {
	return onConsentPath(v) && v.Blank && v.Ready == "complete"
}

// onBlankConsent waits for a page that is only slow, and later for the limit of the
// portal's own server to be over (docs/portal/browser-flow.md §5.2).
func onBlankConsent(d *drive, ctx context.Context, _ *view) error {
	const blank = "the consent page is blank: the portal's server could not fetch the scopes (401, 403 or 429)"
	later := d.Patience.Reload
	// The page that comes then wants to be judged, or to lead to the app.
	end := d.entered.Add(later + max(d.Patience.Blank, d.Patience.Answer))
	switch {
	case d.reload != nil && !slices.ContainsFunc(d.profile.record.since(d.reload.mark), func(e Exchange) bool { return e.Document && e.Status != 0 }):
		d.entered = time.Now() // this is still the page before
		return nil
	case !d.overdue(d.Patience.Blank):
		return nil
	case d.reload != nil:
		return d.stuck(ScopesMissing, blank+"; it still was after it had been loaded again")
	case later < 0:
		return d.stuck(ScopesMissing, blank)
	case !d.clock.reaches(end):
		return d.stuck(ScopesMissing, blank+"; it may come when it is loaded again %s later: a longer deadline of the journey would allow that", later)
	case !d.overdue(later):
		return nil
	}
	d.reload = d.attempt()
	d.note("reload")
	_, err := chromedp.Call(ctx, page.Reload, page.ReloadParams{})
	return err
}
