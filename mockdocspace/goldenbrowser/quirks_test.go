package goldenbrowser_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/config"
)

// TestQuirksOff does journeys with one bug of the portal's pages switched off. What is
// seen then must be seen only then.
func TestQuirksOff(t *testing.T) {
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	launched = true
	all := load(t)
	for _, test := range []struct {
		quirk, journey string
		upTo           string // the last step done: name of a page; "": all
		before         func(*tab)
		step           string // beginning of the step's first line
		sees           string // one of its lines
	}{
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
		{quirk: "pages.untitled", journey: "consent-without-session", step: "page end", sees: "  title Error"},
		{quirk: "pages.second-factor-hangs", journey: "tfa-user", step: "page end", sees: "  test id toast"},
	} {
		for on, want := range map[bool]bool{true: false, false: true} {
			name := test.quirk + map[bool]string{true: "/on", false: "/off"}[on]
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
				seen := act(t, until(all[test.journey].onTheMock(), test.upTo), sc, 3*time.Second)
				found := false
				for _, s := range seen {
					if lines := s.lines(); strings.HasPrefix(lines[0], test.step) {
						found = true
						if got := slices.Contains(lines, test.sees); got != want {
							t.Errorf("%q is there: %v\n%s", test.sees, got, strings.Join(lines, "\n"))
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

// until are the steps up to a page.
func until(steps []step, name string) []step {
	for i, s := range steps {
		if s.Kind == "page" && s.Name == name {
			return steps[:i+1]
		}
	}
	return steps
}
