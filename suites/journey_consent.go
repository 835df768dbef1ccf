package suites

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/onsi/gomega"

	"docspace-oauth/flows/browser"
)

// journeyConsentChecks judge what a consent page does that came too late or is
// used again.
func journeyConsentChecks() []Check {
	return []Check{
		{"docspace/journey/stale-consent", staleConsent},
		{"docspace/journey/early-allow", earlyAllow},
		{"docspace/journey/back-after-allow", backAfterAllow},
	}
}

// told is what a page tells its reader: the text of a message or of an error page,
// "" for nothing of the kind.
const told = `(() => {
	const shown = document.querySelector('.Toastify__toast--error, [data-testid="toast"] [role="alert"], [data-testid="ErrorContainer"], [role="alert"]');
	return shown ? shown.textContent.trim() : "";
})()`

// clickAllow clicks Allow where it is there and enabled, and says whether it was.
const clickAllow = `(() => {
	const allow = document.querySelector('[data-testid="consent_allow_button"]');
	if (!allow || allow.disabled) return false;
	allow.click();
	return true;
})()`

// evaluate runs a script in the tab; a page that is being replaced gives the zero value.
func evaluate[T any](c *Case, profile *browser.Profile, script string) T {
	var result T
	err := profile.Run(c.ctx, func(ctx context.Context) (err error) {
		result, err = chromedp.Run(ctx, chromedp.Evaluate[T](script))
		return err
	})
	if err != nil && c.ctx.Err() != nil {
		c.need(err)
	}
	return result
}

// expectReaction fails the check unless the page tells something soon, or the
// browser went on to the app since the first seen requests. Once the portal has
// answered what the click sent, the page has nothing left to wait for but itself.
func (c *Case) expectReaction(profile *browser.Profile, app App, seen int, what string) {
	const reacts, stays = "the page reacts", "the page stays as it is"
	limits := c.session.timeouts
	var answered time.Time
	outcome := stays
	c.Eventually(func() bool {
		for _, x := range profile.Exchanges()[seen:] {
			if x.Document && isAt(x.URL, app.RedirectURI) {
				outcome = reacts
				return true
			}
			if !x.Document && x.Method == http.MethodPost && x.Status != 0 && answered.IsZero() {
				answered = time.Now()
			}
		}
		if evaluate[string](c, profile, told) != "" {
			outcome = reacts
			return true
		}
		return !answered.IsZero() && time.Since(answered) > limits.Settled
	}, limits.Reaction, 100*time.Millisecond).WithContext(c.ctx).Should(gomega.BeTrue(), what)
	c.Expect(outcome).To(gomega.Equal(reacts), what)
}

// isAt reports whether an address is a redirect URI with parameters.
func isAt(address, redirectURI string) bool {
	return len(address) > len(redirectURI) && address[:len(redirectURI)] == redirectURI && address[len(redirectURI)] == '?'
}

func staleConsent(c *Case) {
	user, app := c.User(), c.App()
	profile := c.browserSignedIn(user)
	c.setup("the consent page", func() {
		result, err := c.Journey(profile, user, app, browser.Look)
		c.need(err)
		c.Expect(result.Consent).NotTo(gomega.BeNil())
	})
	c.pendingConsent(user, app) // elsewhere, so that the page's request is out of date
	seen := len(profile.Exchanges())
	c.setup("click Allow", func() { c.Expect(evaluate[bool](c, profile, clickAllow)).To(gomega.BeTrue()) })
	c.expectReaction(profile, app, seen, "the person is told, or comes to the app")
}

// impatient clicks Allow in the moment when the consent page, still without a
// signature, asks for one, and lets that request wait until the click was answered:
// the order that a person on a slow line brings about.
const impatient = `(() => {
	let first = true, release;
	const answered = new Promise((done) => { release = done; });
	const isMint = (url) => String(url).includes("/security/oauth2/token");
	const isConsent = (url) => String(url).endsWith("/oauth2/authorize");
	const hold = async () => {
		first = false;
		const allow = document.querySelector('[data-testid="consent_allow_button"]');
		if (!allow) return;
		allow.click();
		await Promise.race([answered, new Promise((done) => setTimeout(done, 3000))]);
	};
	const fetched = window.fetch;
	window.fetch = async (...args) => {
		const url = args[0]?.url ?? args[0];
		if (first && isMint(url)) await hold();
		const response = await fetched.apply(window, args);
		if (isConsent(url)) release();
		return response;
	};
	const { open, send } = XMLHttpRequest.prototype;
	XMLHttpRequest.prototype.open = function (method, url, ...rest) {
		this.docspaceURL = url;
		return open.call(this, method, url, ...rest);
	};
	XMLHttpRequest.prototype.send = function (...args) {
		if (isConsent(this.docspaceURL)) this.addEventListener("loadend", release);
		if (first && isMint(this.docspaceURL)) hold().then(() => send.apply(this, args));
		else send.apply(this, args);
	};
})()`

func earlyAllow(c *Case) {
	user, other, app := c.User(), c.App(), c.App()
	c.Control("Allow when it is time", func() {
		c.arrived(c.Journey(c.browserSignedIn(user), user, other, browser.Allow))
	})
	profile := c.browserSignedIn(user)
	c.need(profile.Run(c.ctx, func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: impatient})
		return err
	}))
	result := c.arrived(c.Journey(profile, user, app, browser.Allow, PKCE(Verifier)))
	c.Expect(result.Pages).NotTo(gomega.ContainElement("error-page"), "pages after an early click")
	c.Expect(result.Pages).NotTo(gomega.ContainElement("restart"), "the driver had to begin again")
	c.redeemed(app, result)
}

func backAfterAllow(c *Case) {
	user, app := c.User(), c.ReferenceApp()
	c.pendingConsent(user, app.App)
	profile := c.Browser()
	c.Control("the journey through the login form", func() {
		// By an address and not by a click: else an http portal's cookie is withheld when
		// the browser goes back (docs/portal/browser-flow.md §2.3).
		c.arrived(profile.Authorize(c.ctx, app.Address+"/authenticate", browser.Journey{
			Portal: c.Target.URL, RedirectURI: app.RedirectURI, Email: user.Email, Password: user.Password,
		}))
	})
	seen := len(profile.Exchanges())
	address := c.goBack(profile)
	if strings.Contains(address, "/login/tenant-list") { // a user of several portals has one page more in between
		c.goBack(profile)
	}
	if !evaluate[bool](c, profile, clickAllow) {
		return // no consent page, or one that can't be used
	}
	c.expectReaction(profile, app.App, seen, "the consent page after back is used up, and says so")
}

// goBack presses the browser's Back and returns the address where the portal's pages settle.
func (c *Case) goBack(profile *browser.Profile) (address string) {
	c.need(profile.Run(c.ctx, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.NavigateBack()) }))
	c.Eventually(func() bool { // the portal may lead on by itself
		before := address
		var err error
		address, err = profile.Address(c.ctx)
		return err == nil && address == before && evaluate[string](c, profile, "document.readyState") == "complete"
	}, c.session.timeouts.Reaction, 250*time.Millisecond).WithContext(c.ctx).Should(gomega.BeTrue(), "the page after back settles")
	return address
}
