package main

import (
	"fmt"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/target"
)

// Each way to get in, at a portal in a process of its own that is known by its
// address only: apps are registered, users authorize, tokens work, pages open, and
// nothing of it stays.
func TestEveryWayToSignIn(t *testing.T) {
	address := startPortal(t)
	portal := &flows.Portal{BaseURL: address, HTTP: flows.NewHTTPClient(nil)}
	session, err := portal.SignIn(t.Context(), "admin@docspace.test", "docspace")
	if err != nil {
		t.Fatal(err)
	}
	token, err := portal.Signature(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	whole := &target.Access{}
	if err := whole.KnowUser(token); err != nil || whole.User != "admin@docspace.test" {
		t.Fatalf("the signature is for %q: %v", whole.User, err)
	}
	t.Setenv("WAY_PASSWORD", "docspace")
	t.Setenv("WAY_SESSION", session)
	t.Setenv("WAY_SIGNATURE", token)
	t.Setenv("WAY_SECRET", "1123askdasjklasbnd") // docs/portal/identity.md §2.1
	const flow, api, page = "rfc6749/4.1.2/code-single-use", "docspace/api/self", "docspace/callback/signed-in"
	for name, way := range map[string]struct {
		signIn string
		ids    []string
	}{
		"API password":     {"{user: admin@docspace.test, password: env:WAY_PASSWORD}", []string{flow, api, page}},
		"browser":          {"{user: admin@docspace.test, password: env:WAY_PASSWORD, method: browser}", []string{flow, api, page, "docspace/journey/session-ends"}},
		"session":          {"{session: env:WAY_SESSION}", []string{flow, api, page}},
		"signature":        {"{signature: env:WAY_SIGNATURE}", []string{flow, api}},
		"signature secret": {"{user: admin@docspace.test, user-id: " + whole.UserID + ", portal-id: 1, signature-secret: env:WAY_SECRET}", []string{flow, api}},
	} {
		t.Run(name, func(t *testing.T) {
			file := targetFile(t, fmt.Sprintf("url: %s\nsign-in: %s\n", address, way.signIn))
			arguments := []string{"run", "--target", file, "--jobs", "1"}
			for _, id := range way.ids {
				arguments = append(arguments, "--id", id)
			}
			outcome, _ := runProcess(t, arguments...)
			if outcome.ExitCode != report.ExitExpected || outcome.Counts[report.Pass] != len(way.ids) || outcome.LeftBehind != "" {
				t.Errorf("exit code %d: %s %s", outcome.ExitCode, outcome.Outcome, outcome.LeftBehind)
				for _, r := range outcome.Results {
					t.Logf("%s %s: %s", r.Verdict, r.ID, r.Message)
				}
			}
		})
	}
}

// A password that the login page refuses is named as the API's refusal is.
func TestRefusedInTheBrowser(t *testing.T) {
	t.Setenv("WAY_PASSWORD", "wrong")
	file := targetFile(t, fmt.Sprintf("url: %s\nsign-in: {user: admin@docspace.test, password: env:WAY_PASSWORD, method: browser}\n", startPortal(t)))
	outcome, _ := runProcess(t, "run", "--target", file, "--id", "code-single-use")
	if want := "user or password is wrong"; outcome.ExitCode != report.ExitUnreachable || !strings.Contains(outcome.Lost, want) {
		t.Errorf("exit code %d: %s", outcome.ExitCode, outcome.Outcome)
	}
}
