package replay

import (
	"fmt"
	"io"
)

// printer writes the differences as they are found. It keeps the first error
// of its writer.
type printer struct {
	out     io.Writer
	verbose bool
	err     error
}

func (p *printer) printf(format string, arguments ...any) {
	if p.err != nil {
		return
	}
	if _, err := fmt.Fprintf(p.out, format, arguments...); err != nil {
		p.err = fmt.Errorf("write differences: %w", err)
	}
}

func (p *printer) start(base string, split bool) {
	build := "one process"
	if split {
		build = "two services"
	}
	p.printf("replaying against %s (%s)\n", base, build)
}

func (p *printer) step(rec *recording, outcome StepOutcome) {
	if len(outcome.Differences) == 0 {
		if p.verbose {
			p.printf("  same       %s %d %q\n", rec.ID, outcome.Step, outcome.Name)
		}
		return
	}
	p.printf("  different  %s %d %q\n", rec.ID, outcome.Step, outcome.Name)
	p.printf("             %s\n", outcome.Request)
	for _, d := range outcome.Differences {
		p.printf("             - %s\n", d)
	}
}

func (p *printer) file(f FileSummary) {
	p.printf("%-36s %3d of %3d", f.ID, f.Identical, f.Exchanges)
	if f.Skipped > 0 {
		p.printf("  (%d skipped)", f.Skipped)
	}
	p.printf("\n")
}

func (p *printer) end(s Summary) {
	p.printf("%d of %d exchanges identical\n", s.Identical, s.Exchanges)
}
