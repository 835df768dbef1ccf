package backend

import (
	"net/url"
	"strings"
	"testing"
)

// What the portal replaces is replaced, so that no title is a path; what is too
// long is refused, and so is what no title can be.
func TestTitles(t *testing.T) {
	p := newPortal(t)
	token := p.token("roomadmin", everyScope...)
	my := number(p.api("GET", "files/@my", token, nil).response(t)["current"].(map[string]any)["id"])
	p.api("POST", "files/folder/"+my, token, map[string]any{"title": "old"}).want(t, 200)
	file := number(p.api("POST", "files/@my/text", token, map[string]any{"title": "old", "content": ""}).response(t)["id"])
	folder := number(p.api("POST", "files/folder/"+my, token, map[string]any{"title": "old"}).response(t)["id"])
	room := number(p.api("POST", "files/rooms", token, map[string]any{"title": "old", "roomType": 5}).response(t)["id"])

	routes := map[string]func(title string) answer{
		"text": func(s string) answer {
			return p.api("POST", "files/@my/text", token, map[string]any{"title": s, "content": "x"})
		},
		"document":      func(s string) answer { return p.api("POST", "files/@my/file", token, map[string]any{"title": s}) },
		"folder":        func(s string) answer { return p.api("POST", "files/folder/"+my, token, map[string]any{"title": s}) },
		"rename folder": func(s string) answer { return p.api("PUT", "files/folder/"+folder, token, map[string]any{"title": s}) },
		"rename file":   func(s string) answer { return p.api("PUT", "files/file/"+file, token, map[string]any{"title": s}) },
		"room": func(s string) answer {
			return p.api("POST", "files/rooms", token, map[string]any{"title": s, "roomType": 2})
		},
		"rename room": func(s string) answer { return p.api("PUT", "files/rooms/"+room, token, map[string]any{"title": s}) },
	}
	for name, send := range routes {
		for title, want := range map[string]string{
			"../../etc/passwd": ".._.._etc_passwd", `..\x`: ".._x", "a\tb": "a_b", `<b>|"?*`: "_b______"[:7], "trüb": "trüb",
			" spaces ": "spaces", "😀": "__", "%00%2e%2e%2f": "%00%2e%2e%2f",
		} {
			got := send(title)
			made, _ := got.response(t)["title"].(string)
			if got.status != 200 || !strings.HasPrefix(made, want) {
				t.Errorf("%s %q: %d %q, want %q", name, title, got.status, made, want)
			}
		}
		for _, title := range []string{"a\x00b", "a\nb", "\x1b[31m", "a\x7f", strings.Repeat("x", 10_000), "", " \t "} {
			if name == "rename room" && strings.TrimSpace(title) == "" {
				continue // leaves the title as it is
			}
			if got := send(title); got.status != 400 || got.response(t)["errors"] == nil {
				t.Errorf("%s %q: %d %.200s", name, title, got.status, got.body)
			}
		}
		if got := send(strings.Repeat("😀", 90)); got.status != 400 { // 180 UTF-16 units
			t.Errorf("%s of 90 emoji: %d", name, got.status)
		}
	}
	for _, path := range []string{"files/@my/text", "files/folder/" + my, "files/rooms"} {
		p.api("POST", path, token, "{\"title\":\"\xff\",\"content\":\"x\",\"roomType\":2}").want(t, 400)
	}
	for _, title := range []string{"a\x00b.txt", "a\x1bb.txt", "\xff\xfe.txt"} {
		body, mediaType := form(t, title, "x", nil, nil)
		if got := p.postForm("/api/2.0/files/@my/upload", token, body, mediaType); got.status != 400 {
			t.Errorf("upload %q: %d %s", title, got.status, got.body)
		}
	}
	body, mediaType := form(t, strings.Repeat("y", 10_000)+".pdf", "x", nil, nil)
	p.postForm("/api/2.0/files/@my/upload", token, body, mediaType).want(t, 200)
	for _, title := range titles(t, p.api("GET", "files/@my?filterValue=yyy", token, nil), "files") {
		if len(title) != 170 || !strings.HasSuffix(title, "y.pdf") {
			t.Errorf("a name of 10,000 characters became %d: %q", len(title), title)
		}
	}
}

// Hostile paths end in a refusal, never in an answer of another resource.
func TestHostilePaths(t *testing.T) {
	p := newPortal(t)
	token := p.token("admin", everyScope...)
	for _, path := range []string{
		"files/..%2f..%2fpeople%2f@self", "files/%2e%2e", "files/file/%00", "people/%00", "people/%ff%fe", "people/" + strings.Repeat("a", 10_000),
		"files/file/9223372036854775808", "files/file/-1", "files/file/1e3", "files/rooms/0x10", "files/folder/%0a", "group/%00", "files//@my",
		"people/" + url.PathEscape("../@self"),
	} {
		got := p.api("GET", path, token, nil)
		if got.status < 400 || got.status >= 500 {
			t.Errorf("GET %.60s: %d %.200s", path, got.status, got.body)
		}
	}
	for _, query := range []string{"fileid=%00", "fileid=../1", "fileid=", "", "fileid=99999999999999999999"} {
		got := p.do(request{method: "GET", path: "/filehandler.ashx?action=download&" + query, header: map[string]string{"Authorization": "Bearer " + token}})
		got.wantError(t, 404, "The required file was not found")
	}
}
