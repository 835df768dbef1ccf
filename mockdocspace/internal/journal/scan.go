package journal

import (
	"strconv"
	"strings"
)

// opaqueLength is that of the portal's codes and refresh tokens
// (docs/portal/identity.md §4.1).
const opaqueLength = 128

// text redacts whatever is neither form nor JSON: it looks at runs of characters
// that tokens consist of, and replaces those that have been met as a secret, that
// are shaped like one, or that stand as the value of a secret name.
func (r *redactor) text(to []byte, text string) []byte {
	if len(text) < recognisable && !mayName(text) {
		return append(to, text...) // too short for a secret, and no name of one
	}
	written := 0 // text up to here
	for i := 0; i < len(text); {
		if !tokenBytes[text[i]] {
			_, width := separator(text[i:])
			i += width
			continue
		}
		end := runEnd(text, i)
		from, quoted := valueAfter(text, end)
		if kind := kindOf(text[i:end], from); kind != "" {
			value, after := text[from:valueEnd(text, from)], 0
			if quoted {
				value, after = stringLiteral(text, from)
				from++
			} else {
				after = from + len(value)
			}
			if value != "" {
				to = append(to, text[written:from]...)
				written = from + len(value)
				if quoted {
					value = decoded(value)
				} else {
					value = unescape(value)
				}
				to = r.secret(to, kind, value)
			}
			i = after
			continue
		}
		if r.isSecret(text[i:end]) {
			to = r.secret(append(to, text[written:i]...), "token", text[i:end])
			written = end
		}
		i = end
	}
	return append(to, text[written:]...)
}

// mayName reports whether a short text holds a character that ends the name of a value.
func mayName(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case '=', '%', '\\', '&', '"':
			return true
		}
	}
	return false
}

// everyday reports whether a header's value is one of those that nearly every
// exchange has, so that they need not be searched each time.
func everyday(value string) bool {
	switch value {
	case "no-cache, no-store, max-age=0, must-revalidate", "Access-Control-Request-Method", "Access-Control-Request-Headers",
		"mockdocspace (not for production)", "application/x-www-form-urlencoded", "application/json",
		"application/json;charset=UTF-8", "application/json; charset=utf-8", "gzip":
		return true
	}
	return false
}

// valueAfter is where the value begins whose name ends at end: after an equals sign,
// or at the quote of a JSON member; 0 when what ends there is no name.
func valueAfter(text string, end int) (from int, quoted bool) {
	if end == len(text) {
		return 0, false
	}
	switch text[end] {
	case '=', '%', '\\', '&':
		if c, width := separator(text[end:]); c == '=' {
			return end + width, false
		}
	case '"':
		return memberValue(text, end), true
	}
	return 0, false
}

// kindOf is what a name says about its value, which begins at from.
func kindOf(name string, from int) string {
	if from == 0 || len(name) > longestName {
		return ""
	}
	return secretNames[strings.ToLower(name)]
}

// memberValue is where the string begins that is the value of the JSON member
// whose name ends at end, e.g. in a script; 0 when there is none.
func memberValue(text string, end int) int {
	if end >= len(text) || text[end] != '"' {
		return 0
	}
	colon := skipSpace(text, end+1)
	if colon >= len(text) || text[colon] != ':' {
		return 0
	}
	if value := skipSpace(text, colon+1); value < len(text) && text[value] == '"' {
		return value
	}
	return 0
}

// runEnd is where the run of token characters at from ends. A full stop at its
// end is the sentence's.
func runEnd(text string, from int) int {
	end := from
	for end < len(text) && tokenBytes[text[end]] {
		end++
	}
	for end > from+1 && text[end-1] == '.' {
		end--
	}
	return end
}

// isSecret reports whether a run is a secret: one that has been met, or one by its
// shape. A JWT's header is JSON, so it begins like this; also one that was cut.
func (r *redactor) isSecret(run string) bool {
	return len(run) >= recognisable && (strings.HasPrefix(run, "eyJ") || len(run) == opaqueLength || r.isKnown(run))
}

// valueEnd is where a value ends that stands in running text.
func valueEnd(text string, from int) int {
	for from < len(text) {
		if !tokenBytes[text[from]] {
			switch c, width := separator(text[from:]); c {
			case '+', '/', '=', '%', ':', '!', '$', '*', '@', ',':
				from += width
				continue
			}
			return from
		}
		from++
	}
	return from
}

// tokenBytes are the characters of JWTs, base64url and unreserved URLs.
var tokenBytes = func() (table [256]bool) {
	const punctuation = "-_.~"
	for c := range table {
		table[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(punctuation, byte(c)) >= 0
	}
	return table
}()

// separator reads one character at the beginning of text that may be written as
// %3D, %253D, \u003d or &amp;, and says how many bytes it takes.
func separator(text string) (c byte, width int) {
	if text == "" {
		return 0, 0
	}
	switch {
	case text[0] == '%' && len(text) >= 3:
		if value, err := strconv.ParseUint(text[1:3], 16, 8); err == nil {
			c, width = byte(value), 3
			for c == '%' && len(text) >= width+2 { // encoded again
				value, err := strconv.ParseUint(text[width:width+2], 16, 8)
				if err != nil {
					break
				}
				c, width = byte(value), width+2
			}
			return c, width
		}
	case strings.HasPrefix(text, `\u00`) && len(text) >= 6:
		if value, err := strconv.ParseUint(text[4:6], 16, 8); err == nil {
			return byte(value), 6
		}
	case strings.HasPrefix(text, "&amp;"):
		return '&', 5
	}
	return text[0], 1
}
