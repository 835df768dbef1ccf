package identity_test

import (
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
)

// identity.md §3.1, redirect_uri: exact, but for the port of loopback literals.
func TestRedirectURIMatching(t *testing.T) {
	p := newPortal(t)
	for name, tt := range map[string]struct {
		registered, requested string
		accepted              bool
	}{
		"§3.1 exact":                      {redirectURI, redirectURI, true},
		"§3.1 trailing slash":             {redirectURI, redirectURI + "/", false},
		"§3.1 query added":                {redirectURI, redirectURI + "?a=b", false},
		"§3.1 query left out":             {redirectURI + "?a=b", redirectURI, false},
		"§3.1 query registered":           {redirectURI + "?a=b", redirectURI + "?a=b", true},
		"§3.1 default port":               {redirectURI, "https://rp.example.test:443/cb", false},
		"§3.1 another scheme":             {redirectURI, "http://rp.example.test/cb", false},
		"§3.1 scheme in capitals":         {redirectURI, "HTTPS://rp.example.test/cb", false},
		"§3.1 host in capitals":           {redirectURI, "https://RP.example.test/cb", false},
		"§3.1 path in capitals":           {redirectURI, "https://rp.example.test/CB", false},
		"§3.1 encoded path":               {redirectURI, "https://rp.example.test/%63b", false},
		"§3.1 dot segment":                {redirectURI, "https://rp.example.test/x/../cb", false},
		"§3.1 userinfo":                   {redirectURI, "https://rp.example.test@evil.example.test/cb", false},
		"§3.1 longer host":                {redirectURI, "https://rp.example.test.evil.example.test/cb", false},
		"§3.1 space behind":               {redirectURI, redirectURI + " ", false},
		"§3.1 line break behind":          {redirectURI, redirectURI + "\r\nX: y", false},
		"§3.1 fragment":                   {redirectURI, redirectURI + "#", false},
		"§3.1 localhost exact":            {"http://localhost:3001/cb", "http://localhost:3001/cb", true},
		"§3.1 localhost, another port":    {"http://localhost:3001/cb", "http://localhost:3002/cb", false},
		"§3.1 127.0.0.1, another port":    {"http://127.0.0.1:3001/cb", "http://127.0.0.1:3002/cb", true},
		"§3.1 127.0.0.1, port left out":   {"http://127.0.0.1:3001/cb", "http://127.0.0.1/cb", true},
		"§3.1 127.0.0.1, port added":      {"http://127.0.0.1/cb", "http://127.0.0.1:50000/cb", true},
		"§3.1 127.0.0.1, https":           {"https://127.0.0.1/cb", "https://127.0.0.1:8443/cb", true},
		"§3.1 127.0.0.1, another scheme":  {"https://127.0.0.1/cb", "http://127.0.0.1/cb", false},
		"§3.1 127.0.0.1, another path":    {"http://127.0.0.1/cb", "http://127.0.0.1:1/cb/", false},
		"§3.1 127.0.0.1, query":           {"http://127.0.0.1/cb", "http://127.0.0.1:1/cb?a", false},
		"§3.1 127.0.0.1, port no number":  {"http://127.0.0.1/cb", "http://127.0.0.1:x/cb", false},
		"§3.1 127.0.0.1 is not 127.0.0.2": {"http://127.0.0.1/cb", "http://127.0.0.2/cb", false},
		"§3.1 127.8.9.1, another port":    {"http://127.8.9.1:1/cb", "http://127.8.9.1:2/cb", true},
		"§3.1 127.0.0.0 is no literal":    {"http://127.0.0.0:1/cb", "http://127.0.0.0:2/cb", false},
		"§3.1 127.0.0.0 exact":            {"http://127.0.0.0:1/cb", "http://127.0.0.0:1/cb", true},
		"§3.1 128.0.0.1, another port":    {"http://128.0.0.1:1/cb", "http://128.0.0.1:2/cb", false},
		"§3.1 127.0.0.1 in the userinfo":  {"http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example.test/cb", false},
		"§3.1 [::1], another port":        {"http://[::1]:3001/cb", "http://[::1]:3002/cb", true},
		"§3.1 [::1], port left out":       {"http://[::1]:3001/cb", "http://[::1]/cb", true},
		"§3.1 [0:0:0:0:0:0:0:1]":          {"http://[0:0:0:0:0:0:0:1]:1/cb", "http://[0:0:0:0:0:0:0:1]:2/cb", true},
		"§3.1 [::1] is not its long form": {"http://[::1]/cb", "http://[0:0:0:0:0:0:0:1]/cb", false},
		"§3.1 [::2], another port":        {"http://[::2]:1/cb", "http://[::2]:2/cb", false},
		"§14 custom scheme":               {"claude://cb/x", "claude://cb/x", true},
		"§14 custom scheme, another path": {"claude://cb/x", "claude://cb/y", false},
		"§14 no URI at all":               {redirectURI, "cb", false},
	} {
		t.Run(name, func(t *testing.T) {
			p.app = p.addApp(func(a *store.App) { a.RedirectURIs = []string{tt.registered, "https://second.example.test/"} })
			want := atLogin("invalid_request")
			if tt.accepted {
				want = aConsent
			}
			p.ask(p.asking().with("redirect_uri", tt.requested)).want(t, want)
		})
	}
	p.app = p.addApp(func(a *store.App) { a.RedirectURIs = []string{redirectURI, redirectURI + "#x"} })
	p.ask(p.asking()).want(t, atLogin("invalid_request")) // §6.1, last rows: spoiled by the other one
}

// The answer goes to the requested port, and the exchange wants it again.
func TestLoopbackPortIsKept(t *testing.T) {
	p := newPortal(t)
	p.app = p.addApp(func(a *store.App) { a.RedirectURIs = []string{"http://127.0.0.1:3001/cb"} })
	asked := p.ask(p.asking().with("redirect_uri", "http://127.0.0.1:5555/cb"))
	code := p.consent(user, asked.cookie("client_state"), "files:read")
	if got := code.header.Get("Location"); len(got) < 30 || got[:30] != "http://127.0.0.1:5555/cb?code=" {
		t.Errorf("Location %q", got)
	}
	fields := p.exchanging(code.location("code"))
	p.token(fields.with("redirect_uri", "http://127.0.0.1:3001/cb")).want(t, badGrant)
	p.token(fields.with("redirect_uri", "http://127.0.0.1:5555/cb")).want(t, tokenPair)
}
