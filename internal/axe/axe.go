// Package axe looks for barriers in web pages with axe-core, in tests. The script
// (MPL-2.0) is no part of this module: the tests fetch it with npm, in the version
// and with the digest that package-lock.json pins, into the user's cache.
package axe

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

//go:embed package.json package-lock.json
var pinned embed.FS

// Script is the source of axe-core.
type Script string

// Load returns the script, from the cache or else from the registry. Where it
// can't be had the test is skipped; on a CI machine, which sets CI, it fails.
func Load(t testing.TB) Script {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	script, err := load(ctx)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return script
}

func load(ctx context.Context) (Script, error) {
	lock, err := pinned.ReadFile("package-lock.json")
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	digest := sha256.Sum256(lock)
	folder := filepath.Join(cache, "docspace-oauth", "axe-"+hex.EncodeToString(digest[:6]))
	file := filepath.Join(folder, "node_modules", "axe-core", "axe.min.js")
	source, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		if err = install(ctx, folder); err == nil {
			source, err = os.ReadFile(file)
		}
	}
	if err != nil {
		return "", fmt.Errorf("axe-core: %w", err)
	}
	return Script(source), nil
}

// install has npm fetch the script beside folder and moves it there whole, so that
// tests that run side by side never see a half.
func install(ctx context.Context, folder string) error {
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(folder), "axe-fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := os.CopyFS(fresh, pinned); err != nil {
		return err
	}
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = fresh
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	if err := os.Rename(fresh, folder); err != nil {
		if _, there := os.Stat(folder); there != nil { // nobody else was faster
			return err
		}
	}
	return nil
}

// Finding is a rule that a page breaks.
type Finding struct {
	ID     string `json:"id"`     // axe-core's name of the rule
	Impact string `json:"impact"` // minor, moderate, serious or critical
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// String is the rule, and each place with what to do there.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", f.ID, f.Impact, f.Help)
	for _, n := range f.Nodes {
		fmt.Fprintf(&b, "\n  %s\n    %s", n.HTML, strings.ReplaceAll(n.Summary, "\n", "\n    "))
	}
	return b.String()
}

// Findings are the rules that the page breaks which the tab of ctx, a context
// of chromedp, shows.
func (s Script) Findings(ctx context.Context) ([]Finding, error) {
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](string(s)+";undefined")); err != nil {
		return nil, fmt.Errorf("load axe-core into the page: %w", err)
	}
	result, err := chromedp.Run(ctx, chromedp.Evaluate[struct {
		Violations []Finding `json:"violations"`
	}](`axe.run({resultTypes: ["violations"]}).then(({violations}) => ({violations}))`, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, fmt.Errorf("axe-core: %w", err)
	}
	return result.Violations, nil
}

// Check fails the test for each serious or critical finding of the page in the tab
// of ctx, naming the page; rules that are known to be broken may be left out.
func (s Script) Check(t testing.TB, ctx context.Context, page string, except ...string) {
	t.Helper()
	findings, err := s.Findings(ctx)
	if err != nil {
		t.Errorf("%s: %v", page, err)
	}
	for _, f := range findings {
		if (f.Impact == "serious" || f.Impact == "critical") && !slices.Contains(except, f.ID) {
			t.Errorf("%s: %s", page, f)
		}
	}
}
