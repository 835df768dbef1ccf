package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/suites/report"
)

// The ways of people at an https portal that is known by its address only, and of whom
// the target file names one, a user of two portals. On https a session comes along from
// another site, so the form is a fault there.
func TestJourneysAtAnHTTPSPortal(t *testing.T) {
	owner := []config.User{{Email: "both@docspace.test", Password: "docspace", Type: "owner"}}
	mock, err := mockdocspace.Start(t.Context(), mockdocspace.Options{Config: &config.Config{
		TLS: &config.TLS{SelfSigned: true, Hosts: []string{"second.localhost"}},
		Portals: []config.Portal{
			{ID: 1, Name: "First", Hosts: []string{"127.0.0.1"}, Users: owner},
			{ID: 2, Name: "Second", Hosts: []string{"second.localhost"}, Users: owner},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	second := strings.Replace(mock.URL(), "127.0.0.1", "second.localhost", 1)
	secret := filepath.Join(t.TempDir(), "password")
	signIn := fmt.Sprintf("{user: both@docspace.test, password: 'file:%s'}", secret)
	if err := os.WriteFile(secret, []byte("docspace"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := targetFile(t, fmt.Sprintf("url: %s\nsign-in: %s\nsecond-portal: {url: '%s', sign-in: %s}\ntls: {insecure: true}\n", mock.URL(), signIn, second, signIn))

	const click = "docspace/journey/click-from-another-site"
	want := map[string]report.Verdict{
		click: report.Pass,
		"docspace/journey/signature-without-session": report.Pass,
		"docspace/journey/portal-choice":             report.Pass,
		"docspace/journey/back-to-sign-in":           report.Pass,
		"docspace/journey/one-portal":                report.Skip, // nobody has one portal
		"docspace/journey/second-factor":             report.Skip, // nobody has a second factor
		"docspace/journey/sign-in-resumes":           report.Deviation,
	}
	expect := func(ids ...string) {
		t.Helper()
		arguments := []string{"run", "--target", file, "--jobs", "1"}
		for _, id := range ids {
			arguments = append(arguments, "--id", id)
		}
		outcome, _ := runProcess(t, arguments...)
		for _, r := range outcome.Results {
			if r.Verdict != want[r.ID] {
				t.Errorf("%s is %s and not %s: %s", r.ID, r.Verdict, want[r.ID], r.Message)
			}
		}
		if len(outcome.Results) != len(ids) {
			t.Errorf("%d results of %d", len(outcome.Results), len(ids))
		}
	}
	var all []string
	for id := range want {
		all = append(all, id)
	}
	expect(all...)

	if _, err := mock.Control().AddFault(t.Context(), control.FaultRequest{Name: "pages.asks-again"}); err != nil {
		t.Fatal(err)
	}
	want[click] = report.Fail
	expect(click)
}
