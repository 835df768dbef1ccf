package suites

import (
	"time"

	"docspace-oauth/flows/browser"
	"docspace-oauth/suites/target"
)

// Timeouts are the only limits of a run, and why they are what they are. The zero
// value means DefaultTimeouts.
type Timeouts struct {
	// Request bounds one HTTP exchange. The real portal takes a second for an
	// unknown client; 16,000-character tokens and a cold start take more.
	Request time.Duration
	// Check bounds one check, so that one that waits in vain ends the run late,
	// but ends it.
	Check time.Duration
	// Browser bounds a check that drives a Chromium, whose start counts too.
	Browser time.Duration
	// Grace is what a check gets after its limit to clean up before the worker
	// gives it up.
	Grace time.Duration
	// Probe bounds the question whether the target still answers at all.
	Probe time.Duration
	// Preflight bounds the look at the target before the run.
	Preflight time.Duration
	// Reaction bounds how long a page may take to show what came of a click, and
	// Settled how long it may still take once the portal has answered: then only its
	// own script is at work.
	Reaction, Settled time.Duration
	// Abandoned is how old an app of another run must be to count as left over: no
	// check, paced or not, needs its app so long.
	Abandoned time.Duration
	// CleanUp bounds the removal of what checks left at the portal, after the run.
	CleanUp time.Duration
}

// DefaultTimeouts suit a portal on this machine or on the Internet.
func DefaultTimeouts() Timeouts {
	return Timeouts{
		Request: 15 * time.Second, Check: 45 * time.Second, Browser: 90 * time.Second,
		Grace: 5 * time.Second, Probe: 3 * time.Second, Preflight: 10 * time.Second,
		Reaction: 5 * time.Second, Settled: time.Second, CleanUp: time.Minute,
		Abandoned: 20 * time.Minute,
	}
}

// pacedTimeouts suit a portal that allows ten POSTs a minute: a check that sends
// forty waits four minutes for its turn.
func pacedTimeouts() Timeouts {
	t := DefaultTimeouts()
	t.Request, t.Check, t.Browser, t.CleanUp = 3*time.Minute, 15*time.Minute, 15*time.Minute, 15*time.Minute
	return t
}

// timeoutsAt are those of a run at t where nobody chose any.
func timeoutsAt(t *target.Target) Timeouts {
	limits := DefaultTimeouts()
	switch {
	case t.Pacing != nil:
		limits = pacedTimeouts()
	case t.Live():
		limits.Browser += target.LiveJourney - browser.DefaultPatience().Journey
	}
	if t.Headed {
		limits.Browser += browser.DefaultPatience().Person
	}
	return limits
}

func (t Timeouts) orDefault() Timeouts {
	if t == (Timeouts{}) {
		return DefaultTimeouts()
	}
	return t
}
