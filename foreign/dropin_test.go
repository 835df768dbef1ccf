package foreign

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
)

// The tests here go through docs/portal/clients.md §5, what a mock must offer so
// that clients run unchanged; each names its number. 8 is TestBounce, 21 is
// TestOfficialSamples_codesThatAreNone, and 17 (speed) is measured by bench.

// get is a request without credentials; headers are name, value, ….
func (w *world) get(method, path string, headers ...string) answer {
	w.t.Helper()
	head := []string{method + " " + path + " HTTP/1.1", "Host: HOST", "Connection: close"}
	for i := 0; i < len(headers); i += 2 {
		head = append(head, headers[i]+": "+headers[i+1])
	}
	return wire(w.t, w.portal, head, "")
}

// tokens is a whole flow's answer, by default with the app's secret.
func (w *world) tokens(scopes string) map[string]any {
	w.t.Helper()
	return w.tokensAt(w.portal.URL(), scopes)
}

func (w *world) tokensAt(base, scopes string) map[string]any {
	w.t.Helper()
	address := base + "/oauth2/authorize?" + form("response_type", "code", "client_id", w.app.ID, "redirect_uri", callback, "scope", scopes)
	got := wire(w.t, w.portal, urllibPost("/oauth2/token"), w.exchangeForm(w.code(address, "")))
	if got.StatusCode != 200 {
		w.t.Fatalf("token: %s %s", got.Status, got.body)
	}
	return got.object(w.t)
}

func (w *world) exchangeForm(code string) string {
	return form("client_id", w.app.ID, "client_secret", w.app.Secret, "code", code, "redirect_uri", callback, "grant_type", "authorization_code")
}

func (w *world) accessToken(scopes string) string {
	w.t.Helper()
	return w.accessTokenAt(w.portal.URL(), scopes)
}

func (w *world) accessTokenAt(base, scopes string) string {
	w.t.Helper()
	token, _ := w.tokensAt(base, scopes)["access_token"].(string)
	return token
}

// §5 item 1: one plain-HTTP origin carries everything, under the aliases too.
func TestDropIn01_oneOriginWithAliases(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	token := "Bearer " + w.accessToken("openid")
	for alias, path := range map[string]string{
		"/api/2.0/oauth2/userinfo":                       "/oauth2/userinfo",
		"/api/2.0/oauth2/jwks":                           "/oauth2/jwks",
		"/api/2.0/oauth2/authorize?client_id=unknown":    "/oauth2/authorize?client_id=unknown",
		"/api/2.0/oauth2/scopes":                         "/api/2.0/scopes",
		"/api/2.0/oauth2/clients?limit=10":               "/api/2.0/clients?limit=10",
		"/oauth2/.well-known/openid-configuration":       "/.well-known/openid-configuration",
		"/oauth2/.well-known/oauth-authorization-server": "/.well-known/oauth-authorization-server",
	} {
		credentials := []string{"Authorization", token, "x-signature", w.signed.Signature}
		one, other := w.get("GET", alias, credentials...), w.get("GET", path, credentials...)
		if one.StatusCode != other.StatusCode || one.body != other.body || one.StatusCode == 404 || one.Header.Get("Location") != other.Header.Get("Location") {
			t.Errorf("%s: %s %.100s\n%s: %s %.100s", alias, one.Status, one.body, path, other.Status, other.body)
		}
	}
	code := w.code(w.portal.URL()+"/oauth2/authorize?"+form("response_type", "code", "client_id", w.app.ID, "redirect_uri", callback, "scope", "openid"), "")
	if got := wire(t, w.portal, urllibPost("/api/2.0/oauth2/token"), w.exchangeForm(code)); got.StatusCode != 200 {
		t.Errorf("token by its alias: %s %s", got.Status, got.body)
	}
	if got := w.get("GET", "/login"); got.StatusCode != 200 {
		t.Errorf("login: %s", got.Status)
	}
}

