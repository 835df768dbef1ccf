package report

import (
	"fmt"
	"io"
	"slices"
)

// Change is a requirement whose verdict differs between two reports.
type Change struct {
	ID         string  `json:"id"`
	Title      string  `json:"title"`
	Before     Verdict `json:"before,omitempty"` // "" when the report has no such check
	After      Verdict `json:"after,omitempty"`
	Regression bool    `json:"regression"`
	Message    string  `json:"message,omitempty"` // what was seen after
}

// Compare tells what changed from a to b, in the order of b and then of a. A
// regression is a rule that held and does not any more, known or not, one that was
// known to be broken and is now broken otherwise, and one that was judged and could
// not be any more.
func Compare(a, b Report) []Change {
	before := map[string]Result{}
	for _, r := range a.Results {
		before[r.ID] = r
	}
	var changes []Change
	after := map[string]bool{}
	for _, r := range b.Results {
		after[r.ID] = true
		was := before[r.ID].Verdict
		if was != r.Verdict {
			changes = append(changes, Change{r.ID, r.Title, was, r.Verdict, worse(was, r.Verdict), r.Message})
		}
	}
	for _, r := range a.Results {
		if !after[r.ID] {
			changes = append(changes, Change{ID: r.ID, Title: r.Title, Before: r.Verdict})
		}
	}
	return changes
}

func worse(before, after Verdict) bool {
	holds, broken := []Verdict{Pass, UnexpectedPass}, []Verdict{Fail, Deviation}
	switch {
	case slices.Contains(holds, before):
		return slices.Contains(broken, after) || after == Blocked || after == Error
	case slices.Contains(broken, before):
		return after == Blocked || after == Error || (before == Deviation && after == Fail)
	}
	return false
}

// WriteChanges prints changes, regressions first, and the sentence that sums them up.
func WriteChanges(w io.Writer, changes []Change) error {
	regressions := 0
	for _, wanted := range []bool{true, false} {
		for _, c := range changes {
			if c.Regression != wanted {
				continue
			}
			mark := " "
			if wanted {
				mark = "!"
				regressions++
			}
			if _, err := fmt.Fprintf(w, "%s %-15s → %-15s %s  %s\n", mark, named(c.Before), named(c.After), c.ID, c.Title); err != nil {
				return err
			}
			if wanted && c.Message != "" {
				if _, err := fmt.Fprintf(w, "      %s\n", firstLine(c.Message)); err != nil {
					return err
				}
			}
		}
	}
	_, err := fmt.Fprintf(w, "%d changed, %d for the worse\n", len(changes), regressions)
	return err
}

func named(v Verdict) string {
	if v == "" {
		return "not there"
	}
	return string(v)
}
