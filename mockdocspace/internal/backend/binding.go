package backend

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// bodyLimit is how much JSON a call may bring, in bytes: the framework's own
// limit. The portal's is said to be higher; nothing but uploads comes near.
const bodyLimit = 30_000_000

// paging is what every list takes (§2.5).
type paging struct {
	start, count int
	sortBy       string
	descending   bool
	filter       string
}

// page reads the paging parameters; what is out of range is a validation error.
func (c *call) page() (paging, error) {
	q := c.URL.Query()
	p := paging{count: 100, sortBy: q.Get("sortBy"), filter: strings.TrimSpace(q.Get("filterValue"))}
	number := func(name string, into *int, least, most int) error {
		text := q.Get(name)
		if text == "" {
			return nil
		}
		field := strings.ToUpper(name[:1]) + name[1:]
		n, err := strconv.Atoi(text)
		switch {
		case err != nil:
			return invalid(field, fmt.Sprintf("The value '%s' is not valid.", text))
		case n < least || n > most:
			return invalid(field, fmt.Sprintf("The field %s must be between %d and %d.", field, least, most))
		}
		*into = n
		return nil
	}
	if err := number("count", &p.count, 1, 100); err != nil {
		return p, err
	}
	if err := number("startIndex", &p.start, 0, 1<<31-1); err != nil {
		return p, err
	}
	switch order := strings.ToLower(q.Get("sortOrder")); order {
	case "", "0", "ascending":
	case "1", "descending":
		p.descending = true
	default:
		return p, invalid("SortOrder", fmt.Sprintf("The value '%s' is not valid.", order))
	}
	return p, nil
}

// window cuts the page out of n matches.
func (p paging) window(n int) (from, to int) {
	from = min(p.start, n)
	return from, from + min(p.count, n-from)
}

// bind reads the JSON body into v. Names are compared without regard to letter
// case; malformed text and wrong types are validation errors (§2.3).
func (c *call) bind(v any) error {
	mediaType, _, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil || (mediaType != "application/json" && mediaType != "text/json") {
		return &validationError{mediaType: true}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, bodyLimit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return &refusal{status: http.StatusRequestEntityTooLarge, message: "Request body too large."}
	case err != nil:
		return badArgument("Unexpected end of request content.")
	case len(strings.TrimSpace(string(raw))) == 0:
		return invalid("", "A non-empty request body is required.")
	case !utf8.Valid(raw):
		return invalid("$", "The JSON value is not valid UTF-8.")
	}
	if err := json.Unmarshal(raw, v); err != nil {
		field := "$"
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			field = "$." + wrong.Field
		}
		return invalid(field, "The JSON value could not be converted.")
	}
	return nil
}

// integer is a number or its text, as the portal's serializer reads it (§2.1).
type integer int64

func (n *integer) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if text == "null" {
		return nil
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a whole number", text)
	}
	*n = integer(value)
	return nil
}

// numberOrName reads a value of an enumeration: its number, that number's text, or
// one of the names in any case.
func numberOrName[T ~int](raw []byte, names map[string]T) (T, error) {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		for known, value := range names {
			if strings.EqualFold(known, name) {
				return value, nil
			}
		}
	}
	var n integer
	err := n.UnmarshalJSON(raw)
	return T(n), err
}

// idParam reads a path parameter as the number of a folder or file.
func (c *call) idParam(name string) (int64, bool) {
	id, err := strconv.ParseInt(c.params[name], 10, 64)
	return id, err == nil && id > 0
}

func ptr[T any](v T) *T { return &v }
