package flows

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// LoginRedirect says that the portal sent the browser to its login page instead
// of going on: the person is not signed in, or the request is wrong and the portal
// tells the person, not the app (docs/portal/identity.md §6.1).
type LoginRedirect struct {
	Code     string // missing_asc_signature_error: sign in first; "" for the fallback page
	Location string
}

func (e *LoginRedirect) Error() string {
	if e.Code == "missing_asc_signature_error" {
		return "portal wants the user to sign in (missing_asc_signature_error)"
	}
	return fmt.Sprintf("portal refuses the authorization request on its login page: %q", e.Code)
}

// Authorized is where an authorization request led: to the relying party, or to
// the consent page.
type Authorized struct {
	Callback *url.URL // the relying party's redirect URI with code or error; nil when consent is asked
	State    string   // consent state (cookie client_state), not the relying party's state
	Scopes   []string // what consent is asked for
}

// Authorize sends the authorization request at address as the user whom xSignature
// names; "" is nobody (docs/portal/identity.md §3.1). Errors: *LoginRedirect.
func (p *Portal) Authorize(ctx context.Context, address, xSignature string) (*Authorized, error) {
	answer, err := p.do(ctx, http.MethodGet, address, signatureHeader(xSignature), nil)
	if err != nil {
		return nil, fmt.Errorf("authorize: %w", err)
	}
	target, err := p.redirect(answer)
	if err != nil {
		return nil, fmt.Errorf("authorize: %w", err)
	}
	if !p.own(target) || target.Path != "/oauth2/consent" {
		return &Authorized{Callback: target}, nil
	}
	asked := &Authorized{Scopes: strings.Fields(target.Query().Get("scope")), State: target.Query().Get("state")}
	for _, line := range answer.header.Values("Set-Cookie") {
		if cookie, err := http.ParseSetCookie(line); err == nil && cookie.Name == "client_state" {
			asked.State = cookie.Value
		}
	}
	if asked.State == "" {
		return nil, fmt.Errorf("authorize: consent is asked without a client_state")
	}
	return asked, nil
}

// Decide answers the consent page as the user whom xSignature names: granted scopes
// allow, none denies (docs/portal/identity.md §3.4). consentState is Authorized.State.
// The result is the relying party's callback. Errors: *LoginRedirect.
func (p *Portal) Decide(ctx context.Context, clientID, consentState, xSignature string, granted ...string) (*url.URL, error) {
	header := signatureHeader(xSignature)
	if header == nil {
		header = http.Header{}
	}
	header.Set("X-Disable-Redirect", "true")
	form := url.Values{"client_id": {clientID}, "state": {consentState}}
	if len(granted) > 0 {
		form["scope"] = granted
	}
	answer, err := p.post(ctx, "/oauth2/authorize", form, header)
	if err != nil {
		return nil, fmt.Errorf("consent: %w", err)
	}
	callback, err := p.redirect(answer)
	if err != nil {
		return nil, fmt.Errorf("consent: %w", err)
	}
	return callback, nil
}

// AuthorizeHeadless takes a user whom xSignature names through authorize and
// consent without a browser and returns the callback, for ParseCallback. Without
// granted scopes everything that is asked for is granted. A callback that the
// portal gives without asking (consent was given before) is returned as it is.
func (p *Portal) AuthorizeHeadless(ctx context.Context, app App, a Authorization, xSignature string, granted ...string) (*url.URL, error) {
	authorized, err := p.Authorize(ctx, p.AuthorizeURL(app, a), xSignature)
	if err != nil {
		return nil, err
	}
	if authorized.Callback != nil {
		return authorized.Callback, nil
	}
	if len(granted) == 0 {
		granted = authorized.Scopes
	}
	return p.Decide(ctx, app.ID, authorized.State, xSignature, granted...)
}

// TokensHeadless is the whole code flow without a browser: AuthorizeHeadless, then the
// exchange. It is how a test comes by tokens of a user.
func (p *Portal) TokensHeadless(ctx context.Context, app App, xSignature string, granted ...string) (*Tokens, error) {
	a := p.NewAuthorization(app)
	callback, err := p.AuthorizeHeadless(ctx, app, a, xSignature, granted...)
	if err != nil {
		return nil, err
	}
	code, err := ParseCallback(callback.Query(), a)
	if err != nil {
		return nil, err
	}
	return p.Exchange(ctx, app, code, a)
}

// DenyHeadless is AuthorizeHeadless for a user who denies. A user who had granted
// something before is not taken at that word: the portal issues a code
// (docs/portal/identity.md §3.4).
func (p *Portal) DenyHeadless(ctx context.Context, app App, a Authorization, xSignature string) (*url.URL, error) {
	authorized, err := p.Authorize(ctx, p.AuthorizeURL(app, a), xSignature)
	if err != nil {
		return nil, err
	}
	if authorized.Callback != nil {
		return authorized.Callback, nil
	}
	return p.Decide(ctx, app.ID, authorized.State, xSignature)
}

// redirect is where an answer points: Location, or X-Redirect-URI when redirects
// were disabled. The portal's own login page is a *LoginRedirect.
func (p *Portal) redirect(a *answer) (*url.URL, error) {
	address := a.header.Get("Location")
	if address == "" {
		address = a.header.Get("X-Redirect-URI")
	}
	if address == "" {
		return nil, fmt.Errorf("portal answered %s instead of a redirect", a)
	}
	base, err := url.Parse(p.BaseURL)
	if err != nil {
		return nil, err
	}
	target, err := base.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("portal redirects to a malformed address: %w", err)
	}
	if p.own(target) && strings.HasPrefix(target.Path, "/login") {
		return nil, &LoginRedirect{Code: target.Query().Get("error"), Location: address}
	}
	return target, nil
}

// own says whether an address is the portal's. The scheme is not compared: behind
// TLS the portal writes http (docs/portal/identity.md §1.2).
func (p *Portal) own(u *url.URL) bool {
	return strings.EqualFold(u.Host, hostOf(p.BaseURL))
}
