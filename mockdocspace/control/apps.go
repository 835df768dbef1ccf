package control

import (
	"context"
	"net/http"
)

// App is a registered OAuth client.
type App struct {
	ID             string   `json:"id" doc:"client_id"`
	Secret         string   `json:"secret" doc:"client_secret"`
	Tenant         int64    `json:"tenant" doc:"Number of the portal that it is registered at."`
	Name           string   `json:"name"`
	RedirectURIs   []string `json:"redirect_uris"`
	AllowedOrigins []string `json:"allowed_origins"`
	Scopes         []string `json:"scopes"`
	AllowPKCE      bool     `json:"allow_pkce"`
	Enabled        bool     `json:"enabled"`
	CreatedBy      string   `json:"created_by" doc:"Id of the user whose app it is."`
}

// CreateAppRequest describes a new app. Unlike the registration API this takes
// any id, secret and redirect URI: it is for setting a scene, not for judging one.
type CreateAppRequest struct {
	ID             string   `json:"id,omitempty" doc:"Any text; default: a random UUID." maxLength:"255"`
	Secret         string   `json:"secret,omitempty" doc:"Any text; default: a random one."`
	Tenant         int64    `json:"tenant,omitempty" doc:"Number of the portal; default 1."`
	Name           string   `json:"name,omitempty" doc:"Default: App and part of its id."`
	RedirectURIs   []string `json:"redirect_uris" minItems:"1" doc:"Compared exactly, but for the port of loopback addresses."`
	AllowedOrigins []string `json:"allowed_origins,omitempty" doc:"Default: the origins of the redirect URIs."`
	Scopes         []string `json:"scopes,omitempty" doc:"Default: all that the portal has."`
	NoPKCE         bool     `json:"no_pkce,omitempty" doc:"Refuse exchanges without a secret (allow_pkce false)."`
	Disabled       bool     `json:"disabled,omitempty"`
	CreatedBy      string   `json:"created_by,omitempty" doc:"Id of the user whose app it is; default: the portal's owner."`
}

// Apps lists the apps of all portals, newest first.
func (c *Client) Apps(ctx context.Context) ([]App, error) { return get[[]App](ctx, c, "apps") }

// CreateApp registers an app. A taken id is an error.
func (c *Client) CreateApp(ctx context.Context, a CreateAppRequest) (App, error) {
	return send[App](ctx, c, http.MethodPost, "apps", a)
}

// DeleteApp removes an app at once, with all grants and consents.
func (c *Client) DeleteApp(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, "apps/"+segment(id), nil, nil)
}
