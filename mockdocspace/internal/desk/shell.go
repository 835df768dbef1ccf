package desk

import (
	"strconv"
	"strings"
)

// quote writes a text so that a POSIX shell reads it back as one word.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
