package backend

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
)

func TestSelectFields(t *testing.T) {
	const doc = `{"id":1,"title":"a<b","files":[{"id":2,"by":{"id":3,"name":"x"}},{"id":4}],"none":null}`
	for _, c := range []struct{ fields, want string }{
		{"id", `{"id":1}`},
		{"title,id", `{"id":1,"title":"a<b"}`},
		{"files.id", `{"files":[{"id":2},{"id":4}]}`},
		{"files.by.name,files.id", `{"files":[{"id":2,"by":{"name":"x"}},{"id":4}]}`},
		{"files.id,files", `{"files":[{"id":2,"by":{"id":3,"name":"x"}},{"id":4}]}`},
		{"files,files.id", `{"files":[{"id":2,"by":{"id":3,"name":"x"}},{"id":4}]}`},
		{"ID", `{}`},
		{"nosuch", `{}`},
		{"..", `{}`},
		{"id.x", `{"id":1}`},
	} {
		if got := string(selectFields([]byte(doc), strings.Split(c.fields, ","))); got != c.want {
			t.Errorf("fields=%s: %s, want %s", c.fields, got, c.want)
		}
	}
	if got := string(selectFields([]byte(`[{"a":1,"b":2},{"b":3}]`), []string{"b"})); got != `[{"b":2},{"b":3}]` {
		t.Errorf("list: %s", got)
	}
	if got := string(selectFields([]byte(`true`), []string{"b"})); got != `true` {
		t.Errorf("scalar: %s", got)
	}
}

func FuzzSelectFields(f *testing.F) {
	f.Add(`{"a":{"b":[1,{"c":2}]}}`, "a.b.c,a")
	f.Add(`[]`, ",.,")
	f.Fuzz(func(t *testing.T, doc, fields string) {
		if !json.Valid([]byte(doc)) {
			t.Skip()
		}
		names := fieldNames(map[string][]string{"fields": {fields}})
		raw := strings.TrimSpace(doc)
		if len(names) > 0 && !json.Valid(selectFields([]byte(raw), names)) {
			t.Errorf("fields %q of %s is no JSON", fields, doc)
		}
	})
}

func FuzzDecodeToken(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwiYXVkIjpbInkiXSwiZXhwIjoxfQ.")
	f.Add("e30.e30.x")
	f.Add("bnVsbA.W10.")
	f.Fuzz(func(t *testing.T, raw string) {
		if !tokenShape.MatchString(raw) {
			t.Skip()
		}
		token, err := decodeToken(raw)
		if err == nil && len(token.flaws(jose.JSONWebKeySet{}, "http://127.0.0.1:1", "", "/oauth2", clock.New().Now())) == 0 {
			t.Errorf("%q is held for sound without a key", raw)
		}
	})
}

// hostile are parts of requests that must never bring the API down.
var hostile = []string{
	"", "%", "%00", "\x00", "%ff%fe", "\xff\xfe", "..", "%2e%2e%2f", "0", "-1", "9223372036854775808", "1e9", "null", "{}", "[]",
	`{"title":`, `"x"`, "true", strings.Repeat("[", 20000), strings.Repeat("a", 5000), "' OR 1=1 --", "<script>", "\u202e",
	`{"title":"a","content":"b","roomType":{},"members":{},"destFolderId":"x","confirmData":[],"groupName":[1]}`,
	`{"title":"\u0000","content":"\ud800","roomType":1e400}`,
}

// Every route with hostile values in path, query, body and header: never a
// panic, and no 5xx but 501 and what ApiSystem says to a wrong password.
func TestHostileInput(t *testing.T) {
	p := newPortal(t)
	tokens := []string{"", p.token("admin", everyScope...)}
	session := "asc_auth_key=" + p.signIn(t, "owner")
	for _, r := range Routes() {
		for i, bad := range hostile {
			path := strings.NewReplacer("{version:apiVersion}", "2.0").Replace(r.Template)
			for strings.Contains(path, "{") {
				from, to := strings.Index(path, "{"), strings.Index(path, "}")
				path = path[:from] + pathEscape(bad) + path[to+1:]
			}
			req, err := http.NewRequestWithContext(t.Context(), r.Method, p.URL+"/"+path+"?count="+pathEscape(bad)+"&fields="+pathEscape(bad)+"&email="+pathEscape(bad)+"&tags="+pathEscape(bad)+"&type="+pathEscape(bad), strings.NewReader(bad))
			if err != nil {
				continue
			}
			req.Header.Set("Content-Type", []string{"application/json", "text/plain", "multipart/form-data; boundary=x", "%%%"}[i%4])
			switch token := tokens[i%2]; {
			case token != "" && r.Class != ConfirmOnly:
				req.Header.Set("Authorization", "Bearer "+token)
			case i%4 == 0:
				req.Header.Set("Cookie", session)
			}
			res, err := p.Client().Do(req)
			if err != nil {
				t.Fatalf("%s %s with %.40q: %v", r.Method, r.Template, bad, err)
			}
			body, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if res.StatusCode >= 500 && res.StatusCode != 501 && r.Template != "apisystem/portal/signin" {
				t.Errorf("%s %s with %.40q: %d %s", r.Method, r.Template, bad, res.StatusCode, body)
			}
		}
	}
}

func pathEscape(s string) string {
	return strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E", "\"", "%22", "#", "%23", "\x00", "%00", "{", "%7B", "}", "%7D", "\xff", "%FF", "\xfe", "%FE").Replace(s)
}

// noAuthority knows no key and no token.
type noAuthority struct{}

func (noAuthority) KeySet(context.Context) jose.JSONWebKeySet { return jose.JSONWebKeySet{} }
func (noAuthority) Active(context.Context, string) bool       { return false }

// FuzzRequest throws anything at the API.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/api/2.0/people/@self", "Bearer a.b.c", "application/json", []byte("{}"))
	f.Add("POST", "/api/2.0/files/@my/text", "Basic !!!", "text/json; charset=x", []byte(`{"title":1}`))
	f.Add("OPTIONS", "/apisystem/portal/signin", "sk-x", "", []byte(nil))
	api := New(Config{Store: store.NewMemory(), Clock: clock.New(), Random: random.Seeded(1), Authority: noAuthority{}})
	f.Fuzz(func(t *testing.T, method, target, authorization, mediaType string, body []byte) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+target, bytes.NewReader(body))
		if err != nil || r.URL.Host != "127.0.0.1" {
			t.Skip()
		}
		r.Header.Set("Authorization", authorization)
		r.Header.Set("Content-Type", mediaType)
		r = r.WithContext(site.Into(t.Context(), site.Site{Tenant: store.Tenant{ID: 1}, Base: "http://127.0.0.1"}))
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != 501 && !strings.HasPrefix(strings.ToLower(r.URL.Path), "/apisystem/") {
			t.Errorf("%s %s: %d %s", method, target, w.Code, w.Body)
		}
	})
}
