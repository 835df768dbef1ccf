package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"docspace-oauth/flows/browser"
	"docspace-oauth/suites"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

type runCommand struct {
	targetFlags `embed:""`
	Suite       []string `placeholder:"NAME" help:"Only these suites."`
	ID          []string `name:"id" placeholder:"GLOB" help:"Only requirements with such an id; without a slash the last part counts."`
	Report      string   `default:"report" placeholder:"DIR" help:"Where report.html, report.json, junit.xml and summary.md go."`
	Version     string   `name:"portal-version" placeholder:"V" help:"Portal version whose known deviations count (default: the one that the portal names)."`
	Standard    bool     `help:"Judge by the standards alone, without known deviations."`
	Slow        bool     `help:"Also run what waits for real time."`
	Races       bool     `help:"Also run what fires many requests at once."`
	Destructive bool     `name:"allow-destructive" help:"Also run what deletes more than it made."`
	Seed        int64    `placeholder:"N" help:"Order of the checks; random by default, printed at the end."`
	Jobs        int      `placeholder:"N" help:"Worker processes (default: one more than processors, at most four)."`
	Fault       []string `placeholder:"NAME" help:"Switch a misbehaviour of the mock on for the run."`
	Quiet       bool     `help:"Print only what is not as expected."`
	JSONLines   bool     `name:"json-lines" help:"Print each result as a JSON line instead of text."`
	Deviations  string   `placeholder:"FILE" type:"existingfile" help:"Known deviations to use instead of the built-in ones."`
	Learn       string   `placeholder:"FILE" help:"Write proposed deviations for what failed to a new file."`
	Force       bool     `help:"Judge also what does not look like a DocSpace portal."`
	DryRun      bool     `name:"dry-run" help:"Say what would be judged, created, posted and deleted, and send nothing."`
}

// targetFlags name a target and, where it is just an address, who signs in.
type targetFlags struct {
	Target      string `default:"mock" placeholder:"mock|URL|FILE" help:"What to judge: mock (started for the run), the address of a portal, or a target file (.yaml)."`
	User        string `env:"DOCSPACE_USER" placeholder:"EMAIL" help:"Who signs in at a portal that is named by its address."`
	PasswordEnv string `default:"DOCSPACE_PASSWORD" placeholder:"NAME" help:"Environment variable with that user's password."`
	Headed      bool   `help:"Show the browser, and wait for you to solve a captcha where the portal wants that."`
}

// open reaches the target. A window that cannot be shown is an error before anything
// is started.
func (f targetFlags) open(ctx context.Context, faults []string, s streams) (*target.Target, error) {
	if f.Headed {
		if _, err := browser.FindHeaded(); err != nil {
			return nil, fmt.Errorf("--headed: %w", err)
		}
	}
	t, err := target.Open(ctx, f.Target, faults, f.User, os.Getenv(f.PasswordEnv))
	if err == nil && f.Headed {
		t.Headed, t.Ask = true, func(task string) { fmt.Fprintf(s.err, "runner: %s\n", task) }
	}
	return t, err
}

// Run judges and reports. Reports are written whatever happens.
func (r *runCommand) Run(ctx context.Context, s streams) error {
	// Before a mock is started: a slip of the pen must cost nothing.
	if _, err := requirement.Select(r.Suite, r.ID); err != nil {
		return err
	}
	options, err := r.options()
	if err != nil {
		return err
	}
	if r.DryRun {
		return r.plan(options, s)
	}
	if r.Learn != "" {
		if _, err := os.Lstat(r.Learn); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--learn %s: the file is there already; proposals go into a new one", r.Learn)
		}
	}
	t, err := r.open(ctx, r.Fault, s)
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	printer := &printer{out: s.out, quiet: r.Quiet, jsonLines: r.JSONLines}
	if err := r.introduce(t, options, s); err != nil {
		return err
	}
	options.Planned, options.Progress, options.Tidied = printer.planned, printer.result, printer.tidied
	outcome, err := suites.Run(ctx, t, options)
	if err != nil {
		return err
	}
	if err := report.WriteAll(r.Report, outcome); err != nil {
		fmt.Fprintf(s.err, "runner: %v\n", err)
		return exit(report.ExitHarness)
	}
	if err := r.learn(outcome, s); err != nil {
		fmt.Fprintf(s.err, "runner: %v\n", err)
		return exit(report.ExitHarness)
	}
	printer.summary(outcome, r.Report)
	if outcome.ExitCode != report.ExitExpected {
		return exit(outcome.ExitCode)
	}
	return nil
}

// options are what the flags say.
func (r *runCommand) options() (suites.Options, error) {
	o := suites.Options{
		Suites: r.Suite, IDs: r.ID, Version: r.Version, Standard: r.Standard, Slow: r.Slow, Races: r.Races,
		Destructive: r.Destructive, Seed: r.Seed, Jobs: r.Jobs, Force: r.Force, Spec: r.Target,
		Unattended: os.Getenv("CI") != "",
	}
	if r.Deviations == "" {
		return o, nil
	}
	if r.Standard {
		return o, errors.New("--standard judges without deviations; leave --deviations out")
	}
	known, err := requirement.LoadDeviations(r.Deviations)
	o.Known = known
	return o, err
}

// learn writes proposals for what failed into a new file.
func (r *runCommand) learn(outcome report.Report, s streams) error {
	if r.Learn == "" {
		return nil
	}
	text, err := report.Learn(outcome)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(r.Learn, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write proposals: %w", err)
	}
	if _, err := file.WriteString(text); err != nil {
		file.Close()
		return fmt.Errorf("write proposals: %w", err)
	}
	if !r.JSONLines {
		fmt.Fprintf(s.out, "proposed deviations: %s\n", r.Learn)
	}
	return file.Close()
}

// printer is what the console shows of a run.
type printer struct {
	out       io.Writer
	quiet     bool
	jsonLines bool

	mu      sync.Mutex
	console *report.Console
}

func (p *printer) planned(total int) {
	p.console = report.NewConsole(p.out, total, p.quiet, colorful(p.out))
}

func (p *printer) tidied(app target.LeftOver) {
	if !p.quiet && !p.jsonLines {
		fmt.Fprintf(p.out, "removed what an earlier run left: %s\n", app.Name)
	}
}

func (p *printer) result(r report.Result) {
	if !p.jsonLines {
		p.console.Result(r)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r.Exchanges = nil
	_ = json.NewEncoder(p.out).Encode(r)
}

func (p *printer) summary(outcome report.Report, dir string) {
	if p.jsonLines {
		outcome.Results = nil
		_ = json.NewEncoder(p.out).Encode(outcome)
		return
	}
	p.console.Summary(outcome)
	fmt.Fprintf(p.out, "report: %s/report.html\n", dir)
	if outcome.ExitCode == report.ExitFailed || outcome.ExitCode == report.ExitHarness {
		fmt.Fprintf(p.out, "just these again: runner rerun %s/report.json\n", dir)
	}
}

// colorful: only a terminal that wants colours gets them (NO_COLOR, no-color.org).
func colorful(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
