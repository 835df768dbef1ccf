package config

import (
	"encoding/json"
	"strings"
)

// Text is what a file holds. It is written as a block where that is certain to
// read back as it was, else in quotes.
type Text string

// MarshalYAML implements yaml.InterfaceMarshaler.
func (t Text) MarshalYAML() (any, error) {
	if t.isPlain() {
		return string(t), nil
	}
	return quoted(t), nil
}

type quoted string

// MarshalYAML implements yaml.BytesMarshaler.
func (q quoted) MarshalYAML() ([]byte, error) { return json.Marshal(string(q)) } // JSON is YAML

// isPlain reports whether the text is lines of printable characters, none of them
// empty at the beginning or end or framed by space.
func (t Text) isPlain() bool {
	lines := strings.Split(strings.TrimSuffix(string(t), "\n"), "\n")
	for i, line := range lines {
		edge := i == 0 || i == len(lines)-1
		if line != strings.TrimRight(line, " ") || (edge && (line == "" || line[0] == ' ')) {
			return false
		}
		for _, r := range line {
			if r < ' ' || r > '~' {
				return false
			}
		}
	}
	return len(lines) > 1
}
