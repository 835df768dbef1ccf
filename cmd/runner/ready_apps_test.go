package main

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/suites/report"
)

// At a portal where the apps are ready-made, the judge uses them, accuses the portal
// of nothing that one app too few makes impossible to see, and leaves all of them as
// they were: enabled, with their secrets, and none more.
func TestReadyMadeApps(t *testing.T) {
	if testing.Short() {
		t.Skip("runs most of the suites")
	}
	address := startPortal(t)
	mock := control.New(address)
	t.Setenv("READY_PASSWORD", "docspace")
	text := "url: " + address + "\nsign-in: { user: owner@docspace.test, password: env:READY_PASSWORD }\napps:\n"
	var files []string
	for i, public := range []bool{false, false, true} {
		app, err := mock.CreateApp(t.Context(), control.CreateAppRequest{
			Tenant: 1, RedirectURIs: []string{"https://app.example.test/callback"}, NoPKCE: !public,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv(fmt.Sprintf("READY_SECRET_%d", i), app.Secret)
		text += fmt.Sprintf("  - { client-id: %s, client-secret: env:READY_SECRET_%d, redirect-uri: %s, allow-pkce: %v }\n", app.ID, i, app.RedirectURIs[0], public)
		files = append(files, targetFile(t, text))
	}
	before, err := mock.Apps(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	passed := map[string]int{}
	for name, file := range map[string]string{"one": files[0], "three": files[2]} {
		arguments := []string{"run", "--target", file, "--quiet", "--races", "--slow", "--allow-destructive"}
		for _, suite := range []string{"metadata", "authorize", "token", "pkce", "refresh", "revoke", "introspect", "openid", "registration", "robust", "race"} {
			arguments = append(arguments, "--suite", suite)
		}
		outcome, _ := runProcess(t, arguments...)
		t.Logf("%s: %s", name, outcome.Outcome)
		if outcome.ExitCode != report.ExitExpected {
			t.Errorf("%s: exit code %d: %s", name, outcome.ExitCode, outcome.Outcome)
		}
		for _, r := range outcome.Results {
			switch r.Verdict {
			case report.Pass:
				passed[name]++
			case report.Deviation:
			case report.Skip:
				if r.Message == "" {
					t.Errorf("%s: %s does not say why it is skipped", name, r.ID)
				}
			default:
				t.Errorf("%s: %s is %s: %s", name, r.ID, r.Verdict, r.Message)
			}
			if r.Suite == "registration" && (r.Verdict != report.Skip || !strings.Contains(r.Message, "ready-made")) {
				t.Errorf("%s: %s is %s: %s", name, r.ID, r.Verdict, r.Message)
			}
		}
	}
	if passed["one"] < 40 || passed["three"] <= passed["one"] {
		t.Errorf("passed: %v", passed)
	}

	after, err := mock.Apps(t.Context())
	if err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("the apps were %+v\nand are %+v (%v)", before, after, err)
	}
}
