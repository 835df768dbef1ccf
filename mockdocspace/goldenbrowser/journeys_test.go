package goldenbrowser_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"docspace-oauth/suites/requirement"
)

// journeysVerified says what verifies each case of docs/portal/browser-flow.md §3: checks of the
// suites, which run at any portal, and at the mock what is recorded in
// testdata/golden-browser, the tests of this package, and bugs switched on and off.
var journeysVerified = []struct {
	section, what string
	checks        []string // ids of requirements
	recorded      []string // names of recordings
	cases         []string // of TestCases, or of TestPortalLists
	quirks        []string // of TestQuirksOff
	not           string   // why no check does
}{
	{
		section: "3.1", what: "sign-in through form, link and consent, state and PKCE kept",
		checks: []string{"docspace/callback/browser-journey", "docspace/authorize/login-redirect"}, recorded: []string{"fresh-sign-in", "https-fresh"}, cases: []string{"§3.1 minified"},
	},
	{section: "3.1", what: "the link works once", checks: []string{"docspace/journey/one-time-link"}, recorded: []string{"link-used"}, cases: []string{"§5.6 wrong key"}},
	{section: "3.1", what: "the link works for an hour", checks: []string{"docspace/journey/link-expires"}, recorded: []string{"link-expired"}},
	{section: "3.1", what: "back after Allow", checks: []string{"docspace/journey/back-after-allow"}, cases: []string{"§3.1 used state, back"}, quirks: []string{"pages.silent-stale-consent"}},
	{section: "3.2", what: "unknown app, nobody signed in", checks: []string{"docspace/journey/unknown-app"}, recorded: []string{"unknown-client-anonymous"}, quirks: []string{"pages.legacy-sign-in-ends-at-home"}},
	{section: "3.2", what: "unknown app, asked again after the sign-in", checks: []string{"docspace/journey/unknown-app"}, cases: []string{"§3.2 then again"}},
	{
		section: "3.2", what: "unknown app, signed in", checks: []string{"docspace/journey/unknown-app", "docspace/journey/login-leads-on", "docspace/authorize/client-errors"},
		cases: []string{"§3.2 signed in, bounce", "§3.2 signed in, live"},
	},
	{section: "3.2", what: "no client id", checks: []string{"docspace/authorize/client-errors", "docspace/journey/login-leads-on"}, cases: []string{"§3.2 no client id"}},
	{section: "3.3", what: "disabled app, nobody signed in", checks: []string{"docspace/journey/disabled-app"}, recorded: []string{"disabled-client-anonymous"}},
	{section: "3.3", what: "disabled app, signed in", checks: []string{"docspace/journey/disabled-app", "docspace/authorize/client-errors"}, cases: []string{"§3.3 signed in, bounce", "§3.3 signed in, live"}},
	{section: "3.4", what: "the app's public info cannot be had", checks: []string{"docspace/journey/sign-in-resumes"}, recorded: []string{"public-info-429-login"}, quirks: []string{"pages.legacy-sign-in-ends-at-home"}},
	{section: "3.4", what: "sign-in without an app", checks: []string{"docspace/api/password-login"}, recorded: []string{"login-plain"}},
	{section: "3.4", what: "private app, LDAP", not: "the portal stores every app as public, and LDAP is not built"},
	{section: "3.5", what: "one portal of several", checks: []string{"docspace/journey/one-portal"}, cases: []string{"one of two"}},
	{section: "3.5", what: "one portal alone", checks: []string{"docspace/callback/browser-journey"}, cases: []string{"exactly one"}},
	{
		section: "3.5", what: "the choice among several", checks: []string{"docspace/journey/portal-choice"}, recorded: []string{"tenant-list-two"},
		cases: []string{"three, the last chosen", "three, the first chosen", "two of three", "three, the list loaded anew"},
	},
	{section: "3.5", what: "back to sign in", checks: []string{"docspace/journey/back-to-sign-in"}, cases: []string{"three, after back", "§5.1 back to sign in"}},
	{section: "3.6", what: "live signature", checks: []string{"docspace/callback/signed-in", "docspace/journey/login-leads-on"}, recorded: []string{"logged-in-live-signature"}},
	{
		section: "3.6", what: "no signature: the bounce", recorded: []string{"logged-in-no-signature", "bounce-state-after-scope", "signature-expired-on-consent"},
		checks: []string{"docspace/journey/bounce-keeps-request", "docspace/journey/scope-last-survives", "docspace/callback/signed-in"}, quirks: []string{"pages.bounce-drops-after-scope"},
	},
	{section: "3.6", what: "Allow during the bounce", checks: []string{"docspace/journey/early-allow"}, recorded: []string{"allow-during-bounce"}, quirks: []string{"pages.allow-before-bounce"}},
	{section: "3.6", what: "signature without a session", checks: []string{"docspace/journey/signature-without-session"}, cases: []string{"§3.6 no session"}},
	{section: "3.6", what: "a click from another site", checks: []string{"docspace/journey/click-from-another-site"}, cases: []string{"§2.3 click elsewhere", "§2.3 click, live"}},
	{section: "3.6", what: "a session that is over", checks: []string{"docspace/journey/session-ends"}, recorded: []string{"dead-session", "consent-without-session"}, quirks: []string{"pages.consent-without-session"}},
	{section: "3.6", what: "a signature that is refused", checks: []string{"docspace/authorize/bad-signature"}, cases: []string{"§3.6 wrong key"}},
	{section: "3.7", what: "consent on record", checks: []string{"docspace/callback/consented", "docspace/consent/remembered"}, recorded: []string{"consent-remembered"}, cases: []string{"§3.7 remembered, bounce"}},
	{section: "3.7", what: "openid alone", checks: []string{"oidc-core/3.1.2.1/prompt-none-consent"}, recorded: []string{"openid-only"}, cases: []string{"§3.7 openid, bounce"}},
	{section: "3.8", what: "deny", checks: []string{"docspace/callback/deny", "docspace/consent/denied"}, recorded: []string{"deny"}, cases: []string{"§3.8 after the bounce", "§12.1 https, deny"}},
	{section: "3.8", what: "deny after an earlier consent", checks: []string{"rfc6749/4.1.2.1/deny-means-no"}, cases: []string{"§3.8 granted before"}},
	{section: "3.9", what: "not you", checks: []string{"docspace/callback/not-you", "docspace/journey/session-ends"}, recorded: []string{"not-you"}, cases: []string{"not you at the front"}},
	{section: "3.10", what: "a guest", checks: []string{"docspace/journey/guest", "docspace/registration/roles"}, cases: []string{"§3.10 guest"}},
	{section: "3.10", what: "a disabled user", checks: []string{"docspace/journey/disabled-user", "docspace/api/disabled-user"}, cases: []string{"§3.10 disabled user"}},
	{section: "3.11", what: "second factor at a known app", checks: []string{"docspace/journey/second-factor"}, recorded: []string{"tfa-user"}, quirks: []string{"pages.second-factor-hangs"}},
	{section: "3.11", what: "second factor, signed in before", checks: []string{"docspace/journey/second-factor-signed-in"}, cases: []string{"§3.11 second factor, signed in"}},
	{section: "3.11", what: "second factor without the link", checks: []string{"docspace/journey/second-factor"}, cases: []string{"§3.11 second factor, legacy", "§3.11 second factor, legacy, switched off"}},
	{section: "3.11", what: "single sign-on, social accounts", not: "not built: with an app the form shows neither, and the rest happens at somebody else's pages"},
}

