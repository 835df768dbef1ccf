package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"docspace-oauth/suites/evidence"
)

//go:embed report.html.tmpl
var page string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"sequence": func(x []evidence.Exchange) template.HTML {
		return template.HTML(evidence.NewSequence(x).SVG()) // SVG escapes its texts
	},
	"link": func(reference string) string {
		address, _, _ := strings.Cut(reference, " §")
		if strings.HasPrefix(address, "https://") {
			return address
		}
		return ""
	},
	"ms":   func(v float64) string { return fmt.Sprintf("%.0f ms", v) },
	"verb": func(v Verdict) string { return strings.ReplaceAll(string(v), "-", " ") },
}).Parse(page))

// HTML writes one self-contained page: it needs no network, and no script for
// reading; filters and search are a script in it.
func HTML(w io.Writer, r Report) error {
	type suite struct {
		Name    string
		Results []Result
	}
	var suites []*suite
	var attention []Result
	for _, result := range r.Results {
		if len(suites) == 0 || suites[len(suites)-1].Name != result.Suite {
			suites = append(suites, &suite{Name: result.Suite})
		}
		last := suites[len(suites)-1]
		last.Results = append(last.Results, result)
		if result.Verdict.urgent() && r.Lost == "" {
			attention = append(attention, result)
		}
	}
	return pageTemplate.Execute(w, map[string]any{
		"Report": r, "Suites": suites, "Attention": attention, "Verdicts": Verdicts(),
		"Levels": []string{"MUST", "SHOULD", "MAY", "DOCSPACE"}, "Seconds": fmt.Sprintf("%.1f", r.DurationMS/1000),
	})
}
