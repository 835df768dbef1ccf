package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"docspace-oauth/suites/requirement"
)

// An app may rely on what holds; each exception is named so that it can be told from
// the others, and a failure from what is known.
func TestReliance(t *testing.T) {
	of := func(suite, id string, v Verdict, known string) Result {
		r := row(id, v)
		r.Suite = suite
		if known != "" {
			r.Deviation = &requirement.Deviation{ID: id, Why: known}
		}
		return r
	}
	got := Reliance(Report{Results: []Result{
		of("pkce", "a", Pass, ""), of("pkce", "b", Skip, ""),
		of("token", "c", Pass, ""), of("token", "d", UnexpectedPass, ""), of("token", "e", Fail, ""),
		of("refresh", "f", Deviation, "an error page"), of("refresh", "g", Deviation, "an error page"), of("refresh", "h", Pass, ""),
		of("race", "i", Skip, ""), of("race", "j", Blocked, ""),
	}})
	want := []Relied{
		{Topic: "Exchanging a code for tokens", Answer: "mostly (2 of 3 rules hold)", Class: "deviation", Exceptions: []Exception{{"e", "not kept: title of e", Fail}}},
		{Topic: "PKCE instead of a secret", Answer: "yes (its one rule holds)", Class: "pass"},
		{Topic: "Refreshing tokens, and what becomes of old ones", Answer: "no (1 of 3 rules hold)", Class: "fail", Exceptions: []Exception{
			{"f", "title of f: an error page", Deviation}, {"g", "title of g: an error page", Deviation},
		}},
		{Topic: "The same when requests come at once", Answer: "not judged", Class: "skip"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
