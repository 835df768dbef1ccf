// Package docspaceoauth holds no code: its tests keep the documents true.
package docspaceoauth

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/control"
)

// snippet is the code block behind the mark <!-- tested: name -->.
func snippet(t *testing.T, document, name string) string {
	t.Helper()
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)<!-- tested: " + name + " -->\n```[a-z]*\n(.*?)```").FindSubmatch(data)
	if block == nil {
		t.Fatalf("%s has no block marked %q", document, name)
	}
	return string(block[1])
}

func startPortal(t *testing.T) *mockdocspace.Portal {
	t.Helper()
	portal, err := mockdocspace.Start(t.Context(), mockdocspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = portal.Close() })
	return portal
}

// shell runs a snippet against a portal of the test's own.
func shell(t *testing.T, portal *mockdocspace.Portal, script string) string {
	t.Helper()
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
	command := exec.CommandContext(t.Context(), "bash", "-eu", "-o", "pipefail", "-c", strings.ReplaceAll(script, "http://127.0.0.1:8092", portal.URL()))
	command.Env = append(os.Environ(), "NO_PROXY=127.0.0.1,localhost")
	var errs bytes.Buffer
	command.Stderr = &errs
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, errs.String())
	}
	return string(out)
}

func TestTheCurlStepsReachTheUser(t *testing.T) {
	out := shell(t, startPortal(t), snippet(t, "README.md", "curl"))
	if !strings.Contains(out, `"email":"user@docspace.test"`) {
		t.Errorf("the last answer is %s", out)
	}
}

func TestTheFaultStepsWork(t *testing.T) {
	portal := startPortal(t)
	steps := strings.Split(strings.TrimSpace(snippet(t, "README.md", "faults")), "\n")
	shell(t, portal, steps[0])
	if active, err := portal.Control().Faults(t.Context()); err != nil || len(active) != 1 {
		t.Fatalf("after the first step: %v, %v", active, err)
	}
	shell(t, portal, steps[1])
	if active, err := portal.Control().Faults(t.Context()); err != nil || len(active) != 0 {
		t.Errorf("after the second step: %v, %v", active, err)
	}
}

func TestTheExampleConfigurationStarts(t *testing.T) {
	file, err := config.Parse("docs/configuration.md", []byte(snippet(t, "docs/configuration.md", "config")))
	if err != nil {
		t.Fatal(err)
	}
	portal, err := mockdocspace.Start(t.Context(), mockdocspace.Options{Listen: "127.0.0.1:0", Config: file})
	if err != nil {
		t.Fatal(err)
	}
	defer portal.Close()
	info, err := portal.Control().Portal(t.Context())
	if err != nil || len(info.Apps) != 1 || info.Apps[0].ID != "your_client_id" {
		t.Errorf("apps %+v, error %v", info.Apps, err)
	}
	if active, err := portal.Control().Faults(t.Context()); err != nil || len(active) != 1 {
		t.Errorf("faults %v, error %v", active, err)
	}
}

func TestTheExampleContentIsThere(t *testing.T) {
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "mark.png"), []byte("\x89PNG"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := config.Parse(filepath.Join(directory, "portal.yaml"), []byte(snippet(t, "docs/configuration.md", "content")))
	if err != nil {
		t.Fatal(err)
	}
	portal, err := mockdocspace.Start(t.Context(), mockdocspace.Options{Config: file})
	if err != nil {
		t.Fatal(err)
	}
	defer portal.Close()
	for user, want := range map[string]int{"anna@example.test": 1, "ursula@example.test": 1, "gustav@example.test": 1} {
		signedIn, err := portal.Control().SignIn(t.Context(), user, 1)
		if err != nil {
			t.Fatal(err)
		}
		rooms, err := flows.NewAPI(portal.URL(), signedIn.Session, nil).Rooms(t.Context())
		if err != nil || len(rooms.Folders) != want {
			t.Errorf("%s sees %+v, error %v", user, rooms, err)
		}
	}
}

// The snippets of docs/clients.md are parts of programs that tests run.
func TestClientSnippetsAreRun(t *testing.T) {
	data, err := os.ReadFile("docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	unindented := func(text string) string { return regexp.MustCompile(`(?m)^[ \t]+`).ReplaceAllString(text, "") }
	blocks := regexp.MustCompile("(?s)<!-- part of: (\\S+) -->\n```[a-z]+\n(.*?)```").FindAllSubmatch(data, -1)
	for _, block := range blocks {
		source, err := os.ReadFile(string(block[1]))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(unindented(string(source)), unindented(string(block[2]))) {
			t.Errorf("%s does not hold\n%s", block[1], block[2])
		}
	}
	if fences := bytes.Count(data, []byte("```")); len(blocks) == 0 || fences != 2*len(blocks) {
		t.Errorf("%d blocks have a source, of %d", len(blocks), fences/2)
	}
}

func TestTheDeskStepsWork(t *testing.T) {
	portal := startPortal(t)
	refused, err := http.PostForm(portal.URL()+"/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {"made-up"}, "client_id": {mockdocspace.DemoClientID}, "client_secret": {mockdocspace.DemoClientSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = refused.Body.Close()
	if out := shell(t, portal, snippet(t, "docs/desk.md", "journal")); !strings.Contains(out, `"kind":"code.unknown"`) {
		t.Errorf("the latest refusal is %s", out)
	}
	file := filepath.Join(t.TempDir(), "journal.har")
	shell(t, portal, strings.Replace(snippet(t, "docs/desk.md", "har"), "journal.har", file, 1))
	var archive control.HAR
	if data, err := os.ReadFile(file); err != nil || json.Unmarshal(data, &archive) != nil || len(archive.Log.Entries) != 1 {
		t.Errorf("the archive holds %s, error %v", data, err)
	}

	automatic, err := mockdocspace.Start(t.Context(), mockdocspace.Options{AutoLogin: "user@docspace.test", AutoConsent: true})
	if err != nil {
		t.Fatal(err)
	}
	defer automatic.Close()
	if out := shell(t, automatic, snippet(t, "docs/desk.md", "automatic")); !strings.HasPrefix(out, "http://localhost:3001/callback?code=") {
		t.Errorf("authorize leads to %s", out)
	}
}

// Links between the documents lead somewhere.
func TestLinksResolve(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for _, document := range []string{"README.md", "docs/configuration.md", "docs/clients.md", "docs/containers.md", "docs/embedding.md", "docs/departures.md", "docs/judging.md", "docs/faults.md", "docs/desk.md"} {
		data, err := os.ReadFile(document)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		folder := ""
		if i := strings.LastIndexByte(document, '/'); i >= 0 {
			folder = document[:i+1]
		}
		for _, match := range link.FindAllStringSubmatch(string(data), -1) {
			if _, err := os.Stat(folder + match[1]); err != nil {
				t.Errorf("%s links to %s, which is not there", document, match[1])
			}
		}
	}
}
