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

	t.Setenv("FOREIGN_PASSWORD", "not-so-secret")
	for name, secret := range foreignSecrets {
		t.Setenv(name, secret)
	}
	metadata := []string{
		"oidc-discovery/3/required-members", "rfc7517/9.2/no-private-key",
		"rfc8414/2/endpoints-answer", "rfc8414/3.2/metadata-served", "rfc8414/3.3/issuer-matches-url",
	}
	const signIn = "\nsign-in: { user: somebody@example.com, password: env:FOREIGN_PASSWORD }\napps:\n"
	const posts = `  - { client-id: an-app, client-secret: env:CLIENT_SECRET, redirect-uri: https://app.example.test/callback, scopes: [openid, offline_access] }
  - { client-id: other-app, client-secret: env:OTHER_SECRET, redirect-uri: https://app.example.test/callback, scopes: [openid, offline_access] }
`
	const basic = "  - { client-id: basic-app, client-secret: env:BASIC_SECRET, redirect-uri: https://app.example.test/callback, client-auth: basic }\n"
	const withKey = `
sign-in:
  user: somebody@example.com
  user-id: 66faa6e4-f133-11ea-b126-00ffeec8b4ef
  portal-id: 1
  signature-secret: env:FOREIGN_PASSWORD
apps:
` + basic
	for _, as := range []struct {
		name, target string
		passes       int      // at least
		some         []string // of them
		fails        []string
		says         string // on what only portals have
	}{
		{"nobody", server, 5, metadata, nil, ""},
		{"with a machine key", targetFile(t, "url: "+server+withKey), 15, metadata, nil, "knows no app basic-app"},
		{
			"with nobody to sign in", targetFile(t, "url: "+server+"\napps:\n"+posts), 15,
			[]string{"rfc6749/5.2/wrong-secret", "rfc6749/5.2/unknown-client", "rfc7662/2.1/caller-authorized", "rfc7009/2.2/unknown-token-200"},
			nil, "",
		},
		{
			"with two apps of a kind", targetFile(t, "url: "+server+signIn+posts), 55,
			[]string{"rfc6749/4.1.3/code-bound-to-client", "rfc6749/6/bound-to-client", "rfc7009/2.1/client-bound", "rfc6749/2.3.1/secret-post", "oidc-core/3.1.3.7/signature"},
			[]string{"rfc6749/5.1/no-store"},
			"does not let somebody@example.com in",
		},
		{
			"with an app that gets no refresh tokens", targetFile(t, "url: "+server+signIn+basic), 43,
			[]string{"rfc6749/2.3.1/secret-basic", "rfc6749/4.1.2/code-reuse-revokes", "rfc7636/4.6/verifier-compared"},
			[]string{"rfc6749/5.1/no-store"},
			"does not let somebody@example.com in",
		},
	} {
		t.Run("is judged "+as.name, func(t *testing.T) {
			outcome, _ := runProcess(t, "run", "--target", as.target, "--force", "--standard", "--quiet")
			t.Logf("%.1f s, exit code %d: %s %v", outcome.DurationMS/1000, outcome.ExitCode, outcome.Outcome, outcome.Counts)
			var passed, failed []string
			for _, r := range outcome.Results {
				switch r.Verdict {
				case report.Pass:
					passed = append(passed, r.ID)
				case report.Fail:
					failed = append(failed, r.ID)
				case report.Skip:
					if strings.HasPrefix(r.ID, "docspace/") && !strings.Contains(r.Message, as.says) {
						t.Errorf("%s does not say %q: %s", r.ID, as.says, r.Message)
					}
				default:
					t.Errorf("%s is %s: %s", r.ID, r.Verdict, r.Message)
				}
			}
			// It sends no Pragma, which RFC 6749 §5.1 wants.
			if !slices.Equal(failed, as.fails) {
				t.Errorf("failed: %v", failed)
			}
			if len(passed) < as.passes {
				t.Errorf("%d passed: %v", len(passed), passed)
			}
			for _, id := range as.some {
				if !slices.Contains(passed, id) {
					t.Errorf("%s did not pass", id)
				}
			}
		})
	}
}

// foreignSecrets are those of the server's apps, by the variables that name them.
var foreignSecrets = map[string]string{
	"CLIENT_SECRET": "a-secret-of-the-foreign-server", "OTHER_SECRET": "another-secret-of-the-server",
	"BASIC_SECRET": "the-secret-in-the-header",
}

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
	cmd.Env = append(os.Environ(), "CLIENT_ID=an-app", "OTHER_ID=other-app", "BASIC_ID=basic-app", "REDIRECT_URI=https://app.example.test/callback")
	for name, secret := range foreignSecrets {
		cmd.Env = append(cmd.Env, name+"="+secret)
	}
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
