package suites

import (
	"time"

	"github.com/onsi/gomega"
)

func refreshChecks() []Check {
	checks := []Check{
		{"rfc6749/6/refresh-works", refreshWorks},
		{"rfc9700/2.2.2/rotation", rotation},
		{"rfc6749/6/old-refresh-dead", oldRefreshDead},
		{"rfc9700/4.14.2/reuse-revokes-family", reuseRevokesFamily},
		{"rfc6749/6/bound-to-client", refreshBoundToClient},
		{"rfc6749/6/client-authenticated", refreshClientAuthenticated},
		{"rfc6749/5.2/refresh-missing", refreshMissing},
		{"docspace/refresh/previous-access-dead", previousAccessDead},
		{"docspace/refresh/after-revocation", afterRevocation},
		{"docspace/refresh/expiry", refreshExpiry},
	}
	checks = append(checks, refreshKindChecks()...)
	return append(checks, refreshScopeChecks()...)
}

func refreshWorks(c *Case) {
	g := c.Grant()
	answer := c.Token(c.RefreshForm(g.App, g.Refresh))
	c.Expect(answer).To(BeTokens())
	if c.Foreign() {
		c.Expect(c.Usable(g.App, answer.Text("access_token"))).To(gomega.BeTrue(), "the access token works")
		return
	}
	c.Expect(answer.Text("access_token")).NotTo(gomega.Equal(g.Access), "the new access token is the old one")
	c.Expect(c.API(probePath, answer.Text("access_token"))).To(HaveStatus(200), "the new access token at the API")
}

func rotation(c *Case) {
	g := c.Grant()
	seen := map[string]bool{g.Refresh: true}
	for range 3 {
		answer := c.Token(c.RefreshForm(g.App, g.Refresh))
		c.Expect(answer).To(BeTokens())
		next := answer.Text("refresh_token")
		c.Expect(next).NotTo(gomega.BeEmpty(), "a new refresh token")
		c.Expect(seen[next]).To(gomega.BeFalse(), "the refresh token is one that came before")
		seen[next], g.Refresh = true, next
	}
}

func oldRefreshDead(c *Case) {
	g := c.Grant()
	c.Control("the first use", func() {
		if c.refreshed(g).Refresh == g.Refresh {
			c.Blocked("the refresh token stays the same, so there is no old one")
		}
	})
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeDenied(400, "invalid_grant"), "the second use")
}

func reuseRevokesFamily(c *Case) {
	g := c.Grant()
	current := c.refreshed(g)
	c.Control("the active refresh token, before the used one comes again", func() { current = c.refreshed(current) })
	access := c.watch(current.App, current.Access)
	c.Token(c.RefreshForm(g.App, g.Refresh))
	c.expectDead(current, access, "a used refresh token came again")
}

func refreshBoundToClient(c *Case) {
	g, other := c.Grant(), c.App()
	c.Control("its own client", func() { g = c.refreshed(g) })
	c.Expect(c.Token(c.RefreshForm(other, g.Refresh))).To(BeDenied(400, "invalid_grant"), "another client with its own secret")
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeTokens(), "its own client after that")
}

func refreshClientAuthenticated(c *Case) {
	g := c.Grant()
	c.Control("the right secret", func() { g = c.refreshed(g) })
	form := c.RefreshForm(g.App, g.Refresh)
	c.Expect(c.Token(public(form))).To(BeRefused(), "no secret")
	c.Expect(c.Token(With(form, "client_secret", ""))).To(BeRefused(), "an empty secret")
	c.Expect(c.Token(With(public(form), "client_id"))).To(BeRefused(), "no client at all")
	c.Expect(c.Token(With(form, "client_secret", otherSecret(g.App.Secret)))).To(BeDenied(401, "invalid_client"), "a wrong secret")
}

func refreshMissing(c *Case) {
	g := c.Grant()
	c.Control("with the refresh token", func() { g = c.refreshed(g) })
	form := c.RefreshForm(g.App, g.Refresh)
	c.Expect(c.Token(With(form, "refresh_token"))).To(BeDenied(400, "invalid_request"), "no refresh_token")
	c.Expect(c.Token(With(form, "refresh_token", ""))).To(BeDenied(400, "invalid_request"), "an empty refresh_token")
}

func previousAccessDead(c *Case) {
	g := c.Grant()
	access := c.watch(g.App, g.Access)
	c.refreshed(g)
	c.Expect(access.ended()).To(gomega.BeTrue(), "the previous access token is dead after a refresh")
}

func afterRevocation(c *Case) {
	c.Control("nothing was revoked", func() { c.refreshed(c.Grant()) })

	g := c.Grant()
	c.setup("revoke the refresh token", func() { c.Expect(c.Revoke(g.App, g.Refresh)).To(HaveStatus(200)) })
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeDenied(400, "invalid_grant"), "after its revocation")

	user, app := c.User(), c.App()
	form := c.ExchangeForm(app, c.Code(user, app))
	var refresh string
	c.setup("use a code twice", func() {
		answer := c.Token(form)
		c.Expect(answer).To(BeTokens())
		refresh = answer.Text("refresh_token")
		c.Token(form)
	})
	c.Expect(c.Token(c.RefreshForm(app, refresh))).To(BeDenied(400, "invalid_grant"), "after its code was used again")

	g = c.Grant()
	c.setup("withdraw the consent", func() {
		c.need(c.Flows().RevokeConsent(c.ctx, c.Signature(g.User), g.App.ID))
	})
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeDenied(400, "invalid_grant"), "after the consent was withdrawn")

	g = c.Grant()
	c.setup("delete the app", func() {
		c.need(c.Flows().DeleteApp(c.ctx, c.Signature(g.App.Owner), g.App.ID))
	})
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeDenied(401, "invalid_client"), "after the app was deleted")
}

// refreshTTL is how long a refresh token lives (docs/portal/identity.md §4.1).
const refreshTTL = 60 * 24 * time.Hour

func refreshExpiry(c *Case) {
	g := c.Grant()
	// The portal forgets grants that nobody touched for thirty days, so the control
	// stays below that.
	c.Advance(29 * 24 * time.Hour)
	c.Control("within its lifetime", func() { g = c.refreshed(g) })
	c.Advance(refreshTTL + time.Minute)
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeDenied(400, "invalid_grant"), "after sixty days")
}
