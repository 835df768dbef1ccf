package mockdocspace_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// Whatever happens after a snapshot, restoring it brings everything back: with the
// clock frozen every GET of the API and every token answers as before.
func TestSnapshotRestoresEverything(t *testing.T) {
	actions := 10_000
	if testing.Short() || raceDetector {
		actions = 500
	}
	for name, file := range map[string]string{"memory": "", "sqlite": filepath.Join(t.TempDir(), "portal.db")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			w := newWorld(t, file, rand.New(rand.NewPCG(seed, 0)))
			w.view() // some folders are made when somebody looks for the first time
			before := w.view()
			w.must(w.Control().Snapshot(t.Context(), "before"))
			for range actions {
				w.act()
			}
			changed := differences(before, w.view())
			if len(changed) < len(before)/4 {
				t.Fatalf("after %d actions only %d of %d answers differ: %v", actions, len(changed), len(before), changed)
			}
			for range 2 { // a snapshot may be restored again
				w.must(w.Control().Restore(t.Context(), "before"))
				after := w.view()
				for i, request := range differences(before, after) {
					if i == 10 {
						t.Fatal("and more")
					}
					t.Errorf("seed %d: %s answers\n%.1500s\ninstead of\n%.1500s", seed, request, after[request], before[request])
				}
				for i, g := range w.grants {
					if got := w.send("POST", "/oauth2/token", form(refreshForm(g)), nil); got.Code != http.StatusOK {
						t.Errorf("seed %d: the refresh token of grant %d: %d %s", seed, i, got.Code, got.Body)
					}
				}
			}
		})
	}
}

// world is a portal in the middle of its life, with somebody who does this and that.
type world struct {
	*apiPortal
	random  *rand.Rand
	routes  []control.Route
	grants  []grant
	owner   *control.SignedIn
	numbers []string // ids of folders, rooms and files
	users   []string
	groups  []string
	tokens  []string // of all kinds
}

func newWorld(t *testing.T, file string, random *rand.Rand) *world {
	t.Helper()
	w := &world{apiPortal: startAPI(t, mockdocspace.Options{DataFile: file}), random: random}
	ctx := t.Context()
	_, err := w.Control().Freeze(ctx)
	w.must(err)
	w.routes, err = w.Control().Routes(ctx)
	w.must(err)
	w.routes = slices.DeleteFunc(w.routes, func(r control.Route) bool { return !r.Implemented || r.Class == "confirm-only" })
	for _, user := range []string{onBoth, admin, owner} {
		w.grants = append(w.grants, w.grant(1, user, allScopes...))
	}
	for _, g := range w.grants {
		w.tokens = append(w.tokens, g.tokens.AccessToken, g.tokens.RefreshToken)
		personal := w.send("POST", "/oauth2/token", form(url.Values{
			"grant_type": {"personal_access_token"}, "scope": {"files:read"}, "client_id": {g.app.ID}, "client_secret": {g.app.Secret},
		}), http.Header{"X-Signature": {g.signature}})
		w.tokens = append(w.tokens, fmt.Sprint(w.object(personal)["access_token"]))
	}
	session, err := w.Control().SignIn(ctx, owner, 1)
	w.must(err)
	w.owner = &session
	info, err := w.Control().Portal(ctx)
	w.must(err)
	for _, u := range info.Users {
		if u.Email != owner {
			w.users = append(w.users, u.ID)
		}
	}
	for i := range 4 {
		w.keep(w.asOwner("POST", "files/rooms", map[string]any{"title": fmt.Sprint("room ", i), "roomType": 2}))
		w.keep(w.asOwner("POST", "files/folder/"+w.number(), map[string]any{"title": fmt.Sprint("folder ", i)}))
		w.keep(w.asOwner("POST", "files/@my/text", map[string]any{"title": fmt.Sprint("file ", i), "content": "text"}))
		w.keep(w.asOwner("POST", "group", map[string]any{"groupName": fmt.Sprint("group ", i), "members": w.users[:1]}))
	}
	return w
}

