// Package report holds the outcome of a run and its forms: JSON (versioned, see
// schema/), HTML, JUnit, Markdown and the console.
package report

import (
	"fmt"
	"strings"
	"time"

	"docspace-oauth/suites/evidence"
	"docspace-oauth/suites/requirement"
)

// Version of the JSON form; a reader refuses another major number.
const Version = "1.0"

// Verdict is the outcome of one check.
type Verdict string

// The verdicts. Only pass and deviation count as expected; skip says why it was
// not run; blocked, that something before it failed; error, that the harness broke.
const (
	Pass           Verdict = "pass"
	Fail           Verdict = "fail"
	Deviation      Verdict = "deviation"
	UnexpectedPass Verdict = "unexpected-pass"
	Skip           Verdict = "skip"
	Blocked        Verdict = "blocked"
	Error          Verdict = "error"
)

// Verdicts lists all, the most urgent first.
func Verdicts() []Verdict {
	return []Verdict{Fail, UnexpectedPass, Error, Blocked, Deviation, Skip, Pass}
}

// The exit codes of a run; the highest that applies wins.
const (
	ExitExpected    = 0
	ExitFailed      = 1 // a requirement failed, passed unexpectedly, or a prerequisite did not hold
	ExitUsage       = 2
	ExitUnreachable = 3 // target unreachable, lost on the way, or preflight failed
	ExitHarness     = 4
	ExitInterrupted = 130
)

// Result is the verdict on one requirement with what led to it.
type Result struct {
	requirement.Requirement
	Verdict    Verdict                `json:"verdict"`
	Message    string                 `json:"message,omitempty"` // what was seen, or the reason of skip and blocked
	Deviation  *requirement.Deviation `json:"deviation,omitempty"`
	Warnings   []string               `json:"warnings,omitempty"`
	StartedAt  time.Time              `json:"started_at,omitzero"`
	DurationMS float64                `json:"duration_ms"`
	Retried    bool                   `json:"retried,omitempty"` // a broken network made it run twice
	Exchanges  []evidence.Exchange    `json:"exchanges,omitempty"`
	Dropped    int                    `json:"exchanges_dropped,omitempty"`
	Pages      []evidence.Page        `json:"pages,omitempty"` // what browsers showed at the end
}

// Target says what was judged.
type Target struct {
	Kind    string   `json:"kind"` // mock or url
	URL     string   `json:"url"`
	Version string   `json:"portal_version"`         // whose deviations count
	Told    string   `json:"told_version,omitempty"` // what the portal says it is
	Faults  []string `json:"faults,omitempty"`       // misbehaviours switched on for the run (mock only)
	Spec    string   `json:"spec,omitempty"`         // how it was named to the runner
}

// JudgedAs is the version as which the target is judged, and its own if it is another.
func (t Target) JudgedAs() string {
	if t.Told == "" || t.Told == t.Version {
		return t.Version
	}
	return t.Version + " (it says it is " + t.Told + ")"
}

// Report is one run.
type Report struct {
	Version    string    `json:"version"`
	Tool       string    `json:"tool"`
	Target     Target    `json:"target"`
	Standard   bool      `json:"standard"`             // judged without known deviations
	Unattended bool      `json:"unattended,omitempty"` // nobody looks on (CI): a network that breaks too often fails the run
	Seed       int64     `json:"seed"`
	StartedAt  time.Time `json:"started_at"`
	DurationMS float64   `json:"duration_ms"`
	ExitCode   int       `json:"exit_code"`
	Outcome    string    `json:"outcome"` // one sentence
	Lost       string    `json:"lost,omitempty"`
	Harness    string    `json:"harness,omitempty"` // how the harness broke
	// PreflightPage is the page of the portal at which preflight ended, nil for none.
	PreflightPage *evidence.Page  `json:"preflight_page,omitempty"`
	LeftBehind    string          `json:"left_behind,omitempty"` // what the clean-up could not remove
	Counts        map[Verdict]int `json:"counts"`
	Results       []Result        `json:"results"`
}

