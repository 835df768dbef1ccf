package mockdocspace_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// A whole story leaves everything in the journal but what would let its reader
// take part in it.
func TestJournalOfAJourneyHoldsNoSecret(t *testing.T) {
	ctx := t.Context()
	mock, err := mockdocspace.Start(ctx, mockdocspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mock.Close() }()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	user, err := mock.Control().CreateUser(ctx, control.CreateUserRequest{Type: "admin", Password: "correct-horse-battery"})
	check(err)
	portal, err := flows.NewPortal(mock.URL(), nil)
	check(err)
	secrets := map[string]string{"password": user.Password}

	// The browser's way in: a one-time link.
	response, err := http.Post(mock.URL()+"/apisystem/portal/signin", "application/json",
		strings.NewReader(`{"email":"`+user.Email+`","password":"`+user.Password+`"}`))
	check(err)
	body, err := io.ReadAll(response.Body)
	check(err)
	_ = response.Body.Close()
	var links struct {
		Tenants []struct{ PortalLink string }
	}
	check(json.Unmarshal(body, &links))
	if len(links.Tenants) != 1 {
		t.Fatalf("sign-in answered %s", body)
	}
	link, err := url.Parse(links.Tenants[0].PortalLink)
	check(err)
	secrets["key of the one-time link"] = link.Query().Get("key")
	page, err := http.Get(link.String())
	check(err)
	_ = page.Body.Close()

	session, err := portal.SignIn(ctx, user.Email, user.Password)
	check(err)
	secrets["session"] = session
	signature, err := portal.Signature(ctx, session)
	check(err)
	secrets["signature"] = signature
	registered, err := portal.Register(ctx, signature, flows.NewRegistration("App", "http://localhost:3001/callback", "files:read", "openid"))
	check(err)
	app := registered.App()
	secrets["client secret"] = registered.ClientSecret
	authorization := portal.NewAuthorization(app)
	callback, err := portal.AuthorizeHeadless(ctx, app, authorization, signature, "files:read", "openid")
	check(err)
	code := callback.Query().Get("code")
	secrets["code"] = code
	secrets["code verifier"] = authorization.Verifier
	tokens, err := portal.Exchange(ctx, app, code, authorization)
	check(err)
	secrets["access token"], secrets["refresh token"], secrets["id token"] = tokens.AccessToken, tokens.RefreshToken, tokens.IDToken
	rotated, err := portal.Refresh(ctx, app, tokens.RefreshToken)
	check(err)
	secrets["rotated access token"], secrets["rotated refresh token"] = rotated.AccessToken, rotated.RefreshToken
	_, err = flows.NewAPI(mock.URL(), rotated.AccessToken, nil).MyDocuments(ctx)
	check(err)
	_, err = portal.Introspect(ctx, rotated.AccessToken)
	check(err)
	check(portal.Revoke(ctx, app, rotated.RefreshToken))
	fresh, err := portal.RegenerateSecret(ctx, signature, app.ID)
	check(err)
	secrets["regenerated secret"] = fresh

	journal, err := mock.Control().Journal(ctx, control.JournalFilter{Limit: 1000})
	check(err)
	text, err := json.Marshal(journal)
	check(err)
	for what, secret := range secrets {
		if len(secret) < 12 {
			t.Errorf("the %s %q is too short to look for", what, secret)
		}
		for _, form := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			if at := strings.Index(string(text), form); at >= 0 {
				t.Errorf("the %s is in the journal: …%s…", what, text[max(0, at-200):at+len(form)])
			}
		}
	}
	// It is the journey that was searched, and it can still be followed.
	for _, path := range []string{"/oauth2/authorize", "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/api/2.0/files/@my", "/confirm/Auth", "/apisystem/portal/signin"} {
		found := false
		for _, x := range journal.Exchanges {
			found = found || strings.HasPrefix(x.URL, path)
		}
		if !found {
			t.Errorf("%s is not in the journal", path)
		}
	}
	if !strings.Contains(string(text), "‹refresh-1›") || !strings.Contains(string(text), user.Email) {
		t.Error("marks or the user's address are missing")
	}
}
