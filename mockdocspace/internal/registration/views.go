package registration

import (
	"crypto/sha512"
	"encoding/base64"
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// clientObject is a client as its owner sees it (§7.4).
type clientObject struct {
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
	Enabled               bool     `json:"enabled"`
	IsPublic              bool     `json:"is_public"`
}

// infoObject is a client as everybody sees it (§7.4).
type infoObject struct {
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

// view says how a client is shown.
type view int

const (
	viewCreated view = iota // the answer to its creation
	viewSingle              // read by id, perhaps from the cache
	viewListed              // read from the database with others
)

func showClient(a store.App, v view, rule *rules.Rules) clientObject {
	secret := a.Secret
	if v == viewListed && rule.Registration.ListsCiphertext {
		secret = ciphertext(secret)
	}
	return clientObject{
		Name: a.Name, ClientID: a.ID, ClientSecret: secret, Description: description(a, v, rule),
		WebsiteURL: a.WebsiteURL, TermsURL: a.TermsURL, PolicyURL: a.PolicyURL, Logo: a.Logo,
		AuthenticationMethods: authenticationMethods(a), Tenant: a.TenantID,
		RedirectURIs: a.RedirectURIs, AllowedOrigins: a.AllowedOrigins,
		LogoutRedirectURIs: []string{a.LogoutRedirectURI}, Scopes: a.Scopes,
		CreatedOn: moment(a.CreatedAt, a, v), CreatedBy: a.CreatedBy,
		ModifiedOn: moment(a.ModifiedAt, a, v), ModifiedBy: a.ModifiedBy,
		Enabled: a.Enabled, IsPublic: a.Public,
	}
}

func showInfo(a store.App, v view, rule *rules.Rules) infoObject {
	info := infoObject{
		Name: a.Name, ClientID: a.ID, Description: description(a, v, rule),
		WebsiteURL: a.WebsiteURL, TermsURL: a.TermsURL, PolicyURL: a.PolicyURL, Logo: a.Logo,
		AuthenticationMethods: authenticationMethods(a), Scopes: a.Scopes, IsPublic: a.Public,
		CreatedOn: moment(a.CreatedAt, a, v), CreatedBy: a.CreatedBy,
		ModifiedOn: moment(a.ModifiedAt, a, v), ModifiedBy: a.ModifiedBy, Public: a.Public,
	}
	if rule.Registration.LeakSecret {
		info.ClientSecret = a.Secret
	}
	return info
}

// description of a client that came without one: null at creation and in the
// one-process build, the word null later in the pair (§7.3).
func description(a store.App, v view, rule *rules.Rules) *string {
	if a.Description == nil && v != viewCreated && rule.Registration.NullDescriptionBug && rule.Build != rules.BuildMinified {
		word := "null"
		return &word
	}
	return a.Description
}

func authenticationMethods(a store.App) []string {
	if a.AllowPKCE {
		return []string{"client_secret_post", "none"}
	}
	return []string{"client_secret_post"}
}

// moment has nine decimals while the fresh object is cached, none once it was
// read from the database (§7.4).
func moment(t time.Time, a store.App, v view) string {
	if v == viewListed || a.Reread {
		return seconds(t)
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000000Z")
}

func seconds(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// ciphertext stands for the stored form of a secret, which lists show (§7.2).
func ciphertext(secret string) string {
	digest := sha512.Sum512([]byte("stored form of " + secret))
	return base64.StdEncoding.EncodeToString(digest[:48])
}

// scope is an entry of the scope table (§10).
type scope struct {
	Name  string `json:"name"`
	Group string `json:"group"`
	Type  string `json:"type"`
}

// scopeCatalogue is sorted by name, openid last (§7.2).
func scopeCatalogue() []scope {
	return []scope{
		{"accounts.self:read", "profiles", "read"}, {"accounts.self:write", "profiles", "write"},
		{"accounts:read", "accounts", "read"}, {"accounts:write", "accounts", "write"},
		{"files:read", "files", "read"}, {"files:write", "files", "write"},
		{"rooms:read", "rooms", "read"}, {"rooms:write", "rooms", "write"},
		{"openid", "openid", "openid"},
	}
}
