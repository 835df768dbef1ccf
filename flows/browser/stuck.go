package browser

import (
	"fmt"
	"strings"
)

// Reason is why a journey cannot go on.
type Reason string

// The reasons, in the order of the rows of docs/portal/browser-flow.md §8.
const (
	ErrorPage        Reason = "error-page"         // the portal's error page
	Captcha          Reason = "captcha"            // a person is wanted
	SecondFactor     Reason = "second-factor"      // a code is wanted
	NotReady         Reason = "portal-not-ready"   // not set up, restoring, switched off, closed to this address
	ForeignHost      Reason = "foreign-host"       // single sign-on elsewhere
	BounceStuck      Reason = "bounce-stuck"       // the consent page gets no signature
	WrongUser        Reason = "wrong-user"         // somebody else is signed in and stays so
	ConsentFailed    Reason = "consent-failed"     // Allow or Deny got no usable answer
	StaleConsent     Reason = "stale-consent"      // the portal does not know the consent any more
	ScopesMissing    Reason = "scopes-unavailable" // blank consent page
	UnknownApp       Reason = "unknown-app"        // consent page without an app
	LinkInvalid      Reason = "link-invalid"       // one-time link used or expired
	DeadSession      Reason = "dead-session"       // error screen: session cookie dead or missing
	NoSuchPortal     Reason = "no-such-portal"     // the list of portals lacks the wanted one
	WrongCredentials Reason = "wrong-credentials"  // or a disabled user: the portal says the same
	TooManyAttempts  Reason = "too-many-attempts"  // wait before the next try
	UserDisabled     Reason = "user-disabled"
	SignInRefused    Reason = "sign-in-refused"  // for a reason of the portal's own
	SessionNotKept   Reason = "session-not-kept" // the login form again, after success
	Message          Reason = "message"          // the portal shows an error message
	ContextLost      Reason = "context-lost"     // the portal's home page
	ConfirmStuck     Reason = "confirm-stuck"    // the one-time link's page goes nowhere
	LayoutUnknown    Reason = "layout-unknown"   // a page on which no locator finds anything
	Unreachable      Reason = "unreachable"      // no answer from the network
	TooSlow          Reason = "too-slow"         // the journey's time is over
	BrowserGone      Reason = "browser-gone"     // Chromium or the tab ended
)

// Stuck is the error of a journey that cannot go on.
type Stuck struct {
	Reason   Reason
	Sentence string // what happened, for a person
	Key      string // the portal's own code, at ErrorPage
	Address  string // of the page, without values that may be secret
	Title    string
	Pages    []string // seen so far
	Network  []string // the last answers, failures last
	Cookies  []string // names of the cookies that the page could see
	Picture  []byte   // PNG of the page, nil when there was none to take
	Cause    error
}

func (s *Stuck) Error() string {
	text := "browser journey: " + s.Sentence
	if s.Address != "" {
		text += " (at " + s.Address + ")"
	}
	if s.Cause != nil {
		text += ": " + s.Cause.Error()
	}
	return text
}

// Unwrap is the error behind it, if any.
func (s *Stuck) Unwrap() error { return s.Cause }

// Detail is everything but the picture, on several lines.
func (s *Stuck) Detail() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nreason:  %s\npages:   %s\ncookies: %s\n", s.Error(), s.Reason, strings.Join(s.Pages, " → "), strings.Join(s.Cookies, ", "))
	for _, line := range s.Network {
		fmt.Fprintf(&b, "network: %s\n", line)
	}
	return b.String()
}
