package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// recording is one scenario: a conversation with the authorization server and
// the answers it gave (testdata/golden/README.md, "Format").
type recording struct {
	file string // base name, for messages

	ID         string                   `json:"id"`
	Topic      string                   `json:"topic"`
	Title      string                   `json:"title"`
	Why        string                   `json:"why"`
	Slow       bool                     `json:"slow"`
	Defaults   defaults                 `json:"defaults"`
	Signatures map[string]signatureSpec `json:"signatures"`
	Steps      []step                   `json:"steps"`
}

type defaults struct {
	Headers pairs `json:"headers"`
}

// signatureSpec is an x-signature that differs from the one the portal issues.
type signatureSpec struct {
	Role    string        `json:"role"`
	Expires *int64        `json:"exp"`    // seconds from now
	NoExp   bool          `json:"no_exp"` // without the claim
	Claims  *jsonDocument `json:"claims"` // override; null removes
	Header  *jsonDocument `json:"header"` // override; null removes
	Secret  string        `json:"secret"` // another machine key
}

type step struct {
	Name        string            `json:"name"`
	Setup       bool              `json:"setup"`
	ServiceOnly bool              `json:"service_only"`
	Wait        float64           `json:"wait"` // seconds to sleep first
	Request     request           `json:"request"`
	Capture     map[string]string `json:"capture"`
	Expect      *answer           `json:"expect"`
	ExpectSplit *answer           `json:"expect_split"`
}

type request struct {
	Method    string        `json:"method"`
	Path      string        `json:"path"`
	Headers   pairs         `json:"headers"`
	Cookies   pairs         `json:"cookies"`
	Form      pairs         `json:"form"`
	Multipart pairs         `json:"multipart"`
	JSON      *jsonDocument `json:"json"`
	Body      *string       `json:"body"`
	Basic     []string      `json:"basic"`
}

type answer struct {
	Status  int                `json:"status"`
	Headers answerHeaders      `json:"headers"`
	Body    *answerBody        `json:"body"`
	JWTs    map[string]jwtSpec `json:"jwts"`
}

type answerBody struct {
	Kind  string        `json:"kind"` // json, text, empty
	Value *jsonDocument `json:"value"`
}

type jwtSpec struct {
	Header    *jsonDocument `json:"header"`
	Claims    *jsonDocument `json:"claims"`
	Signature string        `json:"signature"` // valid, invalid
}

// jsonDocument lets a document stand in a struct that encoding/json decodes.
type jsonDocument struct{ document }

func (d *jsonDocument) UnmarshalJSON(data []byte) error {
	doc, err := parseDocument(data)
	d.document = doc
	return err
}

// pair is a named value; a nil value removes a header.
type pair struct {
	name  string
	value *string
}

// pairs is an object, or a list of two-element lists where names repeat.
type pairs []pair

func (p *pairs) UnmarshalJSON(data []byte) error {
	doc, err := parseDocument(data)
	if err != nil {
		return err
	}
	list := pairs{}
	switch doc.kind {
	case kindObject:
		for _, m := range doc.members {
			value, err := pairValue(m.name, m.value)
			if err != nil {
				return err
			}
			list = append(list, pair{name: m.name, value: value})
		}
	case kindArray:
		for _, element := range doc.elements {
			if len(element.elements) != 2 || element.elements[0].kind != kindString {
				return fmt.Errorf("%s is not a [name, value] pair", element)
			}
			name := element.elements[0].text
			value, err := pairValue(name, element.elements[1])
			if err != nil {
				return err
			}
			list = append(list, pair{name: name, value: value})
		}
	default:
		return fmt.Errorf("%s is neither an object nor a list of pairs", doc)
	}
	*p = list
	return nil
}

func pairValue(name string, value document) (*string, error) {
	switch value.kind {
	case kindNull:
		return nil, nil
	case kindString:
		return &value.text, nil
	default:
		return nil, fmt.Errorf("%q has the value %s, not a string", name, value)
	}
}

// answerHeaders are the recorded headers: plain ones, and the cookies set.
type answerHeaders struct {
	plain   map[string]string // by lower-case name
	cookies map[string]cookieSpec
}

type cookieSpec struct {
	Value      string   `json:"value"`
	Attributes []string `json:"attributes"`
}

func (h *answerHeaders) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	h.plain = map[string]string{}
	for name, value := range raw {
		if strings.EqualFold(name, "set-cookie") {
			if err := unmarshalStrict(value, &h.cookies); err != nil {
				return fmt.Errorf("set-cookie: %w", err)
			}
			continue
		}
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return fmt.Errorf("header %s: %w", name, err)
		}
		h.plain[strings.ToLower(name)] = text
	}
	return nil
}

// unmarshalStrict refuses members that it does not know: a misspelt one would
// otherwise make a replay prove less than it seems to.
func unmarshalStrict(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the end of the JSON value")
	}
	return nil
}

// load reads the recordings of dir whose base name, with or without .json,
// matches one of globs (none: all), sorted by name.
func load(dir string, globs []string) ([]*recording, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("recordings in %s: %w", dir, err)
	}
	sort.Strings(paths)
	var list []*recording
	for _, path := range paths {
		wanted, err := matchesAny(filepath.Base(path), globs)
		if err != nil {
			return nil, err
		}
		if !wanted {
			continue
		}
		rec, err := loadFile(path)
		if err != nil {
			return nil, err
		}
		list = append(list, rec)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no recordings in %s match %s", dir, strings.Join(append(globs, "*.json")[:max(1, len(globs))], ", "))
	}
	return list, nil
}

func matchesAny(name string, globs []string) (bool, error) {
	if len(globs) == 0 {
		return true, nil
	}
	for _, glob := range globs {
		matched, err := filepath.Match(strings.TrimSuffix(glob, ".json"), strings.TrimSuffix(name, ".json"))
		if err != nil {
			return false, fmt.Errorf("pattern %q: %w", glob, err)
		}
		if matched {
			return true, nil
		}
	}
	return false, nil
}

func loadFile(path string) (*recording, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	return parseRecording(filepath.Base(path), data)
}

// parseRecording decodes and checks one file. Errors name the file and, where
// one is at fault, the step.
func parseRecording(file string, data []byte) (*recording, error) {
	// Steps are decoded one by one, so that an error can name its step.
	var outer struct {
		recording
		Steps []json.RawMessage `json:"steps"`
	}
	if err := unmarshalStrict(data, &outer); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	rec := outer.recording
	rec.file = file
	for i, raw := range outer.Steps {
		var s step
		if err := unmarshalStrict(raw, &s); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, stepLabel(i, s.Name), err)
		}
		rec.Steps = append(rec.Steps, s)
	}
	if err := rec.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &rec, nil
}

func stepLabel(index int, name string) string {
	return fmt.Sprintf("step %d %q", index+1, name)
}
