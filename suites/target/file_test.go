package target

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"docspace-oauth/flows"
)

// The examples are files as people write them, and hold no secret.
func TestExampleTargets(t *testing.T) {
	examples, err := filepath.Glob("../../testdata/targets/*.yaml")
	if err != nil || len(examples) < 4 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	for _, example := range examples {
		f, err := LoadFile(example)
		if err != nil {
			t.Error(err)
			continue
		}
		text, err := f.YAML()
		if err != nil {
			t.Error(err)
		}
		again, err := ParseFile("effective", []byte(text))
		if err != nil || again.URL != f.URL {
			t.Errorf("%s is not read back from what is printed: %v\n%s", example, err, text)
		}
	}
}

func TestMistakesInATargetFileHaveALine(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "url: is missing",
		"url: http://p\nuser: x\n": `t.yaml:2: unknown field "user"`,
		"url: http://p\n  x: [\n":  "t.yaml:1: ",
		"url: ftp://p\n":           "t.yaml:1: url: ",
		"url: mock\nsign-in: {user: a, password: env:A}\n":                                     "a mock brings its own users",
		"url: http://p\nsign-in:\n  user: a\n":                                                 "sign-in: gives no way to get in",
		"url: http://p\nsign-in:\n  user: a\n  password: hunter2\n":                            "t.yaml:4: sign-in.password: a secret stands in the file",
		"url: http://p\nsign-in:\n  password: env:A\n":                                         "has a password and no user",
		"url: http://p\nsign-in: {session: env:A, signature: env:B}\n":                         "several ways",
		"url: http://p\nsign-in:\n  user: a\n  signature-secret: env:A\n":                      "needs user, user-id and portal-id",
		"url: http://p\nsign-in: {session: env:A, type: king}\n":                               `type: "king" is not known`,
		"url: http://p\napps:\n  - client-id: x\n":                                             "t.yaml:3: apps[0]: needs client-id and redirect-uri",
		"url: http://p\napps:\n  - {client-id: x, redirect-uri: http://a, client-auth: jwt}\n": `client-auth: "jwt" is not known; use post or basic`,
		"url: http://p\nnot-offered:\n  tokens: none\n":                                        "t.yaml:3: not-offered.tokens: is neither",
		"url: http://p\nnot-offered:\n  api: ''\n":                                             "say why",
		"url: http://p\npacing: {posts-per-minute: 0}\n":                                       "more than 0",
		"url: http://p\npacing: {posts-per-minute: many}\n":                                    "t.yaml:2: ",
		"url: http://p\ntls: {insecure: true, authority: x}\n":                                 "leave one out",
		"url: http://p\nsecond-portal: {url: http://q}\n":                                      "has no sign-in",
		"url: http://p\nsecond-user: {session: env:A}\n":                                       "second-user: needs user",
		"url: http://p\nsign-in: {session: env:A, method: browser}\n":                          "sign-in.method: says how a password is used",
		"url: http://p\nsign-in: {user: a, password: env:A, method: phone}\n":                  `method: "phone" is not known`,
		"url: http://p\nsign-in: {user: a, password: env:A, totp: env:B}\n":                    "sign-in.totp: is typed on the login page only",
		"url: http://p\nsecond-user: {session: sekrit}\n":                                      "second-user.session: a secret stands",
		"url: http://p\napps: [{client-id: a, redirect-uri: b, client-secret: plainly-there}]": "client-secret: a secret stands",
	} {
		_, err := ParseFile("t.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "sekrit") || strings.Contains(err.Error(), "plainly")) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

func TestSecretsAreReadFromTheirPlaces(t *testing.T) {
	t.Setenv("TARGET_TEST_PASSWORD", "from the environment")
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for reference, want := range map[Secret]Secret{"env:TARGET_TEST_PASSWORD": "from the environment", Secret("file:" + file): "from a file", "": ""} {
		if got, err := reference.resolve(); err != nil || got != want {
			t.Errorf("%s is %q, %v", reference, got, err)
		}
	}
	for _, reference := range []Secret{"env:TARGET_TEST_UNSET", Secret("file:" + file + "x"), "plain"} {
		if _, err := reference.resolve(); err == nil {
			t.Errorf("%s was resolved", reference)
		}
	}
}

// A portal that refuses for the rate is asked again after the time that it named.
func TestPacingObeysThePortal(t *testing.T) {
	var asked atomic.Int32
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			w.Header().Set("X-Ratelimit-Reset", "1000000")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		if err := r.ParseForm(); err != nil || r.PostForm.Get("a") != "b" {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	defer portal.Close()
	tested := &Target{Descriptor: Descriptor{Kind: KindURL, URL: portal.URL, Pacing: &Pacing{PostsPerMinute: 6000}}}
	transport, err := tested.Transport()
	if err != nil {
		t.Fatal(err)
	}
	resp, err := flows.NewHTTPClient(transport).Post(portal.URL, "application/x-www-form-urlencoded", strings.NewReader("a=b"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || asked.Load() != 2 {
		t.Errorf("%d after %d requests", resp.StatusCode, asked.Load())
	}
}

func TestWaitFor(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct {
		header http.Header
		want   time.Duration
		said   bool
	}{
		"nanoseconds": {http.Header{"X-Ratelimit-Reset": {"5811000000"}, "Retry-After": {"60"}}, 5811 * time.Millisecond, true},
		"seconds":     {http.Header{"Retry-After": {"3"}}, 3 * time.Second, true},
		"a date":      {http.Header{"Retry-After": {"Fri, 02 Jan 2026 03:04:15 GMT"}}, 10 * time.Second, true},
		"a past date": {http.Header{"Retry-After": {"Fri, 02 Jan 2026 03:04:00 GMT"}}, 0, true},
		"nothing":     {http.Header{}, 0, false},
		"nonsense":    {http.Header{"Retry-After": {"soon"}, "X-Ratelimit-Reset": {"-1"}}, 0, false},
	} {
		if got, said := WaitFor(c.header, now); got != c.want || said != c.said {
			t.Errorf("%s: %v, %v", name, got, said)
		}
	}
}
