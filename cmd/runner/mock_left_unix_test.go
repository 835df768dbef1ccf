//go:build unix

package main

import (
	"bytes"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/suites/report"
)

// held is what a mock has that a run could leave there.
type held struct{ Apps, First, Second, Faults int }

func holds(t *testing.T, mock *control.Client) held {
	t.Helper()
	apps, err := mock.Apps(t.Context())
	first, err1 := mock.Users(t.Context(), 1)
	second, err2 := mock.Users(t.Context(), 2)
	faults, err3 := mock.Faults(t.Context())
	if err := errors.Join(err, err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return held{len(apps), len(first), len(second), len(faults)}
}

// A mock that others use as well is after a run what it was before: no user, app or
// fault more, also after Ctrl-C. What a killed run leaves there, clean removes, but for
// the fault that it switched on.
func TestMockIsLeftAsItWas(t *testing.T) {
	address := startPortal(t)
	mock := control.New(address)
	before := holds(t, mock)
	const fault = "token.cacheable"

	outcome, _ := runProcess(t, "run", "--target", address, "--suite", "token", "--fault", fault)
	if now := holds(t, mock); now != before || outcome.ExitCode != report.ExitFailed || outcome.LeftBehind != "" {
		t.Errorf("after a run %+v, before %+v; exit code %d, %s", now, before, outcome.ExitCode, outcome.LeftBehind)
	}
	interrupted := func() int {
		cmd := command(t.Context(), t, "runner", "run", "--target", address, "--suite", "token", "--suite", "callback", "--fault", fault, "--report", t.TempDir())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for range time.Tick(10 * time.Millisecond) {
			if now := holds(t, mock); now.Apps > before.Apps && now.Faults > before.Faults {
				break
			}
		}
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // its exit code is looked at by the caller
		return cmd.ProcessState.ExitCode()
	}
	if code := interrupted(); holds(t, mock) != before || code != report.ExitInterrupted {
		t.Errorf("after Ctrl-C %+v, before %+v; exit code %d", holds(t, mock), before, code)
	}

	// Such as a run leaves that was killed.
	_, err := mock.CreateApp(t.Context(), control.CreateAppRequest{Name: "docspace-oauth check killed a/check", RedirectURIs: []string{"https://app.example.test/callback"}})
	_, err1 := mock.CreateUser(t.Context(), control.CreateUserRequest{Email: "check-killed-1@docspace.test"})
	_, err2 := mock.CreateUser(t.Context(), control.CreateUserRequest{Email: "check-killed-2@docspace.test", Tenant: 2})
	if err := errors.Join(err, err1, err2); err != nil {
		t.Fatal(err)
	}
	for _, arguments := range [][]string{{"--dry-run"}, {}} {
		var console bytes.Buffer
		if code := execute(append([]string{"clean", "--target", address}, arguments...), strings.NewReader(""), &console, &console); code != 0 {
			t.Errorf("exit code %d: %s", code, console.String())
		}
		if now := holds(t, mock); (now == before) != (len(arguments) == 0) {
			t.Errorf("after clean %v %+v, before %+v:\n%s", arguments, now, before, console.String())
		}
	}
}
