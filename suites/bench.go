package suites

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"

	"docspace-oauth/flows"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// Bench judges single checks in this process, on as many targets as one likes, side
// by side and without Ginkgo. One Chromium serves all; it starts when the first
// check wants it. Close it after use.
type Bench struct {
	transport http.RoundTripper
	key       []byte
	timeouts  Timeouts
	browsers  *browsers
}

// NewBench returns a bench; the zero Timeouts are the default ones.
func NewBench(limits Timeouts) *Bench {
	return &Bench{
		transport: flows.Transport(), key: []byte(rand.Text()),
		timeouts: limits.orDefault(), browsers: &browsers{},
	}
}

// On judges checks against t in the given order and returns their results; known
// deviations count as in a run, nil judges by the standards alone. The error names
// an id that has no check. What follows the end of ctx is blocked.
func (b *Bench) On(ctx context.Context, t *target.Target, known requirement.Deviations, ids ...string) ([]report.Result, error) {
	s := &session{target: t, known: known, transport: b.transport, key: b.key, timeouts: b.timeouts, browsers: b.browsers}
	results := make([]report.Result, 0, len(ids))
	for _, id := range ids {
		r, ok := requirement.Find(id)
		check, written := checkFor(id)
		if !ok || !written {
			return nil, fmt.Errorf("there is no check %q", id)
		}
		if err := ctx.Err(); err != nil {
			results = append(results, report.Result{Requirement: r, Verdict: report.Blocked, Message: err.Error()})
			continue
		}
		results = append(results, s.judge(ctx, r, check))
	}
	return results, nil
}

// Close ends the Chromium, if one was started.
func (b *Bench) Close() error { return b.browsers.close() }