// §5 item 2: the base URL is one setting; without it the name counts under which the
// user signed in, and a client that uses another alias gets tokens that work.
func TestDropIn02_publicBaseURL(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{ExternalURL: "http://mock.test:9"})
	for _, host := range []string{"mock.test:9", "localhost:1"} {
		metadata := wire(t, w.portal, []string{"GET /.well-known/openid-configuration HTTP/1.1", "Host: " + host}, "").object(t)
		if metadata["issuer"] != "http://"+host || metadata["token_endpoint"] != "http://"+host+"/oauth2/token" {
			t.Errorf("metadata %v", metadata)
		}
	}
	if claims := payload(t, w.accessTokenAt("http://"+w.portal.Address(), "openid")); claims["aud"] != "http://mock.test:9" || claims["iss"] != "http://mock.test:9/oauth2" {
		t.Errorf("aud %v, iss %v", claims["aud"], claims["iss"])
	}

	w = newWorld(t, mockdocspace.Options{})
	request := "/oauth2/authorize?" + form("response_type", "code", "client_id", w.app.ID, "redirect_uri", callback, "scope", "openid")
	_, port, _ := strings.Cut(w.portal.Address(), ":")
	code := w.code(w.portal.URL()+request, "")
	head := urllibPost("/oauth2/token")
	for i := range head {
		head[i] = strings.Replace(head[i], "HOST", "localhost:"+port, 1)
	}
	token, _ := wire(t, w.portal, head, w.exchangeForm(code)).object(t)["access_token"].(string)
	if aud := payload(t, token)["aud"]; aud != w.portal.URL() {
		t.Errorf("aud %v", aud)
	}
	if got := w.get("GET", "/api/2.0/files/@my", "Authorization", "Bearer "+token); got.StatusCode != 403 { // alive, without that scope
		t.Errorf("API: %s %s", got.Status, got.body)
	}
}

// §5 item 3: cookies of apps on the same host, large ones too, are no credentials
// and do no harm.
func TestDropIn03_foreignCookies(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	token := w.accessToken("accounts.self:read")
	jar := "token=" + token + "; refresh_token=" + strings.Repeat("r", 128) + "; theirs=" + strings.Repeat("a.b-c_d", 400)
	if got := w.get("GET", "/api/2.0/people/@self", "Cookie", jar); got.StatusCode != 401 || got.body != "" {
		t.Errorf("the cookie token alone: %s %s", got.Status, got.body)
	}
	if got := w.get("GET", "/api/2.0/people/@self", "Cookie", jar, "Authorization", "Bearer "+token); got.StatusCode != 200 {
		t.Errorf("beside a token: %s %s", got.Status, got.body)
	}
	path := "/oauth2/authorize?" + form("response_type", "code", "client_id", w.app.ID, "redirect_uri", callback, "scope", "files:read")
	got := w.get("GET", path, "Cookie", jar+"; x-signature="+w.signed.Signature, "User-Agent", "x")
	if !strings.Contains(got.Header.Get("Location"), "/oauth2/consent") {
		t.Errorf("authorize: %s %s", got.Status, got.Header.Get("Location"))
	}
}

// §5 item 4: the IPv6 loopback answers as well.
func TestDropIn04_bothLoopbacks(t *testing.T) {
	probe, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6 loopback: ", err)
	}
	_ = probe.Close()
	w := newWorld(t, mockdocspace.Options{})
	_, port, _ := strings.Cut(w.portal.Address(), ":")
	got := wireTo(t, "[::1]:"+port, []string{"GET /.well-known/openid-configuration HTTP/1.1", "Host: localhost:" + port}, "")
	if got.StatusCode != 200 || got.object(t)["issuer"] != "http://localhost:"+port {
		t.Errorf("%s %s", got.Status, got.body)
	}
}

// §5 item 5: localhost is compared as it is written, numeric loopback without its port.
func TestDropIn05_redirectURIs(t *testing.T) {
	c := withApp(config.App{ID: "app", Secret: "s", RedirectURIs: []string{callback, "http://127.0.0.1:3000/callback"}})
	w := newWorld(t, mockdocspace.Options{Config: c})
	for uri, accepted := range map[string]bool{
		callback: true, "http://localhost:3001/callback": false, "http://127.0.0.1:3999/callback": true, "http://127.0.0.1:3000/other": false,
	} {
		path := "/oauth2/authorize?" + form("response_type", "code", "client_id", "app", "redirect_uri", uri, "scope", "accounts.self:read")
		got := w.get("GET", path, "x-signature", w.signed.Signature, "User-Agent", "x")
		if asked := strings.Contains(got.Header.Get("Location"), "/oauth2/consent"); asked != accepted {
			t.Errorf("%s: %s %s", uri, got.Status, got.Header.Get("Location"))
		}
	}
}

