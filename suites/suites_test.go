package suites_test

import (
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/onsi/ginkgo/v2"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/suites"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// The test binary is also the worker of the runs that the tests start. The command
// ginkgo means the specs: the other tests of this package are for go test.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		os.Exit(suites.Work(os.Stdin, os.Stdout))
	}
	flag.Parse()
	chosen, byCommand := flag.Lookup("test.run").Value.String(), false
	flag.Visit(func(f *flag.Flag) { byCommand = byCommand || f.Name == "ginkgo.seed" })
	if byCommand && chosen == "" {
		_ = flag.Set("test.run", "^TestSuites$")
	}
	os.Exit(m.Run())
}

// The specs themselves, for `go test ./suites` and `ginkgo ./suites`: against a mock,
// or the portal that DOCSPACE_TARGET names (DOCSPACE_USER and DOCSPACE_PASSWORD sign
// in there). Known deviations count as for the runner, and so does what it leaves out
// unless asked: DOCSPACE_SLOW, DOCSPACE_RACES and DOCSPACE_ALLOW_DESTRUCTIVE ask. A dry
// run sends nothing.
func TestSuites(t *testing.T) {
	spec, user, password := os.Getenv("DOCSPACE_TARGET"), os.Getenv("DOCSPACE_USER"), os.Getenv("DOCSPACE_PASSWORD")
	config, reporting := ginkgo.GinkgoConfiguration()
	tested, err := target.Describe(spec, user, password)
	if !config.DryRun && err == nil {
		tested, err = target.Open(t.Context(), spec, nil, user, password)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tested.Close() }()
	if !config.DryRun {
		if err := suites.Preflight(t.Context(), tested, suites.Timeouts{}); err != nil {
			t.Fatal(err)
		}
	}
	version := os.Getenv("DOCSPACE_VERSION")
	if version == "" {
		version = tested.Version
	}
	known, err := requirement.KnownDeviations(version)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := suites.NewPlan(tested, suites.Options{
		Slow: os.Getenv("DOCSPACE_SLOW") != "", Races: os.Getenv("DOCSPACE_RACES") != "",
		Destructive: os.Getenv("DOCSPACE_ALLOW_DESTRUCTIVE") != "",
	})
	if err != nil {
		t.Fatal(err)
	}
	suites.Register(tested, suites.RegisterOptions{Known: known, LeftOut: plan.Skipped, FailSpecs: true})
	ginkgo.RunSpecs(t, "DocSpace OAuth", config, reporting)
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
