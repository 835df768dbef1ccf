package foreign

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

const callback = "http://localhost:3000/callback"

// world is a portal, an app on it, and a person who allows what the app asks for.
type world struct {
	t      *testing.T
	portal *mockdocspace.Portal
	app    control.App
	signed control.SignedIn
	visit  func(address string) (string, error) // what the person does: allow, unless in a browser
}

func newWorld(t *testing.T, o mockdocspace.Options) *world {
	t.Helper()
	portal, err := mockdocspace.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = portal.Close() })
	app, err := portal.Control().CreateApp(t.Context(), control.CreateAppRequest{Tenant: 1, RedirectURIs: []string{callback}})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, portal: portal, app: app}
	w.signIn("user@docspace.test")
	w.visit = w.allow
	return w
}

// signIn makes the person somebody else.
func (w *world) signIn(email string) {
	w.t.Helper()
	var err error
	if w.signed, err = w.portal.Control().SignIn(w.t.Context(), email, 1); err != nil {
		w.t.Fatal(err)
	}
}

// plain follows no redirect and keeps no cookie.
var plain = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute}

// allow is the person: opens an authorization address, allows everything that is
// asked for, and returns the address where the browser would be sent.
func (w *world) allow(address string) (string, error) {
	ctx := w.t.Context()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	request.AddCookie(&http.Cookie{Name: "x-signature", Value: w.signed.Signature})
	answer, err := plain.Do(request)
	if err != nil {
		return "", err
	}
	_ = answer.Body.Close()
	location, err := answer.Location()
	if err != nil {
		return "", fmt.Errorf("authorize answers %s: %w", answer.Status, err)
	}
	if location.Path != "/oauth2/consent" {
		return location.String(), nil
	}
	asked, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	form := url.Values{"client_id": {asked.Query().Get("client_id")}, "scope": strings.Fields(location.Query().Get("scope"))}
	for _, cookie := range answer.Cookies() {
		if cookie.Name == "client_state" {
			form.Set("state", cookie.Value)
		}
	}
	request, err = http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.portal.Address()+"/oauth2/authorize", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header = http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "X-Disable-Redirect": {"true"}, "X-Signature": {w.signed.Signature},
	}
	answer, err = plain.Do(request)
	if err != nil {
		return "", err
	}
	_ = answer.Body.Close()
	if to := answer.Header.Get("X-Redirect-URI"); to != "" {
		return to, nil
	}
	return "", fmt.Errorf("consent answers %s", answer.Status)
}

// clients is where the foreign clients are, installed once for all tests.
var clients = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", filepath.Join("..", "scripts", "clients.sh"))
	var errs strings.Builder
	command.Stderr = &errs
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("scripts/clients.sh: %w\n%s", err, errs.String())
	}
	return strings.TrimSpace(string(out)), nil
})

// program prepares one of the programs of this package to be run.
func program(t *testing.T, file string, arguments ...string) *exec.Cmd {
	t.Helper()
	if testing.Short() {
		t.Skip("runs a foreign client")
	}
	cache, err := clients()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	if strings.HasSuffix(file, ".py") {
		interpreter := filepath.Join(cache, "python", "bin", "python")
		command := exec.CommandContext(ctx, interpreter, append([]string{"-W", "ignore", filepath.Join("python", file)}, arguments...)...)
		command.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "NO_PROXY=127.0.0.1,localhost")
		return command
	}
	// A module finds others beside itself only.
	directory := t.TempDir()
	if err := os.Symlink(filepath.Join(cache, "node", "node_modules"), filepath.Join(directory, "node_modules")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"person.mjs", file} {
		source, err := os.ReadFile(filepath.Join("node", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, name), source, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(ctx, "node", append([]string{filepath.Join(directory, file)}, arguments...)...)
	command.Env = append(os.Environ(), "NO_PROXY=127.0.0.1,localhost")
	return command
}

// converse runs a program and plays the person for it. It returns the program's
// last line.
func (w *world) converse(file string, arguments ...string) string {
	w.t.Helper()
	command := program(w.t, file, arguments...)
	command.Env = append(command.Env,
		"PORTAL="+w.portal.URL(), "CLIENT_ID="+w.app.ID, "CLIENT_SECRET="+w.app.Secret, "REDIRECT_URI="+callback)
	var errs strings.Builder
	command.Stderr = &errs
	in, err := command.StdinPipe()
	out, err2 := command.StdoutPipe()
	if err := errors.Join(err, err2, command.Start()); err != nil {
		w.t.Fatal(err)
	}
	last := ""
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		last = lines.Text()
		if address, ok := strings.CutPrefix(last, "open "); ok {
			arrived, err := w.visit(address)
			if err != nil {
				w.t.Errorf("%s: %v", file, err)
			}
			if _, err := io.WriteString(in, arrived+"\n"); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	if err := errors.Join(lines.Err(), command.Wait()); err != nil {
		w.t.Fatalf("%s: %v\n%s", file, err, errs.String())
	}
	return last
}
