package suites

import (
	"slices"

	"docspace-oauth/suites/requirement"
)

// Check is the body that judges one requirement. Everything else about it (level,
// title, reference, what it needs) stands in the catalogue under the same id.
type Check struct {
	ID   string
	Body func(*Case)
}

// Checks lists all checks in the order of the report. One function per topic.
func Checks() []Check {
	return slices.Concat(
		metadataChecks(),
		authorizeChecks(),
		callbackChecks(),
		journeyChecks(),
		tokenChecks(),
		pkceChecks(),
		refreshChecks(),
		revokeChecks(),
		introspectChecks(),
		openidChecks(),
		apiChecks(),
		registrationChecks(),
		raceChecks(),
		robustChecks(),
		limitChecks(),
	)
}

// checkFor returns the check with that id.
func checkFor(id string) (Check, bool) {
	for _, c := range Checks() {
		if c.ID == id {
			return c, true
		}
	}
	return Check{}, false
}

// Unwritten returns the requirements that have no check yet.
func Unwritten() []requirement.Requirement {
	written := map[string]bool{}
	for _, c := range Checks() {
		written[c.ID] = true
	}
	return slices.DeleteFunc(requirement.All(), func(r requirement.Requirement) bool { return written[r.ID] })
}
