package mockdocspace

import (
	"fmt"
	"io"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
)

// Fault is an entry of the catalogue of misbehaviours.
type Fault = rules.Fault

// Faults lists every misbehaviour that can be switched on.
func Faults() []Fault { return rules.Faults() }

// WriteFaults writes the catalogue for people: for each fault what the portal does,
// where, what a correct app does, and the requirements whose checks notice.
func WriteFaults(w io.Writer) error {
	const indent = 44
	var text strings.Builder
	for _, f := range Faults() {
		fmt.Fprintf(&text, "%-*s %s\n", indent-1, f.Name, f.Sentence)
		line := func(label, content string) {
			if content != "" {
				fmt.Fprintf(&text, "%*s%-7s%s\n", indent, "", label, content)
			}
		}
		line("at", f.Where)
		line("app", f.App)
		line("value", valueOf(f))
		line("fails", strings.Join(f.Breaks, ", "))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// valueOf says what value a fault takes, if any.
func valueOf(f Fault) string {
	if f.Value == nil {
		return ""
	}
	return f.Value.Meaning + "; " + f.Value.Default + " if left out"
}
