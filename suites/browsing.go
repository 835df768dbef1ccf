package suites

import (
	"context"
	"strings"
	"sync"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"docspace-oauth/flows/browser"
	"docspace-oauth/suites/evidence"
	"docspace-oauth/suites/report"
)

// browsers is the one Chromium of a worker, started when a check first wants it.
type browsers struct {
	once    sync.Once
	browser *browser.Browser
	err     error
}

func (b *browsers) launch(o browser.Options) (*browser.Browser, error) {
	b.once.Do(func() {
		// It outlives the check that came first, so it gets no check's context.
		b.browser, b.err = browser.Launch(context.Background(), o)
	})
	return b.browser, b.err
}

// close ends the Chromium, if there is one.
func (b *browsers) close() error {
	b.once.Do(func() {}) // nobody starts one any more
	if b.browser == nil {
		return nil
	}
	return b.browser.Close()
}

// Browser is a person's own browser: a fresh profile of the worker's Chromium,
// closed after the check. What it requested goes into the evidence. Where no
// Chromium can be started the check's verdict is error: the harness lacks it. Setup.
func (c *Case) Browser() *browser.Profile {
	b, err := c.session.browsers.launch(c.session.target.BrowserOptions())
	if err != nil {
		c.end(report.Error, "no browser: "+err.Error())
	}
	profile, err := b.NewProfile(c.ctx)
	if err != nil {
		c.end(report.Error, "no browser profile: "+err.Error())
	}
	c.Cleanup(func() {
		c.keepBrowser(profile)
		if err := profile.Close(); err != nil {
			c.Warn("the browser profile did not close: %v", err)
		}
	})
	return profile
}

// keepBrowser puts what a browser did and shows into the evidence.
func (c *Case) keepBrowser(profile *browser.Profile) {
	if cookies, err := profile.Cookies(c.ctx, c.Target.URL); err == nil {
		for _, cookie := range cookies {
			c.redactor.Learn("cookie", cookie.Value)
		}
	}
	exchanges := profile.Exchanges()
	page := evidence.Page{}
	for _, x := range exchanges {
		if strings.HasPrefix(x.URL, "data:") {
			continue // a page that the check brought along: nobody was asked
		}
		c.recorder.AddBrowser(x.At, x.Method, x.URL, x.Status, x.Location, x.Failure)
		if x.Document {
			page.Address = x.URL // what the address bar shows, also where nobody answered
		}
	}
	failed := c.outcome() != report.Pass
	err := profile.Run(c.ctx, func(ctx context.Context) error {
		shown, err := chromedp.Run(ctx, chromedp.Location())
		if err != nil || strings.HasPrefix(shown, "chrome-error:") {
			return err // nobody listens at the redirect URI: that page is Chromium's own
		}
		quality := int64(35)
		shot, err := chromedp.Call(ctx, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{
			Format: cdppage.CaptureScreenshotFormatWebp, Quality: &quality,
		})
		if err != nil {
			return err
		}
		page.MediaType, page.Picture = "image/webp", shot.Data
		if failed {
			page.DOM, err = chromedp.Run(ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML`))
		}
		return err
	})
	if err != nil {
		c.Warn("the browser's page could not be kept: %v", err)
	}
	if failed {
		page.Console = profile.Console()
	}
	c.recorder.AddPage(page)
}

// Journey sends a fresh user's browser through the authorization of an app and
// returns where it ended. The journey itself is raw: a *browser.Stuck is returned
// for the check to judge; see browser.Profile.Authorize.
func (c *Case) Journey(profile *browser.Profile, u User, app App, decision browser.Decision, changes ...Parameter) (*browser.Result, error) {
	way := c.way(u, app)
	way.Decision = decision
	return profile.Authorize(c.ctx, c.authorizeAddress(app, changes...), way)
}

// way is how u goes through the authorization of an app: with Allow, and to a redirect
// URI at which nobody listens.
func (c *Case) way(u User, app App) browser.Journey {
	return browser.Journey{
		Portal: c.Target.URL, RedirectURI: app.RedirectURI, Captured: true, Email: u.Email, Password: u.Password, TOTP: u.TOTP,
	}
}

// authorizeAddress is where an app sends the browser.
func (c *Case) authorizeAddress(app App, changes ...Parameter) string {
	return c.Target.URL + "/oauth2/authorize?" + encoded(c.AuthorizeParameters(app, changes...))
}

// formUser is somebody who can sign in at the login form. Setup.
func (c *Case) formUser() User {
	u := c.User()
	c.needPassword(u)
	return u
}

// needPassword leaves the check out for who cannot sign in at the login form. Setup.
func (c *Case) needPassword(u User) {
	if u.Password == "" {
		c.Skip("the login form wants a password, and none of " + u.Email + " was given")
	}
}
