package main

import (
	"context"
	"errors"
	"fmt"

	"docspace-oauth/suites/replay"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/target"
)

type replayCommand struct {
	Dir         string   `arg:"" help:"Directory of recorded exchanges."`
	Target      string   `default:"mock" placeholder:"mock|URL" help:"Whom to replay against."`
	Secret      string   `name:"signature-secret" env:"DOCSPACE_SIGNATURE_SECRET" placeholder:"S" help:"Machine key of the target's portal, to sign users in with (default: that of a development installation)."`
	File        []string `placeholder:"GLOB" help:"Only recordings with such a file name."`
	Slow        bool     `help:"Also recordings that wait for about a minute."`
	ServiceOnly bool     `help:"Also exchanges that show the identity services without their router."`
	Perturb     bool     `help:"Send forms in another order, with an unknown field among them: no answer may change."`
	Verbose     bool     `short:"v" help:"A line for every exchange, not only for the different ones."`
}

// Run prints every difference; the last line is "N of M exchanges identical".
func (r *replayCommand) Run(ctx context.Context, s streams) error {
	t, err := target.Open(ctx, r.Target, nil, "", "")
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	options := replay.Options{
		Dir: r.Dir, Files: r.File, BaseURL: t.URL, SignatureSecret: r.Secret,
		IncludeServiceOnly: r.ServiceOnly, IncludeSlow: r.Slow, Out: s.out, Verbose: r.Verbose, Perturb: r.Perturb,
	}
	if mock, err := t.Controlled(); err == nil && t.Kind == target.KindMock {
		options.Advance = mock.Advance // nobody else looks at the clock of the runner's own mock
	}
	summary, err := replay.Run(ctx, options)
	switch {
	case ctx.Err() != nil:
		return exit(report.ExitInterrupted)
	case errors.Is(err, replay.ErrUnreachable), errors.Is(err, replay.ErrNotDocSpace):
		fmt.Fprintf(s.err, "runner: %v\n", err)
		return exit(report.ExitUnreachable)
	case err != nil:
		return err
	case summary.Identical < summary.Exchanges:
		return exit(report.ExitFailed)
	}
	return nil
}
