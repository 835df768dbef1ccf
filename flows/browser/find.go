package browser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrNotFound says that there is no Chromium on this machine, and what to do.
var ErrNotFound = errors.New("no Chromium or Chrome found: run `make browser`, or set CHROME to the program")

// Find is the path of a Chromium or Chrome: the program that CHROME names, else
// the first of the usual names in PATH, headless shells first: they are Chromium
// without its windows, and drive the same pages with a third of the work. A CHROME
// that does not exist is an error, not a reason to take another browser.
func Find() (string, error) {
	return find(append([]string{"chromium-headless-shell", "chrome-headless-shell", "headless-shell"}, withWindows()...))
}

// ErrNoWindow says why a browser cannot be shown here, and what to do.
var ErrNoWindow = errors.New("no browser window can be shown")

// FindHeaded is Find for a browser that can be looked at. Where none is, or no display
// to show it on: ErrNoWindow.
func FindHeaded() (string, error) {
	path, err := find(withWindows())
	if errors.Is(err, ErrNotFound) {
		if shell, err := Find(); err == nil {
			return "", fmt.Errorf("%w: %s has none, and no other Chromium or Chrome was found: install one (Debian: apt-get install chromium), or set CHROME to it", ErrNoWindow, shell)
		}
	}
	if err != nil {
		return "", err
	}
	if name := filepath.Base(path); strings.Contains(name, "headless") {
		return "", fmt.Errorf("%w: CHROME names %s, which has none: set it to a whole Chromium or Chrome", ErrNoWindow, name)
	}
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return "", fmt.Errorf("%w: neither DISPLAY nor WAYLAND_DISPLAY is set: run it in a desktop session, or on a display of its own with xvfb-run", ErrNoWindow)
	}
	return path, nil
}

func withWindows() []string {
	return []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
	}
}

func find(names []string) (string, error) {
	if named := os.Getenv("CHROME"); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", errors.Join(errors.New("CHROME names no program"), err)
		}
		return path, nil
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNotFound
}
