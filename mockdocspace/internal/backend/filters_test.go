package backend

import (
	"strings"
	"testing"
)

// docs/portal/backend-api.md §3.5: the parameters that narrow a folder's content.
func TestEntryFilters(t *testing.T) {
	p := newPortal(t)
	owner, user := p.token("roomadmin", everyScope...), p.token("admin", everyScope...)
	room := number(p.api("POST", "files/rooms", owner, map[string]any{"title": "R", "roomType": 5}).response(t)["id"])
	sub := number(p.api("POST", "files/folder/"+room, owner, map[string]any{"title": "deep"}).response(t)["id"])
	for at, names := range map[string][]string{room: {"a.docx", "b.xlsx", "c.png"}, sub: {"d.docx"}} {
		for _, name := range names {
			p.api("POST", "files/"+at+"/file", owner, map[string]any{"title": name}).want(t, 200)
		}
	}
	p.api("POST", "files/"+room+"/file", user, map[string]any{"title": "e.pptx"}).want(t, 200)
	id := p.users["admin"].ID
	for query, want := range map[string]string{
		"":                                     "a.docx b.xlsx c.png e.pptx | deep",
		"filterType=1":                         "a.docx b.xlsx c.png e.pptx |",
		"filterType=FoldersOnly":               " | deep",
		"filterType=3":                         "a.docx |",
		"filterType=7":                         "c.png |",
		"filterType=5&applyFilterOption=Files": "b.xlsx | deep",
		"extension=.docx,png":                  "a.docx c.png |",
		"extension=docx&withSubFolders=true":   "a.docx d.docx |",
		"withSubFolders=true&filterValue=d":    "a.docx d.docx | deep",
		"userIdOrGroupId=" + id:                "e.pptx |",
		"userIdOrGroupId=" + id + "&excludeSubject=true": "a.docx b.xlsx c.png | deep",
		"sortBy=AZ&sortOrder=descending&count=2":         "e.pptx | deep",
	} {
		got := p.api("GET", "files/"+room+"?"+query, owner, nil)
		files := titles(t, got, "files")
		if list := strings.Join(files, " ") + " | " + strings.Join(titles(t, got, "folders"), " "); strings.TrimSpace(list) != strings.TrimSpace(want) {
			t.Errorf("%s: %q, want %q", query, list, want)
		}
	}
	p.api("GET", "files/"+room+"?filterType=pink", owner, nil).want(t, 400)
	files, _ := p.api("GET", "files/"+room, owner, nil).response(t)["files"].([]any)
	for _, f := range files {
		if kind := f.(map[string]any)["parentRoomType"]; kind != 19.0 {
			t.Errorf("parentRoomType %v, want 19", kind)
		}
	}
	parts, _ := p.api("GET", "files/"+sub, owner, nil).response(t)["pathParts"].([]any)
	if len(parts) != 3 || parts[0].(map[string]any)["folderType"] != 14.0 || parts[1].(map[string]any)["folderType"] != 19.0 || parts[2].(map[string]any)["folderType"] != 0.0 {
		t.Errorf("path %v", parts)
	}
}

