package management

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/store"
)

// allScopes are the portal's scopes (docs/portal/identity.md §3.9).
var allScopes = []string{
	"accounts:read", "accounts:write", "rooms:read", "rooms:write", "accounts.self:read", "accounts.self:write", "files:read", "files:write", "openid",
}

// plainLogo is a grey square: the portal requires a logo of every app.
const plainLogo = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAxIDEiPjxyZWN0IHdpZHRoPSIxIiBoZWlnaHQ9IjEiIGZpbGw9IiM4ODgiLz48L3N2Zz4="

func (s *server) appRoutes(api huma.API) {
	register(s, api, http.MethodGet, "apps", "list-apps", "Apps, with their secrets", s.listApps)
	register(s, api, http.MethodPost, "apps", "create-app", "Register an app; what is left out is made up", s.createApp)
	register(s, api, http.MethodDelete, "apps/{id}", "delete-app", "Remove an app with its grants and consents", s.deleteApp)
}

func appOf(a store.App) control.App {
	return control.App{
		ID: a.ID, Secret: a.Secret, Tenant: a.TenantID, Name: a.Name, RedirectURIs: a.RedirectURIs, AllowedOrigins: a.AllowedOrigins,
		Scopes: a.Scopes, AllowPKCE: a.AllowPKCE, Enabled: a.Enabled, CreatedBy: a.CreatedBy,
	}
}

func (s *server) listApps(ctx context.Context, _ *none) (*answer[[]control.App], error) {
	list, err := s.apps(ctx)
	if err != nil {
		return nil, err
	}
	return &answer[[]control.App]{list}, nil
}

func (s *server) apps(ctx context.Context) ([]control.App, error) {
	tenants, err := s.Store.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	var all []store.App
	for _, t := range tenants {
		apps, err := s.Store.ListApps(ctx, store.AppQuery{TenantID: t.ID})
		if err != nil {
			return nil, err
		}
		all = append(all, apps...)
	}
	slices.SortStableFunc(all, func(a, b store.App) int { return b.CreatedAt.Compare(a.CreatedAt) })
	list := make([]control.App, len(all))
	for i, a := range all {
		list[i] = appOf(a)
	}
	return list, nil
}

func (s *server) createApp(ctx context.Context, in *struct{ Body control.CreateAppRequest }) (*answer[control.App], error) {
	request := in.Body
	tenant, err := s.tenant(ctx, "body.tenant", request.Tenant)
	if err != nil {
		return nil, err
	}
	if len(request.RedirectURIs) == 0 {
		return nil, invalid("body.redirect_uris", request.RedirectURIs, "needs one entry at least, like http://localhost:3001/callback")
	}
	origins := request.AllowedOrigins
	for _, uri := range request.RedirectURIs {
		u, err := url.Parse(uri)
		if err != nil || u.Scheme == "" {
			return nil, invalid("body.redirect_uris", uri, "is no absolute URI: write it like http://localhost:3001/callback")
		}
		if origin := u.Scheme + "://" + u.Host; request.AllowedOrigins == nil && !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	for _, scope := range request.Scopes {
		if !slices.Contains(allScopes, scope) {
			return nil, invalid("body.scopes", scope, "is no scope of the portal: use some of %q", allScopes)
		}
	}
	owner := cmp.Or(request.CreatedBy, tenant.OwnerID)
	if _, err := s.Store.User(ctx, tenant.ID, owner); errors.Is(err, store.ErrNotFound) {
		return nil, invalid("body.created_by", owner, "is no user of portal %d: GET /mock/users lists them", tenant.ID)
	} else if err != nil {
		return nil, err
	}
	id := cmp.Or(request.ID, s.Random.UUID())
	now, description := s.Clock.Now(), "Made by the control API"
	app := store.App{
		ID: id, TenantID: tenant.ID, Secret: cmp.Or(request.Secret, s.Random.Alphanumeric(36)),
		Name: cmp.Or(request.Name, "App "+id[:min(8, len(id))]), Description: &description, Logo: plainLogo,
		WebsiteURL: "https://app.example.test", TermsURL: "https://app.example.test/terms", PolicyURL: "https://app.example.test/privacy",
		LogoutRedirectURI: "https://app.example.test/bye", RedirectURIs: request.RedirectURIs, AllowedOrigins: origins, Scopes: request.Scopes,
		AllowPKCE: !request.NoPKCE, Public: true, Enabled: !request.Disabled,
		CreatedBy: owner, CreatedAt: now, ModifiedBy: owner, ModifiedAt: now,
	}
	if len(app.Scopes) == 0 {
		app.Scopes = slices.Clone(allScopes)
	}
	switch err := s.Store.CreateApp(ctx, app); {
	case errors.Is(err, store.ErrConflict):
		return nil, conflict("body.id", id, "is taken: DELETE it below /mock/apps/ first, or leave the id out to get a fresh one")
	case err != nil:
		return nil, err
	}
	return &answer[control.App]{appOf(app)}, nil
}

func (s *server) deleteApp(ctx context.Context, in *struct {
	ID string `path:"id" doc:"Its client_id."`
},
) (*none, error) {
	ctx = context.WithoutCancel(ctx) // all or nothing, though the client may leave
	app, err := s.Store.App(ctx, in.ID)
	if err == nil {
		err = s.Store.DeleteApp(ctx, app.ID)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound("path.id", in.ID, "is no app: GET /mock/apps lists them")
	}
	if err != nil {
		return nil, err
	}
	_, grants := s.Store.DeleteGrants(ctx, store.GrantFilter{AppID: app.ID})
	_, consents := s.Store.DeleteConsents(ctx, "", app.ID)
	return nil, errors.Join(grants, consents)
}
