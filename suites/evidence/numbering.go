package evidence

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	rawMark      = regexp.MustCompile(`‹([a-z-]+):([0-9a-f]{16})›`)
	numberedMark = regexp.MustCompile(`‹([a-z-]+)-([0-9]+)›`)
)

// Numbering turns marks into numbered ones, ‹code-1›: equal values get equal
// numbers, counted per kind in the order in which they are first met. One
// Numbering serves one report, so numbers do not depend on which worker met a
// value first. Not for concurrent use.
type Numbering struct {
	marks  map[string]string
	counts map[string]int
}

// NewNumbering starts at 1.
func NewNumbering() *Numbering {
	return &Numbering{marks: map[string]string{}, counts: map[string]int{}}
}

// Text numbers the marks in text.
func (n *Numbering) Text(text string) string {
	return rawMark.ReplaceAllStringFunc(text, func(mark string) string {
		m := rawMark.FindStringSubmatch(mark)
		numbered, seen := n.marks[m[2]]
		if !seen {
			n.counts[m[1]]++
			numbered = fmt.Sprintf("‹%s-%d›", m[1], n.counts[m[1]])
			n.marks[m[2]] = numbered
		}
		return numbered
	})
}

// Exchange numbers the marks in all texts of x.
func (n *Numbering) Exchange(x *Exchange) {
	x.URL = n.Text(x.URL)
	for i := range x.RequestHeader {
		x.RequestHeader[i].Value = n.Text(x.RequestHeader[i].Value)
	}
	x.RequestBody = n.Text(x.RequestBody)
	for i := range x.ResponseHeader {
		x.ResponseHeader[i].Value = n.Text(x.ResponseHeader[i].Value)
	}
	x.ResponseBody = n.Text(x.ResponseBody)
	x.Error = n.Text(x.Error)
	x.Note = n.Text(x.Note)
}

// Page numbers the marks in the texts of p.
func (n *Numbering) Page(p *Page) {
	p.Address, p.DOM = n.Text(p.Address), n.Text(p.DOM)
	for i := range p.Console {
		p.Console[i] = n.Text(p.Console[i])
	}
}

// Plain shows marks without their value's trace, ‹code›, for lines that are printed
// before the report is numbered.
func Plain(text string) string { return rawMark.ReplaceAllString(text, "‹$1›") }

// Cut shortens text to about limit characters, never inside a mark.
func Cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	head := string(runes[:limit])
	if open := strings.LastIndex(head, "‹"); open > strings.LastIndex(head, "›") {
		head = head[:open]
	}
	return head + "…"
}
