package gallery

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/hand"
)

// Look is how a page is shown.
type Look struct {
	Width, Height int64
	Dark          bool
}

// Visit opens a profile of its own, brings it to the page and calls do with the
// tab's context, for chromedp.
func (s *Stand) Visit(ctx context.Context, p Page, look Look, do func(ctx context.Context) error) error {
	profile, err := s.chromium.NewProfile(ctx)
	if err != nil {
		return err
	}
	defer profile.Close()
	if err := profile.Run(ctx, func(ctx context.Context) error {
		if err := look.apply(ctx); err != nil {
			return err
		}
		t := &tour{Hand: hand.On(ctx), stand: s, profile: profile, ctx: ctx}
		if p.user != "" {
			t.signIn(p.user)
		}
		p.show(t)
		if t.Err != nil {
			return t.Err
		}
		return do(ctx)
	}); err != nil {
		return fmt.Errorf("page %s: %w", p.Name, err)
	}
	return nil
}

func (l Look) apply(ctx context.Context) error {
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(l.Width, l.Height)); err != nil {
		return err
	}
	theme := "light"
	if l.Dark {
		theme = "dark"
	}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	return err
}

// tour is the way to a page.
type tour struct {
	*hand.Hand
	stand   *Stand
	profile *browser.Profile
	ctx     context.Context // of the tab
}

// signIn gives the profile a user's session, without the login page.
func (t *tour) signIn(email string) {
	if t.Err != nil {
		return
	}
	portal := t.stand.Portal
	signedIn, err := portal.Control().SignIn(t.ctx, email, 0)
	if err == nil {
		err = t.profile.SetCookie(t.ctx, portal.URL(), "asc_auth_key", signedIn.Session)
	}
	if err != nil {
		t.Err = fmt.Errorf("sign %s in: %w", email, err)
	}
}

// open goes to a path of the portal.
func (t *tour) open(path string) { t.Open(t.stand.Portal.URL() + path) }

// option opens an app's menu and chooses from it.
func (t *tour) option(row, testid string) {
	t.Press(hand.ID(row) + ` .dots`)
	if testid != "" {
		t.Press(hand.ID(testid))
	}
}
