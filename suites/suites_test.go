package suites_test

import (
	"os"
	"testing"

	"docspace-oauth/suites"
	"docspace-oauth/suites/requirement"
)

// The test binary is also the worker of the runs that the tests start.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		os.Exit(suites.Work(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// Each id has one check at most, and no check an id that the catalogue lacks.
func TestChecksAndCatalogueBelongTogether(t *testing.T) {
	seen := map[string]bool{}
	for _, check := range suites.Checks() {
		if seen[check.ID] {
			t.Errorf("%s has two checks", check.ID)
		}
		seen[check.ID] = true
		if _, ok := requirement.Find(check.ID); !ok {
			t.Errorf("the check %s has no requirement", check.ID)
		}
		if check.Body == nil {
			t.Errorf("the check %s has no body", check.ID)
		}
	}
	for _, r := range suites.Unwritten() {
		t.Logf("no check yet: %s", r.ID)
	}
}
