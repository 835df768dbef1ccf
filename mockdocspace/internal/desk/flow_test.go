package desk

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/control"
)

// story makes exchanges one after the other.
type story struct {
	seq uint64
	at  time.Time
}

// step is an exchange: METHOD URL, status, then pairs. Location, Cookie, Authorization,
// User-Agent are headers; body and answer the bodies, cause a kind.
func (s *story) step(call string, status int, pairs ...string) control.Exchange {
	s.seq++
	s.at = s.at.Add(time.Second)
	x := control.Exchange{
		Seq: s.seq, At: s.at, Status: status, Proto: "HTTP/1.1",
		Request: control.Message{Header: map[string][]string{}}, Response: control.Message{Header: map[string][]string{}},
	}
	x.Method, x.URL, _ = strings.Cut(call, " ")
	for i := 0; i < len(pairs); i += 2 {
		switch value := pairs[i+1]; pairs[i] {
		case "Location", "X-Redirect-Uri", "Set-Cookie":
			x.Response.Header[pairs[i]] = []string{value}
		case "body":
			x.Request.Body = value
		case "answer":
			x.Response.Body = value
		case "cause":
			x.Cause = &control.Cause{Kind: value, Text: "because " + value}
		case "app":
			x.App = value
		default:
			x.Request.Header[pairs[i]] = []string{value}
		}
	}
	return x
}

const browser = "Mozilla/5.0"

// authorization is the journey of one user in a browser: sent to sign in, back, asked.
func (s *story) authorization(n int) []control.Exchange {
	id := fmt.Sprint(n)
	ask := "GET /oauth2/authorize?response_type=code&client_id=c&state=state-" + id
	pending := "x-redirect-authorization-uri=‹cookie-" + id + "›"
	return []control.Exchange{
		s.step(ask, 302, "User-Agent", browser, "Set-Cookie", pending+"; Path=/", "Location", "http://p/login?error=missing_asc_signature_error", "cause", "missing_asc_signature_error"),
		s.step("GET /login?client_id=c", 200, "User-Agent", browser, "Cookie", pending),
		s.step("GET /static/pages/x/login.js", 200, "User-Agent", browser, "Cookie", pending),
		s.step("POST /api/2.0/authentication", 200, "User-Agent", browser, "Cookie", pending),
		s.step(ask, 302, "User-Agent", browser, "Set-Cookie", "client_state=‹cookie-1"+id+"›; Path=/", "Location", "http://p/oauth2/consent?client_id=c&state=‹cookie-1"+id+"›"),
		s.step("POST /api/2.0/oauth2/authorize", 200, "User-Agent", browser, "body", "client_id=c&state=‹cookie-1"+id+"›", "X-Redirect-Uri", "http://app/cb?code=‹code-"+id+"›&state=state-"+id),
	}
}

func sorted(fs *flows, exchanges ...control.Exchange) string {
	var ids []string
	for _, x := range exchanges {
		if f := fs.add(x); f != nil {
			ids = append(ids, fmt.Sprint(f.ID))
		} else {
			ids = append(ids, "-")
		}
	}
	return strings.Join(ids, " ")
}

func TestExchangesFindTheirFlow(t *testing.T) {
	s := &story{at: time.Unix(0, 0)}
	fs := newFlows()
	first, second := s.authorization(1), s.authorization(2)
	// Two users authorize at once, step by step.
	for i := range first {
		want := "1 7"
		if i == 2 {
			want = "- -"
		}
		if got := sorted(fs, first[i], second[i]); got != want {
			t.Errorf("step %d: flows %s, want %s", i, got, want)
		}
	}
	token := func(n string) control.Exchange {
		return s.step("POST /oauth2/token", 200, "body", "code=‹code-"+n+"›", "answer", `{"access_token":"‹token-`+n+`›","refresh_token":"‹refresh-`+n+`›"}`, "app", "c")
	}
	got := sorted(
		fs, token("2"), token("1"),
		s.step("GET /api/2.0/people/@self", 200, "Authorization", "Bearer ‹token-1›"),
		s.step("POST /oauth2/token", 200, "body", "refresh_token=‹refresh-2›", "answer", `{"access_token":"‹token-3›"}`),
		s.step("GET /api/2.0/files/@my", 403, "Authorization", "Bearer ‹token-3›"),
		s.step("POST /oauth2/introspect", 200, "body", "token=‹token-1›"),
		s.step("GET /api/2.0/security/oauth2/token", 200, "Cookie", "asc_auth_key=‹session-9›"),
		s.step("GET /.well-known/openid-configuration", 200),
		s.step("POST /oauth2/token", 400, "body", "code=‹code-77›", "cause", "code.unknown"),
	)
	if want := "7 1 1 7 7 1 - - 21"; got != want {
		t.Errorf("flows %s, want %s", got, want)
	}
}

