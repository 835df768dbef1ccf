package mockdocspace_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/control"
)

// An HTTP client that holds a user's token.
func ExamplePortal_Client() {
	ctx := context.Background()
	mock, err := mockdocspace.Start(ctx, mockdocspace.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer mock.Close()

	app, err := mock.Control().CreateApp(ctx, control.CreateAppRequest{
		RedirectURIs: []string{"http://localhost:3000/callback"}, Scopes: []string{"accounts.self:read"},
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mock.Client(ctx, app, "user@docspace.test")
	if err != nil {
		log.Fatal(err)
	}
	response, err := client.Get(mock.URL() + "/api/2.0/people/@self")
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	var self struct {
		Response struct{ DisplayName string }
	}
	if err := json.NewDecoder(response.Body).Decode(&self); err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Status, self.Response.DisplayName)
	// Output: 200 OK Ursula User
}

// What an app under test is configured with.
func ExamplePortal_OAuth2Config() {
	ctx := context.Background()
	mock, err := mockdocspace.Start(ctx, mockdocspace.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer mock.Close()
	app, err := mock.Control().CreateApp(ctx, control.CreateAppRequest{
		ID: "my-app", RedirectURIs: []string{"http://localhost:3000/callback"}, Scopes: []string{"files:read"},
	})
	if err != nil {
		log.Fatal(err)
	}
	config := mock.OAuth2Config(app)
	address := config.AuthCodeURL("state-1")
	fmt.Println(strings.Replace(address, mock.URL(), "PORTAL", 1))
	// Output: PORTAL/oauth2/authorize?client_id=my-app&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback&response_type=code&scope=files%3Aread&state=state-1
}

// A fault, the clock and the journal: the portal is overloaded for two requests, later
// the token is too old, and the journal has it all.
func ExamplePortal_Control() {
	ctx := context.Background()
	mock, err := mockdocspace.Start(ctx, mockdocspace.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer mock.Close()
	app, err := mock.Control().CreateApp(ctx, control.CreateAppRequest{RedirectURIs: []string{"http://localhost:3000/callback"}})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mock.Client(ctx, app, "user@docspace.test")
	if err != nil {
		log.Fatal(err)
	}
	status := func() int {
		response, err := client.Get(mock.URL() + "/api/2.0/people/@self")
		if err != nil {
			log.Fatal(err)
		}
		defer response.Body.Close()
		_, _ = io.Copy(io.Discard, response.Body)
		return response.StatusCode
	}

	if _, err := mock.Control().AddFault(ctx, control.FaultRequest{Name: "answer.api.503", App: app.ID, Uses: 2}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(status(), status(), status())

	if _, err := mock.Control().Advance(ctx, 2*time.Hour); err != nil {
		log.Fatal(err)
	}
	fmt.Println(status())

	page, err := mock.Control().Journal(ctx, control.JournalFilter{Path: "/api/2.0/people/@self"})
	if err != nil {
		log.Fatal(err)
	}
	for _, exchange := range page.Exchanges {
		fmt.Println(exchange.Method, path.Base(exchange.URL), exchange.Status)
	}
	// Output:
	// 503 503 200
	// 401
	// GET @self 503
	// GET @self 503
	// GET @self 200
	// GET @self 401
}

// A client also works for the second portal, for who has consented before, and where
// the portal speaks TLS with a certificate of its own.
func TestClient(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*config.Config{"http": nil, "https": {TLS: &config.TLS{SelfSigned: true}}} {
		t.Run(name, func(t *testing.T) {
			mock := startMock(t, mockdocspace.Options{Config: c})
			for tenant, base := range map[int64]string{1: mock.URL(), 2: mock.SecondURL()} {
				app, err := mock.Control().CreateApp(t.Context(), control.CreateAppRequest{Tenant: tenant, RedirectURIs: []string{"http://localhost/cb"}})
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					client, err := mock.Client(t.Context(), app, onBoth)
					if err != nil {
						t.Fatal(err)
					}
					if got := getStatus(t, client, base+"/api/2.0/people/@self"); got != http.StatusOK {
						t.Errorf("portal %d: %d", tenant, got)
					}
				}
			}
			app, err := mock.Control().CreateApp(t.Context(), control.CreateAppRequest{RedirectURIs: []string{"http://localhost/cb"}, Disabled: true})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := mock.Client(t.Context(), app, onBoth); err == nil || !strings.Contains(err.Error(), "client_disabled") {
				t.Errorf("a disabled app: %v", err)
			}
			if _, err := mock.Client(t.Context(), app, "nobody@docspace.test"); err == nil || !strings.Contains(err.Error(), "nobody@docspace.test") {
				t.Errorf("an unknown user: %v", err)
			}
		})
	}
}

func getStatus(t *testing.T, client *http.Client, address string) int {
	t.Helper()
	response, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// Many portals live in one process side by side; what is done to one, its clock, its
// faults, its keys, its people, is nothing to the others.
func TestManyPortals(t *testing.T) {
	t.Parallel()
	const portals = 12
	var tests sync.WaitGroup
	for i := range portals {
		tests.Go(func() {
			mock, err := mockdocspace.Start(context.Background(), mockdocspace.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer func() {
				if err := mock.Close(); err != nil {
					t.Error(err)
				}
			}()
			// The same id everywhere, another secret at each.
			app, err := mock.Control().CreateApp(t.Context(), control.CreateAppRequest{
				ID: "same", Secret: fmt.Sprint("secret ", i), RedirectURIs: []string{"http://localhost/cb"},
			})
			if err != nil {
				t.Error(err)
				return
			}
			client, err := mock.Client(t.Context(), app, onBoth)
			if err != nil {
				t.Error(err)
				return
			}
			want := http.StatusOK
			switch i % 3 {
			case 1:
				_, err = mock.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.api.500"})
				want = http.StatusInternalServerError
			case 2:
				_, err = mock.Control().Advance(t.Context(), 2*time.Hour)
				want = http.StatusUnauthorized
			}
			if err != nil {
				t.Error(err)
			}
			for range 20 {
				response, err := client.Get(mock.URL() + "/api/2.0/people/@self")
				if err != nil {
					t.Error(err)
					return
				}
				_ = response.Body.Close()
				if response.StatusCode != want {
					t.Errorf("portal %d answers %d instead of %d", i, response.StatusCode, want)
				}
			}
			page, err := mock.Control().Journal(t.Context(), control.JournalFilter{Path: "/api/2.0/people/@self"})
			if err != nil || len(page.Exchanges) != 20 {
				t.Errorf("portal %d has %d calls in its journal, %v", i, len(page.Exchanges), err)
			}
		})
	}
	tests.Wait()
}
