package mutants

import (
	"context"
	"fmt"
	"path"
	"slices"
	"sync"
	"time"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/suites"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// Options choose what is proven and how.
type Options struct {
	Faults []string // patterns of path.Match; none means all, and the quirks
	Full   bool     // run every check at each mutant and count what else fails
	Jobs   int      // mutants side by side; 0: defaultJobs
	// Planned, if not nil, is told how many mutants there are; Progress of each that
	// is done, one at a time.
	Planned  func(mutants int)
	Progress func(Outcome)
}

// defaultJobs: a mutant waits for its own requests most of the time, so a few more
// than a small machine has processors.
const defaultJobs = 4

// Run proves the checks. The error is one of usage (a pattern that matches nothing)
// or of the harness (a mock that does not start); everything else is in the matrix,
// which also exists when ctx ends early.
func Run(ctx context.Context, o Options) (Matrix, error) {
	keep, err := chosen(o.Faults)
	if err != nil {
		return Matrix{}, err
	}
	plan := Plan(isWritten(), keep)
	if o.Planned != nil {
		o.Planned(len(plan))
	}
	known, err := requirement.KnownDeviations("")
	if err != nil {
		return Matrix{}, err
	}
	bench := suites.NewBench(suites.Timeouts{})
	p := &proving{options: o, bench: bench, known: known, outcomes: make([]Outcome, len(plan))}
	began := time.Now()
	err = p.all(ctx, plan)
	if closing := bench.Close(); err == nil && closing != nil && ctx.Err() == nil {
		err = fmt.Errorf("end the browser: %w", closing)
	}
	m := newMatrix(p.outcomes, len(o.Faults) == 0, o.Full)
	m.StartedAt, m.DurationMS = began.UTC(), float64(time.Since(began).Milliseconds())
	return m, err
}

// chosen turns patterns into a filter; one that matches no fault is an error.
func chosen(patterns []string) (func(string) bool, error) {
	names := []string{Quirks}
	for _, fault := range mockdocspace.Faults() {
		names = append(names, fault.Name)
	}
	wanted := map[string]bool{}
	for _, pattern := range patterns {
		found := false
		for _, name := range names {
			ok, err := path.Match(pattern, name)
			if err != nil {
				return nil, fmt.Errorf("pattern %q: %w", pattern, err)
			}
			if ok {
				wanted[name], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("no fault has a name like %q; `runner faults` names them all", pattern)
		}
	}
	return func(name string) bool { return len(patterns) == 0 || wanted[name] }, nil
}

func isWritten() func(string) bool {
	written := map[string]bool{}
	for _, check := range suites.Checks() {
		written[check.ID] = true
	}
	return func(id string) bool { return written[id] }
}

// proving is a run in progress.
type proving struct {
	options Options
	bench   *suites.Bench
	known   requirement.Deviations

	mu       sync.Mutex
	outcomes []Outcome
	broken   error
}

func (p *proving) all(ctx context.Context, plan []Mutant) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	jobs := p.options.Jobs
	if jobs <= 0 {
		jobs = defaultJobs
	}
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(jobs, len(plan)) {
		workers.Go(func() {
			for i := range next {
				outcome, err := p.one(ctx, plan[i])
				p.mu.Lock()
				p.outcomes[i] = outcome
				if err != nil && p.broken == nil {
					p.broken = err
					stop()
				}
				if p.options.Progress != nil && ctx.Err() == nil {
					p.options.Progress(outcome)
				}
				p.mu.Unlock()
			}
		})
	}
	for _, i := range longestFirst(plan) {
		next <- i
	}
	close(next)
	workers.Wait()
	return p.broken
}

// longestFirst: the mutants with the most to do begin, so that none is left alone at
// the end.
func longestFirst(plan []Mutant) []int {
	order := make([]int, len(plan))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cost(plan[b]) - cost(plan[a]) })
	return order
}

func cost(m Mutant) int {
	sum := 0
	for _, id := range m.Checks {
		sum++
		if r, _ := requirement.Find(id); r.Has(requirement.NeedsBrowser) {
			sum += 4
		}
	}
	return sum
}

// one judges a mutant at a mock of its own.
func (p *proving) one(ctx context.Context, m Mutant) (Outcome, error) {
	outcome := Outcome{Mutant: m}
	if ctx.Err() != nil {
		return outcome, nil
	}
	began := time.Now()
	o := target.MockOptions{Profile: m.Profile, Limits: m.Limits}
	if m.Fault != "" && m.Fault != Quirks {
		o.Faults = []string{m.Fault}
	}
	t, err := target.OpenMock(ctx, o)
	if err != nil {
		return outcome, fmt.Errorf("mutant %s: %w", m.Name(), err)
	}
	defer func() { _ = t.Close() }()
	var known requirement.Deviations
	if !m.Standard {
		known = p.known
	}
	results, err := p.bench.On(ctx, t, known, m.Checks...)
	if err != nil {
		return outcome, fmt.Errorf("mutant %s: %w", m.Name(), err)
	}
	for _, r := range results {
		outcome.Proofs = append(outcome.Proofs, Proof{
			Requirement: r.ID, Verdict: r.Verdict, Message: r.Message, Proven: r.Verdict == m.Expected,
		})
	}
	if p.options.Full && m.Fault != "" {
		if outcome.Collateral, err = p.collateral(ctx, t, m, known); err != nil {
			return outcome, fmt.Errorf("mutant %s: %w", m.Name(), err)
		}
	}
	outcome.DurationMS = float64(time.Since(began).Milliseconds())
	return outcome, nil
}

// collateral runs every other check at a mutant and returns what is not as expected
// there. The quirks are no fault: what passes unexpectedly is what they are about.
func (p *proving) collateral(ctx context.Context, t *target.Target, m Mutant, known requirement.Deviations) ([]string, error) {
	if m.Fault == Quirks || m.Standard {
		return nil, nil
	}
	var others []string
	for _, check := range suites.Checks() {
		if r, _ := requirement.Find(check.ID); !slices.Contains(m.Checks, check.ID) && r.Portal != requirement.NotOffered {
			others = append(others, check.ID)
		}
	}
	results, err := p.bench.On(ctx, t, known, others...)
	var failed []string
	for _, r := range results {
		if r.Verdict == report.Fail {
			failed = append(failed, r.ID)
		}
	}
	return failed, err
}
