package suites_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"docspace-oauth/suites"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/target"
)

// quickly are limits under which a portal that hangs is noticed within a test.
var quickly = suites.Timeouts{
	Request: 500 * time.Millisecond, Check: 2 * time.Second, Browser: 2 * time.Second,
	Grace: time.Second, Probe: 200 * time.Millisecond, Preflight: 500 * time.Millisecond,
}

func judge(t *testing.T, address string, o suites.Options) report.Report {
	t.Helper()
	tested, err := target.Open(t.Context(), address, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tested.Close() })
	o.Timeouts = quickly
	outcome, err := suites.Run(t.Context(), tested, o)
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

// A target that is no DocSpace ends in preflight with one sentence, within the limits
// of the run. (Portals that misbehave with every answer: cmd/runner, TestFakePortals.)
func TestPreflightRefusesWhatIsNoPortal(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"another server": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"issuer":"https://as.example","token_endpoint":"https://as.example/token"}`)
		},
		"hangs": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"hangs in the body": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			portal := httptest.NewServer(answer)
			defer portal.CloseClientConnections()
			outcome := judge(t, portal.URL, suites.Options{})
			if outcome.ExitCode != report.ExitUnreachable {
				t.Errorf("exit code %d: %s", outcome.ExitCode, outcome.Outcome)
			}
			if !strings.Contains(outcome.Outcome, portal.URL) || strings.Contains(outcome.Outcome, "\n") {
				t.Errorf("outcome %q is not one sentence about the target", outcome.Outcome)
			}
			for _, r := range outcome.Results {
				if r.Verdict != report.Blocked {
					t.Errorf("%s is %s", r.ID, r.Verdict)
				}
			}
		})
	}
}

// fakeMetadata passes preflight at an address.
func fakeMetadata(base string) string {
	return fmt.Sprintf(`{"issuer":%[1]q,"authorization_endpoint":"%[2]s/oauth2/authorize","token_endpoint":"%[2]s/oauth2/token","jwks_uri":"%[2]s/oauth2/jwks","response_types_supported":["code"]}`, base, base)
}

// A portal whose metadata lies fails in the checks about that, and passes those
// that hold: the judge tells one from the other.
func TestVerdictsAtAPortalOfAFewLines(t *testing.T) {
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, fakeMetadata("https://elsewhere.example"))
	}))
	defer portal.Close()
	outcome := judge(t, portal.URL, suites.Options{IDs: []string{"metadata-served", "issuer-matches-url", "scopes-truthful"}})
	want := map[string]report.Verdict{
		"rfc8414/3.2/metadata-served":    report.Pass,
		"rfc8414/3.3/issuer-matches-url": report.Fail,
		"rfc8414/2/scopes-truthful":      report.Skip, // nobody can sign in
	}
	for _, r := range outcome.Results {
		if r.Verdict != want[r.ID] {
			t.Errorf("%s is %s (%s) instead of %s", r.ID, r.Verdict, r.Message, want[r.ID])
		}
		if r.Verdict == report.Fail && len(r.Exchanges) == 0 {
			t.Errorf("%s failed without evidence", r.ID)
		}
	}
	if outcome.ExitCode != report.ExitFailed {
		t.Errorf("exit code %d: %s", outcome.ExitCode, outcome.Outcome)
	}
}

// A portal that dies during the run is lost: no check fails for it.
func TestLostTargetBlocksTheRest(t *testing.T) {
	var asked atomic.Int32
	var portal *httptest.Server
	portal = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) > 2 {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, fakeMetadata(portal.URL))
	}))
	defer portal.Close()
	outcome := judge(t, portal.URL, suites.Options{
		IDs: []string{"metadata-served", "issuer-matches-url", "prefixed-alias"}, Jobs: 1,
	})
	if outcome.ExitCode != report.ExitUnreachable || outcome.Lost == "" {
		t.Errorf("exit code %d: %s", outcome.ExitCode, outcome.Outcome)
	}
	if n := outcome.Counts[report.Fail] + outcome.Counts[report.Error]; n > 0 {
		t.Errorf("%d checks failed for a target that was lost: %+v", n, outcome.Results)
	}
}

// What one worker finds out ends the others too, which would wait in vain much longer.
func TestLostTargetEndsEveryWorker(t *testing.T) {
	waiting := make(chan struct{})
	var once sync.Once
	var asked atomic.Int32
	var portal *httptest.Server
	portal = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/"): // of the check in one worker: it gets no answer
			once.Do(func() { close(waiting) })
			<-r.Context().Done()
		case asked.Add(1) > 2: // after preflight, of the check in the other
			<-waiting
			panic(http.ErrAbortHandler)
		default:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, fakeMetadata(portal.URL))
		}
	}))
	defer portal.Close()
	tested, err := target.Open(t.Context(), portal.URL, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	patient := quickly
	patient.Request, patient.Check = time.Hour, time.Hour // longer than any test may take
	outcome, err := suites.Run(t.Context(), tested, suites.Options{
		IDs: []string{"metadata-served", "docspace/api/no-token"}, Jobs: 2, Timeouts: patient,
	})
	if err != nil || outcome.ExitCode != report.ExitUnreachable || outcome.Counts[report.Blocked] != 2 {
		t.Errorf("%v, exit code %d: %s %v", err, outcome.ExitCode, outcome.Outcome, outcome.Counts)
	}
}

// An interrupted run still reports.
func TestInterruptedRunReports(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	portal := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer portal.Close()
	tested, err := target.Open(t.Context(), portal.URL, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := suites.Run(ctx, tested, suites.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if outcome.ExitCode != report.ExitInterrupted || outcome.Counts[report.Blocked] != len(outcome.Results) {
		t.Errorf("exit code %d, counts %v", outcome.ExitCode, outcome.Counts)
	}
}

// A worker that dies is the harness's fault, and the report says so.
func TestDeadWorkerIsAnError(t *testing.T) {
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, fakeMetadata("http://"+r.Host))
	}))
	defer portal.Close()
	outcome := judge(t, portal.URL, suites.Options{IDs: []string{"metadata-served"}, Worker: []string{"false"}})
	if outcome.ExitCode != report.ExitHarness || outcome.Harness == "" {
		t.Errorf("exit code %d: %s", outcome.ExitCode, outcome.Outcome)
	}
}

// What a worker's browser asks of a person reaches the one who started the run.
func TestWorkerAsksThePerson(t *testing.T) {
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, fakeMetadata("http://"+r.Host))
	}))
	defer portal.Close()
	tested, err := target.Open(t.Context(), portal.URL, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer tested.Close()
	var asked []string
	tested.Headed, tested.Ask = true, func(task string) { asked = append(asked, task) }
	worker := []string{"sh", "-c", `read -r order; case "$order" in *'"headed":true'*) echo '{"asks":"solve the captcha"}';; esac; echo '{"done":true}'`}
	if _, err := suites.Run(t.Context(), tested, suites.Options{IDs: []string{"metadata-served"}, Worker: worker, Timeouts: quickly}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(asked, []string{"solve the captcha"}) {
		t.Errorf("asked %q", asked)
	}
}
