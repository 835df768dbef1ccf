package registration

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"docspace-oauth/signature"
)

// docs/portal/identity.md §2.2, §7.1: what is no signature, and what is a bad one.
func TestSignatures(t *testing.T) {
	p := newPortal(t, nil)
	good := p.sign(user)
	change := func(f func(*person)) string {
		who := user
		f(&who)
		return p.sign(who)
	}
	tests := []struct {
		name    string
		options []option
		status  int
		session bool
	}{
		{"none", nil, http.StatusForbidden, true},
		{"none, JSON wanted", []option{header("Accept", "application/json")}, http.StatusForbidden, false},
		{"none, from a script", []option{header("X-Requested-With", "XMLHttpRequest")}, http.StatusForbidden, false},
		{"header", []option{header("x-signature", good)}, http.StatusOK, false},
		{"cookie in other letters", []option{header("Cookie", "X-Signature="+good)}, http.StatusOK, false},
		{"junk cookie hides the header", []option{header("Cookie", "x-signature=junk"), header("x-signature", good)}, http.StatusForbidden, false},
		{"empty cookie hides the header", []option{header("Cookie", "x-signature="), header("x-signature", good)}, http.StatusForbidden, true},
		{"changed", []option{header("x-signature", good[:len(good)-4]+"AAAA")}, http.StatusForbidden, false},
		{"expired", []option{header("x-signature", change(func(p *person) { p.Expires = began.Add(-2 * signature.Skew) }))}, http.StatusForbidden, false},
		{"expired within the skew", []option{header("x-signature", change(func(p *person) { p.Expires = began.Add(-signature.Skew / 2) }))}, http.StatusOK, false},
		{"no user", []option{header("x-signature", change(func(p *person) { p.UserID = "" }))}, http.StatusForbidden, false},
		{"blank name", []option{header("x-signature", change(func(p *person) { p.UserName = " " }))}, http.StatusForbidden, false},
		{"no e-mail", []option{header("x-signature", change(func(p *person) { p.UserEmail = "" }))}, http.StatusForbidden, false},
		{"no portal", []option{header("x-signature", change(func(p *person) { p.TenantURL = "" }))}, http.StatusForbidden, false},
		{"tenant 0", []option{header("x-signature", change(func(p *person) { p.TenantID = 0 }))}, http.StatusForbidden, false},
		{"tenant nobody knows", []option{header("x-signature", change(func(p *person) { p.TenantID = 4711 }))}, http.StatusOK, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p.t = t
			a := p.send(anonymous, "GET", "/clients", nil, tt.options...).want(tt.status, "")
			if tt.status == http.StatusForbidden && len(a.body) != 0 {
				t.Errorf("body %s", a.body)
			}
			if a.startsSession() != tt.session {
				t.Errorf("cookie %q, want one = %t", a.header.Get("Set-Cookie"), tt.session)
			}
			if a.header.Get("X-Frame-Options") != "DENY" || a.header.Get("Vary") != "" {
				t.Errorf("headers %v", a.header)
			}
		})
	}
	p.t = t
	a := p.send(anonymous, "GET", "/clients/"+unknownID+"/public/info", nil, header("x-signature", "junk"))
	if a.wantEmpty(http.StatusForbidden).startsSession() {
		t.Error("a bad signature on the public route started a session")
	}
	if a := p.send(anonymous, "GET", "/scopes", nil, header("Authorization", "Bearer "+good)); a.status != http.StatusForbidden {
		t.Errorf("a bearer token was accepted: %d", a.status)
	}
}

