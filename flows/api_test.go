package flows_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/flows/internal/fakeportal"
)

func TestAPI(t *testing.T) {
	fake, portal, app := start(t)
	app.Scopes = []string{"accounts.self:read", "rooms:read"}
	authorization, code := authorized(t, fake, portal, app)
	tokens, err := portal.Exchange(t.Context(), app, code, authorization)
	if err != nil {
		t.Fatal(err)
	}
	api := flows.NewAPI(fake.URL, tokens.AccessToken, nil)
	self, err := api.Self(t.Context())
	if err != nil || self.ID != fakeportal.UserID || self.Email != fakeportal.Email || !self.Admin {
		t.Errorf("self %+v, %v", self, err)
	}
	rooms, err := api.Rooms(t.Context())
	if err != nil || rooms.Total != 1 || rooms.Folders[0].Title != "Plans" {
		t.Errorf("rooms %+v, %v", rooms, err)
	}
	if got := fake.Requests("/api/2.0/people/@self")[0]; got.Header.Get("Authorization") != "Bearer "+tokens.AccessToken || len(got.Query) != 0 {
		t.Errorf("request %+v", got)
	}
	envelope, err := flows.Get[flows.Person](t.Context(), api, "people/@self", nil)
	if err != nil || envelope.StatusCode != 200 || len(envelope.Links) != 1 || envelope.Links[0].Action != "GET" {
		t.Errorf("envelope %+v, %v", envelope, err)
	}
}

func TestAPIErrors(t *testing.T) {
	for _, test := range []struct {
		name            string
		status          int
		body            string
		refused, scope  bool
		message, saying string
	}{
		{"empty 401", 401, "", true, false, "", "token is not accepted"},
		{"empty 403", 403, "", false, true, "", "scopes"},
		{"envelope 403", 403, `{"error":{"message":"Access denied","type":"T","hresult":0},"status":1,"statusCode":403}`, false, false, "Access denied", "Access denied"},
		{"envelope 401", 401, `{"error":{"message":"Claim 'sub' is not present in JWT"},"status":1,"statusCode":401}`, true, false, "Claim 'sub' is not present in JWT", "Claim"},
		{"html 502", 502, "<h1>Bad gateway</h1>", false, false, "", "Bad gateway"},
		{"empty 429", 429, "", false, false, "", "429"},
		{"problem 404", 404, `{"type":"x","title":"Not found"}`, false, false, "", "Not found"},
		{"empty 404", 404, "", false, false, "", "404"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fake, _, _ := start(t)
			fake.Answer("/api/2.0/people/@self", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			})
			_, err := flows.NewAPI(fake.URL, "t", nil).Self(t.Context())
			var got *flows.APIError
			if !errors.As(err, &got) {
				t.Fatalf("error %v", err)
			}
			if got.Status != test.status || got.TokenRefused() != test.refused || got.ScopeMissing() != test.scope ||
				got.Message != test.message || !strings.Contains(err.Error(), test.saying) {
				t.Errorf("%+v: %v", got, err)
			}
		})
	}
}

func TestAPINeverSendsTheTokenElsewhere(t *testing.T) {
	fake, _, _ := start(t)
	elsewhere, _, _ := start(t)
	fake.Answer("/api/2.0/people/@self", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+"/api/2.0/people/@self", http.StatusTemporaryRedirect)
	})
	if _, err := flows.NewAPI(fake.URL, "t", &http.Client{}).Self(t.Context()); err == nil {
		t.Error("a redirect was taken for an answer")
	}
	if got := elsewhere.Requests(""); len(got) != 0 {
		t.Errorf("the redirect was followed: %+v", got)
	}
}

