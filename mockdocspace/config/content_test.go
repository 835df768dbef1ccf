package config

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// withContent is a portal of three users and what is to lie on it.
func withContent(rest string) string {
	return portal + `      - {email: r@example.test, password: p, type: roomadmin}
      - {email: g@example.test, password: p, type: guest}
` + rest
}

func TestBrokenContent(t *testing.T) {
	room := func(keys string) string {
		return withContent("    rooms:\n      - title: Plans\n        type: editing\n" + keys)
	}
	file := func(keys string) string { return room("        files:\n          - title: a.txt\n" + keys) }
	tests := []struct{ name, yaml, want string }{
		{"room without title", withContent("    rooms:\n      - type: editing"), `x.yaml:11: portals[0].rooms[0].title: missing; give it a title`},
		{"room without type", withContent("    rooms:\n      - title: A"), `x.yaml:11: portals[0].rooms[0].type: missing; use filling-forms, editing, custom, public, virtual-data, ai`},
		{"unknown type", withContent("    rooms:\n      - title: A\n        type: big"), `x.yaml:12: portals[0].rooms[0].type: "big" is no kind of room; use filling-forms, editing, custom, public, virtual-data, ai`},
		{"unknown creator", room("        created-by: x@example.test"), `x.yaml:13: portals[0].rooms[0].created-by: "x@example.test" is no user of this portal; name one of its users by e-mail address`},
		{"guest as creator", room("        created-by: g@example.test"), `x.yaml:13: portals[0].rooms[0].created-by: "g@example.test" is of the type guest, who may make no rooms; name an owner, admin or roomadmin`},
		{"unknown member", room("        members:\n          - {user: x@example.test, access: read}"), `x.yaml:14: portals[0].rooms[0].members[0].user: "x@example.test" is no user of this portal; name one of its users by e-mail address`},
		{"member twice", room("        members:\n          - {user: r@example.test, access: read}\n          - {user: R@example.test, access: editing}"), `x.yaml:15: portals[0].rooms[0].members[1].user: "R@example.test" stands twice; name each user once`},
		{"unknown right", room("        members:\n          - {user: r@example.test, access: all}"), `x.yaml:14: portals[0].rooms[0].members[0].access: "all" is no right; use room-manager, content-creator, read-write, editing, review, comment, fill-forms, read`},
		{"no colour", room("        color: blue"), `x.yaml:13: portals[0].rooms[0].color: "blue" is no colour; write six hex digits, like 4781D1, in quotes if they are all figures`},
		{"tag with a colon", room(`        tags: ["a:b"]`), `x.yaml:13: portals[0].rooms[0].tags[0]: "a:b" is no tag; write a text without \ / : * ? " < > | + and control characters`},
		{"unknown key of a room", room("        colour: blue"), `x.yaml:13: colour: unknown key; see docs/configuration.md for the keys, or --print-config for a whole file`},
		{"unknown key of a folder", room("        folders:\n          - titel: a"), `x.yaml:14: titel: unknown key; see docs/configuration.md for the keys, or --print-config for a whole file`},
		{"path as title", room("        folders:\n          - title: ../up"), `x.yaml:14: portals[0].rooms[0].folders[0].title: the portal would store "../up" as ".._up"; write it that way`},
		{"control character", room("        folders:\n          - title: \"a\\nb\""), `x.yaml:14: portals[0].rooms[0].folders[0].title: "a\nb" cannot be stored: it holds a control character; write it without`},
		{"long title", room("        folders:\n          - title: " + strings.Repeat("x", 166)), `x.yaml:14: portals[0].rooms[0].folders[0].title: it is too long; keep to 165 characters`},
		{"title twice", file("            content: x\n          - title: A.txt"), `x.yaml:16: portals[0].rooms[0].files[1].title: "A.txt" is the title of an earlier file; give each file of a folder its own title`},
		{"two sources", file("            content: x\n            file: y"), `x.yaml:14: portals[0].rooms[0].files[0]: more than one of content, file and document; keep one`},
		{"number for content", file("            content: [1]"), `x.yaml:15: a list where a text is expected; quote texts, write lists with - or []`},
		{"document of a text file", file("            document: x"), `x.yaml:15: portals[0].rooms[0].files[0].document: no ".txt" can be made of a text; use a title with .docx or .xlsx, or content or file`},
		{"open quote", strings.Replace(file("            document: 'a,\"b'"), "a.txt", "a.xlsx", 1), `x.yaml:15: portals[0].rooms[0].files[0].document: cells: parse error on line 1, column 5: extraneous or missing " in quoted-field; write a row a line, cells apart by commas, a cell with commas or quotes "so, and ""so"""`},
		{"missing file", file("            file: /none.txt"), `x.yaml:15: portals[0].rooms[0].files[0].file: /none.txt cannot be read (no such file or directory); give the path of a file, from the configuration file's directory`},
		{"directory", file("            file: /"), `x.yaml:15: portals[0].rooms[0].files[0].file: / is no file; give the path of a file, not of a directory or device`},
		{"group without name", withContent("    groups:\n      - members: []"), `x.yaml:11: portals[0].groups[0].name: missing; give the group a name`},
		{"group twice", withContent("    groups:\n      - name: A\n      - name: a"), `x.yaml:12: portals[0].groups[1].name: "a" is the name of an earlier group; give each group its own name`},
		{"group's id", withContent("    groups:\n      - {name: A, id: seven}"), `x.yaml:11: portals[0].groups[0].id: "seven" is no UUID; leave it out, or write a UUID`},
		{"stranger as manager", withContent("    groups:\n      - {name: A, manager: x@example.test}"), `x.yaml:11: portals[0].groups[0].manager: "x@example.test" is no user of this portal; name one of its users by e-mail address`},
		{"stranger in a group", withContent("    groups:\n      - name: A\n        members:\n          - x@example.test"), `x.yaml:13: portals[0].groups[0].members[0]: "x@example.test" is no user of this portal; name one of its users by e-mail address`},
		{"documents of a guest", strings.Replace(withContent(""), "guest}", "guest, documents: {files: [{title: a.txt}]}}", 1), `x.yaml:9: portals[0].users[2].documents: a guest has no My documents; put the files into a room, or give the user another type`},
		{"too deep", room("        " + strings.Repeat("folders: [{title: a, ", 51) + strings.Repeat("}]", 51)), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(tt.yaml))
			switch {
			case err == nil:
				t.Fatal("accepted")
			case tt.want == "":
				if !strings.Contains(err.Error(), "it lies too deep; keep to 50 folders in each other") {
					t.Errorf("got %s", err)
				}
			case err.Error() != tt.want:
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
		})
	}
}

