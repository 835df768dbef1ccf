package report

import (
	"strings"
	"testing"

	"docspace-oauth/suites/requirement"
)

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		before, after Verdict
		changed       bool
		regression    bool
	}{
		{Pass, Pass, false, false},
		{Pass, Fail, true, true},
		{Pass, Deviation, true, true},
		{Pass, Skip, true, false},
		{Pass, Blocked, true, true},
		{Fail, Pass, true, false},
		{Fail, Error, true, true},
		{Deviation, Fail, true, true},
		{Fail, Deviation, true, false},
		{Deviation, UnexpectedPass, true, false},
		{Skip, Fail, true, false},
		{"", Fail, true, false},
		{Pass, "", true, false},
	} {
		var a, b Report
		if c.before != "" {
			a.Results = []Result{row("x", c.before)}
		}
		if c.after != "" {
			b.Results = []Result{row("x", c.after)}
		}
		changes := Compare(a, b)
		if (len(changes) == 1) != c.changed {
			t.Errorf("%s to %s: %v", c.before, c.after, changes)
		} else if c.changed && changes[0].Regression != c.regression {
			t.Errorf("%s to %s: regression %v", c.before, c.after, changes[0].Regression)
		}
	}
}

// What is proposed can be used, and names what became void.
func TestLearn(t *testing.T) {
	failed := row("rfc6749/4.1.2/code-single-use", Fail)
	r := Report{Target: Target{Version: "9.9"}, Results: []Result{failed, row("a/b/c", UnexpectedPass), row("d/e/f", Pass)}}
	text, err := Learn(r)
	if err != nil {
		t.Fatal(err)
	}
	known, err := requirement.ParseDeviations("learnt", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if d := known[failed.ID]; len(known) != 1 || d.Since != "9.9" || !strings.Contains(d.Why, "saw") {
		t.Errorf("learnt %+v", known)
	}
	if !strings.Contains(text, "# a/b/c passes now") {
		t.Errorf("the void entry is not named:\n%s", text)
	}
}

func TestUnsteadyNetworkFailsAnUnattendedRun(t *testing.T) {
	for _, unattended := range []bool{true, false} {
		r := Report{Unattended: unattended}
		for range 40 {
			r.Results = append(r.Results, row("x", Pass))
		}
		r.Results[0].Retried = true
		if r.Close(false); (r.ExitCode == ExitUnreachable) != unattended {
			t.Errorf("unattended %v: exit code %d, %s", unattended, r.ExitCode, r.Outcome)
		}
	}
}
