package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Time      string      `xml:"time,attr"`
	Timestamp string      `xml:"timestamp,attr"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitOutcome struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the report for CI systems: fail and unexpected-pass are failures,
// error and blocked are errors, skip is skipped, and a deviation passes with its
// reason in the output. It is valid by what Jenkins takes (testdata/junit.xsd).
func JUnit(w io.Writer, r Report) error {
	all := junitSuites{Name: "DocSpace OAuth", Time: seconds(r.DurationMS)}
	at := map[string]int{}
	total := map[string]float64{}
	for _, result := range r.Results {
		i, ok := at[result.Suite]
		if !ok {
			i = len(all.Suites)
			at[result.Suite] = i
			all.Suites = append(all.Suites, junitSuite{Name: result.Suite, Timestamp: r.StartedAt.UTC().Format("2006-01-02T15:04:05")})
		}
		s := &all.Suites[i]
		s.add(result)
		total[result.Suite] += result.DurationMS
		s.Time = seconds(total[result.Suite])
	}
	for _, s := range all.Suites {
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", " ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(r Result) {
	s.Tests++
	c := junitCase{Name: r.ID + ": " + r.Title, Class: r.Suite, Time: seconds(r.DurationMS)}
	outcome := &junitOutcome{Type: string(r.Verdict), Message: firstLine(r.Message), Text: r.Message + "\n\nWhy: " + r.Why + "\nFix: " + r.Fix + "\nReference: " + r.Reference}
	switch r.Verdict {
	case Fail, UnexpectedPass:
		s.Failures++
		c.Failure = outcome
	case Error, Blocked:
		s.Errors++
		c.Error = outcome
	case Skip:
		s.Skipped++
		c.Skipped = &junitOutcome{Type: string(r.Verdict), Message: r.Message}
	}
	var out []string
	if r.Verdict == Deviation {
		out = append(out, "known deviation: "+r.Deviation.Why, r.Message)
	}
	c.Out = strings.Join(append(out, r.Warnings...), "\n")
	s.Cases = append(s.Cases, c)
}

func seconds(milliseconds float64) string { return fmt.Sprintf("%.3f", milliseconds/1000) }
