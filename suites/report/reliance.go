package report

import (
	"fmt"
	"slices"
)

// Relied says of one topic whether an app may build on it at this portal.
type Relied struct {
	Topic      string
	Answer     string // yes, mostly, no, not judged
	Class      string // the verdict whose colour fits
	Exceptions []Exception
}

// Exception is a rule that the portal does not keep.
type Exception struct {
	ID, Text string
	Verdict  Verdict
}

// topics are the suites in the words of an app's developer, in the report's order.
// What only the judge itself is concerned with is left out.
var topics = []struct {
	suite, words string
}{
	{"metadata", "Finding endpoints, keys and abilities in the metadata"},
	{"authorize", "Sending a user to authorize, errors included"},
	{"callback", "Getting the user back with a code or an error"},
	{"journey", "A whole sign-in from start to API call"},
	{"token", "Exchanging a code for tokens"},
	{"pkce", "PKCE instead of a secret"},
	{"refresh", "Refreshing tokens, and what becomes of old ones"},
	{"revoke", "Revoking tokens"},
	{"introspect", "Asking whether a token is good"},
	{"openid", "Knowing who signed in (OpenID Connect)"},
	{"api", "Calling the API with a token, within its scopes"},
	{"registration", "Managing apps over the registration API"},
	{"race", "The same when requests come at once"},
	{"robust", "Sensible answers to nonsense"},
}

// Reliance is the table of what an app's developer may rely on. A topic of which
// nothing was judged says so; a known deviation is an exception like a failure:
// whether it is known makes no difference to an app.
func Reliance(r Report) []Relied {
	var table []Relied
	for _, topic := range topics {
		row := Relied{Topic: topic.words}
		held, there := 0, false
		said := map[string]int{}
		for _, result := range r.Results {
			if result.Suite == topic.suite && result.Deviation != nil {
				said[result.Deviation.Why]++
			}
		}
		for _, result := range r.Results {
			if result.Suite != topic.suite {
				continue
			}
			there = true
			switch {
			case result.Verdict == Pass, result.Verdict == UnexpectedPass:
				held++
			case slices.Contains([]Verdict{Fail, Deviation}, result.Verdict):
				text := "not kept: " + result.Title
				if result.Deviation != nil {
					text = result.Deviation.Why
					if said[text] > 1 { // which of them is which
						text = result.Title + ": " + text
					}
				}
				row.Exceptions = append(row.Exceptions, Exception{result.ID, text, result.Verdict})
			}
		}
		if !there {
			continue
		}
		broken := len(row.Exceptions)
		switch {
		case held+broken == 0:
			row.Answer, row.Class = "not judged", "skip"
		case broken == 0:
			row.Answer, row.Class = fmt.Sprintf("yes (%s)", ruled(held)), "pass"
		case held > broken:
			row.Answer, row.Class = fmt.Sprintf("mostly (%d of %d rules hold)", held, held+broken), "deviation"
		default:
			row.Answer, row.Class = fmt.Sprintf("no (%d of %d rules hold)", held, held+broken), "fail"
		}
		table = append(table, row)
	}
	return table
}

func ruled(n int) string {
	if n == 1 {
		return "its one rule holds"
	}
	return fmt.Sprintf("%d rules hold", n)
}
