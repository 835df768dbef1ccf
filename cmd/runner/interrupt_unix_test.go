//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/suites"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/target"
)

// runUntilApps starts a run at a portal, sends it a signal once there is an app of a
// check, and returns what it wrote when it has ended.
func runUntilApps(t *testing.T, portal *target.Target, file, dir, temporary string, signal syscall.Signal) (*exec.Cmd, string) {
	t.Helper()
	cmd := command(t.Context(), t, "runner", "run", "--target", file, "--suite", "callback", "--report", dir)
	cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	var console bytes.Buffer
	cmd.Stdout, cmd.Stderr = &console, &console
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range time.Tick(20 * time.Millisecond) {
		apps, err := portal.LeftOvers(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if len(apps) > 0 {
			break
		}
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its exit code is looked at by the caller
	return cmd, console.String()
}

// Ctrl-C leaves a report and nothing at the portal. A run that was killed leaves
// apps, which the next one finds by their names and removes.
func TestInterruptedRunsLeaveNothingBehind(t *testing.T) {
	t.Setenv("WAY_PASSWORD", "docspace")
	file := targetFile(t, "url: "+startPortal(t)+"\nsign-in: {user: admin@docspace.test, password: env:WAY_PASSWORD}\n")
	portal, err := target.Open(t.Context(), file, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	left := func() int {
		apps, err := portal.LeftOvers(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return len(apps)
	}
	dir, temporary := t.TempDir(), t.TempDir()
	cmd, console := runUntilApps(t, portal, file, dir, temporary, syscall.SIGINT)
	if code := cmd.ProcessState.ExitCode(); code != report.ExitInterrupted {
		t.Errorf("exit code %d after Ctrl-C:\n%s", code, console)
	}
	if outcome, err := report.Read(filepath.Join(dir, "report.json")); err != nil || outcome.ExitCode != report.ExitInterrupted {
		t.Errorf("the report after Ctrl-C: %v, %s", err, outcome.Outcome)
	}
	if n := left(); n > 0 {
		t.Errorf("%d apps are left after Ctrl-C:\n%s", n, console)
	}

	expectEmpty(t, temporary)

	runUntilApps(t, portal, file, t.TempDir(), temporary, syscall.SIGKILL)
	expectEmpty(t, temporary) // the workers notice, and clear up
	abandon(t, portal)        // they may have deleted their apps in time
	before := left()
	limits := suites.DefaultTimeouts()
	run := func(abandoned time.Duration) (removed int) {
		limits.Abandoned = abandoned
		outcome, err := suites.Run(t.Context(), portal, suites.Options{
			IDs: []string{"code-single-use"}, Jobs: 1, Timeouts: limits,
			Tidied: func(target.LeftOver) { removed++ },
		})
		if err != nil || outcome.ExitCode != report.ExitExpected || outcome.LeftBehind != "" {
			t.Errorf("%v, %s %s", err, outcome.Outcome, outcome.LeftBehind)
		}
		return removed
	}
	if removed := run(limits.Abandoned); removed > 0 || left() != before {
		t.Errorf("%d apps were removed that another run may need", removed)
	}
	if removed := run(time.Nanosecond); before == 0 || removed != before || left() > 0 {
		t.Errorf("%d apps were left, %d removed by the next run, %d are left now", before, removed, left())
	}
}

// abandon registers an app such as a run leaves that had no time to delete it.
func abandon(t *testing.T, portal *target.Target) {
	t.Helper()
	client := flows.NewHTTPClient(nil)
	user, err := portal.Registrar(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	token, err := portal.Signature(t.Context(), client, user)
	if err != nil {
		t.Fatal(err)
	}
	killed := &target.Target{Descriptor: target.Descriptor{RunID: "killed"}}
	r := flows.NewRegistration(killed.AppName("a/check"), "https://app.example.test/callback", "openid")
	if _, err := portal.NewApp(t.Context(), client, token, r); err != nil {
		t.Fatal(err)
	}
}

// expectEmpty waits until nothing is left in a directory for temporary files, such as
// a browser's profile.
func expectEmpty(t *testing.T, dir string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
		select {
		case <-deadline:
			t.Errorf("%d temporary files are left, %s among them", len(left), left[0].Name())
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}
