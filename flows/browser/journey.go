package browser

import (
	"cmp"
	"net/url"
	"strings"
	"time"
)

// Decision is what the user does on the consent page.
type Decision int

const (
	// Allow grants what is asked.
	Allow Decision = iota
	// Deny refuses.
	Deny
	// Look stops when the consent page is up, without a click.
	Look
)

// Journey is a user on the way through authorization.
type Journey struct {
	// Portal is the portal's root, where the journey goes through.
	Portal string
	// RedirectURI is where it ends, as the app asked for it.
	RedirectURI string
	// Captured says that no app answers at RedirectURI: the driver shows a page of its
	// own there, and the browser neither looks for the app's host nor tells it anything.
	Captured bool
	Email    string
	Password string
	// TOTP is the secret of the user's authenticator app, in base32 (RFC 6238). Without
	// it a journey ends where the portal asks for a code.
	TOTP     string
	Decision Decision
	// PortalName is the host of the portal to choose if there are several; "" takes
	// the one of Portal, or the only one.
	PortalName string
	// Click is a selector of what to click on the start page, when the start page is
	// the app's own with a button; "" when the start address redirects by itself.
	// A click makes the browser withhold SameSite=Strict cookies, an address doesn't
	// (docs/portal/browser-flow.md §2.3).
	Click string
	// Once ends the journey where a person would have to begin anew. Otherwise the driver
	// does so, once for each reason (docs/portal/browser-flow.md §8).
	Once bool
	// Screenshots takes a picture of each page, not only of the last.
	Screenshots bool
	Patience    Patience
}

// Patience is how long a journey waits for what may never come. Zero values are
// those of Options.Patience, else the defaults of docs/portal/browser-flow.md §8.
type Patience struct {
	Journey time.Duration // all of it: 60 s
	Bounce  time.Duration // the consent page fetching a signature: 15 s
	Answer  time.Duration // the app after the decision: 15 s
	Blank   time.Duration // a page that shows nothing: 10 s
	Confirm time.Duration // the one-time link's page: 30 s
	Refused time.Duration // that page's message, once its sign-in was seen to fail: 1 s
	Click   time.Duration // a click that had no effect is repeated after: 2 s
	Load    time.Duration // the app's page after the callback, for the picture: 5 s
	// Reload is how old a blank consent page gets before it is loaded again, once: a
	// minute, as the portal counts its server's requests by the minute. Where the journey
	// or its context ends too soon for that, it fails without it. Negative: never.
	Reload time.Duration
	// Person is how long a person may take over a captcha: 5 min. The journey's own time
	// stands still meanwhile, that of its context does not.
	Person time.Duration
}

// DefaultPatience is that of a journey for which nobody chose any.
func DefaultPatience() Patience {
	return Patience{
		Journey: time.Minute, Bounce: 15 * time.Second, Answer: 15 * time.Second, Blank: 10 * time.Second, Confirm: 30 * time.Second,
		Refused: time.Second, Click: 2 * time.Second, Load: 5 * time.Second, Reload: time.Minute, Person: 5 * time.Minute,
	}
}

// or is p with what it leaves open taken from fallback.
func (p Patience) or(fallback Patience) Patience {
	return Patience{
		Journey: cmp.Or(p.Journey, fallback.Journey), Bounce: cmp.Or(p.Bounce, fallback.Bounce), Answer: cmp.Or(p.Answer, fallback.Answer),
		Blank: cmp.Or(p.Blank, fallback.Blank), Confirm: cmp.Or(p.Confirm, fallback.Confirm), Refused: cmp.Or(p.Refused, fallback.Refused),
		Click: cmp.Or(p.Click, fallback.Click), Load: cmp.Or(p.Load, fallback.Load), Reload: cmp.Or(p.Reload, fallback.Reload),
		Person: cmp.Or(p.Person, fallback.Person),
	}
}

// Result is a finished journey.
type Result struct {
	// Callback is the app's redirect URI with what the portal put there: a code or
	// an error, for flows.ParseCallback. Nil after Look.
	Callback *url.URL
	// Pages are the pages in the order in which they were seen, each named as in the
	// driver's table: login, tenant-list, confirm, consent, consent-bounce, ... Between
	// them stand restart and reload, which the driver did.
	Pages []string
	// Portals are the hosts in the list of portals to choose from, nil when there was none.
	Portals []string
	// Consent is what the consent page said, nil when there was none.
	Consent *Consent
	// Exchanges are the requests of the journey; see Profile.Exchanges.
	Exchanges []Exchange
	// Pictures are PNGs by page name, with Journey.Screenshots.
	Pictures map[string][]byte
}

// Consent is what a consent page showed.
type Consent struct {
	App    string   // the app's name
	Scopes []string // one line each
	User   string   // the e-mail address of who is signed in
}

// isCallback says whether address is redirectURI with parameters.
func isCallback(address, redirectURI string) bool {
	rest, ok := strings.CutPrefix(address, redirectURI)
	return ok && redirectURI != "" && (rest == "" || strings.ContainsRune("?&#", rune(rest[0])))
}
