// Package mutants proves that the checks of the suites can fail. Each misbehaviour
// of the mock's catalogue is switched on at a fresh mock, and the checks that name
// it must fail there; with none on, none may. A check that the portal is known to
// fail is proven the other way round: at a portal that follows the standards
// (profile strict) it must pass, which a run reports as unexpected.
package mutants

import (
	"slices"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
)

// The profiles of the mock that mutants stand on.
const (
	profileDocSpace = "docspace"
	profileStrict   = "strict"
)

// Quirks is the name of the mutant whose every quirk is off: the profile strict.
const Quirks = "quirks off"

// Mutant is one fresh mock and what must become of checks there.
type Mutant struct {
	Fault    string // of the mock's catalogue; Quirks; empty: the portal as it is
	Sentence string
	Profile  string
	Limits   string // portal: the mock refuses for the rate
	Standard bool   // known deviations don't count
	Expected report.Verdict
	Checks   []string // ids of requirements
}

// noFault is the name of a mock without.
const noFault = "no fault"

// Name says what is different at this mock.
func (m Mutant) Name() string {
	if m.Fault == "" {
		return noFault
	}
	return m.Fault
}

// onOwnTerms: a check whose failure is known or accepted can't be seen to fail by
// a fault at the portal as it is.
func onOwnTerms(r requirement.Requirement) bool {
	return r.Portal == requirement.Deviates || r.Portal == requirement.Either
}

// Plan lists the mutants that prove the checks of every fault that keep says yes to,
// and first the mocks without fault at which the same checks must pass. Checks that
// are not written are in no plan: see suites.Unwritten.
func Plan(written func(id string) bool, keep func(fault string) bool) []Mutant {
	var plan []Mutant
	for _, fault := range mockdocspace.Faults() {
		if keep(fault.Name) {
			plan = append(plan, mutantsOf(fault, written)...)
		}
	}
	if keep(Quirks) {
		quirks := Mutant{
			Fault: Quirks, Sentence: "The portal follows the standards in every point where DocSpace does not.",
			Profile: profileStrict, Expected: report.UnexpectedPass,
		}
		for _, r := range requirement.All() {
			if r.Portal == requirement.Deviates && written(r.ID) {
				quirks.Checks = append(quirks.Checks, r.ID)
			}
		}
		plan = append(plan, quirks)
	}
	return append(controls(plan), plan...)
}

// mutantsOf: on the portal as it is, the checks that pass there; those that fail
// there anyway, or may, are judged by the standards alone, and where the portal's
// quirks make them fail, at a portal without.
func mutantsOf(fault mockdocspace.Fault, written func(string) bool) []Mutant {
	usual := Mutant{Fault: fault.Name, Sentence: fault.Sentence, Profile: profileDocSpace, Expected: report.Fail}
	either, strict := usual, usual
	either.Standard = true
	strict.Standard, strict.Profile = true, profileStrict
	for _, id := range fault.Breaks {
		r, ok := requirement.Find(id)
		switch {
		case !ok || !written(id):
		case r.Portal == requirement.Deviates:
			strict.Checks = append(strict.Checks, id)
		case r.Portal == requirement.Either:
			either.Checks = append(either.Checks, id)
		default:
			usual.Checks = append(usual.Checks, id)
		}
	}
	return slices.DeleteFunc([]Mutant{usual, either, strict}, func(m Mutant) bool { return len(m.Checks) == 0 })
}

// controls are the mocks without fault for the checks of a plan.
func controls(plan []Mutant) []Mutant {
	var sound []Mutant
	for _, m := range plan {
		if m.Fault == Quirks {
			continue // its checks are known to fail without
		}
		at := slices.IndexFunc(sound, func(c Mutant) bool { return c.Profile == m.Profile && c.Standard == m.Standard })
		if at < 0 {
			at = len(sound)
			sound = append(sound, Mutant{
				Sentence: "The portal as it is.", Profile: m.Profile, Standard: m.Standard, Expected: report.Pass,
			})
			if m.Profile == profileStrict {
				sound[at].Sentence = "The portal without its quirks."
			}
		}
		for _, id := range m.Checks {
			if !slices.Contains(sound[at].Checks, id) {
				sound[at].Checks = append(sound[at].Checks, id)
			}
		}
	}
	return sound
}
