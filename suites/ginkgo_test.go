package suites_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"docspace-oauth/suites/target"
)

// The command ginkgo runs the specs, and no test besides, against the target that the
// environment names: all, by label, by focus, and in a dry run that sends nothing.
func TestGinkgoCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles this package's tests once more")
	}
	mock, err := target.OpenMock(t.Context(), target.MockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	address, err := url.Parse(mock.URL)
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(address) }}
	counted := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		proxy.ServeHTTP(w, r)
	}))
	defer counted.Close()

	for name, c := range map[string]struct {
		target    string
		arguments []string
		says      string // a regular expression
		sends     bool
	}{
		"labels":  {mock.URL, []string{"--label-filter", "pkce && MUST"}, `Ran 5 of \d+ Specs`, false},
		"focus":   {mock.URL, []string{"--focus", "code-single-use"}, `Ran 1 of \d+ Specs`, false},
		"opt-in":  {mock.URL, []string{"--label-filter", "races"}, `0 Passed \| 0 Failed`, false},
		"through": {counted.URL, []string{"--focus", "endpoints-answer"}, `Ran 1 of \d+ Specs`, true},
		"dry":     {counted.URL, []string{"--dry-run", "--label-filter", "token || pkce"}, `Ran [3-9]\d of \d+ Specs`, false},
	} {
		t.Run(name, func(t *testing.T) {
			asked.Store(0)
			output, err := ginkgoCommand(t, c.target, c.arguments...)
			if err != nil || !regexp.MustCompile(c.says).MatchString(output) || strings.Contains(output, "--- PASS") {
				t.Errorf("%v\n%s", err, output)
			}
			if sent := asked.Load(); c.sends != (sent > 0) {
				t.Errorf("%d requests were sent", sent)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		output, err := ginkgoCommand(t, "http://127.0.0.1:1")
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !strings.Contains(output, "http://127.0.0.1:1 cannot be reached") {
			t.Errorf("%v\n%s", err, output)
		}
	})
}

func ginkgoCommand(t *testing.T, address string, arguments ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"tool", "ginkgo", "--no-color"}, arguments...), ".")...)
	cmd.Env = append(os.Environ(), "DOCSPACE_TARGET="+address, "DOCSPACE_USER=", "DOCSPACE_VERSION=", "DOCSPACE_SLOW=", "DOCSPACE_RACES=")
	output, err := cmd.CombinedOutput()
	return string(output), err
}
