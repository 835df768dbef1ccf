package mockdocspace_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// A portal in the test's own process: a user signs in, allows an app, and the
// app's token opens the API until the portal's clock says otherwise.
func Example() {
	ctx := context.Background()
	mock, err := mockdocspace.Start(ctx, mockdocspace.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer mock.Close()

	registered, err := mock.Control().CreateApp(ctx, control.CreateAppRequest{RedirectURIs: []string{"http://127.0.0.1/callback"}})
	if err != nil {
		log.Fatal(err)
	}
	user, err := mock.Control().SignIn(ctx, "user@docspace.test", 1)
	if err != nil {
		log.Fatal(err)
	}

	portal, err := flows.NewPortal(mock.URL(), nil)
	if err != nil {
		log.Fatal(err)
	}
	app := flows.App{
		ID: registered.ID, Secret: registered.Secret, RedirectURI: registered.RedirectURIs[0],
		Scopes: []string{"accounts.self:read"},
	}
	authorization := portal.NewAuthorization(app)
	callback, err := portal.AuthorizeHeadless(ctx, app, authorization, user.Signature, app.Scopes...)
	if err != nil {
		log.Fatal(err)
	}
	code, err := flows.ParseCallback(callback.Query(), authorization)
	if err != nil {
		log.Fatal(err)
	}
	tokens, err := portal.Exchange(ctx, app, code, authorization)
	if err != nil {
		log.Fatal(err)
	}
	self, err := flows.NewAPI(mock.URL(), tokens.AccessToken, nil).Self(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(self.DisplayName)

	if _, err := mock.Control().Advance(ctx, 61*time.Minute); err != nil {
		log.Fatal(err)
	}
	_, err = flows.NewAPI(mock.URL(), tokens.AccessToken, nil).Self(ctx)
	fmt.Println(err != nil)
	// Output:
	// Ursula User
	// true
}
