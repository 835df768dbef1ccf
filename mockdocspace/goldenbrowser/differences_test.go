package goldenbrowser_test

import (
	"regexp"
	"slices"
	"sync/atomic"
)

type side int

const (
	fromRecording side = 1 << iota
	fromMock
)

// difference is something in which mock and recording may differ, and why.
type difference struct {
	reason string
	only   string         // journey; "": any
	step   *regexp.Regexp // first line of the steps concerned
	line   *regexp.Regexp // the lines that don't count; nil: the whole step
	sides  side
	used   atomic.Bool
}

var differences = []*difference{
	{
		reason: "the portal's home was a stand-in with a heading",
		step:   regexp.MustCompile(`^page .* at \{portal\}/$`),
		line:   regexp.MustCompile(`^  (title|button|link|image) `),
		sides:  fromRecording | fromMock,
	},
	{
		reason: "the stand-in of the portal's home told nothing of its document",
		step:   regexp.MustCompile(`^parsed \{portal\}/$`),
		sides:  fromMock,
	},
	{
		reason: "the mock's pages are rendered on the server, error screens too; the portal's come from a script",
		step:   regexp.MustCompile(`^parsed \{portal\}/(confirm/|login/consent)`),
		line:   regexp.MustCompile(`^  has error screen$`),
		sides:  fromMock,
	},
	{
		reason: "the recorder held the call back in the browser, before it got its cookies, and not on the way",
		only:   "allow-during-bounce",
		step:   regexp.MustCompile(`^xhr GET .*/security/oauth2/token$`),
		line:   regexp.MustCompile(`^  cookies `),
		sides:  fromRecording | fromMock,
	},
	{
		// The recordings hold this id nowhere, though docs/portal/browser-flow.md §7 finds
		// messages by it: a guess is that their recorder left out an id that every text has.
		reason: "a message under a field is found by the test id text",
		step:   regexp.MustCompile(`^page `),
		line:   regexp.MustCompile(`^  test id text$`),
		sides:  fromMock,
	},
}

// excused leaves out the lines that a difference explains.
func excused(journey string, lines []string, from side) []string {
	for _, d := range differences {
		if d.sides&from == 0 || d.only != "" && d.only != journey || !d.step.MatchString(lines[0]) {
			continue
		}
		if d.line == nil {
			d.used.Store(true)
			return nil
		}
		before := len(lines)
		lines = slices.DeleteFunc(lines, d.line.MatchString)
		if len(lines) < before {
			d.used.Store(true)
		}
	}
	return lines
}
