package main

import (
	"context"
	"fmt"
	"strings"

	"docspace-oauth/suites/mutants"
	"docspace-oauth/suites/report"
)

type mutantsCommand struct {
	Fault []string `placeholder:"GLOB" help:"Only these faults of the mock (\"quirks off\" is the mock without the portal's quirks)."`
	Full  bool     `help:"Run every check at every mutant and show what else fails."`
	// WithoutBrowser and Resume keep the full run bounded.
	WithoutBrowser bool   `help:"With --full: leave out the checks that need a browser, which take nine tenths of the time."`
	Resume         bool   `help:"Take over what DIR/mutants.json says already, and run the rest."`
	Report         string `default:"report" placeholder:"DIR" help:"Where mutants.html and mutants.json go."`
	Jobs           int    `placeholder:"N" help:"Mutants side by side (default: 4)."`
	Quiet          bool   `help:"Print only what is not as expected."`
}

// Run proves that every check can fail. Exit 0 means that all are proven.
func (m *mutantsCommand) Run(ctx context.Context, s streams) error {
	var earlier *mutants.Matrix
	if m.Resume {
		var err error
		if earlier, err = mutants.Read(m.Report); err != nil {
			return err
		}
	}
	done, total := 0, 0
	matrix, err := mutants.Run(ctx, mutants.Options{
		Faults: m.Fault, Full: m.Full, WithoutBrowser: m.WithoutBrowser, Earlier: earlier, Jobs: m.Jobs,
		Save:    func(so mutants.Matrix) { _ = mutants.Write(m.Report, so) }, // the last one's error is told below
		Planned: func(n int) { total = n },
		Progress: func(o mutants.Outcome) {
			done++
			if !m.Quiet || !o.Caught() {
				fmt.Fprintf(s.out, "%3d/%d  %s\n", done, total, mutantLine(o))
			}
		},
	})
	if matrix.Version == "" {
		return err // of usage
	}
	if writing := mutants.Write(m.Report, matrix); writing != nil && err == nil {
		err = writing
	}
	if err != nil {
		fmt.Fprintf(s.err, "runner: %v\n", err)
		return exit(report.ExitHarness)
	}
	if ctx.Err() != nil {
		return exit(report.ExitInterrupted)
	}
	for _, u := range matrix.Unproven {
		fmt.Fprintf(s.out, "no proof  %-8s %-44s %s\n", u.Level, u.Requirement, u.Reason)
	}
	fmt.Fprintf(s.out, "\n%s\nmatrix: %s/mutants.html\n", matrix.Summary(), m.Report)
	if !matrix.Green() {
		return exit(report.ExitFailed)
	}
	return nil
}

// mutantLine is the outcome of a mutant: what was caught by whom, or what not.
func mutantLine(o mutants.Outcome) string {
	control := o.Mutant.Fault == ""
	word := "caught"
	switch {
	case control && o.Caught():
		return fmt.Sprintf("sound   %-36s %d checks, profile %s", o.Mutant.Name(), len(o.Proofs), o.Mutant.Profile)
	case control:
		word = "fails"
	case !o.Caught():
		word = "missed"
	}
	var lines []string
	for _, p := range o.Proofs {
		switch {
		case !p.Proven:
			lines = append(lines, fmt.Sprintf("\n          %s is %s instead of %s: %s", p.Requirement, p.Verdict, o.Mutant.Expected, firstLine(p.Message)))
		case !control && o.Mutant.Fault != mutants.Quirks:
			lines = append(lines, p.Requirement)
		}
	}
	text := fmt.Sprintf("%-7s %-36s %s", word, o.Mutant.Name(), strings.Join(lines, " "))
	if len(o.Collateral) > 0 {
		text += fmt.Sprintf("\n          also fail: %s", strings.Join(o.Collateral, " "))
	}
	return text
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