// withApp is a configuration of the built-in portals and one app.
func withApp(app config.App) *config.Config { return &config.Config{Apps: []config.App{app}} }

// §5 item 6: ids and secrets are any text.
func TestDropIn06_arbitraryIDsAndSecrets(t *testing.T) {
	for id, secret := range map[string]string{
		"your_client_id": "your_client_secret", "my app/1": `any: "text" & =+%20#1`, "äöü": "пароль", strings.Repeat("x", 200): "y",
	} {
		w := newWorld(t, mockdocspace.Options{Config: withApp(config.App{ID: id, Secret: secret, RedirectURIs: []string{callback}})})
		w.app.ID, w.app.Secret = id, secret
		if token := w.accessToken("accounts.self:read"); payload(t, token)["cid"] == nil {
			t.Errorf("%q: claims %v", id, payload(t, token))
		} else if got := w.get("GET", "/api/2.0/people/@self", "Authorization", "Bearer "+token); got.StatusCode != 200 {
			t.Errorf("%q: API %s %s", id, got.Status, got.body)
		}
	}
}

// §5 item 7: with a user who is signed in by himself and allows by himself, a script
// gets its code in one request, and nobody asks for a state.
func TestDropIn07_autoLoginAndConsent(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{AutoLogin: "user@docspace.test", AutoConsent: true})
	got := w.get("GET", "/oauth2/authorize?"+form("response_type", "code", "client_id", w.app.ID, "redirect_uri", callback, "scope", "accounts.self:read"), "User-Agent", "x")
	to, err := got.Location()
	if err != nil || got.StatusCode != 302 || to.Query().Get("code") == "" || to.Query().Has("state") {
		t.Fatalf("%s %s", got.Status, got.Header.Get("Location"))
	}
	if token := wire(t, w.portal, urllibPost("/oauth2/token"), w.exchangeForm(to.Query().Get("code"))); token.StatusCode != 200 {
		t.Errorf("token: %s %s", token.Status, token.body)
	}
}

// §5 item 9: the token endpoint takes a form in every shape that clients give it.
func TestDropIn09_tokenRequests(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	authorize := w.portal.URL() + "/oauth2/authorize?" + form("response_type", "code", "client_id", w.app.ID, "redirect_uri", callback, "scope", "openid files:read")
	exchange := func(code string) string { return w.exchangeForm(code) }
	urlencoded := "Content-Type: application/x-www-form-urlencoded"
	boundary := "multipart/form-data; boundary=XXX"
	for name, tt := range map[string]struct {
		head []string
		body func(code string) string
	}{
		"with charset":      {[]string{"POST /oauth2/token HTTP/1.1", "Host: HOST", "Content-Length: LENGTH", urlencoded + ";charset=utf-8"}, exchange},
		"charset in quotes": {[]string{"POST /oauth2/token HTTP/1.1", "Host: HOST", "Content-Length: LENGTH", urlencoded + `; charset="UTF-8"`}, exchange},
		"no Accept":         {[]string{"POST /oauth2/token HTTP/1.1", "Host: HOST", "Content-Length: LENGTH", urlencoded}, exchange},
		"any Accept":        {[]string{"POST /oauth2/token HTTP/1.1", "Host: HOST", "Content-Length: LENGTH", urlencoded, "Accept: text/html"}, exchange},
		"HTTP/1.0":          {[]string{"POST /oauth2/token HTTP/1.0", "Host: HOST", "Content-Length: LENGTH", urlencoded}, exchange},
		"close":             {[]string{"POST /oauth2/token HTTP/1.1", "Host: HOST", "Content-Length: LENGTH", urlencoded, "Connection: close"}, exchange},
		"other order": {[]string{"POST /oauth2/token HTTP/1.1", "Host: HOST", "Content-Length: LENGTH", urlencoded}, func(code string) string {
			return form("grant_type", "authorization_code", "redirect_uri", callback, "code", code, "client_secret", w.app.Secret, "client_id", w.app.ID)
		}},
		"encoded otherwise": {[]string{"POST /oauth2/token HTTP/1.1", "Host: HOST", "Content-Length: LENGTH", urlencoded}, func(code string) string {
			return strings.ReplaceAll(strings.ReplaceAll(exchange(code), "%3A", ":"), "%2F", "/") + "&unknown=a+b%20c"
		}},
		"multipart": {[]string{"POST /oauth2/token HTTP/1.1", "Host: HOST", "Content-Length: LENGTH", "Content-Type: " + boundary}, func(code string) string {
			body := ""
			for name, value := range map[string]string{
				"client_id": w.app.ID, "client_secret": w.app.Secret, "code": code, "redirect_uri": callback, "grant_type": "authorization_code",
			} {
				body += "--XXX\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
			}
			return body + "--XXX--\r\n"
		}},
	} {
		got := wire(t, w.portal, tt.head, tt.body(w.code(authorize, "")))
		if got.StatusCode != 200 || got.ContentLength <= 0 || got.ProtoMajor != 1 {
			t.Errorf("%s: %s, length %d, %s", name, got.Status, got.ContentLength, got.body)
		}
	}
	config := w.config("openid")
	config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if _, err := config.Exchange(t.Context(), w.code(authorize, "")); err == nil {
		t.Error("Basic is taken")
	}
}

