package browser

import (
	"context"
	"strings"

	"docspace-oauth/flows"
)

// SignIn signs the user of j in on the portal's own login page and returns the session,
// the value of the cookie flows.SessionCookie. Of j it takes the portal, the user and
// the patience. Errors: *Stuck.
func (p *Profile) SignIn(ctx context.Context, j Journey) (session string, err error) {
	d, err := p.atLogin(j)
	if err != nil {
		return "", err
	}
	d.enough = func(ctx context.Context, _ *view) bool {
		if d.signIn == nil {
			return false // whatever cookie there is, it is not of this sign-in
		}
		cookies, err := p.Cookies(ctx, j.Portal)
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
	return session, d.travel(ctx)
}

// FindLoginForm opens the portal's login page and returns nil once the driver sees a
// form there that it can fill. Errors: *Stuck, of reason LayoutUnknown with a picture
// where there is a page and no such form.
func (p *Profile) FindLoginForm(ctx context.Context, portal string, patience Patience) error {
	d, err := p.atLogin(Journey{Portal: portal, Patience: patience})
	if err != nil {
		return err
	}
	d.enough = func(_ context.Context, v *view) bool {
		return v.Elements[loginEmail].usable() && v.sees(loginPassword) && v.sees(loginSubmit)
	}
	return d.travel(ctx)
}

// atLogin is a journey that begins at the login page, without an app.
func (p *Profile) atLogin(j Journey) (*drive, error) {
	return p.drive(Journey{
		Portal: j.Portal, Email: j.Email, Password: j.Password, TOTP: j.TOTP, Patience: j.Patience,
	}, strings.TrimSuffix(j.Portal, "/")+"/login")
}
