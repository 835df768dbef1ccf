package journal

import (
	"bytes"
	"net/http"
	"unicode/utf8"
)

// paper is what one exchange is written on. It is used again for another one, and
// what is kept of the exchange is copied from it at the end: one text and one list,
// whatever its size, so that a full ring is little work for the collector. Nothing
// of the request itself is kept alive, with its secrets in clear.
type paper struct {
	text              []byte // redacted, one thing behind the other
	fields            []written
	request, response capture
}

// written is a header line on the paper.
type written struct {
	name  string
	value span
}

// span is where something stands in the paper's text.
type span struct{ from, to int }

func (s span) of(text string) string { return text[s.from:s.to] }

// add takes the text with something appended, and says where that is.
func (p *paper) add(text []byte) span {
	from := len(p.text)
	p.text = text
	return span{from, len(text)}
}

func (p *paper) header(r *redactor, h http.Header) {
	for name, values := range h {
		for _, value := range values {
			p.fields = append(p.fields, written{name, p.add(r.headerValue(p.text, name, value))})
		}
	}
}

// written returns the header lines of request and response, as they stand in text.
func (p *paper) written(text string, request int) (inRequest, inResponse []field) {
	all := make([]field, len(p.fields))
	for i, f := range p.fields {
		all[i] = field{f.name, f.value.of(text)}
	}
	return all[:request:request], all[request:]
}

// document writes down what is kept of a body.
func (p *paper) document(r *redactor, m *Message, c *capture, contentType string, encoded bool) span {
	kept := c.kept
	m.Bytes = c.total
	m.Cut = c.total > int64(len(kept))
	if m.Cut {
		kept = wholeRunes(kept)
	}
	if len(kept) == 0 {
		return span{}
	}
	if encoded || !utf8.Valid(kept) || bytes.IndexByte(kept, 0) >= 0 {
		m.Binary = true
		return span{}
	}
	return p.add(r.document(p.text, string(kept), contentType, m.Cut))
}

// wholeRunes leaves out a character that the cut went through.
func wholeRunes(text []byte) []byte {
	for i := 1; i <= min(utf8.UTFMax, len(text)); i++ {
		if start := len(text) - i; utf8.RuneStart(text[start]) {
			if !utf8.FullRune(text[start:]) {
				return text[:start]
			}
			break
		}
	}
	return text
}

func (j *Journal) paper() *paper {
	p, _ := j.papers.Get().(*paper)
	return p
}

// release gives the paper back, without what bodies it held.
func (j *Journal) release(p *paper) {
	for _, c := range []*capture{&p.request, &p.response} {
		clear(c.kept)
		*c = capture{kept: c.kept[:0]}
	}
	clear(p.fields)
	p.text, p.fields = p.text[:0], p.fields[:0]
	j.papers.Put(p)
}
