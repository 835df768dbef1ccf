package registration

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// began is where the portal's frozen clock starts: with nanoseconds, so that
// whole seconds show.
var began = time.Date(2026, 3, 1, 9, 30, 0, 123456789, time.UTC)

// portal is the service behind what the router puts into the context.
type portal struct {
	t       *testing.T
	store   *store.Memory
	clock   *clock.Clock
	book    *rules.Book
	key     []byte
	handler http.Handler
}

func newPortal(t *testing.T, change func(*rules.Rules)) *portal {
	t.Helper()
	return newLimitedPortal(t, change, false)
}

func newLimitedPortal(t *testing.T, change func(*rules.Rules), enforce bool) *portal {
	t.Helper()
	base := rules.DocSpace()
	if change != nil {
		change(&base)
	}
	p := &portal{
		t: t, store: store.NewMemory(), clock: clock.New(), book: rules.NewBook(base),
		key: signature.Key(signature.DefaultSecret),
	}
	p.clock.Freeze()
	p.clock.Set(began)
	p.handler = New(Config{
		Store: p.store, Clock: p.clock, Random: random.Seeded(1), Limiter: limit.New(p.clock, enforce), SignatureKey: p.key,
	})
	return p
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.handler.ServeHTTP(w, r.WithContext(p.book.Into(r.Context())))
}

// person is who signs a request; the zero value signs nothing.
type person signature.Claims

func someone(id string, tenant int64) person {
	return person{
		UserID: id, UserName: "Some " + id, UserEmail: id + "@example.test",
		TenantID: tenant, TenantURL: "https://portal.example.test", Public: true,
	}
}

var (
	anonymous  person
	user       = someone("user", 1)
	colleague  = someone("colleague", 1)
	admin      = func() person { a := someone("admin", 1); a.Admin = true; return a }()
	guest      = func() person { g := someone("guest", 1); g.Guest = true; return g }()
	restricted = func() person { r := someone("restricted", 1); r.Public = false; return r }()
	alien      = func() person { a := someone("alien", 2); a.Admin = true; return a }()
)

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

type option func(*http.Request)

func header(name, value string) option {
	return func(r *http.Request) {
		if value == "" {
			r.Header.Del(name)
		} else {
			r.Header.Set(name, value)
		}
	}
}

// send makes a request; a body other than a string or nil goes as JSON.
func (p *portal) send(who person, method, path string, body any, options ...option) answer {
	p.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = bytes.NewBufferString(body)
	default:
		document, err := json.Marshal(body)
		if err != nil {
			p.t.Fatal(err)
		}
		reader = bytes.NewReader(document)
	}
	r := httptest.NewRequestWithContext(p.t.Context(), method, "/api/2.0"+path, reader)
	r.RemoteAddr = "127.0.0.1:5"
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if who != anonymous {
		r.AddCookie(&http.Cookie{Name: signature.Name, Value: p.sign(who)})
	}
	for _, o := range options {
		o(r)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return answer{t: p.t, status: w.Code, header: w.Header(), body: w.Body.Bytes()}
}

func (p *portal) sign(who person) string {
	p.t.Helper()
	claims := signature.Claims(who)
	if claims.Expires.IsZero() {
		claims.Expires = p.clock.Now().Add(signature.Lifetime)
	}
	token, err := signature.Issue(p.key, claims)
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}

// want checks the status and, when it is not empty, the detail of a problem document.
func (a answer) want(status int, detail string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d; body %s", a.status, status, a.body)
	}
	if detail == "" {
		return a
	}
	var document problem
	a.read(&document)
	if a.header.Get("Content-Type") != mediaProblem || document.Type != problemType || document.Status != status ||
		document.Title != http.StatusText(status) || document.Detail != detail {
		a.t.Errorf("%s %s, want a problem with detail %q", a.header.Get("Content-Type"), a.body, detail)
	}
	return a
}

// wantEmpty checks an answer without a body.
func (a answer) wantEmpty(status int) answer {
	a.t.Helper()
	a.want(status, "")
	if len(a.body) != 0 {
		a.t.Errorf("body %s, want none", a.body)
	}
	return a
}

func (a answer) read(into any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, into); err != nil {
		a.t.Fatalf("%v in %s", err, a.body)
	}
}

func (a answer) members() map[string]any {
	a.t.Helper()
	var document map[string]any
	a.read(&document)
	return document
}

func (a answer) startsSession() bool { return a.header.Get("Set-Cookie") != "" }

// body is a valid registration with changes: nil removes a member.
func body(changes map[string]any) map[string]any {
	document := map[string]any{
		"name": "An App", "description": "What it does", "logo": "data:image/png;base64,iVBORw0KGgo=",
		"website_url": "https://app.example.test", "terms_url": "https://app.example.test/terms",
		"policy_url": "https://app.example.test/policy", "logout_redirect_uri": "https://app.example.test/bye",
		"redirect_uris": []any{"https://app.example.test/cb"}, "allowed_origins": []any{"https://app.example.test"},
		"scopes": []any{"files:read", "openid"}, "allow_pkce": true,
	}
	maps.Copy(document, changes)
	maps.DeleteFunc(document, func(_ string, value any) bool { return value == nil })
	return document
}

// register creates an app and returns its id.
func (p *portal) register(who person) string {
	p.t.Helper()
	var created clientDocument
	p.send(who, "POST", "/clients", body(nil)).want(http.StatusCreated, "").read(&created)
	return created.ClientID
}

// grant writes a live grant and its consent.
func (p *portal) grant(who person, app string, kind store.GrantType, scopes ...string) {
	p.t.Helper()
	now := p.clock.Now()
	token := &store.Token{Value: who.UserID + app + string(kind), IssuedAt: now, ExpiresAt: now.Add(time.Hour)}
	_, err := p.store.PutGrant(p.t.Context(), store.Grant{
		GrantKey: store.GrantKey{UserID: who.UserID, AppID: app, Type: kind},
		Access:   token, Authorized: scopes, CreatedAt: now, ModifiedAt: now,
	})
	if err == nil {
		_, err = p.store.AddConsent(p.t.Context(), who.UserID, app, scopes, now)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// holds reports whether the grant and the consent are still there.
func (p *portal) holds(who person, app string, kind store.GrantType) (grant, consent bool) {
	p.t.Helper()
	_, grantErr := p.store.Grant(p.t.Context(), store.GrantKey{UserID: who.UserID, AppID: app, Type: kind})
	_, consentErr := p.store.Consent(p.t.Context(), who.UserID, app)
	return grantErr == nil, consentErr == nil
}

func limitOf(n int) string { return "limit=" + strconv.Itoa(n) }