// docs/portal/identity.md §7.1, the rows about routes, methods and media types.
func TestRoutes(t *testing.T) {
	p := newPortal(t, nil)
	valid := body(nil)
	tests := []struct {
		name, method, path string
		body               any
		options            []option
		status             int
		header             map[string]string
	}{
		{"unknown path", "GET", "/clients/" + unknownID + "/info/x", nil, nil, 403, nil},
		{"trailing slash", "GET", "/clients/", nil, nil, 403, nil},
		{"scope by name", "GET", "/scopes/openid", nil, nil, 403, nil},
		{"elsewhere", "GET", "/others", nil, nil, 403, nil},
		{"double slash", "GET", "/clients//info", nil, nil, 403, nil},
		{"encoded slash", "GET", "/clients/a%2Finfo", nil, nil, 403, nil},
		{"wrong method", "PUT", "/clients", valid, nil, 403, map[string]string{"Allow": "DELETE, GET, POST"}},
		{"wrong method on an app", "PATCH", "/clients/" + unknownID, valid, nil, 403, map[string]string{"Allow": "DELETE, GET, PUT"}},
		{"wrong method on a fixed name", "PATCH", "/clients/info", valid, nil, 403, map[string]string{"Allow": "DELETE, GET, PUT"}},
		{"fixed name as an id", "DELETE", "/clients/info", nil, nil, 404, nil},
		{"form", "POST", "/clients", "a=b", []option{header("Content-Type", "application/x-www-form-urlencoded")}, 403, map[string]string{"Accept": "application/json", "Accept-Patch": ""}},
		{"no type", "POST", "/clients", "{}", []option{header("Content-Type", "")}, 403, map[string]string{"Accept": "application/json"}},
		{"unreadable type", "POST", "/clients", "{}", []option{header("Content-Type", ";;")}, 403, map[string]string{"Accept": "application/json"}},
		{"form to activation", "PATCH", "/clients/x/activation", "a=b", []option{header("Content-Type", "text/plain")}, 403, map[string]string{"Accept": "application/json", "Accept-Patch": "application/json"}},
		{"type with a charset", "POST", "/clients", valid, []option{header("Content-Type", "Application/JSON; charset=utf-8")}, 201, nil},
		{"XML wanted", "POST", "/clients", valid, []option{header("Accept", "application/xml")}, 403, map[string]string{"Accept": "application/json"}},
		{"XML wanted of a list", "GET", "/clients", nil, []option{header("Accept", "text/html, application/xml;q=0.9")}, 403, map[string]string{"Accept": "application/json"}},
		{"browser", "GET", "/clients", nil, []option{header("Accept", "text/html,*/*;q=0.8")}, 200, nil},
		{"any application type", "GET", "/clients", nil, []option{header("Accept", "application/*")}, 200, nil},
		{"HEAD", "HEAD", "/clients", nil, nil, 200, map[string]string{"Content-Type": "application/json"}},
		{"OPTIONS", "OPTIONS", "/clients", nil, nil, 200, map[string]string{"Allow": "DELETE, GET, HEAD, OPTIONS, POST"}},
		{"OPTIONS of activation", "OPTIONS", "/clients/x/activation", nil, nil, 200, map[string]string{"Allow": "OPTIONS, PATCH", "Accept-Patch": "application/json"}},
		{"OPTIONS elsewhere", "OPTIONS", "/others", nil, nil, 403, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p.t = t
			a := p.send(user, tt.method, tt.path, tt.body, tt.options...).want(tt.status, "")
			if tt.status == http.StatusForbidden {
				a.wantEmpty(tt.status)
				if !a.startsSession() {
					t.Error("no session cookie")
				}
			}
			for name, want := range tt.header {
				if got := a.header.Get(name); got != want {
					t.Errorf("%s %q, want %q", name, got, want)
				}
			}
			if tt.method == "HEAD" && len(a.body) != 0 {
				t.Errorf("body %s", a.body)
			}
		})
	}
	p.t = t
	p.send(anonymous, "OPTIONS", "/clients", nil).wantEmpty(http.StatusForbidden)
	if _, has := p.send(user, "OPTIONS", "/clients", nil).header["Accept-Patch"]; !has {
		t.Error("no Accept-Patch on OPTIONS")
	}
}

// docs/portal/identity.md §7.1: the instance is the path as it was asked for.
func TestProblemInstance(t *testing.T) {
	p := newPortal(t, nil)
	var document problem
	p.send(user, "GET", "/clients/a%20b?x=y", nil).want(http.StatusNotFound, "Client with id a b was not found. Invalid client id format").read(&document)
	if document.Instance != "/api/2.0/clients/a%20b" {
		t.Errorf("instance %q", document.Instance)
	}
}

// docs/portal/identity.md §13: a bucket per user, and pools that all share.
func TestLimits(t *testing.T) {
	p := newLimitedPortal(t, nil, true)
	for range 10 {
		p.register(user)
	}
	a := p.send(user, "POST", "/clients", body(nil)).wantEmpty(http.StatusTooManyRequests)
	if a.header.Get("Content-Type") != "application/json" || a.header.Get("X-Ratelimit-Reset") != "6000000000" || a.startsSession() {
		t.Errorf("headers %v", a.header)
	}
	p.register(colleague)
	if a := p.send(anonymous, "GET", "/clients/"+unknownID+"/public/info", nil); a.header.Get("X-Ratelimit-Remaining") != "" {
		t.Error("a caller from loopback has a bucket")
	}
	if a := p.send(anonymous, "GET", "/clients", nil, header("X-Real-IP", "10.0.0.9")); a.header.Get("X-Ratelimit-Remaining") != "199" {
		t.Errorf("remaining %q behind a proxy, want 199", a.header.Get("X-Ratelimit-Remaining"))
	}
	p.clock.Advance(time.Second)
	for range 25 {
		p.send(anonymous, "GET", "/clients/"+unknownID+"/public/info", nil).want(http.StatusNotFound, "")
	}
	p.send(anonymous, "GET", "/clients/"+unknownID+"/public/info", nil).want(http.StatusTooManyRequests, "Too many requests. Please try again later.")
}

// docs/portal/identity.md §10: the catalogue, for everybody who is signed in.
func TestScopes(t *testing.T) {
	p := newPortal(t, nil)
	var list []scope
	p.send(guest, "GET", "/scopes", nil).want(http.StatusOK, "").read(&list)
	var names []string
	for _, s := range list {
		names = append(names, s.Name)
	}
	want := "accounts.self:read accounts.self:write accounts:read accounts:write files:read files:write rooms:read rooms:write openid"
	if strings.Join(names, " ") != want || list[0].Group != "profiles" {
		t.Errorf("scopes %+v", list)
	}
	p.send(anonymous, "GET", "/scopes", nil).wantEmpty(http.StatusForbidden)
}