// send is one request, without a network in between.
func (w *world) send(method, path string, body payload, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(w.t.Context(), method, w.URL()+path, bytes.NewReader(body.content))
	maps.Copy(r.Header, header)
	r.Header.Set("User-Agent", "somebody")
	if body.media != "" {
		r.Header.Set("Content-Type", body.media)
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

type payload struct {
	media   string
	content []byte
}

func form(values url.Values) payload {
	return payload{"application/x-www-form-urlencoded", []byte(values.Encode())}
}

func (w *world) asOwner(method, path string, in any) *httptest.ResponseRecorder {
	body, err := json.Marshal(in)
	w.must(err)
	return w.send(method, "/api/2.0/"+path, payload{"application/json", body}, http.Header{"Cookie": {"asc_auth_key=" + w.owner.Session}})
}

func (w *world) object(answer *httptest.ResponseRecorder) map[string]any {
	var members map[string]any
	_ = json.Unmarshal(answer.Body.Bytes(), &members) // other answers have no members
	return members
}

// keep remembers the id of what was made.
func (w *world) keep(answer *httptest.ResponseRecorder) {
	made, _ := w.object(answer)["response"].(map[string]any)
	switch id := made["id"].(type) {
	case float64:
		w.numbers = append(w.numbers, strconv.Itoa(int(id)))
	case string:
		if _, isGroup := made["membersCount"]; isGroup || made["manager"] != nil {
			w.groups = append(w.groups, id)
		}
	}
}

func (w *world) pick(from []string) string {
	if len(from) == 0 {
		return "1"
	}
	return from[w.random.IntN(len(from))]
}

func (w *world) number() string { return w.pick(w.numbers) }

// view is every answer that there is to be had without changing anything.
func (w *world) view() map[string]string {
	seen := map[string]string{}
	look := func(who, path string, header http.Header) {
		answer := w.send("GET", path, payload{}, header)
		for name := range answer.Header() {
			if name == "Date" || strings.HasPrefix(name, "X-Ratelimit") || name == "Server-Timing" {
				answer.Header().Del(name)
			}
		}
		body, err := io.ReadAll(answer.Body)
		w.must(err)
		headers := fmt.Sprint(answer.Header())
		seen[who+" GET "+path] = fmt.Sprintf("%d %s\n%s", answer.Code, headers, body)
	}
	bySession := http.Header{"Cookie": {"asc_auth_key=" + w.owner.Session}}
	byToken := http.Header{"Authorization": {"Bearer " + w.grants[0].tokens.AccessToken}}
	for _, r := range w.routes {
		if r.Method != "GET" {
			continue
		}
		for _, path := range w.paths(r) {
			look("owner", path, bySession)
			look("user", path, byToken)
		}
	}
	signed := http.Header{"X-Signature": {w.owner.Signature}}
	for _, g := range w.grants {
		for _, path := range []string{"/api/2.0/clients/" + g.app.ID, "/api/2.0/clients/" + g.app.ID + "/info", "/api/2.0/clients/" + g.app.ID + "/public/info"} {
			look("owner", path, signed)
		}
		look("user", "/api/2.0/clients/consents?limit=50", http.Header{"X-Signature": {g.signature}})
	}
	look("owner", "/api/2.0/clients?limit=50", signed)
	look("anybody", "/oauth2/jwks", nil)
	look("anybody", metadataPath, nil)
	for i, token := range w.tokens {
		answer := w.send("POST", "/oauth2/introspect", form(url.Values{"token": {token}}), nil)
		seen[fmt.Sprint("introspect ", i)] = fmt.Sprint(answer.Code, answer.Body)
		bearer := http.Header{"Authorization": {"Bearer " + token}}
		look(fmt.Sprint("token ", i), "/api/2.0/people/@self", bearer)
		look(fmt.Sprint("token ", i), "/api/2.0/files/@my", bearer)
		look(fmt.Sprint("token ", i), "/oauth2/userinfo", bearer)
	}
	return seen
}

// paths are those of a route, with ids that there were at the snapshot.
func (w *world) paths(r control.Route) []string {
	template := strings.Replace(r.Template, "{version:apiVersion}", "2.0", 1)
	if !parameter.MatchString(template) {
		return []string{"/" + template}
	}
	var paths []string
	for i := range 4 {
		paths = append(paths, "/"+parameter.ReplaceAllStringFunc(template, func(name string) string {
			ids := w.numbers
			switch {
			case strings.HasPrefix(name, "{userid"):
				ids = w.users
			case strings.Contains(name, ":guid") || strings.Contains(template, "/group/"):
				ids = w.groups
			}
			if len(ids) == 0 {
				return "1"
			}
			return ids[i%len(ids)]
		}))
	}
	return paths
}

// differences are the requests whose answers differ, in order.
func differences(before, after map[string]string) []string {
	var different []string
	for _, request := range slices.Sorted(maps.Keys(before)) {
		if before[request] != after[request] {
			different = append(different, request)
		}
	}
	return different
}

// act does one thing at random; many of them are refused.
func (w *world) act() {
	g := &w.grants[w.random.IntN(len(w.grants))]
	credentials := url.Values{"client_id": {g.app.ID}, "client_secret": {g.app.Secret}}
	switch n := w.random.IntN(100); {
	case n < 10: // refresh; the grants of the snapshot keep what they had then
		credentials.Set("grant_type", "refresh_token")
		credentials.Set("refresh_token", w.pick(w.tokens))
		w.learn(w.send("POST", "/oauth2/token", form(credentials), nil))
	case n < 15:
		credentials.Set("token", w.pick(w.tokens))
		w.send("POST", "/oauth2/revoke", form(credentials), nil)
	case n < 25:
		w.authorize(*g)
	case n < 28:
		credentials.Set("grant_type", "personal_access_token")
		credentials.Set("scope", "files:read")
		w.learn(w.send("POST", "/oauth2/token", form(credentials), http.Header{"X-Signature": {g.signature}}))
	case n < 34:
		w.register(*g)
	case n < 35:
		w.send("POST", "/mock/keys/rotate", payload{}, nil)
	case n < 38:
		w.control(n)
	case n < 42:
		w.upload()
	default:
		w.callRoute()
	}
}

// most bounds what is remembered of what was made after the snapshot.
const most = 60

func (w *world) learn(answer *httptest.ResponseRecorder) {
	for _, name := range []string{"access_token", "refresh_token"} {
		if token, ok := w.object(answer)[name].(string); ok && len(w.tokens) < most {
			w.tokens = append(w.tokens, token)
		}
	}
}

func (w *world) authorize(g grant) {
	signed := http.Header{"X-Signature": {g.signature}}
	query := url.Values{"response_type": {"code"}, "client_id": {g.app.ID}, "redirect_uri": {g.app.RedirectURI}, "scope": {"files:read openid"}}
	to, err := url.Parse(w.send("GET", "/oauth2/authorize?"+query.Encode(), payload{}, signed).Header().Get("Location"))
	w.must(err)
	if state := to.Query().Get("state"); state != "" && to.Query().Get("code") == "" {
		answer := url.Values{"client_id": {g.app.ID}, "state": {state}, "scope": {"files:read", "openid"}}
		if to, err = url.Parse(w.send("POST", "/oauth2/authorize", form(answer), signed).Header().Get("Location")); err != nil {
			return
		}
	}
	if code := to.Query().Get("code"); code != "" && w.random.IntN(3) > 0 {
		w.learn(w.send("POST", "/oauth2/token", form(url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {g.app.RedirectURI},
			"client_id": {g.app.ID}, "client_secret": {g.app.Secret},
		}), nil))
	}
}

// register changes apps, also those of the snapshot.
func (w *world) register(g grant) {
	signed := http.Header{"X-Signature": {w.owner.Signature}}
	client := "/api/2.0/clients/" + g.app.ID
	switch w.random.IntN(6) {
	case 0:
		w.send("PATCH", client+"/regenerate", payload{}, signed)
	case 1:
		w.send("PATCH", client+"/activation", payload{"application/json", []byte(`{"status":false}`)}, signed)
	case 2:
		w.send("PATCH", client+"/activation", payload{"application/json", []byte(`{"status":true}`)}, signed)
	case 3:
		w.send("DELETE", client+"/revoke", payload{}, http.Header{"X-Signature": {g.signature}})
	case 4:
		if w.random.IntN(20) == 0 {
			w.send("DELETE", client, payload{}, signed)
		}
	case 5:
		body, err := json.Marshal(flows.NewRegistration("made later", "http://127.0.0.1/callback", "files:read"))
		w.must(err)
		w.send("POST", "/api/2.0/clients", payload{"application/json", body}, signed)
	}
}

func (w *world) control(n int) {
	switch n % 3 {
	case 0:
		w.send("POST", "/mock/users", payload{"application/json", []byte("{}")}, nil)
	case 1:
		w.send("PATCH", "/mock/users/"+w.pick(w.users), payload{"application/json", []byte(`{"disabled":true}`)}, nil)
	case 2:
		w.send("POST", "/mock/sessions", payload{"application/json", []byte(`{"user":"` + admin + `"}`)}, nil)
	}
}

func (w *world) upload() {
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	file, err := parts.CreateFormFile("file", fmt.Sprintf("up %d.txt", w.random.IntN(5)))
	w.must(err)
	_, err = file.Write(bytes.Repeat([]byte("x"), w.random.IntN(3000)))
	w.must(err)
	w.must(parts.Close())
	w.send("POST", "/api/2.0/files/"+w.number()+"/upload", payload{parts.FormDataContentType(), body.Bytes()},
		http.Header{"Cookie": {"asc_auth_key=" + w.owner.Session}})
}

// callRoute calls any route of the API that changes something, with a body that has
// what most of them want.
func (w *world) callRoute() {
	r := w.routes[w.random.IntN(len(w.routes))]
	path := w.paths(r)
	target := path[w.random.IntN(len(path))]
	if strings.Contains(target, "logout") || strings.Contains(target, "@self") || strings.Contains(target, "people/self") {
		return // would end the owner's session
	}
	title := fmt.Sprint("changed ", w.random.IntN(20))
	body, err := json.Marshal(map[string]any{
		"title": title, "content": title, "roomType": 2, "folderIds": []string{w.number()}, "fileIds": []string{w.number()},
		"destFolderId": w.number(), "firstName": title, "lastName": title, "email": fmt.Sprintf("p%d@docspace.test", w.random.IntN(1000)),
		"type": 4, "groupName": title, "members": []string{w.pick(w.users)}, "membersToAdd": []string{w.pick(w.users)},
		"names": []string{title}, "deleteAfter": true, "immediately": true, "userIds": []string{w.pick(w.users)},
		"invitations": []map[string]any{{"id": w.pick(w.users), "access": 10}},
	})
	w.must(err)
	answer := w.send(r.Method, target, payload{"application/json", body}, http.Header{"Cookie": {"asc_auth_key=" + w.owner.Session}})
	if r.Method == "POST" && len(w.numbers) < most {
		w.keep(answer)
	}
}

// Taking and restoring a snapshot of a portal that has been used for a while.
func BenchmarkSnapshot(b *testing.B) {
	for name, file := range map[string]string{"memory": "", "sqlite": "portal.db"} {
		b.Run(name, func(b *testing.B) {
			o := mockdocspace.Options{}
			if file != "" {
				o.DataFile = filepath.Join(b.TempDir(), file)
			}
			portal, err := mockdocspace.Start(b.Context(), o)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = portal.Close() }()
			for range 100 {
				if _, err := portal.Control().CreateUser(b.Context(), control.CreateUserRequest{}); err != nil {
					b.Fatal(err)
				}
				if _, err := portal.Control().CreateApp(b.Context(), control.CreateAppRequest{RedirectURIs: []string{"http://127.0.0.1/cb"}}); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				if err := portal.Control().Snapshot(b.Context(), "s"); err != nil {
					b.Fatal(err)
				}
				if err := portal.Control().Restore(b.Context(), "s"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
