package mockdocspace_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// docs/containers.md: the portal listens beyond loopback, and both the browser
// and the app reach it by a name that is neither loopback nor its listening address.
func TestReachedByAContainersName(t *testing.T) {
	mock, err := mockdocspace.Start(t.Context(), mockdocspace.Options{
		Listen: "0.0.0.0:0", ExternalURL: "http://mock:8092", ControlToken: "let-me-in",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	if mock.URL() != "http://mock:8092" {
		t.Errorf("URL %s", mock.URL())
	}
	info, err := mock.Control().Portal(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	// A network in which the name leads to the portal.
	address := mock.Address()
	transport := &http.Transport{DialContext: func(ctx context.Context, network, wanted string) (net.Conn, error) {
		if wanted != "mock:8092" {
			return nil, errors.New("no route to " + wanted)
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	portal, err := flows.NewPortal(mock.URL(), &http.Client{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	signature, err := portal.SignInForSignature(t.Context(), "user@docspace.test", mockdocspace.SeedPassword)
	if err != nil {
		t.Fatal(err)
	}
	app := flows.App{
		ID: info.Apps[0].ID, Secret: info.Apps[0].Secret, RedirectURI: info.Apps[0].RedirectURIs[0],
		Scopes: []string{"accounts.self:read"},
	}
	tokens, err := portal.TokensHeadless(t.Context(), app, signature)
	if err != nil {
		t.Fatal(err)
	}
	base, err := tokens.APIBase([]string{"http://mock:8092"})
	if err != nil {
		t.Fatalf("the token's audience: %v", err)
	}
	self, err := flows.NewAPI(base, tokens.AccessToken, portal.HTTP).Self(t.Context())
	if err != nil || self.Email != "user@docspace.test" {
		t.Errorf("self %+v, error %v", self, err)
	}

	// Whoever reaches the control API without its token is refused.
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = control.New("http://127.0.0.1:" + port).Portal(t.Context())
	if err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("without a token: %v", err)
	}
}
