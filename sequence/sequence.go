// Package sequence draws sequence diagrams as SVG: who sent what to whom, in order.
// Colours and fonts are the page's, by the classes who, life, answer, bad and why.
package sequence

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

// Arrow is one message.
type Arrow struct {
	From, To string // participants
	Label    string
	Answer   bool   // drawn dashed
	Bad      bool   // marked, not by colour alone
	Why      string // a line below it
}

// Diagram is what passed between participants, who stand from left to right.
type Diagram struct {
	Participants []string
	Arrows       []Arrow
}

// Sizes in SVG units.
const (
	narrowest = 210 // from one participant to the next
	widest    = 310
	letter    = 7.2 // of labels, about
	row       = 26
	top       = 44
	margin    = 90
)

// column is the distance from one participant to the next: the labels should fit in
// between, as far as the page has room for that.
func (d Diagram) column() int {
	wanted := narrowest
	for _, a := range d.Arrows {
		span := slices.Index(d.Participants, a.From) - slices.Index(d.Participants, a.To)
		if span = max(span, -span); span > 0 {
			wanted = max(wanted, int(letter*float64(utf8.RuneCountInString(a.Label)+2))/span+20)
		}
	}
	return min(wanted, widest)
}

// SVG draws the diagram; empty when there is nothing to draw.
func (d Diagram) SVG() string {
	if len(d.Arrows) == 0 {
		return ""
	}
	rows := len(d.Arrows)
	for _, a := range d.Arrows {
		if a.Why != "" {
			rows++
		}
	}
	column := d.column()
	width := 2*margin + column*(len(d.Participants)-1)
	height := top + row*rows + 16
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="sequence" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="sequence diagram" text-anchor="middle">`, width, height, width, height)
	at := func(name string) int { return margin + column*slices.Index(d.Participants, name) }
	for _, p := range d.Participants {
		fmt.Fprintf(&b, `<text class="who" x="%d" y="18">%s</text><path class="life" d="M%d 26V%d"/>`, at(p), html.EscapeString(p), at(p), height-6)
	}
	y := top + 14
	for _, a := range d.Arrows {
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
			label = "✗ " + label
		}
		fmt.Fprintf(&b, `<g class="%s"><path d="M%d %dH%d"/><path d="M%d %dl%d 4l%d 4"/><text x="%d" y="%d">%s</text></g>`,
			strings.Join(classes, " "), from, y, to, to-tip, y-4, tip, -tip, (from+to)/2, y-6, html.EscapeString(label))
		if a.Why != "" {
			y += row
			fmt.Fprintf(&b, `<text class="why" x="%d" y="%d">%s</text>`, width/2, y-8, html.EscapeString(cut(a.Why, (width-20)/7)))
		}
		y += row
	}
	b.WriteString("</svg>")
	return b.String()
}

// cut shortens a line to what the diagram is wide enough for.
func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}
