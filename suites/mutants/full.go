package mutants

import (
	"context"
	"slices"

	"docspace-oauth/suites"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// full reports whether the other checks run at a mutant too. The quirks are no fault:
// what passes unexpectedly is what they are about.
func (p *proving) full(m Mutant) bool {
	return p.options.Full && m.Fault != "" && m.Fault != Quirks && !m.Standard
}

// others are the checks that do not name a mutant's fault.
func (p *proving) others(m Mutant) []string {
	var others []string
	for _, check := range suites.Checks() {
		r, _ := requirement.Find(check.ID)
		left := r.Portal == requirement.NotOffered || p.options.WithoutBrowser && r.Has(requirement.NeedsBrowser)
		if !left && !slices.Contains(m.Checks, check.ID) {
			others = append(others, check.ID)
		}
	}
	return others
}

// collateral runs the other checks at a mutant and returns those that fail there.
func (p *proving) collateral(ctx context.Context, t *target.Target, known requirement.Deviations, others []string) ([]string, error) {
	results, err := p.bench.On(ctx, t, known, others...)
	var failed []string
	for _, r := range results {
		if r.Verdict == report.Fail {
			failed = append(failed, r.ID)
		}
	}
	return failed, err
}

// takenOver is what an earlier run says of a mutant that was caught, and whether that
// is as much as this run would say. Mocks without fault are judged anew.
func (p *proving) takenOver(m Mutant) (earlier Outcome, enough bool) {
	if p.options.Earlier == nil || m.Fault == "" {
		return Outcome{}, false
	}
	for _, row := range p.options.Earlier.Rows {
		if row.Name != m.Name() || row.Profile != m.Profile || row.Standard != m.Standard || row.Expected != m.Expected || !row.Caught {
			continue
		}
		enough = !p.full(m) || row.Browser || p.options.WithoutBrowser && row.Others >= len(p.others(m))
		same := slices.EqualFunc(row.Proofs, m.Checks, func(p Proof, id string) bool { return p.Requirement == id })
		if same {
			return Outcome{
				Mutant: m, Proofs: row.Proofs, Others: row.Others, Browser: row.Browser,
				Collateral: row.Collateral, DurationMS: row.DurationMS,
			}, enough
		}
	}
	return Outcome{}, false
}
