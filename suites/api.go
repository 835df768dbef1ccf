package suites

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/onsi/gomega"

	"docspace-oauth/suites/target"
)

// self is the scope and the path of the cheapest call of the Backend API.
const (
	selfScope = "accounts.self:read"
	selfPath  = "people/@self"
)

func apiChecks() []Check {
	return []Check{
		{"rfc6750/2.1/header", bearerHeader},
		{"rfc6750/2.1/scheme-case", schemeCase},
		{"rfc9700/4.3.2/no-query-token", noQueryToken},
		{"docspace/api/no-token", noToken},
		{"rfc6750/3/challenge", challengeWithoutToken},
		{"rfc6750/3.1/insufficient-scope", challengeForScope},
		{"rfc6750/3.1/bad-tokens", badTokens},
		{"docspace/api/revoked-token", revokedToken},
		{"docspace/api/scope-policy", scopePolicy},
		{"docspace/api/any-token-routes", anyTokenRoutes},
		{"docspace/api/anonymous-routes", anonymousRoutes},
		{"docspace/api/never-open", neverOpen},
		{"docspace/api/scope-or-right", scopeOrRight},
		{"docspace/api/401-before-403", refusedBeforeForbidden},
		{"docspace/api/wrong-kind-of-token", wrongKindOfToken},
		{"docspace/api/aud-is-base", audIsBase},
		{"docspace/api/fields-filter", fieldsFilter},
		{"docspace/api/unknown-ids", unknownIDs},
		{"docspace/api/self", selfIsSubject},
		{"docspace/api/envelope", envelope},
		{"docspace/api/paging", paging},
		{"docspace/api/write-then-read", writeThenRead},
		{"docspace/api/disabled-user", disabledUser},
		{"docspace/api/cors-origins", corsOrigins},
		{"docspace/api/password-login", passwordLogin},
	}
}

func bearerHeader(c *Case) {
	user, app := c.User(target.RoomAdmin), c.App()
	for scope, path := range map[string]string{
		selfScope: selfPath, "files:read": "files/@my", "rooms:read": "files/rooms", "accounts:read": "people",
	} {
		grant := c.GrantFor(user, app, Scope(scope))
		c.Expect(c.API(path, grant.Access)).To(BeEnvelope(), "%s opens %s", scope, path)
	}
}

func schemeCase(c *Case) {
	grant := c.Grant(selfScope)
	c.Control("the scheme Bearer", func() { c.Expect(c.API(selfPath, grant.Access)).To(BeEnvelope()) })
	lower := http.Header{"Authorization": {"bearer " + grant.Access}}
	c.Expect(c.Get("/api/2.0/"+selfPath, lower)).To(HaveStatus(200))
}

func noQueryToken(c *Case) {
	grant := c.Grant(selfScope)
	c.Control("the token in the header", func() { c.Expect(c.API(selfPath, grant.Access)).To(BeEnvelope()) })
	query := url.Values{"access_token": {grant.Access}}.Encode()
	c.Expect(c.API(selfPath+"?"+query, "")).To(HaveStatus(401))
}

// protected are probes that need a token (docs/portal/backend-api.md §7, negative 1).
var protected = []string{
	selfPath, "files/@my", "files/rooms", "people", "group", "settings/customschemas", "security/oauth2/token",
}

func noToken(c *Case) {
	for _, path := range protected {
		c.Expect(c.API(path, "")).To(BeEmpty401(), "GET %s without a token", path)
	}
}

func challengeWithoutToken(c *Case) {
	answer := c.API(selfPath, "")
	c.Control("it is refused", func() { c.Expect(answer).To(HaveStatus(401)) })
	c.Expect(answer.Header.Get("WWW-Authenticate")).To(gomega.HavePrefix("Bearer"), "WWW-Authenticate")
}

func challengeForScope(c *Case) {
	answer := c.API("files/@my", c.Grant(selfScope).Access)
	c.Control("it is forbidden", func() { c.Expect(answer).To(HaveStatus(403)) })
	c.Expect(answer.Header.Get("WWW-Authenticate")).To(gomega.ContainSubstring("insufficient_scope"), "WWW-Authenticate")
}

