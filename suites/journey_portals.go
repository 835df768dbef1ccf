package suites

import (
	"errors"
	"net/url"
	"strings"

	"github.com/onsi/gomega"

	"docspace-oauth/flows/browser"
)

// journeyPortalsChecks judge the way of people with one portal and with several
// (docs/portal/browser-flow.md §3.5).
func journeyPortalsChecks() []Check {
	return []Check{
		{"docspace/journey/portal-choice", portalChoice},
		{"docspace/journey/one-portal", onePortal},
		{"docspace/journey/back-to-sign-in", backToSignIn},
	}
}

func portalChoice(c *Case) {
	first, second, err := c.Target.UserOfBothPortals(c.ctx)
	c.setup("a user of two portals", func() { c.need(err) })
	app := c.App(Scopes(probeScope))
	for _, chosen := range []User{first, second} {
		way := c.way(chosen, app)
		way.PortalName = hostOf(chosen.Portal)
		result := c.arrived(c.Browser().Authorize(c.ctx, c.authorizeAddress(app), way))
		c.Expect(result.Pages).To(gomega.ContainElement("tenant-list"), "the choice of a portal")
		c.expectTokenOf(chosen, app, result, way.PortalName+" chosen")
	}
}

// onePortal is about who has one portal of several; the usual way of who asks at the
// only one is that of callback/browser-journey.
func onePortal(c *Case) {
	var other User
	c.setup("a user of another portal than the one that is asked", func() {
		var err error
		other, err = c.Target.SecondUser(c.ctx)
		c.need(err)
		c.redactor.LearnGiven("password", other.Password)
		c.needPassword(other)
	})
	app := c.App(Scopes(probeScope))
	result := c.arrived(c.Journey(c.Browser(), other, app, browser.Allow))
	if c.Target.Mock == nil && len(result.Portals) > 1 {
		c.Skip(other.Email + " has several portals to choose from: " + strings.Join(result.Portals, ", "))
	}
	c.Expect(result.Pages).NotTo(gomega.ContainElement("tenant-list"), "pages of a user of one portal")
	c.expectTokenOf(other, app, result, "without a choice")
}

// expectTokenOf exchanges the code of a journey at the portal of u, and checks that the
// token is u's, for that portal.
func (c *Case) expectTokenOf(u User, app App, result *browser.Result, what string) {
	form := c.ExchangeForm(app, Code{Value: result.Callback.Query().Get("code"), RedirectURI: app.RedirectURI})
	tokens := c.Post(u.Portal+"/oauth2/token", form, nil)
	c.Expect(tokens).To(BeTokens(), "the exchange: %s", what)
	claims := tokenPart(tokens.Text("access_token"), 1)
	if u.ID != "" {
		c.Expect(claims["sub"]).To(gomega.Equal(u.ID), "whose token it is: %s", what)
	}
	c.Expect(claims["aud"]).To(gomega.Equal(u.Portal), "for which portal: %s", what)
}

// clickBack clicks Back to sign in on the list of portals, and says whether it was there.
const clickBack = `(() => {
	const back = document.querySelector('[data-testid="back_to_login_button"]');
	back?.click();
	return Boolean(back);
})()`

func backToSignIn(c *Case) {
	first, second, err := c.Target.UserOfBothPortals(c.ctx)
	c.setup("a user of two portals", func() { c.need(err) })
	app := c.App(Scopes(probeScope))
	profile := c.Browser()
	way := c.way(first, app)
	c.setup("the list of portals", func() {
		way.PortalName = "in-no-list.example" // leaves the browser at the list
		_, err := profile.Authorize(c.ctx, c.authorizeAddress(app), way)
		var stuck *browser.Stuck
		c.Expect(errors.As(err, &stuck) && stuck.Reason == browser.NoSuchPortal).To(gomega.BeTrue(), "%v", err)
	})
	c.Expect(evaluate[bool](c, profile, clickBack)).To(gomega.BeTrue(), "the button Back to sign in")
	var form string
	c.Eventually(func() bool {
		form, err = profile.Address(c.ctx)
		return err == nil && !strings.Contains(form, "/login/tenant-list")
	}, c.session.timeouts.Reaction).WithContext(c.ctx).Should(gomega.BeTrue(), "Back to sign in leads away from the list")
	address, err := url.Parse(form)
	c.need(err)
	c.Expect(address.Path).To(gomega.Equal("/login"), "where Back to sign in leads")
	c.Expect(address.Query().Get("client_id")).To(gomega.Equal(app.ID), "the app in whose name the form is shown")
	way.PortalName = hostOf(second.Portal)
	result := c.arrived(profile.Authorize(c.ctx, "", way))
	c.Expect(result.Portals).To(gomega.HaveLen(2), "the list after signing in again")
	c.expectTokenOf(second, app, result, "after Back to sign in, with "+way.PortalName+" chosen")
}

// hostOf is the host of a portal's address, as lists of portals show it.
func hostOf(portal string) string {
	return strings.TrimPrefix(strings.TrimPrefix(portal, "https://"), "http://")
}
