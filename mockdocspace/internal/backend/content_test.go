package backend

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

func number(v any) string { return fmt.Sprintf("%.0f", v) }

func titles(t *testing.T, a answer, list string) []string {
	t.Helper()
	var out []string
	items, _ := a.response(t)[list].([]any)
	for _, item := range items {
		m, _ := item.(map[string]any)
		s, _ := m["title"].(string)
		out = append(out, s)
	}
	return out
}

func TestTextFiles(t *testing.T) {
	p := newPortal(t)
	token := p.token("user", "files:write")
	write := func(body any) answer { return p.api("POST", "files/@my/text", token, body) }
	first := write(map[string]any{"title": "note", "content": "one"}).response(t)
	again := write(map[string]any{"title": "note", "content": "two", "createNewIfExist": false}).response(t)
	third := write(map[string]any{"title": "NOTE.txt", "content": "three!", "createNewIfExist": true}).response(t)
	page := write(map[string]any{"title": "page", "content": "<p>hi</p>"}).response(t)
	if first["title"] != "note.txt" || again["title"] != "note (1).txt" || page["title"] != "page.html" {
		t.Errorf("titles %v, %v, %v", first["title"], again["title"], page["title"])
	}
	if third["id"] != first["id"] || third["version"] != 2.0 || third["contentLength"] != "6 bytes" || third["pureContentLength"] != 6.0 {
		t.Errorf("new version %v", third)
	}
	down := p.do(request{method: "GET", path: "/filehandler.ashx?action=download&fileid=" + number(first["id"]), header: map[string]string{"Authorization": "Bearer " + p.token("user", "openid")}})
	if down.status != 200 || down.body != "three!" {
		t.Errorf("download %d %q", down.status, down.body)
	}
	p.do(request{method: "GET", path: "/filehandler.ashx?action=download&fileid=" + number(first["id"]), header: map[string]string{"Authorization": "Bearer " + p.token("admin")}}).
		wantError(t, 403, "You don't have enough permission to view the file")
	empty := write(map[string]any{"title": "empty", "content": ""}).response(t)
	if _, there := empty["pureContentLength"]; there || empty["contentLength"] != "0 bytes" {
		t.Errorf("empty file %v", empty)
	}
	for name, body := range map[string]any{
		"no content": map[string]any{"title": "x"}, "no title": map[string]any{"content": "x"}, "blank": map[string]any{"title": " ", "content": "x"},
		"long": map[string]any{"title": strings.Repeat("x", 166), "content": "x"}, "type": map[string]any{"title": 5, "content": "x"},
		"cut": `{"title":"x"`, "list": "[]", "nothing": "", "bytes": "{\"title\":\"\xff\",\"content\":\"x\"}",
	} {
		got := write(body)
		if name == "nothing" { // a body of no bytes has its media type all the same
			got = p.do(request{method: "POST", path: "/api/2.0/files/@my/text", body: " ", header: map[string]string{"Authorization": "Bearer " + token}})
		}
		if got.status != 400 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	p.do(request{method: "POST", path: "/api/2.0/files/@my/text", body: "title=x", header: map[string]string{
		"Authorization": "Bearer " + token, "Content-Type": "application/x-www-form-urlencoded",
	}}).want(t, 415)
}

func TestRoomsAreForTheirMembers(t *testing.T) {
	p := newPortal(t)
	made := p.api("POST", "files/rooms", p.token("roomadmin", "rooms:write"), map[string]any{"title": "Closed", "roomType": "EditingRoom", "tags": []string{"a"}})
	made.want(t, 200)
	id := number(made.response(t)["id"])
	sees := func(user string) bool {
		list := titles(t, p.api("GET", "files/rooms", p.token(user, "rooms:read"), nil), "folders")
		for _, title := range list {
			if title == "Closed" {
				return true
			}
		}
		return false
	}
	for user, want := range map[string]bool{"roomadmin": true, "admin": true, "owner": true, "user": false, "guest": false} {
		if sees(user) != want {
			t.Errorf("%s sees the room: %t", user, !want)
		}
	}
	p.api("GET", "files/rooms/"+id, p.token("user", "openid"), nil).wantError(t, 403, "Access denied")
	p.api("GET", "files/"+id, p.token("user", "openid"), nil).wantError(t, 403, "You don't have enough permission to view the folder content")
	p.api("GET", "files/rooms/"+id, "", nil).wantError(t, 401, "Access denied")
	p.api("GET", "files/folder/"+id, "", nil).wantError(t, 401, "Access denied")
	p.api("GET", "files/"+id, "", nil).wantError(t, 403, "You don't have enough permission to view the folder content")
	p.api("POST", "files/"+id+"/text", p.token("user", "files:write"), map[string]any{"title": "x", "content": "x"}).
		wantError(t, 403, "You don't have enough permission to create")
	p.api("POST", "files/"+id+"/text", p.token("roomadmin", "files:write"), map[string]any{"title": "x", "content": "x"}).want(t, 200)
	if got := titles(t, p.api("GET", "files/"+id, p.token("roomadmin"), nil), "files"); len(got) != 1 || got[0] != "x.txt" {
		t.Errorf("files %v", got)
	}

	// Archived rooms leave the list and are read only; back again they are as before.
	rooms := p.token("roomadmin", "rooms:write")
	p.api("PUT", "files/rooms/"+id+"/archive", p.token("user", "rooms:write"), nil).wantError(t, 403, "Access denied")
	if op := p.api("PUT", "files/rooms/"+id+"/archive", rooms, nil).response(t); op["finished"] != true || op["Operation"] == nil {
		t.Errorf("operation %v", op)
	}
	if sees("roomadmin") {
		t.Error("the archived room is still listed")
	}
	if got := titles(t, p.api("GET", "files/rooms?searchArea=1", rooms, nil), "folders"); len(got) != 1 {
		t.Errorf("archive %v", got)
	}
	p.api("POST", "files/"+id+"/text", p.token("roomadmin", "files:write"), map[string]any{"title": "y", "content": "y"}).want(t, 403)
	p.api("PUT", "files/rooms/"+id+"/unarchive", rooms, nil).want(t, 200)
	if r := p.api("PUT", "files/rooms/"+id, rooms, map[string]any{"title": "Renamed"}).response(t); r["title"] != "Renamed" {
		t.Errorf("room %v", r)
	}
	p.api("DELETE", "files/rooms/"+id, rooms, nil).want(t, 200)
	p.api("GET", "files/rooms/"+id, rooms, nil).wantError(t, 404, "The required folder was not found")
}

func TestRoomValidation(t *testing.T) {
	p := newPortal(t)
	token := p.token("roomadmin", "rooms:write")
	for _, body := range []any{
		map[string]any{"title": "x"},
		map[string]any{"roomType": 2},
		map[string]any{"title": strings.Repeat("x", 171), "roomType": 2},
		map[string]any{"title": "x", "roomType": 77},
		map[string]any{"title": "x", "roomType": "Ballroom"},
		map[string]any{"title": "x", "roomType": 2, "color": "1234567"},
	} {
		got := p.api("POST", "files/rooms", token, body)
		if got.status != 400 || got.json(t)["status"] != 1.0 || got.response(t)["errors"] == nil {
			t.Errorf("%v: %d %s", body, got.status, got.body)
		}
	}
}

func TestGuestsHaveNoDocuments(t *testing.T) {
	p := newPortal(t)
	p.api("GET", "files/@my", p.token("guest", "files:read"), nil).wantError(t, 404, "The required folder was not found")
	if r := p.api("GET", "people/@self", p.token("guest", "accounts.self:read"), nil).response(t); r["hasPersonalFolder"] != false || r["isVisitor"] != true {
		t.Errorf("guest %v", r)
	}
}

func TestFoldersAndOperations(t *testing.T) {
	p := newPortal(t)
	token := p.token("user", "files:write")
	my := number(p.api("GET", "files/@my", token, nil).response(t)["current"].(map[string]any)["id"])
	folder := func(parent, title string) string {
		return number(p.api("POST", "files/folder/"+parent, token, map[string]any{"title": title}).response(t)["id"])
	}
	from, to := folder(my, "from"), folder(my, "to")
	inner := folder(from, "inner")
	file := number(p.api("POST", "files/"+inner+"/text", token, map[string]any{"title": "deep", "content": "deep"}).response(t)["id"])
	if parts, _ := p.api("GET", "files/"+inner, token, nil).response(t)["pathParts"].([]any); len(parts) != 3 {
		t.Errorf("path %v", parts)
	}
	move := func(how string, body map[string]any) answer { return p.api("PUT", "files/fileops/"+how, token, body) }
	move("copy", map[string]any{"folderIds": []any{inner}, "destFolderId": to}).want(t, 200)
	if got := titles(t, p.api("GET", "files/"+to, token, nil), "folders"); len(got) != 1 || got[0] != "inner" {
		t.Errorf("copied %v", got)
	}
	move("move", map[string]any{"fileIds": []any{file}, "destFolderId": to}).want(t, 200)
	if got := titles(t, p.api("GET", "files/"+to, token, nil), "files"); len(got) != 1 {
		t.Errorf("moved %v", got)
	}
	if got := titles(t, p.api("GET", "files/"+inner, token, nil), "files"); len(got) != 0 {
		t.Errorf("left behind %v", got)
	}
	move("move", map[string]any{"folderIds": []any{from}, "destFolderId": inner}).want(t, 400)
	move("move", map[string]any{"folderIds": []any{my}, "destFolderId": to}).wantError(t, 403, "Access denied")
	if r := p.api("PUT", "files/file/"+file, token, map[string]any{"title": "shallow"}).response(t); r["title"] != "shallow.txt" {
		t.Errorf("renamed %v", r["title"])
	}
	p.api("PUT", "files/file/"+file, "", map[string]any{"title": "x"}).wantError(t, 403, "You don't have enough permission to view the file")
	p.api("PUT", "files/folder/"+from, token, map[string]any{"title": "renamed"}).want(t, 200)
	p.api("DELETE", "files/folder/"+to, token, nil).want(t, 200)
	p.api("GET", "files/file/"+file, token, nil).wantError(t, 404, "The required file was not found")
	p.api("DELETE", "files/folder/"+my, token, nil).wantError(t, 403, "Access denied")
}

func TestUpload(t *testing.T) {
	p := newPortal(t)
	token := p.token("user", "files:write")
	send := func(name, content, query string) answer {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("file", name)
		p.must(err)
		_, _ = part.Write([]byte(content))
		p.must(w.Close())
		return p.do(request{method: "POST", path: "/api/2.0/files/@my/upload" + query, body: b.String(), header: map[string]string{
			"Authorization": "Bearer " + token, "Content-Type": w.FormDataContentType(),
		}})
	}
	one := func(a answer) map[string]any {
		list, _ := a.json(t)["response"].([]any)
		if len(list) != 1 {
			t.Fatalf("answer %d %s", a.status, a.body)
		}
		m, _ := list[0].(map[string]any)
		return m
	}
	first := one(send("photo.png", "abc", ""))
	second := one(send("photo.png", "abcd", ""))
	third := one(send("photo.png", "x", "?createNewIfExist=true"))
	if second["id"] != first["id"] || second["version"] != 2.0 || third["title"] != "photo (1).png" || first["fileType"] != 4.0 {
		t.Errorf("%v\n%v\n%v", first, second, third)
	}
	if sneaky := one(send("../../etc/passwd", "x", "")); sneaky["title"] != "passwd" {
		t.Errorf("title %v", sneaky["title"])
	}
	p.do(request{method: "POST", path: "/api/2.0/files/@my/upload", body: "--x\r\n", header: map[string]string{
		"Authorization": "Bearer " + token, "Content-Type": "multipart/form-data; boundary=x",
	}}).want(t, 400)
	p.do(request{method: "POST", path: "/api/2.0/files/@my/upload", body: "{}", header: map[string]string{"Authorization": "Bearer " + token}}).want(t, 400)
}

func TestGroups(t *testing.T) {
	p := newPortal(t)
	write, read := p.token("admin", "accounts:write"), p.token("admin", "accounts:read")
	user := p.users["user"].ID
	made := p.api("POST", "group", write, map[string]any{"groupName": "Readers & <co>", "groupManager": p.users["admin"].ID, "members": []string{user}})
	made.want(t, 200)
	r := made.response(t)
	if r["membersCount"] != 2.0 || !strings.Contains(made.body, `"name":"Readers & <co>"`) {
		t.Errorf("group %s", made.body)
	}
	id, _ := r["id"].(string)
	p.api("POST", "group", write, map[string]any{"groupName": "x", "members": []string{zeroGUID}}).want(t, 400)
	p.api("POST", "group", write, map[string]any{}).want(t, 400)
	p.api("POST", "group", p.token("user", "accounts:write"), map[string]any{"groupName": "x"}).wantError(t, 403, "Access denied")
	p.api("PUT", "group/"+id, write, map[string]any{"groupName": "Readers", "membersToRemove": []string{user}}).want(t, 200)
	got := p.api("GET", "group/"+id, read, nil).response(t)
	if members, _ := got["members"].([]any); got["name"] != "Readers" || len(members) != 1 {
		t.Errorf("group %v", got)
	}
	gone := p.api("DELETE", "group/"+id, write, nil)
	if gone.status != http.StatusNoContent || gone.body != "" {
		t.Errorf("delete %d %q", gone.status, gone.body)
	}
	p.api("GET", "group/"+id, read, nil).want(t, 404)
}

func TestPeople(t *testing.T) {
	p := newPortal(t)
	token := p.token("admin", "accounts:read")
	total := func(query string) float64 {
		n, _ := p.api("GET", "people/filter"+query, token, nil).json(t)["total"].(float64)
		return n
	}
	for query, want := range map[string]float64{
		"": 6, "?employeeType=2": 1, "?employeeType=3": 2, "?filterValue=anna": 1, "?employeeStatus=2": 1, "?isAdministrator=true": 2, "?count=2&startIndex=5": 6, "?startIndex=99": 6,
	} {
		if got := total(query); got != want {
			t.Errorf("people/filter%s: total %v, want %v", query, got, want)
		}
	}
	up := p.api("GET", "people?sortBy=email&count=1", token, nil)
	down := p.api("GET", "people?sortBy=email&sortOrder=descending&count=1", token, nil)
	if !strings.Contains(up.body, "admin@docspace.test") || !strings.Contains(down.body, "user@docspace.test") {
		t.Errorf("order:\n%s\n%s", up.body, down.body)
	}
	if r := p.api("GET", "people/exists?email=user@docspace.test", p.token("guest"), nil).response(t); r["exists"] != true || r["status"] != 1.0 {
		t.Errorf("exists %v", r)
	}
	if r := p.api("GET", "people/exists?email=x", p.token("guest"), nil); !strings.Contains(r.body, `{"exists":false}`) {
		t.Errorf("exists not: %s", r.body)
	}
	p.api("GET", "people/email", token, nil).want(t, 400)
	for path, want := range map[string]float64{"people/search?query=ANNA": 1, "people/@search/example": 1, "people/status/1": 6, "people/status/2": 1, "people/status/1/search?query=udo": 1} {
		if got := p.api("GET", path, token, nil).json(t)["count"]; got != want {
			t.Errorf("%s: count %v, want %v", path, got, want)
		}
	}
	p.api("GET", "people/status/x", token, nil).want(t, 400)
	p.api("GET", "people/search", p.token("user", "accounts:read"), nil).wantError(t, 403, "Access denied")
	p.api("GET", "people/"+p.users["user"].ID, p.token("guest"), nil).wantError(t, 403, "Access denied")
	diagnostics := p.api("GET", "people/tokendiagnostics", p.token("admin", "accounts:read", "openid"), nil)
	for _, want := range []string{`"scope:accounts:read"`, `"scope:openid"`, `"sub:` + p.users["admin"].ID + `"`, `"tid:1"`} {
		if !strings.Contains(diagnostics.body, want) {
			t.Errorf("no %s in %s", want, diagnostics.body)
		}
	}
	p.api("POST", "people", p.token("user"), map[string]any{"email": "new@docspace.test"}).wantError(t, 403, "Access denied")
	made := p.api("POST", "people", p.token("admin"), map[string]any{"email": "new@docspace.test", "firstName": "Nina", "lastName": "New", "type": 1, "password": "secret-1"})
	if r := made.response(t); r["isRoomAdmin"] != true || r["displayName"] != "Nina New" {
		t.Errorf("new user %s", made.body)
	}
	p.api("POST", "people", p.token("admin"), map[string]any{"email": "new@docspace.test"}).want(t, 400)

	write := p.token("user", "accounts:write")
	if r := p.api("PUT", "people/"+p.users["user"].ID, write, map[string]any{"firstName": "Ulrich", "comment": "likes tea"}).response(t); r["firstName"] != "Ulrich" || r["notes"] != "likes tea" {
		t.Errorf("changed %v", r)
	}
	p.api("PUT", "people/"+p.users["admin"].ID, write, map[string]any{"location": "x"}).wantError(t, 403, "Access denied")
	p.api("PUT", "people/"+p.users["user"].ID, p.token("admin", "accounts:write"), map[string]any{"firstName": "x"}).wantError(t, 403, "Access denied")
	p.api("PUT", "people/"+p.users["user"].ID, p.token("admin", "accounts:write"), map[string]any{"disable": true}).want(t, 200)
	p.api("GET", "people/@self", p.token("user", "accounts.self:read"), nil).wantEmpty(t, 401)
}

func TestRoomFilters(t *testing.T) {
	p := newPortal(t)
	rooms := p.token("owner", "rooms:write")
	for _, r := range []map[string]any{
		{"title": "B", "roomType": 2, "tags": []string{"x", "y"}}, {"title": "A", "roomType": 5, "tags": []string{"y"}},
	} {
		p.api("POST", "files/rooms", rooms, r).want(t, 200)
	}
	for query, want := range map[string]string{
		"?tags=%5B%22y%22%5D":                                "B A",
		"?tags=%5B%22x%22%5D":                                "B",
		"?tags=%5B%22y%22%5D&type=5":                         "A",
		"?tags=%5B%22y%22%5D&sortBy=AZ":                      "A B",
		"?tags=%5B%22y%22%5D&sortBy=AZ&sortOrder=descending": "B A",
		"?tags=%5B%22y%22%5D&sortBy=AZ&startIndex=1":         "B",
		"?tags=%5B%22y%22%5D&filterValue=a":                  "A",
		"?tags=%5B%22none%22%5D":                             "",
	} {
		if got := strings.Join(titles(t, p.api("GET", "files/rooms"+query, rooms, nil), "folders"), " "); got != want {
			t.Errorf("files/rooms%s: %q, want %q", query, got, want)
		}
	}
	p.api("GET", "files/rooms?tags=nonsense", rooms, nil).want(t, 400)
	r := p.api("GET", "files/rooms?count=1", rooms, nil).response(t)
	if r["count"] != 1.0 || r["total"] != 4.0 || r["startIndex"] != 0.0 {
		t.Errorf("page %v %v %v", r["startIndex"], r["count"], r["total"])
	}
}
