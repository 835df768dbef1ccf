package suites

import (
	"net/url"
	"sync"

	"github.com/onsi/gomega"
)

func raceChecks() []Check {
	return []Check{
		{"attack/code-race", codeRace},
		{"attack/refresh-race", refreshRace},
		{"attack/consent-race", consentRace},
	}
}

const (
	racers = 24 // requests that start together
	rounds = 3  // with a fresh code, token or consent each
)

// together runs a request racers times at once and returns the answers. A request
// that gets no answer ends the check.
func (c *Case) together(request func() Response) []Response {
	answers := make([]Response, racers)
	var ready, done sync.WaitGroup
	ready.Add(racers)
	for i := range answers {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			answers[i] = request()
		})
	}
	done.Wait()
	c.joined()
	return answers
}

// winners are the answers with an access token.
func winners(answers []Response) []Response {
	var won []Response
	for _, answer := range answers {
		if answer.Text("access_token") != "" {
			won = append(won, answer)
		}
	}
	return won
}

func codeRace(c *Case) {
	user, app := c.User(), c.App()
	c.Control("one exchange", func() { c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens()) })
	for range rounds {
		form := c.ExchangeForm(app, c.Code(user, app))
		won := winners(c.together(func() Response { return c.Token(form) }))
		c.Expect(len(won)).To(gomega.BeNumerically("<=", 1), "winners among %d parallel exchanges of one code", racers)
	}
}

func refreshRace(c *Case) {
	g := c.Grant(probeScope)
	c.Control("one refresh", func() { g = c.refreshed(g) })
	for range rounds {
		form := c.RefreshForm(g.App, g.Refresh)
		won := winners(c.together(func() Response { return c.Token(form) }))
		c.Expect(len(won)).To(gomega.BeNumerically("<=", 1), "winners among %d parallel refreshes of one token", racers)
		if len(won) == 0 {
			c.Warn("nobody won: the portal took the parallel use for theft")
			return
		}
		g.Access, g.Refresh = won[0].Text("access_token"), won[0].Text("refresh_token")
		alive := c.acceptance(g.App, g.Access) != acceptance{}
		next := c.Token(c.RefreshForm(g.App, g.Refresh))
		if !alive && next.Text("access_token") == "" {
			// RFC 9700 §4.14.2 wants just that of a token that is used twice.
			c.Warn("the winner's tokens are dead: the portal took the parallel use for theft")
			return
		}
		c.Expect(alive).To(gomega.BeTrue(), "the winner's access token works")
		c.Expect(next).To(BeTokens(), "the winner's refresh token works")
		g.Refresh = next.Text("refresh_token")
	}
}

func consentRace(c *Case) {
	user := c.User()
	c.Control("one post", func() {
		app := c.App()
		c.Expect(c.consentTo(user, app, app.Scopes)).To(BeCodeAt(app.RedirectURI))
	})
	for range rounds {
		app := c.App()
		header := c.SignedIn(user)
		form := url.Values{"client_id": {app.ID}, "state": {c.pendingConsent(user, app)}, "scope": app.Scopes}
		codes := map[string]bool{}
		for _, answer := range c.together(func() Response { return c.Post("/oauth2/authorize", form, header) }) {
			if code := handedOver(answer).Get("code"); code != "" {
				codes[code] = true
			}
		}
		c.Expect(len(codes)).To(gomega.BeNumerically("<=", 1), "codes for %d parallel posts of one consent", racers)
	}
}
