package replay

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
)

// Difference is one place where an answer departs from the recording.
type Difference struct {
	Where string // status, header location, cookie client_state, body.scopes[1], jwts.access_token.claims.aud, …
	Want  string // as recorded, variables and placeholders by name
	Got   string // as received, known values by their variables' names
	Note  string // why, where that is not plain
}

// String writes the difference on one line.
func (d Difference) String() string {
	if d.Want == "" && d.Got == "" {
		return d.Where + ": " + d.Note
	}
	text := fmt.Sprintf("%s: want %s, got %s", d.Where, orAbsent(d.Want), orAbsent(d.Got))
	if d.Note != "" {
		text += " (" + d.Note + ")"
	}
	return text
}

func orAbsent(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// setMembers are arrays (or space separated texts) whose order means nothing
// (testdata/golden/README.md, "What is compared, and how").
var setMembers = []string{
	"scope", "scopes", "redirect_uris", "allowed_origins", "authentication_methods",
	"logout_redirect_uris", "errors",
}

// wordMembers are texts that are sets of words.
var wordMembers = []string{"scope", "scopes"}

// comparison collects the differences of one exchange.
type comparison struct {
	matcher
	found []Difference
}

func (c *comparison) add(d Difference) { c.found = append(c.found, d) }

// answer compares everything that is compared. keys fetches the target's keys,
// if a token is to be verified.
func (c *comparison) answer(want *answer, got *received, keys func() (jose.JSONWebKeySet, error)) {
	if want.Status != got.status {
		c.mismatch("status", fmt.Sprint(want.Status), fmt.Sprint(got.status), "")
	}
	c.headers(want.Headers, got.headers)
	if want.Body == nil {
		return
	}
	switch want.Body.Kind {
	case "empty":
		if len(got.body) > 0 {
			c.mismatch("body", "an empty body", string(got.body), "")
		}
	case "text":
		c.text("body", want.Body.Value.text, string(got.body))
	case "json":
		if !utf8.Valid(got.body) {
			c.mismatch("body", want.Body.Value.String(), fmt.Sprintf("%q", got.body), "not UTF-8")
			return
		}
		body, err := parseDocument(got.body)
		if err != nil {
			c.mismatch("body", want.Body.Value.String(), string(got.body), err.Error())
			return
		}
		c.json("body", "", want.Body.Value.document, body)
		c.jwts(want.JWTs, body, keys)
	}
}

// mismatch records that got is not what the pattern text want says.
func (c *comparison) mismatch(where, want, got, note string) {
	c.add(Difference{Where: where, Want: shorten(want), Got: shorten(c.vars.fold(got)), Note: note})
}

// shownLength bounds one value in a difference.
const shownLength = 240

func shorten(text string) string {
	if len(text) <= shownLength {
		return text
	}
	half := shownLength / 2
	start, end := half, len(text)-half
	for start > 0 && !utf8.RuneStart(text[start]) {
		start--
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	return fmt.Sprintf("%s … (%d bytes) … %s", text[:start], len(text), text[end:])
}

// text compares a whole text with a pattern.
func (c *comparison) text(where, want, got string) {
	p, err := parsePattern(want)
	if err != nil {
		c.add(Difference{Where: where, Note: err.Error()})
		return
	}
	reason, err := c.match(p, got)
	switch {
	case err != nil:
		c.add(Difference{Where: where, Note: err.Error()})
	case reason == "differs":
		c.mismatch(where, quoteJSON(want), quoteJSON(got), "")
	case reason != "":
		c.mismatch(where, quoteJSON(want), quoteJSON(got), reason)
	}
}

// json compares two JSON values; name is the member they stand in.
func (c *comparison) json(where, name string, want, got document) {
	if want.kind == kindString {
		c.jsonString(where, name, want, got)
		return
	}
	if want.kind != got.kind {
		c.mismatch(where, want.String(), got.String(), fmt.Sprintf("%s instead of %s", got.kind, want.kind))
		return
	}
	switch want.kind {
	case kindObject:
		c.object(where, want, got)
	case kindArray:
		if slices.Contains(setMembers, name) {
			c.set(where, want, got)
			return
		}
		c.array(where, want, got)
	default:
		if want.text != got.text {
			c.mismatch(where, want.text, got.text, "")
		}
	}
}

// jsonString compares with a recorded string, which may stand for a number.
func (c *comparison) jsonString(where, name string, want, got document) {
	p, err := parsePattern(want.text)
	if err != nil {
		c.add(Difference{Where: where, Note: err.Error()})
		return
	}
	wanted := kindString
	if only, ok := p.whole(); ok {
		switch {
		case only.reference != nil && only.reference.number:
			wanted = kindInteger
		case only.placeholder != nil && only.placeholder.kind == "num":
			wanted = kindInteger
		case only.placeholder != nil && only.placeholder.kind == "float":
			wanted = kindFloat
		}
	}
	if got.kind != wanted {
		c.mismatch(where, want.String(), got.String(), fmt.Sprintf("%s instead of %s", got.kind, wanted))
		return
	}
	if slices.Contains(wordMembers, name) {
		c.text(where, sortedWords(want.text, " "), sortedWords(got.text, " "))
		return
	}
	c.text(where, want.text, got.text)
}

func sortedWords(text, separator string) string {
	words := strings.Split(text, separator)
	sort.Strings(words)
	return strings.Join(words, separator)
}

func (c *comparison) object(where string, want, got document) {
	counts := map[string]int{}
	for _, m := range got.members {
		counts[m.name]++
		if counts[m.name] == 2 {
			c.add(Difference{Where: where + "." + m.name, Note: "member occurs more than once"})
		}
	}
	for _, m := range want.members {
		value, present := got.member(m.name)
		if !present {
			c.mismatch(where+"."+m.name, m.value.String(), "", "missing member")
			continue
		}
		c.json(where+"."+m.name, m.name, m.value, value)
	}
	for _, m := range got.members {
		if _, wanted := want.member(m.name); !wanted {
			c.mismatch(where+"."+m.name, "", m.value.String(), "unexpected member")
		}
	}
}

func (c *comparison) array(where string, want, got document) {
	for i := range max(len(want.elements), len(got.elements)) {
		at := fmt.Sprintf("%s[%d]", where, i)
		switch {
		case i >= len(got.elements):
			c.mismatch(at, want.elements[i].String(), "", "missing element")
		case i >= len(want.elements):
			c.mismatch(at, "", got.elements[i].String(), "unexpected element")
		default:
			c.json(at, "", want.elements[i], got.elements[i])
		}
	}
}

// set compares arrays whose order is free; an element that occurs twice on one
// side only is a difference. Each wanted element takes the first that matches.
func (c *comparison) set(where string, want, got document) {
	left := slices.Clone(got.elements)
	for _, element := range want.elements {
		at := slices.IndexFunc(left, func(candidate document) bool {
			trial := comparison{matcher: c.matcher}
			trial.json(where, "", element, candidate)
			return len(trial.found) == 0
		})
		if at < 0 {
			c.mismatch(where, element.String(), "", "missing from the set")
			continue
		}
		left = slices.Delete(left, at, at+1)
	}
	for _, element := range left {
		c.mismatch(where, "", element.String(), "not in the recorded set")
	}
}
