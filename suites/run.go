package suites

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// Options choose what a run judges and how.
type Options struct {
	Suites      []string               // names; none means all
	IDs         []string               // patterns, see requirement.Select; none means all
	Version     string                 // portal version whose deviations count; empty: the one that the portal names
	Standard    bool                   // judge by the standards alone, without deviations
	Known       requirement.Deviations // instead of those of the version; nil: those
	Force       bool                   // judge also what preflight takes for no DocSpace
	Spec        string                 // how the target was named, for the report
	Unattended  bool                   // in CI: more than 2 % of the checks running twice fails the run
	Slow        bool                   // also what waits for real time
	Races       bool                   // also what fires many requests at once
	Destructive bool                   // also what deletes more than it made
	Seed        int64                  // order of the checks; 0: random
	Jobs        int                    // worker processes; 0: one more than processors, at most four
	Timeouts    Timeouts
	// Worker is the command of a worker process, which must call Work; nil means
	// this executable with the argument "worker".
	Worker []string
	// Planned, if not nil, is told how many verdicts will come; Progress of each.
	Planned  func(total int)
	Progress func(report.Result)
	// Tidied, if not nil, is told of each app of an earlier run that was removed first.
	Tidied func(target.LeftOver)
}

// Run judges a target in worker processes and reports. The error is one of usage
// (an unknown suite, pattern or version); everything else is in the report, which
// exists also when the target is unreachable or ctx ends.
func Run(ctx context.Context, t *target.Target, o Options) (report.Report, error) {
	chosen, err := requirement.Select(o.Suites, o.IDs)
	if err != nil {
		return report.Report{}, err
	}
	version := o.Version
	if version == "" {
		version = t.Version
	}
	if version == "" {
		version = requirement.DefaultVersion
	}
	var known requirement.Deviations
	switch {
	case o.Standard:
	case o.Known != nil:
		known = o.Known
	default:
		if known, err = requirement.KnownDeviations(version); err != nil {
			return report.Report{}, err
		}
	}
	if o.Seed == 0 {
		o.Seed = randomSeed()
	}
	t.RunID = strings.ToLower(rand.Text()[:8])
	if o.Timeouts == (Timeouts{}) {
		o.Timeouts = timeoutsAt(t)
	}
	r := &run{
		options: o, target: t, known: known, results: map[string]report.Result{},
		key: []byte(rand.Text()),
		report: report.Report{
			Tool: "docspace-oauth runner", Standard: o.Standard, Unattended: o.Unattended, Seed: o.Seed, StartedAt: time.Now().UTC(),
			Target: report.Target{Kind: string(t.Kind), URL: t.URL, Version: version, Faults: t.Faults, Spec: o.Spec},
		},
	}
	if o.Planned != nil {
		o.Planned(len(chosen))
	}
	r.judge(ctx, chosen)
	r.cleanUp()
	for _, req := range chosen {
		result, ok := r.results[req.ID]
		if !ok {
			// Not told: a line for each check would hide the one sentence that matters.
			result = report.Result{Requirement: req, Verdict: report.Blocked, Message: r.unjudged(ctx)}
		}
		r.report.Results = append(r.report.Results, result)
	}
	r.report.DurationMS = float64(time.Since(r.report.StartedAt).Milliseconds())
	r.report.Close(ctx.Err() != nil)
	return r.report, nil
}

// registers says whether checks leave apps at a portal that outlives the run.
func (r *run) registers() bool {
	t := r.target
	return t.Kind == target.KindURL && len(t.Apps) == 0 && t.Access != nil && t.Foreign == nil
}

// tidy removes what a run that crashed has left at the portal. That it can't takes
// nothing from the verdicts.
func (r *run) tidy(ctx context.Context) {
	if !r.registers() {
		return
	}
	limits := r.options.Timeouts.orDefault()
	ctx, cancel := context.WithTimeout(ctx, limits.CleanUp)
	defer cancel()
	if err := r.target.CleanAbandoned(ctx, time.Now().Add(-limits.Abandoned), r.options.Tidied); err != nil && ctx.Err() == nil {
		r.report.LeftBehind = fmt.Sprintf("apps of earlier runs may still be at the portal (%v): runner clean removes them", err)
	}
}

// cleanUp removes apps that checks could not remove themselves, because the run was
// interrupted or a worker ended early.
func (r *run) cleanUp() {
	t := r.target
	if t.Mock != nil && t.Kind == target.KindURL && r.began {
		ctx, cancel := context.WithTimeout(context.Background(), r.options.Timeouts.orDefault().CleanUp)
		defer cancel()
		if _, err := t.Mock.Clear(ctx, t.RunID, false); err != nil && r.report.Lost == "" {
			r.report.LeftBehind = fmt.Sprintf("users and apps of the run may still be at the mock (%v): runner clean removes them", err)
		}
		return
	}
	if !r.registers() || !r.began || r.report.Lost != "" {
		return // there is nothing of ours, or nobody to ask
	}
	ctx, cancel := context.WithTimeout(context.Background(), r.options.Timeouts.orDefault().CleanUp)
	defer cancel()
	if err := t.Clean(ctx, t.RunID, nil); err != nil && !errors.Is(err, target.ErrNotOffered) {
		r.report.LeftBehind = fmt.Sprintf("apps named docspace-oauth check %s … may still be at the portal (%v): runner clean removes them", t.RunID, err)
	}
}

// run is one run in progress.
type run struct {
	options Options
	target  *target.Target
	known   requirement.Deviations
	key     []byte
	began   bool   // checks may have registered apps
	lose    func() // ends all workers: the target is lost

	mu      sync.Mutex
	results map[string]report.Result
	report  report.Report
}

