package suites

import (
	"github.com/onsi/gomega"

	"docspace-oauth/signature"
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
	}
	checks = append(checks, refreshKindChecks()...)
	return append(checks, refreshScopeChecks()...)
}

func refreshWorks(c *Case) {
	g := c.Grant()
	answer := c.Token(c.RefreshForm(g.App, g.Refresh))
	c.Expect(answer).To(BeTokens())
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
	c.Control("the first use", func() { c.refreshed(g) })
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

// refreshKindChecks judge what else is taken for a refresh token.
func refreshKindChecks() []Check {
	return []Check{
		{"rfc6749/6/only-refresh-tokens", onlyRefreshTokens},
		{"rfc6749/6/other-kinds-refused", otherKindsRefused},
		{"rfc6749/6/pat-refused", patRefused},
	}
}

func onlyRefreshTokens(c *Case) {
	g := c.Grant()
	c.Control("the refresh token", func() { g = c.refreshed(g) })
	c.Expect(c.Token(c.RefreshForm(g.App, g.Access))).To(BeDenied(400, "invalid_grant"), "the access token")
}

func otherKindsRefused(c *Case) {
	g := c.Grant()
	c.Control("the refresh token", func() { g = c.refreshed(g) })
	if g.ID == "" {
		c.Blocked("no id_token came")
	}
	kinds := []struct{ what, token string }{
		{"the id_token", g.ID},
		{"an " + signature.Name, c.Signature(g.User)},
		{"an unused code", c.Code(g.User, g.App).Value},
	}
	for _, k := range kinds {
		c.Expect(c.Token(c.RefreshForm(g.App, k.token))).To(BeDenied(400, "invalid_grant"), k.what)
	}
}

func patRefused(c *Case) {
	g := c.Grant()
	c.Control("a refresh token", func() { c.refreshed(g) })
	var token string
	c.setup("a personal access token", func() {
		answer := c.PersonalAccessToken(g.User, g.App, probeScope)
		c.Expect(answer).To(BeTokens())
		token = answer.Text("access_token")
	})
	c.Expect(c.Token(c.RefreshForm(g.App, token))).To(BeDenied(400, "invalid_grant"), "a personal access token")
}

// refreshScopeChecks judge the scope of refreshed tokens.
func refreshScopeChecks() []Check {
	return []Check{
		{"rfc6749/6/scope-narrowed", scopeNarrowed},
		{"rfc6749/6/scope-not-widened", scopeNotWidened},
		{"rfc6749/6/after-narrowing", afterNarrowing},
	}
}

func scopeNarrowed(c *Case) {
	asked := []string{probeScope, "files:read", "rooms:read"}
	g := c.Grant(asked...)
	whole := c.Token(c.RefreshForm(g.App, g.Refresh))
	c.Expect(whole).To(BeTokens())
	c.Expect(whole.Text("access_token")).To(HaveScopes(asked...), "no scope means the original one")
	narrow := c.Token(c.RefreshForm(g.App, whole.Text("refresh_token"), probeScope))
	c.Expect(narrow).To(BeTokens())
	c.Expect(narrow.Text("access_token")).To(HaveScopes(probeScope), "a part of the scope")
}

func scopeNotWidened(c *Case) {
	g := c.Grant(probeScope, "files:read")
	c.Control("what was granted", func() { g = c.refreshed(g, probeScope, "files:read") })
	for _, more := range []string{"rooms:read", "unknown:scope"} {
		c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh, probeScope, more))).To(BeDenied(400, "invalid_scope"), "%s was not granted", more)
	}
}

func afterNarrowing(c *Case) {
	g := c.Grant(probeScope, "files:read")
	narrowed := c.refreshed(g, probeScope)
	whole := c.Token(c.RefreshForm(g.App, narrowed.Refresh))
	c.Expect(whole).To(BeTokens())
	c.Expect(whole.Text("access_token")).To(HaveScopes(probeScope, "files:read"), "no scope means the original one, after narrowing too")
}