// A path starts at the configuration file, wherever the portal is started.
func TestFilesLieBesideTheConfiguration(t *testing.T) {
	directory := t.TempDir()
	for name, text := range map[string]string{
		"logo.svg": "<svg/>", "portal.yaml": withContent("    rooms:\n      - {title: A, type: custom, folders: [{title: F, files: [{title: mark.svg, file: logo.svg}]}]}"),
	} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load(filepath.Join(directory, "portal.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	file := c.Portals[0].Rooms[0].Folders[0].Files[0]
	if !filepath.IsAbs(file.File) {
		t.Errorf("path %s", file.File)
	}
	content, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	if read, err := io.ReadAll(content); err != nil || string(read) != "<svg/>" {
		t.Errorf("%q, %v", read, err)
	}
}

// Whatever is in a file is read back as it was written.
func TestTextsReadBack(t *testing.T) {
	runes := rapid.RuneFrom([]rune("ab \n\t:#-\"'\\|>é\r\u2028\u0085\ufeff\x00{[%&*!@,😀"))
	rapid.Check(t, func(t *rapid.T) {
		text := Text(rapid.StringOfN(runes, 0, 20, -1).Draw(t, "text"))
		c := &Config{Portals: []Portal{{ID: 1, Hosts: []string{"a"}, Users: []User{{
			Email: "o@e.test", Password: "p", Type: "owner",
			Documents: &Contents{Files: []File{{Title: "a.txt", Content: text}, {Title: "b.docx", Document: text}}},
		}}}}}
		data, err := c.YAML()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Parse("x", data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if files := back.Portals[0].Users[0].Documents.Files; files[0].Content != text || files[1].Document != text {
			t.Fatalf("%q became %q and %q\n%s", text, files[0].Content, files[1].Document, data)
		}
	})
}
