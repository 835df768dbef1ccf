package management_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/management"
)

// call sends a request whose Host and headers are chosen, and decodes a problem.
func call(t *testing.T, m *mock, method, path, host, body string, header map[string]string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, m.url+path, strings.NewReader(body))
	noError(t, err)
	if r.Host = strings.TrimPrefix(m.url, "http://"); host != "" {
		r.Host = host
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	noError(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	noError(t, err)
	if response.StatusCode >= 400 {
		var problem struct {
			Status int    `json:"status"`
			Detail string `json:"detail"`
		}
		if err := json.Unmarshal(text, &problem); err != nil || problem.Status != response.StatusCode || problem.Detail == "" ||
			response.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s is no problem document", method, path, response.StatusCode, text)
		}
	}
	return response.StatusCode, string(text)
}

func TestForeignHostsAndOriginsAreRefused(t *testing.T) {
	local := start(t, nil)
	elsewhere := start(t, func(c *management.Config) { c.ExternalURL = "http://mock.example.test:8092" })
	for _, tt := range []struct {
		m            *mock
		host, origin string
		fetchSite    string
		status       int
	}{
		{local, "127.0.0.1:1", "", "", 200},
		{local, "127.8.9.10", "", "", 200},
		{local, "LOCALHOST:8092", "", "", 200},
		{local, "second.localhost", "", "", 200},
		{local, "[::1]:8092", "", "", 200},
		{local, "[::ffff:127.0.0.1]", "", "", 200},
		{local, "evil.test", "", "", 403},
		{local, "localhost.evil.test", "", "", 403},
		{local, "evillocalhost", "", "", 403},
		{local, "127.0.0.1.evil.test:8092", "", "", 403},
		{local, "10.0.0.1", "", "", 403},
		{local, "0.0.0.0", "", "", 403},
		{local, "mock.example.test:8092", "", "", 403},
		{elsewhere, "mock.example.test:8092", "", "", 200},
		{elsewhere, "MOCK.example.test", "", "", 200},
		{elsewhere, "other.example.test:8092", "", "", 403},
		{local, "", "http://localhost:3001", "", 200},
		{local, "", "http://127.0.0.1:8092", "same-origin", 200},
		{local, "", "http://evil.test", "", 403},
		{local, "", "http://localhost.evil.test", "", 403},
		{local, "", "null", "", 403},
		{local, "", "file://", "", 403},
		{local, "", "", "cross-site", 403},
		{elsewhere, "", "http://mock.example.test:8092", "", 200},
		{elsewhere, "", "http://evil.test", "", 403},
	} {
		header := map[string]string{}
		if tt.origin != "" {
			header["Origin"] = tt.origin
		}
		if tt.fetchSite != "" {
			header["Sec-Fetch-Site"] = tt.fetchSite
		}
		for _, path := range []string{"/mock/clock", "/mock/openapi.json"} {
			if status, text := call(t, tt.m, "GET", path, tt.host, "", header); status != tt.status {
				t.Errorf("host %q, origin %q, site %q: %d %s, want %d", tt.host, tt.origin, tt.fetchSite, status, text, tt.status)
			}
		}
	}
	call(t, local, "POST", "/mock/reset", "evil.test", "", nil)
	call(t, local, "POST", "/mock/reset", "", "", map[string]string{"Origin": "http://evil.test"})
	if local.resets != 0 {
		t.Error("a refused call was carried out")
	}
}

func TestToken(t *testing.T) {
	m := start(t, func(c *management.Config) { c.Token = "t0ken" })
	for sent, status := range map[string]int{
		"": 401, "Bearer t0ke": 401, "Bearer t0kenx": 401, "Bearer": 401, "Basic t0ken": 401, "t0ken": 401, "Bearer t0ken": 200, "bearer  t0ken": 200,
	} {
		got, text := call(t, m, "GET", "/mock/clock", "", "", map[string]string{"Authorization": sent})
		if got != status {
			t.Errorf("Authorization %q: %d %s, want %d", sent, got, text, status)
		}
		if status == 401 && !strings.Contains(text, "--control-token") {
			t.Errorf("%s does not say which token", text)
		}
	}
	if status, _ := call(t, m, "GET", "/mock/openapi.json", "", "", nil); status != 401 {
		t.Errorf("the description without a token: %d", status)
	}
	// A browser asks a person for the token, who gives it as a password.
	for password, status := range map[string]int{"t0ken": 200, "other": 401} {
		r, err := http.NewRequest(http.MethodGet, m.url+"/mock/", nil)
		noError(t, err)
		r.Header.Set("Accept", "text/html,*/*")
		r.SetBasicAuth("anybody", password)
		response, err := http.DefaultClient.Do(r)
		noError(t, err)
		_ = response.Body.Close()
		asks := strings.Contains(strings.Join(response.Header.Values("WWW-Authenticate"), ","), "Basic")
		if response.StatusCode != status || asks != (status == 401) {
			t.Errorf("password %q: %d, asks %t", password, response.StatusCode, asks)
		}
	}
	_, err := m.Clock(t.Context())
	refused(t, "client without the token", err, 401, "Authorization: Bearer")
	withToken := control.New(m.url, control.WithToken("t0ken"))
	must[control.ClockState](t)(withToken.Clock(t.Context()))
}

