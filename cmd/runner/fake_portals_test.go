package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"docspace-oauth/suites/report"
)

// aFakePortal is a portal of a few lines and what the runner must make of it.
type aFakePortal struct {
	name   string
	answer http.HandlerFunc
	// What a run ends with: when the portal behaves so from the beginning, and when it
	// does after preflight.
	exit, exitLater int
	says            string // preflight's sentence, in part
	// What is seen after preflight; every other check is blocked or skipped.
	passes, fails []string
}

// brokenAnywhere are the checks that need nobody to be signed in and nothing to be
// registered: they fail where a portal answers nonsense.
var brokenAnywhere = []string{
	"rfc8414/3.2/metadata-served", "rfc8414/3.3/issuer-matches-url", "rfc8414/2/auth-methods-truthful",
	"oidc-discovery/3/required-members", "docspace/api/no-token", "docspace/api/password-login",
}

func fakePortals() []aFakePortal {
	return []aFakePortal{
		{
			name:   "always 500",
			answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
			exit:   report.ExitUnreachable, says: "answers 500", exitLater: report.ExitFailed, fails: brokenAnywhere,
		},
		{
			name:   "always 200",
			answer: func(http.ResponseWriter, *http.Request) {},
			exit:   report.ExitUnreachable, says: "is not a JSON object", exitLater: report.ExitFailed, fails: brokenAnywhere,
		},
		{
			name: "HTML everywhere",
			answer: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, "<!DOCTYPE html><title>Portal</title><p>Hello")
			},
			exit: report.ExitUnreachable, says: "is not a JSON object", exitLater: report.ExitFailed, fails: brokenAnywhere,
		},
		{
			name:   "closes connections",
			answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			exit:   report.ExitUnreachable, says: "cannot be reached", exitLater: report.ExitUnreachable,
		},
		{
			name: "answers in 30 s",
			answer: func(_ http.ResponseWriter, r *http.Request) {
				select {
				case <-time.After(30 * time.Second):
				case <-r.Context().Done():
				}
			},
			exit: report.ExitUnreachable, says: "does not answer within", exitLater: report.ExitUnreachable,
		},
		{
			name: "redirects for ever",
			answer: func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, fmt.Sprintf("%s?%dx", r.URL.Path, len(r.URL.RawQuery)), http.StatusFound)
			},
			exit: report.ExitUnreachable, says: "answers 302", exitLater: report.ExitFailed, fails: brokenAnywhere,
		},
		{
			name:   "sends bodies of 1 GB",
			answer: endlessly,
			exit:   report.ExitUnreachable, says: "cannot be read", exitLater: report.ExitFailed, fails: brokenAnywhere,
		},
		{
			name: "lies in metadata", // nothing of what it announces is there
			answer: func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasPrefix(r.URL.Path, "/.well-known/") {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, strings.Replace(metadata("http://"+r.Host), `"issuer":"http://`+r.Host, `"issuer":"https://elsewhere.example`, 1))
			},
			exit: report.ExitUnreachable, says: "does not let admin@docspace.test in", exitLater: report.ExitFailed,
			passes: []string{"rfc8414/3.2/metadata-served"},
			fails:  append([]string{"rfc8414/2/endpoints-answer"}, brokenAnywhere[1:]...),
		},
	}
}

// endlessly sends 1 GB of what begins like an answer of the token endpoint.
func endlessly(w http.ResponseWriter, r *http.Request) {
	const size = 1 << 30
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(size))
	piece := []byte(`{"access_token":"`)
	for sent := 0; sent+len(piece) <= size && r.Context().Err() == nil; piece = []byte(strings.Repeat("a", 1<<16)) {
		if _, err := w.Write(piece); err != nil {
			return
		}
		sent += len(piece)
	}
}

func metadata(base string) string {
	return fmt.Sprintf(`{"issuer":"%[1]s","authorization_endpoint":"%[1]s/oauth2/authorize","token_endpoint":"%[1]s/oauth2/token",`+
		`"jwks_uri":"%[1]s/oauth2/jwks","response_types_supported":["code"]}`, base)
}

const loginPage = `<!DOCTYPE html><title>Portal</title><input id="login_username"><input id="login_password" type="password"><button id="login_submit">Sign in</button>`

