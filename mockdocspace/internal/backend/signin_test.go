package backend

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/signature"
)

// signIn signs a user of tenant 1 in with the clear password and returns the portal token.
func (p *portal) signIn(t *testing.T, user string) string {
	t.Helper()
	got := p.api("POST", "authentication", "", map[string]any{"userName": p.users[user].Email, "password": password})
	token, _ := got.response(t)["token"].(string)
	if token == "" {
		t.Fatalf("no token: %s", got.body)
	}
	return token
}

// frontLinks asks ApiSystem for sign-in links.
func (p *portal) frontLinks(t *testing.T, email, hash string) []*url.URL {
	t.Helper()
	got := p.do(request{method: "POST", path: "/apisystem/portal/signin", body: map[string]any{
		"Email": email, "PasswordHash": hash, "recaptchaResponse": nil, "recaptchaType": 0,
	}})
	got.want(t, 200)
	var links []*url.URL
	list, _ := got.json(t)["tenants"].([]any)
	for _, item := range list {
		m, _ := item.(map[string]any)
		link, _ := m["portalLink"].(string)
		u, err := url.Parse(link)
		p.must(err)
		if m["portalName"] != u.Scheme+"://"+u.Host {
			t.Errorf("portalName %v, link %s", m["portalName"], link)
		}
		links = append(links, u)
	}
	return links
}

// hash computes the password hash as a browser does, from the settings.
func (p *portal) hash(t *testing.T, password string) string {
	t.Helper()
	given, _ := p.api("GET", "settings?withPassword=true", "", nil).response(t)["passwordHash"].(map[string]any)
	salt, _ := given["salt"].(string)
	hash, err := passwordHash(password, salt)
	p.must(err)
	return hash
}

