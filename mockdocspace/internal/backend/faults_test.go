package backend

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

func addFault(t *testing.T, p *portal, name string, subject rules.Subject) {
	t.Helper()
	if _, err := p.book.Add(name, subject); err != nil {
		t.Fatal(err)
	}
}

// Each fault changes what it says, and only while it is on.
func TestFaults(t *testing.T) {
	p := newPortal(t)
	foreign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p.must(err)
	good := p.token("user", everyScope...)
	forged := signWith(t, jose.ES256, foreign, p.claims("user", everyScope...))
	expired := p.claims("user", everyScope...)
	expired["exp"] = p.clock.Now().Unix() - 86400
	old := p.sign(expired)
	second := strings.Replace(p.URL, "127.0.0.1", "second.localhost", 1)
	elsewhere := p.claims("user", everyScope...)
	elsewhere["aud"], elsewhere["iss"], elsewhere["sub"] = second, second+"/oauth2", "5a1f0c3e-0f4b-4b0e-9a57-000000000012"
	others := p.sign(elsewhere)
	idClaims := p.claims("user")
	idClaims["azp"] = appID
	idToken := p.sign(idClaims)
	revoked := p.token("user", "accounts.self:read", "files:read")
	none := unsigned(t, `{"alg":"none"}`, `{"iss":"`+p.URL+`/oauth2","aud":"`+p.URL+`","sub":"`+p.users["user"].ID+`","exp":9999999999,"scope":["accounts.self:read"]}`)
	for _, dead := range []string{forged, old, others, idToken, revoked, none} {
		p.kill(dead) // introspection knows none of them as live
	}
	self := func(token string) func() int {
		return func() int { return p.api("GET", "people/@self", token, nil).status }
	}
	get := func(path, user string, scopes ...string) func() int {
		return func() int { return p.api("GET", path, p.token(user, scopes...), nil).status }
	}
	for _, c := range []struct {
		fault         string
		what          func() int
		without, with int
	}{
		{"api.open", self(""), 401, 200},
		{"api.query-token", func() int { return p.api("GET", "people/@self?access_token="+good, "", nil).status }, 401, 200},
		{"api.alg-none", self(none), 401, 200},
		{"api.alg-none", self(forged), 401, 401},
		{"api.ignores-signature", self(forged), 401, 200},
		{"api.ignores-signature", self(old), 401, 401},
		{"api.ignores-exp", self(old), 401, 200},
		{"api.ignores-exp", self(revoked), 401, 401},
		{"api.ignores-aud", self(others), 401, 200},
		{"api.ignores-aud", self(forged), 401, 401},
		{"api.ignores-revocation", self(revoked), 401, 200},
		{"api.ignores-revocation", self(idToken), 401, 401},
		{"api.accepts-id-token", self(idToken), 401, 200},
		{"api.accepts-id-token", self(revoked), 401, 401},
		{"api.ignores-scope", get("files/@my", "user", "openid"), 403, 200},
		{"api.ignores-scope", get("portal", "user", "openid"), 403, 403},
		{"api.write-needs-read", get("files/@my", "user", "files:write"), 200, 403},
		{"api.write-needs-read", get("files/@my", "user", "files:read"), 200, 200},
		{"api.group-write-reads", get("group", "admin", "accounts:write"), 403, 200},
		{"api.mints-signature", get("security/oauth2/token", "user", "openid"), 403, 200},
		{"api.403-first", func() int { return p.api("GET", "settings/customschemas", revoked, nil).status }, 401, 403},
		{"api.403-first", self(revoked), 401, 401},
		{"api.403-first", self(""), 401, 401},
		{"api.disabled-user", func() int { return p.api("GET", "people/@self", p.token("gone", "accounts.self:read"), nil).status }, 401, 200},
	} {
		t.Run(c.fault, func(t *testing.T) {
			if got := c.what(); got != c.without {
				t.Errorf("without the fault: %d, want %d", got, c.without)
			}
			addFault(t, p, c.fault, rules.Subject{})
			defer p.book.Clear()
			if got := c.what(); got != c.with {
				t.Errorf("with the fault: %d, want %d", got, c.with)
			}
		})
	}
}

