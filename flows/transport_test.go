package flows_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"docspace-oauth/flows"
)

func TestTransportReachesLocalhostNames(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.Host))
	}))
	defer server.Close()
	t.Setenv("HTTP_PROXY", "http://192.0.2.1:9") // nobody answers there
	client := flows.NewHTTPClient(nil)
	for _, name := range []string{"localhost", "second.localhost", "Second.LOCALHOST."} {
		address := strings.Replace(server.URL, "127.0.0.1", name, 1)
		response, err := client.Get(address)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", name, response.StatusCode)
		}
	}
}

func TestHTTPClientFollowsNoRedirect(t *testing.T) {
	followed := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" {
			followed = true
		}
		http.Redirect(w, r, "/login", http.StatusFound)
	}))
	defer server.Close()
	// A client that would follow redirects is not believed either.
	portal, err := flows.NewPortal(server.URL, &http.Client{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := portal.Discover(t.Context()); err == nil || followed {
		t.Errorf("error %v, followed %v", err, followed)
	}
}

func TestNewPortalAddress(t *testing.T) {
	for address, want := range map[string]string{
		"http://127.0.0.1:8092":          "http://127.0.0.1:8092",
		"HTTPS://Portal.Example.com/":    "https://portal.example.com",
		"https://portal.example.com:443": "https://portal.example.com",
		"http://portal.example.com:80":   "http://portal.example.com",
		"portal.example.com":             "",
		"http://":                        "",
		"http://u:p@portal.example.com":  "",
		"http://portal.example.com/a":    "",
		"http://portal.example.com/?a":   "",
		"ftp://portal.example.com":       "",
		"http://[::1]:8092":              "http://[::1]:8092",
	} {
		portal, err := flows.NewPortal(address, nil)
		switch {
		case want == "" && err == nil:
			t.Errorf("%s: accepted as %s", address, portal.BaseURL)
		case want != "" && err != nil:
			t.Errorf("%s: %v", address, err)
		case want != "" && portal.BaseURL != want:
			t.Errorf("%s: %s instead of %s", address, portal.BaseURL, want)
		}
	}
}
