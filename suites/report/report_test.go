package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"docspace-oauth/internal/schema"
	"docspace-oauth/suites/evidence"
	"docspace-oauth/suites/requirement"
)

func row(id string, v Verdict) Result {
	return Result{
		Requirement: requirement.Requirement{ID: id, Suite: "token", Level: requirement.Must, Portal: requirement.Conforms, Title: "title of " + id, Why: "Why.", Fix: "Fix."},
		Verdict:     v, Message: "saw <b>&\"x\"</b> | *y*",
	}
}

func TestJudge(t *testing.T) {
	known := requirement.Deviations{
		"d": {ID: "d", Expected: requirement.Deviates, Why: "it does"},
		"e": {ID: "e", Expected: requirement.Either, Why: "a race"},
	}
	for _, c := range []struct {
		id        string
		raw, want Verdict
	}{
		{"x", Pass, Pass},
		{"x", Fail, Fail},
		{"d", Fail, Deviation},
		{"d", Pass, UnexpectedPass},
		{"d", Skip, Skip},
		{"d", Blocked, Blocked},
		{"d", Error, Error},
		{"e", Pass, Pass},
		{"e", Fail, Pass},
		{"e", Blocked, Blocked},
		{"e", Error, Error},
	} {
		got := Judge(row(c.id, c.raw), known)
		if got.Verdict != c.want {
			t.Errorf("%s %s became %s instead of %s", c.id, c.raw, got.Verdict, c.want)
		}
		if c.id == "e" && c.raw == Fail && len(got.Warnings) != 1 {
			t.Error("the other outcome of an either row must be reported")
		}
	}
	known["s"] = requirement.Deviation{ID: "s", Expected: requirement.Deviates, Why: "it does", Seen: "other words"}
	if got := Judge(row("s", Fail), known); got.Verdict != Fail {
		t.Errorf("a failure for another reason than the known one is %s", got.Verdict)
	}
	if got := Judge(row("d", Fail), nil); got.Verdict != Fail {
		t.Errorf("without known deviations a failure is %s", got.Verdict)
	}
}

func TestExitCode(t *testing.T) {
	for name, c := range map[string]struct {
		verdicts      []Verdict
		lost, harness string
		interrupted   bool
		want          int
	}{
		"expected":              {verdicts: []Verdict{Pass, Deviation, Skip}, want: 0},
		"nothing":               {want: 0},
		"fail":                  {verdicts: []Verdict{Pass, Fail}, want: 1},
		"unexpected pass":       {verdicts: []Verdict{UnexpectedPass}, want: 1},
		"blocked":               {verdicts: []Verdict{Pass, Blocked}, want: 1},
		"lost beats fail":       {verdicts: []Verdict{Fail, Blocked}, lost: "gone", want: 3},
		"error beats lost":      {verdicts: []Verdict{Error}, lost: "gone", want: 4},
		"harness":               {verdicts: []Verdict{Pass}, harness: "no worker", want: 4},
		"interruption beats it": {verdicts: []Verdict{Fail, Error}, interrupted: true, want: 130},
	} {
		r := Report{Lost: c.lost, Harness: c.harness}
		for _, v := range c.verdicts {
			r.Results = append(r.Results, row("x", v))
		}
		if r.Close(c.interrupted); r.ExitCode != c.want || r.Outcome == "" {
			t.Errorf("%s: exit code %d (%s) instead of %d", name, r.ExitCode, r.Outcome, c.want)
		}
	}
}

