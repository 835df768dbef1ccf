package replay

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// placeholder stands for a value that differs from run to run and still has a
// shape (the table in testdata/golden/README.md).
type placeholder struct {
	kind     string
	argument pattern // of b64url
	span     span    // of num, float, str, iso
}

// span is a range of numbers, or of seconds around now.
type span struct {
	low, high float64
	epoch     bool
}

// epochTolerance is how far, in seconds, a time may be off.
const epochTolerance = 20

// shapes are the texts that a placeholder stands for.
var shapes = map[string]string{
	"code":              `[A-Za-z0-9_-]{128}`,
	"refresh":           `[A-Za-z0-9_-]{128}`,
	"uuid":              `[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`,
	"secret":            `[A-Za-z0-9]{36}`,
	"consent-state":     `[A-Za-z0-9_-]{43}=`,
	"consent-state-enc": `[A-Za-z0-9_-]{43}%3D`,
	"jwt":               `[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+`,
	"b64url32":          `[A-Za-z0-9_-]{43}`,
	"hash43":            `[A-Za-z0-9_-]{43}=?`,
	"b64":               `(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)`,
	"sessionid":         `[0-9A-F]{32}`,
	"httpdate":          `[A-Z][a-z]{2}, [0-9]{2}[ -][A-Z][a-z]{2}[ -][0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT`,
	"iso8601-sec":       isoSeconds + isoZone,
	"iso8601":           isoSeconds + `(?:\.[0-9]{1,9})?` + isoZone,
	"int":               `[0-9]+`,
	"num":               `-?[0-9]+`,
	"float":             `-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?`,
	"str":               `-?[0-9]+(?:\.[0-9]+)?`,
	"iso":               isoSeconds + `(?:\.[0-9]{1,9})?` + isoZone,
	"b64url":            `[A-Za-z0-9_-]*={0,2}`,
}

const (
	isoSeconds = `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}`
	isoZone    = `(?:Z|[+-][0-9]{2}:?[0-9]{2})?`
)

// fresh kinds are random: one that repeats a captured value is not fresh, and
// a recording would have named the variable.
var freshKinds = map[string]bool{
	"code": true, "refresh": true, "uuid": true, "secret": true, "consent-state": true,
	"jwt": true, "b64url32": true, "hash43": true, "sessionid": true,
}

var placeholderForm = regexp.MustCompile(`<<([a-z][a-z0-9-]*)(?::([^<>]*))?>>`)

// parsePattern parses a text with variables and placeholders.
func parsePattern(text string) (pattern, error) {
	var p pattern
	for text != "" {
		at := placeholderForm.FindStringSubmatchIndex(text)
		end := len(text)
		if at != nil {
			end = at[0]
		}
		literal, err := parseTemplate(text[:end])
		if err != nil {
			return nil, err
		}
		p = append(p, literal...)
		if at == nil {
			break
		}
		argument := ""
		if at[4] >= 0 {
			argument = text[at[4]:at[5]]
		}
		stands, err := newPlaceholder(text[at[2]:at[3]], argument, at[4] >= 0)
		if err != nil {
			return nil, err
		}
		p = append(p, segment{placeholder: stands})
		text = text[at[1]:]
	}
	return p, nil
}

