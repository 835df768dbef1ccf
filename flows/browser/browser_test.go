package browser_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"docspace-oauth/flows/browser"
)

// childVariable makes the test binary a program that starts a browser, says its
// process id and waits to be killed.
const childVariable = "BROWSER_TEST_CHILD"

func child() (code int, ok bool) {
	if os.Getenv(childVariable) == "" {
		return 0, false
	}
	b, err := browser.Launch(context.Background(), browser.Options{})
	if err != nil {
		fmt.Println(err)
		return 1, true
	}
	fmt.Println("pid", b.PID())
	time.Sleep(time.Minute)
	return 1, true
}

func exit(code int) { os.Exit(code) }

// ends waits until a process is gone.
func ends(pid int) bool {
	for range 500 {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || zombie(pid) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// zombie says whether nobody collected the dead process yet.
func zombie(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestBrowserEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	t.Run("with Close", func(t *testing.T) {
		b, err := browser.Launch(t.Context(), browser.Options{})
		if err != nil {
			t.Fatal(err)
		}
		pid := b.PID()
		if !b.Alive() {
			t.Error("not alive")
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if b.Alive() || !ends(pid) {
			t.Error("still runs")
		}
	})
	t.Run("with its context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		b, err := browser.Launch(ctx, browser.Options{})
		if err != nil {
			t.Fatal(err)
		}
		pid := b.PID()
		cancel()
		if !ends(pid) {
			t.Error("still runs")
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("with its parent", func(t *testing.T) {
		program := exec.Command(os.Args[0], "-test.run=^$")
		program.Env = append(os.Environ(), childVariable+"=1")
		out, err := program.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		var pid int
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), "pid ") {
			t.Fatalf("child says %q", lines.Text())
		}
		if _, err := fmt.Sscanf(lines.Text(), "pid %d", &pid); err != nil {
			t.Fatal(err)
		}
		if err := program.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = program.Wait()
		if !ends(pid) {
			t.Error("still runs")
		}
	})
}

func TestBrowserGone(t *testing.T) {
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	b, err := browser.Launch(t.Context(), browser.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	p, err := b.NewProfile(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pages := newPages(t)
	pages.on("GET /login", serve("nothing to do here"))
	time.AfterFunc(time.Second, func() { _ = syscall.Kill(b.PID(), syscall.SIGKILL) })
	_, err = p.Authorize(t.Context(), pages.app+"/start", pages.journey())
	var stuck *browser.Stuck
	if !errors.As(err, &stuck) || stuck.Reason != browser.BrowserGone {
		t.Errorf("error %v", err)
	}
	if b.Alive() {
		t.Error("a dead browser counts as alive")
	}
}

func TestLaunchFails(t *testing.T) {
	if _, err := browser.Launch(t.Context(), browser.Options{ExecPath: "/nonexistent/chromium"}); err == nil {
		t.Error("a browser that is not there was started")
	}
	if _, err := browser.Launch(t.Context(), browser.Options{ExecPath: "/bin/true"}); err == nil {
		t.Error("something else passed as a browser")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := browser.Launch(ctx, browser.Options{}); err == nil {
		t.Error("started although the context was over")
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	t.Setenv("CHROME", "")
	if _, err := browser.Find(); !errors.Is(err, browser.ErrNotFound) || !strings.Contains(err.Error(), "make browser") {
		t.Errorf("nothing there: %v", err)
	}
	for _, name := range []string{"google-chrome", "chromium", "chromium-headless-shell"} {
		if err := os.WriteFile(dir+"/"+name, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if path, err := browser.Find(); err != nil || path != dir+"/"+name {
			t.Errorf("found %s, %v", path, err)
		}
	}
	t.Setenv("CHROME", dir+"/google-chrome")
	if path, err := browser.Find(); err != nil || path != dir+"/google-chrome" {
		t.Errorf("CHROME: %s, %v", path, err)
	}
	t.Setenv("DISPLAY", ":0")
	if path, err := browser.FindHeaded(); err != nil || path != dir+"/google-chrome" {
		t.Errorf("CHROME, with a window: %s, %v", path, err)
	}
	t.Setenv("CHROME", dir+"/other")
	if _, err := browser.Find(); err == nil || errors.Is(err, browser.ErrNotFound) {
		t.Errorf("a wrong CHROME: %v", err)
	}
}

// A window that cannot be shown says what is missing, before anything is started.
func TestFindHeaded(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	t.Setenv("CHROME", "")
	t.Setenv("DISPLAY", ":0")
	if _, err := browser.FindHeaded(); !errors.Is(err, browser.ErrNotFound) {
		t.Errorf("nothing there: %v", err)
	}
	programs := func(names ...string) {
		for _, name := range names {
			if err := os.WriteFile(dir+"/"+name, []byte("#!/bin/sh\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	isNoWindow := func(what, way string) {
		t.Helper()
		_, err := browser.FindHeaded()
		if !errors.Is(err, browser.ErrNoWindow) || !strings.Contains(err.Error(), way) {
			t.Errorf("%s: %v", what, err)
		}
	}
	programs("chromium-headless-shell")
	isNoWindow("the shell alone", "apt-get install chromium")
	if _, err := browser.Launch(t.Context(), browser.Options{Headed: true}); !errors.Is(err, browser.ErrNoWindow) {
		t.Errorf("launched without a window: %v", err)
	}
	programs("chromium")
	if path, err := browser.FindHeaded(); err != nil || path != dir+"/chromium" {
		t.Errorf("beside the shell: %s, %v", path, err)
	}
	t.Setenv("CHROME", dir+"/chromium-headless-shell")
	isNoWindow("CHROME names the shell", "CHROME names chromium-headless-shell")
	t.Setenv("CHROME", "")
	if runtime.GOOS == "linux" {
		t.Setenv("DISPLAY", "")
		t.Setenv("WAYLAND_DISPLAY", "")
		isNoWindow("no display", "xvfb-run")
	}
}
