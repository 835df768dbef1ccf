package flows_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/flows/internal/fakeportal"
)

// start is a fake portal and its client.
func start(t *testing.T) (*fakeportal.Portal, *flows.Portal, flows.App) {
	t.Helper()
	fake := fakeportal.New(t)
	portal, err := flows.NewPortal(fake.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	return fake, portal, flows.App{
		ID: fakeportal.ClientID, Secret: fakeportal.Secret, RedirectURI: "http://localhost:3001/callback",
		Scopes: []string{"accounts.self:read", "openid"},
	}
}

// authorized is a fresh authorization and a code for it.
func authorized(t *testing.T, fake *fakeportal.Portal, portal *flows.Portal, app flows.App) (flows.Authorization, string) {
	t.Helper()
	authorization := portal.NewAuthorization(app)
	address, err := url.Parse(portal.AuthorizeURL(app, authorization))
	if err != nil {
		t.Fatal(err)
	}
	return authorization, fake.Code(address.Query())
}

func TestExchange(t *testing.T) {
	fake, portal, app := start(t)
	authorization, code := authorized(t, fake, portal, app)
	tokens, err := portal.Exchange(t.Context(), app, code, authorization)
	if err != nil {
		t.Fatal(err)
	}
	if tokens.AccessToken == "" || tokens.RefreshToken == "" || tokens.IDToken == "" ||
		!slices.Contains(tokens.Scopes, "openid") || time.Until(tokens.Expires) < 50*time.Minute {
		t.Errorf("tokens: %+v", tokens)
	}
	request := fake.Requests("/oauth2/token")[0]
	want := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {app.RedirectURI},
		"client_id": {app.ID}, "client_secret": {app.Secret}, "code_verifier": {authorization.Verifier},
	}
	if request.Form.Encode() != want.Encode() || request.Header.Get("Authorization") != "" || len(request.Query) != 0 {
		t.Errorf("request: %+v", request)
	}
}

func TestExchangeWithoutSecret(t *testing.T) {
	fake, portal, app := start(t)
	app.Public = true
	authorization, code := authorized(t, fake, portal, app)
	tokens, err := portal.Exchange(t.Context(), app, code, authorization)
	if err != nil {
		t.Fatal(err)
	}
	if tokens.RefreshToken != "" {
		t.Error("refresh token for a public app")
	}
	if form := fake.Requests("/oauth2/token")[0].Form; form.Has("client_secret") {
		t.Errorf("secret was sent: %v", form)
	}
}

func TestRefreshRotates(t *testing.T) {
	fake, portal, app := start(t)
	authorization, code := authorized(t, fake, portal, app)
	first, err := portal.Exchange(t.Context(), app, code, authorization)
	if err != nil {
		t.Fatal(err)
	}
	second, err := portal.Refresh(t.Context(), app, first.RefreshToken, "openid")
	if err != nil {
		t.Fatal(err)
	}
	if second.RefreshToken == first.RefreshToken || !slices.Equal(second.Scopes, []string{"openid"}) {
		t.Errorf("second: %+v", second)
	}
	var refused *flows.TokenError
	if _, err := portal.Refresh(t.Context(), app, first.RefreshToken); !errors.As(err, &refused) || refused.Code != "invalid_grant" {
		t.Errorf("old refresh token: %v", err)
	}
	want := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {first.RefreshToken}, "scope": {"openid"},
		"client_id": {app.ID}, "client_secret": {app.Secret},
	}
	if got := fake.Requests("/oauth2/token")[1].Form; got.Encode() != want.Encode() {
		t.Errorf("form: %v", got)
	}
}

func TestPersonalAccessToken(t *testing.T) {
	_, portal, app := start(t)
	tokens, err := portal.PersonalAccessToken(t.Context(), app, fakeportal.Signature, "files:read", "rooms:read")
	if err != nil {
		t.Fatal(err)
	}
	if tokens.RefreshToken != "" || len(tokens.Scopes) != 2 {
		t.Errorf("tokens: %+v", tokens)
	}
	if _, err := portal.PersonalAccessToken(t.Context(), app, "", "files:read"); err == nil {
		t.Error("token without a signature")
	}
}

