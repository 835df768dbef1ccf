package mockdocspace_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/control"
)

// persistent is a portal that keeps what it has in a file. Its port stays the
// same, as tokens name the portal's address.
func persistent(t *testing.T, listen, file string, c *config.Config) *apiPortal {
	t.Helper()
	return startAPI(t, mockdocspace.Options{Listen: listen, DataFile: file, Config: c})
}

func status(t *testing.T, address, cookie string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.AddCookie(&http.Cookie{Name: "asc_auth_key", Value: cookie})
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// What users and apps were told lasts: app, consent, refresh token, signed-in
// session, signing key, user and uploaded file are there after a restart.
func TestDataFile_survivesRestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "portal.db")
	p := persistent(t, "", file, nil)
	g := p.grant(1, "user@docspace.test", "accounts.self:read", "files:write")
	session, err := p.Control().SignIn(t.Context(), "user@docspace.test", 1)
	p.must(err)
	_, err = p.Control().CreateUser(t.Context(), control.CreateUserRequest{Email: "new@docspace.test"})
	p.must(err)
	content := bytes.Repeat([]byte("what was uploaded\n"), 100_000)
	api := flows.NewAPI(p.URL(), g.tokens.AccessToken, nil)
	mine, err := api.MyDocuments(t.Context())
	p.must(err)
	uploaded, err := api.Upload(t.Context(), mine.Current.ID, "large.txt", bytes.NewReader(content))
	p.must(err)
	spent, err := portalOf(t, p).Refresh(t.Context(), g.app, g.tokens.RefreshToken)
	p.must(err)
	keys, err := portalOf(t, p).Keys(t.Context())
	p.must(err)
	address := strings.TrimPrefix(p.URL(), "http://")
	p.must(p.Close())

	p = persistent(t, address, file, nil)
	portal := portalOf(t, p)
	if _, err := portal.Refresh(t.Context(), g.app, g.tokens.RefreshToken); err == nil {
		t.Error("a refresh token that was used before the restart works after it")
	}
	tokens, err := portal.Refresh(t.Context(), g.app, spent.RefreshToken)
	if err != nil {
		t.Fatalf("the refresh token is gone: %v", err)
	}
	if _, err := portal.VerifyAccessToken(t.Context(), g.app, spent.AccessToken); err != nil {
		t.Errorf("a token from before the restart does not verify: %v", err)
	}
	again, err := portal.Keys(t.Context())
	if err != nil || len(again.Keys) != 1 || again.Keys[0].KeyID != keys.Keys[0].KeyID {
		t.Errorf("keys %v (%v), want the one from before", again, err)
	}
	if code := status(t, p.URL()+"/api/2.0/people/@self", session.Session); code != http.StatusOK {
		t.Errorf("the session gets %d", code)
	}
	if _, err := p.Control().SignIn(t.Context(), "new@docspace.test", 1); err != nil {
		t.Errorf("the new user is gone: %v", err)
	}
	r, err := flows.NewAPI(p.URL(), tokens.AccessToken, nil).Download(t.Context(), uploaded.ID)
	if err != nil {
		t.Fatalf("the uploaded file is gone: %v", err)
	}
	got, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, content) {
		t.Errorf("the uploaded file has %d bytes that differ (%v)", len(got), err)
	}
	// The consent: nobody is asked again. It comes last, as a new code ends the
	// tokens before it.
	a := portal.NewAuthorization(g.app)
	answer, err := portal.Authorize(t.Context(), portal.AuthorizeURL(g.app, a), session.Signature)
	if err != nil || answer.Callback == nil || answer.Callback.Query().Get("code") == "" {
		t.Errorf("authorize answered %+v (%v), want a code", answer, err)
	}
}