func TestPasswordHashVector(t *testing.T) {
	// docs/portal/browser-flow.md §4.3
	got, err := passwordHash("qwerty123", "4d9abe238e2f7b14a30a4565d62214a795a15abb798ed61118a69820d6a6146c")
	if want := "e7e3ba4944723b6903c092dfa1180b8167530d112fd56ccbdc7d1e2ef8c34c39"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestAuthentication(t *testing.T) {
	p := newPortal(t)
	user := p.users["user"]
	for name, body := range map[string]map[string]any{
		"password": {"userName": user.Email, "password": password},
		"hash":     {"UserName": " USER@docspace.test ", "PasswordHash": p.hash(t, password), "password": "", "recaptchaResponse": nil, "recaptchaType": 0},
		"brief":    {"userName": user.Email, "password": password, "session": true},
	} {
		t.Run(name, func(t *testing.T) {
			got := p.api("POST", "authentication", "", body)
			got.want(t, 200)
			r := got.response(t)
			token, _ := r["token"].(string)
			cookie := got.header.Get("Set-Cookie")
			if r["sms"] != false || r["tfa"] != false || !strings.HasPrefix(cookie, "asc_auth_key="+token+";") ||
				!strings.Contains(cookie, "httponly") || !strings.Contains(cookie, "samesite=strict") || !strings.Contains(cookie, "path=/") {
				t.Errorf("answer %s, cookie %s", got.body, cookie)
			}
			brief := name == "brief"
			if strings.Contains(cookie, "expires=") == brief || (r["expires"] == "0001-01-01T00:00:00") != brief {
				t.Errorf("expires %v, cookie %s", r["expires"], cookie)
			}
			// The token works as cookie, and with and without the scheme; it has full rights.
			for _, h := range []map[string]string{
				{"Cookie": "asc_auth_key=" + token}, {"Authorization": token}, {"Authorization": "Bearer " + token},
			} {
				for _, path := range []string{"people/@self", "files/@my", "portal", "security/oauth2/token"} {
					p.do(request{method: "GET", path: "/api/2.0/" + path, header: h}).want(t, 200)
				}
				p.do(request{method: "GET", path: "/api/2.0/modules", header: h}).want(t, 501)
			}
		})
	}
	for name, body := range map[string]map[string]any{
		"wrong password": {"userName": user.Email, "password": "wrong"},
		"wrong hash":     {"userName": user.Email, "passwordHash": strings.Repeat("0", 64)},
		"unknown":        {"userName": "nobody@docspace.test", "password": password},
		"no password":    {"userName": user.Email},
		"no name":        {"password": password},
		"nothing":        {},
	} {
		t.Run(name, func(t *testing.T) {
			got := p.api("POST", "authentication", "", body)
			got.wantError(t, 401, "User authentication failed")
			if !strings.Contains(got.body, `"type":null,"stack":null,"hresult":0`) || got.header.Get("Set-Cookie") != "" {
				t.Errorf("body %s, cookie %s", got.body, got.header.Get("Set-Cookie"))
			}
		})
	}
	p.api("POST", "authentication", "", map[string]any{"userName": "gone@docspace.test", "password": password}).wantError(t, 403, "User disabled")
	p.api("POST", "authentication", "", map[string]any{"userName": "gone@docspace.test", "password": "wrong"}).wantError(t, 401, "User authentication failed")
	second := p.api("POST", "authentication", "", map[string]any{"userName": "twofactor@docspace.test", "password": password})
	if r := second.response(t); r["tfa"] != true || r["token"] != nil || r["confirmUrl"] == nil || second.header.Get("Set-Cookie") != "" {
		t.Errorf("two factors: %s", second.body)
	}
}

func TestDeadCookiesAreDropped(t *testing.T) {
	p := newPortal(t)
	got := p.do(request{method: "GET", path: "/api/2.0/people/@self", header: map[string]string{"Cookie": "asc_auth_key=old; socketio.sid=x"}})
	got.wantEmpty(t, 401)
	if c := got.header.Values("Set-Cookie"); len(c) != 2 || !strings.HasPrefix(c[0], "asc_auth_key=;") || !strings.HasPrefix(c[1], "socketio.sid=;") {
		t.Errorf("cookies %q", c)
	}
	got = p.do(request{method: "GET", path: "/api/2.0/capabilities", header: map[string]string{"Cookie": "asc_auth_key=old; token=x"}})
	if c := got.header.Values("Set-Cookie"); got.status != 200 || len(c) != 1 {
		t.Errorf("anonymous route: %d %q", got.status, c)
	}
	// Sessions end with their time, and belong to one portal even if the same user is on both.
	twin := p.users["user"]
	twin.TenantID = 2
	p.must(p.store.PutUser(t.Context(), twin))
	token := p.signIn(t, "user")
	cookie := map[string]string{"Cookie": "asc_auth_key=" + token}
	other := map[string]string{"Cookie": "asc_auth_key=" + token, "Host": "second.localhost"}
	p.do(request{method: "GET", path: "/api/2.0/people/@self", header: other}).wantEmpty(t, 401)
	p.do(request{method: "GET", path: "/api/2.0/people/@self", header: cookie}).want(t, 200)
	p.clock.Advance(366 * 24 * time.Hour)
	p.do(request{method: "GET", path: "/api/2.0/people/@self", header: cookie}).wantEmpty(t, 401)
}

func TestLogout(t *testing.T) {
	p := newPortal(t)
	cookie := map[string]string{"Cookie": "asc_auth_key=" + p.signIn(t, "user")}
	token := p.token("user", "accounts.self:read")
	out := p.do(request{method: "POST", path: "/api/2.0/authentication/logout", header: cookie})
	if out.status != 200 || strings.Contains(out.body, `"response"`) || out.json(t)["count"] != 0.0 || len(out.header.Values("Set-Cookie")) != 1 {
		t.Errorf("logout: %d %s %v", out.status, out.body, out.header)
	}
	p.do(request{method: "GET", path: "/api/2.0/people/@self", header: cookie}).wantEmpty(t, 401)
	p.api("GET", "people/@self", token, nil).want(t, 200)

	addFault(t, p, "pages.logout-noop", rules.Subject{})
	cookie["Cookie"] = "asc_auth_key=" + p.signIn(t, "user")
	p.do(request{method: "POST", path: "/api/2.0/authentication/logout", header: cookie}).want(t, 200)
	p.do(request{method: "GET", path: "/api/2.0/people/@self", header: cookie}).want(t, 200)
}

func TestMintedSignature(t *testing.T) {
	p := newPortal(t)
	for user, want := range map[string]signature.Claims{
		"admin": {Admin: true, Public: true}, "user": {Public: true}, "guest": {Guest: true, Public: true},
	} {
		got := p.do(request{method: "GET", path: "/api/2.0/security/oauth2/token", header: map[string]string{"Cookie": "asc_auth_key=" + p.signIn(t, user)}})
		token, _ := got.json(t)["response"].(string)
		claims, err := signature.Verify(signature.Key(signature.DefaultSecret), token, p.clock.Now(), signature.Leniency{})
		p.must(err)
		u := p.users[user]
		if claims.UserID != u.ID || claims.UserEmail != u.Email || claims.UserName != u.DisplayName() || claims.TenantID != 1 || claims.TenantURL != p.URL ||
			claims.Admin != want.Admin || claims.Guest != want.Guest || claims.Public != want.Public {
			t.Errorf("%s: %+v", user, claims)
		}
		if left := claims.Expires.Sub(p.clock.Now()); left <= 4*time.Minute || left > 5*time.Minute {
			t.Errorf("lives %s", left)
		}
	}
}

func TestOneTimeLinks(t *testing.T) {
	p := newPortal(t)
	hash := p.hash(t, password)
	links := p.frontLinks(t, "admin@docspace.test", hash)
	if len(links) != 1 || links[0].Path != "/confirm/Auth" || links[0].Query().Get("type") != "Auth" {
		t.Fatalf("links %v", links)
	}
	confirm := func(q url.Values) map[string]any {
		body := map[string]any{"referenceUrl": "http://x", "state": "s"}
		for name := range q {
			body[name] = q.Get(name)
		}
		return p.api("POST", "authentication/confirm", "", body).response(t)
	}
	spend := func(q url.Values, email string) answer {
		return p.api("POST", "authentication", "", map[string]any{"ConfirmData": map[string]any{"Email": email, "Key": q.Get("key")}})
	}
	q := links[0].Query()
	if r := confirm(q); r["result"] != 0.0 || r["email"] != "admin@docspace.test" {
		t.Errorf("confirm: %v", r)
	}
	if r := confirm(url.Values{"type": {"Auth"}, "key": {"nonsense"}}); r["result"] != 1.0 {
		t.Errorf("unknown key: %v", r)
	}
	if r := confirm(url.Values{"type": {"Auth"}, "key": q["key"], "encemail": {"else"}}); r["result"] != 1.0 {
		t.Errorf("another e-mail: %v", r)
	}
	spend(q, "user@docspace.test").wantError(t, 404, "The user could not be found")
	got := spend(q, "admin@docspace.test")
	got.want(t, 200)
	if !strings.HasPrefix(got.header.Get("Set-Cookie"), "asc_auth_key=") {
		t.Errorf("no cookie: %v", got.header)
	}
	if r := confirm(q); r["result"] != 1.0 {
		t.Errorf("used link: %v", r)
	}
	spend(q, "admin@docspace.test").wantError(t, 404, "The user could not be found")

	late := p.frontLinks(t, "admin@docspace.test", hash)[0].Query()
	p.clock.Advance(61 * time.Minute)
	if r := confirm(late); r["result"] != 2.0 {
		t.Errorf("late link: %v", r)
	}
	spend(late, "admin@docspace.test").wantError(t, 404, "The user could not be found")

	addFault(t, p, "pages.link-reusable", rules.Subject{})
	again := p.frontLinks(t, "admin@docspace.test", hash)[0].Query()
	for range 2 {
		if r := confirm(again); r["result"] != 0.0 {
			t.Errorf("reusable link: %v", r)
		}
		spend(again, "admin@docspace.test").want(t, 200)
	}
}

func TestLinkHasOneWinner(t *testing.T) {
	p := newPortal(t)
	key := p.frontLinks(t, "admin@docspace.test", p.hash(t, password))[0].Query().Get("key")
	const parallel = 16
	statuses := make(chan int, parallel)
	for range parallel {
		go func() {
			statuses <- p.api("POST", "authentication", "", map[string]any{"confirmData": map[string]any{"email": "admin@docspace.test", "key": key}}).status
		}()
	}
	won := 0
	for range parallel {
		if <-statuses == http.StatusOK {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d of %d uses of one link succeeded", won, parallel)
	}
}

func TestPortalSignIn(t *testing.T) {
	p := newPortal(t)
	hash := p.hash(t, password)
	both := p.frontLinks(t, "user@docspace.test", hash)
	if len(both) != 2 || both[0].Hostname() != "127.0.0.1" || both[1].Hostname() != "second.localhost" {
		t.Fatalf("links %v", both)
	}
	// A link is good at its own portal only.
	body := map[string]any{"type": "Auth", "key": both[1].Query().Get("key"), "encemail": both[1].Query().Get("encemail")}
	if r := p.api("POST", "authentication/confirm", "", body).response(t); r["result"] != 1.0 {
		t.Errorf("second portal's link at the first: %v", r)
	}
	there := p.do(request{method: "POST", path: "/api/2.0/authentication/confirm", body: body, header: map[string]string{"Host": both[1].Host}})
	if r := there.response(t); r["result"] != 0.0 {
		t.Errorf("second portal's link: %v", r)
	}
	// Tried at the wrong portal it is not spent.
	spend := request{method: "POST", path: "/api/2.0/authentication", body: map[string]any{"confirmData": map[string]any{"email": "user@docspace.test", "key": both[1].Query().Get("key")}}}
	p.do(spend).wantError(t, 404, "The user could not be found")
	spend.header = map[string]string{"Host": both[1].Host}
	p.do(spend).want(t, 200)
	if len(p.frontLinks(t, "twofactor@docspace.test", hash)) != 1 {
		t.Error("two factors are no business of this call")
	}
	for name, body := range map[string]any{
		"wrong":    map[string]any{"Email": "user@docspace.test", "PasswordHash": "0"},
		"unknown":  map[string]any{"Email": "nobody@docspace.test", "PasswordHash": hash},
		"disabled": map[string]any{"Email": "gone@docspace.test", "PasswordHash": hash},
		"nothing":  map[string]any{},
		"no JSON":  "{",
	} {
		got := p.do(request{method: "POST", path: "/apisystem/portal/signin", body: body})
		if got.status != 500 || got.body != `{"error":"error","message":"Invalid login or password."}` {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	addFault(t, p, "pages.any-password", rules.Subject{})
	if len(p.frontLinks(t, "admin@docspace.test", "0")) != 1 {
		t.Error("any password should do")
	}
	p.api("POST", "authentication", "", map[string]any{"userName": "admin@docspace.test", "password": "x"}).want(t, 200)
}

func TestSignInLimits(t *testing.T) {
	p := newPortal(t, withLimits)
	try := func(secret string) answer {
		return p.api("POST", "authentication", "", map[string]any{"userName": "user@docspace.test", "password": secret})
	}
	for range 5 {
		try("wrong").wantError(t, 401, "User authentication failed")
	}
	got := try(password)
	got.wantError(t, 403, "Too many login attempts. Please try again later")
	if !strings.Contains(got.body, `"type":null`) {
		t.Errorf("body %s", got.body)
	}
	p.clock.Advance(61 * time.Second)
	try(password).want(t, 200)
	for range 5 {
		try("wrong").want(t, 401)
	}
	p.clock.Resume() // set back, as a reset does
	try(password).want(t, 200)

	hash := p.hash(t, password)
	front := func() answer {
		return p.do(request{method: "POST", path: "/apisystem/portal/signin", body: map[string]any{"Email": "user@docspace.test", "PasswordHash": hash}})
	}
	for range 10 {
		front().want(t, 200)
	}
	if got := front(); got.status != 403 || got.body != `{"error":"tooMuchAttempts","message":"Too much attempts already"}` {
		t.Errorf("%d %s", got.status, got.body)
	}
	unlimited := newPortal(t)
	for range 7 {
		unlimited.api("POST", "authentication", "", map[string]any{"userName": "user@docspace.test", "password": "wrong"}).want(t, 401)
	}
}

func TestBasic(t *testing.T) {
	p := newPortal(t)
	call := func(user, secret string) answer {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		p.must(err)
		r.SetBasicAuth(user, secret)
		return p.do(request{method: "GET", path: "/api/2.0/people/@self", header: map[string]string{"Authorization": r.Header.Get("Authorization")}})
	}
	for _, c := range []struct {
		user, secret string
		status       int
	}{{"user@docspace.test", password, 200}, {"user@docspace.test", "wrong", 401}, {"gone@docspace.test", password, 401}, {"nobody", "", 401}} {
		got := call(c.user, c.secret)
		if got.status != c.status || got.header.Get("WWW-Authenticate") != "Basic" {
			t.Errorf("%v: %d %q", c, got.status, got.header.Get("WWW-Authenticate"))
		}
	}
}
