package mockdocspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"docspace-oauth/loopback"
	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/signature"
)

// HTTPClient reaches this portal under all its names, *.localhost among them, and
// trusts its certificate.
func (p *Portal) HTTPClient() *http.Client {
	if p.listening != nil && p.listening.secure != nil {
		return ownCertificateOnly(p.listening.secure)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = loopback.Dial
	return &http.Client{Transport: transport}
}

// OAuth2Config is what an app needs for golang.org/x/oauth2: its first redirect URI,
// all its scopes, and the endpoints of the portal that it is registered at. The
// credentials go into the body: the portal refuses HTTP Basic (docs/portal/identity.md §4.7).
func (p *Portal) OAuth2Config(app control.App) *oauth2.Config {
	base := p.URL()
	if tenant, err := p.store.Tenant(context.Background(), app.Tenant); err == nil && app.Tenant != p.config.Portals[0].ID {
		base = p.portalURL(context.Background(), tenant)
	}
	c := &oauth2.Config{
		ClientID: app.ID, ClientSecret: app.Secret, Scopes: app.Scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL: base + "/oauth2/authorize", TokenURL: base + "/oauth2/token", AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	if len(app.RedirectURIs) > 0 {
		c.RedirectURL = app.RedirectURIs[0]
	}
	return c
}

// Client acts for a user, whom his id or e-mail address names: it signs him in, allows
// the app all its scopes without a page, and returns a client that holds the tokens and
// refreshes them. Whether a token is too old it tells by the machine's clock, not by
// the portal's.
func (p *Portal) Client(ctx context.Context, app control.App, user string) (*http.Client, error) {
	signedIn, err := p.Control().SignIn(ctx, user, app.Tenant)
	if err != nil {
		return nil, fmt.Errorf("sign %s in: %w", user, err)
	}
	c := p.OAuth2Config(app)
	ctx = context.WithValue(ctx, oauth2.HTTPClient, p.HTTPClient())
	verifier := oauth2.GenerateVerifier()
	code, err := p.allow(ctx, c, c.AuthCodeURL("client", oauth2.S256ChallengeOption(verifier)), signedIn.Signature)
	if err != nil {
		return nil, fmt.Errorf("authorize app %s for %s: %w", app.ID, user, err)
	}
	token, err := c.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, fmt.Errorf("exchange the code of app %s: %w", app.ID, err)
	}
	return c.Client(context.WithoutCancel(ctx), token), nil
}

// allow follows an authorization, with the consent form where one is needed, to its code.
func (p *Portal) allow(ctx context.Context, c *oauth2.Config, address, xSignature string) (string, error) {
	to, err := p.redirect(ctx, http.MethodGet, address, nil, xSignature)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(to.Path, "/oauth2/consent") {
		form := url.Values{"client_id": {c.ClientID}, "state": {to.Query().Get("state")}, "scope": c.Scopes}
		if to, err = p.redirect(ctx, http.MethodPost, c.Endpoint.AuthURL, form, xSignature); err != nil {
			return "", err
		}
	}
	if code := to.Query().Get("code"); code != "" {
		return code, nil
	}
	return "", fmt.Errorf("the portal answers %s", to.Query().Get("error"))
}

// redirect sends a request as a signed-in user and returns where the answer leads.
func (p *Portal) redirect(ctx context.Context, method, address string, form url.Values, xSignature string) (*url.URL, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set(signature.Name, xSignature)
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := p.HTTPClient()
	defer client.CloseIdleConnections()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	to, err := response.Location()
	if err != nil {
		return nil, fmt.Errorf("status %d without a redirect", response.StatusCode)
	}
	return to, nil
}
