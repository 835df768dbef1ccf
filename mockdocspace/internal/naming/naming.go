// Package naming is the rule for titles of files, folders and rooms, in requests
// as in the configuration.
package naming

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// What is wrong with a title.
var (
	ErrUTF8    = errors.New("it is not valid UTF-8")
	ErrEmpty   = errors.New("it is empty")
	ErrControl = errors.New("it holds a control character")
)

// Longest are the longest titles that the portal takes (docs/portal/backend-api.md
// §3.8, §3.9), in UTF-16 units.
const (
	LongestOfRoom  = 170
	LongestOfEntry = 165
	longestKept    = 170
)

// Length counts as the portal does, in UTF-16 units.
func Length(text string) int { return len(utf16.Encode([]rune(text))) }

// Storable is a title as it is stored. Characters that the portal replaces
// (products/ASC.Files, Global.cs) become "_", so a title is never a path. What it
// does with control characters and broken UTF-8 is not on record; here they are
// refused. What is longer than the portal keeps is cut, the extension stays.
func Storable(title string) (string, error) {
	if !utf8.ValidString(title) {
		return "", ErrUTF8
	}
	title = strings.TrimSpace(title)
	if title == "" {
		return "", ErrEmpty
	}
	var clean strings.Builder
	for _, r := range title {
		switch {
		case r == '\t' || strings.ContainsRune(`*+:"<>?|\/`, r):
			clean.WriteByte('_')
		case unicode.IsControl(r):
			return "", ErrControl
		case r > 0xFFFF: // the portal sees two surrogates
			clean.WriteString("__")
		default:
			clean.WriteRune(r)
		}
	}
	return cut(clean.String()), nil
}

// cut shortens a title without surrogates, before its extension where it has one.
func cut(title string) string {
	runes := []rune(title)
	if len(runes) <= longestKept {
		return title
	}
	dot := len(runes) - 1
	for dot >= 0 && runes[dot] != '.' {
		dot--
	}
	if extension := len(runes) - dot; dot > longestKept-20 && extension < longestKept {
		return string(runes[:longestKept-extension]) + string(runes[dot:])
	}
	return string(runes[:longestKept])
}
