package browser

import (
	"errors"
	"os"
	"os/exec"
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

// findWithWindows is Find for a browser that can be looked at.
func findWithWindows() (string, error) { return find(withWindows()) }

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
