package flows_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"docspace-oauth/flows"
)

var app = flows.App{
	ID: "client-1", Secret: "secret", RedirectURI: "http://localhost:3001/callback?a=b",
	Scopes: []string{"files:read", "openid"},
}

func TestAuthorizeURL(t *testing.T) {
	portal, err := flows.NewPortal("http://portal.example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	first, second := portal.NewAuthorization(app), portal.NewAuthorization(app)
	if first.State == second.State || first.Verifier == second.Verifier || first.Nonce == second.Nonce {
		t.Fatal("state, verifier or nonce is the same twice")
	}
	if len(first.State) < 26 || len(first.Verifier) != 43 || first.Nonce == "" {
		t.Fatalf("too short: %+v", first)
	}
	want := "http://portal.example.com/oauth2/authorize?response_type=code&client_id=client-1" +
		"&redirect_uri=http%3A%2F%2Flocalhost%3A3001%2Fcallback%3Fa%3Db&state=" + first.State + "&nonce=" + first.Nonce +
		"&code_challenge=" + oauth2.S256ChallengeFromVerifier(first.Verifier) +
		"&code_challenge_method=S256&scope=files%3Aread%20openid"
	if got := portal.AuthorizeURL(app, first); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestAuthorizeURLLeavesOutWhatIsNotThere(t *testing.T) {
	portal, err := flows.NewPortal("http://portal.example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	got := portal.AuthorizeURL(flows.App{ID: "c"}, flows.Authorization{State: "s"})
	if want := "http://portal.example.com/oauth2/authorize?response_type=code&client_id=c&state=s"; got != want {
		t.Errorf("got %s", got)
	}
	if a := portal.NewAuthorization(flows.App{Scopes: []string{"files:read"}}); a.Nonce != "" {
		t.Error("nonce without openid")
	}
}

func TestParseCallback(t *testing.T) {
	authorization := flows.Authorization{State: "good", Issuer: "http://portal.example.com"}
	for _, test := range []struct {
		query string
		code  string
		is    error
		code2 string // of an AuthorizationError
	}{
		{query: "code=abc&state=good", code: "abc"},
		{query: "state=good&code=abc&unknown=1&unknown=2", code: "abc"},
		{query: "code=abc&state=good&iss=http%3A%2F%2Fportal.example.com", code: "abc"},
		{query: "code=abc&state=good&iss=http%3A%2F%2Fportal.example.com%2Foauth2", code: "abc"},
		{query: "code=abc&state=good&iss=http%3A%2F%2Fevil.example.com", is: flows.ErrIssuer},
		{query: "code=abc&state=good&iss=", is: flows.ErrIssuer},
		{query: "code=abc&state=good&iss=a&iss=b", is: flows.ErrCallback},
		{query: "", is: flows.ErrState},
		{query: "code=abc", is: flows.ErrState},
		{query: "code=abc&state=", is: flows.ErrState},
		{query: "code=abc&state=bad", is: flows.ErrState},
		{query: "code=abc&state=goo", is: flows.ErrState},
		{query: "code=abc&state=good&state=good", is: flows.ErrState},
		{query: "code=abc&state=good&state=bad", is: flows.ErrState},
		{query: "error=access_denied&state=bad", is: flows.ErrState},
		{query: "state=good", is: flows.ErrCallback},
		{query: "state=good&code=", is: flows.ErrCallback},
		{query: "state=good&code=a&code=b", is: flows.ErrCallback},
		{query: "state=good&code=a&error=access_denied", is: flows.ErrCallback},
		{query: "state=good&error=a&error=b", is: flows.ErrCallback},
		{query: "state=good&error=access_denied&error_uri=u", code2: "access_denied"},
		{query: "state=good&error=", code2: ""},
	} {
		query, err := url.ParseQuery(test.query)
		if err != nil {
			t.Fatal(err)
		}
		code, err := flows.ParseCallback(query, authorization)
		var refused *flows.AuthorizationError
		switch {
		case test.code != "":
			if err != nil || code != test.code {
				t.Errorf("%s: %q, %v", test.query, code, err)
			}
		case code != "" || err == nil:
			t.Errorf("%s: accepted with %q", test.query, code)
		case test.is != nil:
			if !errors.Is(err, test.is) {
				t.Errorf("%s: %v", test.query, err)
			}
		case !errors.As(err, &refused) || refused.Code != test.code2:
			t.Errorf("%s: %v", test.query, err)
		}
	}
}

func TestParseCallbackWithoutState(t *testing.T) {
	if _, err := flows.ParseCallback(url.Values{"code": {"a"}}, flows.Authorization{}); !errors.Is(err, flows.ErrState) {
		t.Errorf("a callback for no sign-in: %v", err)
	}
}

// FuzzParseCallback: whatever arrives, a code comes out only together with the
// right state, once each, and without an error.
func FuzzParseCallback(f *testing.F) {
	for _, seed := range []string{"code=a&state=good", "code=a&state=good&error=x", "state=good&code=%00", "a;b&state=good&code=1", "%zz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		query, _ := url.ParseQuery(raw)
		code, err := flows.ParseCallback(query, flows.Authorization{State: "good", Issuer: "i"})
		if err == nil && (code == "" || query.Has("error") || strings.Join(query["state"], "|") != "good" || len(query["code"]) != 1) {
			t.Errorf("%q gave %q", raw, code)
		}
		if err != nil && code != "" {
			t.Errorf("%q gave both %q and %v", raw, code, err)
		}
	})
}
