package replay

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"docspace-oauth/signature"
)

// player is a small authorization server that can be made to err.
type player struct {
	*httptest.Server
	split    bool
	sameCode bool          // issues one code again and again
	noCode   bool          // redirects without one
	forged   bool          // signs with a key it does not serve
	lag      time.Duration // its clock behind the real one
	requests []string
	key      *ecdsa.PrivateKey
}

func newPlayer(t *testing.T) *player {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &player{key: key}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *player) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.requests = append(p.requests, r.Method+" "+r.URL.RequestURI())
	switch r.Method + " " + r.URL.Path {
	case "GET /oauth2/token":
		if p.split {
			w.Header().Set("Location", "/login")
			w.WriteHeader(http.StatusFound)
			return
		}
		w.WriteHeader(http.StatusForbidden)
	case "GET /oauth2/authorize":
		claims, err := signature.Verify(signature.Key("the machine key"), cookieValue(r, signature.Name), time.Now().Add(-p.lag), signature.Leniency{})
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		code := strings.Repeat(rand.Text(), 5)[:128-len(claims.UserID)] + claims.UserID
		switch {
		case p.noCode:
			w.Header().Set("Location", "https://rp.test/cb")
		case p.sameCode:
			w.Header().Set("Location", "https://rp.test/cb?code="+strings.Repeat("c", 128)+"&state="+r.URL.Query().Get("state"))
		default:
			w.Header().Set("Location", "https://rp.test/cb?code="+code+"&state="+r.URL.Query().Get("state"))
		}
		w.WriteHeader(http.StatusFound)
	case "POST /oauth2/token":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":%q,"code":%q}`, p.token(r.FormValue("code")), r.FormValue("code"))
	case "GET /oauth2/jwks":
		json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "k1"}}})
	default:
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusNotFound)
	}
}

