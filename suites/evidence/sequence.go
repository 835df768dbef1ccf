package evidence

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"docspace-oauth/sequence"
)

// sequenceLimit keeps a diagram readable; the text has everything.
const sequenceLimit = 30

// NewSequence draws exchanges: a request and its answer each.
func NewSequence(exchanges []Exchange) sequence.Diagram {
	var s sequence.Diagram
	seen := map[string]bool{}
	for i, x := range shortened(exchanges) {
		seen[x.Actor], seen[x.Peer] = true, true
		if i == sequenceLimit-1 && len(exchanges) > sequenceLimit {
			s.Arrows = append(s.Arrows, sequence.Arrow{From: x.Actor, To: x.Peer, Label: fmt.Sprintf("… %d more before this", len(exchanges)-sequenceLimit), Answer: true})
		}
		answer := fmt.Sprint(x.Status)
		if x.Error != "" {
			answer = "no answer"
		}
		for _, h := range x.ResponseHeader {
			if h.Name == "Location" {
				answer += " → " + shortURL(h.Value)
			}
		}
		s.Arrows = append(s.Arrows,
			sequence.Arrow{From: x.Actor, To: x.Peer, Label: x.Method + " " + shortURL(x.URL)},
			sequence.Arrow{From: x.Peer, To: x.Actor, Label: answer, Answer: true, Bad: x.Offending})
	}
	for _, p := range []string{"browser", "user", "app", "authorization server", "registration", "API", "portal"} {
		if seen[p] {
			s.Participants = append(s.Participants, p)
		}
	}
	return s
}

// shortened leaves out what a diagram has no room for, and keeps the exchange that
// the check failed on, or the last one.
func shortened(exchanges []Exchange) []Exchange {
	if len(exchanges) <= sequenceLimit {
		return exchanges
	}
	kept := exchanges[len(exchanges)-1]
	if at := slices.IndexFunc(exchanges, func(x Exchange) bool { return x.Offending }); at >= sequenceLimit-1 {
		kept = exchanges[at]
	}
	return append(slices.Clone(exchanges[:sequenceLimit-1]), kept)
}

// shortURL is the path of an own address, or the host of another, and the names of
// the parameters that matter for the story.
func shortURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return Cut(address, 40)
	}
	text := u.Path
	var named []string
	for _, name := range []string{"error", "code", "state"} {
		if v := u.Query().Get(name); v != "" {
			if name == "error" {
				name += "=" + v
			}
			named = append(named, name)
		}
	}
	if len(named) > 0 {
		text += "?" + strings.Join(named, "&")
	}
	return Cut(text, 52)
}
