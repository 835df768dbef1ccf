package report

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"docspace-oauth/suites/evidence"
)

// Console prints a line per check as it ends and a summary. Safe for concurrent use.
type Console struct {
	mu    sync.Mutex
	out   io.Writer
	quiet bool
	color bool
	total int
	done  int
	began time.Time
	now   func() time.Time
}

// NewConsole writes to out; quiet leaves the lines of expected verdicts out,
// color uses ANSI colours. total is the number of checks of the run.
func NewConsole(out io.Writer, total int, quiet, color bool) *Console {
	return &Console{out: out, quiet: quiet, color: color, total: total, began: time.Now(), now: time.Now}
}

// Result prints one line.
func (c *Console) Result(r Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done++
	if c.quiet && !r.Verdict.urgent() {
		return
	}
	line := fmt.Sprintf("%s %3d/%d%s  %s  %s", c.painted(r.Verdict), c.done, c.total, c.left(), r.ID, r.Title)
	if r.Verdict != Pass && r.Message != "" {
		line += "\n" + strings.Repeat(" ", 17) + firstLine(r.Message)
	}
	fmt.Fprintln(c.out, line)
}

// left is about how long the rest takes, at the pace so far. The first checks tell
// nothing: workers start, and what is left out comes at once.
func (c *Console) left() string {
	const first = 20
	elapsed := c.now().Sub(c.began)
	rest := time.Duration(c.total-c.done) * elapsed / time.Duration(c.done)
	switch {
	case c.done < first || rest < time.Second:
		return ""
	case rest < 2*time.Minute:
		return fmt.Sprintf("  %.0f s left", rest.Seconds())
	}
	return fmt.Sprintf("  %.0f min left", rest.Minutes())
}

func (v Verdict) urgent() bool {
	return v == Fail || v == UnexpectedPass || v == Error || v == Blocked
}

var colors = map[Verdict]string{
	Pass: "32", Fail: "31", UnexpectedPass: "31", Error: "35", Blocked: "33", Deviation: "36", Skip: "90",
}

func (c *Console) painted(v Verdict) string {
	text := fmt.Sprintf("%-15s", v)
	if !c.color {
		return text
	}
	return "\x1b[" + colors[v] + "m" + text + "\x1b[0m"
}

// summaryLimit keeps the summary on one screen.
const summaryLimit = 5

// Summary prints what needs attention first, then the counts and the outcome.
func (c *Console) Summary(r Report) {
	c.mu.Lock()
	defer c.mu.Unlock()
	shown, hidden := 0, 0
	for _, v := range Verdicts() {
		if !v.urgent() {
			continue
		}
		for _, result := range r.Results {
			if result.Verdict != v {
				continue
			}
			if shown == summaryLimit || (v == Blocked && r.Lost != "") {
				hidden++
				continue
			}
			shown++
			fmt.Fprintf(c.out, "\n%s %s\n  %s\n", c.painted(v), result.ID, result.Title)
			if result.Message != "" {
				fmt.Fprintf(c.out, "  seen: %s\n", firstLine(result.Message))
			}
			if v == Fail {
				fmt.Fprintf(c.out, "  fix:  %s\n", result.Fix)
			}
		}
	}
	if hidden > 0 && shown > 0 {
		fmt.Fprintf(c.out, "\nand %d more, see the report\n", hidden)
	}
	var counts []string
	for _, v := range Verdicts() {
		if n := r.Counts[v]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, v))
		}
	}
	fmt.Fprintf(c.out, "\n%s   (%.1f s, seed %d)\n%s\n", strings.Join(counts, ", "), r.DurationMS/1000, r.Seed, r.Outcome)
	if told := r.Target.JudgedAs(); told != r.Target.Version {
		fmt.Fprintf(c.out, "judged as portal version %s\n", told)
	}
	if r.LeftBehind != "" {
		fmt.Fprintln(c.out, r.LeftBehind)
	}
}

// firstLine is text on one line, short and without traces of values.
func firstLine(text string) string {
	const limit = 240
	return evidence.Cut(evidence.Plain(strings.Join(strings.Fields(text), " ")), limit)
}