// Close counts the verdicts, numbers the redaction marks, and sets exit code and
// outcome. interrupted: the run was stopped by the user.
func (r *Report) Close(interrupted bool) {
	r.Version = Version
	r.Counts = map[Verdict]int{}
	numbers := evidence.NewNumbering()
	for i := range r.Results {
		result := &r.Results[i]
		r.Counts[result.Verdict]++
		for j := range result.Exchanges {
			numbers.Exchange(&result.Exchanges[j])
		}
		for j := range result.Pages {
			numbers.Page(&result.Pages[j])
		}
		result.Message = numbers.Text(result.Message)
		for j := range result.Warnings {
			result.Warnings[j] = numbers.Text(result.Warnings[j])
		}
	}
	r.shorten()
	r.ExitCode, r.Outcome = r.judge(interrupted)
}

// setupPrefix begins the note of an exchange that only led to the subject of a check
// (package suites).
const setupPrefix = "setup: "

// What is kept where all is as expected: of a body, of an address (in characters), and
// of the exchanges, which are alike where a check makes hundreds.
const (
	expectedBody      = 400
	expectedAddress   = 600
	expectedExchanges = 40
)

// shorten keeps query, headers and bodies of each setup step once, in the first check
// that has it: signing in and registering an app repeat in nearly every check. Where
// a check needs attention everything is kept.
func (r *Report) shorten() {
	whole := map[string]string{}
	for i := range r.Results {
		result := &r.Results[i]
		if result.Verdict.urgent() {
			continue
		}
		if more := len(result.Exchanges) - expectedExchanges; more > 0 {
			result.Exchanges, result.Dropped = result.Exchanges[:expectedExchanges], result.Dropped+more
		}
		for j := range result.Exchanges {
			x := &result.Exchanges[j]
			x.URL = evidence.Cut(x.URL, expectedAddress)
			x.At = x.At.Truncate(time.Millisecond)
			x.RequestBody, x.ResponseBody = evidence.Cut(x.RequestBody, expectedBody), evidence.Cut(x.ResponseBody, expectedBody)
			if !strings.HasPrefix(x.Note, setupPrefix) || x.Error != "" || x.Like != "" {
				continue
			}
			path, _, asked := strings.Cut(x.URL, "?")
			step := fmt.Sprint(x.Note, x.Method, path, x.Status)
			shown, known := whole[step]
			if !known {
				whole[step] = result.ID
			} else if shown != result.ID {
				x.Like = shown
				if asked {
					x.URL = path + "?…"
				}
				x.RequestHeader, x.RequestBody, x.ResponseHeader, x.ResponseBody = nil, "", nil, ""
			}
		}
	}
}

func (r *Report) judge(interrupted bool) (int, string) {
	count := func(v Verdict) int { return r.Counts[v] }
	switch {
	case interrupted:
		return ExitInterrupted, "The run was interrupted."
	case r.Harness != "" || count(Error) > 0:
		if r.Harness != "" {
			return ExitHarness, "The harness broke: " + r.Harness
		}
		return ExitHarness, fmt.Sprintf("The harness broke in %s.", checks(count(Error)))
	case r.Lost != "":
		return ExitUnreachable, r.Lost
	case r.Unattended && r.retries()*retryShare > len(r.Results):
		return ExitUnreachable, fmt.Sprintf("The network is not steady enough: %s ran twice because it broke.", checks(r.retries()))
	case count(Fail) > 0 || count(UnexpectedPass) > 0:
		var parts []string
		if n := count(Fail); n > 0 {
			parts = append(parts, checks(n)+" failed")
		}
		if n := count(UnexpectedPass); n > 0 {
			parts = append(parts, checks(n)+" passed unexpectedly")
		}
		return ExitFailed, strings.Join(parts, ", ") + "."
	case count(Blocked) > 0:
		return ExitFailed, fmt.Sprintf("%s could not be judged, because something before them failed.", checks(count(Blocked)))
	}
	return ExitExpected, fmt.Sprintf("All as expected: %d passed, %d known deviations, %d skipped.",
		count(Pass), count(Deviation), count(Skip))
}

// retryShare: more than one check in so many that had to run twice is too many.
const retryShare = 50

func (r *Report) retries() int {
	n := 0
	for _, result := range r.Results {
		if result.Retried {
			n++
		}
	}
	return n
}

func checks(n int) string {
	if n == 1 {
		return "1 check"
	}
	return fmt.Sprintf("%d checks", n)
}
