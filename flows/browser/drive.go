package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// lookAgain is how long the driver waits for a report of the browser before it
// looks at the page all the same: for changes that no event tells, such as a cookie.
const lookAgain = time.Second

// pictureTimeout bounds the taking of one picture.
const pictureTimeout = 2 * time.Second

// drive is one journey under way.
type drive struct {
	Journey
	profile *Profile
	start   string
	origin  string          // of the portal
	hosts   map[string]bool // of the portal, or portals once a list was shown
	apps    map[string]bool // of the app: of its redirect URI, and of the start address
	from    int             // mark of the journey's first exchange

	state   string    // name of the table's row that fits now
	entered time.Time // since when
	wake    time.Time // when to look again at the latest; zero: lookAgain
	pages   []string
	picture map[string][]byte
	portals []string
	consent *Consent
	last    *view

	signIn    *attempt  // the login form was sent in this round
	code      *attempt  // the second factor was sent in this round
	decision  *attempt  // Allow or Deny was clicked in this round
	choice    *attempt  // a portal was chosen in this round
	refused   time.Time // when the one-time link's page was seen to open no session
	button    *attempt  // Journey.Click was done in this round
	notYou    *attempt  // Not you was clicked, once in a journey
	restarted map[Reason]bool
	reload    *attempt  // a blank consent page was loaded again, once in a journey
	handover  *handover // a captcha that a person is at, nil for none
	handovers int       // how often a person was asked
	clock     *clock    // the journey's time
	done      bool      // Look has seen enough
	// enough, if not nil, ends the journey at a page.
	enough func(ctx context.Context, v *view) bool
}

// attempt is something done on a page, and repeated while it has no effect.
type attempt struct {
	mark    int // exchanges before it
	clicked time.Time
	clicks  int
}

func (d *drive) attempt() *attempt { return &attempt{mark: d.profile.record.mark()} }

// Authorize takes the user of j from start (the app's address that redirects to
// the portal, or an authorize URL) to the app's redirect URI; with "" it goes on from
// the page that the tab shows, and never begins anew. It goes wherever the
// portal leads: nobody may be signed in yet, or consent may have been given before.
// Errors: *Stuck.
func (p *Profile) Authorize(ctx context.Context, start string, j Journey) (*Result, error) {
	if j.RedirectURI == "" {
		return nil, errors.New("browser journey: no redirect URI")
	}
	j.Once = j.Once || start == ""
	d, err := p.drive(j, start)
	if err != nil {
		return nil, err
	}
	if redirect, err := url.Parse(j.RedirectURI); err == nil {
		d.apps[redirect.Host] = true
	}
	if first, err := url.Parse(start); err == nil && start != "" && !strings.HasPrefix(first.Path, "/oauth2/") && !d.hosts[first.Host] {
		d.apps[first.Host] = true
	}
	if err := d.travel(ctx); err != nil {
		return nil, err
	}
	result := &Result{Callback: d.callback(), Pages: d.pages, Portals: d.portals, Consent: d.consent, Exchanges: p.record.since(d.from), Pictures: d.picture}
	return result, nil
}

// drive is a journey of j that begins at start.
func (p *Profile) drive(j Journey, start string) (*drive, error) {
	portal, err := url.Parse(j.Portal)
	if err != nil || portal.Host == "" {
		return nil, fmt.Errorf("browser journey: portal %q is not an address", j.Portal)
	}
	if err := checkTOTP(j.TOTP); err != nil {
		return nil, fmt.Errorf("browser journey: %w", err)
	}
	j.Patience = j.Patience.or(p.patience)
	return &drive{
		Journey: j, profile: p, start: start, origin: portal.Scheme + "://" + portal.Host, from: p.record.mark(),
		hosts: map[string]bool{portal.Host: true}, apps: map[string]bool{}, picture: map[string][]byte{}, restarted: map[Reason]bool{},
	}, nil
}

// travel drives in the profile's tab. Errors: *Stuck.
func (d *drive) travel(ctx context.Context) error {
	limit, _ := ctx.Deadline() // the tab's context does not know it
	if err := d.profile.Run(ctx, func(tab context.Context) error { return d.run(tab, limit) }); err != nil {
		return d.explain(err)
	}
	return nil
}

// run drives as long as the journey's time lasts. ctx is of chromedp; limit is when the
// caller calls the journey off, zero for never.
func (d *drive) run(ctx context.Context, limit time.Time) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	d.clock = startClock(d.Patience.Journey, limit, func() {
		cancel(d.stuck(TooSlow, "the journey did not end within %s", d.Patience.Journey))
	})
	defer d.clock.stop()
	err := d.steps(ctx)
	var stuck *Stuck
	if err != nil && !errors.As(err, &stuck) && errors.As(context.Cause(ctx), &stuck) {
		return stuck // the time was over in the middle of something
	}
	return err
}

