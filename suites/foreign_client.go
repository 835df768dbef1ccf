package suites

import (
	"crypto/rand"
	"net/url"

	"github.com/onsi/gomega"

	"docspace-oauth/suites/target"
)

// clientChecks are the bodies of checks at a server that is no portal and where nobody
// signs in: what an app alone sees of client authentication and errors. Where it could
// not tell one cause from another the check is skipped.
var clientChecks = map[string]func(*Case){
	"rfc6749/5.2/wrong-secret":              clientWrongSecret,
	"rfc6749/5.2/unknown-client":            clientUnknown,
	"rfc6749/5.2/missing-parameters":        clientMissingParameters,
	"rfc6749/5.2/unsupported-grant-type":    clientUnsupportedGrantType,
	"rfc6749/5.2/error-shape":               clientErrorShape,
	"rfc6749/5.2/error-without-credentials": clientErrorWithoutCredentials,
	"rfc7662/2.1/caller-authorized":         clientIntrospection,
	"rfc7662/2.2/inactive-bare":             clientInactiveBare,
	"rfc7009/2.2/unknown-token-200":         clientUnknownTokenRevoked,
	"rfc7009/2.1/token-required":            clientTokenRequired,
}

// bodyAt is the body that judges a check at the target.
func bodyAt(t *target.Target, check Check) func(*Case) {
	if alone := clientChecks[check.ID]; alone != nil && t.Foreign != nil && t.Foreign.NoPerson != "" {
		return alone
	}
	return check.Body
}

// unknownCode is a ready-made app, and an exchange of a code that nobody issued.
func (c *Case) unknownCode() (App, url.Values) {
	app := c.readyApp(User{}, nil)
	return app, c.ExchangeForm(app, Code{Value: "unknown-" + rand.Text(), RedirectURI: app.RedirectURI, Verifier: Verifier})
}

// clientAlone is unknownCode where the app's credentials are right, as can be seen from
// the server's looking at the code.
func (c *Case) clientAlone() (App, url.Values) {
	app, form := c.unknownCode()
	answer := c.Token(form)
	if answer.Text("access_token") != "" {
		c.Fail("there are tokens for a code that nobody issued: %v", answer)
	}
	if answer.Text("error") != "invalid_grant" {
		c.Skip("without a user nothing can be told apart: an unknown code is not answered with invalid_grant: " + answer.String())
	}
	return app, form
}

// expectUnauthenticated fails the check unless the answer says that the client did
// not authenticate. A server may look at the code first.
func (c *Case) expectUnauthenticated(answer Response, what string) {
	if answer.Text("error") == "invalid_grant" {
		c.Skip("without a user it can't be told whether the client or the code was refused: " + answer.String())
	}
	c.Expect(answer).To(c.beInvalidClient(), what)
}

func clientWrongSecret(c *Case) {
	app, form := c.clientAlone()
	for _, secret := range []string{otherSecret(app.Secret), app.Secret + "x"} {
		c.expectUnauthenticated(c.Token(With(form, "client_secret", secret)), "a wrong secret")
	}
}

func clientUnknown(c *Case) {
	_, form := c.clientAlone()
	c.expectUnauthenticated(c.Token(With(form, "client_id", "nobody-"+rand.Text())), "an unknown client")
}

func clientMissingParameters(c *Case) {
	_, form := c.clientAlone()
	for _, name := range []string{"grant_type", "code"} {
		c.Expect(c.Token(With(form, name))).To(BeDenied(400, "invalid_request"), "no %s", name)
	}
}

func clientUnsupportedGrantType(c *Case) {
	_, form := c.clientAlone()
	c.Expect(c.Token(With(form, "grant_type", "urn:example:unknown"))).To(BeTokenError(400, "unsupported_grant_type"))
}

func clientErrorShape(c *Case) {
	app, form := c.unknownCode()
	c.expectErrorShape(c.Token(form), "an unknown code")
	c.expectErrorShape(c.Token(With(form, "code")), "no code")
	c.expectErrorShape(c.Token(With(form, "grant_type")), "no grant type")
	c.expectErrorShape(c.Token(With(form, "client_secret", otherSecret(app.Secret))), "a wrong secret")
	c.expectErrorShape(c.Token(c.RefreshForm(app, "unknown-"+rand.Text())), "an unknown refresh token")
}

func clientErrorWithoutCredentials(c *Case) {
	_, form := c.unknownCode()
	c.expectErrorShape(c.Token(public(form)), "no secret")
	c.expectErrorShape(c.Token(With(public(form), "client_id")), "no client at all")
}

// introspectedUnknown is the answer on a token that nobody issued, with the app's
// credentials.
func (c *Case) introspectedUnknown() Response {
	answer := c.introspect(c.readyApp(User{}, nil), "unknown-"+rand.Text())
	if answer.Status != 200 {
		c.Skip("the app may not introspect: " + answer.String())
	}
	return answer
}

func clientIntrospection(c *Case) {
	c.introspectedUnknown()
	c.Expect(c.Introspect("unknown-"+rand.Text())).To(HaveStatus(400, 401, 403), "an anonymous caller")
}

func clientInactiveBare(c *Case) {
	c.Expect(c.introspectedUnknown().JSON()).To(gomega.Equal(map[string]any{"active": false}), "an unknown token")
}

func clientUnknownTokenRevoked(c *Case) {
	app, _ := c.clientAlone()
	c.Expect(c.Revoke(app, "unknown-"+rand.Text())).To(HaveStatus(200), "an unknown token")
}

func clientTokenRequired(c *Case) {
	app, _ := c.clientAlone()
	c.Expect(c.Post("/oauth2/revoke", c.credentials(app, url.Values{}), nil)).To(BeDenied(400, "invalid_request"), "no token")
}
