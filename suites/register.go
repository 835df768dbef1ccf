package suites

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/onsi/ginkgo/v2"

	"docspace-oauth/flows"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// RegisterOptions say what to register and where verdicts go.
type RegisterOptions struct {
	// IDs are the requirements to judge; nil means every one with a check.
	IDs []string
	// LeftOut says of requirements why they are not judged here, as Plan.Skipped does:
	// their specs are skipped.
	LeftOut map[string]string
	// Known are the deviations; nil judges by the standards alone.
	Known requirement.Deviations
	// Started and Ended, if not nil, are told of each check. Ended gets the final verdict.
	Started func(id string)
	Ended   func(report.Result)
	// FailSpecs makes a verdict that is not as expected fail its Ginkgo spec, and
	// one that could not be reached skip it. Without it Ginkgo stays green.
	FailSpecs bool
	// RedactionKey makes equal secrets recognisable across workers; nil: random.
	RedactionKey []byte
	Timeouts     Timeouts

	browsers *browsers // nil: of its own
}

// session is what the checks of one process share.
type session struct {
	target    *target.Target
	known     requirement.Deviations
	transport http.RoundTripper
	key       []byte // of redaction marks
	timeouts  Timeouts
	browsers  *browsers

	lost atomic.Pointer[string] // why the target counts as lost
}

// Register builds the Ginkgo tree: a Describe per suite, an It per check with its
// suite, level and needs as labels. Call it once, before RunSpecs.
func Register(t *target.Target, o RegisterOptions) {
	key := o.RedactionKey
	if key == nil {
		key = []byte(rand.Text())
	}
	transport, err := t.Transport()
	if err != nil { // looked at before the run
		transport = flows.Transport()
	}
	if o.browsers == nil {
		o.browsers = &browsers{}
	}
	s := &session{
		target: t, known: o.Known, transport: spare(t, transport),
		key: key, timeouts: o.Timeouts.orDefault(), browsers: o.browsers,
	}
	ginkgo.AfterSuite(func() {
		// A Chromium that hangs while it ends takes nothing from the verdicts.
		_ = s.browsers.close()
	})
	wanted := map[string]bool{}
	for _, id := range o.IDs {
		wanted[id] = true
	}
	for _, suite := range requirement.Suites() {
		ginkgo.Describe(suite, ginkgo.Label(suite), func() {
			for _, check := range Checks() {
				r, ok := requirement.Find(check.ID)
				if !ok || r.Suite != suite || (o.IDs != nil && !wanted[r.ID]) {
					continue
				}
				ginkgo.It(r.ID+" "+r.Title, labels(r), func(ctx ginkgo.SpecContext) {
					if o.Started != nil {
						o.Started(r.ID)
					}
					result := report.Result{Requirement: r, Verdict: report.Skip, Message: o.LeftOut[r.ID]}
					if result.Message == "" {
						result = s.judge(ctx, r, check)
					}
					if o.Ended != nil {
						o.Ended(result)
					}
					if o.FailSpecs {
						settle(result)
					}
				})
			}
		})
	}
}

func labels(r requirement.Requirement) ginkgo.Labels {
	labels := ginkgo.Labels{string(r.Level)}
	for _, need := range r.Needs {
		labels = append(labels, string(need))
	}
	return labels
}

// settle makes Ginkgo's outcome follow the verdict.
func settle(r report.Result) {
	switch r.Verdict {
	case report.Pass, report.Deviation:
	case report.Skip:
		ginkgo.Skip(r.Message)
	default:
		ginkgo.Fail(string(r.Verdict) + ": " + r.Message)
	}
}

// judge runs a check and decides its verdict. When the network broke under it, it
// is run once more if the target is still there; else the target is lost and this
// check, and every later one, is blocked.
func (s *session) judge(ctx context.Context, r requirement.Requirement, check Check) report.Result {
	began := time.Now()
	result := s.attempt(ctx, r, check)
	if result.broken != nil && result.Verdict != report.Pass {
		if err := s.alive(ctx); err == nil {
			result = s.attempt(ctx, r, check)
			result.Retried = true
		}
		if result.broken != nil && result.Verdict != report.Pass {
			if err := s.alive(ctx); err != nil && ctx.Err() == nil {
				reason := lostPrefix + err.Error()
				s.lost.CompareAndSwap(nil, &reason)
			}
		}
	}
	if lost := s.lost.Load(); lost != nil && result.Verdict != report.Pass {
		result.Verdict, result.Message = report.Blocked, *lost
	}
	result.StartedAt = began.UTC()
	result.DurationMS = float64(time.Since(began).Microseconds()) / 1000
	return report.Judge(result.Result, s.known)
}

// attempted is the raw outcome of one run of a check.
type attempted struct {
	report.Result
	broken error // the network failed under it
}

func (s *session) attempt(ctx context.Context, r requirement.Requirement, check Check) attempted {
	if lost := s.lost.Load(); lost != nil {
		return attempted{Result: report.Result{Requirement: r, Verdict: report.Blocked, Message: *lost}}
	}
	limit := s.timeouts.Check
	if r.Has(requirement.NeedsBrowser) {
		limit = s.timeouts.Browser
	}
	hard, cancelHard := context.WithTimeout(ctx, limit+s.timeouts.Grace)
	defer cancelHard()
	soft, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	t := s.target
	if r.Has(requirement.NeedsOwnPortal) {
		start := s.target.Own
		if r.Has(requirement.NeedsLimits) {
			start = s.target.OwnLimited
		}
		own, err := start(hard)
		if err != nil {
			return attempted{Result: report.Result{Requirement: r, Verdict: report.Skip, Message: err.Error()}}
		}
		defer own.Close()
		t = own
	}
	c := s.newCase(soft, r, t)
	c.perform(bodyAt(t, check), hard)
	return attempted{c.result(), c.recorder.Broken()}
}

// alive asks whether the target still answers. It asks three times: a portal that
// is just busy is not lost.
func (s *session) alive(ctx context.Context) error {
	client := &http.Client{
		Transport: s.transport, Timeout: s.timeouts.Probe,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	var err error
	for range 3 {
		if err = s.target.Alive(ctx, client); err == nil {
			return nil
		}
	}
	return err
}

// lostPrefix begins the reason of every check that a lost target blocked.
const lostPrefix = "The target was lost during the run: "
