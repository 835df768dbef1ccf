package mockdocspace_test

import (
	"archive/zip"
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
)

// outline is all that a user sees, a line each: groups, rooms and My documents
// with folders in slashes and files with their sizes.
func (p *apiPortal) outline(tenant int64, base, user string) []string {
	p.t.Helper()
	api := flows.NewAPI(base, p.grant(tenant, user, allScopes...).tokens.AccessToken, nil)
	var lines []string
	var walk func(at string, content *flows.FolderContent)
	walk = func(at string, content *flows.FolderContent) {
		for _, folder := range content.Folders {
			lines = append(lines, at+folder.Title+"/")
			inner, err := api.Folder(p.t.Context(), folder.ID)
			p.must(err)
			walk(at+folder.Title+"/", inner)
		}
		for _, file := range content.Files {
			lines = append(lines, at+file.Title)
		}
	}
	rooms, err := api.Rooms(p.t.Context())
	p.must(err)
	walk("", rooms)
	if mine, err := api.MyDocuments(p.t.Context()); err == nil {
		walk("mine: ", mine)
	}
	return lines
}

func wantOutline(t *testing.T, who string, got []string, want ...string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s sees\n  %s\nwant\n  %s", who, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// Out of the box everybody finds something, and not the same.
func TestSeed_eachUserSeesAnotherPart(t *testing.T) {
	p := startAPI(t, mockdocspace.Options{})
	supplier := []string{"Supplier Northwind/", "Supplier Northwind/Questions.txt", "Supplier Northwind/Order 2041.xlsx"}
	wantOutline(t, "the guest", p.outline(1, p.URL(), "guest@docspace.test"), supplier...)
	wantOutline(t, "the user", p.outline(1, p.URL(), "user@docspace.test"), append(supplier,
		"Autumn catalogue/", "Autumn catalogue/Outline.txt", "Autumn catalogue/Texts/", "Autumn catalogue/Texts/Cover.docx",
		"Autumn catalogue/Texts/Style.md", "Autumn catalogue/Prices/", "Autumn catalogue/Prices/Lamps.csv", "Autumn catalogue/Prices/Lamps.xlsx",
		"Price list/", "Price list/Lamps.csv", "Price list/Terms.md", "Leave requests/", "Leave requests/Leave request.docx",
		"mine: Expenses.csv", "mine: Drafts/", "mine: Drafts/Cover, first try.md", "mine: Drafts/Cover.docx")...)
	wantOutline(t, "the same person at the second portal", p.outline(2, p.SecondURL(), "user@docspace.test"),
		"Shop window/", "Shop window/Sketch.md", "mine: Access code.txt")
	owner, roomAdmin := p.outline(1, p.URL(), "owner@docspace.test"), p.outline(1, p.URL(), "roomadmin@docspace.test")
	if confidential := "Sale of the old shop/"; !slices.Contains(owner, confidential) || slices.Contains(roomAdmin, confidential) {
		t.Errorf("the owner sees %q\nthe room admin sees %q", owner, roomAdmin)
	}
}

// The seed holds a room of each kind that can be made, and what it says about a
// file's kind is so.
func TestSeed_isReal(t *testing.T) {
	p := startAPI(t, mockdocspace.Options{})
	api := flows.NewAPI(p.URL(), p.token("admin@docspace.test", allScopes...), nil)
	rooms, err := api.Rooms(t.Context())
	p.must(err)
	kinds := map[flows.RoomType]bool{}
	for _, room := range rooms.Folders {
		kinds[room.RoomType] = true
	}
	if len(kinds) != len(config.RoomTypes()) || kinds[0] {
		t.Errorf("kinds of rooms: %v", kinds)
	}
	documents := 0
	for _, room := range rooms.Folders {
		content, err := api.Folder(t.Context(), room.ID)
		p.must(err)
		for _, file := range content.Files {
			if !strings.HasSuffix(file.Title, "x") {
				continue
			}
			body, err := api.Download(t.Context(), file.ID)
			p.must(err)
			raw, err := io.ReadAll(body)
			p.must(err)
			p.must(body.Close())
			if _, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw))); err != nil {
				t.Errorf("%s: %v", file.Title, err)
			}
			documents++
		}
	}
	if documents == 0 {
		t.Error("no document was found")
	}
}