// letsIn passes preflight: it says that it is a portal, signs everybody in and has a
// login page, with which preflight ends. From then on it behaves as then does.
func letsIn(then http.HandlerFunc) http.HandlerFunc {
	var passed atomic.Bool
	return func(w http.ResponseWriter, r *http.Request) {
		if passed.Load() {
			then(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/.well-known/oauth-authorization-server":
			fmt.Fprint(w, metadata("http://"+r.Host))
		case "/api/2.0/authentication":
			fmt.Fprint(w, `{"response":{"token":"a-session-of-the-fake"}}`)
		case "/api/2.0/security/oauth2/token":
			fmt.Fprint(w, `{"response":"a-signature-of-the-fake"}`)
		case "/login":
			passed.Store(true)
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, loginPage)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}
}

// largestRun is the memory that no process of a run at a fake portal may take, in
// bytes: far less than a body that one of them sends, and enough under the race detector.
const largestRun = 400 << 20

// Whatever answers, from the beginning or once preflight is passed: the runner ends
// soon and small with the right exit code, passes nothing that it could not see, and
// accuses nobody of what the network did.
func TestFakePortals(t *testing.T) {
	for _, fake := range fakePortals() {
		t.Run(fake.name, func(t *testing.T) {
			outcome := judged(t, fake.answer)
			if outcome.ExitCode != fake.exit || !strings.Contains(outcome.Outcome, fake.says) || strings.Contains(outcome.Outcome, "\n") {
				t.Errorf("exit code %d: %s", outcome.ExitCode, outcome.Outcome)
			}
			expectVerdicts(t, outcome, nil, nil)
		})
		t.Run(fake.name+" after preflight", func(t *testing.T) {
			outcome := judged(t, letsIn(fake.answer))
			if outcome.ExitCode != fake.exitLater {
				t.Errorf("exit code %d: %s", outcome.ExitCode, outcome.Outcome)
			}
			expectVerdicts(t, outcome, fake.passes, fake.fails)
		})
	}
}

// A login page that the driver does not know ends the run before any check, and the
// report shows it.
func TestPreflightShowsAnUnknownLoginPage(t *testing.T) {
	metadata := letsIn(http.NotFound)
	outcome := judged(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/login" {
			metadata(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!DOCTYPE html><title>Portal 9</title><h1>Hello again</h1><form><input name="you"><button>Come in</button></form>`)
	})
	if outcome.ExitCode != report.ExitUnreachable || !strings.Contains(outcome.Outcome, "layout of the page /login is not recognised") {
		t.Errorf("exit code %d: %s", outcome.ExitCode, outcome.Outcome)
	}
	if page := outcome.PreflightPage; page == nil || len(page.Picture) == 0 || !strings.HasSuffix(page.Address, "/login") {
		t.Errorf("the page is not in the report: %+v", page)
	}
	expectVerdicts(t, outcome, nil, nil)
}

func expectVerdicts(t *testing.T, outcome report.Report, passes, fails []string) {
	t.Helper()
	for _, r := range outcome.Results {
		want := []report.Verdict{report.Blocked, report.Skip}
		switch {
		case slices.Contains(passes, r.ID):
			want = []report.Verdict{report.Pass}
		case slices.Contains(fails, r.ID):
			want = []report.Verdict{report.Fail}
		}
		if !slices.Contains(want, r.Verdict) {
			t.Errorf("%s is %s instead of %v: %s", r.ID, r.Verdict, want, r.Message)
		}
	}
}

// judged runs the runner, with a user who signs in, at a portal that answers so, and
// returns its report.
func judged(t *testing.T, answer http.HandlerFunc) report.Report {
	t.Helper()
	portal := httptest.NewServer(answer)
	defer portal.Close()
	defer portal.CloseClientConnections()
	t.Setenv("DOCSPACE_PASSWORD", "not-so-secret")
	outcome, ended := runProcess(t, "run", "--target", portal.URL, "--user", "admin@docspace.test", "--quiet")
	memory := largestMemory(ended)
	t.Logf("%.1f s, %d MB, exit code %d: %s", outcome.DurationMS/1000, memory>>20, outcome.ExitCode, outcome.Outcome)
	if memory > largestRun {
		t.Errorf("a process took %d MB", memory>>20)
	}
	return outcome
}
