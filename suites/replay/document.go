package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// kind is the type of a JSON value. Integers and floats are told apart because
// clients in typed languages do.
type kind string

const (
	kindNull    kind = "null"
	kindBoolean kind = "boolean"
	kindInteger kind = "integer"
	kindFloat   kind = "float"
	kindString  kind = "string"
	kindArray   kind = "array"
	kindObject  kind = "object"
)

// document is a JSON value that keeps what maps lose: the order of members,
// members that occur twice, and the text of numbers.
type document struct {
	kind     kind
	text     string // a string's value, a number's digits, "true" or "false"
	elements []document
	members  []member
}

type member struct {
	name  string
	value document
}

// parseDocument reads exactly one JSON value. Nesting is bounded by
// json.Valid's own limit.
func parseDocument(data []byte) (document, error) {
	if !json.Valid(data) {
		var discard any
		if err := json.Unmarshal(data, &discard); err != nil {
			return document{}, fmt.Errorf("not JSON: %w", err)
		}
		return document{}, errors.New("not JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	doc, err := readDocument(decoder)
	if err != nil {
		return document{}, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return document{}, errors.New("not JSON: more than one value")
	}
	return doc, nil
}

func readDocument(decoder *json.Decoder) (document, error) {
	token, err := decoder.Token()
	if err != nil {
		return document{}, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			return readArray(decoder)
		}
		return readObject(decoder)
	case string:
		return document{kind: kindString, text: t}, nil
	case json.Number:
		if strings.ContainsAny(t.String(), ".eE") {
			return document{kind: kindFloat, text: t.String()}, nil
		}
		return document{kind: kindInteger, text: t.String()}, nil
	case bool:
		return document{kind: kindBoolean, text: fmt.Sprint(t)}, nil
	default:
		return document{kind: kindNull, text: "null"}, nil
	}
}

func readArray(decoder *json.Decoder) (document, error) {
	doc := document{kind: kindArray}
	for decoder.More() {
		element, err := readDocument(decoder)
		if err != nil {
			return document{}, err
		}
		doc.elements = append(doc.elements, element)
	}
	_, err := decoder.Token()
	return doc, err
}

func readObject(decoder *json.Decoder) (document, error) {
	doc := document{kind: kindObject}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return document{}, err
		}
		value, err := readDocument(decoder)
		if err != nil {
			return document{}, err
		}
		doc.members = append(doc.members, member{name: fmt.Sprint(name), value: value})
	}
	_, err := decoder.Token()
	return doc, err
}

// member returns the first member of that name.
func (d document) member(name string) (document, bool) {
	for _, m := range d.members {
		if m.name == name {
			return m.value, true
		}
	}
	return document{}, false
}

// String writes the value as compact JSON, members in their order.
func (d document) String() string {
	var out strings.Builder
	d.write(&out)
	return out.String()
}

func (d document) write(out *strings.Builder) {
	switch d.kind {
	case kindString:
		out.WriteString(quoteJSON(d.text))
	case kindArray:
		out.WriteByte('[')
		for i, element := range d.elements {
			if i > 0 {
				out.WriteByte(',')
			}
			element.write(out)
		}
		out.WriteByte(']')
	case kindObject:
		out.WriteByte('{')
		for i, m := range d.members {
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(quoteJSON(m.name))
			out.WriteByte(':')
			m.value.write(out)
		}
		out.WriteByte('}')
	default:
		out.WriteString(d.text)
	}
}

func quoteJSON(text string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil { // a string always encodes
		return `""`
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// eachString calls visit for every string of the value, members' names aside.
func (d document) eachString(visit func(string) error) error {
	if d.kind == kindString {
		return visit(d.text)
	}
	for _, element := range d.elements {
		if err := element.eachString(visit); err != nil {
			return err
		}
	}
	for _, m := range d.members {
		if err := m.value.eachString(visit); err != nil {
			return err
		}
	}
	return nil
}
