// Package suites judges whether a portal keeps the rules of the catalogue
// (package requirement). A check is a function of a *Case, in a list per topic:
//
//	func pkceChecks() []Check {
//		return []Check{
//			{"rfc7636/4.6/verifier-compared", func(c *Case) {
//				user, app := c.User(), c.App()
//				// Setup: whatever goes wrong here makes the check blocked, not failed.
//				code := c.Code(user, app, PKCE(verifier))
//				// The subject: a failed expectation ends this check with verdict fail.
//				wrong := c.ExchangeForm(app, code)
//				wrong.Set("code_verifier", strings.Repeat("x", 43))
//				c.Expect(c.Token(wrong)).To(BeTokenError(400, "invalid_grant"))
//				c.Expect(c.Token(c.ExchangeForm(app, code))).To(BeTokens(), "the right verifier")
//			}},
//		}
//	}
//
// and each list is named once in Checks (check.go).
//
// Rules for a check:
//
//   - A negative check shows first that the same request made right succeeds:
//     c.Control("the right secret", func() { … }). A failure inside is blocked,
//     since nothing can be said about the rule then.
//   - What the check is about is done with the raw operations (Authorize, Consent,
//     Token, Introspect, Revoke, API, Get, Post, Do), which return a Response
//     whatever it is. What leads there is done with the setup operations (User,
//     App, Signature, Code, Grant): their failure is blocked.
//   - Users and apps are fresh for each check, because the portal keeps one grant
//     per user and app. Nothing is shared between checks, so their order is free.
//   - A check whose requirement has NeedsOwnPortal has a mock of its own as
//     c.Target and may turn its clock, keys and limits through c.Control API.
//   - Never sleep. Requests carry c.Context(), which ends with the check.
//   - Goroutines are fine: an expectation that fails in one ends that goroutine
//     and the verdict is fail; the check waits for its goroutines itself.
package suites

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/onsi/gomega"

	"docspace-oauth/flows"
	"docspace-oauth/suites/evidence"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// Case is one run of one check. Its Gomega (c.Expect, c.Eventually, …) ends only
// this check. Not for use after the check's function has returned.
type Case struct {
	gomega.Gomega
	// Requirement is what is judged.
	Requirement requirement.Requirement
	// Target is the portal under test, or a mock of the check's own.
	Target *target.Target

	session  *session
	ctx      context.Context
	redactor *evidence.Redactor
	recorder *evidence.Recorder
	client   *http.Client

	mu       sync.Mutex
	verdict  report.Verdict // empty while nothing was decided
	message  string
	warnings []string
	prelude  string    // name of the setup or control in progress
	subject  *Response // of the expectation that was looked at last
	ended    time.Time // when the verdict fell, zero while it has not
	cleanup  []func()
	signed   map[string]signed
	taken    map[string]bool // ready-made apps of this check, by id
}

func (s *session) newCase(ctx context.Context, r requirement.Requirement, t *target.Target) *Case {
	// A memory of its own for each check: secrets don't cross checks, and the search
	// for them stays short. Equal values have equal marks all the same.
	redactor := evidence.NewRedactor(s.key)
	for _, secret := range t.Secrets() {
		redactor.LearnGiven("secret", secret)
	}
	c := &Case{
		Requirement: r, Target: t, session: s, ctx: ctx, redactor: redactor,
		recorder: evidence.NewRecorder(s.transport, redactor), signed: map[string]signed{}, taken: map[string]bool{},
	}
	if t.Foreign != nil {
		c.recorder.Foreign()
	}
	c.client = flows.NewHTTPClient(spare(t, c.recorder))
	c.client.Timeout = s.timeouts.Request
	c.Gomega = gomega.NewGomega(func(message string, _ ...int) { c.end(report.Fail, message) })
	return c
}

// Context ends with the check: at its time limit or when the run is stopped.
func (c *Case) Context() context.Context { return c.ctx }

// HTTP is the client of the check: it records every exchange, follows no redirect
// and keeps no cookies.
func (c *Case) HTTP() *http.Client { return c.client }

// Flows is the portal as package flows sees it, over the recording client.
func (c *Case) Flows() *flows.Portal {
	return &flows.Portal{BaseURL: c.Target.URL, HTTP: c.client}
}

// Fail ends the check: the requirement does not hold.
func (c *Case) Fail(format string, args ...any) { c.end(report.Fail, fmt.Sprintf(format, args...)) }

// Skip ends the check: it can't be done here, and that is nobody's fault.
func (c *Case) Skip(reason string) { c.end(report.Skip, reason) }

// Blocked ends the check: something that it builds on does not work.
func (c *Case) Blocked(reason string) { c.end(report.Blocked, reason) }

// Warn adds a remark to the result, whatever the verdict.
func (c *Case) Warn(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.warnings = append(c.warnings, fmt.Sprintf(format, args...))
}

// Control runs the positive control of a negative check: the same request, made
// right. What fails inside blocks the check.
func (c *Case) Control(what string, body func()) { c.before("control: "+what, body) }

// Step names what the following exchanges are for, in the evidence.
func (c *Case) Step(what string) { c.recorder.Note(what) }