func newPlaceholder(kind, argument string, hasArgument bool) (*placeholder, error) {
	if shapes[kind] == "" {
		return nil, fmt.Errorf("unknown placeholder <<%s>>", kind)
	}
	stands := &placeholder{kind: kind}
	var err error
	switch kind {
	case "num", "float", "str", "iso":
		stands.span, err = parseSpan(argument)
		if err == nil && kind == "iso" && !stands.span.epoch {
			err = fmt.Errorf("%q is not epoch+N", argument)
		}
	case "b64url":
		stands.argument, err = parseTemplate(argument)
	default:
		if hasArgument {
			err = fmt.Errorf("takes no argument")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("placeholder <<%s>>: %w", kind, err)
	}
	return stands, nil
}

// parseSpan reads A..B, or epoch+N with N in seconds.
func parseSpan(text string) (span, error) {
	if offset, isEpoch := strings.CutPrefix(text, "epoch"); isEpoch {
		seconds, err := strconv.ParseFloat(offset, 64)
		if err != nil || offset[0] != '+' && offset[0] != '-' {
			return span{}, fmt.Errorf("%q is not epoch+N", text)
		}
		return span{low: seconds - epochTolerance, high: seconds + epochTolerance, epoch: true}, nil
	}
	low, high, found := strings.Cut(text, "..")
	if !found {
		return span{}, fmt.Errorf("%q is neither A..B nor epoch+N", text)
	}
	var s span
	var err error
	if s.low, err = strconv.ParseFloat(low, 64); err != nil {
		return span{}, fmt.Errorf("%q is not a number", low)
	}
	if s.high, err = strconv.ParseFloat(high, 64); err != nil {
		return span{}, fmt.Errorf("%q is not a number", high)
	}
	if s.low > s.high {
		return span{}, fmt.Errorf("%q is an empty range", text)
	}
	return s, nil
}

func (s span) contains(value float64, now time.Time) bool {
	if s.epoch {
		value -= float64(now.UnixMilli()) / 1000
	}
	return value >= s.low && value <= s.high
}

// matcher holds what deciding about a volatile value needs.
type matcher struct {
	vars *variables
	now  time.Time // the target's time
}

// latin1 makes a character of every byte, so that expressions work on bytes:
// what is matched need not be UTF-8.
func latin1(text string) string {
	runes := make([]rune, len(text))
	for i := range len(text) {
		runes[i] = rune(text[i])
	}
	return string(runes)
}

// match says how text departs from the pattern; an empty reason is a match.
// The error is a variable that is not known.
func (m *matcher) match(p pattern, text string) (reason string, err error) {
	var expression strings.Builder
	expression.WriteString(`\A(?s:`)
	var stands []*placeholder
	for _, s := range p {
		switch {
		case s.reference != nil:
			value, err := m.vars.value(s.reference)
			if err != nil {
				return "", err
			}
			expression.WriteString(regexp.QuoteMeta(latin1(value)))
		case s.placeholder != nil:
			stands = append(stands, s.placeholder)
			expression.WriteString("(" + shapes[s.placeholder.kind] + ")")
		default:
			expression.WriteString(regexp.QuoteMeta(latin1(s.literal)))
		}
	}
	expression.WriteString(`)\z`)
	compiled, err := regexp.Compile(expression.String())
	if err != nil {
		return "", fmt.Errorf("pattern: %w", err)
	}
	parts := compiled.FindStringSubmatch(latin1(text))
	if parts == nil {
		return "differs", nil
	}
	for i, stands := range stands {
		reason, err := m.accepts(stands, parts[i+1])
		if reason != "" || err != nil {
			return reason, err
		}
	}
	return "", nil
}

// accepts checks what the shape alone does not say.
func (m *matcher) accepts(stands *placeholder, text string) (reason string, err error) {
	switch stands.kind {
	case "num", "float", "str":
		number, err := strconv.ParseFloat(text, 64)
		if err != nil || !stands.span.contains(number, m.now) {
			return m.outside(stands.span), nil
		}
	case "iso":
		at, ok := parseISO(text)
		if !ok {
			return "is no time", nil
		}
		if !stands.span.contains(float64(at.UnixMilli())/1000, m.now) {
			return m.outside(stands.span), nil
		}
	case "iso8601", "iso8601-sec":
		if _, ok := parseISO(text); !ok {
			return "is no time", nil
		}
	case "httpdate":
		if _, err := http.ParseTime(strings.ReplaceAll(text, "-", " ")); err != nil {
			return "is no HTTP date", nil
		}
	case "b64url":
		want, err := m.vars.expand(stands.argument)
		if err != nil {
			return "", err
		}
		if text != base64.URLEncoding.EncodeToString([]byte(want)) {
			if decoded, err := base64.URLEncoding.DecodeString(text); err == nil {
				return fmt.Sprintf("decodes to %q", m.vars.fold(string(decoded))), nil
			}
			return "is not padded URL-safe base64", nil
		}
	}
	if freshKinds[stands.kind] {
		if name, known := m.vars.nameOf(text); known {
			return fmt.Sprintf("repeats {{%s}} where a new value was expected", name), nil
		}
	}
	return "", nil
}

func (m *matcher) outside(s span) string {
	if s.epoch {
		return fmt.Sprintf("is not within %d s of now%+g s", epochTolerance, s.low+epochTolerance)
	}
	return fmt.Sprintf("is not between %g and %g", s.low, s.high)
}

// parseISO reads an ISO-8601 time; one without a zone counts as UTC.
func parseISO(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