// §5 item 10.
func TestDropIn10_refreshTokens(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	first := w.tokens("files:read")
	refresh := func(token any) answer {
		return wire(t, w.portal, mcpPost("/oauth2/token"), form("client_id", w.app.ID, "client_secret", w.app.Secret, "grant_type", "refresh_token", "refresh_token", fmt.Sprint(token)))
	}
	second := refresh(first["refresh_token"])
	if second.StatusCode != 200 || second.object(t)["refresh_token"] == first["refresh_token"] {
		t.Errorf("rotation: %s %s", second.Status, second.body)
	}
	if again := refresh(first["refresh_token"]); again.StatusCode != 400 {
		t.Errorf("the old one: %s %s", again.Status, again.body)
	}
}

// §5 item 11: the payload stays in the alphabet that both base64 variants share, for
// every user and app, and is compact.
func TestDropIn11_tokenEncoding(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	for _, user := range []string{"owner@docspace.test", "admin@docspace.test", "roomadmin@docspace.test", "user@docspace.test", "guest@docspace.test"} {
		w.signIn(user)
		for _, scopes := range []string{"openid", "accounts:read accounts:write accounts.self:read accounts.self:write files:read files:write rooms:read rooms:write openid"} {
			token := w.accessToken(scopes)
			parts := strings.Split(token, ".")
			if len(parts) != 3 || !regexp.MustCompile(`^[A-Za-z0-9]+$`).MatchString(parts[1]) {
				t.Errorf("%s: payload %s", user, parts[1])
			}
			survives(t, token)
			claims := payload(t, token)
			if _, isText := claims["aud"].(string); !isText {
				t.Errorf("aud %v", claims["aud"])
			}
			if _, isList := claims["scope"].([]any); !isList {
				t.Errorf("scope %v", claims["scope"])
			}
		}
	}
}

// §5 item 12.
func TestDropIn12_anonymousIntrospection(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	for token, active := range map[string]bool{w.accessToken("files:read rooms:read"): true, "unknown": false} {
		got := wire(t, w.portal, urllibPost("/oauth2/introspect"), form("token", token))
		if got.StatusCode != 200 || got.object(t)["active"] != active {
			t.Errorf("%.10s…: %s %s", token, got.Status, got.body)
		}
	}
}

