package suites

import (
	"errors"
	"net/http"

	"github.com/onsi/gomega"

	"docspace-oauth/flows/browser"
)

// journeyFactorChecks judge the way of people of whom the portal wants a second factor
// (docs/portal/browser-flow.md §3.11).
func journeyFactorChecks() []Check {
	return []Check{
		{"docspace/journey/second-factor", secondFactor},
		{"docspace/journey/second-factor-signed-in", secondFactorSignedIn},
	}
}

// userWithSecondFactor is somebody of whom the portal wants more than the password,
// as far as its API tells. Setup.
func (c *Case) userWithSecondFactor() User {
	var u User
	c.setup("a user with a second factor", func() {
		var err error
		u, err = c.Target.UserWithSecondFactor(c.ctx)
		c.need(err)
		c.redactor.LearnGiven("password", u.Password)
		answer := c.sendPassword(u)
		signedIn, _ := answer.Member("response").(map[string]any)
		if answer.Status == http.StatusOK && signedIn["tfa"] != true {
			c.Skip("the portal wants no second factor of " + u.Email)
		}
	})
	return u
}

func secondFactor(c *Case) {
	user, app := c.userWithSecondFactor(), c.App()
	c.pendingConsent(user, app)
	known := func(profile *browser.Profile) (*browser.Result, error) {
		way := c.way(user, app)
		way.Once = true
		return profile.Authorize(c.ctx, c.authorizeAddress(app), way)
	}
	unknown := func(profile *browser.Profile) (*browser.Result, error) { return c.signInUninformed(profile, user, app) }
	var silent []string // each way is gone to its end, so that the report shows all
	for _, way := range []struct {
		where string
		goes  func(*browser.Profile) (*browser.Result, error)
	}{
		{"at the one-time link", known},
		{"at a login form that knows nothing of the app", unknown},
	} {
		_, err := way.goes(c.Browser())
		var stuck *browser.Stuck
		switch {
		case err == nil: // it was asked for, and given
		case errors.As(err, &stuck) && (stuck.Reason == browser.SecondFactor || stuck.Reason == browser.Message):
		default:
			silent = append(silent, way.where+": "+err.Error())
		}
	}
	c.Expect(silent).To(gomega.BeEmpty(), "where the second factor is not asked for, and nothing is said")
}

func secondFactorSignedIn(c *Case) {
	user, app := c.userWithSecondFactor(), c.App()
	c.pendingConsent(user, app)
	result := c.arrived(c.Journey(c.browserSignedIn(user), user, app, browser.Allow, PKCE(Verifier)))
	c.Expect(result.Pages).NotTo(gomega.ContainElement("login"), "pages of a user who has given the second factor before")
	c.redeemed(app, result)
}
