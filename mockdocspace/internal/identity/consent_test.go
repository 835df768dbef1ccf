package identity_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
)

// pending opens the consent page and returns its state.
func (p *portal) pending(scope string) string {
	p.t.Helper()
	state := p.authorize(user, scope).cookie("client_state")
	if state == "" {
		p.t.Fatal("no consent page")
	}
	return state
}

// submit posts the consent form as the user.
func (p *portal) submit(fields pairs, headers ...string) answer {
	p.t.Helper()
	return p.post("/oauth2/authorize", fields.encoded(), append([]string{"x-signature", p.sign(user)}, headers...)...)
}

// remember makes scopes all that the user has consented to.
func (p *portal) remember(scopes ...string) {
	p.t.Helper()
	if _, err := p.store.DeleteConsents(context.Background(), user, p.app.ID); err != nil {
		p.t.Fatal(err)
	}
	if len(scopes) == 0 {
		return
	}
	if _, err := p.store.AddConsent(context.Background(), user, p.app.ID, scopes, p.clock.Now()); err != nil {
		p.t.Fatal(err)
	}
}

func words(text any) []string {
	s, _ := text.(string)
	list := strings.Fields(s)
	slices.Sort(list)
	return list
}

// The rows of identity.md §3.4 that refuse, and whether the state is usable afterwards.
func TestConsentRefusals(t *testing.T) {
	p := newPortal(t)
	other := p.addApp(nil)
	for name, tt := range map[string]struct {
		change func(pairs) pairs
		want   string
		usable bool
	}{
		"§3.4 unknown state":                {func(f pairs) pairs { return f.with("state", "x") }, atLogin("invalid_request"), true},
		"§3.4 the app's own state":          {func(f pairs) pairs { return f.with("state", "s1") }, atLogin("invalid_request"), true},
		"§3.4 another client_id":            {func(f pairs) pairs { return f.with("client_id", other.ID) }, atLogin("invalid_request"), true},
		"§3.4 unknown client_id":            {func(f pairs) pairs { return f.with("client_id", otherUser) }, atLogin("client_not_found_error"), true},
		"§3.4 client_id missing":            {func(f pairs) pairs { return f.without("client_id") }, atLogin("missing_client_id_error"), true},
		"§3.4 state missing":                {func(f pairs) pairs { return f.without("state") }, atLogin("invalid_request"), true},
		"§3.4 state empty":                  {func(f pairs) pairs { return f.with("state", "") }, atLogin("invalid_request"), true},
		"§3.4 state twice":                  {func(f pairs) pairs { return f.twice("state") }, atLogin("invalid_request"), true},
		"§3.4 client_id twice":              {func(f pairs) pairs { return f.twice("client_id") }, atLogin("invalid_request"), true},
		"§3.4 scope not requested":          {func(f pairs) pairs { return f.and("scope", "rooms:read") }, atApp("invalid_scope"), true},
		"§3.4 scope empty":                  {func(f pairs) pairs { return f.with("scope", "") }, atApp("invalid_scope"), true},
		"§3.4 scopes joined":                {func(f pairs) pairs { return f.with("scope", "files:read files:write") }, atApp("invalid_scope"), true},
		"§3.4 scope in capitals":            {func(f pairs) pairs { return f.with("scope", "FILES:READ") }, atApp("invalid_scope"), true},
		"§3.4 redirect_uri makes a request": {func(f pairs) pairs { return f.and("redirect_uri", redirectURI) }, atLogin("invalid_request"), true},
		"§3.4 denied":                       {func(f pairs) pairs { return f.without("scope") }, atApp("access_denied"), false},
	} {
		t.Run(name, func(t *testing.T) {
			state := p.pending("files:read files:write")
			fields := pairs{"client_id", p.app.ID, "state", state, "scope", "files:read"}
			p.submit(tt.change(fields)).want(t, tt.want)
			again := p.submit(fields.without("scope")) // a denial leaves nothing for the next row
			if usable := again.outcome() == atApp("access_denied"); usable != tt.usable {
				t.Errorf("the state's use afterwards: %s", again.outcome())
			}
		})
	}
	state := p.pending("files:read")
	p.submit(pairs{"state", state}).want(t, atLogin("missing_client_id_error"))
	p.post("/oauth2/authorize?state="+state, form("client_id", p.app.ID, "scope", "files:read"), "x-signature", p.sign(user)).want(t, atLogin("invalid_request"))
	p.post("/oauth2/authorize", form("client_id", p.app.ID, "state", state)).want(t, atLogin("missing_asc_signature_error"))
	p.consent(otherUser, state, "files:read").want(t, atLogin("invalid_request"))
	p.pending("files:read")
	p.consent(user, state, "files:read").want(t, atLogin("invalid_request")) // superseded
}

