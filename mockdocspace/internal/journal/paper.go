package journal

import (
	"bytes"
	"net/http"
	"strings"
	"unicode/utf8"
)

// paper is what one exchange is written on. It is used again for another one, and
// what is kept of the exchange is copied from it at the end as one text, so that a full
// ring is little work for the collector. Nothing of the request itself is kept alive,
// with its secrets in clear.
type paper struct {
	text              []byte // redacted, one thing behind the other
	request, response capture
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

// header writes down header lines as Message.Header reads them. A line feed in a value
// is a space, as net/http sends it.
func (p *paper) header(r *redactor, h http.Header) span {
	from := len(p.text)
	for name, values := range h {
		for _, value := range values {
			if strings.IndexByte(value, '\n') >= 0 {
				value = strings.ReplaceAll(value, "\n", " ")
			}
			p.text = r.headerValue(append(append(p.text, name...), ':'), name, value)
			p.text = append(p.text, '\n')
		}
	}
	return span{from, len(p.text)}
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
	p.text = p.text[:0]
	j.papers.Put(p)
}
