package suites

import (
	"net/http"

	"github.com/onsi/gomega"

	"docspace-oauth/flows"
	"docspace-oauth/suites/target"
)

// registrationRoleChecks judge who may do what with whose apps.
func registrationRoleChecks() []Check {
	return []Check{
		{"docspace/registration/roles", registrationRoles},
		{"docspace/registration/tenants", registrationTenants},
	}
}

// managed is a request to an app, harmless enough to be sent to an app that lives on.
type managed struct {
	method, path string
	document     any
}

// managingRequests are all that somebody can do to an app, deletion last.
func managingRequests(app App) []managed {
	r := app.Registered
	update := map[string]any{
		"name": r.Name + " changed", "description": r.Description, "allow_pkce": false,
		"logo": flows.NewRegistration("", "").Logo, "allowed_origins": r.AllowedOrigins,
	}
	own := "/" + app.ID
	return []managed{
		{http.MethodGet, own, nil},
		{http.MethodGet, own + "/info", nil},
		{http.MethodPut, own, update},
		{http.MethodPatch, own + "/activation", map[string]bool{"status": false}},
		{http.MethodPatch, own + "/regenerate", nil},
		{http.MethodDelete, own, nil},
	}
}

// mayManage shows that u can do everything to an app that is not needed any more.
func (c *Case) mayManage(u User, app App, whose string) {
	for _, m := range managingRequests(app) {
		c.Expect(c.Manage(u, m.method, m.path, m.document)).To(HaveStatus(http.StatusOK), "%s %s with %s app", m.method, m.path, whose)
	}
	c.Expect(c.Manage(u, http.MethodGet, "/"+app.ID, nil)).To(BeProblem(http.StatusNotFound), "%s app after it was deleted", whose)
}

// unchanged fails the check unless an app is as it was registered.
func (c *Case) unchanged(app App, after string) {
	now := c.Manage(app.Owner, http.MethodGet, "/"+app.ID, nil)
	c.Expect(now).To(HaveStatus(http.StatusOK), "the app after %s", after)
	c.Expect(now.Text("name")).To(gomega.Equal(app.Registered.Name), "its name after %s", after)
	c.Expect(now.Text("client_secret")).To(gomega.Equal(app.Secret), "its secret after %s", after)
	c.Expect(now.Member("enabled")).To(gomega.Equal(true), "enabled after %s", after)
}

func registrationRoles(c *Case) {
	admin, user, guest := c.User(target.Admin), c.User(), c.User(target.Guest)
	nobody := User{Portal: c.Target.URL}
	other := c.User()
	r := asObject(flows.NewRegistration("Check roles", RedirectURI, "files:read"))
	c.Control("a user and an administrator with their own apps", func() {
		c.mayManage(user, c.AppOf(user), "one's own")
		c.mayManage(admin, c.AppOf(admin), "one's own")
	})
	app := c.AppOf(user)
	everywhere := append([]managed{
		{http.MethodPost, "", r},
		{http.MethodGet, "?limit=1", nil},
		{http.MethodGet, "/info?limit=1", nil},
		{http.MethodDelete, "", nil},
	}, managingRequests(app)...)
	for _, m := range append(everywhere, managed{http.MethodGet, "/consents?limit=1", nil}, managed{http.MethodDelete, "/" + app.ID + "/revoke", nil}) {
		c.Expect(c.Manage(nobody, m.method, m.path, m.document)).To(BeEmpty403(), "%s clients%s of nobody", m.method, m.path)
	}
	for _, m := range everywhere {
		c.Expect(c.Manage(guest, m.method, m.path, m.document)).To(BeProblem(http.StatusForbidden), "%s clients%s of a guest", m.method, m.path)
	}
	c.Expect(c.Manage(guest, http.MethodGet, "/consents?limit=1", nil)).To(HaveStatus(http.StatusOK), "a guest's own consents")
	c.Expect(c.Manage(guest, http.MethodDelete, "/"+app.ID+"/revoke", nil)).To(BeDone(), "a guest's own consent taken back")
	for _, m := range managingRequests(app) {
		c.Expect(c.Manage(other, m.method, m.path, m.document)).To(BeProblem(http.StatusNotFound), "%s clients%s of another user", m.method, m.path)
	}
	c.Expect(entry(c.Manage(other, http.MethodGet, "?limit=50", nil), "client_id", app.ID)).To(gomega.BeNil(), "the app in another user's list")
	c.unchanged(app, "what others tried")
	c.Expect(entry(c.Manage(admin, http.MethodGet, "?limit=50", nil), "client_id", app.ID)).NotTo(gomega.BeNil(), "the app in an administrator's list")
	c.mayManage(admin, app, "a user's")
	c.OnOwnPortal("who deletes all apps of a portal", func() { deleteTenantRoles(c) })
}