// sample has every verdict, evidence, and texts that would be markup.
func sample() Report {
	r := Report{Tool: "t", Target: Target{Kind: "mock", URL: "http://127.0.0.1:1", Version: "3.7.2"}, StartedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	for _, v := range Verdicts() {
		result := row("rfc/1/"+string(v), v)
		if v == Deviation {
			result.Deviation = &requirement.Deviation{ID: result.ID, Expected: requirement.Deviates, Why: "it does", Since: "3.7.2", Link: "docs/x"}
		}
		result.Exchanges = []evidence.Exchange{{
			Actor: "app", Peer: "authorization server", Method: "POST", URL: "http://p/oauth2/token?<script>alert(1)</script>",
			RequestHeader: []evidence.Header{{Name: "Accept", Value: "a: b"}, {Name: "Empty"}},
			RequestBody:   "code=‹code:0011223344556677›", Status: 400, ResponseBody: "<script>alert(2)</script>",
		}}
		r.Results = append(r.Results, result)
	}
	r.Close(false)
	return r
}

func TestFormsAreWellFormed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "report")
	if err := WriteAll(dir, sample()); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	page := read("report.html")
	if strings.Contains(page, "<script>alert") {
		t.Error("what a portal answered became markup")
	}
	if strings.Contains(page, "http-equiv=\"refresh\"") || strings.Contains(page, " src=") {
		t.Error("the page loads something")
	}
	if folded := regexp.MustCompile(`id="folded">([^<]*)<`).FindStringSubmatch(page); folded == nil {
		t.Error("the page has no folded evidence")
	} else if _, err := base64.StdEncoding.DecodeString(folded[1]); err != nil {
		t.Errorf("the folded evidence cannot be unfolded by a script: %v", err)
	}
	for _, want := range []string{"‹code-1›", "$CODE_1", "<svg", "title of rfc/1/fail"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	var suites junitSuites
	if err := xml.Unmarshal([]byte(read("junit.xml")), &suites); err != nil {
		t.Error(err)
	}
	if suites.Tests != 7 || suites.Failures != 2 || suites.Errors != 2 || suites.Suites[0].Skipped != 1 {
		t.Errorf("JUnit counts %d tests, %d failures, %d errors, %d skipped", suites.Tests, suites.Failures, suites.Errors, suites.Suites[0].Skipped)
	}
	schema.ValidateXML(t, "testdata/junit.xsd", read("junit.xml"))
	if text := read("summary.md"); !strings.Contains(text, "## Failed") || strings.Contains(text, "<b>") {
		t.Errorf("summary:\n%s", text)
	}
	schema.Validate(t, "schema/report-1.json", read("report.json"))
	decoder := json.NewDecoder(strings.NewReader(read("report.json")))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&document{}); err != nil {
		t.Error(err)
	}
	back, err := Read(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), back); diff != "" {
		t.Errorf("read back otherwise (-written +read):\n%s", diff)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 4 {
		t.Errorf("%d files in the report", len(entries))
	}
}

// What a portal says is no text of an XML document until it is made one.
func TestJUnitTakesEveryText(t *testing.T) {
	r := sample()
	for i := range r.Results {
		r.Results[i].Message = "\x00\x1b[31m\xff\xfe ]]> <b> & \" ' \r\n\u2028\ufffe 𝄞"
		r.Results[i].Warnings = []string{"\x08"}
	}
	var text strings.Builder
	if err := JUnit(&text, r); err != nil {
		t.Fatal(err)
	}
	schema.ValidateXML(t, "testdata/junit.xsd", text.String())
	text.Reset()
	if err := JUnit(&text, Report{}); err != nil { // nothing was judged
		t.Fatal(err)
	}
	schema.ValidateXML(t, "testdata/junit.xsd", text.String())
}

// The published schema names exactly the members that the report has.
func TestSchemaMatchesReport(t *testing.T) {
	text, err := os.ReadFile("schema/report-1.json")
	if err != nil {
		t.Fatal(err)
	}
	var published map[string]any
	if err := json.Unmarshal(text, &published); err != nil {
		t.Fatal(err)
	}
	compare(t, published, published, reflect.TypeFor[document](), "report")
}

func compare(t *testing.T, root, node map[string]any, typ reflect.Type, at string) {
	t.Helper()
	if ref, ok := node["$ref"].(string); ok {
		node = root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() == reflect.Slice && typ.Elem().Kind() != reflect.Uint8 {
		compare(t, root, node["items"].(map[string]any), typ.Elem(), at+"[]")
		return
	}
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() {
		return
	}
	properties, _ := node["properties"].(map[string]any)
	required, _ := node["required"].([]any)
	seen := 0
	for _, field := range reflect.VisibleFields(typ) {
		tag := field.Tag.Get("json")
		if field.Anonymous || tag == "" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		seen++
		property, ok := properties[name].(map[string]any)
		if !ok {
			t.Errorf("the schema lacks %s.%s", at, name)
			continue
		}
		if always := !strings.Contains(options, "omit"); always != slices.Contains(required, any(name)) {
			t.Errorf("%s.%s: always there %v, required otherwise in the schema", at, name, always)
		}
		compare(t, root, property, field.Type, at+"."+name)
	}
	if seen != len(properties) {
		t.Errorf("the schema has %d members at %s, the report %d", len(properties), at, seen)
	}
}

// A line says how far the run is and, once that can be told, how long the rest takes.
func TestConsoleTellsTheTimeLeft(t *testing.T) {
	for _, c := range []struct {
		done    int
		elapsed time.Duration
		want    string
	}{
		{1, time.Second, " 1/100  a"},
		{19, time.Minute, "19/100  a"},
		{20, 10 * time.Second, "20/100  40 s left  a"},
		{50, 20 * time.Minute, "50/100  20 min left  a"},
		{99, 9 * time.Second, "99/100  a"},
		{100, time.Hour, "100/100  a"},
	} {
		var out strings.Builder
		console := NewConsole(&out, 100, false, false)
		console.done = c.done - 1
		console.now = func() time.Time { return console.began.Add(c.elapsed) }
		console.Result(row("a", Pass))
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("after %d: %q lacks %q", c.done, out.String(), c.want)
		}
	}
}

