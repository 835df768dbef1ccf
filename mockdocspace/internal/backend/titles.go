package backend

import (
	"errors"
	"fmt"
	"strings"

	"docspace-oauth/mockdocspace/internal/naming"
)

// lengthBetween checks a required text the way the framework words it.
func lengthBetween(field, value string, least, most int) error {
	n := naming.Length(value)
	switch {
	case strings.TrimSpace(value) == "":
		return invalid(field, fmt.Sprintf("The %s field is required.", field))
	case n < least || n > most:
		return invalid(field, fmt.Sprintf("The field %s must be a string with a minimum length of %d and a maximum length of %d.", field, least, most))
	}
	return nil
}

// givenTitle checks the title of a request (§3.8, §3.9) and returns it as it is stored.
func givenTitle(text string, most int) (string, error) {
	if err := lengthBetween("Title", text, 1, most); err != nil {
		return "", err
	}
	return storableTitle(text)
}

// storableTitle is givenTitle for names that may have any length: uploads'.
func storableTitle(text string) (string, error) {
	clean, err := naming.Storable(text)
	switch {
	case errors.Is(err, naming.ErrEmpty):
		return "", invalid("Title", "The Title field is required.")
	case errors.Is(err, naming.ErrUTF8):
		return "", invalid("Title", "The Title field is not valid UTF-8.")
	case err != nil:
		return "", invalid("Title", "The Title field holds a control character.")
	}
	return clean, nil
}
