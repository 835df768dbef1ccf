package registration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// maxBody bounds what is read of a body, in bytes: eight times the longest logo.
// The bound is the mock's own.
const maxBody = 16 << 20

// members is a JSON object, each value as sent. A repeated member counts with its
// last value; names are compared exactly.
type members map[string]json.RawMessage

// readObject reads the request's JSON object. Whatever else is there is unreadable (§7.1).
func (c *call) readObject(w http.ResponseWriter) (members, error) {
	data, err := io.ReadAll(http.MaxBytesReader(w, c.request.Body, maxBody))
	if err != nil {
		return nil, c.unreadable()
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var object members
	if !utf8.Valid(data) || json.Unmarshal(data, &object) != nil || object == nil {
		return nil, c.unreadable()
	}
	return object, nil
}

var errWrongType = errors.New("wrong JSON type")

// text is a member that should be a string: nil when missing or null. Numbers and
// booleans count as their text, as the portal's JSON library converts them (the
// recorded wrong type is an object).
func (m members) text(name string) (*string, error) {
	raw, ok := m[name]
	if !ok {
		return nil, nil
	}
	value, err := scalar(raw)
	if err != nil {
		return nil, fmt.Errorf("member %s: %w", name, err)
	}
	return value, nil
}

func scalar(raw json.RawMessage) (*string, error) {
	switch raw[0] {
	case '{', '[':
		return nil, errWrongType
	case 'n':
		return nil, nil
	case '"':
		var value string
		if err := json.Unmarshal(raw, &value); err != nil {
			return nil, err
		}
		return &value, nil
	default:
		value := string(raw)
		return &value, nil
	}
}

// flag is a boolean member: false when missing, null or empty text. The texts
// "true" and "false" count (§7.2, activation), and so do whole numbers.
func (m members) flag(name string) (bool, error) {
	raw, ok := m[name]
	if !ok {
		return false, nil
	}
	value, err := scalar(raw)
	if err != nil || value == nil {
		return false, err
	}
	text := strings.TrimSpace(*value)
	if raw[0] == '"' {
		switch text {
		case "true", "True", "TRUE":
			return true, nil
		case "false", "False", "FALSE", "":
			return false, nil
		}
		return false, fmt.Errorf("member %s: %w", name, errWrongType)
	}
	switch {
	case text == "true":
		return true, nil
	case text == "false":
		return false, nil
	case strings.ContainsAny(text, ".eE"):
		return false, fmt.Errorf("member %s: %w", name, errWrongType)
	default:
		return strings.Trim(text, "-0") != "", nil
	}
}

// set is a list member as the portal keeps it: without repetitions. A nil entry is a null.
type set struct {
	given   bool // there, and not null
	entries []*string
}

// texts is a member that should be a list of strings; a lone string is no list (§7.1).
func (m members) texts(name string) (set, error) {
	raw, ok := m[name]
	if !ok || raw[0] == 'n' {
		return set{}, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return set{}, fmt.Errorf("member %s: %w", name, errWrongType)
	}
	values := set{given: true}
	seen, seenNull := make(map[string]bool), false
	for _, item := range list {
		value, err := scalar(item)
		switch {
		case err != nil:
			return set{}, fmt.Errorf("member %s: %w", name, err)
		case value == nil && seenNull, value != nil && seen[*value]:
			continue
		case value == nil:
			seenNull = true
		default:
			seen[*value] = true
		}
		values.entries = append(values.entries, value)
	}
	return values, nil
}

// values are the entries that are no null.
func (s set) values() []string {
	values := make([]string, 0, len(s.entries))
	for _, entry := range s.entries {
		if entry != nil {
			values = append(values, *entry)
		}
	}
	return values
}
