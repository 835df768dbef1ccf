package mockdocspace_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// allScopes are those that a portal has.
var allScopes = []string{
	"accounts.self:read", "accounts.self:write", "accounts:read", "accounts:write",
	"files:read", "files:write", "rooms:read", "rooms:write", "openid",
}

// apiPortal is a started portal whose Backend API is called with real tokens.
type apiPortal struct {
	*mockdocspace.Portal
	t *testing.T
}

func startAPI(t *testing.T, o mockdocspace.Options) *apiPortal {
	t.Helper()
	mock, err := mockdocspace.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	return &apiPortal{mock, t}
}

func (p *apiPortal) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// grant is what a user gave an app.
type grant struct {
	app       flows.App
	signature string
	tokens    *flows.Tokens
}

// grant takes a user of a portal through authorize, consent and token, for an
// app of its own.
func (p *apiPortal) grant(tenant int64, user string, scopes ...string) grant {
	p.t.Helper()
	const callback = "http://127.0.0.1/callback"
	registered, err := p.Control().CreateApp(p.t.Context(), control.CreateAppRequest{Tenant: tenant, RedirectURIs: []string{callback}})
	p.must(err)
	g := grant{app: flows.App{ID: registered.ID, Secret: registered.Secret, RedirectURI: callback, Scopes: scopes}}
	signedIn, err := p.Control().SignIn(p.t.Context(), user, tenant)
	p.must(err)
	g.signature = signedIn.Signature
	g.tokens = p.authorize(signedIn.Portal, g.app, g.signature)
	return g
}

func (p *apiPortal) authorize(base string, app flows.App, signature string) *flows.Tokens {
	p.t.Helper()
	portal, err := flows.NewPortal(base, nil)
	p.must(err)
	tokens, err := portal.TokensHeadless(p.t.Context(), app, signature, app.Scopes...)
	p.must(err)
	return tokens
}

// token is an access token of a user of the first portal.
func (p *apiPortal) token(user string, scopes ...string) string {
	p.t.Helper()
	return p.grant(1, user, scopes...).tokens.AccessToken
}

// reply is an answer of the portal, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// call sends a request below base; in is sent as JSON unless it is nil, a string as it is.
func (p *apiPortal) call(base, method, path, token string, in any) reply {
	p.t.Helper()
	var body io.Reader
	switch in := in.(type) {
	case nil:
	case string:
		body = bytes.NewReader([]byte(in))
	default:
		raw, err := json.Marshal(in)
		p.must(err)
		body = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(p.t.Context(), method, base+path, body)
	p.must(err)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := flows.NewHTTPClient(nil).Do(request)
	p.must(err)
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	p.must(err)
	return reply{response.StatusCode, response.Header, string(read)}
}

func (r reply) json(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(r.body), &m); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return m
}
