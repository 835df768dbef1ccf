package mutants

import (
	"slices"
	"time"

	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
)

// Proof is what became of one check at one mutant.
type Proof struct {
	Requirement string         `json:"requirement"`
	Verdict     report.Verdict `json:"verdict"`
	Message     string         `json:"message,omitempty"`
	Proven      bool           `json:"proven"` // the verdict is the expected one
}

// Outcome is a mutant and what became of its checks.
type Outcome struct {
	Mutant     Mutant
	Proofs     []Proof
	Others     int      // checks that ran besides, only in a full run
	Browser    bool     // those that need a browser among them
	Collateral []string // which of the others failed
	DurationMS float64
}

// Caught: every named check noticed; for a mock without fault, none did.
func (o Outcome) Caught() bool {
	return len(o.Proofs) > 0 && !slices.ContainsFunc(o.Proofs, func(p Proof) bool { return !p.Proven })
}

// Row is a line of the matrix: a fault, or a mock without.
type Row struct {
	Name       string         `json:"name"`
	Sentence   string         `json:"sentence"`
	Profile    string         `json:"profile"`
	Standard   bool           `json:"standard"` // judged without known deviations
	Expected   report.Verdict `json:"expected"`
	Caught     bool           `json:"caught"`
	Proofs     []Proof        `json:"proofs"`
	Others     int            `json:"others,omitempty"`  // checks that ran besides
	Browser    bool           `json:"browser,omitempty"` // those that need a browser among them
	Collateral []string       `json:"collateral,omitempty"`
	DurationMS float64        `json:"duration_ms"`
}

// Unproven is a requirement that no fault was seen to break, and why.
type Unproven struct {
	Requirement string            `json:"requirement"`
	Level       requirement.Level `json:"level"`
	Reason      string            `json:"reason"`
	Excused     bool              `json:"excused"` // no fault of a mock can prove it
}

// Matrix is fault × requirement: the whole outcome of a run. Version is that of its
// JSON form.
type Matrix struct {
	Version    string     `json:"version"`
	StartedAt  time.Time  `json:"started_at"`
	DurationMS float64    `json:"duration_ms"`
	Whole      bool       `json:"whole"` // of all faults, not of a choice
	Full       bool       `json:"full"`  // every check ran at every mutant where that says something
	Sound      bool       `json:"sound"` // without fault nothing failed
	Caught     int        `json:"caught"`
	Missed     int        `json:"missed"`
	Binding    int        `json:"binding"` // requirements of level MUST or DOCSPACE
	Proven     int        `json:"proven"`  // of those, the ones with a proof
	Median     int        `json:"median_collateral"`
	Rows       []Row      `json:"rows"`
	Unproven   []Unproven `json:"unproven"`
}

// Version of the matrix's JSON form.
const Version = "1.0"

func newMatrix(outcomes []Outcome, whole bool) Matrix {
	m := Matrix{Version: Version, Whole: whole, Sound: true}
	proven, tried := map[string]bool{}, map[string]string{}
	var collateral []int
	for _, o := range outcomes {
		m.Rows = append(m.Rows, Row{
			Name: o.Mutant.Name(), Sentence: o.Mutant.Sentence, Profile: o.Mutant.Profile, Standard: o.Mutant.Standard,
			Expected: o.Mutant.Expected, Caught: o.Caught(), Proofs: o.Proofs,
			Others: o.Others, Browser: o.Browser, Collateral: o.Collateral, DurationMS: o.DurationMS,
		})
		switch {
		case o.Mutant.Fault == "":
			m.Sound = m.Sound && o.Caught()
			continue
		case o.Caught():
			m.Caught++
		default:
			m.Missed++
		}
		for _, p := range o.Proofs {
			proven[p.Requirement] = proven[p.Requirement] || p.Proven
			tried[p.Requirement] = o.Mutant.Name()
		}
		if o.Others > 0 {
			collateral = append(collateral, len(o.Collateral))
		}
	}
	if len(collateral) > 0 {
		slices.Sort(collateral)
		m.Median = collateral[len(collateral)/2]
	}
	_, withBrowser, all := m.fullRows()
	m.Full = all > 0 && withBrowser == all
	m.Unproven = []Unproven{}
	if whole {
		m.weigh(proven, tried)
	}
	return m
}

// weigh lists the binding requirements that nothing proved.
func (m *Matrix) weigh(proven map[string]bool, tried map[string]string) {
	written := isWritten()
	for _, r := range requirement.All() {
		if r.Level != requirement.Must && r.Level != requirement.DocSpace {
			continue
		}
		m.Binding++
		if proven[r.ID] {
			m.Proven++
			continue
		}
		u := Unproven{Requirement: r.ID, Level: r.Level, Reason: excuses[r.ID]}
		switch {
		case u.Reason != "":
			u.Excused = true
		case !written(r.ID):
			u.Reason = "no check has been written"
		case tried[r.ID] != "":
			u.Reason = "the check did not notice " + tried[r.ID]
		default:
			u.Reason = "no fault breaks it"
		}
		m.Unproven = append(m.Unproven, u)
	}
}

// excuses are the requirements that no fault of a mock proves, and why.
var excuses = map[string]string{
	"rfc6749/10.12/callback-csrf": "judges the app that the runner brings along: no portal can make it take a foreign answer",
	"rfc6749/1.6/tls":             "is judged at https targets only, and the mock that is judged speaks http",
}

// Share of the binding requirements with a proof, in percent.
func (m Matrix) Share() float64 {
	if m.Binding == 0 {
		return 0
	}
	return 100 * float64(m.Proven) / float64(m.Binding)
}

// Green: every fault was caught by each check that names it, nothing failed without
// one, and, when all faults were tried, every binding requirement is proven or excused.
func (m Matrix) Green() bool {
	return m.Sound && m.Missed == 0 &&
		!slices.ContainsFunc(m.Unproven, func(u Unproven) bool { return !u.Excused })
}

// fullRows counts the faults at which other checks say something, those of them at
// which others ran, and those at which the ones in a browser ran too.
func (m Matrix) fullRows() (ran, withBrowser, all int) {
	for _, row := range m.Rows {
		if row.Name == noFault || row.Name == Quirks || row.Standard {
			continue
		}
		all++
		if row.Others > 0 {
			ran++
		}
		if row.Browser {
			withBrowser++
		}
	}
	return ran, withBrowser, all
}
