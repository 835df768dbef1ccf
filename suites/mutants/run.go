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
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// Options choose what is proven and how.
type Options struct {
	Faults []string // patterns of path.Match; none means all, and the quirks
	Full   bool     // run every check at each mutant and count what else fails
	// WithoutBrowser leaves those out of a full run that need a browser and are not
	// named: they take nine tenths of its time.
	WithoutBrowser bool
	// Earlier is a matrix whose rows need not be run again, as far as they say as much.
	Earlier *Matrix
	Jobs    int // mutants side by side; 0: defaultJobs
	// Planned, if not nil, is told how many mutants are to be run; Progress of each that
	// is done, one at a time.
	Planned  func(mutants int)
	Progress func(Outcome)
	// Save, if not nil, is given the matrix as it is after each mutant, one at a time.
	Save func(Matrix)
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
	known, err := requirement.KnownDeviations("")
	if err != nil {
		return Matrix{}, err
	}
	bench := suites.NewBench(suites.Timeouts{})
	p := &proving{options: o, bench: bench, known: known, outcomes: make([]Outcome, len(plan)), began: time.Now()}
	err = p.all(ctx, plan)
	if closing := bench.Close(); err == nil && closing != nil && ctx.Err() == nil {
		err = fmt.Errorf("end the browser: %w", closing)
	}
	return p.matrix(), err
}

// matrix is what has come out so far.
func (p *proving) matrix() Matrix {
	done := slices.DeleteFunc(slices.Clone(p.outcomes), func(o Outcome) bool { return o.Mutant.Profile == "" })
	whole := len(p.options.Faults) == 0 && len(done) == len(p.outcomes)
	m := newMatrix(done, whole)
	m.StartedAt, m.DurationMS = p.began.UTC(), float64(time.Since(p.began).Milliseconds())
	return m
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
	began   time.Time

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
	// At once, so that what is saved on the way never says less than before.
	var left []int
	for _, i := range longestFirst(plan) {
		var enough bool
		if p.outcomes[i], enough = p.takenOver(plan[i]); !enough {
			left = append(left, i)
		}
	}
	if p.options.Planned != nil {
		p.options.Planned(len(left))
	}
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(jobs, len(left)) {
		workers.Go(func() {
			for i := range next {
				outcome, err := p.one(ctx, plan[i])
				p.mu.Lock()
				if outcome.Mutant.Profile != "" { // else it did not come to that
					p.outcomes[i] = outcome
				}
				if err != nil && p.broken == nil {
					p.broken = err
					stop()
				}
				if ctx.Err() == nil {
					p.tell(outcome)
				}
				p.mu.Unlock()
			}
		})
	}
	for _, i := range left {
		next <- i
	}
	close(next)
	workers.Wait()
	return p.broken
}

// tell reports one outcome to whoever wants to know.
func (p *proving) tell(o Outcome) {
	if p.options.Progress != nil {
		p.options.Progress(o)
	}
	if p.options.Save != nil {
		p.options.Save(p.matrix())
	}
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
	if ctx.Err() != nil {
		return Outcome{}, nil
	}
	outcome := Outcome{Mutant: m}
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
	if p.full(m) {
		others := p.others(m)
		outcome.Others, outcome.Browser = len(others), !p.options.WithoutBrowser
		if outcome.Collateral, err = p.collateral(ctx, t, known, others); err != nil {
			return outcome, fmt.Errorf("mutant %s: %w", m.Name(), err)
		}
	}
	if ctx.Err() != nil {
		return Outcome{}, nil // what came after its end was blocked
	}
	outcome.DurationMS = float64(time.Since(began).Milliseconds())
	return outcome, nil
}