// steps is the journey itself.
func (d *drive) steps(ctx context.Context) error {
	// Pages follow this cookie and not Accept-Language; the texts of locators are English.
	if err := d.profile.SetCookie(ctx, d.origin, "asc_language", "en-US"); err != nil {
		return fmt.Errorf("set language: %w", err)
	}
	if err := d.profile.capture(ctx, d.captured()); err != nil {
		return fmt.Errorf("capture the callback: %w", err)
	}
	if err := d.begin(ctx); err != nil {
		return err
	}
	for {
		if d.callback() != nil {
			d.note("callback")
			d.settle(ctx)
			return nil
		}
		if err := d.step(ctx); err != nil || d.done {
			return err
		}
		if err := d.wait(ctx); err != nil {
			return err
		}
	}
}

// begin opens the start address. A journey that was begun before starts anew.
func (d *drive) begin(ctx context.Context) error {
	d.signIn, d.code, d.decision, d.choice, d.button, d.notYou, d.state = nil, nil, nil, nil, nil, nil, ""
	d.refused = time.Time{}
	if d.start == "" {
		return nil
	}
	opened, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: d.start})
	if err != nil {
		return fmt.Errorf("open the start address: %w", err)
	}
	// An app that does not listen (any more) is of no interest once the portal has
	// sent the browser there, and neither is an address scheme of its own.
	if opened.ErrorText != "" && opened.ErrorText != "net::ERR_ABORTED" && d.callback() == nil {
		return d.stuck(Unreachable, "the browser could not open %s: %s", redacted(d.start), opened.ErrorText)
	}
	return nil
}

// step looks at the page and does what its row in the table says.
func (d *drive) step(ctx context.Context) error {
	seen, err := look(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return nil // between two documents: the next event is about to come
	}
	d.last = seen
	if d.callback() != nil {
		return nil // reached while looking: nothing on the app's page is the driver's business
	}
	if d.enough != nil && d.enough(ctx, seen) {
		d.done = true
		return nil
	}
	for _, row := range states {
		if !row.is(d, seen) {
			continue
		}
		if d.state != row.name {
			if d.enter(row.name) {
				return nil
			}
			if row.do != nil {
				d.note(row.name)
				if d.photograph(ctx, row.name) {
					d.wake = time.Now() // that took a while: look again before doing anything
					return nil
				}
			}
		}
		if row.do == nil {
			return nil
		}
		return row.do(d, ctx, seen)
	}
	return d.unrecognised(seen)
}

// enter notes that another row fits now. Where a person was at work until now, the
// driver looks again before it does anything.
func (d *drive) enter(name string) (lookAgain bool) {
	lookAgain = d.handover != nil
	if lookAgain {
		d.takeBack()
		d.wake = time.Now()
		name = ""
	}
	d.state, d.entered = name, time.Now()
	return lookAgain
}

// unrecognised is for a page that fits no row of the table: often one that is still
// being drawn, and if it stays so, one of a newer or a changed portal.
func (d *drive) unrecognised(v *view) error {
	const name = "unrecognised"
	if d.state != name && d.enter(name) {
		return nil
	}
	if !d.hosts[v.url.Host] || !v.under("/login") || v.sees(loader) || d.decision != nil || !d.overdue(d.Patience.Blank) {
		return nil
	}
	return d.stuck(LayoutUnknown, "the layout of the page %s is not recognised: the driver finds neither a login form nor Allow and Deny on it", v.path())
}