// deleteTenantRoles is about the one request that must not go wrong where others are.
func deleteTenantRoles(c *Case) {
	app := c.AppOf(c.User())
	const all = "/tenant"
	c.Expect(c.Manage(User{Portal: c.Target.URL}, http.MethodDelete, all, nil)).To(BeEmpty403(), "nobody deletes all apps of the portal")
	for _, kind := range []target.UserType{target.Guest, target.Member} {
		c.Expect(c.Manage(c.User(kind), http.MethodDelete, all, nil)).To(BeProblem(http.StatusForbidden), "%s deletes all apps of the portal", kind)
	}
	c.unchanged(app, "that")
	c.Expect(c.Manage(c.User(target.Admin), http.MethodDelete, all, nil)).To(BeDone(), "an administrator deletes all apps of the portal")
	c.Expect(c.Manage(app.Owner, http.MethodGet, "/"+app.ID, nil)).To(BeProblem(http.StatusNotFound), "an app of a user then")
}

func registrationTenants(c *Case) {
	owner := c.User(target.Admin)
	var foreign User
	c.setup("an administrator of the second portal", func() {
		var err error
		foreign, err = c.Target.SecondUser(c.ctx)
		c.need(err)
		c.redactor.Learn("password", foreign.Password)
	})
	app := c.AppOf(owner, Scopes(probeScope))
	grant := c.GrantFor(c.User(), app)
	access := c.watch(app, grant.Access)
	c.Control("the administrator of the second portal with an app there", func() {
		own := c.AppOf(foreign)
		c.Expect(c.Manage(foreign, http.MethodGet, "/"+own.ID, nil).Member("tenant")).NotTo(gomega.Equal(float64(app.Registered.Tenant)), "its portal")
		c.mayManage(foreign, own, "one's own")
	})
	for _, m := range managingRequests(app) {
		c.Expect(c.Manage(foreign, m.method, m.path, m.document)).To(BeProblem(http.StatusNotFound), "%s clients%s from another portal", m.method, m.path)
	}
	for _, list := range []string{"?limit=50", "/info?limit=50"} {
		page := c.Manage(foreign, http.MethodGet, list, nil)
		c.Expect(page).To(HaveStatus(http.StatusOK), "clients%s of another portal", list)
		c.Expect(entry(page, "client_id", app.ID)).To(gomega.BeNil(), "the app in clients%s of another portal", list)
	}
	c.Expect(c.Manage(foreign, http.MethodDelete, "/"+app.ID+"/revoke", nil)).To(BeDone(), "taking back a consent that one did not give")
	c.unchanged(app, "what another portal's administrator tried")
	c.Expect(access.ended()).To(gomega.BeFalse(), "the access token is dead after what another portal's administrator tried")
	c.Expect(c.Token(c.RefreshForm(app, grant.Refresh))).To(BeTokens(), "a refresh after that")
	info := c.Manage(User{Portal: foreign.Portal}, http.MethodGet, "/"+app.ID+"/public/info", nil)
	c.Expect(info).To(HaveStatus(http.StatusOK), "the public info at the other portal")
}
