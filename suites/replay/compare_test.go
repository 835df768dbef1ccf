package replay

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// differencesOf compares a recorded answer with a received one.
func differencesOf(t *testing.T, recorded string, got *received) []Difference {
	t.Helper()
	var want answer
	if err := unmarshalStrict([]byte(recorded), &want); err != nil {
		t.Fatalf("recorded answer: %v", err)
	}
	vars := &variables{
		values:   map[string]string{"client_id": "2b1c7f66-9c8f-4f6c-9d2e-5b7f8a1c2d3e", "tenant_id": "123456789", "base_url": "http://portal.test"},
		captured: map[string]bool{"client_id": true},
	}
	c := &comparison{matcher: matcher{vars: vars, now: noon}}
	c.answer(&want, got, func() (jose.JSONWebKeySet, error) { return jose.JSONWebKeySet{}, nil })
	return c.found
}

const recordedAnswer = `{
 "status": 200,
 "headers": {
  "content-type": "application/json",
  "vary": "Access-Control-Request-Headers, Origin",
  "allow": "DELETE, GET, POST",
  "x-ratelimit-remaining": "<<int>>",
  "location": "{{base_url}}/oauth2/consent?scope=files:read%20openid&client_id={{client_id}}&state=<<consent-state-enc>>",
  "set-cookie": {"client_state": {"value": "<<consent-state>>", "attributes": ["Expires=<<httpdate>>", "Max-Age=315360000", "Path=/"]}}
 },
 "body": {"kind": "json", "value": {
  "client_id": "{{client_id}}",
  "tenant": "{{num:tenant_id}}",
  "enabled": true,
  "limit": 5,
  "ratio": 1.0,
  "next": null,
  "scope": "files:read openid",
  "scopes": ["files:read", "openid"],
  "order": ["a", "b"],
  "errors": [{"field": "name", "code": "A"}, {"field": "logo", "code": "B"}],
  "expires_in": "<<num:3595..3600>>",
  "iat": "<<num:epoch+0>>"
 }}
}`

var consentState = strings.Repeat("a", 43)

func receivedAnswer() *received {
	return &received{
		status: 200,
		headers: http.Header{
			"Content-Type":          {"application/json"},
			"Vary":                  {"Origin", "access-control-request-headers"},
			"Allow":                 {"GET,POST,DELETE"},
			"X-Ratelimit-Remaining": {"99"},
			"Location":              {"http://portal.test/oauth2/consent?scope=openid%20files:read&client_id=2b1c7f66-9c8f-4f6c-9d2e-5b7f8a1c2d3e&state=" + consentState + "%3D"},
			"Set-Cookie":            {"client_state=" + consentState + "=; Path=/; Max-Age=315360000; Expires=Wed, 26 Feb 2036 12:00:00 GMT"},
			"Date":                  {"not compared"},
		},
		body: []byte(`{"tenant":123456789,"client_id":"2b1c7f66-9c8f-4f6c-9d2e-5b7f8a1c2d3e","enabled":true,"limit":5,"ratio":1.0,"next":null,
"scope":"openid files:read","scopes":["openid","files:read"],"order":["a","b"],
"errors":[{"field":"logo","code":"B"},{"code":"A","field":"name"}],"expires_in":3599,"iat":1772366410}`),
	}
}

func TestComparisonAcceptsWhatTheFormatLeavesFree(t *testing.T) {
	if found := differencesOf(t, recordedAnswer, receivedAnswer()); len(found) > 0 {
		t.Errorf("differences: %v", found)
	}
}