func TestOutcomes(t *testing.T) {
	s := &story{at: time.Unix(0, 0)}
	fs := newFlows()
	var f *Flow
	expect := func(x control.Exchange, want Outcome) {
		t.Helper()
		if f = fs.add(x); f == nil || f.Outcome != want {
			t.Errorf("%s: %+v, want %s", x.URL, f, want)
		}
	}
	journey := s.authorization(1)
	expect(journey[0], Running) // nobody has signed in: no refusal of the app
	expect(journey[4], Running)
	expect(journey[5], Coded)
	expect(s.step("POST /oauth2/token", 400, "body", "code=‹code-1›", "cause", "pkce.mismatch"), Refused)
	expect(s.step("POST /oauth2/token", 200, "body", "code=‹code-1›"), Granted)
	// The same request again is another flow, since the first has had its code.
	begins := fs.add(journey[0])
	if begins == f {
		t.Error("a new authorization went into a finished flow")
	}
	expect(s.step("POST /oauth2/authorize", 302, "body", "client_id=c&state=state-1", "Location", "http://app/cb?error=access_denied&state=state-1", "cause", "access_denied"), Denied)
}

func TestForgetsOldFlows(t *testing.T) {
	s := &story{at: time.Unix(0, 0)}
	fs := newFlows()
	for i := range maxFlows + 20 {
		fs.add(s.step(fmt.Sprintf("GET /oauth2/authorize?response_type=code&state=%d", i), 302))
	}
	if len(fs.list) != maxFlows || len(fs.byKey) != maxFlows || fs.list[0].ID != 21 {
		t.Errorf("%d flows from %d, %d keys", len(fs.list), fs.list[0].ID, len(fs.byKey))
	}
	for range 3 * maxSteps {
		fs.add(s.step(fmt.Sprintf("GET /api/2.0/x?state=%d", maxFlows), 200))
	}
	for _, f := range fs.list {
		if len(f.Steps) > maxSteps {
			t.Errorf("%d steps", len(f.Steps))
		}
	}
}

func TestDiagram(t *testing.T) {
	s := &story{at: time.Unix(0, 0)}
	fs := newFlows()
	var f *Flow
	for _, x := range s.authorization(1) {
		if found := fs.add(x); found != nil {
			f = found
		}
	}
	fs.add(s.step("POST /oauth2/token", 400, "body", "code=‹code-1›", "cause", "code.used"))
	fs.add(s.step("GET /api/2.0/people/@self?state=state-1", 200))
	var lines []string
	d := f.Diagram()
	for _, a := range d.Arrows {
		line := a.From + ">" + a.To + " " + a.Label
		if a.Bad {
			line += " BAD"
		}
		if a.Why != "" {
			line += " (" + a.Why + ")"
		}
		lines = append(lines, line)
	}
	want := `browser>portal GET /oauth2/authorize?state
portal>browser 302 → /login?error=missing_asc_signature_error
browser>portal GET /login
portal>browser 200
browser>API POST /api/2.0/authentication
API>browser 200
browser>portal GET /oauth2/authorize?state
portal>browser 302 → /oauth2/consent?state
browser>portal POST /api/2.0/oauth2/authorize
portal>browser 200 → /cb?code&state
browser>app GET /cb?code&state
app>portal POST /oauth2/token
portal>app 400 BAD (because code.used)
app>API GET /api/2.0/people/@self?state
API>app 200`
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := strings.Join(d.Participants, " "); got != "app browser portal API" {
		t.Errorf("lanes %s", got)
	}
}

func TestWhereAnAnswerLeads(t *testing.T) {
	for target, want := range map[string]bool{
		"http://app/cb?code=x": true, "http://app/cb?error=access_denied": true, "app.scheme://cb?code=x": true,
		"http://p/login?type=oauth2&error=x": false, "http://p/oauth2/consent?code=1": false, "/login": false, "": false, "http://app/": false,
	} {
		if toApp(target) != want {
			t.Errorf("%s leads to the app: %t", target, !want)
		}
	}
	if text := short("/x?" + url.Values{"key": {"k"}, "other": {"o"}}.Encode()); text != "/x?key" {
		t.Errorf("short %s", text)
	}
}
