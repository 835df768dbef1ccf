package flows

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Registration is what a portal wants to know of an app
// (docs/portal/identity.md §7.3). Redirect URIs may name localhost, the other
// addresses may not.
type Registration struct {
	Name              string   `json:"name"`        // 3 to 255 characters
	Description       string   `json:"description"` // send it, if empty: see identity.md §7.3
	Logo              string   `json:"logo"`        // data URL of a PNG, JPEG or SVG
	WebsiteURL        string   `json:"website_url"`
	TermsURL          string   `json:"terms_url"`
	PolicyURL         string   `json:"policy_url"`
	LogoutRedirectURI string   `json:"logout_redirect_uri"`
	RedirectURIs      []string `json:"redirect_uris"`   // 1 to 12
	AllowedOrigins    []string `json:"allowed_origins"` // 1 to 12
	Scopes            []string `json:"scopes"`
	AllowPKCE         bool     `json:"allow_pkce"` // may authenticate without its secret
}

// logo is a white dot on a dark square, an SVG.
const logo = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAzMiAzMiI+PHJlY3Qgd2lkdGg9IjMy" +
	"IiBoZWlnaHQ9IjMyIiByeD0iNyIgZmlsbD0iIzRiNjU4NCIvPjxjaXJjbGUgY3g9IjE2IiBjeT0iMTYiIHI9IjciIGZpbGw9IiNm" +
	"ZmYiLz48L3N2Zz4="

// NewRegistration fills what a portal demands and a test does not care about.
func NewRegistration(name, redirectURI string, scopes ...string) Registration {
	const website = "https://app.example.test"
	return Registration{
		Name: name, Description: name, Logo: logo,
		WebsiteURL: website, TermsURL: website + "/terms", PolicyURL: website + "/policy",
		LogoutRedirectURI: website, RedirectURIs: []string{redirectURI}, AllowedOrigins: []string{website},
		Scopes: scopes,
	}
}

// Registered is a registered app as the portal shows it to whoever manages it
// (docs/portal/identity.md §7.4).
type Registered struct {
	Name                  string   `json:"name"`
	ClientID              string   `json:"client_id"`
	ClientSecret          string   `json:"client_secret"`
	Description           string   `json:"description"`
	RedirectURIs          []string `json:"redirect_uris"`
	AllowedOrigins        []string `json:"allowed_origins"`
	Scopes                []string `json:"scopes"`
	AuthenticationMethods []string `json:"authentication_methods"`
	Tenant                int64    `json:"tenant"`
	Enabled               bool     `json:"enabled"`
}

// App is the relying party's view: id, secret, first redirect URI and all scopes.
func (r *Registered) App() App {
	app := App{ID: r.ClientID, Secret: r.ClientSecret, Scopes: r.Scopes}
	if len(r.RedirectURIs) > 0 {
		app.RedirectURI = r.RedirectURIs[0]
	}
	return app
}

// RegistrationError is a refusal of the app registration
// (docs/portal/identity.md §7.1).
type RegistrationError struct {
	Status int
	Title  string // of the problem document, "" without one
	Detail string
	Fields []FieldError // what is wrong with the request, in no order
	Empty  bool         // there was no body: no or a bad signature, or a rate limit
}

// FieldError says what is wrong with one member of a registration.
type FieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *RegistrationError) Error() string {
	text := fmt.Sprintf("portal answered %d %s", e.Status, http.StatusText(e.Status))
	if e.Empty {
		return text + " with an empty body"
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	var fields []string
	for _, field := range e.Fields {
		fields = append(fields, field.Field+": "+field.Message)
	}
	if len(fields) > 0 {
		text += " (" + strings.Join(fields, "; ") + ")"
	}
	return text
}

// Register registers an app as the user whom xSignature names. A refusal of this
// and the following methods is a *RegistrationError.
func (p *Portal) Register(ctx context.Context, xSignature string, r Registration) (*Registered, error) {
	registered := &Registered{}
	if err := p.manage(ctx, http.MethodPost, "", xSignature, r, registered); err != nil {
		return nil, fmt.Errorf("register app: %w", err)
	}
	return registered, nil
}

// Registration reads an app, its secret included.
func (p *Portal) Registration(ctx context.Context, xSignature, clientID string) (*Registered, error) {
	registered := &Registered{}
	if err := p.manage(ctx, http.MethodGet, "/"+url.PathEscape(clientID), xSignature, nil, registered); err != nil {
		return nil, fmt.Errorf("read app: %w", err)
	}
	return registered, nil
}

// SetEnabled switches an app on or off. Off kills its tokens until it is on again
// (docs/portal/identity.md §11).
func (p *Portal) SetEnabled(ctx context.Context, xSignature, clientID string, enabled bool) error {
	path := "/" + url.PathEscape(clientID) + "/activation"
	if err := p.manage(ctx, http.MethodPatch, path, xSignature, map[string]bool{"status": enabled}, nil); err != nil {
		return fmt.Errorf("switch app: %w", err)
	}
	return nil
}

// RegenerateSecret gives an app a new secret; the old one is invalid at once.
func (p *Portal) RegenerateSecret(ctx context.Context, xSignature, clientID string) (string, error) {
	var answer struct {
		ClientSecret string `json:"client_secret"`
	}
	path := "/" + url.PathEscape(clientID) + "/regenerate"
	if err := p.manage(ctx, http.MethodPatch, path, xSignature, nil, &answer); err != nil {
		return "", fmt.Errorf("regenerate secret: %w", err)
	}
	return answer.ClientSecret, nil
}

// DeleteApp removes an app and with it all grants.
func (p *Portal) DeleteApp(ctx context.Context, xSignature, clientID string) error {
	if err := p.manage(ctx, http.MethodDelete, "/"+url.PathEscape(clientID), xSignature, nil, nil); err != nil {
		return fmt.Errorf("delete app: %w", err)
	}
	return nil
}

// RevokeConsent takes back what the user of xSignature granted to an app, tokens included.
func (p *Portal) RevokeConsent(ctx context.Context, xSignature, clientID string) error {
	path := "/" + url.PathEscape(clientID) + "/revoke"
	if err := p.manage(ctx, http.MethodDelete, path, xSignature, nil, nil); err != nil {
		return fmt.Errorf("revoke consent: %w", err)
	}
	return nil
}

// manage performs one call of the registration API; path stands below
// /api/2.0/clients. A nil into reads no body.
func (p *Portal) manage(ctx context.Context, method, path, xSignature string, body, into any) error {
	header := signatureHeader(xSignature)
	if header == nil {
		header = http.Header{}
	}
	header.Set("Accept", "application/json")
	var sent bytes.Buffer
	if body != nil {
		header.Set("Content-Type", "application/json")
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return err
		}
	}
	answer, err := p.do(ctx, method, p.URL("/api/2.0/clients"+path), header, &sent)
	if err != nil {
		return err
	}
	if answer.status < 200 || answer.status > 299 {
		refusal := &RegistrationError{Status: answer.status, Empty: len(answer.body) == 0}
		var problem struct {
			Title  string       `json:"title"`
			Detail string       `json:"detail"`
			Errors []FieldError `json:"errors"`
		}
		if json.Unmarshal(answer.body, &problem) == nil {
			refusal.Title, refusal.Detail, refusal.Fields = problem.Title, problem.Detail, problem.Errors
		}
		return refusal
	}
	if into == nil {
		return nil
	}
	return answer.decode(into)
}