// Cleanup runs undo after the check, the last registered first, with a live context.
func (c *Case) Cleanup(undo func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cleanup = append(c.cleanup, undo)
}

// setup runs what leads to the subject of the check.
func (c *Case) setup(what string, body func()) { c.before("setup: "+what, body) }

func (c *Case) before(what string, body func()) {
	noted := c.recorder.Note(what)
	c.mu.Lock()
	outer := c.prelude
	if outer == "" {
		c.prelude = what
	}
	c.mu.Unlock()
	body()
	c.mu.Lock()
	c.prelude = outer
	c.mu.Unlock()
	c.recorder.Note(noted)
}

// end decides the verdict, once, and ends the goroutine that runs the check. A
// failure before the subject is reached says nothing about the requirement.
func (c *Case) end(v report.Verdict, message string) {
	c.mu.Lock()
	if c.verdict == "" {
		if v == report.Fail && c.prelude != "" {
			v, message = report.Blocked, c.prelude+": "+message
		}
		// Each request has a limit of its own, far below the check's: who reaches that one
		// may just be a judge on a busy machine.
		if v == report.Fail && errors.Is(c.ctx.Err(), context.DeadlineExceeded) {
			v, message = report.Blocked, "the check did not come to its end in time: "+message
		}
		c.verdict, c.message, c.ended = v, message, time.Now()
	}
	c.mu.Unlock()
	runtime.Goexit()
}

// Expect is Gomega's, and remembers which answer is looked at: when the expectation
// fails, that exchange is marked in the evidence.
func (c *Case) Expect(actual any, extra ...any) gomega.Assertion {
	c.mu.Lock()
	if response, ok := actual.(Response); ok {
		c.subject = &response
	} else {
		c.subject = nil
	}
	c.mu.Unlock()
	return c.Gomega.Expect(actual, extra...)
}

// outcome is the raw verdict so far.
func (c *Case) outcome() report.Verdict {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.verdict == "" {
		return report.Pass
	}
	return c.verdict
}

// markOffending marks the exchange that the check ended on: that of the answer whose
// expectation failed, else the last one before the verdict.
func (c *Case) markOffending(exchanges []evidence.Exchange) {
	if c.verdict != report.Fail && c.verdict != report.Blocked {
		return
	}
	last := -1
	for i, x := range exchanges {
		if x.At.After(c.ended) {
			break
		}
		last = i
		if s := c.subject; s != nil && !x.At.Before(s.sent) && c.redactor.Text(s.Request) == x.Method+" "+x.URL {
			break
		}
	}
	if last >= 0 {
		exchanges[last].Offending = true
	}
}

// need ends the check when err is not nil: skipped if the target does not offer
// it, else failed (blocked, while setting up).
func (c *Case) need(err error) {
	switch {
	case err == nil:
	case errors.Is(err, target.ErrNotOffered):
		c.end(report.Skip, err.Error())
	default:
		c.end(report.Fail, err.Error())
	}
}

// perform runs the body in a goroutine of its own and waits for it, or for the
// hard limit, after which the check counts as broken and is abandoned.
func (c *Case) perform(body func(*Case), limit context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer c.caught()
		body(c)
	}()
	select {
	case <-done:
	case <-limit.Done():
		c.mu.Lock()
		if c.verdict == "" {
			c.verdict, c.message = report.Error, "the check did not stop at its time limit"
		}
		c.mu.Unlock()
		return
	}
	c.ctx = limit
	for i := len(c.cleanup) - 1; i >= 0; i-- {
		undone := make(chan struct{})
		go func() {
			defer close(undone)
			defer c.caught()
			c.cleanup[i]()
		}()
		<-undone
	}
}

// caught turns a panic of the check into verdict error.
func (c *Case) caught() {
	if p := recover(); p != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.verdict, c.message = report.Error, fmt.Sprintf("the check panicked: %v\n%s", p, debug.Stack())
	}
}

// result is what the check came to.
func (c *Case) result() report.Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.verdict
	if v == "" {
		v = report.Pass
	}
	exchanges, dropped := c.recorder.Exchanges()
	c.markOffending(exchanges)
	result := report.Result{
		Requirement: c.Requirement, Verdict: v, Message: c.redactor.Text(c.message),
		Exchanges: exchanges, Dropped: dropped, Pages: c.recorder.Pages(),
	}
	for _, w := range c.warnings {
		result.Warnings = append(result.Warnings, c.redactor.Text(w))
	}
	return result
}

// OnOwnPortal runs body with a mock of the check's own as c.Target, for the part of
// a check that turns the clock, keys or limits. Where the target allows no such
// thing the part is left out with a warning.
func (c *Case) OnOwnPortal(part string, body func()) {
	own, err := c.Target.Own(c.ctx)
	if errors.Is(err, target.ErrNotOffered) {
		c.Warn("not checked: %s: %v", part, err)
		return
	}
	c.need(err)
	outer := c.Target
	c.Target = own
	defer func() {
		c.Target = outer
		_ = own.Close()
	}()
	body()
}
