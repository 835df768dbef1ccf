package report

import (
	"strings"

	"docspace-oauth/suites/requirement"
)

// Judge turns the raw outcome of a check (pass, fail, skip, blocked, error) into
// its verdict in the light of what is known of the portal version: a known
// failure is a deviation, a pass where a failure is known is unexpected, and of
// an "either" row both outcomes pass, the failure with a warning.
func Judge(result Result, known requirement.Deviations) Result {
	d, listed := known[result.ID]
	if !listed {
		return result
	}
	result.Deviation = &d
	switch {
	case result.Verdict == Fail && !strings.Contains(result.Message, d.Seen):
		result.Message = "fails for another reason than the known one (" + d.Why + "): " + result.Message
	case d.Expected == requirement.Either && result.Verdict == Fail:
		result.Verdict = Pass
		result.Warnings = append(result.Warnings, "known to go either way ("+d.Why+"): "+result.Message)
		result.Message = ""
	case d.Expected == requirement.Deviates && result.Verdict == Fail:
		result.Verdict = Deviation
	case d.Expected == requirement.Deviates && result.Verdict == Pass:
		result.Verdict = UnexpectedPass
		result.Message = "passes although it is a known deviation (" + d.Why + "): the portal changed, update the deviation file"
	}
	return result
}
