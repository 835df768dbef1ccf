package suites

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
)

// limitChecks judge how a portal refuses those who ask too often. Each has a portal
// of its own, on which the limits are on: nobody else is kept out.
func limitChecks() []Check {
	return []Check{
		{"docspace/limits/headers", limitHeaders},
		{"docspace/journey/sign-in-limit", signInLimit},
	}
}

// The headers that say how much may still be asked (docs/portal/identity.md §13.1).
const (
	limitRemaining = "X-Ratelimit-Remaining"
	limitReset     = "X-Ratelimit-Reset"
)

// BeAdmitted matches an answer that says how many more may follow.
func BeAdmitted(remaining int) types.GomegaMatcher {
	return &responseMatcher{
		wanted: fmt.Sprintf("an answer with %d requests left", remaining),
		misses: func(r Response) string {
			switch {
			case r.Status == http.StatusTooManyRequests:
				return "the status is 429"
			case r.Header.Get(limitRemaining) != strconv.Itoa(remaining):
				return fmt.Sprintf("%s is %q", limitRemaining, r.Header.Get(limitRemaining))
			case r.Header.Get(limitReset) != "0":
				return fmt.Sprintf("%s is %q", limitReset, r.Header.Get(limitReset))
			}
			return ""
		},
	}
}

// postsAMinute is the size of the bucket of POST requests, which refills evenly.
const postsAMinute = 10

func limitHeaders(c *Case) {
	user, app := c.User(), c.App()
	for _, first := range []struct {
		method, path string
		left         int
	}{
		{http.MethodGet, "?limit=1", 199}, {http.MethodPut, "/nothing", 14}, {http.MethodPatch, "/nothing/activation", 14}, {http.MethodDelete, "/nothing", 14},
	} {
		c.Expect(c.Manage(user, first.method, first.path, nil)).To(BeAdmitted(first.left), "the first %s of a user", first.method)
	}
	// A body that is refused counts as well, and leaves nothing behind.
	c.exhausts("registration", func(int) Response {
		return c.Manage(user, http.MethodPost, "", map[string]any{})
	})
	c.Expect(c.Manage(user, http.MethodGet, "?limit=1", nil)).To(HaveStatus(http.StatusOK), "GET while POST is exhausted")
	c.Expect(c.Manage(c.User(), http.MethodPost, "", map[string]any{})).NotTo(HaveStatus(http.StatusTooManyRequests), "another user's POST")

	// One bucket for all endpoints of the authorization server, by the caller's public address.
	caller := http.Header{"X-Real-Ip": {"203.0.113.7"}}
	paths := []string{"/oauth2/introspect", "/oauth2/revoke", "/oauth2/token"}
	form := c.credentials(app, url.Values{"token": {"none"}})
	c.exhausts("authorization", func(n int) Response { return c.Post(paths[n%len(paths)], form, caller) })
	for range postsAMinute + 1 {
		answer := c.Post(paths[0], form, nil)
		c.Expect(answer).To(HaveStatus(http.StatusOK), "a caller without a public address")
		c.Expect(answer.Header.Values(limitRemaining)).To(gomega.BeEmpty(), "%s for a caller without a public address", limitRemaining)
	}
}

// exhausts sends POST requests until they are refused, looks at that refusal, and
// goes on when the time that it names is over.
func (c *Case) exhausts(service string, post func(n int) Response) {
	began := time.Now()
	c.Expect(post(0)).To(BeAdmitted(postsAMinute-1), "the first POST, %s", service)
	last, refused := post(1), Response{}
	for n := 2; refused.Status == 0; n++ {
		answer := post(n)
		if answer.Status == http.StatusTooManyRequests {
			refused = answer
			break
		}
		last = answer
		// The bucket fills up again while this goes on.
		most := postsAMinute + int(time.Since(began).Minutes()*postsAMinute)
		c.Expect(n).To(gomega.BeNumerically("<=", most), "POST requests that %s admits in a minute", service)
	}
	c.Expect(last).To(BeAdmitted(0), "the last POST that was admitted, %s", service)
	c.Expect(refused).To(beEmpty(http.StatusTooManyRequests), "a POST too many, %s", service)
	c.Expect(refused.Header.Get(limitRemaining)).To(gomega.Equal("0"), limitRemaining)
	wait, err := strconv.ParseInt(refused.Header.Get(limitReset), 10, 64)
	c.Expect(err).NotTo(gomega.HaveOccurred(), "%s is a number", limitReset)
	perPost := time.Minute / postsAMinute
	// In any other unit the number would be a thousand times smaller at least.
	c.Expect(time.Duration(wait)).To(gomega.And(gomega.BeNumerically(">", perPost/1000), gomega.BeNumerically("<=", perPost)),
		"%s is the time to wait, in nanoseconds", limitReset)
	c.Advance(time.Duration(wait))
	c.Expect(post(0)).To(BeAdmitted(0), "a POST after that time, %s", service)
}

// The limit of sign-ins from one address (docs/portal/browser-flow.md §4.4).
const (
	signIns      = 10
	signInWindow = 5 * time.Minute
)

func signInLimit(c *Case) {
	user, app := c.User(), c.App(Scopes(probeScope))
	for range signIns - 1 {
		answer := c.PostJSON(http.MethodPost, "/apisystem/portal/signin", map[string]any{
			"Email": user.Email, "PasswordHash": "0000", "recaptchaResponse": nil, "recaptchaType": 0,
		}, nil)
		c.Expect(answer).To(HaveStatus(http.StatusInternalServerError), "a wrong password before the limit")
	}
	c.Control("the tenth sign-in, with the right password", func() {
		c.arrived(c.Journey(c.Browser(), user, app, browser.Allow))
	})
	profile := c.Browser()
	result, err := c.Journey(profile, user, app, browser.Allow)
	var stuck *browser.Stuck
	c.Expect(errors.As(err, &stuck)).To(gomega.BeTrue(), "the eleventh sign-in is refused: %v, %v", result, err)
	c.Expect(stuck.Reason).To(gomega.Equal(browser.TooManyAttempts), stuck.Detail())
	cookies, err := profile.Cookies(c.ctx, c.Target.URL)
	c.need(err)
	for _, cookie := range cookies {
		c.Expect(cookie.Name).NotTo(gomega.Equal(flows.SessionCookie), "a session after the eleventh sign-in")
	}
	c.Advance(signInWindow + time.Second)
	c.arrived(c.Journey(profile, user, app, browser.Allow))
}
