package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"docspace-oauth/suites/evidence"
)

// document is a report as its JSON has it (schema/report-1.json): header lines are
// much alike in all exchanges, so each stands once and exchanges name its position.
type document struct {
	Report
	HeaderLines []string       `json:"header_lines"` // "Name: value"
	Results     []storedResult `json:"results"`
}

type storedResult struct {
	Result
	Exchanges []storedExchange `json:"exchanges,omitempty"`
}

type storedExchange struct {
	evidence.Exchange
	RequestHeader  []int `json:"request_headers,omitempty"`
	ResponseHeader []int `json:"response_headers,omitempty"`
}

// lineTable gives each header line its position.
type lineTable struct {
	lines []string
	at    map[string]int
}

func (t *lineTable) positions(headers []evidence.Header) []int {
	var list []int
	for _, h := range headers {
		line := h.Name + ": " + h.Value
		at, known := t.at[line]
		if !known {
			at = len(t.lines)
			t.lines, t.at[line] = append(t.lines, line), at
		}
		list = append(list, at)
	}
	return list
}

func headersAt(lines []string, positions []int) ([]evidence.Header, error) {
	var list []evidence.Header
	for _, at := range positions {
		if at < 0 || at >= len(lines) {
			return nil, fmt.Errorf("there is no header line %d", at)
		}
		name, value, _ := strings.Cut(lines[at], ": ")
		list = append(list, evidence.Header{Name: name, Value: value})
	}
	return list, nil
}

// JSON writes the report in its versioned form (schema/report-1.json), with a line
// per exchange.
func JSON(w io.Writer, r Report) error {
	d := document{Report: r}
	table := lineTable{at: map[string]int{}}
	for _, result := range r.Results {
		stored := storedResult{Result: result}
		for _, x := range result.Exchanges {
			stored.Exchanges = append(stored.Exchanges, storedExchange{x, table.positions(x.RequestHeader), table.positions(x.ResponseHeader)})
		}
		d.Results = append(d.Results, stored)
	}
	d.HeaderLines = table.lines
	var b bytes.Buffer
	if err := d.write(&b); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// write lays the document out: indented but for exchanges and header lines, which
// are one line each.
func (d document) write(b *bytes.Buffer) error {
	lines, results := d.HeaderLines, d.Results
	d.HeaderLines, d.Results = nil, nil
	head, err := indented(d, "", `"header_lines": null`, `"results": null`)
	if err != nil {
		return err
	}
	b.WriteString(head[0] + `"header_lines": [`)
	for i, line := range lines {
		if err := appendLine(b, i, "  ", line); err != nil {
			return err
		}
	}
	b.WriteString("]" + head[1] + `"results": [`)
	for i, result := range results {
		exchanges := result.Exchanges
		result.Exchanges = nil
		own, err := indented(result, "  ")
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  " + strings.TrimSuffix(own[0], "\n  }"))
		if len(exchanges) > 0 {
			b.WriteString(",\n   \"exchanges\": [")
			for j, x := range exchanges {
				if err := appendLine(b, j, "    ", x); err != nil {
					return err
				}
			}
			b.WriteByte(']')
		}
		b.WriteString("\n  }")
	}
	b.WriteString("]" + head[2] + "\n")
	return nil
}

func appendLine(b *bytes.Buffer, i int, indent string, value any) error {
	line, err := encoded(value, func(*json.Encoder) {})
	if err != nil {
		return err
	}
	if i > 0 {
		b.WriteByte(',')
	}
	b.WriteString("\n" + indent + line)
	return nil
}

// indented encodes a value and splits the text at the places named.
func indented(value any, prefix string, places ...string) ([]string, error) {
	text, err := encoded(value, func(e *json.Encoder) { e.SetIndent(prefix, " ") })
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, place := range places {
		before, after, found := strings.Cut(text, place)
		if !found {
			return nil, fmt.Errorf("no %s in the report", place)
		}
		parts, text = append(parts, before), after
	}
	return append(parts, text), nil
}

func encoded(value any, set func(*json.Encoder)) (string, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	set(encoder)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// Read reads the JSON form. A file of another major version, and anything that is
// no report, is an error.
func Read(name string) (Report, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return Report{}, fmt.Errorf("read report: %w", err)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return Report{}, fmt.Errorf("%s is no report: %w", name, err)
	}
	major, _, _ := strings.Cut(Version, ".")
	if got, _, _ := strings.Cut(d.Version, "."); got != major {
		return Report{}, fmt.Errorf("%s has version %q, this program reads version %s.x", name, d.Version, major)
	}
	r := d.Report
	r.Results = nil
	for _, stored := range d.Results {
		result := stored.Result
		for _, x := range stored.Exchanges {
			if x.Exchange.RequestHeader, err = headersAt(d.HeaderLines, x.RequestHeader); err != nil {
				return Report{}, fmt.Errorf("%s is broken: %w", name, err)
			}
			if x.Exchange.ResponseHeader, err = headersAt(d.HeaderLines, x.ResponseHeader); err != nil {
				return Report{}, fmt.Errorf("%s is broken: %w", name, err)
			}
			result.Exchanges = append(result.Exchanges, x.Exchange)
		}
		r.Results = append(r.Results, result)
	}
	return r, nil
}
