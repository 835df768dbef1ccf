package replay

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// pattern is a recorded text, parsed: literal text, variables, and (in
// expectations) placeholders.
type pattern []segment

// segment is one of the three, by what is set.
type segment struct {
	literal     string
	reference   *reference
	placeholder *placeholder
}

// reference is {{name}}, {{name|filter}} or {{num:name}}.
type reference struct {
	name    string
	number  bool // a JSON number in the place of a string
	filters []string
}

var referenceForm = regexp.MustCompile(`^(num:)?([A-Za-z_][A-Za-z0-9_]*)((?:\|[a-z]+)*)$`)

// filters change a variable's text (testdata/golden/README.md, "Format").
var filters = map[string]func(string) string{
	"q":     percentEncode,
	"flip":  flip,
	"upper": strings.ToUpper,
}

// percentEncode leaves only the unreserved characters (RFC 3986 §2.3).
func percentEncode(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// flip changes one character near the end: not the last ones, whose unused
// bits a base64 decoder may ignore.
func flip(text string) string {
	if text == "" {
		return text
	}
	at := max(0, len(text)-5)
	other := byte('A')
	if text[at] == other {
		other = 'B'
	}
	return text[:at] + string(other) + text[at+1:]
}

// parseTemplate parses a text with variables only.
func parseTemplate(text string) (pattern, error) {
	var p pattern
	for text != "" {
		start := strings.Index(text, "{{")
		if start < 0 {
			return append(p, segment{literal: text}), nil
		}
		if start > 0 {
			p = append(p, segment{literal: text[:start]})
		}
		inner, rest, closed := strings.Cut(text[start+2:], "}}")
		if !closed {
			return nil, fmt.Errorf("%q: {{ without }}", text)
		}
		ref, err := parseReference(inner)
		if err != nil {
			return nil, err
		}
		p = append(p, segment{reference: ref})
		text = rest
	}
	return p, nil
}

func parseReference(inner string) (*reference, error) {
	parts := referenceForm.FindStringSubmatch(inner)
	if parts == nil {
		return nil, fmt.Errorf("{{%s}} is not a variable", inner)
	}
	ref := &reference{name: parts[2], number: parts[1] != ""}
	if parts[3] != "" {
		ref.filters = strings.Split(parts[3][1:], "|")
	}
	for _, name := range ref.filters {
		if filters[name] == nil {
			return nil, fmt.Errorf("{{%s}}: unknown filter %q", inner, name)
		}
	}
	return ref, nil
}

// variables lists the variables that the text needs.
func (p pattern) variables() []string {
	var names []string
	for _, s := range p {
		if s.reference != nil {
			names = append(names, s.reference.name)
		}
		if s.placeholder != nil {
			names = append(names, s.placeholder.argument.variables()...)
		}
	}
	return names
}

// whole returns the only segment of a text that has just one.
func (p pattern) whole() (segment, bool) {
	if len(p) != 1 {
		return segment{}, false
	}
	return p[0], true
}

// missingError says which variable a step lacks.
type missingError struct{ name string }

func (e missingError) Error() string {
	return fmt.Sprintf("needs {{%s}}, which was not captured", e.name)
}

// variables are the values known so far in one scenario.
type variables struct {
	values   map[string]string
	captured map[string]bool
	perturb  bool // see Options.Perturb
}

func (v *variables) value(ref *reference) (string, error) {
	text, ok := v.values[ref.name]
	if !ok {
		return "", missingError{ref.name}
	}
	for _, name := range ref.filters {
		text = filters[name](text)
	}
	return text, nil
}

// expand puts the values in. The text must be free of placeholders.
func (v *variables) expand(p pattern) (string, error) {
	var out strings.Builder
	for _, s := range p {
		switch {
		case s.reference != nil:
			text, err := v.value(s.reference)
			if err != nil {
				return "", err
			}
			out.WriteString(text)
		case s.placeholder != nil:
			return "", fmt.Errorf("<<%s>> in a text that is sent", s.placeholder.kind)
		default:
			out.WriteString(s.literal)
		}
	}
	return out.String(), nil
}

// expandText parses and expands in one go.
func (v *variables) expandText(text string) (string, error) {
	p, err := parseTemplate(text)
	if err != nil {
		return "", err
	}
	return v.expand(p)
}

// expandDocument puts the values into every string of a JSON value; a string
// that is {{num:name}} and nothing else becomes a number.
func (v *variables) expandDocument(doc document) (document, error) {
	var err error
	switch doc.kind {
	case kindString:
		p, parseErr := parseTemplate(doc.text)
		if parseErr != nil {
			return document{}, parseErr
		}
		if only, ok := p.whole(); ok && only.reference != nil && only.reference.number {
			doc.kind = kindInteger
		}
		doc.text, err = v.expand(p)
	case kindArray:
		doc.elements = slices.Clone(doc.elements)
		for i := range doc.elements {
			if doc.elements[i], err = v.expandDocument(doc.elements[i]); err != nil {
				break
			}
		}
	case kindObject:
		doc.members = slices.Clone(doc.members)
		for i := range doc.members {
			if doc.members[i].value, err = v.expandDocument(doc.members[i].value); err != nil {
				break
			}
		}
	}
	return doc, err
}

// shortestFolded keeps fold from replacing short values that occur by chance.
const shortestFolded = 8

// fold writes the names of known values in place of the values, so that
// differences stay readable and show no credentials.
func (v *variables) fold(text string) string {
	names := make([]string, 0, len(v.values))
	for name, value := range v.values {
		if len(value) >= shortestFolded {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if byLength := len(v.values[b]) - len(v.values[a]); byLength != 0 {
			return byLength
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		text = strings.ReplaceAll(text, v.values[name], "{{"+name+"}}")
	}
	return text
}

// nameOf returns the captured variable that has this value.
func (v *variables) nameOf(value string) (string, bool) {
	found := ""
	for name := range v.captured {
		if v.values[name] == value && (found == "" || name < found) {
			found = name
		}
	}
	return found, found != ""
}
