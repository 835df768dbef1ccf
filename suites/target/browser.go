package target

import (
	"context"
	"fmt"
	"time"

	"docspace-oauth/flows/browser"
)

// browserSession signs a user in on the portal's login page, in a Chromium of its own
// that ends with it, and keeps the session for the run: workers get it with the
// target. A refusal is a *browser.Stuck.
func (t *Target) browserSession(ctx context.Context, u User) (string, error) {
	t.signingIn.Lock()
	defer t.signingIn.Unlock()
	if u.access.Session != "" {
		return string(u.access.Session), nil
	}
	session, err := t.signInByBrowser(ctx, u)
	u.access.Session = Secret(session)
	return session, err
}

func (t *Target) signInByBrowser(ctx context.Context, u User) (session string, err error) {
	err = t.InBrowser(ctx, func(p *browser.Profile) (err error) {
		session, err = p.SignIn(ctx, browser.Journey{Portal: u.Portal, Email: u.Email, Password: u.Password, TOTP: u.TOTP})
		return err
	})
	return session, err
}

// InBrowser calls do with a fresh profile of a Chromium that lives as long.
func (t *Target) InBrowser(ctx context.Context, do func(*browser.Profile) error) error {
	b, err := browser.Launch(ctx, t.BrowserOptions())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoBrowser, err)
	}
	defer func() { _ = b.Close() }() // it has told all that was wanted
	p, err := b.NewProfile(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoBrowser, err)
	}
	return do(p)
}

// LiveJourney is the time of a journey at a portal that is no mock: its own server may
// be at its limit, so that a consent page comes only when it is loaded again after a
// minute (docs/portal/browser-flow.md §5.2).
const LiveJourney = 135 * time.Second

// BrowserOptions are how a Chromium reaches the target. It does not know authorities
// of the target's own; the HTTP client, which looks first, does.
func (t *Target) BrowserOptions() browser.Options {
	o := browser.Options{IgnoreCertificateErrors: t.TLS != nil, Headed: t.Headed, Ask: t.Ask}
	if t.Live() {
		o.Patience.Journey = LiveJourney
	}
	return o
}
