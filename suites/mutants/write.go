package mutants

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
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

// Write writes mutants.json and mutants.html into dir, which is made if need be.
func Write(dir string, m Matrix) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write matrix: %w", err)
	}
	for name, write := range map[string]func(io.Writer, Matrix) error{"mutants.json": JSON, "mutants.html": HTML} {
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
	if m.Full {
		fmt.Fprintf(&b, " Median of what else failed: %d.", m.Median)
	}
	return b.String()
}
