package identity

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// A form parameter counts when its name is nowhere in the raw query (identity.md §3);
// a query parameter when it is; none is both, and no value is invented.
func FuzzFormParameters(f *testing.F) {
	for _, seed := range [][2]string{
		{"", "a=1&b=2"}, {"x_grant_type_x=1", "grant_type=a"}, {"a=b;c", "b=;&&=%3B"}, {"%61=1", "a=2"}, {"a=%4", "b"}, {"a=\xff", "b=%00\x00"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, query, body string) {
		r := &http.Request{
			Method: http.MethodPost, URL: &url.URL{Path: "/oauth2/token", RawQuery: query},
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
			Body:   http.NoBody,
		}
		if body != "" {
			r.Body = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)).Body
		}
		if err := parseParameters(httptest.NewRecorder(), r); err != nil {
			return
		}
		form, ofQuery := formParameters(r), queryParameters(r)
		for name, values := range form {
			if strings.Contains(query, name) && query != "" {
				t.Errorf("%q is in the query %q", name, query)
			}
			if _, both := ofQuery[name]; both && query != "" {
				t.Errorf("%q is form and query parameter", name)
			}
			if strings.Join(values, "\x00") != strings.Join(r.Form[name], "\x00") {
				t.Errorf("%q: %q of %q", name, values, r.Form[name])
			}
		}
	})
}

// The portal's own comparison accepts what is registered, never a fragment or a line
// break, and nothing on another host (identity.md §3.1).
func FuzzRedirectURI(f *testing.F) {
	for _, seed := range [][2]string{
		{"https://rp.example.test/cb", "https://rp.example.test/cb"},
		{"http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"},
		{"http://[::1]/", "http://[::1]:80/"},
		{"http://127.0.0.1/cb", "http://127.0.0.1:80@evil/cb"},
		{"http://127.0.0.1/\\", "http://127.0.0.1\\@evil/"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, registered, requested string) {
		if !matchesRedirectURI([]string{registered}, requested, rules.RedirectExact) {
			if registered == requested && !strings.ContainsAny(requested, "#\r\n") {
				t.Errorf("%q does not match itself", requested)
			}
			return
		}
		if strings.ContainsAny(requested, "#\r\n") {
			t.Errorf("%q was accepted", requested)
		}
		if registered == requested {
			return
		}
		a, errA := url.Parse(registered)
		b, errB := url.Parse(requested)
		if errA == nil && errB == nil && (a.Scheme != b.Scheme || a.Hostname() != b.Hostname() || a.EscapedPath() != b.EscapedPath() || a.RawQuery != b.RawQuery) {
			t.Errorf("%q was accepted for %q", requested, registered)
		}
	})
}

// newFuzzServer is a server without a socket, with one app.
func newFuzzServer(f *testing.F) *Server {
	f.Helper()
	c := clock.New()
	server, err := New(context.Background(), Config{
		Store: store.NewMemory(), Clock: c, Random: random.New(), Limiter: limit.New(c, false),
		SignatureKey: signature.Key(signature.DefaultSecret),
	})
	if err != nil {
		f.Fatal(err)
	}
	description := ""
	if err := server.Store.CreateApp(context.Background(), store.App{
		ID: fuzzApp, Secret: "s", Description: &description, RedirectURIs: []string{"https://rp.example.test/cb"},
		Scopes: []string{"files:read", "openid"}, AllowPKCE: true, Enabled: true, Public: true,
	}); err != nil {
		f.Fatal(err)
	}
	return server
}

const fuzzApp = "11111111-1111-4111-8111-111111111111"

// Only what the server signed itself is decoded (identity.md §3.9).
func FuzzDecodeJWT(f *testing.F) {
	server := newFuzzServer(f)
	ctx := context.Background()
	rule := rules.DocSpace()
	good, err := server.accessToken(ctx, store.Grant{GrantKey: store.GrantKey{UserID: "u", AppID: fuzzApp}, TenantURL: "https://p.example.test"}, []string{"openid"}, &rule)
	if err != nil {
		f.Fatal(err)
	}
	signed, err := server.decodeJWT(ctx, good)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, "", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", strings.Replace(good, ".", "..", 1), good + ".x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		payload, err := server.decodeJWT(ctx, token)
		if err == nil && string(payload) != string(signed) { // base64 has several forms of the same bytes
			t.Errorf("%q was accepted", token)
		}
		if err != nil && token == good {
			t.Errorf("the server's own token: %v", err)
		}
		if _, err := unverifiedClaims(token); err == nil && strings.Count(token, ".") != 2 {
			t.Errorf("claims of %q", token)
		}
	})
}

