package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-oauth/internal/schema"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/suites/report"
)

// processes are what this test binary can be besides a test: see TestMain.
func processes() map[string]func() {
	return map[string]func(){"runner": main, "mockportal": mockPortal}
}

// command is one of processes, as a process of its own.
func command(ctx context.Context, t *testing.T, name string, arguments ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = append([]string{name}, arguments...)
	return cmd
}

// runProcess runs the runner with --report and returns what it reported and how it ended.
func runProcess(t *testing.T, arguments ...string) (report.Report, *os.ProcessState) {
	t.Helper()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := command(ctx, t, "runner", append(arguments, "--report", dir)...)
	output, err := cmd.CombinedOutput()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		t.Fatal(err)
	}
	outcome, err := report.Read(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	schema.Validate(t, "../../suites/report/schema/report-1.json", read(t, filepath.Join(dir, "report.json")))
	schema.ValidateXML(t, "../../suites/report/testdata/junit.xsd", read(t, filepath.Join(dir, "junit.xml")))
	if code := cmd.ProcessState.ExitCode(); code != outcome.ExitCode {
		t.Errorf("the process ended with %d, the report says %d", code, outcome.ExitCode)
	}
	return outcome, cmd.ProcessState
}

// mockPortal is a mock that prints its address and lives until its input ends.
func mockPortal() {
	portal, err := mockdocspace.Start(context.Background(), mockdocspace.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(portal.URL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = portal.Close()
}

// startPortal starts a mock as a process of its own and returns its address. A target
// file that names it takes it for a portal like any other.
func startPortal(t *testing.T) string {
	t.Helper()
	cmd := command(context.WithoutCancel(t.Context()), t, "mockportal")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(in.Close(), cmd.Wait()) })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// targetFile writes a target file and returns its name.
func targetFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "target.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
