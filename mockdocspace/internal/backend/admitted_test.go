package backend

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The numbers are those of docs/portal/backend-api.md §7.

func TestPositiveAssertions(t *testing.T) {
	p := newPortal(t)
	var told []int
	number := func(n int, what string, body func(t *testing.T)) {
		told = append(told, n)
		t.Run(fmt.Sprintf("%02d %s", n, what), body)
	}

	number(1, "self with read", func(t *testing.T) {
		got := p.api("GET", "people/@self", p.token("user", "accounts.self:read"), nil)
		got.want(t, 200)
		m := got.json(t)
		if m["status"] != 0.0 || m["statusCode"] != 200.0 || m["count"] != 1.0 || got.response(t)["id"] != p.users["user"].ID {
			t.Errorf("body %s", got.body)
		}
		if got.header.Get("Content-Type") != "application/json; charset=utf-8" || got.header.Get("api-supported-versions") != "2.0" ||
			!strings.HasPrefix(got.header.Get("Server-Timing"), "aspnetcore-request-time;dur=") {
			t.Errorf("header %v", got.header)
		}
	})
	number(2, "self with write", func(t *testing.T) {
		p.api("GET", "people/@self", p.token("user", "accounts.self:write"), nil).want(t, 200)
	})
	number(3, "my documents", func(t *testing.T) {
		r := p.api("GET", "files/@my", p.token("user", "files:read"), nil).response(t)
		for _, name := range []string{"files", "folders", "current", "pathParts", "startIndex", "count", "total"} {
			if r[name] == nil {
				t.Errorf("response has no %s", name)
			}
		}
	})
	number(4, "write admits read, and the file is listed", func(t *testing.T) {
		token := p.token("user", "files:write")
		made := p.api("POST", "files/@my/text", token, map[string]any{"title": "four", "content": "hello"})
		made.want(t, 200)
		list := p.api("GET", "files/@my", token, nil)
		if id := made.response(t)["id"]; !strings.Contains(list.body, fmt.Sprintf(`"id":%.0f`, id)) || !strings.Contains(list.body, `"title":"four.txt"`) {
			t.Errorf("not listed: %s", list.body)
		}
	})
	number(5, "rooms", func(t *testing.T) {
		p.api("GET", "files/rooms", p.token("user", "rooms:read"), nil).want(t, 200)
		for _, kind := range []any{5, "5", "CustomRoom"} {
			made := p.api("POST", "files/rooms", p.token("roomadmin", "rooms:write"), map[string]any{"title": "Five", "roomType": kind})
			made.want(t, 200)
			if made.response(t)["roomType"] != 5.0 {
				t.Errorf("room %s", made.body)
			}
		}
	})
	number(6, "people and groups", func(t *testing.T) {
		for _, path := range []string{"people", "group"} {
			m := p.api("GET", path, p.token("admin", "accounts:read"), nil).json(t)
			list, _ := m["response"].([]any)
			if len(list) == 0 || m["count"] != float64(len(list)) || m["total"] != float64(len(list)) {
				t.Errorf("%s: %v", path, m)
			}
		}
	})
	number(7, "write alone reads people and no groups", func(t *testing.T) {
		token := p.token("admin", "accounts:write")
		p.api("GET", "people", token, nil).want(t, 200)
		p.api("GET", "group", token, nil).wantEmpty(t, 403)
	})
	number(8, "union", func(t *testing.T) {
		token := p.token("user", "files:read", "rooms:read")
		p.api("GET", "files/@my", token, nil).want(t, 200)
		p.api("GET", "files/rooms", token, nil).want(t, 200)
	})
	number(9, "links", func(t *testing.T) {
		got := p.api("GET", "files/@my?count=5&x=a%20b<", p.token("user", "files:read"), nil)
		links, _ := got.json(t)["links"].([]any)
		if len(links) != 1 {
			t.Fatalf("links %v", links)
		}
		first, _ := links[0].(map[string]any)
		if first["action"] != "GET" || first["href"] != p.URL+"/api/2.0/files/@my?count=5&x=a%20b%3C" && first["href"] != p.URL+"/api/2.0/files/@my?count=5&x=a%20b<" {
			t.Errorf("link %v", first)
		}
	})
	number(10, "is authenticated", func(t *testing.T) {
		token := p.token("user", "openid")
		if got := p.api("GET", "authentication", token, nil); got.json(t)["response"] != true {
			t.Errorf("live: %s", got.body)
		}
		p.kill(token)
		if got := p.api("GET", "authentication", token, nil); got.status != 200 || got.json(t)["response"] != false {
			t.Errorf("dead: %d %s", got.status, got.body)
		}
	})
	number(11, "settings and capabilities", func(t *testing.T) {
		p.api("GET", "capabilities", "", nil).want(t, 200)
		anonymous := p.api("GET", "settings", "", nil).response(t)
		hash, _ := anonymous["passwordHash"].(map[string]any)
		salt, _ := hash["salt"].(string)
		if hash["size"] != 256.0 || hash["iterations"] != 100000.0 || len(salt) != 64 || anonymous["ownerId"] != zeroGUID {
			t.Errorf("anonymous %v", anonymous)
		}
		known := p.api("GET", "settings", p.token("user", "openid"), nil).response(t)
		if known["passwordHash"] != nil || known["ownerId"] != p.users["owner"].ID {
			t.Errorf("known %v", known)
		}
		if r := p.api("GET", "settings?withPassword=true", p.token("user", "openid"), nil).response(t); r["passwordHash"] == nil {
			t.Error("withPassword brings no passwordHash")
		}
	})
	number(12, "fields", func(t *testing.T) {
		got := p.api("GET", "people/@self?fields=id,email", p.token("user", "accounts.self:read"), nil)
		want := `{"response":{"email":"user@docspace.test","id":"` + p.users["user"].ID + `"},"count":1,"links":`
		if !strings.HasPrefix(got.body, want) {
			t.Errorf("body %s", got.body)
		}
	})
	number(13, "profile with any token", func(t *testing.T) {
		for _, scope := range []string{"files:read", "openid"} {
			p.api("GET", "people/"+p.users["user"].ID, p.token("user", scope), nil).want(t, 200)
		}
		p.api("GET", "people/user", p.token("user"), nil).want(t, 200)
	})
	number(14, "own file with any token", func(t *testing.T) {
		id := p.ownFile(t, "user")
		p.api("GET", "files/file/"+id, p.token("user", "accounts.self:read"), nil).want(t, 200)
	})
	number(16, "aud is the base, by every loopback name", func(t *testing.T) {
		local := strings.Replace(p.URL, "127.0.0.1", "localhost", 1)
		for _, base := range []string{p.URL, local, p.URL + "/"} {
			c := p.claims("user", "accounts.self:read")
			c["aud"], c["iss"] = base, strings.TrimSuffix(base, "/")+"/oauth2"
			p.api("GET", "people/@self", p.sign(c), nil).want(t, 200)
		}
	})
	number(17, "a new token works while the superseded one does not", func(t *testing.T) {
		before, after := p.token("user", "accounts.self:read"), p.token("user", "accounts.self:read", "openid")
		p.kill(before)
		p.api("GET", "people/@self", before, nil).wantEmpty(t, 401)
		p.api("GET", "people/@self", after, nil).want(t, 200)
	})
	// 15 is answered by the authorization server: TestAPIAssertionsAcrossServices of package mockdocspace.
	wantNumbers(t, "Positive", append(told, 15))
}

// wantNumbers compares numbers with those that the page has under a heading of its §7.
func wantNumbers(t *testing.T, heading string, told []int) {
	t.Helper()
	page, err := os.ReadFile("../../../docs/portal/backend-api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(page), "\n"+heading+"\n")
	for line := range strings.Lines(part) {
		if strings.TrimSpace(line) == "" {
			break
		}
		number, _, _ := strings.Cut(line, ". ")
		n, err := strconv.Atoi(number)
		if err != nil {
			continue // the line before goes on
		}
		if at := slices.Index(told, n); at >= 0 {
			told = slices.Delete(told, at, at+1)
		} else {
			t.Errorf("%s %d of the page's §7 has no test", heading, n)
		}
	}
	if len(told) > 0 {
		t.Errorf("%s: the page's §7 has no %v", heading, told)
	}
}

// ownFile returns the id of the file that the seed gave a user.
func (p *portal) ownFile(t *testing.T, user string) string {
	t.Helper()
	files, _ := p.api("GET", "files/@my", p.token(user, "files:read"), nil).response(t)["files"].([]any)
	if len(files) == 0 {
		t.Fatalf("%s has no file", user)
	}
	first, _ := files[0].(map[string]any)
	return fmt.Sprintf("%.0f", first["id"])
}
