package suites

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/suites/target"
)

type sentTo func(*http.Request)

func (f sentTo) RoundTrip(r *http.Request) (*http.Response, error) {
	f(r)
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// What would touch the apps of a target is never sent where they are ready-made.
func TestReadyMadeAppsAreSpared(t *testing.T) {
	for request, sent := range map[string]bool{
		"GET /api/2.0/clients":                     true,
		"GET /api/2.0/clients/1":                   true,
		"OPTIONS /api/2.0/clients":                 true,
		"DELETE /api/2.0/clients/1/revoke":         true, // a consent
		"DELETE /api/2.0/oauth2/clients/1/revoke":  true,
		"POST /oauth2/token":                       true,
		"POST /api/2.0/clientsandmore":             true,
		"DELETE /api/2.0/files/folder/1":           true,
		"POST /api/2.0/clients":                    false,
		"POST /api/2.0/oauth2/clients":             false,
		"PUT /api/2.0/clients/1":                   false,
		"PATCH /api/2.0/clients/1/activation":      false,
		"PATCH /api/2.0/clients/1/regenerate":      false,
		"PATCH /api/2.0/oauth2/clients/1/anything": false,
		"DELETE /api/2.0/clients/1":                false,
		"DELETE /api/2.0/clients":                  false,
		"DELETE /api/2.0/clients/tenant":           false,
	} {
		method, path, _ := strings.Cut(request, " ")
		arrived := false
		base := sentTo(func(*http.Request) { arrived = true })
		ready := &target.Target{Descriptor: target.Descriptor{Apps: []target.ReadyApp{{ClientID: "1"}}}}
		for _, t2 := range []*target.Target{ready, {}} {
			arrived = false
			req, err := http.NewRequestWithContext(t.Context(), method, "http://portal.test"+path, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := spare(t2, base).RoundTrip(req)
			if err == nil {
				resp.Body.Close()
			}
			if want := sent || t2 != ready; arrived != want || want != (err == nil) || (err != nil && !errors.Is(err, target.ErrNotOffered)) {
				t.Errorf("%s with %d ready-made apps: arrived %v, %v", request, len(t2.Apps), arrived, err)
			}
		}
	}
}

// A ready-made app stands for the registration that a check asks for only where it
// could not be told from it, and for one app of a check at a time.
func TestReadyMadeAppsStandForRegistrations(t *testing.T) {
	app := func(id string, public bool, scopes ...string) target.ReadyApp {
		return target.ReadyApp{ClientID: id, RedirectURI: "https://a.test/cb", Scopes: scopes, AllowPKCE: public}
	}
	c := &Case{
		Target: &target.Target{Descriptor: target.Descriptor{Apps: []target.ReadyApp{
			app("public", true, AllScopes...), app("first", false, AllScopes...), app("narrow", false, "openid"), app("second", false, AllScopes...),
		}}},
		taken: map[string]bool{},
	}
	for _, step := range []struct {
		options []AppOption
		want    string // its id, or what is said
	}{
		{nil, "first"},
		{[]AppOption{Scopes("openid")}, "narrow"},
		{[]AppOption{AllowPKCE(), Redirects("https://a.test/cb")}, "public"},
		{[]AppOption{Redirects("https://b.test/cb")}, "an app without allow-pkce, with all nine scopes, with the redirect URIs https://b.test/cb, and none"},
		{[]AppOption{Redirects("https://a.test/cb", "https://b.test/cb")}, "with the redirect URIs https://a.test/cb https://b.test/cb"},
		{[]AppOption{Scopes("files:read")}, "with just the scopes files:read"},
		{[]AppOption{Origins("https://a.test")}, "with the allowed origins https://a.test"},
		{nil, "second"},
		{nil, "needs 3 ready-made apps of one kind, and the target has 2"},
		{[]AppOption{AllowPKCE()}, "needs 2 ready-made apps of one kind, and the target has 1"},
	} {
		var wanted flows.Registration
		for _, option := range step.options {
			option(&wanted)
		}
		got, err := c.untaken(wanted)
		if got.ClientID != step.want && (err == nil || !errors.Is(err, target.ErrNotOffered) || !strings.Contains(err.Error(), step.want)) {
			t.Errorf("%+v: %q, %v instead of %s", wanted, got.ClientID, err, step.want)
		}
	}
}