func parsed(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Parse(filepath.Join(t.TempDir(), "portal.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const smallCompany = `
portals:
  - id: 1
    name: Small
    hosts: [127.0.0.1]
    users:
      - {email: o@small.test, password: p, type: owner}
      - {email: u@small.test, password: p, type: user, documents: {folders: [{title: Notes, files: [{title: a.txt, content: "hello"}]}]}}
      - {email: w@small.test, password: p, type: user}
    groups:
      - {name: Sales, manager: u@small.test, members: [u@small.test, w@small.test]}
    rooms:
      - title: Plans
        type: editing
        tags: [t]
        color: "123456"
        members: [{user: U@small.test, access: editing}, {user: w@small.test, access: read}]
        folders: [{title: Old}]
        files: [{title: plan.docx, document: "One"}]
      - {title: Done, type: custom, archived: true, members: [{user: u@small.test, access: read}]}
`

// What a configuration file says is there, and no more; a reset brings it back.
func TestSeed_fromConfiguration(t *testing.T) {
	p := startAPI(t, mockdocspace.Options{Config: parsed(t, smallCompany)})
	want := []string{"Plans/", "Plans/Old/", "Plans/plan.docx", "mine: Notes/", "mine: Notes/a.txt"}
	wantOutline(t, "u", p.outline(1, p.URL(), "u@small.test"), want...)
	wantOutline(t, "w", p.outline(1, p.URL(), "w@small.test"), "Plans/", "Plans/Old/", "Plans/plan.docx")
	u := flows.NewAPI(p.URL(), p.token("u@small.test", allScopes...), nil)
	rooms, err := u.Rooms(t.Context())
	p.must(err)
	plans := rooms.Folders[0]
	if plans.RoomType != flows.RoomEditing || !slices.Equal(plans.Tags, []string{"t"}) {
		t.Errorf("the room is %+v", plans)
	}
	if _, err := u.CreateText(t.Context(), plans.ID, "x", "x"); err == nil {
		t.Error("the right editing lets a user add files")
	}
	archive := p.call(p.URL(), "GET", "/api/2.0/files/rooms?searchArea=Archive", p.token("u@small.test", "rooms:read"), nil)
	if !strings.Contains(archive.body, `"title":"Done"`) || strings.Contains(archive.body, `"title":"Plans"`) {
		t.Errorf("the archive: %s", archive.body)
	}
	groups := p.call(p.URL(), "GET", "/api/2.0/group?fields=name,membersCount", p.token("o@small.test", "accounts:read"), nil)
	if !strings.Contains(groups.body, `"response":[{"name":"Sales","membersCount":2}]`) {
		t.Errorf("groups: %s", groups.body)
	}

	own, err := u.MyDocuments(t.Context())
	p.must(err)
	_, err = u.CreateText(t.Context(), own.Current.ID, "more", "x")
	p.must(err)
	p.must(u.DeleteFolder(t.Context(), own.Folders[0].ID))
	p.must(p.Control().Reset(t.Context()))
	wantOutline(t, "u after the reset", p.outline(1, p.URL(), "u@small.test"), want...)
}

// The file wins over the seed; a user who is new to it brings what is his.
func TestSeed_dataFileWins(t *testing.T) {
	file := filepath.Join(t.TempDir(), "portal.db")
	p := persistent(t, "", file, parsed(t, smallCompany))
	u := flows.NewAPI(p.URL(), p.token("u@small.test", allScopes...), nil)
	own, err := u.MyDocuments(t.Context())
	p.must(err)
	p.must(u.DeleteFolder(t.Context(), own.Folders[0].ID))
	p.must(p.Close())

	p = persistent(t, "", file, parsed(t, strings.Replace(smallCompany, "    groups:",
		"      - {email: n@small.test, password: p, type: user, documents: {files: [{title: new.txt}]}}\n    groups:", 1)))
	wantOutline(t, "u after the restart", p.outline(1, p.URL(), "u@small.test"), "Plans/", "Plans/Old/", "Plans/plan.docx")
	wantOutline(t, "the newcomer", p.outline(1, p.URL(), "n@small.test"), "mine: new.txt")
}
