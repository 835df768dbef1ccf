package backend

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

const (
	password = "docspace"
	appID    = "11111111-1111-4111-8111-111111111111"
)

var everyScope = []string{
	"accounts.self:read", "accounts.self:write", "accounts:read", "accounts:write",
	"files:read", "files:write", "rooms:read", "rooms:write", "openid",
}

// portal is the API behind a listener, with two tenants, seeded, and an
// authority that holds every token for live unless it is in dead.
type portal struct {
	*httptest.Server
	t     *testing.T
	store store.Store
	clock *clock.Clock
	book  *rules.Book
	key   *ecdsa.PrivateKey
	users map[string]store.User // by the name before the @, tenant 1
	mu    sync.Mutex
	dead  map[string]bool
}

func (p *portal) KeySet(context.Context) jose.JSONWebKeySet {
	other, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: other.Public(), KeyID: "other", Algorithm: "ES256"}, {Key: p.key.Public(), KeyID: "current", Algorithm: "ES256"},
	}}
}

func (p *portal) Active(_ context.Context, token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.dead[token]
}

func (p *portal) kill(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead[token] = true
}

func tenantOf(p *portal, host string) store.Tenant {
	id := int64(1)
	if strings.HasPrefix(host, "second.") {
		id = 2
	}
	t, err := p.store.Tenant(context.Background(), id)
	if err != nil {
		p.t.Error(err)
	}
	return t
}

type option func(*Config)

func withLimits(c *Config) { c.Limits = true }

func newPortal(t *testing.T, options ...option) *portal {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &portal{
		t: t, store: store.NewMemory(), clock: clock.New(), key: key, dead: map[string]bool{},
		book: rules.NewBook(rules.DocSpace()), users: map[string]store.User{},
	}
	p.seed()
	c := Config{
		Store: p.store, Clock: p.clock, Random: random.Seeded(1), SignatureKey: signature.Key(signature.DefaultSecret), Authority: p,
		PortalURL: func(_ context.Context, tenant store.Tenant) string {
			if tenant.ID == 2 {
				return strings.Replace(p.URL, "127.0.0.1", "second.localhost", 1)
			}
			return p.URL
		},
	}
	for _, o := range options {
		o(&c)
	}
	api := New(c)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := p.book.Into(site.Into(r.Context(), site.Site{Tenant: tenantOf(p, r.Host), Base: "http://" + r.Host}))
		api.ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *portal) seed() {
	ctx, now := context.Background(), p.clock.Now()
	id := func(n string) string { return "5a1f0c3e-0f4b-4b0e-9a57-0000000000" + n }
	people := []store.User{
		{ID: id("01"), TenantID: 1, Email: "owner@docspace.test", FirstName: "Olga", LastName: "Owner", Type: store.TypeOwner},
		{ID: id("02"), TenantID: 1, Email: "admin@docspace.test", FirstName: "Anna", LastName: "Example", Type: store.TypeAdmin},
		{ID: id("03"), TenantID: 1, Email: "roomadmin@docspace.test", FirstName: "Rita", LastName: "Rooms", Type: store.TypeRoomAdmin},
		{ID: id("04"), TenantID: 1, Email: "user@docspace.test", FirstName: "Udo", LastName: "User", Type: store.TypeUser},
		{ID: id("05"), TenantID: 1, Email: "guest@docspace.test", FirstName: "Gus", LastName: "Guest", Type: store.TypeGuest},
		{ID: id("06"), TenantID: 1, Email: "gone@docspace.test", FirstName: "Gone", LastName: "Away", Type: store.TypeUser, Status: store.StatusTerminated},
		{ID: id("07"), TenantID: 1, Email: "twofactor@docspace.test", FirstName: "Tina", LastName: "Factor", Type: store.TypeUser, TwoFactor: true},
		{ID: id("11"), TenantID: 2, Email: "admin@second.test", FirstName: "Sam", LastName: "Second", Type: store.TypeOwner},
		{ID: id("12"), TenantID: 2, Email: "user@docspace.test", FirstName: "Udo", LastName: "User", Type: store.TypeUser},
	}
	for n, tenant := range map[int64]store.Tenant{
		1: {ID: 1, Alias: "first", Name: "First", OwnerID: id("01"), Culture: "en-GB", TimeZone: "UTC"},
		2: {ID: 2, Alias: "second", Name: "Second", OwnerID: id("11"), Culture: "en-GB", TimeZone: "UTC"},
	} {
		p.must(p.store.PutTenant(ctx, tenant))
		var here []store.User
		for i, u := range people {
			if u.TenantID != n {
				continue
			}
			u.UserName, _, _ = strings.Cut(u.Email, "@")
			u.Password, u.CreatedAt = password, now.Add(time.Duration(i)*time.Second)
			if u.Status == 0 {
				u.Status = store.StatusActive
			}
			p.must(p.store.PutUser(ctx, u))
			if n == 1 {
				p.users[u.UserName] = u
			}
			here = append(here, u)
		}
		p.seedCompany(n, here, now)
	}
	p.must(p.store.CreateApp(ctx, store.App{ID: appID, TenantID: 1, Enabled: true, AllowedOrigins: []string{"https://app.example.com", "https://two.example.com"}}))
}

