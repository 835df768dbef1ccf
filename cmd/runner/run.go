package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"

	"docspace-oauth/suites"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

type runCommand struct {
	Target      string   `default:"mock" placeholder:"mock|URL" help:"What to judge: mock (started for the run) or the address of a portal."`
	Suite       []string `placeholder:"NAME" help:"Only these suites."`
	ID          []string `name:"id" placeholder:"GLOB" help:"Only requirements with such an id; without a slash the last part counts."`
	Report      string   `default:"report" placeholder:"DIR" help:"Where report.html, report.json, junit.xml and summary.md go."`
	Version     string   `name:"portal-version" placeholder:"V" help:"Portal version whose known deviations count."`
	Standard    bool     `help:"Judge by the standards alone, without known deviations."`
	Slow        bool     `help:"Also run what waits for real time."`
	Races       bool     `help:"Also run what fires many requests at once."`
	Destructive bool     `name:"allow-destructive" help:"Also run what deletes more than it made."`
	Seed        int64    `placeholder:"N" help:"Order of the checks; random by default, printed at the end."`
	Jobs        int      `placeholder:"N" help:"Worker processes (default: one per processor, at least two)."`
	Fault       []string `placeholder:"NAME" help:"Switch a misbehaviour of the mock on for the run."`
	Quiet       bool     `help:"Print only what is not as expected."`
	JSONLines   bool     `name:"json-lines" help:"Print each result as a JSON line instead of text."`
	User        string   `env:"DOCSPACE_USER" placeholder:"EMAIL" help:"Who signs in at a portal that is not a mock."`
	PasswordEnv string   `default:"DOCSPACE_PASSWORD" placeholder:"NAME" help:"Environment variable with that user's password."`
}

// Run judges and reports. Reports are written whatever happens.
func (r *runCommand) Run(ctx context.Context, s streams) error {
	// Before a mock is started: a slip of the pen must cost nothing.
	if _, err := requirement.Select(r.Suite, r.ID); err != nil {
		return err
	}
	t, err := target.Open(ctx, r.Target, r.Fault, r.User, os.Getenv(r.PasswordEnv))
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	printer := &printer{out: s.out, quiet: r.Quiet, jsonLines: r.JSONLines}
	outcome, err := suites.Run(ctx, t, suites.Options{
		Suites: r.Suite, IDs: r.ID, Version: r.Version, Standard: r.Standard, Slow: r.Slow, Races: r.Races,
		Destructive: r.Destructive, Seed: r.Seed, Jobs: r.Jobs,
		Planned: printer.planned, Progress: printer.result,
	})
	if err != nil {
		return err
	}
	if err := report.WriteAll(r.Report, outcome); err != nil {
		fmt.Fprintf(s.err, "runner: %v\n", err)
		return exit(report.ExitHarness)
	}
	printer.summary(outcome, r.Report)
	if outcome.ExitCode != report.ExitExpected {
		return exit(outcome.ExitCode)
	}
	return nil
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