func (r *run) judge(ctx context.Context, chosen []requirement.Requirement) {
	err := Preflight(ctx, r.target, r.options.Timeouts)
	if err == nil {
		err = preflightPages(ctx, r.target, r.judged(chosen), r.options.Timeouts)
	}
	if r.options.Force && errors.Is(err, ErrNotDocSpace) {
		err = r.foreign(ctx)
	}
	if err != nil {
		if ctx.Err() == nil {
			r.report.Lost = err.Error()
		}
		var page *PageError
		if errors.As(err, &page) {
			r.report.PreflightPage = &page.Page
		}
		return
	}
	if err := r.detect(ctx); err != nil {
		r.broke("%v", err)
		return
	}
	r.tidy(ctx)
	var ids []string
	for _, req := range chosen {
		if reason := r.leftOut(req); reason != "" {
			r.keep(report.Result{Requirement: req, Verdict: report.Skip, Message: reason})
			continue
		}
		ids = append(ids, req.ID)
	}
	r.began = true
	ctx, r.lose = context.WithCancel(ctx)
	defer r.lose()
	var workers sync.WaitGroup
	for _, shard := range shards(ids, r.jobs(), r.options.Seed) {
		workers.Go(func() { r.employ(ctx, shard) })
	}
	workers.Wait()
}

// judged are those of the requirements that are not left out.
func (r *run) judged(chosen []requirement.Requirement) []requirement.Requirement {
	return slices.DeleteFunc(slices.Clone(chosen), func(req requirement.Requirement) bool { return r.leftOut(req) != "" })
}

// leftOut says why a check is not run, "" when it is.
func (r *run) leftOut(req requirement.Requirement) string {
	if _, ok := checkFor(req.ID); !ok {
		return "no check has been written for this requirement"
	}
	if req.Portal == requirement.NotOffered && !r.options.Standard {
		return "not offered by the portal: " + req.Known
	}
	if reason := r.target.NotOffered[req.Suite]; reason != "" {
		return "not offered by the target: " + reason
	}
	if r.target.Foreign != nil {
		if reason := leftOutThere(r.target, req); reason != "" {
			return reason
		}
	}
	if req.Suite == "registration" && len(r.target.Apps) > 0 {
		return "the target's apps are ready-made: the run registers and changes none"
	}
	o := r.options
	for _, need := range req.Needs {
		switch {
		case (need == requirement.NeedsBrowser || need == requirement.NeedsPages) && r.target.NotOffered[target.FeaturePages] != "":
			return "not offered by the target: " + r.target.NotOffered[target.FeaturePages]
		case need == requirement.NeedsSlow && !o.Slow:
			return "waits for real time to pass: run with --slow"
		case need == requirement.NeedsRaces && !o.Races:
			return "fires many requests at once: run with --races"
		case need == requirement.NeedsDestructive && !o.Destructive:
			return "deletes more than it made: run with --allow-destructive"
		case need == requirement.NeedsControl && r.target.ControlURL == "":
			return "needs the mock's control API"
		case need == requirement.NeedsOwnPortal && r.target.Kind != target.KindMock:
			return "turns the portal's clock, keys or limits: only the runner's own mock allows that"
		case need == requirement.NeedsSecondPortal && r.target.SecondURL == "":
			return "needs a second portal of the same installation"
		}
	}
	return ""
}

func (r *run) jobs() int {
	switch {
	case r.target.Pacing != nil || len(r.target.Apps) > 0:
		return 1 // one bucket, and one user's grants of one app
	case r.options.Jobs > 0:
		return r.options.Jobs
	case r.target.Headed:
		return 1 // a person looks at one window at a time
	}
	// One more than there are processors, as checks that drive a browser wait half of
	// their time; no more, as each worker has a Chromium of its own.
	return max(2, min(4, runtime.NumCPU()+1))
}

func (r *run) keep(result report.Result) {
	r.mu.Lock()
	r.results[result.ID] = result
	r.mu.Unlock()
	r.tell(result)
}

func (r *run) tell(result report.Result) {
	if r.options.Progress != nil {
		r.options.Progress(result)
	}
}

// broke notes that the harness broke; the first reason is kept.
func (r *run) broke(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.report.Harness == "" {
		r.report.Harness = fmt.Sprintf(format, args...)
	}
}

func (r *run) unjudged(ctx context.Context) string {
	switch {
	case ctx.Err() != nil:
		return "the run was interrupted before this check"
	case r.report.Lost != "":
		return r.report.Lost
	}
	return "no worker judged this check"
}

func (r *run) workerCommand() ([]string, error) {
	if r.options.Worker != nil {
		return r.options.Worker, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this executable: %w", err)
	}
	return []string{self, "worker"}, nil
}

// shards deals the checks out, so that all workers have as much to do: in the order
// of the seed, the longest first, each to the worker with the least so far.
func shards(ids []string, n int, seed int64) [][]string {
	shuffled := slices.Clone(ids)
	source := mathrand.New(mathrand.NewPCG(uint64(seed), 0))
	source.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	slices.SortStableFunc(shuffled, func(a, b string) int { return cost(b) - cost(a) })
	dealt := make([][]string, min(n, len(shuffled)))
	loads := make([]int, len(dealt))
	for _, id := range shuffled {
		least := slices.Index(loads, slices.Min(loads))
		dealt[least] = append(dealt[least], id)
		loads[least] += cost(id)
	}
	return dealt
}

// cost is roughly how long a check takes, beside one that sends a few requests.
func cost(id string) int {
	r, _ := requirement.Find(id)
	switch {
	case r.Has(requirement.NeedsBrowser):
		return 50
	case r.Suite == "robust":
		return 10
	case r.Has(requirement.NeedsOwnPortal):
		return 2
	}
	return 1
}

func randomSeed() int64 {
	return mathrand.Int64N(1<<31) + 1
}