func TestConsentGrants(t *testing.T) {
	p := newPortal(t)
	for _, tt := range []struct {
		name    string
		before  []string // consented earlier
		asked   string
		granted []string
		token   string // scope of the token response
	}{
		{"§3.4 a part", nil, "files:read files:write", []string{"files:read"}, "files:read"},
		{"§3.4 scope repeated", nil, "files:read files:write", []string{"files:read", "files:read", "files:write"}, "files:read files:write"},
		{"§3.4 union with the earlier consent", []string{"files:read", "files:write"}, "files:read rooms:read", []string{"rooms:read"}, "files:read rooms:read"},
		{"§3.4 openid is added", nil, "openid accounts:read", []string{"accounts:read"}, "accounts:read openid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.remember(tt.before...)
			state := p.pending(tt.asked)
			approved := p.consent(user, state, tt.granted...)
			approved.want(t, aCode)
			if approved.location("state") != "s1" {
				t.Errorf("state %q", approved.location("state"))
			}
			exchanged := p.exchange(approved.location("code"))
			if got := words(exchanged.json("scope")); !slices.Equal(got, strings.Fields(tt.token)) {
				t.Errorf("scope %v, want %s", got, tt.token)
			}
			p.consent(user, state, tt.granted...).want(t, atLogin("invalid_request")) // used
		})
	}
}

// identity.md §3.4: with any stored consent there is no denial; the intersection is
// granted, even when it is empty.
func TestDenialWithStoredConsent(t *testing.T) {
	p := newPortal(t)
	p.tokens(user, "files:read")
	partly := p.exchange(p.consent(user, p.pending("files:read rooms:read")).location("code"))
	if partly.text("scope") != "files:read" {
		t.Errorf("§3.4 the intersection: scope %q", partly.text("scope"))
	}
	empty := p.consent(user, p.pending("rooms:read"))
	empty.want(t, aCode)
	tokens := p.exchange(empty.location("code"))
	tokens.want(t, "200 access_token expires_in refresh_token token_type")
	facts := p.post("/oauth2/introspect", form("token", tokens.text("access_token")))
	if facts.json("active") != true || facts.json("scope") != nil {
		t.Errorf("§3.4 introspection of a scopeless token: %s", facts.body)
	}
	refreshed := p.refresh(tokens.text("refresh_token"))
	refreshed.want(t, "200 access_token expires_in refresh_token token_type")
	if strings.Contains(payload(t, refreshed.text("access_token")), "scope") {
		t.Error("§3.4 the JWT has a scope")
	}
}

// identity.md §3.4: the stock page's way, and the three ways to sign in.
func TestConsentForms(t *testing.T) {
	p := newPortal(t)
	p.app = p.addApp(func(a *store.App) { a.RedirectURIs = []string{redirectURI} })
	body, contentType := multipartForm(t, pairs{"client_id", strings.ToUpper(p.app.ID), "state", p.pending("files:read"), "scope", "files:read"})
	a := p.send(http.MethodPost, "/oauth2/authorize", body, "Content-Type", contentType, "Cookie", "x-signature="+p.sign(user), "X-Disable-Redirect", "true")
	if a.status != http.StatusOK || a.location("code") == "" || a.header.Get("Location") != "" {
		t.Errorf("§3.4 multipart: %d %v", a.status, a.header)
	}
	p.authorize(user, "files:read").want(t, aCode) // remembered
	p.ask(p.asking().with("scope", "rooms:read")).want(t, aConsent)
	p.authorize(otherUser, "files:read").want(t, aConsent) // per user
}

// identity.md §4.2 and §11: showing the page kills what was there, denying deletes it.
func TestPendingConsentSupersedes(t *testing.T) {
	p := newPortal(t)
	tokens := p.tokens(user, "files:read")
	personal := p.personal("files:read").text("access_token")
	p.pending("rooms:read")
	if p.active(tokens.text("access_token")) || p.active(tokens.text("refresh_token")) {
		t.Error("§4.2 tokens outlive the consent page")
	}
	if !p.active(personal) {
		t.Error("§4.2 the consent page killed a personal token")
	}
	p.refresh(tokens.text("refresh_token")).want(t, badGrant)
}

// identity.md §3.2.
func TestLoginPageRedirects(t *testing.T) {
	p := newPortal(t)
	for name, tt := range map[string]struct{ method, target, body, want string }{
		"§3.2 consent":              {"GET", "/oauth2/consent?scope=x&client_id=abc&state=y", "", "/login?type=oauth2&client_id=abc"},
		"§3.2 consent, un-encoded":  {"GET", "/oauth2/consent?client_id=a%20b%26c", "", "/login?type=oauth2&client_id=a b&c"},
		"§3.2 consent, empty":       {"GET", "/oauth2/consent?client_id=", "", "/login?type=oauth2&client_id="},
		"§3.2 consent without":      {"GET", "/oauth2/consent?state=y", "", "/login?type=oauth2&client_id=error"},
		"§3.2 login":                {"GET", "/oauth2/login?client_id=abc", "", "/login?client_id=abc&type=oauth2"},
		"§3.2 login without":        {"GET", "/oauth2/login", "", "/login?type=oauth2&client_id=error"},
		"§3.2 POST consent":         {"POST", "/oauth2/consent", "client_id=x", "/login?type=oauth2&client_id=x"},
		"§3.2 POST login anonymous": {"POST", "/oauth2/login", "client_id=x", "/login?type=oauth2&client_id=x&error=missing_asc_signature_error"},
		"§3.2 POST login without":   {"POST", "/oauth2/login", "", "/login?type=oauth2&client_id&error=missing_client_id_error"},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.send(tt.method, tt.target, tt.body, "Content-Type", formType, "X-Forwarded-Host", "a.example.test:8443, b.example.test", "X-Forwarded-Proto", "https")
			if got := a.header.Get("Location"); got != "http://a.example.test:8443"+tt.want || a.status != http.StatusFound {
				t.Errorf("%d %q, want …%q", a.status, got, tt.want)
			}
		})
	}
}
