package identity_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/identity"
	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

const (
	redirectURI = "https://rp.example.test/cb"
	tenantURL   = "https://portal.example.test"
	user        = "5a1f0c3e-0f4b-4b0e-9a57-1d2c3b4a5f60"
	otherUser   = "6b1f0c3e-0f4b-4b0e-9a57-1d2c3b4a5f60"
)

// portal is an authorization server on a real socket.
type portal struct {
	t      testing.TB
	url    string
	host   string
	wire   http.RoundTripper
	store  store.Store
	clock  *clock.Clock
	server *identity.Server
	book   *rules.Book
	app    store.App
}

// newPortal starts a server in the given profile with one app.
func newPortal(t testing.TB, change ...func(*rules.Rules)) *portal {
	t.Helper()
	return newPortalOn(t, func(s store.Store) store.Store { return s }, change...)
}

// newPortalOn does so with something between the server and its store.
func newPortalOn(t testing.TB, between func(store.Store) store.Store, change ...func(*rules.Rules)) *portal {
	t.Helper()
	return newPortalWith(t, store.NewMemory(), between, change...)
}

// newPortalWith does so on a store of the caller's.
func newPortalWith(t testing.TB, kept store.Store, between func(store.Store) store.Store, change ...func(*rules.Rules)) *portal {
	t.Helper()
	base := rules.DocSpace()
	for _, c := range change {
		c(&base)
	}
	p := &portal{t: t, wire: http.DefaultTransport, store: kept, clock: clock.New(), book: rules.NewBook(base)}
	server, err := identity.New(context.Background(), identity.Config{
		Store: between(p.store), Clock: p.clock, Random: random.New(), Limiter: limit.New(p.clock, false),
		SignatureKey: signature.Key(signature.DefaultSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	p.server = server
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Forwarded-Host") == "" {
			r.Header.Set("X-Forwarded-Host", r.Host)
		}
		noted(t, w, r, func(w http.ResponseWriter, r *http.Request) {
			ctx := p.book.Into(r.Context())
			rules.Presume(ctx, user) // as the gate does that stands in front
			server.ServeHTTP(w, r.WithContext(ctx))
		})
	}))
	t.Cleanup(listening.Close)
	p.url, p.host = listening.URL, strings.TrimPrefix(listening.URL, "http://")
	p.app = p.addApp(nil)
	return p
}

// addApp registers an app with all scopes and one redirect URI.
func (p *portal) addApp(change func(*store.App)) store.App {
	p.t.Helper()
	description := "an app"
	source := random.New()
	app := store.App{
		ID: source.UUID(), TenantID: 7, Secret: source.Alphanumeric(36), Name: "App", Description: &description,
		RedirectURIs: []string{redirectURI}, Scopes: append(identity.ScopeNames(), "openid"),
		Public: true, Enabled: true, CreatedBy: user, CreatedAt: p.clock.Now(),
	}
	if change != nil {
		change(&app)
	}
	if err := p.store.CreateApp(context.Background(), app); err != nil {
		p.t.Fatal(err)
	}
	return app
}

// change alters the app as registration would.
func (p *portal) change(alter func(*store.App)) {
	p.t.Helper()
	if _, err := p.store.UpdateApp(context.Background(), p.app.ID, func(a *store.App) error { alter(a); return nil }); err != nil {
		p.t.Fatal(err)
	}
}

// sign returns an x-signature of somebody.
func (p *portal) sign(userID string, change ...func(*signature.Claims)) string {
	p.t.Helper()
	claims := signature.Claims{
		UserID: userID, UserName: "Anna Example", UserEmail: "anna@example.test", TenantID: 7, TenantURL: tenantURL,
		Public: true, Expires: p.clock.Now().Add(signature.Lifetime),
	}
	for _, c := range change {
		c(&claims)
	}
	token, err := signature.Issue(signature.Key(signature.DefaultSecret), claims)
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	body   string
}