func badTokens(c *Case) {
	grant := c.Grant(selfScope)
	c.Control("the token as it is", func() { c.Expect(c.API(selfPath, grant.Access)).To(BeEnvelope()) })
	for name, forged := range c.forgeries(grant.Access) {
		c.Expect(c.API(selfPath, forged)).To(HaveStatus(401), "%s", name)
	}
	for _, garbage := range []string{"garbage", "a.b.c", strings.TrimSuffix(grant.Access, grant.Access[len(grant.Access)-20:])} {
		c.Expect(c.API(selfPath, garbage)).To(HaveStatus(400, 401), "text that is no token")
	}
	c.foreignAudience()
	c.OnOwnPortal("an expired token", func() {
		grant := c.Grant(selfScope)
		c.Control("the token while it lives", func() { c.Expect(c.API(selfPath, grant.Access)).To(BeEnvelope()) })
		c.Advance(accessTTL + bearerSkew)
		c.Expect(c.API(selfPath, grant.Access)).To(HaveStatus(401), "an expired token")
	})
}

// foreignAudience uses a token of the second portal at the first.
func (c *Case) foreignAudience() {
	user, err := c.Target.SecondUser(c.ctx)
	if errors.Is(err, target.ErrNotOffered) {
		c.Warn("not checked: a token of another portal: %v", err)
		return
	}
	c.need(err)
	c.redactor.Learn("password", user.Password)
	foreign := c.GrantFor(user, c.App(), Scope(selfScope))
	c.Control("the token at its own portal", func() {
		c.Expect(c.Get(user.Portal+"/api/2.0/"+selfPath, Bearer(foreign.Access))).To(BeEnvelope())
	})
	c.Expect(c.API(selfPath, foreign.Access)).To(HaveStatus(401), "a token of another portal")
}

func revokedToken(c *Case) {
	for name, kill := range map[string]func(Grant){
		"revoked":  func(g Grant) { c.Expect(c.Revoke(g.App, g.Access)).To(HaveStatus(200)) },
		"disabled": func(g Grant) { c.need(c.Flows().SetEnabled(c.ctx, c.Signature(g.App.Owner), g.App.ID, false)) },
		"withdrawn": func(g Grant) {
			c.need(c.Flows().RevokeConsent(c.ctx, c.Signature(g.User), g.App.ID))
		},
		"superseded": func(g Grant) { c.GrantFor(g.User, g.App, Scope("files:read")) },
	} {
		grant := c.Grant(selfScope)
		c.Control("the token while it lives", func() { c.Expect(c.API(selfPath, grant.Access)).To(BeEnvelope()) })
		c.setup(name, func() { kill(grant) })
		c.Expect(c.API(selfPath, grant.Access)).To(BeEmpty401(), "after the grant was %s", name)
	}
}

func refusedBeforeForbidden(c *Case) {
	grant := c.Grant(selfScope)
	const closed = "settings/customschemas"
	c.Control("a live token", func() { c.Expect(c.API(closed, grant.Access)).To(HaveStatus(403)) })
	for name, forged := range c.forgeries(grant.Access) {
		c.Expect(c.API(closed, forged)).To(HaveStatus(401), "%s on a route that it may not use", name)
		c.Expect(c.API("files/rooms", forged)).To(HaveStatus(401), "%s on a route of another scope", name)
	}
}

func wrongKindOfToken(c *Case) {
	user, app := c.User(), c.App()
	grant := c.GrantFor(user, app, Scope("openid", selfScope))
	c.Control("the access token", func() { c.Expect(c.API(selfPath, grant.Access)).To(BeEnvelope()) })
	for name, token := range map[string]string{
		"refresh token": grant.Refresh, "id_token": grant.ID, "x-signature": c.Signature(user),
	} {
		c.Expect(c.API(selfPath, token)).To(HaveStatus(401), "%s as bearer", name)
	}
	c.Expect(c.API(selfPath, c.Code(user, app, Scope("openid", selfScope)).Value)).To(HaveStatus(401), "code as bearer")
}