func TestFaultsOfTheAnswer(t *testing.T) {
	p := newPortal(t)
	good := p.token("user", everyScope...)
	user := p.users["user"].ID

	addFault(t, p, "api.other-user", rules.Subject{App: appID, User: user})
	if id := p.api("GET", "people/@self", good, nil).response(t)["id"]; id == user {
		t.Error("api.other-user shows the user himself")
	}
	if id := p.api("GET", "people/@self", p.token("admin", everyScope...), nil).response(t)["id"]; id != p.users["admin"].ID {
		t.Error("api.other-user concerns a user it was not meant for")
	}
	p.book.Clear()

	addFault(t, p, "api.bare-body", rules.Subject{})
	if got := p.api("GET", "people/@self", good, nil).json(t); got["response"] != nil || got["id"] != user {
		t.Errorf("api.bare-body: %v", got)
	}
	p.signIn(t, "user") // sign-in keeps its envelope, else nobody gets a token to see the fault with
	p.book.Clear()

	addFault(t, p, "api.any-origin", rules.Subject{})
	got := p.do(request{method: "GET", path: "/api/2.0/people/@self", header: map[string]string{"Origin": "https://evil.example", "Authorization": "Bearer " + good}})
	if got.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("api.any-origin: %v", got.header)
	}
	p.book.Clear()

	addFault(t, p, "pages.cookie-readable", rules.Subject{})
	in := p.api("POST", "authentication", "", map[string]any{"userName": "user@docspace.test", "password": password})
	if strings.Contains(strings.ToLower(in.header.Get("Set-Cookie")), "httponly") {
		t.Errorf("pages.cookie-readable: %s", in.header.Get("Set-Cookie"))
	}
}

// The strict profile differs in two fields of the API, both standards the portal
// leaves out, and in the issuer of its tokens.
func TestStrictProfile(t *testing.T) {
	p := newPortal(t)
	p.book = rules.NewBook(rules.Strict())
	claims := p.claims("user", "accounts.self:read")
	claims["iss"] = p.URL
	good := p.sign(claims)
	got := p.do(request{method: "GET", path: "/api/2.0/people/@self", header: map[string]string{"Authorization": "bearer " + good}})
	got.want(t, 200)
	for token, want := range map[string]string{"": "Bearer", "garbage": `Bearer error="invalid_token"`} {
		if h := p.api("GET", "people/@self", token, nil).header.Get("WWW-Authenticate"); h != want {
			t.Errorf("token %q: WWW-Authenticate %q, want %q", token, h, want)
		}
	}
	if h := p.api("GET", "files/@my", good, nil).header.Get("WWW-Authenticate"); h != `Bearer error="insufficient_scope"` {
		t.Errorf("403: WWW-Authenticate %q", h)
	}
}

func TestLenientSelfScope(t *testing.T) {
	p := newPortal(t)
	r := rules.DocSpace()
	r.API.SelfScopeLenient = true
	p.book = rules.NewBook(r)
	p.api("GET", "people/@self", p.token("user", "accounts:read"), nil).want(t, 200)
	p.api("GET", "people/@self", p.token("user", "files:read"), nil).wantEmpty(t, 403)
	p.api("GET", "people", p.token("admin", "accounts.self:read"), nil).wantEmpty(t, 403)
}

func TestStatusUnavailable(t *testing.T) {
	p := newPortal(t)
	r := rules.DocSpace()
	r.API.StatusUnavailable = true
	p.book = rules.NewBook(r)
	p.api("GET", "capabilities", "", nil).want(t, 503)
}

// A configured domain stands for the loopback host, as at the portal (§1.3 step 4).
func TestConfiguredDomain(t *testing.T) {
	p := newPortal(t)
	tenant := store.Tenant{ID: 1, Alias: "first", URL: "https://portal.example.com", OwnerID: p.users["owner"].ID, TimeZone: "Europe/Berlin"}
	p.must(p.store.PutTenant(t.Context(), tenant))
	c := p.claims("user", "accounts.self:read")
	c["aud"], c["iss"] = tenant.URL, tenant.URL+"/oauth2"
	got := p.api("GET", "people/@self", p.sign(c), nil)
	got.want(t, 200)
	if date, _ := got.response(t)["registrationDate"].(string); !strings.HasSuffix(date, "+01:00") && !strings.HasSuffix(date, "+02:00") {
		t.Errorf("registrationDate %q is not in the portal's time zone", date)
	}
}
