package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"docspace-oauth/suites/requirement"
)

// Learn proposes entries of a deviation file for what failed, and names in comments
// the entries that an unexpected pass made void. Somebody has to read them: whether a
// failure is a deviation to live with is not for a program to say.
func Learn(r Report) (string, error) {
	var proposed []requirement.Deviation
	var b strings.Builder
	version := cmp.Or(r.Target.Told, r.Target.Version)
	fmt.Fprintf(&b, "# Proposed from a run against portal version %s. Read each entry, say why in your own\n# words, and keep what you want to live with.\n", version)
	for _, result := range r.Results {
		switch result.Verdict {
		case Fail:
			proposed = append(proposed, requirement.Deviation{
				ID: result.ID, Expected: requirement.Deviates, Why: firstLine(result.Message),
				Since: version, Link: result.Reference,
			})
		case UnexpectedPass:
			fmt.Fprintf(&b, "# %s passes now: remove its entry.\n", result.ID)
		}
	}
	if len(proposed) == 0 {
		return b.String() + "[]\n", nil
	}
	text, err := yaml.Marshal(proposed)
	if err != nil {
		return "", fmt.Errorf("propose deviations: %w", err)
	}
	return b.String() + string(text), nil
}
