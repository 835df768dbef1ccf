package evidence

import (
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
)

// Arrow is one message of a sequence diagram.
type Arrow struct {
	From, To string
	Label    string
	Answer   bool // drawn dashed
	Bad      bool // what the check failed on
	Step     string
}

// Sequence is a check as a sequence diagram.
type Sequence struct {
	Participants []string
	Arrows       []Arrow
}

// sequenceLimit keeps a diagram readable; the text has everything.
const sequenceLimit = 30

// NewSequence draws exchanges: a request and its answer each.
func NewSequence(exchanges []Exchange) Sequence {
	var s Sequence
	seen := map[string]bool{}
	for i, x := range shortened(exchanges) {
		seen[x.Actor], seen[x.Peer] = true, true
		if i == sequenceLimit-1 && len(exchanges) > sequenceLimit {
			s.Arrows = append(s.Arrows, Arrow{From: x.Actor, To: x.Peer, Label: fmt.Sprintf("… %d more before this", len(exchanges)-sequenceLimit), Answer: true})
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
			Arrow{From: x.Actor, To: x.Peer, Label: x.Method + " " + shortURL(x.URL), Step: x.Note},
			Arrow{From: x.Peer, To: x.Actor, Label: answer, Answer: true, Bad: x.Offending})
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

// SVG draws the diagram. Lines and colours are the page's, by the classes who, life,
// answer and bad.
func (s Sequence) SVG() string {
	if len(s.Arrows) == 0 {
		return ""
	}
	const column, row, top, margin = 210, 26, 44, 90
	width := 2*margin + column*(len(s.Participants)-1)
	height := top + row*len(s.Arrows) + 16
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="sequence" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="sequence diagram" text-anchor="middle">`, width, height, width, height)
	at := func(name string) int { return margin + column*slices.Index(s.Participants, name) }
	for _, p := range s.Participants {
		fmt.Fprintf(&b, `<text class="who" x="%d" y="18">%s</text><path class="life" d="M%d 26V%d"/>`, at(p), html.EscapeString(p), at(p), height-6)
	}
	for i, a := range s.Arrows {
		y := top + row*i + 14
		from, to := at(a.From), at(a.To)
		tip := 7
		if from > to {
			tip = -7
		}
		var classes []string
		label := a.Label
		if a.Answer {
			classes = append(classes, "answer")
		}
		if a.Bad {
			classes = append(classes, "bad")
			label = "✗ " + label // not by colour alone
		}
		fmt.Fprintf(&b, `<g class="%s"><path d="M%d %dH%d"/><path d="M%d %dl%d 4l%d 4"/><text x="%d" y="%d">%s</text></g>`,
			strings.Join(classes, " "), from, y, to, to-tip, y-4, tip, -tip, (from+to)/2, y-4, html.EscapeString(label))
	}
	b.WriteString("</svg>")
	return b.String()
}
