package naming

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestStorable(t *testing.T) {
	for given, want := range map[string]string{
		" Plan.docx ": "Plan.docx", "../a": ".._a", "😀": "__", strings.Repeat("y", 300) + ".pdf": strings.Repeat("y", 166) + ".pdf",
	} {
		if got, err := Storable(given); err != nil || got != want {
			t.Errorf("%.20q: %q, %v", given, got, err)
		}
	}
	for given, want := range map[string]error{"": ErrEmpty, " \t ": ErrEmpty, "\xff": ErrUTF8, "a\x00": ErrControl} {
		if _, err := Storable(given); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", given, err, want)
		}
	}
}

func FuzzStorable(f *testing.F) {
	for _, s := range []string{"a.txt", "../x", "", "\x00", "\xff", "😀.docx", strings.Repeat("a", 400) + ".x", strings.Repeat(".", 400), "a." + strings.Repeat("b", 400)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		title, err := Storable(s)
		if err != nil {
			return
		}
		if title == "" || !utf8.ValidString(title) || strings.ContainsAny(title, `*+:"<>?|\/`) ||
			strings.ContainsFunc(title, unicode.IsControl) || Length(title) > longestKept {
			t.Errorf("%q became %q", s, title)
		}
	})
}
