package report

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes a summary for CI pages: the outcome, a row per suite, what needs
// attention, known deviations.
func Markdown(w io.Writer, r Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# DocSpace OAuth: %s\n\n", markdownText(r.Outcome))
	fmt.Fprintf(&b, "Target %s (%s, judged as portal version %s)", markdownText(r.Target.URL), r.Target.Kind, markdownText(r.Target.JudgedAs()))
	if r.Standard {
		b.WriteString(", by the standards alone")
	}
	if len(r.Target.Faults) > 0 {
		fmt.Fprintf(&b, ", faults on: %s", markdownText(strings.Join(r.Target.Faults, ", ")))
	}
	fmt.Fprintf(&b, ", %.1f s, seed %d.\n\n", r.DurationMS/1000, r.Seed)
	suiteTable(&b, r)
	for _, section := range []struct {
		verdict Verdict
		heading string
	}{
		{Fail, "Failed"},
		{UnexpectedPass, "Passed unexpectedly"},
		{Error, "The harness broke"},
		{Blocked, "Could not be judged"},
		{Deviation, "Known deviations"},
	} {
		if r.Counts[section.verdict] == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", section.heading)
		if section.verdict == Blocked && r.Lost != "" {
			fmt.Fprintf(&b, "%d checks: %s\n", r.Counts[Blocked], markdownText(r.Lost))
			continue
		}
		for _, result := range r.Results {
			if result.Verdict == section.verdict {
				markdownResult(&b, result)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func suiteTable(b *strings.Builder, r Report) {
	var suites []string
	counts := map[string]map[Verdict]int{}
	for _, result := range r.Results {
		if counts[result.Suite] == nil {
			counts[result.Suite] = map[Verdict]int{}
			suites = append(suites, result.Suite)
		}
		counts[result.Suite][result.Verdict]++
	}
	b.WriteString("| suite |")
	for _, v := range Verdicts() {
		fmt.Fprintf(b, " %s |", v)
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(Verdicts())) + "\n")
	for _, suite := range suites {
		fmt.Fprintf(b, "| %s |", suite)
		for _, v := range Verdicts() {
			if n := counts[suite][v]; n > 0 {
				fmt.Fprintf(b, " %d |", n)
			} else {
				b.WriteString(" |")
			}
		}
		b.WriteString("\n")
	}
}

func markdownResult(b *strings.Builder, r Result) {
	fmt.Fprintf(b, "- **%s** %s (%s)", r.ID, markdownText(r.Title), r.Level)
	switch {
	case r.Verdict == Deviation:
		fmt.Fprintf(b, ": %s", markdownText(r.Deviation.Why))
	case r.Message != "":
		fmt.Fprintf(b, "  \n  seen: %s", markdownText(firstLine(r.Message)))
	}
	if r.Verdict == Fail {
		fmt.Fprintf(b, "  \n  fix: %s", markdownText(r.Fix))
	}
	b.WriteString("\n")
}

// markdownText keeps what a portal answered from becoming markup.
func markdownText(text string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "|", "\\|", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[").Replace(text)
}