// What is wrong is named, with the way out.
func TestBadInput(t *testing.T) {
	m := start(t, nil)
	for _, tt := range []struct {
		method, path, body string
		status             int
		words              []string
	}{
		{"GET", "/mock/nonsense", "", 404, []string{"GET /mock/nonsense", "/mock/openapi.json"}},
		{"GET", "/mock/desk/sign-in", "", 404, []string{"/mock/openapi.json"}},
		{"GET", "/mock/reset", "", 404, []string{"GET /mock/reset", "/mock/openapi.json"}},
		{"POST", "/mock/clock/advance", `{"by":"soon"}`, 422, []string{"body.by", "soon", "61s"}},
		{"POST", "/mock/clock/advance", `{"by":61}`, 422, []string{"body.by", "string"}},
		{"POST", "/mock/clock/advance", `{}`, 422, []string{"by", "required"}},
		{"POST", "/mock/clock/advance", ``, 400, []string{"body"}},
		{"POST", "/mock/clock/set", `{"to":"tomorrow"}`, 422, []string{"body.to", "tomorrow", "date-time"}},
		{"POST", "/mock/faults", `{"name":"x","when":"now"}`, 422, []string{"body.when", "unexpected"}},
		{"POST", "/mock/faults", `{"name":`, 400, []string{"unexpected end"}},
		{"DELETE", "/mock/faults/one", "", 422, []string{"path.id", "one", "integer"}},
		{"POST", "/mock/users", `{"type":"king"}`, 422, []string{"body.type", "king", "roomadmin"}},
		{"GET", "/mock/users?tenants=1", "", 422, []string{"tenants"}},
		{"GET", "/mock/users?tenant=first", "", 422, []string{"query.tenant", "first"}},
		{"GET", "/mock/journal?after=-1", "", 422, []string{"query.after"}},
		{"GET", "/mock/journal/next?timeout=forever", "", 422, []string{"query.timeout", "forever", "10s"}},
		{"POST", "/mock/apps", `{"redirect_uris":"http://a.test"}`, 422, []string{"body.redirect_uris", "array"}},
		{"POST", "/mock/sessions", "{\"user\":\"\xff\x00\"}", 400, []string{"invalid character"}},
	} {
		status, text := call(t, m, tt.method, tt.path, "", tt.body, map[string]string{"Content-Type": "application/json"})
		if status != tt.status {
			t.Errorf("%s %s %s: %d %s, want %d", tt.method, tt.path, tt.body, status, text, tt.status)
		}
		for _, word := range tt.words {
			if !strings.Contains(text, word) {
				t.Errorf("%s %s %s: %s does not say %q", tt.method, tt.path, tt.body, text, word)
			}
		}
	}
	if status, text := call(t, m, "POST", "/mock/users", "", `{"email":"`+strings.Repeat("x", 2<<20)+`"}`, nil); status != 413 {
		t.Errorf("two megabytes: %d %.100s", status, text)
	}
}

// The description names every operation that the client uses.
func TestDescription(t *testing.T) {
	m := start(t, nil)
	_, text := call(t, m, "GET", "/mock/openapi.json", "", "", nil)
	var description struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	noError(t, json.Unmarshal([]byte(text), &description))
	for path, methods := range map[string]string{
		"/mock/clock": "get", "/mock/clock/advance": "post", "/mock/faults": "get post delete", "/mock/faults/{id}": "delete", "/mock/faults/catalogue": "get",
		"/mock/users": "get post", "/mock/users/{id}": "patch delete", "/mock/sessions": "post", "/mock/apps": "get post", "/mock/apps/{id}": "delete",
		"/mock/journal": "get delete", "/mock/journal/next": "get", "/mock/journal/events": "get", "/mock/journal/har": "get", "/mock/snapshots/{name}": "put delete", "/mock/portal": "get", "/mock/reset": "post",
	} {
		for method := range strings.SplitSeq(methods, " ") {
			if description.Paths[path][method] == nil {
				t.Errorf("%s %s is not described", method, path)
			}
		}
	}
	if !strings.HasPrefix(description.OpenAPI, "3.") {
		t.Errorf("OpenAPI %q", description.OpenAPI)
	}
}
