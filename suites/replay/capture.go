package replay

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// capture reads the value at a path of the answer: json.MEMBER, cookie.NAME,
// location.query.NAME, x-redirect-uri.query.NAME.
func capture(path string, got *received) (string, error) {
	source, rest, _ := strings.Cut(path, ".")
	switch source {
	case "json":
		doc, err := parseDocument(got.body)
		if err != nil {
			return "", err
		}
		return captureMember(doc, rest)
	case "cookie":
		value, found := "", false
		for _, line := range got.headers.Values("Set-Cookie") {
			if cookie := parseCookieLine(line); cookie.name == rest {
				value, found = cookie.value, true
			}
		}
		if !found {
			return "", errors.New("no such cookie")
		}
		return value, nil
	default: // check let only location and x-redirect-uri pass
		return captureQuery(got.headers.Get(source), strings.TrimPrefix(rest, "query."))
	}
}

// captureMember follows dots through objects and, by index, arrays.
func captureMember(doc document, path string) (string, error) {
	for name := range strings.SplitSeq(path, ".") {
		if doc.kind == kindArray {
			index, err := strconv.Atoi(name)
			if err != nil || index < 0 || index >= len(doc.elements) {
				return "", fmt.Errorf("no element %q", name)
			}
			doc = doc.elements[index]
			continue
		}
		value, present := doc.member(name)
		if !present {
			return "", fmt.Errorf("no member %q", name)
		}
		doc = value
	}
	if doc.kind == kindObject || doc.kind == kindArray || doc.kind == kindNull {
		return "", fmt.Errorf("%s is no text", doc.kind)
	}
	return doc.text, nil
}

func captureQuery(address, name string) (string, error) {
	if address == "" {
		return "", errors.New("no such header")
	}
	_, query, _ := strings.Cut(address, "?")
	query, _, _ = strings.Cut(query, "#")
	for parameter := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(parameter, "=")
		if key != name {
			continue
		}
		decoded, err := url.QueryUnescape(value)
		if err != nil {
			return "", fmt.Errorf("parameter %s: %w", name, err)
		}
		return decoded, nil
	}
	return "", fmt.Errorf("no parameter %q", name)
}
