package suites

import (
	"crypto/rand"
	"net/http"

	"github.com/onsi/gomega"
)

func openidChecks() []Check {
	checks := []Check{
		{"oidc-core/3.1.3.3/id-token-issued", idTokenIssued},
		{"oidc-core/2/required-claims", idTokenClaims},
		{"oidc-core/3.1.3.7/aud-is-client", idTokenAudience},
		{"oidc-core/3.1.3.7/nonce-echoed", nonceEchoed},
		{"oidc-core/3.1.2.1/nonce-optional", nonceOptional},
		{"oidc-core/3.1.3.7/signature", idTokenSignature},
		{"oidc-core/12.2/no-scope-no-id-token", noScopeNoIDToken},
		{"oidc-core/12.2/refreshed-id-token", refreshedIDToken},
	}
	return append(checks, userInfoChecks()...)
}

// idClaims are those of the grant's id_token; without one the check can't go on.
func (c *Case) idClaims(g Grant) map[string]any {
	claims := tokenPart(g.ID, 1)
	if claims == nil {
		c.Blocked("no readable id_token came with the scope openid")
	}
	return claims
}

func idTokenIssued(c *Case) {
	with := c.Grant("openid", probeScope)
	c.Expect(with.ID).NotTo(gomega.BeEmpty(), "an id_token with openid")
	without := c.Grant(probeScope)
	c.Expect(without.Answer.Member("id_token")).To(gomega.BeNil(), "an id_token without openid")
}

func idTokenClaims(c *Case) {
	claims := c.idClaims(c.Grant("openid", probeScope))
	for _, name := range []string{"iss", "sub"} {
		text, _ := claims[name].(string)
		c.Expect(text).NotTo(gomega.BeEmpty(), "%s of the id_token: %v", name, claims[name])
	}
	c.Expect(many(claims["aud"])).NotTo(gomega.BeEmpty(), "aud of the id_token: %v", claims["aud"])
	for _, name := range []string{"exp", "iat"} {
		_, isNumber := claims[name].(float64)
		c.Expect(isNumber).To(gomega.BeTrue(), "%s of the id_token is a number: %v", name, claims[name])
	}
}

func idTokenAudience(c *Case) {
	g := c.Grant("openid", probeScope)
	c.Expect(many(c.idClaims(g)["aud"])).To(gomega.ContainElement(g.App.ID), "aud of the id_token")
}

func nonceEchoed(c *Case) {
	nonce := "n-" + rand.Text() + "+/=~"
	g := c.GrantFor(c.User(), c.App(), Scope("openid", probeScope), Param("nonce", nonce))
	c.Expect(c.idClaims(g)["nonce"]).To(gomega.Equal(nonce), "nonce of the id_token")
}

func nonceOptional(c *Case) {
	claims := c.idClaims(c.Grant("openid", probeScope))
	c.Expect(claims).NotTo(gomega.HaveKey("nonce"), "a nonce that nobody sent")
}

func idTokenSignature(c *Case) {
	g := c.Grant("openid", probeScope)
	c.Expect(g.ID).NotTo(gomega.BeEmpty(), "an id_token")
	c.Expect(c.verified(g.ID)).To(gomega.BeEmpty(), "the id_token's signature")
}

func noScopeNoIDToken(c *Case) {
	g := c.Grant("openid", probeScope)
	c.Control("a refresh with openid", func() {
		g = c.refreshed(g)
		c.Expect(g.ID).NotTo(gomega.BeEmpty(), "an id_token")
	})
	answer := c.Token(c.RefreshForm(g.App, g.Refresh, probeScope))
	c.Expect(answer).To(BeTokens())
	c.Expect(answer.Member("id_token")).To(gomega.BeNil(), "an id_token of a refresh without openid")
}

func refreshedIDToken(c *Case) {
	first := c.Grant("openid", probeScope)
	was := c.idClaims(first)
	is := c.idClaims(c.refreshed(first))
	for _, name := range []string{"iss", "sub", "aud"} {
		if was[name] == nil || is[name] == nil {
			continue // oidc-core/2/required-claims
		}
		c.Expect(is[name]).To(gomega.Equal(was[name]), "%s of the refreshed id_token", name)
	}
}

// userInfoChecks judge the userinfo endpoint.
func userInfoChecks() []Check {
	return []Check{
		{"oidc-core/5.3.2/sub-matches", userInfoSubject},
		{"oidc-core/5.3/get-and-post", userInfoMethods},
		{"rfc6750/3.1/userinfo-errors", userInfoErrors},
		{"rfc6750/3.1/userinfo-challenge", userInfoChallenge},
		{"docspace/userinfo/refusals", userInfoRefusals},
	}
}

