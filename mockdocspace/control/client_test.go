package control_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/control"
)

// seen answers like a mock and remembers the last request.
type seen struct {
	method, path, host, authorization string
}

func (s *seen) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.method, s.path, s.host, s.authorization = r.Method, r.URL.EscapedPath(), r.Host, r.Header.Get("Authorization")
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{}`))
}

func TestReachesLocalhostNames(t *testing.T) {
	var s seen
	server := httptest.NewServer(&s)
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	for _, host := range []string{"localhost", "second.localhost", "127.0.0.1"} {
		if _, err := control.New("http://" + host + ":" + port + "/").Clock(t.Context()); err != nil || s.host != host+":"+port {
			t.Errorf("%s: reached %q, %v", host, s.host, err)
		}
	}
}

func TestTokenAndHTTPClient(t *testing.T) {
	var s seen
	server := httptest.NewServer(&s)
	defer server.Close()
	used := false
	client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		used = true
		return http.DefaultTransport.RoundTrip(r)
	})}
	if _, err := control.New(server.URL, control.WithToken("t"), control.WithHTTPClient(client)).Freeze(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !used || s.authorization != "Bearer t" || s.method != "POST" || s.path != "/mock/clock/freeze" {
		t.Errorf("own client used: %t, sent %+v", used, s)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Any id is one segment of the path.
func TestIDsAreEscaped(t *testing.T) {
	var s seen
	server := httptest.NewServer(&s)
	defer server.Close()
	for id, want := range map[string]string{
		"a/b?c#d %": "/mock/apps/a%2Fb%3Fc%23d%20%25", "..": "/mock/apps/%2E%2E", ".": "/mock/apps/%2E", "...x": "/mock/apps/...x",
	} {
		if err := control.New(server.URL).DeleteApp(t.Context(), id); err != nil || s.path != want {
			t.Errorf("id %q: path %s (%v), want %s", id, s.path, err, want)
		}
	}
}

func TestErrors(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/mock/clock":
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"status":404,"title":"Not Found","detail":"gone","errors":[{"location":"path.id","message":"is gone","value":7}]}`))
		case "/mock/apps":
			_, _ = w.Write([]byte(`<html>`))
		default: // a real portal, say
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte(`<html>bad gateway</html>`))
		}
	}))
	c := control.New(server.URL)
	_, err := c.Clock(t.Context())
	var refused *control.Error
	if !errors.As(err, &refused) || refused.Errors[0].Location != "path.id" || !control.IsNotFound(err) || err.Error() != "control API: 404 gone; path.id: is gone" {
		t.Errorf("problem: %v", err)
	}
	if _, err := c.Users(t.Context(), 1); !errors.As(err, &refused) || refused.Status != 502 || !strings.Contains(err.Error(), "no answer of a mock's control API") || control.IsNotFound(err) {
		t.Errorf("no mock: %v", err)
	}
	if _, err := c.Apps(t.Context()); err == nil || errors.As(err, &refused) && refused.Status == 200 {
		t.Errorf("no JSON: %v", err)
	}
	server.Close()
	if err := c.Reset(t.Context()); err == nil || errors.As(err, new(*control.Error)) {
		t.Errorf("nobody there: %v", err)
	}
}