func TestTokenErrors(t *testing.T) {
	answer := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			if contentType != "" {
				w.Header().Set("Content-Type", contentType)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	const leaked = "leaked-token"
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   flows.TokenError
		says   string
	}{
		{
			"refusal", answer(400, "application/json;charset=UTF-8", `{"error":"invalid_request","error_description":"OAuth 2.0 Parameter: code","error_uri":"u"}`),
			flows.TokenError{Status: 400, Code: "invalid_request", Description: "OAuth 2.0 Parameter: code", URI: "u"},
			`400 "invalid_request": "OAuth 2.0`,
		},
		{"empty 401", answer(401, "", ""), flows.TokenError{Status: 401}, "401 with an empty body"},
		{"html 503", answer(503, "text/html", "<h1>down</h1>"), flows.TokenError{Status: 503}, "503 (text/html)"},
		{"html 200", answer(200, "text/html", "<h1>"+leaked+"</h1>"), flows.TokenError{Status: 200, Problem: "no token in the answer"}, "200: no token"},
		{"cut", answer(200, "application/json", `{"access_token":"`+leaked), flows.TokenError{Status: 200, Problem: "no token in the answer"}, "200: no token"},
		{"form", answer(200, "application/x-www-form-urlencoded", "access_token="+leaked+"&token_type=Bearer"), flows.TokenError{Status: 200, Problem: "no token in the answer"}, "200: no token"},
		{"no token", answer(200, "application/json", `{"token_type":"Bearer"}`), flows.TokenError{Status: 200, Problem: "no token in the answer"}, "200: no token"},
		{"token type", answer(200, "application/json", `{"access_token":"`+leaked+`","token_type":"mac"}`), flows.TokenError{Status: 200, Problem: `token_type is "mac" instead of Bearer`}, "mac"},
		{"error in 200", answer(200, "application/json", `{"error":"invalid_grant"}`), flows.TokenError{Status: 200, Code: "invalid_grant", Problem: "no token in the answer"}, "invalid_grant"},
		{"201", answer(201, "application/json", `{"access_token":"`+leaked+`","token_type":"Bearer"}`), flows.TokenError{Status: 201, Problem: "no token in the answer"}, "201"},
		{"429", answer(429, "application/json", ""), flows.TokenError{Status: 429}, "429 with an empty body"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login?type=oauth2&client_id=error", http.StatusFound)
		}, flows.TokenError{Status: 302, Location: "/login"}, "redirect to /login instead"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fake, portal, app := start(t)
			fake.Answer("/oauth2/token", test.answer)
			_, err := portal.Exchange(t.Context(), app, "code", portal.NewAuthorization(app))
			var got *flows.TokenError
			if !errors.As(err, &got) {
				t.Fatalf("error %v", err)
			}
			if got.Status != test.want.Status || got.Code != test.want.Code || got.Description != test.want.Description ||
				got.URI != test.want.URI || got.Problem != test.want.Problem || got.Location != test.want.Location {
				t.Errorf("got %+v", got)
			}
			if !strings.Contains(err.Error(), test.says) || strings.Contains(fmt.Sprintf("%+v %v", got, err), leaked) {
				t.Errorf("text %q, error %+v", err, got)
			}
			if len(fake.Requests("/login")) != 0 {
				t.Error("the redirect was followed")
			}
		})
	}
}

func TestDeadTokenEndpoint(t *testing.T) {
	portal, err := flows.NewPortal("http://127.0.0.1:1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := portal.Exchange(t.Context(), app, "code", flows.Authorization{}); err == nil || strings.Contains(err.Error(), app.Secret) {
		t.Errorf("error %v", err)
	}
}

func TestIntrospectAndRevoke(t *testing.T) {
	fake, portal, app := start(t)
	authorization, code := authorized(t, fake, portal, app)
	tokens, err := portal.Exchange(t.Context(), app, code, authorization)
	if err != nil {
		t.Fatal(err)
	}
	known, err := portal.Introspect(t.Context(), tokens.AccessToken)
	if err != nil || !known.Active || known.Audience[0] != fake.URL {
		t.Fatalf("introspection %+v, %v", known, err)
	}
	info, err := portal.UserInfo(t.Context(), tokens.AccessToken)
	if err != nil || info.Subject != fakeportal.UserID {
		t.Fatalf("userinfo %+v, %v", info, err)
	}
	if err := portal.Revoke(t.Context(), app, tokens.RefreshToken); err != nil {
		t.Fatal(err)
	}
	if known, err := portal.Introspect(t.Context(), tokens.AccessToken); err != nil || known.Active {
		t.Errorf("after revocation: %+v, %v", known, err)
	}
	var refused *flows.APIError
	if _, err := portal.UserInfo(t.Context(), tokens.AccessToken); !errors.As(err, &refused) || refused.Code != "invalid_token" {
		t.Errorf("userinfo after revocation: %v", err)
	}
	app.Secret = "wrong"
	var wrong *flows.TokenError
	if err := portal.Revoke(t.Context(), app, tokens.RefreshToken); !errors.As(err, &wrong) || wrong.Code != "invalid_client" {
		t.Errorf("revoke with a wrong secret: %v", err)
	}
}
