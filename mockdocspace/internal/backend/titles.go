package backend

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// storedTitle is the longest title that the portal keeps, in UTF-16 units.
const storedTitle = 170

// lengthOf counts as the portal does, in UTF-16 units.
func lengthOf(text string) int { return len(utf16.Encode([]rune(text))) }

// lengthBetween checks a required text the way the framework words it.
func lengthBetween(field, value string, least, most int) error {
	n := lengthOf(value)
	switch {
	case strings.TrimSpace(value) == "":
		return invalid(field, fmt.Sprintf("The %s field is required.", field))
	case n < least || n > most:
		return invalid(field, fmt.Sprintf("The field %s must be a string with a minimum length of %d and a maximum length of %d.", field, least, most))
	}
	return nil
}

// givenTitle checks the title of a request (§3.8, §3.9) and returns it as it is
// stored. Characters that the portal replaces (products/ASC.Files, Global.cs)
// become "_", so a title is never a path. What it does with control characters
// and broken UTF-8 is not on record; here they are refused.
func givenTitle(title string, most int) (string, error) {
	if err := lengthBetween("Title", title, 1, most); err != nil {
		return "", err
	}
	return storableTitle(title)
}

// storableTitle is givenTitle for names that may have any length: uploads'.
// What is longer than the portal keeps is cut, the extension stays.
func storableTitle(title string) (string, error) {
	if !utf8.ValidString(title) {
		return "", invalid("Title", "The Title field is not valid UTF-8.")
	}
	title = strings.TrimSpace(title)
	if title == "" {
		return "", invalid("Title", "The Title field is required.")
	}
	var clean strings.Builder
	for _, r := range title {
		switch {
		case r == '\t' || strings.ContainsRune(`*+:"<>?|\/`, r):
			clean.WriteByte('_')
		case unicode.IsControl(r):
			return "", invalid("Title", "The Title field holds a control character.")
		case r > 0xFFFF: // the portal sees two surrogates
			clean.WriteString("__")
		default:
			clean.WriteRune(r)
		}
	}
	return cutTitle(clean.String()), nil
}

// cutTitle shortens a title without surrogates, before its extension where it has one.
func cutTitle(title string) string {
	runes := []rune(title)
	if len(runes) <= storedTitle {
		return title
	}
	dot := len(runes) - 1
	for dot >= 0 && runes[dot] != '.' {
		dot--
	}
	if extension := len(runes) - dot; dot > storedTitle-20 && extension < storedTitle {
		return string(runes[:storedTitle-extension]) + string(runes[dot:])
	}
	return string(runes[:storedTitle])
}
