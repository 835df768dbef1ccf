package suites

import (
	"time"

	"docspace-oauth/signature"
)

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
	c.OnOwnPortal("an expired access token", func() {
		g := c.Grant()
		c.Advance(accessTTL + time.Minute)
		c.Expect(c.Token(c.RefreshForm(g.App, g.Access))).To(BeDenied(400, "invalid_grant"), "the access token, expired")
	})
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
