package pages

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
)

// The requests and answers of testdata/routing.json are recorded from the real
// login application.
func TestRoutingIsThatOfTheRecording(t *testing.T) {
	raw, err := os.ReadFile("testdata/routing.json")
	if err != nil {
		t.Fatal(err)
	}
	var requests []struct {
		Name, Path, Cookie, Location string
		Status                       int
	}
	if err := json.Unmarshal(raw, &requests); err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, nil)
	for _, want := range requests {
		t.Run(want.Name, func(t *testing.T) {
			got := f.get(t, want.Path, want.Cookie)
			location := strings.Replace(want.Location, "{portal}", f.URL, 1)
			if got.StatusCode != want.Status || got.Header.Get("Location") != location {
				t.Errorf("%d %q instead of %d %q", got.StatusCode, got.Header.Get("Location"), want.Status, location)
			}
		})
	}
}

func TestRoutingBesidesTheRecording(t *testing.T) {
	f := newFixture(t, nil)
	const dead = "asc_auth_key=dead"
	for _, c := range []struct {
		name, path, cookie string
		status             int
		location           string
	}{
		{"error code with odd characters", "/login?type=oauth2&error=a%20b%26c%0D%0Ax", "", 307, "{portal}/login/error?oauthMessageKey=a%20b%26c%0D%0Ax"},
		{"missing client id", "/login?type=oauth2&client_id&error=missing_client_id_error", "", 307, "{portal}/login/error?oauthMessageKey=missing_client_id_error"},
		{"not-found page, session", "/login/not-found", dead, 307, "{portal}/"},
		{"not-found page", "/login/not-found", "", 404, ""},
		{"confirm repeated type", "/confirm/Auth?type=Auth&type=Auth&key=1", "", 307, "/confirm/Auth?type=Auth&key=1"},
		{"confirm ignores the session", "/confirm/Auth?type=Auth&key=1&client_id=X", dead, 200, ""},
		{"confirm other type behind the key", "/confirm/Auth?key=1&type=Foo&a=b", "", 307, "/confirm/Auth?key=1&type=Auth&a=b"},
		{"clientId=error", "/login?clientId=error", "", 307, "{portal}/login/error"},
		{"client_id before clientId", "/login?client_id=X&clientId=error", "", 200, ""},
		{"other kind of link", "/confirm/TfaAuth?type=TfaAuth&key=1", "", 500, ""},
		{"slash below login", "/login/consent/?x=1", dead, 308, "/login/consent?x=1"},
		{"slash cannot lead elsewhere", "/login//", "", 308, "/login"},
		{"home without session", "/", "", 302, "{portal}/login"},
		{"elsewhere", "/nowhere", "", 404, ""},
		{"broken escapes", "/login?type=oauth2&client_id=%zz%", "", 200, ""},
		{"NUL and invalid UTF-8", "/login?client_id=%00%ff%fe", "", 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := f.get(t, c.path, c.cookie)
			if location := strings.Replace(c.location, "{portal}", f.URL, 1); got.StatusCode != c.status || got.Header.Get("Location") != location {
				t.Errorf("%d %q instead of %d %q", got.StatusCode, got.Header.Get("Location"), c.status, location)
			}
		})
	}
}

func TestRedirectsFollowForwardingHeaders(t *testing.T) {
	f := newFixture(t, nil)
	got := f.get(t, "/login", "asc_auth_key=x", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "portal.example.test:8443, inner")
	if location := got.Header.Get("Location"); location != "https://portal.example.test:8443/" {
		t.Errorf("Location %q", location)
	}
}

func TestOnlyReadingMethods(t *testing.T) {
	f := newFixture(t, nil)
	response, err := http.Post(f.URL+"/login", "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", response.StatusCode)
	}
}

func TestLooseQuery(t *testing.T) {
	for raw, want := range map[string]string{
		"":                          "",
		"a=1&b=2&a=3":               "a=1&b=2&a=3",
		"b=2&&a":                    "b=2&a=",
		"x=1+2%2B&y=%zz%4":          "x=1+2%2B&y=%25zz%254",
		"u=http://x/y?a=b&c=*-._~":  "u=http%3A%2F%2Fx%2Fy%3Fa%3Db&c=*-._%7E",
		"%ff=%E2%82%AC":             "%EF%BF%BD=%E2%82%AC",
		"q=a%3Db%26c&=empty&weird=": "q=a%3Db%26c&=empty&weird=",
	} {
		if got := looseQuery(raw).encode(); got != want {
			t.Errorf("%q: %q instead of %q", raw, got, want)
		}
	}
}

func FuzzLooseQueryIsStable(f *testing.F) {
	f.Add("a=1&b=%zz&c=%")
	f.Add("type=Auth&type=b&referenceUrl=http://x?y=%41")
	f.Fuzz(func(t *testing.T, raw string) {
		once := looseQuery(raw).encode()
		if twice := looseQuery(once).encode(); twice != once {
			t.Errorf("%q: %q, then %q", raw, once, twice)
		}
	})
}
