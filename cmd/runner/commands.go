package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"docspace-oauth/suites"
	"docspace-oauth/suites/report"
)

// commands are the runner's subcommands.
type commands struct {
	Run     runCommand     `cmd:"" default:"withargs" help:"Judge a target (the default; without a target: a mock)."`
	List    listCommand    `cmd:"" help:"List the requirements."`
	Explain explainCommand `cmd:"" help:"Print all there is to know about a requirement."`
	Replay  replayCommand  `cmd:"" help:"Replay recorded exchanges against a target, difference by difference."`
	Faults  faultsCommand  `cmd:"" help:"List the misbehaviours that the mock can be given."`
	Mutants mutantsCommand `cmd:"" help:"Prove that every check can fail: each misbehaviour of the mock on, its checks must notice."`
	Rerun   rerunCommand   `cmd:"" help:"Judge once more what needed attention in a report."`
	Compare compareCommand `cmd:"" help:"Say what changed between two reports; exit 1 when something got worse."`
	Clean   cleanCommand   `cmd:"" help:"Remove from a portal what an interrupted run left there."`
	Worker  workerCommand  `cmd:"" hidden:""`
}

// streams are the process's own, or a test's.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// exit is the error of a command that ends with a code of its own and has said why.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// execute runs the command line and returns the exit code.
func execute(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var root commands
	ended := -1
	parser, err := kong.New(&root,
		kong.Name("runner"), kong.UsageOnError(), kong.Writers(out, errs),
		kong.Description("Judges whether a DocSpace portal keeps the rules of OAuth 2.0 and of its own documentation."),
		kong.Exit(func(code int) { ended = code }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(streams{in, out, errs}))
	if err != nil {
		fmt.Fprintf(errs, "runner: %v\n", err)
		return report.ExitHarness
	}
	line, err := parser.Parse(args)
	if ended >= 0 { // --help
		return ended
	}
	if err == nil {
		err = line.Run()
	}
	var code exit
	switch {
	case err == nil:
		return report.ExitExpected
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintf(errs, "runner: %v\n", err)
	return report.ExitUsage
}

// workerCommand is what `runner run` starts several times.
type workerCommand struct{}

func (workerCommand) Run(s streams) error {
	return exit(suites.Work(s.in, s.out))
}