func TestSignInWithoutBrowser(t *testing.T) {
	fake, portal, app := start(t)
	xSignature, err := portal.SignInForSignature(t.Context(), fakeportal.Email, fakeportal.Password)
	if err != nil || xSignature != fakeportal.Signature {
		t.Fatalf("signature %q, %v", xSignature, err)
	}
	var refused *flows.SignInError
	if _, err := portal.SignIn(t.Context(), fakeportal.Email, "wrong"); !errors.As(err, &refused) || refused.Message != "User authentication failed" {
		t.Errorf("wrong password: %v", err)
	}
	fake.Answer("/api/2.0/authentication", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"response":{"tfa":true,"confirmUrl":"x"},"status":0,"statusCode":200}`))
	})
	if _, err := portal.SignIn(t.Context(), fakeportal.Email, fakeportal.Password); !errors.As(err, &refused) || !refused.SecondFactor {
		t.Errorf("second factor: %v", err)
	}
	var denied *flows.APIError
	if _, err := portal.Signature(t.Context(), "dead"); !errors.As(err, &denied) || !denied.TokenRefused() {
		t.Errorf("dead session: %v", err)
	}

	tokens, err := portal.TokensHeadless(t.Context(), app, xSignature)
	if err != nil || len(tokens.Scopes) != len(app.Scopes) {
		t.Fatalf("tokens %+v, %v", tokens, err)
	}

	authorization := portal.NewAuthorization(app)
	callback, err := portal.AuthorizeHeadless(t.Context(), app, authorization, xSignature, "openid")
	if err != nil || !callback.Query().Has("code") {
		t.Fatalf("partial consent: %v, %v", callback, err)
	}
	posted := fake.Requests("/oauth2/authorize")
	if got := posted[len(posted)-1].Form["scope"]; len(got) != 1 || got[0] != "openid" {
		t.Errorf("granted %v", got)
	}

	authorization = portal.NewAuthorization(app)
	callback, err = portal.DenyHeadless(t.Context(), app, authorization, xSignature)
	if err != nil {
		t.Fatal(err)
	}
	var denial *flows.AuthorizationError
	if _, err := flows.ParseCallback(callback.Query(), authorization); !errors.As(err, &denial) || denial.Code != "access_denied" {
		t.Errorf("denial: %v", err)
	}
}

func TestAuthorizeHeadlessMeetsTheLoginPage(t *testing.T) {
	_, portal, app := start(t)
	for name, test := range map[string]struct{ id, signature, code string }{
		"nobody":      {app.ID, "", "missing_asc_signature_error"},
		"unknown app": {"unknown", fakeportal.Signature, "client_not_found_error"},
	} {
		app := app
		app.ID = test.id
		var login *flows.LoginRedirect
		_, err := portal.AuthorizeHeadless(t.Context(), app, portal.NewAuthorization(app), test.signature)
		if !errors.As(err, &login) || login.Code != test.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	var login *flows.LoginRedirect
	if _, err := portal.Decide(t.Context(), app.ID, "used", fakeportal.Signature, "openid"); !errors.As(err, &login) || login.Code != "invalid_request" {
		t.Errorf("used consent state: %v", err)
	}
}

func TestRegister(t *testing.T) {
	_, portal, _ := start(t)
	registered, err := portal.Register(t.Context(), fakeportal.Signature, flows.NewRegistration("App", "http://localhost/cb", "files:read"))
	if err != nil || registered.App().ID != fakeportal.ClientID || registered.App().RedirectURI != "http://localhost/cb" {
		t.Fatalf("%+v, %v", registered, err)
	}
	var refused *flows.RegistrationError
	if _, err := portal.Register(t.Context(), "", flows.NewRegistration("App", "http://localhost/cb")); !errors.As(err, &refused) || refused.Status != 403 || !refused.Empty {
		t.Errorf("nobody: %v", err)
	}
	_, err = portal.Register(t.Context(), fakeportal.Signature, flows.NewRegistration("", "http://localhost/cb"))
	if !errors.As(err, &refused) || refused.Detail != "Validation failed" || len(refused.Fields) != 1 || !strings.Contains(err.Error(), "name: client name is expected") {
		t.Errorf("no name: %v", err)
	}
}

func TestDiscover(t *testing.T) {
	fake, portal, _ := start(t)
	metadata, err := portal.Discover(t.Context())
	if err != nil || metadata.TokenEndpoint != fake.URL+"/oauth2/token" {
		t.Fatalf("%+v, %v", metadata, err)
	}
	for name, body := range map[string]string{"foreign": `{"issuer":"http://evil.example.com"}`, "none": `{}`, "html": "<html>"} {
		fake.Answer("/.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body))
		})
		if _, err := portal.Discover(t.Context()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
