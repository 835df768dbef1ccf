package rules

import "fmt"

// Quirk is a behaviour of the real portal that a profile may lack, as a switch by name.
type Quirk struct {
	Name     string
	Sentence string
	// Reference is the place of the facts, such as docs/portal/browser-flow.md §2.4.
	Reference string
	field     func(*Rules) *bool
}

// On reports whether rules have the quirk.
func (q Quirk) On(r Rules) bool { return *q.field(&r) }

// quirks are the bugs of the portal's pages. Each is on in the profile docspace and
// off in strict.
var quirks = []Quirk{
	{
		"pages.bounce-drops-after-scope", "The bounce loses every parameter of the request that stands after scope.",
		"docs/portal/browser-flow.md §2.4", func(r *Rules) *bool { return &r.Pages.BounceDropsAfterScope },
	},
	{
		"pages.stale-scopes", "Scopes of an earlier request leak into one without scope.",
		"docs/portal/browser-flow.md §2.4", func(r *Rules) *bool { return &r.Pages.StaleScopes },
	},
	{
		"pages.first-scope-not-found", "Scope is not recognised as the first parameter of a request: the page then asks for all scopes of the app.",
		"docs/portal/browser-flow.md §2.4", func(r *Rules) *bool { return &r.Pages.FirstScopeNotFound },
	},
	{
		"pages.consent-without-session", "The consent page without a live session is an error screen, for good, instead of the login form.",
		"docs/portal/browser-flow.md §2.2", func(r *Rules) *bool { return &r.Pages.ConsentWithoutSession },
	},
	{
		"pages.silent-stale-consent", "Nothing is said where the portal does not know the consent any more.",
		"docs/portal/browser-flow.md §5.4", func(r *Rules) *bool { return &r.Pages.SilentStaleConsent },
	},
	{
		"pages.allow-before-bounce", "Allow can be clicked before the page has a signature, which loses the request.",
		"docs/portal/browser-flow.md §1", func(r *Rules) *bool { return &r.Pages.AllowBeforeBounce },
	},
	{
		"pages.legacy-sign-in-ends-at-home", "Signing in without the list of portals ends at the portal's home instead of the request.",
		"docs/portal/browser-flow.md §3.4", func(r *Rules) *bool { return &r.Pages.LegacySignInEndsAtHome },
	},
	{
		"pages.terms-link-twice", "The link to the privacy policy leads to the terms.",
		"docs/portal/browser-flow.md §5.2", func(r *Rules) *bool { return &r.Pages.TermsLinkTwice },
	},
	{
		"pages.consent-resets-resume-link", "A decision leaves the bare authorize address behind as the request to resume.",
		"docs/portal/browser-flow.md §2.3", func(r *Rules) *bool { return &r.Pages.ConsentResetsResumeLink },
	},
	{
		"pages.failed-consent-stays-busy", "After a decision that the portal refuses the button stays at work for ever, without a word.",
		"docs/portal/browser-flow.md §5.4", func(r *Rules) *bool { return &r.Pages.FailedConsentStaysBusy },
	},
	{
		"pages.blank-without-scopes", "The consent page is blank where the scopes cannot be fetched.",
		"docs/portal/browser-flow.md §5.2", func(r *Rules) *bool { return &r.Pages.BlankWithoutScopes },
	},
	{
		"pages.second-factor-hangs", "A user with a second factor is never asked for it: the one-time link loads for ever, and any other sign-in for an app begins anew.",
		"docs/portal/browser-flow.md §3.11", func(r *Rules) *bool { return &r.Pages.SecondFactorHangs },
	},
	{
		"pages.untitled", "Login, consent and error pages have no title.",
		"docs/portal/browser-flow.md §4.1", func(r *Rules) *bool { return &r.Pages.Untitled },
	},
	{
		"pages.console-keeps-scopes", "Un-ticking a scope in the console's form does not take it out of the registration.",
		"docs/portal/browser-flow.md §6.2", func(r *Rules) *bool { return &r.Pages.ConsoleKeepsScopes },
	},
}

// Quirks lists the quirks.
func Quirks() []Quirk { return append([]Quirk{}, quirks...) }

// Switch switches a quirk of rules on or off.
func (r *Rules) Switch(name string, on bool) error {
	for _, q := range quirks {
		if q.Name == name {
			*q.field(r) = on
			return nil
		}
	}
	return fmt.Errorf("quirk %q is unknown: GET /mock/quirks and docs/configuration.md list them", name)
}

// SwitchQuirk switches a quirk on or off for everybody, from the next request on.
func (b *Book) SwitchQuirk(name string, on bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	changed := b.base
	if err := changed.Switch(name, on); err != nil {
		return err
	}
	b.base = changed
	b.rebuild(b.page.Load().active)
	return nil
}

// Base are the rules without any fault.
func (b *Book) Base() Rules {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.base
}

// Rebase starts again from rules, with no fault on.
func (b *Book) Rebase(base Rules) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.base = base
	b.rebuild(nil)
}
