package mockdocspace_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// The exported journal is a valid HTTP archive, and another program's reader finds in
// it what happened.
func TestExportIsAnHTTPArchive(t *testing.T) {
	mock := startPortal(t, mockdocspace.Options{})
	flow := wholeFlow(t, mock)
	archive, err := mock.Control().HAR(t.Context(), control.JournalFilter{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(archive)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range flow {
		if strings.Contains(string(text), secret) {
			t.Errorf("a secret is in the archive: %.20s…", secret)
		}
	}
	for _, entry := range archive.Log.Entries {
		if _, err := time.Parse(time.RFC3339Nano, entry.StartedDateTime); err != nil {
			t.Errorf("entry %d: %v", entry.Sequence, err)
		}
		if sum := entry.Timings.Send + entry.Timings.Wait + entry.Timings.Receive; sum != entry.Time {
			t.Errorf("entry %d: timings are %v together, time says %v", entry.Sequence, sum, entry.Time)
		}
	}

	dir := t.TempDir()
	file := filepath.Join(dir, "journal.har")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("schema", func(t *testing.T) {
		installed(t, dir, "npm", "install", "--no-audit", "--no-fund", "--silent", "har-validator@5.1.5")
		check := exec.Command("node", "-e", `
			require("har-validator").har(JSON.parse(require("fs").readFileSync("journal.har", "utf8")))
				.then(() => process.exit(0), (e) => { console.error(JSON.stringify(e.errors, null, 1)); process.exit(1); });`)
		check.Dir = dir
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("reader", func(t *testing.T) {
		installed(t, dir, "python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", "python", "haralyzer==2.4.0")
		read := exec.Command("python3", "-c", `
import json
from haralyzer import HarParser
har = HarParser.from_file("journal.har")
tokens = [e for e in har.har_data["entries"] if e["request"]["method"] == "POST" and e["request"]["url"].endswith("/oauth2/token")]
print(har.creator["name"], har.har_data["version"], tokens[0]["response"]["status"], [p["value"] for p in tokens[0]["request"]["postData"]["params"] if p["name"] == "code"][0])`)
		read.Dir = dir
		read.Env = append(os.Environ(), "PYTHONPATH="+filepath.Join(dir, "python"), "PYTHONIOENCODING=utf-8")
		out, err := read.CombinedOutput()
		if want := "mockdocspace 1.2 200 ‹code-1›\n"; err != nil || string(out) != want {
			t.Errorf("%v: %s, want %s", err, out, want)
		}
	})
}

// installed runs a package manager, or skips the test where there is none or no registry.
func installed(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("installs a package")
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(err)
	}
	command := exec.Command(program, args...)
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Skipf("%s: %v: %s", command, err, out)
	}
}
