package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"docspace-oauth/internal/schema"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
)

func everything(string) bool { return true }

// Each check that a fault names is in exactly one mutant of that fault, at a mock
// where it would pass without.
func TestPlanHoldsEachNamedCheckOnce(t *testing.T) {
	plan := Plan(everything, everything)
	found := map[[2]string]int{}
	for _, m := range plan {
		for _, id := range m.Checks {
			found[[2]string{m.Fault, id}]++
			r, ok := requirement.Find(id)
			if !ok {
				t.Fatalf("%s names %s, which is no requirement", m.Name(), id)
			}
			known := onOwnTerms(r) && !m.Standard
			if m.Fault != Quirks && known {
				t.Errorf("%s at %s: its failure would count as known", id, m.Name())
			}
			if r.Portal == requirement.Deviates && m.Profile != profileStrict {
				t.Errorf("%s at %s stands on a profile where it fails anyway", id, m.Name())
			}
		}
	}
	for _, fault := range mockdocspace.Faults() {
		for _, id := range fault.Breaks {
			if found[[2]string{fault.Name, id}] != 1 {
				t.Errorf("%s is in %d mutants of %s", id, found[[2]string{fault.Name, id}], fault.Name)
			}
		}
	}
	for _, r := range requirement.All() {
		if r.Portal == requirement.Deviates && found[[2]string{Quirks, r.ID}] != 1 {
			t.Errorf("%s deviates and is not judged without the quirks", r.ID)
		}
	}
}

// Each check of a fault also runs where there is none.
func TestPlanHasAControlForEachCheck(t *testing.T) {
	plan := Plan(everything, everything)
	for _, m := range plan {
		if m.Fault == "" || m.Fault == Quirks {
			continue
		}
		at := slices.IndexFunc(plan, func(c Mutant) bool {
			return c.Fault == "" && c.Profile == m.Profile && c.Standard == m.Standard && c.Limits == m.Limits
		})
		for _, id := range m.Checks {
			if at < 0 || !slices.Contains(plan[at].Checks, id) {
				t.Errorf("%s of %s has no control", id, m.Name())
			}
		}
	}
}

// Real mocks with faults that are noticed; then outcomes in which something is not.
func TestRunTellsCaughtFromMissed(t *testing.T) {
	matrix, err := Run(t.Context(), Options{Faults: []string{"token.any-secret", "metadata.dead-endpoint"}})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := JSON(&text, matrix); err != nil {
		t.Fatal(err)
	}
	schema.Validate(t, "schema/mutants-1.json", text.String())
	if !matrix.Green() || matrix.Caught != 2 || matrix.Missed != 0 || !matrix.Sound {
		t.Fatalf("not green: %+v", matrix)
	}
	blind := Outcome{
		Mutant: Mutant{Fault: "token.any-secret", Expected: report.Fail, Checks: []string{"rfc6749/3.2/post-only"}},
		Proofs: []Proof{{Requirement: "rfc6749/3.2/post-only", Verdict: report.Pass}},
	}
	if m := newMatrix([]Outcome{blind}, false); m.Green() || m.Missed != 1 {
		t.Errorf("a check that saw nothing is green: %+v", m)
	}
	broken := Outcome{Mutant: Mutant{Expected: report.Pass}, Proofs: []Proof{{Verdict: report.Fail}}}
	if m := newMatrix([]Outcome{broken}, false); m.Green() {
		t.Error("a check that fails without fault is green")
	}
	if m := newMatrix(nil, true); m.Green() || len(m.Unproven) != m.Binding {
		t.Errorf("nothing was tried, and it is green: %s", m.Summary())
	}
}

func TestUnknownPatternIsUsage(t *testing.T) {
	for _, pattern := range []string{"no.such-fault", "["} {
		if _, err := Run(t.Context(), Options{Faults: []string{pattern}}); err == nil {
			t.Errorf("the pattern %q was taken", pattern)
		}
	}
}

