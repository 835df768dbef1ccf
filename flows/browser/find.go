package browser

import (
	"errors"
	"os"
	"os/exec"
)

// ErrNotFound says that there is no Chromium on this machine, and what to do.
var ErrNotFound = errors.New("no Chromium or Chrome found: run `make browser`, or set CHROME to the program")

// Find is the path of a Chromium or Chrome: the program that CHROME names, else
// the first of the usual names in PATH. A CHROME that does not exist is an error,
// not a reason to take another browser.
func Find() (string, error) {
	if named := os.Getenv("CHROME"); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", errors.Join(errors.New("CHROME names no program"), err)
		}
		return path, nil
	}
	for _, name := range []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
		"headless-shell", "chrome-headless-shell",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
	} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNotFound
}