// §5 item 13: the envelope is whole on every route that clients use, and a query
// that is not known does no harm.
func TestDropIn13_envelopes(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	w.signIn("roomadmin@docspace.test")
	token := w.accessToken("accounts:read accounts.self:read files:read rooms:read")
	api := func(path string) answer { return w.get("GET", "/api/2.0/"+path, "Authorization", "Bearer "+token) }
	first := func(list string) string {
		found := regexp.MustCompile(`"id":(\d+)`).FindStringSubmatch(api(list).body)
		if found == nil {
			t.Fatalf("%s lists nothing", list)
		}
		return found[1]
	}
	paths := []string{
		"people/@self", "people", "people/filter", "people/simple/filter", "people/" + w.signed.UserID, "people/email?email=user@docspace.test", "group",
		"files/@my", "files/@trash", "files/fileops", "files/rooms", "authentication", "settings", "capabilities",
		"files/rooms/" + first("files/rooms?fields=folders.id"), "files/file/" + first("files/@my?fields=files.id"),
		"files/folder/" + first("files/@my?fields=current.id"), "files/" + first("files/@my?fields=current.id"),
	}
	for _, path := range paths {
		mark := "?"
		if strings.Contains(path, "?") {
			mark = "&"
		}
		got := api(path + mark + "count=30&startIndex=0&nosuch=1")
		envelope := map[string]any{}
		if got.StatusCode == 200 {
			envelope = got.object(t)
		}
		links, _ := envelope["links"].([]any)
		if _, has := envelope["response"]; !has || len(links) != 1 || envelope["status"] != 0.0 || envelope["statusCode"] != 200.0 || envelope["count"] == nil {
			t.Errorf("%s: %s %.300s", path, got.Status, got.body)
		}
	}
	for _, path := range []string{"files/settings", "files/rooms/" + first("files/rooms?fields=folders.id") + "/share"} { // not built, which they say
		if got := api(path); got.StatusCode != 501 {
			t.Errorf("%s: %s %s", path, got.Status, got.body)
		}
	}
	self, _ := api("people/@self").object(t)["response"].(map[string]any)
	for _, member := range []string{"id", "userName", "displayName", "firstName", "lastName", "email", "isAdmin", "isOwner"} {
		if _, has := self[member]; !has {
			t.Errorf("people/@self has no %s", member)
		}
	}
}

// §5 item 14: browsers may read everything that belongs to the protocol.
func TestDropIn14_crossOrigin(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	for path, method := range map[string]string{
		"/.well-known/openid-configuration": "GET", "/.well-known/oauth-authorization-server": "GET", "/oauth2/jwks": "GET",
		"/oauth2/token": "POST", "/oauth2/introspect": "POST", "/oauth2/revoke": "POST", "/oauth2/userinfo": "GET",
	} {
		got := w.get(method, path, "Origin", "http://localhost:6006", "Content-Length", "0")
		if got.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s %s: %s %v", method, path, got.Status, got.Header)
		}
		preflight := w.get("OPTIONS", path, "Origin", "http://localhost:6006", "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization, x-own")
		if preflight.StatusCode != 200 || preflight.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("preflight of %s: %s %v", path, preflight.Status, preflight.Header)
		}
	}
}

// §5 item 15: headers that count, and one that does not.
func TestDropIn15_headers(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	path := "/oauth2/authorize?" + form("response_type", "code", "client_id", w.app.ID, "redirect_uri", callback, "scope", "accounts.self:read")
	for _, headers := range [][]string{
		{"X-Signature", w.signed.Signature}, {"x-signature", w.signed.Signature}, {"Cookie", "x-signature=" + w.signed.Signature}, {"Cookie", "X-Signature=" + w.signed.Signature},
	} {
		got := w.get("GET", path, append(headers, "User-Agent", "x")...)
		if !strings.Contains(got.Header.Get("Location"), "/oauth2/consent") {
			t.Errorf("%s: %s %s", headers[0], got.Status, got.Header.Get("Location"))
		}
	}
	login := func(headers ...string) string {
		return w.get("GET", path, append(headers, "User-Agent", "x")...).Header.Get("Location")
	}
	if got := login("X-Forwarded-Host", "portal.example.com"); !strings.HasPrefix(got, "http://portal.example.com/login?") {
		t.Errorf("X-Forwarded-Host: %s", got)
	}
	for _, ignored := range [][]string{{"X-Forwarded-Proto", "https"}, {"X-Request-ID", "x", "X-Real-IP", "203.0.113.7", "X-Forwarded-For", "203.0.113.7"}} {
		if got := login(ignored...); !strings.HasPrefix(got, w.portal.URL()+"/login?") {
			t.Errorf("%s: %s", ignored[0], got)
		}
	}
	openid := strings.Replace(path, "accounts.self%3Aread", "openid", 1) // needs no consent
	quiet := w.get("GET", openid, "x-signature", w.signed.Signature, "X-Disable-Redirect", "true", "User-Agent", "x")
	if quiet.StatusCode != 200 || quiet.Header.Get("X-Redirect-URI") == "" || quiet.Header.Get("Location") != "" {
		t.Errorf("X-Disable-Redirect: %s %v", quiet.Status, quiet.Header)
	}
}

