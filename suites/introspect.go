package suites

import (
	"crypto/rand"
	"net/url"
	"strings"
	"time"

	"github.com/onsi/gomega"
)

func introspectChecks() []Check {
	return []Check{
		{"rfc7662/2.1/caller-authorized", callerAuthorized},
		{"rfc7662/2.2/active-members", activeMembers},
		{"rfc7662/2.2/inactive-bare", inactiveBare},
		{"docspace/introspect/refresh-token", refreshTokenMembers},
		{"rfc7662/2.1/post-only", introspectPostOnly},
	}
}

// introspect asks about a token with the app's credentials.
func (c *Case) introspect(app App, token string) Response {
	return c.Post("/oauth2/introspect", c.credentials(app, url.Values{"token": {token}}), nil)
}

func callerAuthorized(c *Case) {
	g := c.Grant()
	c.Control("with the app's credentials", func() {
		c.Expect(c.introspect(g.App, g.Access).Member("active")).To(gomega.Equal(true))
	})
	c.Expect(c.Introspect(g.Access)).To(HaveStatus(400, 401, 403), "an anonymous caller")
}

func activeMembers(c *Case) {
	g := c.Grant(probeScope, "files:read")
	claims := tokenPart(g.Access, 1)
	if claims == nil {
		c.Blocked("the access token is not readable")
	}
	answer := c.introspect(g.App, g.Access)
	c.Expect(answer).To(HaveStatus(200))
	c.Expect(answer.Member("active")).To(gomega.Equal(true), "active")
	for _, name := range []string{"iss", "sub", "exp", "iat", "nbf", "jti"} {
		c.Expect(answer.Member(name)).To(gomega.Equal(claims[name]), "%s is that of the token", name)
	}
	c.Expect(many(answer.Member("aud"))).To(gomega.ConsistOf(many(claims["aud"])), "aud is that of the token")
	c.Expect(strings.Fields(answer.Text("scope"))).To(gomega.ConsistOf(texts(claims["scope"])), "scope is that of the token")
	c.Expect(answer.Member("client_id")).To(gomega.Equal(g.App.ID), "client_id is the app")
	c.Expect(strings.ToLower(answer.Text("token_type"))).To(gomega.Equal("bearer"), "token_type")
}

// many is an audience, which may be a text or an array of texts (RFC 7519 §4.1.3).
func many(value any) []string {
	if text, ok := value.(string); ok {
		return []string{text}
	}
	return texts(value)
}

func inactiveBare(c *Case) {
	g := c.Grant()
	c.Control("a live token", func() {
		c.Expect(c.introspect(g.App, g.Access).Member("active")).To(gomega.Equal(true))
	})
	if c.Foreign() {
		answer := c.introspect(g.App, "unknown-"+rand.Text())
		c.Expect(answer).To(HaveStatus(200), "an unknown token")
		c.Expect(answer.JSON()).To(gomega.Equal(map[string]any{"active": false}), "an unknown token")
		return
	}
	superseded := g
	g = c.refreshed(g)
	c.setup("revoke the refresh token", func() { c.Expect(c.Revoke(g.App, g.Refresh)).To(HaveStatus(200)) })
	dead := []struct{ what, token string }{
		{"an unknown token", "unknown-" + rand.Text()},
		{"an access token that a refresh replaced", superseded.Access},
		{"a used refresh token", superseded.Refresh},
		{"a revoked refresh token", g.Refresh},
		{"the access token of a revoked refresh token", g.Access},
	}
	for _, d := range dead {
		answer := c.introspect(g.App, d.token)
		c.Expect(answer).To(HaveStatus(200), d.what)
		c.Expect(answer.JSON()).To(gomega.Equal(map[string]any{"active": false}), d.what)
	}
	c.OnOwnPortal("an expired access token", func() {
		g := c.Grant()
		c.Advance(accessTTL + time.Minute)
		c.Expect(c.introspect(g.App, g.Access).JSON()).To(gomega.Equal(map[string]any{"active": false}), "an expired access token")
	})
}

func refreshTokenMembers(c *Case) {
	g := c.Grant()
	answer := c.introspect(g.App, g.Refresh)
	c.Expect(answer).To(HaveStatus(200))
	members := answer.JSON()
	c.Expect(members).To(gomega.HaveLen(4), "members")
	c.Expect(members["active"]).To(gomega.Equal(true), "active")
	c.Expect(members["client_id"]).To(gomega.Equal(g.App.ID), "client_id")
	issued, hasIssued := members["iat"].(float64)
	expires, hasExpires := members["exp"].(float64)
	c.Expect(hasIssued && hasExpires).To(gomega.BeTrue(), "iat and exp are numbers: %v", members)
	c.Expect(expires).To(gomega.BeNumerically(">", issued), "exp is after iat")
}

func introspectPostOnly(c *Case) {
	g := c.Grant()
	form := c.credentials(g.App, url.Values{"token": {g.Access}})
	c.Control("POST", func() {
		c.Expect(c.Post("/oauth2/introspect", form, nil).Member("active")).To(gomega.Equal(true))
	})
	answer := c.Get("/oauth2/introspect?"+form.Encode(), nil)
	c.Expect(answer.Status).To(gomega.BeNumerically(">=", 300), "GET: %v", answer)
	c.Expect(answer.Member("active")).To(gomega.BeNil(), "GET tells about the token")
}
