package browser

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"docspace-oauth/flows"
)

// SignIn signs a user in on the portal's own login page and returns the session, the
// value of the cookie flows.SessionCookie. portal is scheme://host[:port]. Errors: *Stuck.
func (p *Profile) SignIn(ctx context.Context, portal, email, password string, patience Patience) (session string, err error) {
	d, err := p.atLogin(portal, patience)
	if err != nil {
		return "", err
	}
	d.Email, d.Password = email, password
	d.enough = func(ctx context.Context, _ *view) bool {
		if d.signIn == nil {
			return false // whatever cookie there is, it is not of this sign-in
		}
		cookies, err := p.Cookies(ctx, portal)
		if err != nil {
			return false // between two documents
		}
		for _, cookie := range cookies {
			if cookie.Name == flows.SessionCookie {
				session = cookie.Value
			}
		}
		return session != ""
	}
	return session, p.goThere(ctx, d)
}

// FindLoginForm opens the portal's login page and returns nil once the driver sees a
// form there that it can fill. Errors: *Stuck, of reason LayoutUnknown with a picture
// where there is a page and no such form.
func (p *Profile) FindLoginForm(ctx context.Context, portal string, patience Patience) error {
	d, err := p.atLogin(portal, patience)
	if err != nil {
		return err
	}
	d.enough = func(_ context.Context, v *view) bool {
		return v.Elements[loginEmail].usable() && v.sees(loginPassword) && v.sees(loginSubmit)
	}
	return p.goThere(ctx, d)
}

// atLogin is a journey that begins at the login page, without an app.
func (p *Profile) atLogin(portal string, patience Patience) (*drive, error) {
	root, err := url.Parse(portal)
	if err != nil || root.Host == "" {
		return nil, fmt.Errorf("browser journey: portal %q is not an address", portal)
	}
	d := &drive{
		Journey: Journey{Portal: portal, Patience: patience.withDefaults()}, profile: p,
		start: strings.TrimSuffix(portal, "/") + "/login",
		hosts: map[string]bool{root.Host: true}, apps: map[string]bool{}, picture: map[string][]byte{}, restarted: map[Reason]bool{},
	}
	d.from = p.record.mark()
	return d, nil
}

func (p *Profile) goThere(ctx context.Context, d *drive) error {
	root, err := url.Parse(d.Portal)
	if err != nil {
		return err
	}
	if err := p.Run(ctx, func(ctx context.Context) error { return d.run(ctx, root) }); err != nil {
		return d.explain(err)
	}
	return nil
}