// §5 item 16: nobody is limited unless that is wanted, not even behind a public address.
func TestDropIn16_noLimits(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	for i := range 40 {
		if got := wire(t, w.portal, mcpPost("/oauth2/introspect"), form("token", "x")); got.StatusCode != 200 {
			t.Fatalf("request %d: %s", i, got.Status)
		}
	}
}

// §5 item 18: doubled slashes in front are no redirect, those inside are an error.
func TestDropIn18_doubledSlashes(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	authorize := "/oauth2/authorize?" + form("response_type", "code", "client_id", w.app.ID, "redirect_uri", callback, "scope", "accounts.self:read")
	code := w.code(w.portal.URL()+"/"+authorize, "")
	got := wire(t, w.portal, axiosPost("//oauth2/token"), w.exchangeForm(code))
	if got.StatusCode != 200 {
		t.Fatalf("//oauth2/token: %s %s", got.Status, got.body)
	}
	token, _ := got.object(t)["access_token"].(string)
	for path, want := range map[string]int{"//api/2.0/people/@self": 200, "///api/2.0/people/@self": 200, "//oauth2/jwks": 200} {
		if got := w.get("GET", path, "Authorization", "Bearer "+token); got.StatusCode != want {
			t.Errorf("%s: %s %s", path, got.Status, got.Header.Get("Location"))
		}
	}
	if got := w.get("GET", "/oauth2//jwks"); got.StatusCode == 200 {
		t.Errorf("/oauth2//jwks: %s", got.Status)
	}
}

// §5 item 19: what obeys HTTP_PROXY reaches the mock, as docs/clients.md says.
func TestDropIn19_proxyVariables(t *testing.T) {
	const advice = "NO_PROXY=127.0.0.1,localhost"
	if text, err := os.ReadFile(filepath.Join("..", "docs", "clients.md")); err != nil || !strings.Contains(string(text), advice) {
		t.Errorf("docs/clients.md does not say %s (%v)", advice, err)
	}
	w := newWorld(t, mockdocspace.Options{})
	for program, arguments := range map[string][]string{"authlib_requests.py": {"post"}, "requests_oauthlib_flow.py": {"post"}} {
		t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
		t.Setenv("http_proxy", "http://127.0.0.1:9")
		if got := w.converse(program, arguments...); got != "done" {
			t.Errorf("%s: %s", program, got)
		}
	}
}

// §5 item 20: the authorization part on one origin, the API on another, which the
// token names.
func TestDropIn20_secondOrigin(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := free.Addr().String()
	_, port, _ := strings.Cut(listen, ":")
	_ = free.Close()
	api := "http://api.localhost:" + port
	c := withApp(config.App{ID: "app", Secret: "s", RedirectURIs: []string{callback}})
	c.Portals = []config.Portal{{
		ID: 1, Name: "Central", Hosts: []string{"127.0.0.1", "api.localhost"}, URL: api,
		Users: []config.User{{Email: "user@docspace.test", Password: "p", Type: "owner"}},
	}}
	w := newWorld(t, mockdocspace.Options{Listen: listen, Config: c})
	token := w.accessToken("accounts.self:read")
	if aud := payload(t, token)["aud"]; aud != api {
		t.Fatalf("aud %v, want %s", aud, api)
	}
	request := []string{"GET /api/2.0/people/@self HTTP/1.1", "Host: api.localhost:" + port, "Authorization: Bearer " + token}
	if got := wire(t, w.portal, request, ""); got.StatusCode != 200 {
		t.Errorf("the API at its origin: %s %s", got.Status, got.body)
	}
	if info := wire(t, w.portal, urllibPost("/oauth2/introspect"), form("token", token)).object(t); info["active"] != true {
		t.Errorf("introspection %v", info)
	}
}