func userInfoSubject(c *Case) {
	g := c.Grant("openid", probeScope)
	subject := tokenPart(g.Access, 1)["sub"]
	if claims := tokenPart(g.ID, 1); claims["sub"] != nil { // its absence is another check's subject
		subject = claims["sub"]
	}
	answer := c.UserInfo(g.Access)
	c.Expect(answer).To(HaveStatus(200))
	if c.Foreign() && answer.MediaType() == "application/jwt" {
		c.Skip("the app is registered for a signed answer of userinfo (OpenID Connect Core §5.3.2)")
	}
	c.Expect(answer.Member("sub")).To(gomega.Equal(subject), "sub of userinfo")
}

func userInfoMethods(c *Case) {
	g := c.Grant("openid", probeScope)
	get := c.UserInfo(g.Access)
	c.Expect(get).To(HaveStatus(200), "GET")
	post := c.Post("/oauth2/userinfo", nil, Bearer(g.Access))
	c.Expect(post).To(HaveStatus(200), "POST")
	first, second := get.JSON(), post.JSON()
	delete(first, "sub") // whose it is, is the subject of oidc-core/5.3.2/sub-matches
	delete(second, "sub")
	c.Expect(second).To(gomega.Equal(first), "POST answers like GET")
}

// beChallenged fails the check unless the answer is a refusal with a challenge.
func (c *Case) beChallenged(answer Response, status int, what string) {
	c.Expect(answer).To(HaveStatus(status), what)
	c.Expect(answer.Header.Get("WWW-Authenticate")).To(gomega.HavePrefix("Bearer"), "WWW-Authenticate for %s", what)
}

func userInfoErrors(c *Case) {
	g := c.Grant("openid", probeScope)
	c.Control("a good token", func() { c.Expect(c.UserInfo(g.Access)).To(HaveStatus(200)) })
	c.beChallenged(c.Get("/oauth2/userinfo", nil), http.StatusUnauthorized, "no token")
	c.beChallenged(c.UserInfo("not-a-token"), http.StatusUnauthorized, "a token that is no JWT")
	end := len(g.Access) - 5 // the last characters may hold bits that do not count
	c.beChallenged(c.UserInfo(otherSecret(g.Access[:end])+g.Access[end:]), http.StatusUnauthorized, "a token whose signature was changed")
	c.OnOwnPortal("an expired token", func() {
		g := c.Grant("openid", probeScope)
		c.Advance(accessTTL + bearerSkew)
		c.beChallenged(c.UserInfo(g.Access), http.StatusUnauthorized, "an expired token")
	})
}

func userInfoChallenge(c *Case) {
	g, narrow := c.Grant("openid", probeScope), c.Grant(probeScope)
	c.Control("a good token", func() { c.Expect(c.UserInfo(g.Access)).To(HaveStatus(200)) })
	c.setup("revoke the access token", func() { c.Expect(c.Revoke(g.App, g.Access)).To(HaveStatus(200)) })
	c.beChallenged(c.UserInfo(g.Access), http.StatusUnauthorized, "a revoked token")
	c.beChallenged(c.UserInfo(narrow.Access), http.StatusForbidden, "a token without openid")
}

func userInfoRefusals(c *Case) {
	g, narrow := c.Grant("openid", probeScope), c.Grant(probeScope)
	c.Control("a good token", func() { c.Expect(c.UserInfo(g.Access)).To(HaveStatus(200)) })
	c.Expect(c.UserInfo(narrow.Access)).To(BeTokenError(403, "insufficient_scope"), "a token without openid")
	c.expectInvalidToken(g.ID, "an id_token")
	c.expectInvalidToken(c.PersonalAccessToken(g.User, g.App, "openid", probeScope).Text("access_token"), "a personal access token")
	c.setup("revoke the access token", func() { c.Expect(c.Revoke(g.App, g.Access)).To(HaveStatus(200)) })
	c.expectInvalidToken(g.Access, "a revoked token")
}

// expectInvalidToken fails the check unless userinfo calls the token invalid, in its
// body or in its challenge (RFC 6750 §3.1).
func (c *Case) expectInvalidToken(token, what string) {
	answer := c.UserInfo(token)
	c.Expect(answer).To(HaveStatus(http.StatusUnauthorized), what)
	told := answer.Text("error") + answer.Header.Get("WWW-Authenticate")
	c.Expect(told).To(gomega.ContainSubstring("invalid_token"), "%s: %v", what, answer)
}