// json reads a member of a JSON body.
func (a answer) json(member string) any {
	var members map[string]any
	_ = json.Unmarshal([]byte(a.body), &members)
	return members[member]
}

func (a answer) text(member string) string { s, _ := a.json(member).(string); return s }

// location reads a parameter of Location, else of X-Redirect-URI.
func (a answer) location(parameter string) string {
	target := a.header.Get("Location")
	if target == "" {
		target = a.header.Get("X-Redirect-Uri")
	}
	_, query, _ := strings.Cut(target, "?")
	values, _ := url.ParseQuery(query)
	return values.Get(parameter)
}

func (a answer) cookie(name string) string {
	for _, cookie := range (&http.Response{Header: a.header}).Cookies() {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// send performs a request; headers are pairs. Redirects are not followed.
func (p *portal) send(method, target, body string, headers ...string) answer {
	p.t.Helper()
	r, err := http.NewRequest(method, p.url+target, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	response, err := p.wire.RoundTrip(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(data)}
}

// form is an ordered list of name and value.
func form(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(pairs[i]) + "=" + url.QueryEscape(pairs[i+1]))
	}
	return b.String()
}

const formType = "application/x-www-form-urlencoded"

// post sends a form; more are header pairs.
func (p *portal) post(path, body string, more ...string) answer {
	p.t.Helper()
	return p.send(http.MethodPost, path, body, append([]string{"Content-Type", formType}, more...)...)
}

// authorize asks for a code as the user, with further parameters.
func (p *portal) authorize(userID, scope string, more ...string) answer {
	p.t.Helper()
	query := form(append([]string{"response_type", "code", "client_id", p.app.ID, "redirect_uri", redirectURI, "state", "s1", "scope", scope}, more...)...)
	return p.send(http.MethodGet, "/oauth2/authorize?"+query, "", "x-signature", p.sign(userID))
}

// consent answers the consent page; without scopes it denies.
func (p *portal) consent(userID, state string, scopes ...string) answer {
	p.t.Helper()
	pairs := []string{"client_id", p.app.ID, "state", state}
	for _, scope := range scopes {
		pairs = append(pairs, "scope", scope)
	}
	return p.post("/oauth2/authorize", form(pairs...), "x-signature", p.sign(userID))
}

// code gets an authorization code for the scopes, joined by spaces.
func (p *portal) code(userID, scope string, more ...string) string {
	p.t.Helper()
	asked := p.authorize(userID, scope, more...)
	if state := asked.cookie("client_state"); state != "" {
		asked = p.consent(userID, state, strings.Fields(scope)...)
	}
	code := asked.location("code")
	if code == "" {
		p.t.Fatalf("no code: %d %s", asked.status, asked.header.Get("Location"))
	}
	return code
}

// exchange redeems a code with the app's secret.
func (p *portal) exchange(code string, more ...string) answer {
	p.t.Helper()
	return p.post("/oauth2/token", form(append([]string{
		"grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI,
		"client_id", p.app.ID, "client_secret", p.app.Secret,
	}, more...)...))
}

// tokens runs a whole flow.
func (p *portal) tokens(userID, scope string) answer {
	p.t.Helper()
	a := p.exchange(p.code(userID, scope))
	if a.status != http.StatusOK {
		p.t.Fatalf("exchange: %d %s", a.status, a.body)
	}
	return a
}

func (p *portal) refresh(token string, more ...string) answer {
	p.t.Helper()
	return p.post("/oauth2/token", form(append([]string{
		"grant_type", "refresh_token", "refresh_token", token, "client_id", p.app.ID, "client_secret", p.app.Secret,
	}, more...)...))
}

func (p *portal) active(token string) bool {
	p.t.Helper()
	return p.post("/oauth2/introspect", form("token", token)).json("active") == true
}

func (p *portal) advance(d time.Duration) { p.clock.Advance(d) }