func TestConsoleSummaryFitsAScreen(t *testing.T) {
	var out bytes.Buffer
	r := Report{Seed: 7}
	for range 60 {
		r.Results = append(r.Results, row("rfc/1/x", Fail))
	}
	r.Close(false)
	console := NewConsole(&out, 60, true, false)
	console.Summary(r)
	if lines := strings.Count(out.String(), "\n"); lines > 32 {
		t.Errorf("%d lines", lines)
	}
	for _, want := range []string{"fix:  Fix.", "and 55 more", "60 fail", "seed 7"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the summary lacks %q", want)
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Error("colours without being asked")
	}
	out.Reset()
	console.Result(row("rfc/1/x", Pass))
	if out.Len() > 0 {
		t.Error("quiet prints a pass")
	}
}

func TestWriteAllSaysWhy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteAll(filepath.Join(file, "report"), sample()); err == nil {
		t.Error("a report in a file's place must fail")
	}
	if err := writeFile(filepath.Join(t.TempDir(), "x"), sample(), func(io.Writer, Report) error { return io.ErrShortWrite }); err == nil {
		t.Error("a form that can't be written must fail")
	}
}

func TestReadRefusesOtherFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"is no report": "[]", "version": `{"version":"2.0"}`,
		"no header line 3": `{"version":"1.0","header_lines":[],"results":[{"exchanges":[{"request_headers":[3]}]}]}`,
	} {
		file := filepath.Join(dir, "report.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(file); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A check that is as expected keeps some of its evidence, one that is not all of it.
func TestEvidenceIsShortWhereAllIsWell(t *testing.T) {
	var r Report
	for _, v := range []Verdict{Pass, Fail} {
		result := row("rfc/1/"+string(v), v)
		for range 3 * expectedExchanges {
			result.Exchanges = append(result.Exchanges, evidence.Exchange{
				URL: "http://p/?" + strings.Repeat("a", 3*expectedAddress), ResponseBody: strings.Repeat("b", 3*expectedBody),
			})
		}
		r.Results = append(r.Results, result)
	}
	r.Close(false)
	short, whole := r.Results[0], r.Results[1]
	if len(short.Exchanges) != expectedExchanges || short.Dropped != 2*expectedExchanges ||
		len(short.Exchanges[0].URL) > 2*expectedAddress || len(short.Exchanges[0].ResponseBody) > 2*expectedBody {
		t.Errorf("%d exchanges, %d dropped", len(short.Exchanges), short.Dropped)
	}
	if len(whole.Exchanges) != 3*expectedExchanges || whole.Dropped != 0 || len(whole.Exchanges[0].ResponseBody) != 3*expectedBody {
		t.Errorf("a failure: %d exchanges, %d dropped", len(whole.Exchanges), whole.Dropped)
	}
}

// The same step of setting up is shown whole once, but for checks that need attention.
func TestSetupIsShownWholeOnce(t *testing.T) {
	step := evidence.Exchange{Note: "setup: register an app", Method: "POST", URL: "http://p/api/2.0/clients", Status: 200, ResponseBody: "{}"}
	subject := evidence.Exchange{Method: "POST", URL: "http://p/oauth2/token", Status: 200, ResponseBody: "{}"}
	var r Report
	for _, result := range []Result{row("a", Pass), row("b", Deviation), row("c", Fail)} {
		result.Exchanges = []evidence.Exchange{step, subject}
		r.Results = append(r.Results, result)
	}
	r.Close(false)
	for i, like := range []string{"", "a", ""} {
		x := r.Results[i].Exchanges
		if x[0].Like != like || (x[0].ResponseBody == "") != (like != "") {
			t.Errorf("%s: setup %+v", r.Results[i].ID, x[0])
		}
		if x[1].Like != "" || x[1].ResponseBody == "" {
			t.Errorf("%s: subject %+v", r.Results[i].ID, x[1])
		}
	}
}
