package goldenbrowser_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
)

// quirkOff is a journey that shows what a bug of the portal's pages changes: by a line
// that is seen only with the bug off, or only with it on.
type quirkOff struct {
	quirk, journey string
	upTo           string // the last step done: name of a page; "": all
	before         func(*tab)
	step           string // beginning of the step's first line
	sees           string // one of its lines with the bug off
	loses          string // one of its lines with the bug on
}

var quirksOff = []quirkOff{
	{quirk: "pages.bounce-drops-after-scope", journey: "bounce-state-after-scope", step: "page callback", sees: "page callback at {rp}/callback?code=<code>&state=rpstate123"},
	{quirk: "pages.first-scope-not-found", journey: "scope-first-live", step: "page after-allow", sees: "page after-allow at {rp}/callback?code=<code>&state=rpstate123"},
	{
		quirk: "pages.stale-scopes", journey: "no-scope-live", before: func(b *tab) { signedIn(b, "jane"); allowOnce(b) },
		step: "xhr POST {portal}/api/2.0/oauth2/authorize",
		sees: `  body [["client_id","<client_id>"],["state","<consent_state>"],["scope","files:write"],["scope","files:read"],["scope","rooms:read"],["scope","openid"],["scope","accounts.self:read"]]`,
	},
	{quirk: "pages.consent-without-session", journey: "consent-without-session", step: "page end", sees: "page end at {portal}/login?type=oauth2&client_id=<client_id>"},
	{quirk: "pages.silent-stale-consent", journey: "stale-consent", upTo: "after-allow", step: "page after-allow", sees: "  test id toast"},
	{quirk: "pages.allow-before-bounce", journey: "logged-in-no-signature", upTo: "consent", step: "parsed {portal}/login/consent?type=oauth2&client_id=<client_id>&error=", sees: "  has loader"},
	{quirk: "pages.legacy-sign-in-ends-at-home", journey: "public-info-429-login", upTo: "after-sign-in", step: "page after-sign-in", sees: "page after-sign-in at {portal}/login/consent?type=oauth2&client_id=<client_id>"},
	{quirk: "pages.terms-link-twice", journey: "logged-in-live-signature", upTo: "consent", step: "page consent", sees: "  test id privacy_policy_link"},
	{quirk: "pages.failed-consent-stays-busy", journey: "allow-429", upTo: "after", step: "page after", sees: "  test id toast"},
	{quirk: "pages.blank-without-scopes", journey: "scopes-429", step: "page end", sees: "  test id ErrorContainer"},
	{quirk: "pages.consent-resets-resume-link", journey: "deny", step: "xhr POST {portal}/api/2.0/oauth2/authorize", loses: "  set-cookie x-redirect-authorization-uri=<base64url({portal}/oauth2/authorize)>; Expires=<date>; Max-Age=315360000; Path=/"},
	{quirk: "pages.untitled", journey: "consent-without-session", step: "page end", sees: "  title Error"},
	{quirk: "pages.second-factor-hangs", journey: "tfa-user", step: "page end", sees: "  test id toast"},
}

// TestQuirksOff does each journey with the bug on and off.
func TestQuirksOff(t *testing.T) {
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	launched = true
	journeys := load(t)
	for _, test := range quirksOff {
		for _, on := range []bool{true, false} {
			name := test.quirk + map[bool]string{true: "/on", false: "/off"}[on]
			line, want := test.sees, !on
			if line == "" {
				line, want = test.loses, on
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				sc := scenes(t, test.journey)
				if test.before != nil {
					sc.before = test.before
				}
				change := sc.config
				sc.config = func(c *config.Config) {
					if change != nil {
						change(c)
					}
					c.Quirks = map[string]bool{test.quirk: on}
				}
				seen := act(t, until(journeys[test.journey].onTheMock(), test.upTo), sc, 3*time.Second)
				found := false
				for _, s := range seen {
					if lines := s.lines(); strings.HasPrefix(lines[0], test.step) {
						found = true
						if got := slices.Contains(lines, line); got != want {
							t.Errorf("%q is there: %v\n%s", line, got, strings.Join(lines, "\n"))
						}
					}
				}
				if !found {
					t.Errorf("there is no %s", test.step)
				}
			})
		}
	}
}

// Every bug that can be switched is shown on and off; the console's beside the other
// tests of its form.
func TestEveryQuirkIsSwitchedOff(t *testing.T) {
	mock, err := mockdocspace.Start(t.Context(), mockdocspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	list, err := mock.Control().Quirks(t.Context())
	if err != nil || len(list) == 0 {
		t.Fatalf("%d quirks, %v", len(list), err)
	}
	for _, q := range list {
		shown := q.Name == "pages.console-keeps-scopes"
		for _, test := range quirksOff {
			shown = shown || test.quirk == q.Name
		}
		if !shown {
			t.Errorf("nothing shows what %s changes", q.Name)
		}
	}
}

// until are the steps up to a page.
func until(steps []step, name string) []step {
	for i, s := range steps {
		if s.Kind == "page" && s.Name == name {
			return steps[:i+1]
		}
	}
	return steps
}
