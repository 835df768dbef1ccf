package webapp_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/flows/internal/fakeportal"
	"docspace-oauth/flows/webapp"
)

// world is a fake portal and the app that belongs to it.
type world struct {
	t      *testing.T
	portal *fakeportal.Portal
	appURL string
	log    *lockedBuffer
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newWorld(t *testing.T, change ...func(*webapp.Config)) *world {
	t.Helper()
	w := &world{t: t, portal: fakeportal.New(t), log: &lockedBuffer{}}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	w.appURL = server.URL
	config := webapp.Config{
		PortalURL: w.portal.URL,
		App: flows.App{
			ID: fakeportal.ClientID, Secret: fakeportal.Secret, RedirectURI: server.URL + "/callback",
			Scopes: []string{"accounts.self:read", "rooms:read"},
		},
		Logger: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&config)
	}
	app, err := webapp.New(config)
	if err != nil {
		t.Fatal(err)
	}
	handler = app
	return w
}

func withOpenID(c *webapp.Config) { c.App.Scopes = append(c.App.Scopes, "openid") }

// answer is one answer of the app.
type answer struct {
	status int
	header http.Header
	body   string
}

// browser is a profile of its own: it keeps cookies and follows no redirect.
type browser struct {
	t      *testing.T
	world  *world
	client *http.Client
	seen   []answer
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{t: w.t, world: w, client: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (b *browser) do(method, address string, header http.Header) answer {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.world.appURL + address
	}
	request, err := http.NewRequest(method, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	got := answer{response.StatusCode, response.Header, string(body)}
	b.seen = append(b.seen, got)
	return got
}

func (b *browser) get(address string) answer { b.t.Helper(); return b.do(http.MethodGet, address, nil) }

// start presses the button and returns the parameters with which the portal is asked.
func (b *browser) start() url.Values {
	b.t.Helper()
	got := b.get("/authenticate")
	address, err := url.Parse(got.header.Get("Location"))
	if err != nil || got.status != http.StatusFound || !strings.HasPrefix(address.String(), b.world.portal.URL+"/oauth2/authorize?") {
		b.t.Fatalf("/authenticate: %d to %q", got.status, got.header.Get("Location"))
	}
	return address.Query()
}

// callback is the address to which the portal sends a browser that allowed.
func (b *browser) callback(asked url.Values) string {
	return asked.Get("redirect_uri") + "?code=" + b.world.portal.Code(asked) + "&state=" + url.QueryEscape(asked.Get("state"))
}

// signIn goes the whole way.
func (b *browser) signIn() {
	b.t.Helper()
	got := b.get(b.callback(b.start()))
	if got.status != http.StatusSeeOther || got.header.Get("Location") != "/" {
		b.t.Fatalf("callback: %d to %q: %s\n%s", got.status, got.header.Get("Location"), got.body, b.world.log)
	}
}

// signedIn says whether the app shows a user.
func (b *browser) signedIn() bool {
	b.t.Helper()
	return strings.Contains(b.get("/").body, `data-testid="user_id"`)
}

// tokenRequests is how often the app asked for tokens.
func (w *world) tokenRequests() int { return len(w.portal.Requests("/oauth2/token")) }

// refused checks that nothing came of a callback: an own page without internals,
// no request for tokens beyond those before, nobody signed in.
func (b *browser) refused(got answer, tokenRequests int) {
	b.t.Helper()
	if got.status < 400 || got.status > 499 {
		b.t.Errorf("status %d", got.status)
	}
	if got := b.world.tokenRequests(); got != tokenRequests {
		b.t.Errorf("%d token requests instead of %d", got, tokenRequests)
	}
	b.ownPage(got)
	if b.signedIn() {
		b.t.Error("signed in")
	}
}

// internals must not show on a page: Go, this machine, the libraries.
var internals = regexp.MustCompile(`(?i)goroutine|\.go:|oauth2:|jose|net/http|dial tcp|panic|unmarshal|docspace-oauth`)

func (b *browser) ownPage(got answer) {
	b.t.Helper()
	if !strings.Contains(got.body, "<h1>") || !strings.Contains(got.body, "docspace-button") {
		b.t.Errorf("no page with a way on: %s", got.body)
	}
	if found := internals.FindString(got.body); found != "" {
		b.t.Errorf("page shows %q", found)
	}
}

func TestHappyPath(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	if got := b.get("/"); got.status != 200 || !strings.Contains(got.body, `id="docspace-button"`) {
		t.Fatalf("home: %d %s", got.status, got.body)
	}
	b.signIn()
	got := b.get("/")
	for _, want := range []string{"Jane &amp; Doe", fakeportal.Email, fakeportal.UserID, w.portal.URL, `data-testid="rooms">1<`, `id="logout-button"`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("home lacks %q:\n%s", want, got.body)
		}
	}
	if strings.Contains(got.body, "missing_scopes") {
		t.Error("complains about scopes that were granted")
	}
	for path, want := range map[string]int{"/oauth2/token": 1, "/api/2.0/people/@self": 1, "/api/2.0/files/rooms": 1} {
		if got := len(w.portal.Requests(path)); got != want {
			t.Errorf("%d requests to %s", got, path)
		}
	}
}

func TestRoomsAndDocuments(t *testing.T) {
	w := newWorld(t, func(c *webapp.Config) { c.App.Scopes = append(c.App.Scopes, "files:read") })
	b := w.browser()
	b.signIn()
	got := b.get("/")
	for _, want := range []string{
		`data-testid="rooms">1<`, "Plans", ">custom<", `fill="#61C059"`,
		`data-testid="documents">25<`, "Drafts", ">folder<", "&lt;b&gt;Offer&lt;/b&gt;.docx", ">12 KB<", "and 23 more",
	} {
		if !strings.Contains(got.body, want) {
			t.Errorf("home lacks %q:\n%s", want, got.body)
		}
	}

	// A colour is the portal's word; only a colour gets into the page.
	w.portal.Answer("/api/2.0/files/rooms", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"response":{"folders":[{"title":"R","logo":{"color":"\"/><script>"}}],"total":1},"statusCode":200}`))
	})
	w.portal.Answer("/api/2.0/files/@my", func(rw http.ResponseWriter, _ *http.Request) { // a guest
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusNotFound)
		_, _ = rw.Write([]byte(`{"error":{"message":"The required folder was not found"},"status":1,"statusCode":404}`))
	})
	got = b.get("/")
	if got.status != 200 || strings.Contains(got.body, "<script") || strings.Contains(got.body, "<circle") || strings.Contains(got.body, "documents") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestWithOpenID(t *testing.T) {
	w := newWorld(t, withOpenID)
	b := w.browser()
	b.signIn()
	if !b.signedIn() {
		t.Error("not signed in")
	}
}

func TestPublicApp(t *testing.T) {
	w := newWorld(t, func(c *webapp.Config) { c.App.Public = true })
	b := w.browser()
	b.signIn()
	if form := w.portal.Requests("/oauth2/token")[0].Form; form.Has("client_secret") || !b.signedIn() {
		t.Errorf("form %v", form)
	}
	w.portal.KillAccessTokens() // there is nothing to refresh with
	if got := b.get("/"); got.status != 200 || !strings.Contains(got.body, "Your sign-in has ended") {
		t.Errorf("after the end: %d %s", got.status, got.body)
	}
	b.do(http.MethodPost, "/logout", nil)
	if len(w.portal.Requests("/oauth2/revoke")) != 0 {
		t.Error("revoked without a secret")
	}
}

func TestHeadersAndPages(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn()
	b.get("/")
	b.get("/callback?code=x&state=y")
	b.get("/nosuch")
	b.get("/../.env")
	b.do(http.MethodPost, "/logout", nil)
	for _, got := range b.seen {
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %q", name, got.header.Get(name))
			}
		}
		policy := got.header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("policy %q", policy)
		}
		if got.header.Get("Access-Control-Allow-Origin") != "" || got.header.Get("Server") != "" || got.header.Get("X-Powered-By") != "" {
			t.Errorf("headers %v", got.header)
		}
		if style := between(got.body, "<style>", "</style>"); style != "" {
			hash := sha256.Sum256([]byte(style))
			if !strings.Contains(policy, base64.StdEncoding.EncodeToString(hash[:])) {
				t.Error("the policy forbids the page's own style")
			}
		}
		if strings.Contains(got.body, "http://") && strings.Contains(strings.ReplaceAll(got.body, w.portal.URL, ""), "http://") {
			t.Errorf("a page points elsewhere: %s", got.body)
		}
	}
}

func between(text, from, to string) string {
	_, rest, ok := strings.Cut(text, from)
	if !ok {
		return ""
	}
	inner, _, _ := strings.Cut(rest, to)
	return inner
}

func TestOneHostName(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	other := strings.Replace(w.appURL, "127.0.0.1", "localhost", 1)
	if got := b.get(other + "/authenticate"); got.status != http.StatusFound || got.header.Get("Location") != w.appURL+"/authenticate" {
		t.Errorf("from localhost: %d to %q", got.status, got.header.Get("Location"))
	}
	request, err := http.NewRequest(http.MethodGet, w.appURL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "evil.example.com"
	response, err := b.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("another host: %d", response.StatusCode)
	}
}

func TestConfigErrors(t *testing.T) {
	good := webapp.Config{PortalURL: "http://p", App: flows.App{ID: "a", RedirectURI: "http://localhost/callback"}}
	if _, err := webapp.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*webapp.Config){
		"portal":        func(c *webapp.Config) { c.PortalURL = "p" },
		"relative":      func(c *webapp.Config) { c.App.RedirectURI = "/callback" },
		"no path":       func(c *webapp.Config) { c.App.RedirectURI = "http://localhost" },
		"malformed":     func(c *webapp.Config) { c.App.RedirectURI = "http://local host/%zz" },
		"client id":     func(c *webapp.Config) { c.App.ID = "" },
		"root callback": func(c *webapp.Config) { c.App.RedirectURI = "http://localhost/" },
	} {
		config := good
		change(&config)
		if _, err := webapp.New(config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