func TestComparisonFindsEachKindOfDifference(t *testing.T) {
	header := func(name string, values ...string) func(*received) {
		return func(r *received) {
			r.headers.Del(name)
			for _, value := range values {
				r.headers.Add(name, value)
			}
		}
	}
	body := func(old, replacement string) func(*received) {
		return func(r *received) {
			changed := strings.Replace(string(r.body), old, replacement, 1)
			if changed == string(r.body) {
				panic("the test changes nothing: " + old)
			}
			r.body = []byte(changed)
		}
	}
	cookie := func(line string) func(*received) { return header("Set-Cookie", line) }
	const expires = "Expires=Wed, 26 Feb 2036 12:00:00 GMT"
	tests := []struct {
		name   string
		change func(*received)
		where  string
		note   string
	}{
		{"status", func(r *received) { r.status = 201 }, "status", ""},
		{"header value", header("Content-Type", "application/json;charset=UTF-8"), "header content-type", ""},
		{"header missing", header("Content-Type"), "header content-type", "missing header"},
		{"header added", header("Cache-Control", "no-store"), "header cache-control", "unexpected header"},
		{"CORS header added", header("Access-Control-Allow-Credentials", "true"), "header access-control-allow-credentials", "unexpected header"},
		{"vary member missing", header("Vary", "Origin"), "header vary", ""},
		{"allow member added", header("Allow", "DELETE, GET, POST, PUT"), "header allow", ""},
		{"rate limit without a number", header("X-Ratelimit-Remaining", "many"), "header x-ratelimit-remaining", ""},
		{"location host", header("Location", "http://other.test/oauth2/consent?scope=openid%20files:read&client_id=2b1c7f66-9c8f-4f6c-9d2e-5b7f8a1c2d3e&state="+consentState+"%3D"), "header location", ""},
		{"location scope missing", header("Location", "http://portal.test/oauth2/consent?scope=files:read&client_id=2b1c7f66-9c8f-4f6c-9d2e-5b7f8a1c2d3e&state="+consentState+"%3D"), "header location", ""},
		{"location placeholder", header("Location", "http://portal.test/oauth2/consent?scope=openid%20files:read&client_id=2b1c7f66-9c8f-4f6c-9d2e-5b7f8a1c2d3e&state=short%3D"), "header location", ""},
		{"cookie missing", header("Set-Cookie"), "cookie client_state", "missing cookie"},
		{"cookie added", header("Set-Cookie", receivedAnswer().headers.Get("Set-Cookie"), "JSESSIONID=1"), "cookie JSESSIONID", "unexpected cookie"},
		{"cookie twice", header("Set-Cookie", receivedAnswer().headers.Get("Set-Cookie"), receivedAnswer().headers.Get("Set-Cookie")), "cookie client_state", "set more than once"},
		{"cookie value", cookie("client_state=no; Path=/; Max-Age=315360000; " + expires), "cookie client_state", ""},
		{"cookie attribute value", cookie("client_state=" + consentState + "=; Path=/oauth2; Max-Age=315360000; " + expires), "cookie client_state Path", ""},
		{"cookie attribute missing", cookie("client_state=" + consentState + "=; Path=/; Max-Age=315360000"), "cookie client_state Expires", "missing attribute"},
		{"cookie attribute added", cookie("client_state=" + consentState + "=; HttpOnly; Path=/; Max-Age=315360000; " + expires), "cookie client_state HttpOnly", "unexpected attribute"},
		{"cookie date", cookie("client_state=" + consentState + "=; Path=/; Max-Age=315360000; Expires=tomorrow"), "cookie client_state Expires", ""},
		{"body empty", func(r *received) { r.body = nil }, "body", ""},
		{"body not JSON", func(r *received) { r.body = []byte("<html>") }, "body", ""},
		{"body not UTF-8", body(`"b"`, "\"\xff\""), "body", "not UTF-8"},
		{"two values", func(r *received) { r.body = append(r.body, "{}"...) }, "body", ""},
		{"member missing", body(`"enabled":true,`, ``), "body.enabled", "missing member"},
		{"member added", body(`"enabled":true,`, `"enabled":true,"extra":1,`), "body.extra", "unexpected member"},
		{"member twice", body(`"enabled":true,`, `"enabled":true,"enabled":true,`), "body.enabled", "member occurs more than once"},
		{"boolean as text", body(`"enabled":true`, `"enabled":"true"`), "body.enabled", "string instead of boolean"},
		{"boolean value", body(`"enabled":true`, `"enabled":false`), "body.enabled", ""},
		{"integer as float", body(`"limit":5`, `"limit":5.0`), "body.limit", "float instead of integer"},
		{"integer value", body(`"limit":5`, `"limit":6`), "body.limit", ""},
		{"float as integer", body(`"ratio":1.0`, `"ratio":1`), "body.ratio", "integer instead of float"},
		{"null as text", body(`"next":null`, `"next":""`), "body.next", "string instead of null"},
		{"number variable as text", body(`"tenant":123456789`, `"tenant":"123456789"`), "body.tenant", "string instead of integer"},
		{"number variable value", body(`"tenant":123456789`, `"tenant":123456780`), "body.tenant", ""},
		{"captured value", body(`"client_id":"2b1c`, `"client_id":"3b1c`), "body.client_id", ""},
		{"set element missing", body(`["openid","files:read"]`, `["openid"]`), "body.scopes", "missing from the set"},
		{"set element added", body(`["openid","files:read"]`, `["openid","files:read","rooms:read"]`), "body.scopes", "not in the recorded set"},
		{"set element twice", body(`["openid","files:read"]`, `["openid","files:read","openid"]`), "body.scopes", "not in the recorded set"},
		{"set of objects", body(`"code":"B"`, `"code":"C"`), "body.errors", "missing from the set"},
		{"word missing", body(`"openid files:read"`, `"openid"`), "body.scope", ""},
		{"array order", body(`["a","b"]`, `["b","a"]`), "body.order[0]", ""},
		{"array element missing", body(`["a","b"]`, `["a"]`), "body.order[1]", "missing element"},
		{"array element added", body(`["a","b"]`, `["a","b","c"]`), "body.order[2]", "unexpected element"},
		{"number out of range", body(`3599`, `3601`), "body.expires_in", "is not between 3595 and 3600"},
		{"number placeholder as text", body(`3599`, `"3599"`), "body.expires_in", "string instead of integer"},
		{"time too far off", body(`1772366410`, `1772366421`), "body.iat", "is not within 20 s of now+0 s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := receivedAnswer()
			test.change(got)
			found := differencesOf(t, recordedAnswer, got)
			for _, d := range found {
				if d.Where == test.where && (test.note == "" || d.Note == test.note) {
					return
				}
			}
			t.Errorf("no difference at %q (%s) among %v", test.where, test.note, found)
		})
	}
}

