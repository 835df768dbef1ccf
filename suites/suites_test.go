package suites_test

import (
	"os"
	"slices"
	"testing"

	"github.com/onsi/ginkgo/v2"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/suites"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// The test binary is also the worker of the runs that the tests start.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		os.Exit(suites.Work(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// The specs themselves, for `go test ./suites` and `ginkgo ./suites`: against a mock,
// or the portal that DOCSPACE_TARGET names (DOCSPACE_USER and DOCSPACE_PASSWORD sign
// in there). Known deviations count as for the runner.
func TestSuites(t *testing.T) {
	tested, err := target.Open(t.Context(), os.Getenv("DOCSPACE_TARGET"), nil,
		os.Getenv("DOCSPACE_USER"), os.Getenv("DOCSPACE_PASSWORD"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tested.Close() }()
	if err := suites.Preflight(t.Context(), tested, suites.Timeouts{}); err != nil {
		t.Fatal(err)
	}
	known, err := requirement.KnownDeviations(os.Getenv("DOCSPACE_VERSION"))
	if err != nil {
		t.Fatal(err)
	}
	suites.Register(tested, suites.RegisterOptions{Known: known, FailSpecs: true})
	ginkgo.RunSpecs(t, "DocSpace OAuth")
}

// The catalogue of faults and the catalogue of requirements name each other.
func TestFaultsAndRequirementsBelongTogether(t *testing.T) {
	known := map[string][]string{}
	for _, fault := range mockdocspace.Faults() {
		known[fault.Name] = fault.Breaks
		if len(fault.Breaks) == 0 && fault.App == "" {
			t.Errorf("no requirement notices %s, and it is not said what an app does about it", fault.Name)
		}
		for _, id := range fault.Breaks {
			r, ok := requirement.Find(id)
			if !ok {
				t.Errorf("%s breaks %s, which is no requirement", fault.Name, id)
			} else if !slices.Contains(r.Faults, fault.Name) {
				t.Errorf("%s breaks %s, which does not list it", fault.Name, id)
			}
		}
	}
	for _, r := range requirement.All() {
		for _, name := range r.Faults {
			if breaks, ok := known[name]; ok && !slices.Contains(breaks, r.ID) {
				t.Errorf("%s lists %s, which does not name it", r.ID, name)
			} else if !ok {
				t.Errorf("%s: the mock has no fault %s", r.ID, name)
			}
		}
	}
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
