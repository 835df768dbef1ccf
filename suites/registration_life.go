package suites

import (
	"maps"
	"net/http"

	"github.com/google/uuid"
	"github.com/onsi/gomega"
)

// registrationLifeChecks judge what becomes of an app and its tokens.
func registrationLifeChecks() []Check {
	return []Check{
		{"docspace/registration/updated", registrationUpdated},
		{"docspace/registration/secret-regenerated", secretRegenerated},
		{"docspace/registration/disabled", registrationDisabled},
		{"docspace/registration/deleted", registrationDeleted},
		{"docspace/registration/delete-all", deleteAll},
		{"docspace/registration/user-revokes", userRevokes},
	}
}

func registrationUpdated(c *Case) {
	owner, user := c.Registrar(), c.User()
	app := c.AppOf(owner, Scopes(probeScope))
	g := c.GrantFor(user, app)
	access := c.watch(app, g.Access)
	const elsewhere = "https://elsewhere.example.test"
	own := "/" + app.ID
	before := c.Manage(owner, http.MethodGet, own, nil).JSON()
	mutable := map[string]any{
		"name": "Check updated", "description": "Another description", "allow_pkce": true,
		"logo":            "data:image/png;base64,iVBORw0KGgo=",
		"allowed_origins": []string{elsewhere},
	}
	sent := map[string]any{
		"client_id": uuid.NewString(), "client_secret": "another-secret", "tenant": 4711, "enabled": false,
		"created_by": uuid.NewString(), "redirect_uris": []string{elsewhere + "/callback"}, "scopes": AllScopes,
		"website_url": elsewhere, "terms_url": elsewhere + "/terms", "policy_url": elsewhere + "/policy",
		"logout_redirect_uri": elsewhere, "logout_redirect_uris": []string{elsewhere},
	}
	maps.Copy(sent, mutable)
	c.Expect(c.Manage(owner, http.MethodPut, own, sent)).To(BeDone(), "the update")
	after := c.Manage(owner, http.MethodGet, own, nil).JSON()
	c.Expect(after).To(HaveMembers(clientMembers...))
	for _, name := range []string{"name", "description", "logo"} {
		c.Expect(after[name]).To(gomega.Equal(mutable[name]), "%s, which may change", name)
	}
	c.Expect(texts(after["allowed_origins"])).To(gomega.ConsistOf(elsewhere), "allowed_origins, which may change")
	c.Expect(texts(after["authentication_methods"])).To(gomega.ContainElement("none"), "authentication_methods of an app that may go without its secret")
	for _, name := range []string{
		"client_id", "client_secret", "tenant", "enabled", "created_by", "is_public", "website_url", "terms_url", "policy_url",
	} {
		c.Expect(after[name]).To(gomega.Equal(before[name]), "%s, which may not change", name)
	}
	for _, name := range []string{"redirect_uris", "scopes", "logout_redirect_uris"} {
		c.Expect(texts(after[name])).To(gomega.ConsistOf(texts(before[name])), "%s, which may not change", name)
	}
	// What the portal does by it, not only what it says.
	c.Expect(access.ended()).To(gomega.BeFalse(), "the access token is dead after the update")
	c.Expect(c.AuthorizeAndConsent(user, app)).To(BeCodeAt(app.RedirectURI), "the redirect URI of before")
	c.Expect(c.Authorize(user, app, Param("redirect_uri", elsewhere+"/callback"))).To(BeNoAuthorization(), "the redirect URI of the update")
}

func secretRegenerated(c *Case) {
	app := c.App(Scopes(probeScope))
	user, other := c.twoUsers() // a second code of one user would replace their grant
	g := c.GrantFor(user, app)
	c.Control("the secret before", func() { g = c.refreshed(g) })
	access, old := c.watch(app, g.Access), app
	answer := c.Manage(app.Owner, http.MethodPatch, "/"+app.ID+"/regenerate", nil)
	c.Expect(answer).To(HaveStatus(http.StatusOK), "a new secret")
	app.Secret = answer.Text("client_secret")
	c.redactor.Learn("secret", app.Secret)
	c.Expect(app.Secret).NotTo(gomega.BeElementOf("", old.Secret), "the new secret")
	c.Expect(c.Token(c.RefreshForm(old, g.Refresh))).To(BeDenied(http.StatusUnauthorized, "invalid_client"), "a refresh with the old secret")
	code := c.Code(other, app)
	c.Expect(c.Token(c.ExchangeForm(old, code))).To(BeDenied(http.StatusUnauthorized, "invalid_client"), "an exchange with the old secret")
	c.Expect(c.Token(c.ExchangeForm(app, code))).To(BeTokens(), "an exchange with the new secret")
	access.app = app // introspection wants to know the client
	c.Expect(access.ended()).To(gomega.BeFalse(), "the access token is dead after the secret was replaced")
	c.Expect(c.Token(c.RefreshForm(app, g.Refresh))).To(BeTokens(), "a refresh with the new secret")
	c.Expect(c.Manage(app.Owner, http.MethodGet, "/"+app.ID, nil).Text("client_secret")).To(gomega.Equal(app.Secret), "the secret that the portal shows")
}

