package signature

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// looseInt is a number or its decimal text; anything else spoils the whole
// signature (docs/portal/identity.md §2.1).
type looseInt int64

func (n *looseInt) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		return nil
	}
	if unquoted, err := stringValue(data); err == nil {
		text = unquoted
	}
	value, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a whole number", text)
	}
	*n = looseInt(value)
	return nil
}

// looseBool is true or false as JSON or as text in any letter case.
type looseBool bool

func (b *looseBool) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		return nil
	}
	if unquoted, err := stringValue(data); err == nil {
		text = unquoted
	}
	switch {
	case strings.EqualFold(text, "true"):
		*b = true
	case strings.EqualFold(text, "false"):
		*b = false
	default:
		return fmt.Errorf("%q is neither true nor false", text)
	}
	return nil
}

func stringValue(data []byte) (string, error) {
	var text string
	err := json.Unmarshal(data, &text)
	return text, err
}

func decodeSegment(segment string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(segment)
}

// numericDate reads seconds since the epoch (RFC 7519 §2).
func numericDate(n json.Number) (time.Time, error) {
	seconds, err := n.Float64()
	if err != nil || math.Abs(seconds) > 1e12 {
		return time.Time{}, fmt.Errorf("%q is not a time in seconds", n)
	}
	return time.Unix(int64(seconds), 0), nil
}
