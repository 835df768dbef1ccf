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
	for _, x := range exchanges {
		seen[x.Actor], seen[x.Peer] = true, true
		if len(s.Arrows) >= 2*sequenceLimit {
			continue
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
			Arrow{From: x.Peer, To: x.Actor, Label: answer, Answer: true})
	}
	for _, p := range []string{"browser", "user", "app", "authorization server", "registration", "API", "portal"} {
		if seen[p] {
			s.Participants = append(s.Participants, p)
		}
	}
	return s
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

// SVG draws the diagram; colours come from the page through currentColor.
func (s Sequence) SVG() string {
	if len(s.Arrows) == 0 {
		return ""
	}
	const column, row, top, margin = 210, 26, 44, 90
	width := 2*margin + column*(len(s.Participants)-1)
	height := top + row*len(s.Arrows) + 16
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="sequence" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="sequence diagram" font-size="12" fill="currentColor" stroke="none">`, width, height, width, height)
	at := func(name string) int { return margin + column*slices.Index(s.Participants, name) }
	for _, p := range s.Participants {
		fmt.Fprintf(&b, `<text x="%d" y="18" text-anchor="middle" font-weight="600">%s</text>`, at(p), html.EscapeString(p))
		fmt.Fprintf(&b, `<path d="M%d 26V%d" stroke="currentColor" stroke-opacity=".3"/>`, at(p), height-6)
	}
	for i, a := range s.Arrows {
		y := top + row*i + 14
		from, to := at(a.From), at(a.To)
		dash, tip := "", 7
		if a.Answer {
			dash = ` stroke-dasharray="4 3"`
		}
		if from > to {
			tip = -7
		}
		fmt.Fprintf(&b, `<path d="M%d %dH%d" stroke="currentColor"%s/><path d="M%d %dl%d -4v8z"/>`, from, y, to, dash, to, y, -tip)
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`, (from+to)/2, y-4, html.EscapeString(a.Label))
	}
	b.WriteString("</svg>")
	return b.String()
}