func registrationDisabled(c *Case) {
	app, user := c.App(Scopes(probeScope)), c.User()
	g := c.GrantFor(user, app)
	access := c.watch(app, g.Access)
	own := "/" + app.ID
	status := func(enabled bool) Response {
		return c.Manage(app.Owner, http.MethodPatch, own+"/activation", map[string]bool{"status": enabled})
	}
	enabled := func() any { return c.Manage(app.Owner, http.MethodGet, own, nil).Member("enabled") }
	c.Expect(status(false)).To(BeDone(), "switching it off")
	c.Expect(enabled()).To(gomega.Equal(false), "enabled, of an app that was switched off")
	c.Expect(c.Authorize(user, app)).To(BeErrorAtLogin("client_disabled_error"), "authorize")
	c.Expect(c.Token(c.RefreshForm(app, g.Refresh))).To(BeDenied(http.StatusUnauthorized, "invalid_client"), "a refresh")
	c.Expect(access.ended()).To(gomega.BeTrue(), "the access token is dead while the app is switched off")
	info := c.Manage(User{Portal: c.Target.URL}, http.MethodGet, own+"/public/info", nil)
	c.Expect(info).To(HaveStatus(http.StatusOK), "public info, which the login page needs to name the app")
	c.Expect(status(true)).To(BeDone(), "switching it on")
	c.Expect(enabled()).To(gomega.Equal(true), "enabled, of an app that was switched on")
	c.Expect(access.ended()).To(gomega.BeFalse(), "the access token stays dead with the app switched on again")
	c.Expect(c.Token(c.RefreshForm(app, g.Refresh))).To(BeTokens(), "a refresh with the app switched on again")
	c.Expect(c.Authorize(user, app)).To(BeCodeAt(app.RedirectURI), "authorize with the app switched on again")
}

func registrationDeleted(c *Case) {
	app, user := c.App(Scopes(probeScope)), c.User()
	g := c.GrantFor(user, app)
	own := "/" + app.ID
	c.Control("the app before", func() {
		c.Expect(c.Manage(app.Owner, http.MethodGet, own, nil)).To(HaveStatus(http.StatusOK))
		g = c.refreshed(g)
	})
	access := c.watch(c.App(), g.Access) // an app that is still there asks introspection
	c.Expect(c.Manage(app.Owner, http.MethodDelete, own, nil)).To(BeDone(), "the deletion")
	c.Expect(access.ended()).To(gomega.BeTrue(), "the access token is dead after the app was deleted")
	c.expectGone(g, "the app was deleted")
	c.Expect(c.Manage(app.Owner, http.MethodDelete, own, nil)).To(BeProblem(http.StatusNotFound), "deleting it again")
}

// expectGone fails the check if anything of an app is left.
func (c *Case) expectGone(g Grant, after string) {
	own := "/" + g.App.ID
	c.Expect(c.Manage(g.App.Owner, http.MethodGet, own, nil)).To(BeProblem(http.StatusNotFound), "the app after %s", after)
	c.Expect(c.Manage(User{Portal: c.Target.URL}, http.MethodGet, own+"/public/info", nil)).To(BeProblem(http.StatusNotFound), "its public info after %s", after)
	c.Expect(entry(c.Manage(g.App.Owner, http.MethodGet, "?limit=50", nil), "client_id", g.App.ID)).To(gomega.BeNil(), "the app in the list after %s", after)
	c.Expect(c.Token(c.RefreshForm(g.App, g.Refresh))).To(BeRefused(), "a refresh after %s", after)
	c.Expect(c.Authorize(g.User, g.App)).To(BeErrorAtLogin("client_not_found_error"), "authorize after %s", after)
}

func deleteAll(c *Case) {
	owner, user := c.User(), c.User()
	app := c.AppOf(owner, Scopes(probeScope))
	g := c.GrantFor(user, app)
	access := c.watch(c.App(), g.Access) // an app that is still there asks introspection
	c.Expect(c.Manage(owner, http.MethodDelete, "", nil)).To(BeDone(), "the deletion of all")
	c.Expect(access.ended()).To(gomega.BeTrue(), "the access token is dead after all apps of its app's owner were deleted")
	c.expectGone(g, "all apps of its owner were deleted")
}

func userRevokes(c *Case) {
	first, second := c.twoUsers()
	app, other := c.App(Scopes(probeScope)), c.App(Scopes(probeScope))
	revoked, elsewhere := c.GrantFor(first, app), c.GrantFor(first, other)
	kept := c.GrantFor(second, app)
	dead, alive, alsoAlive := c.watch(app, revoked.Access), c.watch(app, kept.Access), c.watch(other, elsewhere.Access)
	granted := func(u User, app App) map[string]any {
		return entry(c.Manage(u, http.MethodGet, "/consents?limit=50", nil), "registered_client_id", app.ID)
	}
	c.Control("the consents before", func() {
		c.Expect(granted(first, app)).NotTo(gomega.BeNil(), "what the first user granted")
		c.Expect(granted(second, app)).NotTo(gomega.BeNil(), "what the second user granted")
	})
	c.Expect(c.Manage(first, http.MethodDelete, "/"+app.ID+"/revoke", nil)).To(BeDone(), "the first user takes the consent back")
	c.expectDead(revoked, dead, "its user took the consent back")
	c.Expect(granted(first, app)).To(gomega.BeNil(), "what the first user granted, afterwards")
	c.Expect(c.Authorize(first, app)).To(BeConsentPage(), "the first user is asked again")

	c.Expect(granted(first, other)).NotTo(gomega.BeNil(), "what the first user granted to another app")
	c.Expect(alsoAlive.ended()).To(gomega.BeFalse(), "the access token of another app is dead")
	c.Expect(granted(second, app)).NotTo(gomega.BeNil(), "what the second user granted, afterwards")
	c.Expect(alive.ended()).To(gomega.BeFalse(), "the second user's access token is dead")
	c.Expect(c.Token(c.RefreshForm(app, kept.Refresh))).To(BeTokens(), "the second user's refresh")
	c.Expect(c.Authorize(second, app)).To(BeCodeAt(app.RedirectURI), "the second user is not asked again")
}