// docs/portal/backend-api.md §3.7.
func TestRoomSubjects(t *testing.T) {
	p := newPortal(t)
	p.api("POST", "files/rooms", p.token("roomadmin", "rooms:write"), map[string]any{"title": "Untagged", "roomType": "AiRoom"}).want(t, 200)
	made := p.api("POST", "files/rooms", p.token("roomadmin", "rooms:write"), map[string]any{"title": "Vault", "roomType": 8, "indexing": true, "denyDownload": true}).response(t)
	if made["indexing"] != true || made["denyDownload"] != true {
		t.Errorf("settings of the room %v", made)
	}
	vault := "files/rooms/" + number(made["id"])
	if r := p.api("PUT", vault, p.token("roomadmin", "rooms:write"), map[string]any{"indexing": false}).response(t); r["indexing"] != false || r["denyDownload"] != true {
		t.Errorf("changed settings %v", r)
	}
	p.api("DELETE", vault, p.token("roomadmin", "rooms:write"), nil).want(t, 200)
	token, rita, udo := p.token("admin", "rooms:read"), p.users["roomadmin"].ID, p.users["user"].ID
	for query, want := range map[string]string{
		"withoutTags=true":                           "Untagged",
		"subjectOwnerId=" + rita:                     "Untagged",
		"subjectId=" + rita:                          "Untagged",
		"subjectId=" + rita + "&excludeSubject=true": "Autumn catalogue,Supplier Northwind",
		"subjectFilter=1&subjectId=" + udo:           "Autumn catalogue,Supplier Northwind",
		"type=9":                                     "Untagged",
		"type=AiRoom":                                "Untagged",
		"searchArea=4":                               "", "searchArea=Archive": "", "searchArea=Any": "Autumn catalogue,Supplier Northwind,Untagged",
	} {
		if got := strings.Join(titles(t, p.api("GET", "files/rooms?"+query, token, nil), "folders"), ","); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	p.api("GET", "files/rooms?searchArea=77", token, nil).want(t, 400)
}

// docs/portal/backend-api.md §3.2.
func TestPeopleFilters(t *testing.T) {
	p := newPortal(t)
	admin := p.token("admin", "accounts:read", "accounts:write")
	made := p.api("POST", "people", admin, map[string]any{"email": "new@docspace.test", "firstName": "Nina", "lastName": "New", "type": "RoomAdmin"}).response(t)
	if made["isRoomAdmin"] != true {
		t.Errorf("made %v", made)
	}
	groups, _ := p.api("GET", "group", admin, nil).json(t)["response"].([]any)
	group, _ := groups[0].(map[string]any)["id"].(string)
	for query, want := range map[string]float64{
		"employeeTypes=1&employeeTypes=Guest": 3, "employeeType=User": 2, "employeeStatus=4": 0, "employeeStatus=All": 8,
		"activationStatus=1": 7, "activationStatus=2": 0, "invitedByMe=true": 1, "inviterId=" + p.users["admin"].ID: 1,
		"withoutGroup=true": 2, "groupId=" + group: 5, "groupId=" + group + "&excludeGroup=true": 2, "filterBy=group&filterValue=" + group: 5,
	} {
		if got := p.api("GET", "people/filter?"+query, admin, nil).json(t)["total"]; got != want {
			t.Errorf("%s: total %v, want %v", query, got, want)
		}
		if got := p.api("GET", "people/simple/filter?"+query, admin, nil).json(t)["total"]; got != want {
			t.Errorf("simple, %s: total %v, want %v", query, got, want)
		}
	}
	p.api("GET", "people/filter?employeeType=king", admin, nil).want(t, 400)
	id, _ := made["id"].(string)
	if r := p.api("PUT", "people/"+id, admin, map[string]any{"department": []string{group}}).response(t); r["department"] != "Editors" {
		t.Errorf("department %v", r["department"])
	}
	if r := p.api("PUT", "people/"+id, admin, map[string]any{"department": []string{}}).response(t); r["department"] != "" {
		t.Errorf("department %v", r["department"])
	}
}

// docs/portal/backend-api.md §3.5: the roots.
func TestRoots(t *testing.T) {
	p := newPortal(t)
	token := p.token("user", "files:write")
	for name, kind := range map[string]float64{"@share": 6, "@favorites": 10, "@recent": 11, "@templates": 12, "@trash": 3} {
		r := p.api("GET", "files/"+name, token, nil).response(t)
		current := r["current"].(map[string]any)
		if r["total"] != 0.0 || current["rootFolderType"] != kind {
			t.Errorf("%s: %v entries, type %v", name, r["total"], current["rootFolderType"])
		}
		if name != "@trash" { // what is gathered from elsewhere takes nothing in
			p.api("POST", "files/folder/"+number(current["id"]), token, map[string]any{"title": "x"}).wantError(t, 403, "You don't have enough permission to create")
		}
	}
	kinds := func(user, query string) string {
		list, _ := p.api("GET", "files/@root"+query, p.token(user, "files:read"), nil).json(t)["response"].([]any)
		var all []string
		for _, r := range list {
			all = append(all, number(r.(map[string]any)["current"].(map[string]any)["rootFolderType"]))
		}
		return strings.Join(all, " ")
	}
	if got := kinds("user", ""); got != "5 6 10 11 14 20 3" {
		t.Errorf("roots %s", got)
	}
	if got := kinds("guest", "?withoutTrash=true"); got != "6 10 11 14 20" {
		t.Errorf("a guest's roots %s", got)
	}
}