// Claims that the server's own key signed, whatever they are, are read or refused;
// no endpoint that takes a bearer token fails on them.
func FuzzSignedClaims(f *testing.F) {
	server := newFuzzServer(f)
	key, err := server.keys.current(context.Background())
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		`{"sub":"u","aud":"x","exp":4102444800,"scope":["openid"],"cid":"` + fuzzApp + `"}`, `{"exp":1e300}`, `{"exp":-1}`, `{"nbf":"1"}`, `[]`, ``, `null`, `{"aud":["a"]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		token, err := key.sign([]byte(payload))
		if err != nil {
			t.Skip()
		}
		if got, err := server.decodeJWT(context.Background(), token); err == nil && string(got) != payload {
			t.Errorf("payload %q instead of %q", got, payload)
		}
		for _, request := range [][2]string{{"/oauth2/userinfo", ""}, {"/oauth2/introspect", "token=" + token}, {"/oauth2/revoke", "client_secret=s&client_id=" + fuzzApp + "&token=" + token}} {
			r := httptest.NewRequest(http.MethodPost, request[0], strings.NewReader(request[1]))
			r.Header.Set("Content-Type", formMedia)
			if request[1] == "" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			if w.Code >= 500 || strings.Contains(w.Body.String(), `"active":true`) {
				t.Errorf("%s of %q: %d %s", request[0], payload, w.Code, w.Body)
			}
		}
	})
}

// Every Accept header gives at least one media type and one decision (identity.md §5.1).
func FuzzAccept(f *testing.F) {
	for _, seed := range []string{"", "*/*", "application/json, text/plain, */*", "text/html;q=0.9,*/*;q=x", ";;;,,", "a/b;c=\"", "*", "/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		r := &http.Request{Header: http.Header{"Accept": {accept}}}
		types := acceptedTypes(r)
		if len(types) == 0 {
			t.Fatal("no media type")
		}
		if wantsBearerChallenge(r) && acceptsHTML(r) && types[0] != "*/*" {
			t.Errorf("%q is both a person's and a machine's", accept)
		}
	})
}

// Whatever is sent, the answer is no server error, and a redirect's address is one line.
func FuzzRequests(f *testing.F) {
	server := newFuzzServer(f)
	paths := []string{
		"/oauth2/authorize", "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/userinfo", "/oauth2/consent",
		"/oauth2/login", "/oauth2/jwks", "/oauth2/par", "/.well-known/openid-configuration", "/oauth2/nothing",
	}
	signed, err := signature.Issue(signature.Key(signature.DefaultSecret), signature.Claims{UserID: "u", Expires: server.Clock.Now().AddDate(1, 0, 0)})
	if err != nil {
		f.Fatal(err)
	}
	for i := range paths {
		f.Add(uint(i), "POST", "", "grant_type=refresh_token&refresh_token=x&client_secret=s&client_id="+fuzzApp, formMedia, "")
		f.Add(uint(i), "GET", "response_type=code&state=%0a&client_id="+fuzzApp, "", "", "Bearer x")
		f.Add(uint(i), "POST", "", "--b\r\nContent-Disposition: form-data; name=\"client_id\"\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b", "Basic eDp5")
	}
	f.Fuzz(func(t *testing.T, path uint, method, query, body, contentType, authorization string) {
		r := httptest.NewRequest(http.MethodPost, paths[path%uint(len(paths))], strings.NewReader(body))
		r.Method, r.URL.RawQuery = method, query
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Signature", signed)
		r.Header.Set("Dpop", authorization)
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%s %s?%s: %d %s", method, r.URL.Path, query, w.Code, w.Body)
		}
		for _, name := range []string{"Location", "X-Redirect-Uri", "Www-Authenticate", "Set-Cookie"} {
			if strings.ContainsAny(strings.Join(w.Header()[name], ""), "\r\n\x00") {
				t.Errorf("%s holds a line break: %q", name, w.Header()[name])
			}
		}
	})
}

const formMedia = "application/x-www-form-urlencoded"
