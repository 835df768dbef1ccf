package registration

import (
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/spring"
	"docspace-oauth/mockdocspace/internal/store"
)

// clientDocument is a client as the portal shows it (§7.4).
type clientDocument struct {
	Name                  string   `json:"name"`
	ClientID              string   `json:"client_id"`
	ClientSecret          string   `json:"client_secret,omitempty"`
	Description           *string  `json:"description"`
	WebsiteURL            string   `json:"website_url"`
	TermsURL              string   `json:"terms_url"`
	PolicyURL             string   `json:"policy_url"`
	Logo                  string   `json:"logo"`
	AuthenticationMethods []string `json:"authentication_methods"`
	Tenant                int64    `json:"tenant"`
	RedirectURIs          []string `json:"redirect_uris"`
	AllowedOrigins        []string `json:"allowed_origins"`
	LogoutRedirectURIs    []string `json:"logout_redirect_uris"`
	Scopes                []string `json:"scopes"`
	CreatedOn             string   `json:"created_on"`
	CreatedBy             string   `json:"created_by"`
	ModifiedOn            string   `json:"modified_on"`
	ModifiedBy            string   `json:"modified_by"`
	IsPublic              bool     `json:"is_public"`
	Enabled               bool     `json:"enabled"`
}

// infoDocument is what everybody may know of a client (§7.4).
type infoDocument struct {
	Name                  string   `json:"name"`
	ClientID              string   `json:"client_id"`
	ClientSecret          string   `json:"client_secret,omitempty"` // with the fault registration.leaks-secret only
	Description           *string  `json:"description"`
	WebsiteURL            string   `json:"website_url"`
	TermsURL              string   `json:"terms_url"`
	PolicyURL             string   `json:"policy_url"`
	Logo                  string   `json:"logo"`
	AuthenticationMethods []string `json:"authentication_methods"`
	Scopes                []string `json:"scopes"`
	IsPublic              bool     `json:"is_public"`
	CreatedOn             string   `json:"created_on"`
	CreatedBy             string   `json:"created_by"`
	ModifiedOn            string   `json:"modified_on"`
	ModifiedBy            string   `json:"modified_by"`
	Public                bool     `json:"public"`
}

// source is where the portal has an app from; it shows in the times (§7.4).
type source bool

const (
	fromCache    source = true  // nine decimals
	fromDatabase source = false // whole seconds
)

// sourceOf says whether a single read finds the app in the cache.
func (s *service) sourceOf(app store.App) source {
	return source(!app.Reread && s.Clock.Now().Before(app.CreatedAt.Add(cacheLifetime)))
}

func (src source) format(t time.Time) string {
	if src == fromCache {
		return t.UTC().Format("2006-01-02T15:04:05.000000000Z")
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func clientOf(app store.App, r *rules.Rules, src source) clientDocument {
	return clientDocument{
		Name: app.Name, ClientID: app.ID, ClientSecret: app.Secret, Description: description(app, r),
		WebsiteURL: app.WebsiteURL, TermsURL: app.TermsURL, PolicyURL: app.PolicyURL, Logo: app.Logo,
		AuthenticationMethods: authenticationMethods(app), Tenant: app.TenantID,
		RedirectURIs: list(app.RedirectURIs), AllowedOrigins: list(app.AllowedOrigins),
		LogoutRedirectURIs: []string{app.LogoutRedirectURI}, Scopes: list(app.Scopes),
		CreatedOn: src.format(app.CreatedAt), CreatedBy: app.CreatedBy,
		ModifiedOn: src.format(app.ModifiedAt), ModifiedBy: app.ModifiedBy,
		IsPublic: app.Public, Enabled: app.Enabled,
	}
}

func infoOf(app store.App, r *rules.Rules, src source) infoDocument {
	info := infoDocument{
		Name: app.Name, ClientID: app.ID, Description: description(app, r),
		WebsiteURL: app.WebsiteURL, TermsURL: app.TermsURL, PolicyURL: app.PolicyURL, Logo: app.Logo,
		AuthenticationMethods: authenticationMethods(app), Scopes: list(spring.SetOrder(app.Scopes)), IsPublic: app.Public,
		CreatedOn: src.format(app.CreatedAt), CreatedBy: app.CreatedBy,
		ModifiedOn: src.format(app.ModifiedAt), ModifiedBy: app.ModifiedBy, Public: app.Public,
	}
	if r.Registration.LeakSecret {
		info.ClientSecret = app.Secret
	}
	return info
}

// description of an app that was registered without one: null, which the pair of
// services turns into a text (§7.3).
func description(app store.App, r *rules.Rules) *string {
	if app.Description == nil && r.Registration.NullDescriptionBug && r.Build != rules.BuildMinified {
		text := "null"
		return &text
	}
	return app.Description
}

// authenticationMethods are what the app may use at the token endpoint (§4.7).
func authenticationMethods(app store.App) []string {
	methods := []string{"client_secret_post"}
	if app.AllowPKCE {
		methods = append(methods, "none")
	}
	return methods
}

// list is never null in JSON.
func list(values []string) []string {
	if values == nil {
		return []string{}
	}
	return values
}
