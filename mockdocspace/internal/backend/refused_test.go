package backend

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// The numbers are those of docs/portal/backend-api.md §7.

func unsigned(t *testing.T, header, payload string) string {
	t.Helper()
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "."
}

func TestNegativeAssertions(t *testing.T) {
	p := newPortal(t)
	var told []int
	number := func(n int, what string, body func(t *testing.T)) {
		told = append(told, n)
		t.Run(fmt.Sprintf("%02d %s", n, what), body)
	}
	self := func(token string) answer { return p.api("GET", "people/@self", token, nil) }
	withAuthorization := func(value string) answer {
		return p.do(request{method: "GET", path: "/api/2.0/people/@self", header: map[string]string{"Authorization": value}})
	}
	good := p.token("user", everyScope...)

	number(1, "no token", func(t *testing.T) {
		for _, path := range []string{"people/@self", "files/@my", "files/rooms", "people", "group", "settings/customschemas", "security/oauth2/token"} {
			p.api("GET", path, "", nil).wantEmpty(t, 401)
		}
	})
	number(2, "a challenge with the 401, of the strict profile", func(t *testing.T) {
		if got := newStrictPortal(t).api("GET", "people/@self", "", nil); got.status != 401 || got.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%d %q", got.status, got.header.Get("WWW-Authenticate"))
		}
	})
	number(3, "what is no token", func(t *testing.T) {
		for _, value := range []string{"Bearer garbage", "Bearer ", "Bearer", "Bearer sk-abc", "Token " + good, good + "x"} {
			withAuthorization(value).wantEmpty(t, 401)
		}
		got := withAuthorization("Basic " + good)
		if got.status != 401 || got.body != "" || got.header.Get("WWW-Authenticate") != "Basic" {
			t.Errorf("Basic with a token: %d %q %q", got.status, got.body, got.header.Get("WWW-Authenticate"))
		}
	})
	number(4, "forged", func(t *testing.T) {
		parts := strings.Split(good, ".")
		foreign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		p.must(err)
		public, err := x509.MarshalPKIXPublicKey(p.key.Public())
		p.must(err)
		claims := p.claims("user", everyScope...)
		payload := `{"iss":"` + p.URL + `/oauth2","aud":"` + p.URL + `","sub":"` + p.users["user"].ID + `","exp":9999999999,"scope":["accounts.self:read"]}`
		for name, token := range map[string]string{
			"payload":   parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "." + parts[2],
			"signature": parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
			"none":      unsigned(t, `{"alg":"none"}`, payload),
			"HS256":     signWith(t, jose.HS256, public, claims),
			"foreign":   signWith(t, jose.ES256, foreign, claims),
			"five":      "eyJhbGciOiJkaXIifQ.a.b.c.d",
		} {
			t.Run(name, func(t *testing.T) { self(token).wantEmpty(t, 401) })
		}
		self("a.b.c").want(t, 400)
		if m := self("a.b.c").message(t); !strings.HasPrefix(m, "IDX12") {
			t.Errorf("message %q", m)
		}
		p.api("GET", "capabilities", "a.b.c", nil).want(t, 400)
		p.api("GET", "no/such/path", "a.b.c", nil).want(t, 400)
	})
	number(5, "expired", func(t *testing.T) {
		for _, ago := range []int64{121, 86400} {
			c := p.claims("user", everyScope...)
			c["exp"] = p.clock.Now().Unix() - ago
			self(p.sign(c)).wantEmpty(t, 401)
		}
		justNow := p.claims("user", everyScope...)
		justNow["exp"] = p.clock.Now().Unix() - 60
		token := p.sign(justNow)
		self(token).want(t, 200) // the clocks may differ by two minutes, but introspection says no
		p.kill(token)
		self(token).wantEmpty(t, 401)
		never := p.claims("user", everyScope...)
		delete(never, "exp")
		self(p.sign(never)).wantEmpty(t, 401)
		future := p.claims("user", everyScope...)
		future["nbf"] = p.clock.Now().Unix() + 200
		self(p.sign(future)).wantEmpty(t, 401)
	})
	number(6, "x-signature as bearer", func(t *testing.T) {
		token, err := signature.Issue(signature.Key(signature.DefaultSecret), signature.Claims{UserID: p.users["user"].ID, TenantURL: p.URL, Expires: p.clock.Now().Add(time.Minute)})
		p.must(err)
		self(token).wantEmpty(t, 401)
	})
	number(7, "id_token as bearer", func(t *testing.T) {
		c := p.claims("user")
		c["azp"] = appID
		token := p.sign(c)
		p.kill(token)
		self(token).wantEmpty(t, 401)
	})
	number(8, "another portal's", func(t *testing.T) {
		second := strings.Replace(p.URL, "127.0.0.1", "second.localhost", 1)
		for _, change := range []map[string]any{
			{"aud": second},
			{"iss": second + "/oauth2"},
			{"iss": p.URL},
			{"iss": p.URL + "/oauth2/"},
			{"aud": p.URL + "/api"},
			{"aud": strings.Replace(p.URL, "127.0.0.1:", "127.0.0.1:1", 1)},
			{"aud": nil},
			{"aud": []string{}},
		} {
			c := p.claims("user", everyScope...)
			for name, value := range change {
				c[name] = value
			}
			self(p.sign(c)).wantEmpty(t, 401)
		}
		// A good token of this portal, at the other one.
		host := strings.TrimPrefix(second, "http://")
		p.do(request{method: "GET", path: "/api/2.0/people/@self", header: map[string]string{"Host": host, "Authorization": "Bearer " + good}}).wantEmpty(t, 401)
	})
	number(9, "dead at once", func(t *testing.T) {
		token := p.token("user", "accounts.self:read", "files:read")
		self(token).want(t, 200)
		p.kill(token)
		self(token).wantEmpty(t, 401)
	})
	number(10, "token outside the header", func(t *testing.T) {
		p.api("GET", "people/@self?access_token="+good, "", nil).wantEmpty(t, 401)
		p.do(request{method: "POST", path: "/api/2.0/files/@my/text", body: "access_token=" + good}).wantEmpty(t, 401)
	})
	number(11, "scheme in another letter case", func(t *testing.T) {
		withAuthorization("bearer "+good).wantEmpty(t, 401)
		withAuthorization("BEARER "+good).wantEmpty(t, 401)
	})
	number(12, "each scope at each probe, and no side effect", func(t *testing.T) {
		probes := map[string][]string{
			"GET people/@self": {"accounts.self:read", "accounts.self:write"}, "GET people": {"accounts:read", "accounts:write"},
			"GET group": {"accounts:read"}, "POST group": {"accounts:write"}, "GET files/@my": {"files:read", "files:write"},
			"POST files/@my/text": {"files:write"}, "GET files/rooms": {"rooms:read", "rooms:write"}, "POST files/rooms": {"rooms:write"},
		}
		count := func(path string) float64 {
			m := p.api("GET", path, p.token("admin", everyScope...), nil).json(t)
			if content, ok := m["response"].(map[string]any); ok {
				m = content
			}
			total, _ := m["total"].(float64)
			return total
		}
		for _, scope := range everyScope {
			for probe, admitted := range probes {
				method, path, _ := strings.Cut(probe, " ")
				list := strings.TrimSuffix(path, "/text")
				var body any
				if method == "POST" {
					body = map[string]any{"title": "Twelve", "content": "x", "roomType": 5, "groupName": "Twelve"}
				}
				before := 0.0
				if method == "POST" {
					before = count(list)
				}
				got := p.api(method, path, p.token("admin", scope), body)
				if slices.Contains(admitted, scope) {
					got.want(t, 200)
					continue
				}
				if got.wantEmpty(t, 403); method == "POST" && count(list) != before {
					t.Errorf("%s with %s was refused and done", probe, scope)
				}
			}
		}
	})
	number(13, "a challenge with the 403, of the strict profile", func(t *testing.T) {
		p := newStrictPortal(t)
		claims := p.claims("user", "openid")
		claims["iss"] = p.URL
		got := p.api("GET", "files/@my", p.sign(claims), nil)
		if got.status != 403 || !strings.Contains(got.header.Get("WWW-Authenticate"), `error="insufficient_scope"`) {
			t.Errorf("%d %q", got.status, got.header.Get("WWW-Authenticate"))
		}
	})
	number(14, "openid opens nothing", func(t *testing.T) {
		token := p.token("admin", "openid")
		for _, probe := range []string{"GET people/@self", "GET people", "GET group", "POST group", "GET files/@my", "POST files/@my/text", "GET files/rooms", "POST files/rooms"} {
			method, path, _ := strings.Cut(probe, " ")
			p.api(method, path, token, nil).wantEmpty(t, 403)
		}
	})
	number(15, "accounts is not accounts.self", func(t *testing.T) {
		p.api("GET", "people/@self", p.token("admin", "accounts:read"), nil).wantEmpty(t, 403)
		p.api("GET", "people", p.token("admin", "accounts.self:read"), nil).wantEmpty(t, 403)
	})
	number(16, "files is not rooms", func(t *testing.T) {
		p.api("GET", "files/rooms", p.token("admin", "files:read", "files:write"), nil).wantEmpty(t, 403)
		p.api("GET", "files/@my", p.token("admin", "rooms:read", "rooms:write"), nil).wantEmpty(t, 403)
	})
	number(17, "never open", func(t *testing.T) {
		token := p.token("owner", everyScope...)
		for _, path := range []string{"settings/customschemas", "portal", "modules", "keys", "security/oauth2/token"} {
			p.api("GET", path, token, nil).wantEmpty(t, 403)
		}
	})
	number(18, "DELETE people/@self", func(t *testing.T) { p.api("DELETE", "people/@self", good, nil).wantEmpty(t, 403) })
	number(19, "401 before 403", func(t *testing.T) {
		dead := p.token("user", "openid", "files:read")
		p.kill(dead)
		p.api("GET", "settings/customschemas", dead, nil).wantEmpty(t, 401)
	})
	number(20, "unknown path and wrong method", func(t *testing.T) {
		for _, token := range []string{"", good} {
			p.api("GET", "people/@self/nosuch", token, nil).wantEmpty(t, 404)
			got := p.api("DELETE", "capabilities", token, nil)
			if got.wantEmpty(t, 405); got.header.Get("Allow") != "GET" {
				t.Errorf("Allow %q", got.header.Get("Allow"))
			}
		}
	})
	number(21, "right instead of scope", func(t *testing.T) {
		for _, user := range []string{"user", "guest"} {
			for _, path := range []string{"people", "people/filter", "people/simple/filter", "group"} {
				p.api("GET", path, p.token(user, "accounts:read"), nil).wantError(t, 403, "Access denied")
			}
			p.api("POST", "files/rooms", p.token(user, "rooms:write"), map[string]any{"title": "No", "roomType": 2}).wantError(t, 403, "Access denied")
		}
	})
	number(22, "terminated user", func(t *testing.T) {
		token := p.token("gone", everyScope...)
		self(token).wantEmpty(t, 401)
		u := p.users["guest"]
		alive := p.token("guest", "accounts.self:read")
		self(alive).want(t, 200)
		u.Status = store.StatusTerminated
		p.must(p.store.PutUser(t.Context(), u))
		self(alive).wantEmpty(t, 401)
		u.Status = store.StatusPending
		p.must(p.store.PutUser(t.Context(), u))
		self(alive).wantEmpty(t, 401)
		p.must(p.store.PutUser(t.Context(), p.users["guest"]))
	})
	number(23, "unknown ids", func(t *testing.T) {
		guid := "99999999-9999-4999-8999-999999999999"
		token := p.token("admin", everyScope...)
		for path, message := range map[string]string{
			"files/file/2147483000": "The required file was not found", "files/rooms/2147483000": "The required folder was not found",
			"files/2147483000": "The required folder was not found", "files/folder/2147483000": "The required folder was not found",
			"group/" + guid: "Group not found", "people/" + guid: "The user could not be found",
			"people/email?email=nobody@docspace.test": "The user could not be found",
		} {
			p.api("GET", path, token, nil).wantError(t, 404, message)
		}
		p.api("GET", "files/2147483000", "", nil).wantError(t, 403, "Access denied")
	})
	number(24, "count out of range", func(t *testing.T) {
		for _, path := range []string{"people?count=0", "people?count=101", "files/@my?count=101", "files/rooms?count=0", "group?count=-1", "people?count=x", "files/@my?startIndex=-1"} {
			got := p.api("GET", path, p.token("admin", everyScope...), nil)
			got.want(t, 400)
			r := got.response(t)
			if errs, _ := r["errors"].(map[string]any); len(errs) != 1 || r["status"] != 400.0 {
				t.Errorf("%s: %s", path, got.body)
			}
		}
		got := p.api("GET", "people?count=101", p.token("admin", "accounts:read"), nil)
		if !strings.Contains(got.body, `"errors":{"Count":["The field Count must be between 1 and 100."]}`) {
			t.Errorf("body %s", got.body)
		}
	})
	number(25, "guesses", func(t *testing.T) {
		p := newPortal(t, withLimits)
		guess := func() answer {
			return p.api("POST", "authentication", "", map[string]any{"userName": "guesser@docspace.test", "password": "wrong"})
		}
		for range 5 {
			got := guess()
			if got.wantError(t, 401, "User authentication failed"); !strings.Contains(got.body, `"type":null`) {
				t.Errorf("body %s", got.body)
			}
		}
		guess().wantError(t, 403, "Too many login attempts. Please try again later")
	})
	number(26, "CORS", func(t *testing.T) {
		from := func(origin, token string) http.Header {
			h := map[string]string{"Origin": origin}
			if token != "" {
				h["Authorization"] = "Bearer " + token
			}
			got := p.do(request{method: "GET", path: "/api/2.0/capabilities", header: h})
			got.want(t, 200)
			return got.header
		}
		if h := from("https://evil.example", good); h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("unlisted: %v", h)
		}
		if h := from("https://two.example.com", good); h.Get("Access-Control-Allow-Origin") != "https://two.example.com" || h.Get("Vary") != "Origin" {
			t.Errorf("listed: %v", h)
		}
		if h := from("https://evil.example", ""); h.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("without token: %v", h)
		}
		pre := p.do(request{method: "OPTIONS", path: "/api/2.0/people/@self", header: map[string]string{
			"Origin": "https://evil.example", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization",
		}})
		if pre.status != 204 || pre.body != "" || pre.header.Get("Access-Control-Allow-Origin") != "*" ||
			pre.header.Get("Access-Control-Allow-Methods") != "GET" || pre.header.Get("Access-Control-Allow-Headers") != "authorization" ||
			pre.header.Get("Access-Control-Max-Age") != "" {
			t.Errorf("preflight: %d %v", pre.status, pre.header)
		}
	})
	number(27, "scopes in one string", func(t *testing.T) {
		c := p.claims("user")
		c["scope"] = "accounts.self:read files:read"
		token := p.sign(c)
		for _, path := range []string{"people/@self", "files/@my"} {
			p.api("GET", path, token, nil).wantEmpty(t, 403)
		}
	})
	number(28, "cookie and token", func(t *testing.T) {
		cookie := "asc_auth_key=" + p.signIn(t, "admin")
		call := func(token string) answer {
			return p.do(request{method: "GET", path: "/api/2.0/people/@self", header: map[string]string{"Cookie": cookie, "Authorization": token}})
		}
		if id := call("Bearer " + good).response(t)["id"]; id != p.users["user"].ID {
			t.Errorf("the cookie won over the token: %v", id)
		}
		c := p.claims("user", everyScope...)
		c["exp"] = p.clock.Now().Unix() - 1000
		call("Bearer "+p.sign(c)).wantEmpty(t, 401)
		if id := call("Bearer nonsense").response(t)["id"]; id != p.users["admin"].ID {
			t.Errorf("the cookie lost against a header that is no token: %v", id)
		}
	})
	wantNumbers(t, "Negative", told)
}

func newStrictPortal(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	p.book = rules.NewBook(rules.Strict())
	return p
}

func TestSubjectMustBeAUser(t *testing.T) {
	p := newPortal(t)
	c := p.claims("user", everyScope...)
	c["sub"] = "nobody"
	p.api("GET", "people/@self", p.sign(c), nil).wantError(t, 401, "Claim 'sub' is not present in JWT")
	p.api("GET", "capabilities", p.sign(c), nil).wantError(t, 401, "Claim 'sub' is not present in JWT")
	delete(c, "sub")
	p.api("GET", "people/@self", p.sign(c), nil).wantError(t, 401, "Claim 'sub' is not present in JWT")
	c["sub"] = "99999999-9999-4999-8999-999999999999"
	p.api("GET", "people/@self", p.sign(c), nil).wantEmpty(t, 401)
}