func TestFormsOfTheMatrix(t *testing.T) {
	m := newMatrix([]Outcome{{
		Mutant: Mutant{Fault: "token.any-secret", Expected: report.Fail},
		Proofs: []Proof{{Requirement: "rfc6749/5.2/wrong-secret", Verdict: report.Fail, Message: "<b>&", Proven: true}},
	}}, false)
	var asJSON, asHTML bytes.Buffer
	if err := JSON(&asJSON, m); err != nil {
		t.Fatal(err)
	}
	schema.Validate(t, "schema/mutants-1.json", asJSON.String())
	var back Matrix
	if err := json.Unmarshal(asJSON.Bytes(), &back); err != nil || len(back.Rows) != 1 || back.Caught != 1 {
		t.Errorf("read back: %v, %+v", err, back)
	}
	if err := HTML(&asHTML, m); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"token.any-secret", "rfc6749/5.2/wrong-secret", "&lt;b&gt;&amp;", "1 of 1 mutants caught"} {
		if !strings.Contains(asHTML.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	var asMarkdown bytes.Buffer
	if err := Markdown(&asMarkdown, m); err != nil || !strings.Contains(asMarkdown.String(), "| `token.any-secret` | `rfc6749/5.2/wrong-secret` |") {
		t.Errorf("%v: %s", err, asMarkdown.String())
	}
	if strings.Contains(asHTML.String(), "http://") || strings.Contains(asHTML.String(), "src=") {
		t.Error("the page needs something from elsewhere")
	}
}

// A full run also says what else fails; what it saved is taken over by the next, which
// judges anew only the mocks without fault, and what was missed.
func TestFullRunGoesOnWhereItEnded(t *testing.T) {
	o := Options{Faults: []string{"metadata.lists-plain", "metadata.wrong-issuer"}, Full: true, WithoutBrowser: true}
	var saved []Matrix
	o.Save = func(m Matrix) { saved = append(saved, m) }
	first, err := Run(t.Context(), o)
	if err != nil || !first.Green() || first.Median == 0 && first.Rows[1].Others == 0 {
		t.Fatalf("%v: %+v", err, first)
	}
	if ran, withBrowser, all := first.fullRows(); ran != 2 || withBrowser != 0 || all != 2 || len(saved) != 3 || first.Full {
		t.Errorf("%d of %d rows in full, %d with a browser, %d saved", ran, all, withBrowser, len(saved))
	}
	dir := t.TempDir()
	if err := Write(dir, first); err != nil {
		t.Fatal(err)
	}
	if o.Earlier, err = Read(dir); err != nil {
		t.Fatal(err)
	}
	planned := 0
	o.Planned = func(n int) { planned = n }
	again, err := Run(t.Context(), o)
	if err != nil || !again.Green() || planned != 1 || len(again.Rows) != 3 {
		t.Fatalf("%v: %d of %d were run again", err, planned, len(again.Rows))
	}
	o.Earlier.Rows[1].Caught = false
	if _, err := Run(t.Context(), o); err != nil || planned != 2 {
		t.Errorf("%v: a missed mutant was not run again, %d were", err, planned)
	}
	// Whoever wants to know more and is interrupted keeps what was known.
	ended, end := context.WithCancel(t.Context())
	end()
	o.Earlier, o.WithoutBrowser = &first, false
	if kept, err := Run(ended, o); err != nil || len(kept.Rows) != 2 {
		t.Errorf("%v: %d rows are left", err, len(kept.Rows))
	}
	if none, err := Read(t.TempDir()); none != nil || err != nil {
		t.Errorf("nothing there: %+v, %v", none, err)
	}
}

// The page in the docs names faults and requirements that there are, says how many of
// the binding ones are proven, and what a fault breaks beside its own rule.
func TestMutantsDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/mutants.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.Contains(line, "`") {
			continue
		}
		names := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(line, -1)
		for i, name := range names {
			_, isRequirement := requirement.Find(name[1])
			isFault := slices.ContainsFunc(mockdocspace.Faults(), func(f mockdocspace.Fault) bool { return f.Name == name[1] })
			if !isRequirement && (i > 0 || !isFault) {
				t.Errorf("there is no %s", name[1])
			}
			if isFault {
				rows++
			}
		}
	}
	if rows < 150 {
		t.Errorf("the page has %d faults", rows)
	}
	for _, want := range []string{"requirements of level MUST and DOCSPACE are proven", "Median of what else failed"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
