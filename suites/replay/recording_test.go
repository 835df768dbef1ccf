package replay

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-oauth/signature"
)

const goldenDir = "../../testdata/golden"

func TestGoldenRecordingsLoad(t *testing.T) {
	list, err := load(goldenDir, nil)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(goldenDir, "*.json"))
	if err != nil || len(list) != len(paths) {
		t.Fatalf("%d of %d recordings loaded, %v", len(list), len(paths), err)
	}
	selected, err := load(goldenDir, []string{"journey-*", "token-basic.json"})
	if err != nil || len(selected) != 2 {
		t.Errorf("globs select %d recordings, %v", len(selected), err)
	}
}

func TestMalformedRecordings(t *testing.T) {
	tests := []struct{ name, old, replacement, want string }{
		{"not JSON", `"steps": [`, `"steps": `, "x.json: "},
		{"no steps", scenario[strings.Index(scenario, `"steps"`):], `"steps": []}`, "x.json: no steps"},
		{"no id", `"id": "tiny"`, `"id": ""`, "x.json: no id"},
		{"unknown member of the file", `"id": "tiny"`, `"id": "tiny", "ids": 1`, `x.json: json: unknown field "ids"`},
		{"unknown member of a step", `"name": "exchange",`, `"name": "exchange", "retries": 1,`, `x.json: step 3 "exchange": json: unknown field "retries"`},
		{"unknown member of a request", `"form": [`, `"forms": [`, `step 3 "exchange": json: unknown field "forms"`},
		{"a pair of three", `["code", "second"]`, `["code", "second", "x"]`, `step 3 "exchange": ["code","second","x"] is not a [name, value] pair`},
		{"a value that is no text", `["code", "second"]`, `["code", 2]`, `"code" has the value 2, not a string`},
		{"two bodies", `"form": [`, `"body": "x", "form": [`, "more than one of form, json, multipart, body"},
		{"path", `"path": "/elsewhere`, `"path": "elsewhere`, `step 7 "uses the code": path`},
		{"variable nobody has", `{{signature_expired}}`, `{{signature_none}}`, `step 1 "expired signature": request: x-signature: {{signature_none}} is neither`},
		{"variable captured later", `"/oauth2/authorize?state={{rp_state}}", "cookies": {"x-signature": "{{signature_expired}}"`, `"/?c={{code}}", "cookies": {"x-signature": "x"`, `{{code}} is neither`},
		{"unknown placeholder", `<<jwt>>`, `<<jws>>`, `step 3 "exchange": expect: body: unknown placeholder <<jws>>`},
		{"placeholder in a request", `["code", "second"]`, `["code", "{{x"]`, `{{ without }}`},
		{"unknown filter", `{{code}}"], [`, `{{code|rot}}"], [`, `unknown filter "rot"`},
		{"capture path", `"location.query.code"`, `"body.code"`, `capture code: unknown path "body.code"`},
		{"role", `"role": "user"`, `"role": "users"`, `signature "expired": unknown role "users"`},
		{"status", `"status": 401`, `"status": 0`, `step 1 "expired signature": expect: status 0`},
		{"kind", `"kind": "json"`, `"kind": "xml"`, `kind "xml"`},
		{"split answer", `"status": 302, "headers": {"location": "/login"}`, `"status": 302, "headers": {"location": "<<x>>"}`, `step 5 "wrong method": expect_split: header location: unknown placeholder <<x>>`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(scenario, test.old, test.replacement, 1)
			if text == scenario {
				t.Fatal("the test changes nothing")
			}
			_, err := parseRecording("x.json", []byte(text))
			if err == nil || !strings.HasPrefix(err.Error(), "x.json: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func FuzzRecording(f *testing.F) {
	f.Add(scenario)
	f.Add(`{"id":"a","steps":[{"request":{"method":"GET","path":"/"},"expect":{"status":200}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		rec, err := parseRecording("x.json", []byte(text))
		if err != nil {
			return
		}
		vars, err := freshVariables(rec, "secret", noon)
		if err != nil {
			return
		}
		for _, s := range rec.Steps {
			if _, err := vars.build(rec.Defaults.Headers, s.Request); err != nil && !strings.Contains(err.Error(), "not captured") {
				t.Errorf("a checked request cannot be built: %v", err)
			}
		}
	})
}

func TestMintedSignatures(t *testing.T) {
	const secret = "1123askdasjklasbnd"
	rec, err := parseRecording("x.json", []byte(`{"id":"x","topic":"t","title":"t","why":"w","defaults":{"headers":{}},
"signatures":{
 "skew":{"role":"admin","exp":-30},
 "expired":{"role":"admin","exp":-600},
 "other":{"role":"admin","secret":"some-other-key"},
 "nouser":{"role":"admin","claims":{"user_id":null}},
 "native":{"role":"admin","claims":{"is_admin":true,"tenant_id":"{{num:tenant_id}}"}},
 "noexp":{"role":"admin","no_exp":true},
 "typ":{"role":"admin","header":{"typ":"at+jwt"}},
 "notyp":{"role":"admin","header":{"typ":null}},
 "hs512":{"role":"admin","header":{"alg":"HS512"}},
 "none":{"role":"admin","header":{"alg":"none"}}},
"steps":[{"name":"s","request":{"method":"GET","path":"/"},"expect":{"status":200,"headers":{}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	vars, err := freshVariables(rec, secret, noon)
	if err != nil {
		t.Fatal(err)
	}
	key := signature.Key(secret)
	accepted := map[string]bool{
		"admin": true, "user": true, "guest": true, "alien": true, "skew": true, "nouser": true, "native": true,
		"noexp": true, "notyp": true, "expired": false, "other": false, "typ": false, "hs512": false, "none": false,
	}
	for name, want := range accepted {
		_, err := signature.Verify(key, vars.values["signature_"+name], noon, signature.Leniency{})
		if (err == nil) != want {
			t.Errorf("%s: accepted %v, %v", name, err == nil, err)
		}
	}

	claims := map[string]signature.Claims{}
	for _, name := range roleNames() {
		claims[name], err = signature.Verify(key, vars.values["signature_"+name], noon, signature.Leniency{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if c := claims[name]; c.UserID != vars.values["user_"+name] || c.TenantURL != "https://portal.example.test" || c.Expires.Sub(noon) != 5*time.Minute {
			t.Errorf("%s: %+v", name, c)
		}
	}
	for name, want := range map[string]string{"admin": "A-P", "user": "--P", "user2": "--P", "guest": "-GP", "nonpublic": "---", "alien": "A-P", "alienuser": "--P"} {
		got := []byte("---")
		for i, set := range []bool{claims[name].Admin, claims[name].Guest, claims[name].Public} {
			if set {
				got[i] = "AGP"[i]
			}
		}
		if string(got) != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if claims["admin"].TenantID != claims["user2"].TenantID || claims["admin"].TenantID == claims["alien"].TenantID || claims["alien"].TenantID != claims["alienuser"].TenantID {
		t.Errorf("tenants: %+v", claims)
	}

	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(vars.values["signature_native"], ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	if text := string(payload); !strings.Contains(text, `"is_admin":true`) || !strings.Contains(text, `"tenant_id":`+vars.values["tenant_id"]) {
		t.Errorf("native claims: %s", text)
	}
	again, err := freshVariables(rec, secret, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"user_admin", "tenant_id", "nonce", "rp_state", "unknown_uuid", "pkce_verifier", "pkce_verifier_2"} {
		if vars.values[name] == again.values[name] {
			t.Errorf("%s is the same in two scenarios", name)
		}
	}
}

func TestCapturePaths(t *testing.T) {
	got := &received{body: []byte(`{"client_id":"a","n":5,"deep":{"list":["x",{"y":"z"}]},"gone":null}`), headers: map[string][]string{
		"Location":       {"https://rp.test/cb?code=a%2Fb&state=s&code=second#code=third"},
		"X-Redirect-Uri": {"https://rp.test/cb?code=c+d"},
		"Set-Cookie":     {"client_state=one=; Path=/", "other=x"},
	}}
	tests := map[string]string{
		"json.client_id": "a", "json.n": "5", "json.deep.list.0": "x", "json.deep.list.1.y": "z",
		"location.query.code": "a/b", "x-redirect-uri.query.code": "c d", "cookie.client_state": "one=",
		"json.none": "", "json.gone": "", "json.deep": "", "json.deep.list.7": "", "json.deep.list.x": "",
		"location.query.none": "", "cookie.none": "",
	}
	for path, want := range tests {
		value, err := capture(path, got)
		if value != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v; want %q", path, value, err, want)
		}
	}
}
