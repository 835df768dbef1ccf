package mockdocspace_test

import (
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
)

// In the profile strict tokens name the metadata's issuer, and the API takes them.
func TestAWholeFlowInTheStrictProfile(t *testing.T) {
	mock, err := mockdocspace.Start(t.Context(), mockdocspace.Options{Profile: "strict"})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	user, err := mock.Control().SignIn(t.Context(), "user@docspace.test", 1)
	if err != nil {
		t.Fatal(err)
	}
	portal, err := flows.NewPortal(mock.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	app := flows.App{
		ID: mockdocspace.DemoClientID, Secret: mockdocspace.DemoClientSecret, RedirectURI: mockdocspace.DemoRedirectURI,
		Scopes: []string{"accounts.self:read"},
	}
	tokens, err := portal.TokensHeadless(t.Context(), app, user.Signature)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := portal.VerifyAccessToken(t.Context(), app, tokens.AccessToken); err != nil {
		t.Errorf("verify: %v", err)
	}
	if _, err := flows.NewAPI(mock.URL(), tokens.AccessToken, nil).Self(t.Context()); err != nil {
		t.Errorf("self: %v", err)
	}
}