func (p *portal) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// claims are those of an access token (docs/portal/identity.md §4.3).
func (p *portal) claims(user string, scopes ...string) map[string]any {
	now := p.clock.Now().Unix()
	c := map[string]any{
		"iss": p.URL + "/oauth2", "aud": p.URL, "sub": p.users[user].ID, "cid": appID, "tid": 1, "jti": "x",
		"iat": now, "nbf": now, "exp": now + 3600,
	}
	if len(scopes) > 0 {
		c["scope"] = scopes
	}
	return c
}

func (p *portal) sign(claims map[string]any) string {
	p.t.Helper()
	return signWith(p.t, jose.ES256, p.key, claims)
}

func signWith(t *testing.T, alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (p *portal) token(user string, scopes ...string) string {
	p.t.Helper()
	return p.sign(p.claims(user, scopes...))
}

// answer is a response read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

// request is one call; body nil sends none, a string is sent as it is, anything else as JSON.
type request struct {
	method, path string
	header       map[string]string
	body         any
}

func (p *portal) do(r request) answer {
	p.t.Helper()
	var body io.Reader
	mediaType := ""
	switch b := r.body.(type) {
	case nil:
	case string:
		body, mediaType = strings.NewReader(b), "application/json"
	default:
		raw, err := json.Marshal(b)
		p.must(err)
		body, mediaType = bytes.NewReader(raw), "application/json"
	}
	req, err := http.NewRequestWithContext(p.t.Context(), r.method, p.URL+r.path, body)
	p.must(err)
	if mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	for name, value := range r.header {
		if name == "Host" {
			req.Host = value
			continue
		}
		req.Header.Set(name, value)
	}
	res, err := p.Client().Do(req)
	p.must(err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	p.must(err)
	return answer{res.StatusCode, res.Header, string(raw)}
}

// api calls the API with a bearer token; an empty one sends no header.
func (p *portal) api(method, path, token string, body any) answer {
	p.t.Helper()
	r := request{method: method, path: "/api/2.0/" + path, body: body, header: map[string]string{}}
	if token != "" {
		r.header["Authorization"] = "Bearer " + token
	}
	return p.do(r)
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(a.body), &m); err != nil {
		t.Fatalf("body is no JSON object: %v\n%s", err, a.body)
	}
	return m
}

func (a answer) response(t *testing.T) map[string]any {
	t.Helper()
	m, ok := a.json(t)["response"].(map[string]any)
	if !ok {
		t.Fatalf("response is no object: %s", a.body)
	}
	return m
}

func (a answer) message(t *testing.T) string {
	t.Helper()
	e, _ := a.json(t)["error"].(map[string]any)
	s, _ := e["message"].(string)
	return s
}

func (a answer) wantEmpty(t *testing.T, status int) {
	t.Helper()
	if a.status != status || a.body != "" || a.header.Get("WWW-Authenticate") != "" {
		t.Errorf("got %d %q (WWW-Authenticate %q), want an empty %d", a.status, a.body, a.header.Get("WWW-Authenticate"), status)
	}
}

func (a answer) wantError(t *testing.T, status int, message string) {
	t.Helper()
	if a.status != status {
		t.Errorf("got %d %s, want envelope %d", a.status, a.body, status)
		return
	}
	m := a.json(t)
	if m["status"] != 1.0 || m["statusCode"] != float64(status) || a.message(t) != message {
		t.Errorf("got %s, want an envelope of %d %q", a.body, status, message)
	}
}

func (a answer) want(t *testing.T, status int) {
	t.Helper()
	if a.status != status {
		t.Errorf("got %d %s, want %d", a.status, a.body, status)
	}
}
