package report

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"docspace-oauth/suites/evidence"
)

//go:embed report.html.tmpl
var page string

//go:embed report.css
var pageStyle string

//go:embed report.js
var pageScript string

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
	"picture": func(p evidence.Page) template.URL {
		return template.URL("data:" + p.MediaType + ";base64," + base64.StdEncoding.EncodeToString(p.Picture))
	},
	"join":   func(lines []string) string { return strings.Join(lines, "\n") },
	"ms":     func(v float64) string { return fmt.Sprintf("%.0f ms", v) },
	"urgent": Verdict.urgent,
	"verb":   func(v Verdict) string { return strings.ReplaceAll(string(v), "-", " ") },
}).Parse(page))

// HTML writes one self-contained page: it needs no network, and no script for
// reading what failed. The evidence of checks that are as expected, most of the
// bytes, is in it compressed, and its script unfolds it.
func HTML(w io.Writer, r Report) error {
	type suite struct {
		Name    string
		Results []Result
	}
	var suites []*suite
	var attention []Result
	folded := map[string]string{}
	for _, result := range r.Results {
		if len(suites) == 0 || suites[len(suites)-1].Name != result.Suite {
			suites = append(suites, &suite{Name: result.Suite})
		}
		last := suites[len(suites)-1]
		last.Results = append(last.Results, result)
		if result.Verdict.urgent() && r.Lost == "" {
			attention = append(attention, result)
		}
		if !result.Verdict.urgent() && len(result.Exchanges) > 0 {
			var b strings.Builder
			if err := pageTemplate.ExecuteTemplate(&b, "evidence", result); err != nil {
				return err
			}
			folded[result.ID] = b.String()
		}
	}
	compressed, err := fold(folded)
	if err != nil {
		return err
	}
	return pageTemplate.Execute(w, map[string]any{
		"Report": r, "Suites": suites, "Attention": attention, "Verdicts": Verdicts(), "Reliance": Reliance(r),
		"Levels": []string{"MUST", "SHOULD", "MAY", "DOCSPACE"}, "Seconds": fmt.Sprintf("%.1f", r.DurationMS/1000),
		"Style": template.CSS(pageStyle), "Script": template.JS(pageScript), "Folded": template.HTML(compressed), // Base64 needs no escaping, and would not be unescaped in a script
	})
}

// fold compresses texts by id as the page's script expects them: Base64 of gzip of a
// JSON object.
func fold(texts map[string]string) (string, error) {
	var b bytes.Buffer
	compressor, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if err := json.NewEncoder(compressor).Encode(texts); err != nil {
		return "", err
	}
	if err := compressor.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