func audIsBase(c *Case) {
	grant := c.Grant(selfScope)
	base, _ := tokenPart(grant.Access, 1)["aud"].(string)
	c.Expect(absolute(base)).To(gomega.BeTrue(), "aud %q is an address", base)
	c.Expect(sameAddress(base, c.Target.URL)).To(gomega.BeTrue(), "aud %q is the portal %s", base, c.Target.URL)
	answer := c.Get(strings.TrimSuffix(c.here(base), "/")+"/api/2.0/"+selfPath, Bearer(grant.Access))
	c.Expect(answer).To(BeEnvelope())
}

func selfIsSubject(c *Case) {
	grant := c.Grant(selfScope)
	answer := c.API(selfPath, grant.Access)
	c.Expect(answer).To(BeEnvelope())
	person, _ := answer.Member("response").(map[string]any)
	c.Expect(person["id"]).To(gomega.Equal(tokenPart(grant.Access, 1)["sub"]), "id of people/@self and sub of the token")
	c.Expect(person["email"]).To(gomega.Equal(grant.User.Email), "e-mail of people/@self")
}

func corsOrigins(c *Case) {
	const listed, foreign = "https://app.example.test", "https://elsewhere.example.test"
	app := c.App(Origins(listed))
	grant := c.GrantFor(c.User(), app, Scope(selfScope))
	call := func(origin string) Response {
		header := Bearer(grant.Access)
		header.Set("Origin", origin)
		return c.Get("/api/2.0/"+selfPath, header)
	}
	answer := call(listed)
	c.Expect(answer).To(BeEnvelope())
	c.Expect(answer.Header.Get("Access-Control-Allow-Origin")).To(gomega.Equal(listed), "for a listed origin")
	answer = call(foreign)
	c.Expect(answer).To(HaveStatus(200))
	c.Expect(answer.Header.Get("Access-Control-Allow-Origin")).To(gomega.BeEmpty(), "for an origin that is not listed")
	preflight := c.Do(c.Request(http.MethodOptions, "/api/2.0/"+selfPath, http.Header{
		"Origin": {foreign}, "Access-Control-Request-Method": {"GET"}, "Access-Control-Request-Headers": {"authorization"},
	}, nil))
	c.Expect(preflight).To(HaveStatus(200, 204))
	c.Expect(preflight.Header.Get("Access-Control-Allow-Origin")).NotTo(gomega.BeEmpty(), "of a preflight, which carries no token")
}

func passwordLogin(c *Case) {
	user := c.User()
	right := c.sendPassword(user)
	c.Expect(right).To(BeEnvelope())
	opened, _ := right.Member("response").(map[string]any)
	c.Expect(opened["token"]).NotTo(gomega.BeEmpty(), "token of the session")
	cookie := right.Cookie("asc_auth_key")
	c.Expect(cookie).NotTo(gomega.BeNil(), "session cookie")
	c.Expect(cookie.HttpOnly).To(gomega.BeTrue(), "session cookie is HttpOnly")
	user.Password += "x"
	wrong := c.sendPassword(user)
	c.Expect(wrong).To(BeErrorEnvelope(401))
	c.Expect(wrong.Cookie("asc_auth_key")).To(gomega.BeNil(), "no session for a wrong password")
}

func disabledUser(c *Case) {
	grant := c.Grant(selfScope)
	c.Control("the token while its user is active", func() { c.Expect(c.API(selfPath, grant.Access)).To(BeEnvelope()) })
	c.setup("disable the user", func() { c.need(c.Mock().SetUserActive(c.ctx, grant.User, false)) })
	c.Expect(c.API(selfPath, grant.Access)).To(BeEmpty401(), "of a disabled user")
	c.setup("enable the user", func() { c.need(c.Mock().SetUserActive(c.ctx, grant.User, true)) })
	c.Expect(c.API(selfPath, grant.Access)).To(BeEnvelope(), "of a user who is active again")
}
