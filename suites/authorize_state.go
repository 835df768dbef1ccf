package suites

import (
	"strings"

	"github.com/onsi/gomega"
)

// authorizeStateChecks judge what becomes of state.
func authorizeStateChecks() []Check {
	return []Check{
		{"rfc6749/4.1.2/state-echoed", stateEchoed},
		{"rfc6749/4.1.2/state-intact", stateIntact},
		{"rfc6749/4.1.1/state-optional", stateOptional},
		{"rfc6749/4.1.1/long-state", longState},
	}
}

func stateEchoed(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, c.App())
	for _, how := range []string{"after consent", "silently"} {
		answer := c.AuthorizeAndConsent(user, app, State("Xyz-123."))
		c.Expect(answer).To(BeCodeAt(app.RedirectURI), how)
		c.Expect(handedOver(answer)["state"]).To(gomega.Equal([]string{"Xyz-123."}), "state %s", how)
	}
}

func stateIntact(c *Case) {
	const state = "a&b=c+d%20e#f é"
	user, app := c.User(), c.App()
	c.Control("a state without special characters", func() {
		c.Expect(c.AuthorizeAndConsent(user, app, State("plain")).Query("state")).To(gomega.Equal("plain"))
	})
	answer := c.AuthorizeAndConsent(user, app, State(state))
	c.Expect(answer).To(BeCodeAt(app.RedirectURI))
	c.Expect(answer.Query("state")).To(gomega.Equal(state), "state as a form decoder reads it")
}

func stateOptional(c *Case) {
	user, app := c.User(), c.App()
	c.allowed(user, c.App())
	answer := c.AuthorizeAndConsent(user, app, Param("state"))
	c.Expect(answer).To(BeCodeAt(app.RedirectURI))
	c.Expect(handedOver(answer)).NotTo(gomega.HaveKey("state"), "state in the answer")
}

func longState(c *Case) {
	state := strings.Repeat("0123456789abcdefABCDEF-_.", 80)
	user, app := c.User(), c.App()
	c.Control("a short state", func() {
		c.Expect(c.AuthorizeAndConsent(user, app, State("short")).Query("state")).To(gomega.Equal("short"))
	})
	answer := c.AuthorizeAndConsent(user, app, State(state))
	if !handedOver(answer).Has("code") {
		c.Expect(answer).To(BeNoAuthorization(), "a request that is not answered is refused")
		return
	}
	returned := answer.Query("state")
	c.Expect(returned == state).To(gomega.BeTrue(), "%d of %d characters of state came back, or others", len(returned), len(state))
}
