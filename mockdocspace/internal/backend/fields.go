package backend

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// fieldNames reads the fields filter: repeated or comma-separated (§2.6).
func fieldNames(query url.Values) []string {
	var names []string
	for _, key := range []string{"fields", "fields[]"} {
		for _, value := range query[key] {
			for name := range strings.SplitSeq(value, ",") {
				if name = strings.TrimSpace(name); name != "" {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// selection is a tree of names; a node without children keeps all below it.
type selection map[string]selection

func (s selection) add(path []string) {
	below, known := s[path[0]]
	switch {
	case known && len(below) == 0: // kept as a whole already
	case len(path) == 1:
		s[path[0]] = selection{}
	default:
		if !known {
			below = selection{}
			s[path[0]] = below
		}
		below.add(path[1:])
	}
}

// selectFields keeps the named members of an object, or of each object of a
// list, in their order; scalars stay as they are (§2.6).
func selectFields(raw []byte, names []string) []byte {
	s := selection{}
	for _, name := range names {
		s.add(strings.Split(name, "."))
	}
	return s.apply(raw)
}

func (s selection) apply(raw []byte) []byte {
	switch {
	case len(raw) > 0 && raw[0] == '[':
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil {
			return raw
		}
		for i := range items {
			items[i] = s.apply(items[i])
		}
		return joinJSON('[', ']', len(items), func(b *bytes.Buffer, i int) { b.Write(items[i]) })
	case len(raw) > 0 && raw[0] == '{':
		all, err := orderedMembers(raw)
		if err != nil {
			return raw
		}
		var kept []member
		for _, m := range all {
			below, ok := s[m.name]
			if !ok {
				continue
			}
			if len(below) > 0 {
				m.value = below.apply(m.value)
			}
			kept = append(kept, m)
		}
		return joinJSON('{', '}', len(kept), func(b *bytes.Buffer, i int) {
			name, _ := encode(kept[i].name) // a string always encodes
			b.Write(name)
			b.WriteByte(':')
			b.Write(kept[i].value)
		})
	default:
		return raw
	}
}

func joinJSON(open, end byte, n int, write func(*bytes.Buffer, int)) []byte {
	var b bytes.Buffer
	b.WriteByte(open)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		write(&b, i)
	}
	b.WriteByte(end)
	return b.Bytes()
}

// member is one name and value of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// orderedMembers reads the members of a JSON object in the order in which they stand.
func orderedMembers(raw []byte) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var all []member
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		m := member{}
		m.name, _ = token.(string) // names are strings
		if err := d.Decode(&m.value); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}