func cookieValue(r *http.Request, name string) string {
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (p *player) token(subject string) string {
	key := p.key
	if p.forged {
		key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, nil)
	if err != nil {
		panic(err)
	}
	token, err := jwt.Signed(signer).Claims(map[string]any{"sub": subject, "iat": time.Now().Add(-p.lag).Unix()}).Serialize()
	if err != nil {
		panic(err)
	}
	return token
}

const scenario = `{
 "id": "tiny", "topic": "token", "title": "t", "why": "w",
 "defaults": {"headers": {"User-Agent": "recorded/1", "Accept": "*/*"}},
 "signatures": {"expired": {"role": "user", "exp": -600}},
 "steps": [
  {"name": "expired signature", "setup": true,
   "request": {"method": "GET", "path": "/oauth2/authorize?state={{rp_state}}", "cookies": {"x-signature": "{{signature_expired}}"}},
   "expect": {"status": 401, "headers": {}, "body": {"kind": "empty"}}},
  {"name": "authorize",
   "request": {"method": "GET", "path": "/oauth2/authorize?state={{rp_state}}", "cookies": {"x-signature": "{{signature_user}}"}},
   "capture": {"code": "location.query.code"},
   "expect": {"status": 302, "headers": {"location": "https://rp.test/cb?code=<<code>>&state={{rp_state}}"}, "body": {"kind": "empty"}}},
  {"name": "exchange",
   "request": {"method": "POST", "path": "/oauth2/token", "form": [["code", "{{code}}"], ["code", "second"]]},
   "expect": {"status": 200, "headers": {"content-type": "application/json"},
    "body": {"kind": "json", "value": {"access_token": "<<jwt>>", "code": "{{code}}"}},
    "jwts": {"access_token": {"header": {"alg": "ES256", "kid": "k1"}, "claims": {"sub": "{{code}}", "iat": "<<num:epoch+0>>"}, "signature": "valid"}}}},
  {"name": "authorize again", "wait": 0.01,
   "request": {"method": "GET", "path": "/oauth2/authorize?state={{rp_state}}", "cookies": {"x-signature": "{{signature_user}}"}},
   "capture": {"code": "location.query.code"},
   "expect": {"status": 302, "headers": {"location": "https://rp.test/cb?code=<<code>>&state={{rp_state}}"}, "body": {"kind": "empty"}}},
  {"name": "wrong method",
   "request": {"method": "GET", "path": "/oauth2/token"},
   "expect": {"status": 403, "headers": {}, "body": {"kind": "empty"}},
   "expect_split": {"status": 302, "headers": {"location": "/login"}, "body": {"kind": "empty"}}},
  {"name": "service", "service_only": true,
   "request": {"method": "GET", "path": "/service"},
   "expect": {"status": 404, "headers": {"content-type": "text/plain"}, "body": {"kind": "empty"}}},
  {"name": "uses the code", "request": {"method": "GET", "path": "/elsewhere?code={{code}}"},
   "expect": {"status": 404, "headers": {"content-type": "text/plain"}, "body": {"kind": "empty"}}}
 ]
}`

// writeScenarios makes a directory of recordings.
func writeScenarios(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func runTiny(t *testing.T, p *player, change func(*Options)) (Summary, string) {
	t.Helper()
	var out bytes.Buffer
	o := Options{Dir: writeScenarios(t, map[string]string{"tiny.json": scenario}), BaseURL: p.URL, SignatureSecret: "the machine key", Out: &out}
	if change != nil {
		change(&o)
	}
	summary, err := Run(t.Context(), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if last, want := lines[len(lines)-1], fmt.Sprintf("%d of %d exchanges identical", summary.Identical, summary.Exchanges); last != want {
		t.Errorf("last line %q, want %q", last, want)
	}
	return summary, out.String()
}

func TestRunFindsBothBuildsIdentical(t *testing.T) {
	for _, split := range []bool{false, true} {
		p := newPlayer(t)
		p.split = split
		summary, out := runTiny(t, p, nil)
		if summary.Split != split || summary.Exchanges != 6 || summary.Identical != 6 || summary.Skipped != 1 {
			t.Errorf("split %v: %+v\n%s", split, summary, out)
		}
		if len(summary.Files) != 1 || summary.Files[0].ID != "tiny" || summary.Files[0].Identical != 6 {
			t.Errorf("files: %+v", summary.Files)
		}
	}
}

func TestRunFindsWhatThePlayerDoesWrong(t *testing.T) {
	tests := []struct {
		name      string
		player    func(*player)
		options   func(*Options)
		identical int
		shown     string
	}{
		{"the other build", nil, func(o *Options) { o.Split = new(bool); *o.Split = true }, 5, `status: want 302, got 403`},
		{"a code that is not new", func(p *player) { p.sameCode = true }, nil, 5, `repeats {{code}} where a new value was expected`},
		{"no code", func(p *player) { p.noCode = true }, nil, 2, `needs {{code}}, which was not captured`},
		{"a forged token", func(p *player) { p.forged = true }, nil, 5, `jwts.access_token.signature: want valid, got invalid`},
		{"the wrong secret", nil, func(o *Options) { o.SignatureSecret = "another keys" }, 2, `header location: want`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlayer(t)
			if test.player != nil {
				test.player(p)
			}
			summary, out := runTiny(t, p, test.options)
			if summary.Exchanges != 6 || summary.Identical != test.identical || !strings.Contains(out, test.shown) {
				t.Errorf("%d of %d, want %d and %q in:\n%s", summary.Identical, summary.Exchanges, test.identical, test.shown, out)
			}
		})
	}
}

func TestRunIncludesServiceOnlySteps(t *testing.T) {
	summary, _ := runTiny(t, newPlayer(t), func(o *Options) { o.IncludeServiceOnly = true })
	if summary.Exchanges != 7 || summary.Identical != 7 || summary.Skipped != 0 {
		t.Errorf("%+v", summary)
	}
}

func TestSlowScenarios(t *testing.T) {
	slow := strings.Replace(scenario, `"id": "tiny"`, `"slow": true, "id": "tiny"`, 1)
	slow = strings.Replace(slow, `"wait": 0.01`, `"wait": 100`, 1)
	p := newPlayer(t)
	dir := func(o *Options) { o.Dir = writeScenarios(t, map[string]string{"tiny.json": slow}) }

	summary, _ := runTiny(t, p, dir)
	if summary.Exchanges != 0 || summary.Skipped != 7 {
		t.Errorf("skipped: %+v", summary)
	}
	var moved time.Duration // instead of sleeping
	summary, out := runTiny(t, p, func(o *Options) {
		dir(o)
		o.Advance = func(_ context.Context, by time.Duration) error {
			moved += by
			return nil
		}
	})
	if moved != 100*time.Second || summary.Identical != 6 {
		t.Errorf("moved %s: %+v\n%s", moved, summary, out)
	}
}

func TestTimesAreThoseOfTheMovedClock(t *testing.T) {
	waiting := strings.Replace(scenario, `"name": "exchange",`, `"name": "exchange", "wait": 3600,`, 1)
	p := newPlayer(t)
	change := func(follow bool) func(*Options) {
		return func(o *Options) {
			o.Dir = writeScenarios(t, map[string]string{"tiny.json": waiting})
			o.Advance = func(_ context.Context, by time.Duration) error {
				if follow && by == time.Hour {
					p.lag = -by
				}
				return nil
			}
		}
	}
	// The signatures of the scenario are an hour old by then: what needs one differs.
	summary, out := runTiny(t, p, change(false))
	if !strings.Contains(out, "jwts.access_token.claims.iat") {
		t.Errorf("a clock left behind goes unnoticed: %+v\n%s", summary, out)
	}
	summary, out = runTiny(t, p, change(true))
	if strings.Contains(out, "jwts.access_token.claims.iat") {
		t.Errorf("a moved clock is taken for a wrong time: %+v\n%s", summary, out)
	}
}

func TestRunErrors(t *testing.T) {
	p := newPlayer(t)
	good := writeScenarios(t, map[string]string{"tiny.json": scenario})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := "http://" + listener.Addr().String()
	listener.Close()
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(elsewhere.Close)
	tests := []struct {
		name string
		o    Options
		want string
		is   error
	}{
		{"no directory", Options{Dir: filepath.Join(good, "none"), BaseURL: p.URL}, "no recordings", nil},
		{"no match", Options{Dir: good, Files: []string{"journey-*"}, BaseURL: p.URL}, "match journey-*", nil},
		{"bad pattern", Options{Dir: good, Files: []string{"["}, BaseURL: p.URL}, "syntax error", nil},
		{"no URL", Options{Dir: good, BaseURL: "localhost:80"}, "is not scheme://host", nil},
		{"URL with a path", Options{Dir: good, BaseURL: p.URL + "/portal"}, "is not scheme://host", nil},
		{"dead target", Options{Dir: good, BaseURL: dead}, "unreachable", ErrUnreachable},
		{"not an authorization server", Options{Dir: good, BaseURL: elsewhere.URL}, "answered 404, neither 302", ErrNotDocSpace},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Run(t.Context(), test.o)
			if err == nil || !strings.Contains(err.Error(), test.want) || test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestATargetThatDiesEndsTheReplay(t *testing.T) {
	p := newPlayer(t)
	var out bytes.Buffer
	summary, err := Run(t.Context(), Options{
		Dir: writeScenarios(t, map[string]string{"tiny.json": scenario}), BaseURL: p.URL, SignatureSecret: "the machine key", Out: &out,
		Advance: func(context.Context, time.Duration) error { p.Close(); return nil },
	})
	if !errors.Is(err, ErrUnreachable) || summary.Identical != 3 || summary.Exchanges != 5 {
		t.Errorf("%v, %+v\n%s", err, summary, &out)
	}
	if !strings.HasSuffix(out.String(), "3 of 5 exchanges identical\n") {
		t.Errorf("the summary is missing:\n%s", &out)
	}
}
