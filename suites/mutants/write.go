package mutants

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"docspace-oauth/suites/report"
)

//go:embed matrix.html.tmpl
var page string

var pageTemplate = template.Must(template.New("matrix").Funcs(template.FuncMap{
	"verb": func(v report.Verdict) string { return strings.ReplaceAll(string(v), "-", " ") },
}).Parse(page))

// Read reads mutants.json in dir, as Write wrote it; nil when there is none yet.
func Read(dir string) (*Matrix, error) {
	text, err := os.ReadFile(filepath.Join(dir, "mutants.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read matrix: %w", err)
	}
	var m Matrix
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("read matrix %s: %w (remove it to begin anew)", filepath.Join(dir, "mutants.json"), err)
	}
	return &m, nil
}

// Write writes mutants.json, mutants.html and mutants.md into dir, which is made if
// need be.
func Write(dir string, m Matrix) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write matrix: %w", err)
	}
	for name, write := range map[string]func(io.Writer, Matrix) error{"mutants.json": JSON, "mutants.html": HTML, "mutants.md": Markdown} {
		file, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return fmt.Errorf("write matrix: %w", err)
		}
		err = write(file, m)
		if closing := file.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return fmt.Errorf("write matrix: %w", err)
		}
	}
	return nil
}

// JSON writes the matrix as it is.
func JSON(w io.Writer, m Matrix) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(m)
}

// HTML writes one self-contained page.
func HTML(w io.Writer, m Matrix) error {
	return pageTemplate.Execute(w, map[string]any{
		"Matrix": m, "Summary": m.Summary(), "Seconds": fmt.Sprintf("%.1f", m.DurationMS/1000),
		"Share": fmt.Sprintf("%.1f", m.Share()),
	})
}

// Markdown writes the page that stands in the docs.
func Markdown(w io.Writer, m Matrix) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Proof that the checks can fail\n\nEach fault below was switched on at a mock of its own, and the checks that name it had to fail there."+
		" This page was written by `runner mutants --full`, which also runs the other checks at these mocks.\n\n%s\n", m.Summary())
	if len(m.Unproven) > 0 {
		b.WriteString("\n## Requirements without a proof\n\n| requirement | level | reason |\n|---|---|---|\n")
		for _, u := range m.Unproven {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", u.Requirement, u.Level, u.Reason)
		}
	}
	b.WriteString("\n## Faults and the checks that notice\n\n\"-\" says that nothing else failed; \"(+ browser)\" that the checks in a browser were among the others.\n\n| fault | caught by | what else failed |\n|---|---|---|\n")
	for _, row := range m.Rows {
		if row.Name == noFault || row.Name == Quirks {
			continue
		}
		caught, others := "**missed**", ""
		switch {
		case len(row.Collateral) > 0:
			others = codes(row.Collateral)
		case row.Others > 0:
			others = "-"
		case !row.Standard:
			others = "not run"
		}
		if row.Browser {
			others += " (+ browser)"
		}
		if row.Caught {
			caught = codes(row.named())
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", row.Name, caught, others)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// named are the checks that had to notice.
func (r Row) named() []string {
	var ids []string
	for _, p := range r.Proofs {
		ids = append(ids, p.Requirement)
	}
	return ids
}

func codes(ids []string) string {
	return "`" + strings.Join(ids, "`, `") + "`"
}

// Summary is the outcome in a few sentences.
func (m Matrix) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d mutants caught.", m.Caught, m.Caught+m.Missed)
	if m.Sound {
		b.WriteString(" Without fault every check passed.")
	} else {
		b.WriteString(" Checks failed without any fault.")
	}
	if m.Whole {
		fmt.Fprintf(&b, " %d of %d requirements of level MUST and DOCSPACE are proven (%.1f %%).", m.Proven, m.Binding, m.Share())
	}
	if ran, withBrowser, all := m.fullRows(); ran > 0 {
		fmt.Fprintf(&b, " Median of what else failed: %d, seen at %d of %d faults, at %d of them with the checks in a browser.", m.Median, ran, all, withBrowser)
	}
	return b.String()
}
