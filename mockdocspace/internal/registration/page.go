package registration

import (
	"strconv"
	"strings"
	"time"
)

const (
	defaultLimit = 30
	maxLimit     = 50
)

// window is which part of a list is asked for.
type window struct {
	limit  int
	before time.Time // zero: from the newest
}

// window reads limit and a cursor, which is a time (§7.2). Only the plain list
// has a limit by default.
func (c *call) window(cursor string, limitRequired bool) (window, error) {
	query := c.request.URL.Query()
	limit := defaultLimit
	switch text := query.Get("limit"); {
	case text != "":
		parsed, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
		if err != nil {
			return window{}, c.unreadable()
		}
		limit = int(parsed)
	case limitRequired && query.Has("limit"):
		return window{}, badRequest(detailLimitConverted)
	case limitRequired:
		return window{}, badRequest(detailLimitMissing)
	}
	before, err := parseCursor(query.Get(cursor))
	if err != nil {
		return window{}, c.unreadable()
	}
	switch {
	case c.rules.Registration.AcceptAnything:
		limit = max(1, limit)
	case limit < 1:
		return window{}, invalid([]violation{{"limit", codeLength, messageLimitAtLeast}})
	case limit > maxLimit:
		return window{}, invalid([]violation{{"limit", codeLength, messageLimitAtMost}})
	}
	return window{limit: limit, before: before}, nil
}

// parseCursor reads an ISO 8601 time with offset; empty is none.
func parseCursor(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	text, _, _ = strings.Cut(text, "[") // a zone's name in brackets adds nothing to its offset
	if t, err := time.Parse("2006-01-02T15:04Z07:00", text); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339Nano, text)
}

// cut splits one element more than asked for into the page and whether there is another.
func cut[T any](rows []T, limit int) (page []T, more bool) {
	if len(rows) > limit {
		return rows[:limit], true
	}
	return rows, false
}