// What the table names is there, no section is left out, and no test of a section is
// left out of the table.
func TestEveryJourneyIsVerified(t *testing.T) {
	t.Parallel()
	recordings := load(t)
	sections, named := map[string]bool{}, map[string]bool{}
	for _, j := range journeysVerified {
		sections[j.section] = true
		if len(j.checks) == 0 && j.not == "" {
			t.Errorf("no check of the suites verifies §%s %s", j.section, j.what)
		}
		for _, id := range j.checks {
			named[id] = true
			if _, ok := requirement.Find(id); !ok {
				t.Errorf("§%s %s: there is no requirement %s", j.section, j.what, id)
			}
		}
		for _, id := range j.recorded {
			named[id] = true
			if _, ok := recordings[id]; !ok {
				t.Errorf("§%s %s: there is no recording %s", j.section, j.what, id)
			}
		}
		for _, name := range j.cases {
			named[name] = true
			_, inCases := cases[name]
			_, inLists := portalLists[name]
			if !inCases && !inLists && name != "not you at the front" { // TestNotYouAtTheFront
				t.Errorf("§%s %s: there is no case %s", j.section, j.what, name)
			}
		}
		for _, name := range j.quirks {
			if !slices.ContainsFunc(quirksOff, func(q quirkOff) bool { return q.quirk == name }) {
				t.Errorf("§%s %s: nothing switches %s", j.section, j.what, name)
			}
		}
	}
	document, err := os.ReadFile("../../docs/portal/browser-flow.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, heading := range regexp.MustCompile(`(?m)^### (3\.\d+) `).FindAllStringSubmatch(string(document), -1) {
		if !sections[heading[1]] {
			t.Errorf("nothing is said of §%s", heading[1])
		}
	}
	for _, r := range requirement.All() {
		if strings.Contains(r.Reference, "browser-flow.md §3.") && !named[r.ID] {
			t.Errorf("the table lacks the requirement %s", r.ID)
		}
	}
	for name := range cases {
		if strings.HasPrefix(name, "§3.") && !named[name] {
			t.Errorf("the table lacks the case %s", name)
		}
	}
	for name := range portalLists {
		if !named[name] {
			t.Errorf("the table lacks the list %s", name)
		}
	}
}