// wait returns when the browser reported something, or when a row wants to look again.
func (d *drive) wait(ctx context.Context) error {
	pause := lookAgain
	if !d.wake.IsZero() {
		pause = min(pause, max(time.Until(d.wake), time.Millisecond))
		d.wake = time.Time{}
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-d.profile.changed:
		return nil
	case <-timer.C:
		return nil
	case <-d.profile.gone:
		return d.stuck(BrowserGone, "the browser's tab is gone")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// overdue says whether the present row lasts longer than patience, and asks to be
// woken when it will.
func (d *drive) overdue(patience time.Duration) bool { return d.due(d.entered, patience) }

func (d *drive) due(since time.Time, patience time.Duration) bool {
	at := since.Add(patience)
	if !time.Now().Before(at) {
		return true
	}
	if d.wake.IsZero() || at.Before(d.wake) {
		d.wake = at
	}
	return false
}

// maxClicks is how often one thing is clicked.
const maxClicks = 3

// press clicks, and clicks again when nothing came of it: a page that was rendered
// by the server may look ready before its script is.
func (d *drive) press(ctx context.Context, a *attempt, where []locator, index int) error {
	if a.clicks >= maxClicks || (a.clicks > 0 && !d.due(a.clicked, d.Patience.Click)) {
		return nil
	}
	a.clicked = time.Now()
	a.clicks++
	if err := click(ctx, where, index); err != nil && ctx.Err() != nil {
		return err
	} // else the element moved away: the next look says where to
	d.due(a.clicked, d.Patience.Click)
	return nil
}

// restart begins the journey anew, once for each reason; the second time it is the end, or
// the first time of a journey that is made once.
func (d *drive) restart(ctx context.Context, reason Reason, sentence string, arguments ...any) error {
	if d.restarted[reason] {
		return d.stuck(reason, sentence+", twice", arguments...)
	}
	if d.Once {
		return d.stuck(reason, sentence, arguments...)
	}
	d.restarted[reason] = true
	d.note("restart")
	return d.begin(ctx)
}

// callback is the app's address to which the browser was sent, or nil. The app need
// not answer: what counts is that the portal sent the browser there.
func (d *drive) callback() *url.URL {
	for _, exchange := range d.profile.record.since(d.from) {
		address := ""
		switch {
		case exchange.Document && isCallback(exchange.URL, d.RedirectURI):
			address = exchange.URL
		case isCallback(exchange.Location, d.RedirectURI) && !strings.HasPrefix(d.RedirectURI, "http"):
			// Chromium asks the system to open other schemes and shows no request.
			address = exchange.Location
		default:
			continue
		}
		if parsed, err := url.Parse(address); err == nil {
			return parsed
		}
	}
	return nil
}

// settle waits for the app's page, so that the app has seen the callback and a
// picture shows what it made of it. An app that does not answer is no failure.
func (d *drive) settle(ctx context.Context) {
	deadline := time.Now().Add(d.Patience.Load)
	for time.Now().Before(deadline) && ctx.Err() == nil {
		answered := !strings.HasPrefix(d.RedirectURI, "http")
		for _, exchange := range d.profile.record.since(d.from) {
			if exchange.Document && (exchange.Status != 0 || exchange.Failure != "") {
				answered = answered || isCallback(exchange.URL, d.RedirectURI)
			} else if exchange.Document {
				answered = false
			}
		}
		if seen, err := look(ctx); answered && err == nil && seen.Ready == "complete" {
			d.last = seen
			break
		}
		d.wake = deadline
		if d.wait(ctx) != nil {
			break
		}
	}
	d.photograph(ctx, "callback")
}

// note adds a page to those seen.
func (d *drive) note(name string) {
	if len(d.pages) == 0 || d.pages[len(d.pages)-1] != name {
		d.pages = append(d.pages, name)
	}
}

// photograph keeps a picture of the page if the journey wants it. Chromium takes
// none of a page that is about to be replaced; that is no failure.
func (d *drive) photograph(ctx context.Context, name string) (taken bool) {
	if !d.Screenshots || d.picture[name] != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, pictureTimeout)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		d.picture[name] = png
	}
	return true
}

func (d *drive) stuck(reason Reason, sentence string, arguments ...any) *Stuck {
	return &Stuck{Reason: reason, Sentence: fmt.Sprintf(sentence, arguments...)}
}

// explain completes a failure with what there is to see.
func (d *drive) explain(err error) error {
	var stuck *Stuck
	if !errors.As(err, &stuck) {
		stuck = d.stuck(BrowserGone, "the browser ended, or does not do what it is told")
		stuck.Cause = err
		if d.profile.ctx.Err() == nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
			stuck.Reason, stuck.Sentence = TooSlow, "the journey was called off"
		}
	}
	told := *stuck
	told.Pages = slices.Clone(d.pages)
	if d.last != nil {
		told.Address, told.Title, told.Cookies = redacted(d.last.Href), d.last.Title, d.last.Cookies
	}
	for _, exchange := range d.profile.record.since(d.from) {
		if exchange.Document || exchange.Failure != "" || exchange.Status >= 300 || exchange.Status == 0 {
			told.Network = append(told.Network, exchange.String())
		}
	}
	told.Network = told.Network[max(0, len(told.Network)-12):]
	// The journey's time may be over, but the tab still shows what it was over for.
	ctx, cancel := context.WithTimeout(context.Background(), pictureTimeout)
	defer cancel()
	if png, err := d.profile.Screenshot(ctx); err == nil {
		told.Picture = png
	}
	return &told
}

// forget removes the portal's cookies and storage: a dead session cookie stays for
// good otherwise (docs/portal/browser-flow.md §2.2).
func (d *drive) forget(ctx context.Context) error {
	var origins []string
	for host := range d.hosts {
		origins = append(origins, "http://"+host, "https://"+host)
	}
	return d.profile.Forget(ctx, origins...)
}