func TestTextAndEmptyBodies(t *testing.T) {
	tests := []struct {
		name, recorded, body string
		same                 bool
	}{
		{"empty", `{"kind":"empty"}`, "", true},
		{"not empty", `{"kind":"empty"}`, " ", false},
		{"text", `{"kind":"text","value":"hello {{client_id}}"}`, "hello 2b1c7f66-9c8f-4f6c-9d2e-5b7f8a1c2d3e", true},
		{"line break", `{"kind":"text","value":"hello"}`, "hello\n", false},
		{"several lines", `{"kind":"text","value":"a\nb"}`, "a\nb", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found := differencesOf(t, `{"status":200,"headers":{},"body":`+test.recorded+`}`, &received{status: 200, body: []byte(test.body)})
			if (len(found) == 0) != test.same {
				t.Errorf("differences: %v", found)
			}
		})
	}
}

func TestHeadersAreLatin1(t *testing.T) {
	recorded := `{"status":302,"headers":{"location":"https://rp.test/?state=é"},"body":{"kind":"empty"}}`
	for value, same := range map[string]bool{"https://rp.test/?state=\xe9": true, "https://rp.test/?state=é": false} {
		found := differencesOf(t, recorded, &received{status: 302, headers: http.Header{"Location": {value}}})
		if (len(found) == 0) != same {
			t.Errorf("%q: differences %v", value, found)
		}
	}
}

func TestDifferencesNameKnownValues(t *testing.T) {
	found := differencesOf(t, `{"status":302,"headers":{"location":"{{base_url}}/a"},"body":{"kind":"empty"}}`, &received{
		status: 302, headers: http.Header{"Location": {"http://portal.test/b?client_id=2b1c7f66-9c8f-4f6c-9d2e-5b7f8a1c2d3e"}},
	})
	const want = `header location: want "{{base_url}}/a", got "{{base_url}}/b?client_id={{client_id}}"`
	if len(found) != 1 || found[0].String() != want {
		t.Errorf("got %v, want %s", found, want)
	}
}

func TestShownValuesAreBounded(t *testing.T) {
	long := strings.Repeat("é", 10_000)
	shown := shorten(long)
	if len(shown) > 2*shownLength || !json.Valid([]byte(quoteJSON(shown))) || !strings.Contains(shown, "20000 bytes") {
		t.Errorf("%d bytes: %s", len(shown), shown)
	}
}
