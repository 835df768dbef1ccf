package suites_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"docspace-oauth/suites"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// The version whose deviations count is the one that was named, else the nearest to
// what the portal says; the report has both. The check here deviates at 3.7.2.
func TestPortalVersion(t *testing.T) {
	mock, err := target.OpenMock(t.Context(), target.MockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	address, err := url.Parse(mock.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		says, chosen, judgedAs string
	}{
		"its own":         {`"version":"3.7.2"`, "", "3.7.2"},
		"a newer one":     {`"version":"3.99.1"`, "", "3.7.2 (it says it is 3.99.1)"},
		"chosen":          {`"version":"3.99.1"`, "3.7.2", "3.7.2 (it says it is 3.99.1)"},
		"nothing":         {`"other":1`, "", "3.7.2"},
		"no version":      {`"version":"<b>3</b>"`, "", "3.7.2"},
		"another type":    {`"version":37`, "", "3.7.2"},
		"no settings":     {"", "", "3.7.2"},
		"none at another": {"", "3.7.2", "3.7.2"},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := &httputil.ReverseProxy{
				Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(address); r.Out.Host = r.In.Host },
				ModifyResponse: func(r *http.Response) error {
					r.Header.Del("Server") // a portal like any other
					if r.Request.URL.Path == "/api/2.0/settings" {
						r.Body = io.NopCloser(strings.NewReader(`{"response":{` + c.says + `}}`))
						if c.says == "" {
							r.StatusCode, r.Body = http.StatusNotFound, http.NoBody
						}
						r.ContentLength = -1
						r.Header.Del("Content-Length")
					}
					return nil
				},
			}
			portal := httptest.NewServer(proxy)
			defer portal.Close()
			outcome := judge(t, portal.URL, suites.Options{Version: c.chosen, IDs: []string{"rfc8414/2/endpoints-answer"}})
			if got := outcome.Target.JudgedAs(); got != c.judgedAs || outcome.Counts[report.Deviation] != 1 {
				t.Errorf("judged as %s: %v, %s", got, outcome.Counts, outcome.Outcome)
			}
		})
	}
	if _, err := suites.Run(t.Context(), mock, suites.Options{Version: "3.99.1"}); err == nil || !strings.Contains(err.Error(), requirement.DefaultVersion) {
		t.Errorf("an unknown version that was chosen: %v", err)
	}
}

// A deviation that is gone fails the run: the list must follow the portal.
func TestUnexpectedPassFails(t *testing.T) {
	mock, err := target.OpenMock(t.Context(), target.MockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	const id = "rfc8414/3.2/metadata-served"
	known := requirement.Deviations{id: {ID: id, Expected: requirement.Deviates, Why: "it is said to"}}
	outcome := judge(t, mock.URL, suites.Options{IDs: []string{id}, Known: known})
	if outcome.ExitCode != report.ExitFailed || outcome.Counts[report.UnexpectedPass] != 1 || !strings.Contains(outcome.Results[0].Message, "it is said to") {
		t.Errorf("exit code %d: %s %+v", outcome.ExitCode, outcome.Outcome, outcome.Results)
	}
}
