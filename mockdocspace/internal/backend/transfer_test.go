package backend

import (
	"sort"
	"strings"
	"testing"
)

// docs/portal/backend-api.md §3.9: copying and moving onto titles that are taken.
func TestTransferConflicts(t *testing.T) {
	for _, c := range []struct {
		operation string
		conflict  any
		to, from  string // titles afterwards, with the text of files
	}{
		{"copy", nil, "a.txt=old", "a.txt=new"},
		{"copy", "Skip", "a.txt=old", "a.txt=new"},
		{"copy", 1, "a.txt=new", "a.txt=new"},
		{"copy", "Duplicate", "a (1).txt=new a.txt=old", "a.txt=new"},
		{"move", 0, "a.txt=old", "a.txt=new"},
		{"move", "1", "a.txt=new", ""},
		{"move", 2, "a (1).txt=new a.txt=old", ""},
	} {
		p := newPortal(t)
		token := p.token("user", "files:write")
		my := number(p.api("GET", "files/@my", token, nil).response(t)["current"].(map[string]any)["id"])
		folder := func(parent, title string) string {
			return number(p.api("POST", "files/folder/"+parent, token, map[string]any{"title": title}).response(t)["id"])
		}
		text := func(at, content string) string {
			return number(p.api("POST", "files/"+at+"/text", token, map[string]any{"title": "a", "content": content}).response(t)["id"])
		}
		inside := func(at string) string {
			files, _ := p.api("GET", "files/"+at, token, nil).response(t)["files"].([]any)
			var all []string
			for _, f := range files {
				m := f.(map[string]any)
				content := p.do(request{method: "GET", path: "/filehandler.ashx?action=download&fileid=" + number(m["id"]), header: map[string]string{"Authorization": "Bearer " + token}})
				all = append(all, m["title"].(string)+"="+content.body)
			}
			sort.Strings(all)
			return strings.Join(all, " ")
		}
		request := func(body map[string]any) map[string]any {
			if c.conflict != nil {
				body["conflictResolveType"] = c.conflict
			}
			return body
		}
		from, to := folder(my, "from"), folder(my, "to")
		file := text(from, "new")
		text(to, "old")
		p.api("PUT", "files/fileops/"+c.operation, token, request(map[string]any{"fileIds": []any{file}, "destFolderId": to})).want(t, 200)
		if inside(to) != c.to || inside(from) != c.from {
			t.Errorf("%s %v of a file: %q and %q, want %q and %q", c.operation, c.conflict, inside(to), inside(from), c.to, c.from)
		}

		// The same one level up: the folders meet.
		left, right := folder(my, "left"), folder(my, "right")
		moved, taken := folder(left, "f"), folder(right, "f")
		text(moved, "new")
		text(taken, "old")
		p.api("PUT", "files/fileops/"+c.operation, token, request(map[string]any{"folderIds": []any{moved}, "destFolderId": right})).want(t, 200)
		if c.conflict == "Duplicate" || c.conflict == 2 {
			if got := titles(t, p.api("GET", "files/"+right+"?sortBy=AZ", token, nil), "folders"); strings.Join(got, " ") != "f f (1)" {
				t.Errorf("%s %v of a folder: %v", c.operation, c.conflict, got)
			}
			continue
		}
		if inside(taken) != c.to {
			t.Errorf("%s %v of a folder: %q, want %q", c.operation, c.conflict, inside(taken), c.to)
		}
		if gone := p.api("GET", "files/folder/"+moved, token, nil).status == 404; gone != (c.from == "") {
			t.Errorf("%s %v: the folder that was transferred is gone: %t", c.operation, c.conflict, gone)
		}
	}
}

// The operations on several entries, each with the right that it takes.
func TestBatchOperations(t *testing.T) {
	p := newPortal(t)
	token, other := p.token("user", "files:write"), p.token("guest", "files:write")
	my := number(p.api("GET", "files/@my", token, nil).response(t)["current"].(map[string]any)["id"])
	folder := number(p.api("POST", "files/folder/"+my, token, map[string]any{"title": "f"}).response(t)["id"])
	file := number(p.api("POST", "files/"+my+"/text", token, map[string]any{"title": "a", "content": "x"}).response(t)["id"])
	both := map[string]any{"folderIds": []any{folder}, "fileIds": []any{file}}
	p.api("PUT", "files/fileops/duplicate", token, both).want(t, 200)
	got := p.api("GET", "files/@my?sortBy=AZ", token, nil)
	if list := strings.Join(append(titles(t, got, "folders"), titles(t, got, "files")...), " "); list != "f f (1) a (1).txt a.txt Welcome.txt" {
		t.Errorf("duplicates: %s", list)
	}
	for _, how := range []string{"delete", "duplicate", "copy", "move"} {
		p.api("PUT", "files/fileops/"+how, other, map[string]any{"fileIds": []any{file}, "destFolderId": my}).want(t, 403)
	}
	p.api("PUT", "files/fileops/delete", token, both).want(t, 200)
	for _, path := range []string{"files/folder/" + folder, "files/file/" + file} {
		p.api("GET", path, token, nil).want(t, 404)
	}
	p.api("PUT", "files/fileops/delete", token, both).want(t, 404)
	p.api("PUT", "files/fileops/delete", token, map[string]any{"folderIds": []any{my}}).wantError(t, 403, "Access denied")
	p.api("PUT", "files/fileops/copy", token, map[string]any{"destFolderId": my, "conflictResolveType": 7}).want(t, 400)
	p.api("PUT", "files/fileops/emptytrash", token, nil).want(t, 200)
	if ops := p.api("GET", "files/fileops/move", "", nil); ops.status != 401 && ops.status != 200 {
		t.Errorf("fileops by type: %d", ops.status)
	}
}
