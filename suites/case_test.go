package suites

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// judgeBody runs a body as a check against a server and returns its result.
func judgeBody(t *testing.T, handler http.HandlerFunc, limits Timeouts, body func(*Case)) report.Result {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	tested, err := target.Open(t.Context(), server.URL, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	s := &session{target: tested, transport: http.DefaultTransport, timeouts: limits}
	r := requirement.Requirement{ID: "test/1/x", Suite: "token", Title: "x"}
	return s.judge(t.Context(), r, Check{r.ID, body})
}

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

func TestVerdictsOfACheck(t *testing.T) {
	for name, c := range map[string]struct {
		body    func(*Case)
		want    report.Verdict
		message string
	}{
		"passes":         {func(c *Case) { c.Expect(c.Get("/", nil)).To(HaveStatus(200)) }, report.Pass, ""},
		"fails":          {func(c *Case) { c.Expect(c.Get("/", nil)).To(HaveStatus(404)) }, report.Fail, "wanted status [404]"},
		"control fails":  {func(c *Case) { c.Control("it works", func() { c.Fail("it does not") }) }, report.Blocked, "control: it works: it does not"},
		"after control":  {func(c *Case) { c.Control("it works", func() {}); c.Fail("but") }, report.Fail, "but"},
		"skips":          {func(c *Case) { c.Skip("not here") }, report.Skip, "not here"},
		"is blocked":     {func(c *Case) { c.Blocked("no way") }, report.Blocked, "no way"},
		"not offered":    {func(c *Case) { c.User(target.Guest) }, report.Skip, "nobody was named who can sign in"},
		"panics":         {func(c *Case) { _ = []byte(c.Requirement.ID)[len(c.Requirement.ID)] }, report.Error, "out of range"},
		"bad request":    {func(c *Case) { c.Get("/%zz", nil) }, report.Error, "invalid URL escape"},
		"first counts":   {func(c *Case) { defer c.Fail("second"); c.Skip("first") }, report.Skip, "first"},
		"in a goroutine": {inGoroutine, report.Fail, "one of them"},
	} {
		t.Run(name, func(t *testing.T) {
			got := judgeBody(t, ok, DefaultTimeouts(), c.body)
			if got.Verdict != c.want || !strings.Contains(got.Message, c.message) {
				t.Errorf("%s %q instead of %s %q", got.Verdict, got.Message, c.want, c.message)
			}
		})
	}
}

func inGoroutine(c *Case) {
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() { c.Expect(i).NotTo(gomega.Equal(5), "one of them") })
	}
	group.Wait()
}

// A check that ignores its limit is given up; one that heeds it can still tidy up.
func TestTimeLimitsOfACheck(t *testing.T) {
	limits := DefaultTimeouts()
	limits.Check, limits.Grace = 20*time.Millisecond, 50*time.Millisecond
	release := make(chan struct{})
	defer close(release)
	if got := judgeBody(t, ok, limits, func(*Case) { <-release }); got.Verdict != report.Error {
		t.Errorf("a check that hangs is %s", got.Verdict)
	}
	limits.Grace = time.Minute
	var alive error
	got := judgeBody(t, ok, limits, func(c *Case) {
		c.Cleanup(func() { alive = c.Context().Err() })
		<-c.Context().Done()
		c.Fail("in time")
	})
	if got.Verdict != report.Blocked || alive != nil {
		t.Errorf("%s, and the context of the clean-up: %v", got.Verdict, alive)
	}
}

// A network that breaks once costs a retry and no verdict.
func TestBrokenNetworkIsRetriedOnce(t *testing.T) {
	var mu sync.Mutex
	cut := map[string]int{"/once": 1, "/always": 1 << 30}
	handler := func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if cut[r.URL.Path] > 0 {
			cut[r.URL.Path]--
			panic(http.ErrAbortHandler)
		}
	}
	visit := func(path string) func(*Case) {
		return func(c *Case) { c.Do(c.Request(http.MethodPost, path, nil, strings.NewReader("x"))) }
	}
	once := judgeBody(t, handler, DefaultTimeouts(), visit("/once"))
	if once.Verdict != report.Pass || !once.Retried {
		t.Errorf("cut once: %s, retried %v", once.Verdict, once.Retried)
	}
	always := judgeBody(t, handler, DefaultTimeouts(), visit("/always"))
	if always.Verdict != report.Fail || !always.Retried {
		t.Errorf("a portal that is alive and always cuts this request: %s, retried %v", always.Verdict, always.Retried)
	}
}

// An interrupted check must not take the target for lost.
func TestCancelledRunLosesNoTarget(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(ok))
	defer server.Close()
	tested, err := target.Open(t.Context(), server.URL, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	s := &session{target: tested, transport: http.DefaultTransport, timeouts: DefaultTimeouts()}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.judge(ctx, requirement.Requirement{ID: "test/1/x"}, Check{"test/1/x", func(c *Case) { c.Get("/", nil) }})
	if lost := s.lost.Load(); lost != nil {
		t.Errorf("lost: %s", *lost)
	}
}
