package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/suites/report"
)

// Somebody else's OAuth server, which is no portal: preflight says so, and with
// --force it is judged by the rules that hold for any server, and accused of nothing
// that only a portal has.
func TestForeignServer(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a foreign server")
	}
	server := startForeignServer(t)

	t.Run("is recognised", func(t *testing.T) {
		outcome, _ := runProcess(t, "run", "--target", server, "--quiet")
		if want := server + " is not a DocSpace portal: its metadata names neither /oauth2/authorize nor /oauth2/token"; outcome.Outcome != want || outcome.ExitCode != report.ExitUnreachable {
			t.Errorf("exit code %d: %s", outcome.ExitCode, outcome.Outcome)
		}
		if outcome.Counts[report.Blocked] != len(outcome.Results) {
			t.Errorf("not all blocked: %v", outcome.Counts)
		}
	})

	withApp := targetFile(t, "url: "+server+`
sign-in: { user: somebody@example.com, password: env:FOREIGN_PASSWORD }
apps:
  - client-id: an-app
    client-secret: env:FOREIGN_SECRET
    redirect-uri: https://app.example.test/callback
`)
	withKey := targetFile(t, "url: "+server+`
sign-in:
  user: somebody@example.com
  user-id: 66faa6e4-f133-11ea-b126-00ffeec8b4ef
  portal-id: 1
  signature-secret: env:FOREIGN_SECRET
apps:
  - client-id: an-app
    client-secret: env:FOREIGN_SECRET
    redirect-uri: https://app.example.test/callback
`)
	t.Setenv("FOREIGN_PASSWORD", "not-so-secret")
	t.Setenv("FOREIGN_SECRET", foreignSecret)
	for _, as := range []struct{ name, target, says string }{
		{"nobody", server, ""},
		{"with an app", withApp, "does not let somebody@example.com in"},
		{"with an app and a machine key", withKey, "knows no app an-app"},
	} {
		t.Run("is judged "+as.name, func(t *testing.T) {
			outcome, _ := runProcess(t, "run", "--target", as.target, "--force", "--standard", "--quiet")
			t.Logf("%.1f s, exit code %d: %s %v", outcome.DurationMS/1000, outcome.ExitCode, outcome.Outcome, outcome.Counts)
			if outcome.ExitCode != report.ExitExpected {
				t.Errorf("exit code %d: %s", outcome.ExitCode, outcome.Outcome)
			}
			var passed []string
			for _, r := range outcome.Results {
				switch r.Verdict {
				case report.Pass:
					passed = append(passed, r.ID)
				case report.Skip:
					if strings.HasPrefix(r.ID, "docspace/") && !strings.Contains(r.Message, as.says) {
						t.Errorf("%s does not say %q: %s", r.ID, as.says, r.Message)
					}
				default:
					t.Errorf("%s is %s: %s", r.ID, r.Verdict, r.Message)
				}
			}
			slices.Sort(passed)
			if want := []string{
				"oidc-discovery/3/required-members", "rfc7517/9.2/no-private-key",
				"rfc8414/2/endpoints-answer", "rfc8414/3.2/metadata-served", "rfc8414/3.3/issuer-matches-url",
			}; !slices.Equal(passed, want) {
				t.Errorf("passed: %v", passed)
			}
		})
	}
}

const foreignSecret = "a-secret-of-the-foreign-server"

// startForeignServer starts oidc-provider of the version in foreign/node/package-lock.json
// as a process of its own, and returns its address.
func startForeignServer(t *testing.T) string {
	t.Helper()
	foreign := filepath.Join("..", "..", "foreign", "node")
	installing, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	install := exec.CommandContext(installing, "bash", filepath.Join("..", "..", "scripts", "clients.sh"))
	install.Stderr = os.Stderr
	cache, err := install.Output()
	if err != nil {
		t.Fatalf("scripts/clients.sh: %v", err)
	}
	// A module finds others beside itself only.
	directory := t.TempDir()
	modules := filepath.Join(strings.TrimSpace(string(cache)), "node", "node_modules")
	source, err := os.ReadFile(filepath.Join(foreign, "oidc-provider.mjs"))
	if err := errors.Join(err, os.Symlink(modules, filepath.Join(directory, "node_modules")),
		os.WriteFile(filepath.Join(directory, "server.mjs"), source, 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "node", filepath.Join(directory, "server.mjs"))
	cmd.Env = append(os.Environ(), "CLIENT_ID=an-app", "CLIENT_SECRET="+foreignSecret, "REDIRECT_URI=https://app.example.test/callback")
	var complaint strings.Builder
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(in.Close(), cmd.Wait()) })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		t.Fatalf("oidc-provider does not start: %v\n%s", err, complaint.String())
	}
	return strings.TrimSpace(address)
}
