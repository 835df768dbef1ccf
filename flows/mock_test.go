package flows_test

import (
	"slices"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
)

// TestAgainstTheMock goes the whole way at a portal that answers as a real one.
func TestAgainstTheMock(t *testing.T) {
	mock, err := mockdocspace.Start(t.Context(), mockdocspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	portal, err := flows.NewPortal(mock.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if _, err := portal.Discover(ctx); err != nil {
		t.Error(err)
	}
	admin, err := portal.SignInForSignature(ctx, "admin@docspace.test", "docspace")
	if err != nil {
		t.Fatal(err)
	}
	registration := flows.NewRegistration("Flows", "http://localhost:3001/callback",
		"accounts.self:read", "accounts:read", "files:read", "rooms:read", "openid")
	registration.AllowPKCE = true
	registered, err := portal.Register(ctx, admin, registration)
	if err != nil {
		t.Fatal(err)
	}
	if read, err := portal.Registration(ctx, admin, registered.ClientID); err != nil || read.ClientSecret != registered.ClientSecret {
		t.Errorf("read %+v, %v", read, err)
	}
	app := registered.App()

	authorization := portal.NewAuthorization(app)
	callback, err := portal.AuthorizeHeadless(ctx, app, authorization, admin)
	if err != nil {
		t.Fatal(err)
	}
	code, err := flows.ParseCallback(callback.Query(), authorization)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := portal.Exchange(ctx, app, code, authorization)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := portal.VerifyAccessToken(ctx, app, tokens.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := portal.VerifyIDToken(ctx, app, tokens.IDToken, authorization.Nonce, claims); err != nil {
		t.Error(err)
	}
	base, err := claims.APIBase([]string{portal.BaseURL})
	if err != nil {
		t.Fatal(err)
	}
	api := flows.NewAPI(base, tokens.AccessToken, nil)
	if self, err := api.Self(ctx); err != nil || self.Email != "admin@docspace.test" || self.ID != claims.Subject {
		t.Errorf("self %+v, %v", self, err)
	}
	if people, err := api.People(ctx); err != nil || people.Total == nil || len(people.Response) < 2 {
		t.Errorf("people %+v, %v", people, err)
	}
	if _, err := api.Groups(ctx); err != nil {
		t.Error(err)
	}
	if _, err := api.MyDocuments(ctx); err != nil {
		t.Error(err)
	}
	if _, err := api.Rooms(ctx); err != nil {
		t.Error(err)
	}
	if info, err := portal.UserInfo(ctx, tokens.AccessToken); err != nil || info.Subject != claims.Subject {
		t.Errorf("userinfo %+v, %v", info, err)
	}

	refreshed, err := portal.Refresh(ctx, app, tokens.RefreshToken, "files:read")
	if err != nil || !slices.Equal(refreshed.Scopes, []string{"files:read"}) {
		t.Fatalf("refreshed %+v, %v", refreshed, err)
	}
	if err := portal.Revoke(ctx, app, refreshed.RefreshToken); err != nil {
		t.Error(err)
	}
	if known, err := portal.Introspect(ctx, refreshed.AccessToken); err != nil || known.Active {
		t.Errorf("after revocation %+v, %v", known, err)
	}
	if token, err := portal.PersonalAccessToken(ctx, app, admin, "files:read"); err != nil || token.RefreshToken != "" {
		t.Errorf("personal token %+v, %v", token, err)
	}

	secret, err := portal.RegenerateSecret(ctx, admin, app.ID)
	if err != nil || secret == app.Secret {
		t.Errorf("secret %q, %v", secret, err)
	}
	for name, do := range map[string]func() error{
		"disable": func() error { return portal.SetEnabled(ctx, admin, app.ID, false) },
		"revoke":  func() error { return portal.RevokeConsent(ctx, admin, app.ID) },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := portal.DeleteApp(ctx, admin, app.ID); err != nil {
		t.Error(err)
	}
}