func portalOf(t *testing.T, p *apiPortal) *flows.Portal {
	t.Helper()
	portal, err := flows.NewPortal(p.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return portal
}

// A start with another configuration brings in what that names, and leaves the rest.
func TestDataFile_followsTheConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "portal.db")
	anna := config.User{Email: "anna@example.test", Password: "old", Type: "owner", FirstName: "Anna"}
	one := config.Portal{ID: 1, Name: "One", Hosts: []string{"127.0.0.1"}, Users: []config.User{anna}}
	app := config.App{ID: "app", Secret: "old", RedirectURIs: []string{"http://localhost/old"}}
	p := persistent(t, "", file, &config.Config{Portals: []config.Portal{one}, Apps: []config.App{app}})
	made, err := p.Control().CreateApp(t.Context(), control.CreateAppRequest{Name: "Made by hand", RedirectURIs: []string{"http://localhost/cb"}})
	p.must(err)
	_, err = p.Control().CreateUser(t.Context(), control.CreateUserRequest{Email: "guest@example.test"})
	p.must(err)
	p.must(p.Close())

	anna.Password = "new"
	bert := config.User{Email: "bert@example.test", Password: "b", Type: "user"}
	one.Name, one.Users = "Uno", []config.User{anna, bert}
	two := config.Portal{ID: 2, Name: "Two", Hosts: []string{"two.localhost"}, Users: []config.User{{Email: "o@two.test", Password: "o", Type: "owner"}}}
	app.Secret, app.RedirectURIs = "new", []string{"http://localhost/new"}
	added := config.App{ID: "added", Secret: "s", RedirectURIs: []string{"http://localhost/added"}}
	second := &config.Config{Portals: []config.Portal{one, two}, Apps: []config.App{app, added}}
	for range 2 {
		p = persistent(t, "", file, second)
		info, err := p.Control().Portal(t.Context())
		p.must(err)
		users, apps := map[string]string{}, map[string]string{}
		for _, u := range info.Users {
			users[u.Email] = u.Password
		}
		for _, a := range info.Apps {
			apps[a.Name] = a.Secret
		}
		if len(info.Portals) != 2 || info.Portals[0].Name != "Uno" || info.Portals[1].Name != "Two" {
			t.Errorf("portals %+v", info.Portals)
		}
		if _, kept := users["guest@example.test"]; len(users) != 4 || !kept || users["anna@example.test"] != "new" || users["bert@example.test"] != "b" {
			t.Errorf("users %v", users)
		}
		if len(apps) != 3 || apps["app"] != "new" || apps["added"] != "s" || apps["Made by hand"] != made.Secret {
			t.Errorf("apps %v", apps)
		}
		p.must(p.Close())
	}

	// A reset returns to the configuration alone.
	p = persistent(t, "", file, second)
	p.must(p.Control().Reset(t.Context()))
	p.must(p.Close())
	p = persistent(t, "", file, second)
	info, err := p.Control().Portal(t.Context())
	p.must(err)
	if len(info.Users) != 3 || len(info.Apps) != 2 {
		t.Errorf("after a reset: users %+v, apps %+v", info.Users, info.Apps)
	}
	p.must(p.Close())
}

// A key that is kept does not sign when the configuration asks for the other kind,
// but stays served for the tokens that it has signed.
func TestDataFile_followsTheKindOfKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "portal.db")
	p := persistent(t, "", file, nil)
	before := p.grant(1, "user@docspace.test", "openid")
	address := strings.TrimPrefix(p.URL(), "http://")
	p.must(p.Close())
	p = persistent(t, address, file, &config.Config{Signing: "rsa"})
	after := p.grant(1, "admin@docspace.test", "openid")
	if header := decodeHeader(t, after.tokens.AccessToken); !strings.Contains(header, `"alg":"RS256"`) {
		t.Errorf("signed by %s, want RS256", header)
	}
	for _, g := range []grant{before, after} {
		if _, err := portalOf(t, p).VerifyAccessToken(t.Context(), g.app, g.tokens.AccessToken); err != nil {
			t.Error(err)
		}
	}
}

func TestDataFile_refusals(t *testing.T) {
	file := filepath.Join(t.TempDir(), "portal.db")
	p := persistent(t, "", file, nil)
	if _, err := mockdocspace.New(mockdocspace.Options{DataFile: file}); err == nil || !strings.Contains(err.Error(), file+": already open") {
		t.Errorf("a second portal on the file: %v", err)
	}
	if _, err := mockdocspace.New(mockdocspace.Options{DataFile: file + "-2", RandomSeed: 1}); err == nil || !strings.Contains(err.Error(), "random seed") {
		t.Errorf("a random seed with a file: %v", err)
	}
	p.must(p.Close())
	// A start that fails for another reason lets go of the file.
	if _, err := mockdocspace.Start(t.Context(), mockdocspace.Options{DataFile: file, Listen: "192.0.2.1:0", ControlToken: "t"}); err == nil {
		t.Error("listening on a foreign address went well")
	}
	persistent(t, "", file, nil)

	text := filepath.Join(t.TempDir(), "notes.txt")
	p.must(os.WriteFile(text, []byte("not a database"), 0o600))
	if _, err := mockdocspace.New(mockdocspace.Options{DataFile: text}); err == nil || !strings.Contains(err.Error(), text+": no database; name another file") {
		t.Errorf("a text file: %v", err)
	}
}
