package pages

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

const (
	appID   = "11111111-1111-4111-8111-111111111111"
	janeID  = "22222222-2222-4222-8222-222222222222"
	bobID   = "33333333-3333-4333-8333-333333333333"
	session = "session-of-jane"
)

// shelf is the little of a store that pages read.
type shelf struct {
	mu       sync.Mutex
	apps     map[string]store.App
	users    map[string]store.User
	sessions map[string]store.Session
	links    map[string]store.Link
	rooms    []store.Folder
}

func find[T any](mu *sync.Mutex, in map[string]T, key string) (T, error) {
	mu.Lock()
	defer mu.Unlock()
	value, ok := in[key]
	if !ok {
		return value, store.ErrNotFound
	}
	return value, nil
}

func (s *shelf) App(_ context.Context, id string) (store.App, error) { return find(&s.mu, s.apps, id) }

func (s *shelf) Session(_ context.Context, token string) (store.Session, error) {
	return find(&s.mu, s.sessions, token)
}

func (s *shelf) User(_ context.Context, _ int64, id string) (store.User, error) {
	return find(&s.mu, s.users, id)
}

func (s *shelf) UserByEmail(_ context.Context, _ int64, email string) (store.User, error) {
	for _, u := range s.users {
		if u.Email == email {
			return u, nil
		}
	}
	return store.User{}, store.ErrNotFound
}

func (s *shelf) PutLink(_ context.Context, l store.Link) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.links[l.Key] = l
	return nil
}

func (s *shelf) RootFolder(context.Context, int64, store.RootType, string) (store.Folder, error) {
	return store.Folder{ID: 1}, nil
}

func (s *shelf) Folders(context.Context, int64, int64) ([]store.Folder, error) { return s.rooms, nil }

func newShelf(now time.Time) *shelf {
	user := func(id, email, first, last string) store.User {
		return store.User{ID: id, TenantID: 1, Email: email, FirstName: first, LastName: last, Password: "docspace", Status: store.StatusActive}
	}
	return &shelf{
		apps: map[string]store.App{appID: {
			ID: appID, TenantID: 1, Name: "Trace App", WebsiteURL: "https://rp.example.test", TermsURL: "https://rp.example.test/terms",
			PolicyURL: "https://rp.example.test/policy", Public: true, Enabled: true, Logo: "data:image/png;base64,iVBORw0KGgo=",
			Scopes: []string{"files:write", "files:read", "rooms:read", "openid", "accounts.self:read"},
		}},
		users: map[string]store.User{janeID: user(janeID, "jane@example.test", "Jane", "Roe"), bobID: user(bobID, "bob@example.test", "Bob", "Doe")},
		sessions: map[string]store.Session{
			session:   {Token: session, TenantID: 1, UserID: janeID, ExpiresAt: now.Add(time.Hour)},
			"expired": {Token: "expired", TenantID: 1, UserID: janeID, ExpiresAt: now.Add(-time.Hour)},
			"foreign": {Token: "foreign", TenantID: 2, UserID: janeID, ExpiresAt: now.Add(time.Hour)},
		},
		links: map[string]store.Link{},
		rooms: []store.Folder{
			{ID: 2, Title: "Autumn <catalogue>", Members: map[string]store.Access{janeID: store.AccessEditing}},
			{ID: 3, Title: "Secret room"},
		},
	}
}

// fixture serves the pages alone, on a socket, for one portal.
type fixture struct {
	*httptest.Server
	shelf  *shelf
	config Config
	rules  rules.Rules
	key    []byte
	link   int // what authentication/confirm says about links
}

func newFixture(t *testing.T, change func(*fixture)) *fixture {
	t.Helper()
	c := clock.New()
	f := &fixture{shelf: newShelf(c.Now()), rules: rules.DocSpace(), key: signature.Key(signature.DefaultSecret)}
	f.config = Config{Store: f.shelf, Clock: c, Random: random.New(), API: http.HandlerFunc(f.api)}
	if change != nil {
		change(f)
	}
	pages, book := New(f.config), rules.NewBook(f.rules)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := site.Into(book.Into(r.Context()), site.Site{Tenant: store.Tenant{ID: 1, Name: "Example Portal"}, Base: "http://" + r.Host})
		pages.ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(f.Close)
	return f
}

// api answers what the pages' own server asks.
func (f *fixture) api(w http.ResponseWriter, r *http.Request) {
	var response any
	if id, ok := strings.CutPrefix(r.URL.Path, "/api/2.0/clients/"); ok {
		f.publicInfo(w, strings.TrimSuffix(id, "/public/info"))
		return
	}
	switch r.Method + " " + r.URL.String() {
	case "GET /api/2.0/settings?withPassword=true":
		response = map[string]any{"passwordHash": passwordHash{256, 1000, "00ff"}}
	case "GET /api/2.0/security/oauth2/token":
		token, err := signature.Issue(f.key, signature.Claims{UserID: janeID, Expires: f.config.Clock.Now().Add(signature.Lifetime)})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		response = token
	case "GET /api/2.0/scopes":
		presented, err := r.Cookie(signature.Name)
		if err == nil {
			_, err = signature.Verify(f.key, presented.Value, f.config.Clock.Now(), signature.Leniency{})
		}
		if err != nil {
			http.Error(w, "", http.StatusForbidden)
			return
		}
		fmt.Fprint(w, "[]")
		return
	case "POST /api/2.0/authentication/confirm":
		var in map[string]string
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in["key"] == "" {
			http.Error(w, "", http.StatusBadRequest)
			return
		}
		response = map[string]any{"result": f.link, "email": "jane@example.test"}
	default:
		http.NotFound(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"response": response, "status": 0, "statusCode": 200})
}

// publicInfo is what anybody may know of an app.
func (f *fixture) publicInfo(w http.ResponseWriter, id string) {
	app, err := f.shelf.App(context.Background(), id)
	if err != nil {
		http.Error(w, "", http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(publicInfo{
		Name: app.Name, WebsiteURL: app.WebsiteURL, TermsURL: app.TermsURL, PolicyURL: app.PolicyURL,
		Logo: app.Logo, Scopes: app.Scopes, Public: app.Public,
	})
}

type reply struct {
	*http.Response
	body string
}

// get fetches a page without following redirects.
func (f *fixture) get(t *testing.T, path, cookie string, header ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response, string(body)}
}

// want fails unless the body holds each text.
func (r reply) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if r.StatusCode != status {
		t.Errorf("status %d instead of %d", r.StatusCode, status)
	}
	for _, text := range texts {
		if !strings.Contains(r.body, text) {
			t.Errorf("%q is missing in\n%s", text, r.body)
		}
	}
}

// wantNot fails if the body holds one of the texts.
func (r reply) wantNot(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(r.body, text) {
			t.Errorf("%q is in\n%s", text, r.body)
		}
	}
}

// data is what the page gives its script.
func (r reply) data(t *testing.T) map[string]any {
	t.Helper()
	_, island, ok := strings.Cut(r.body, `id="page-data">`)
	if !ok {
		t.Fatal("no data island")
	}
	island, _, _ = strings.Cut(island, "</script>")
	var data map[string]any
	if err := json.Unmarshal([]byte(island), &data); err != nil {
		t.Fatalf("data island: %v\n%s", err, island)
	}
	return data
}
