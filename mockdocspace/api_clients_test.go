package mockdocspace_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace"
)

// vendorSDK is the vendor's own client of the API, of the version that the mock plays.
const vendorSDK = "docspace-api-sdk==3.7.0"

// The vendor's own client does what an integration does: it signs in by OAuth,
// reads the user, lists rooms, makes one, uploads, reads back and cleans up.
func TestVendorSDK(t *testing.T) {
	if testing.Short() {
		t.Skip("installs a Python package")
	}
	python := virtualEnvironment(t, vendorSDK)
	p := startAPI(t, mockdocspace.Options{})
	token := p.token("roomadmin@docspace.test", "accounts.self:read", "files:write", "rooms:write")
	output, err := run(t, 5*time.Minute, python, "-W", "ignore", "testdata/clients/integration.py", p.URL(), token)
	if err != nil || !strings.HasSuffix(strings.TrimSpace(output), "done") {
		t.Errorf("%v\n%s", err, output)
	}
}

// virtualEnvironment installs packages into a directory of the test's own and
// returns its interpreter. Without Python or without a way to the package
// registry the test is skipped.
func virtualEnvironment(t *testing.T, packages ...string) string {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on this machine")
	}
	directory := t.TempDir()
	if output, err := run(t, 2*time.Minute, python, "-m", "venv", directory); err != nil {
		t.Skipf("python3 makes no virtual environment: %v\n%s", err, output)
	}
	python = filepath.Join(directory, "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(directory, "Scripts", "python.exe")
	}
	if len(packages) == 0 {
		return python
	}
	output, err := install(t, python, packages...)
	switch {
	case err != nil && unreachable(output):
		t.Skipf("the package registry cannot be reached, so %s was not tried:\n%s", strings.Join(packages, ", "), output)
	case err != nil:
		t.Fatalf("install %s: %v\n%s", strings.Join(packages, ", "), err, output)
	}
	return python
}

func install(t *testing.T, python string, packages ...string) (string, error) {
	t.Helper()
	// With a retry pip says why it could not connect.
	arguments := append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "15"}, packages...)
	return run(t, 5*time.Minute, python, arguments...)
}

// unreachable recognises what pip says when there is no way to the registry.
func unreachable(output string) bool {
	for _, sign := range []string{
		"Failed to establish a new connection", "Temporary failure in name resolution", "Connection refused", "Connection broken",
		"ConnectTimeoutError", "ReadTimeoutError", "NewConnectionError", "ProxyError", "Network is unreachable", "Could not fetch URL",
	} {
		if strings.Contains(output, sign) {
			return true
		}
	}
	return false
}

// run ends a program when it takes longer than patience; output is both streams.
func run(t *testing.T, patience time.Duration, name string, arguments ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var output bytes.Buffer
	command := exec.CommandContext(ctx, name, arguments...)
	command.Stdout, command.Stderr = &output, &output
	command.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "NO_PROXY=127.0.0.1,localhost")
	err := command.Run()
	return output.String(), err
}

func TestUnreachableRegistryIsRecognised(t *testing.T) {
	if unreachable("ERROR: No matching distribution found for docspace-api-sdk==99") {
		t.Error("a package that is not there was taken for a registry that is not")
	}
	if testing.Short() {
		t.Skip("makes a virtual environment")
	}
	python := virtualEnvironment(t)
	output, err := install(t, python, "--index-url", "http://127.0.0.1:9/simple", "nothing-at-all")
	if err == nil || !unreachable(output) {
		t.Errorf("%v\n%s", err, output)
	}
}
