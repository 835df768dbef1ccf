package suites

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// clientAuthenticationChecks judge how the token endpoint knows its client.
func clientAuthenticationChecks() []Check {
	return []Check{
		{"rfc6749/2.3.1/secret-post", secretPost},
		{"rfc6749/2.3.1/secret-basic", secretBasic},
		{"rfc6749/5.2/wrong-secret", wrongSecret},
		{"rfc6749/5.2/empty-secret-refused", emptySecretRefused},
		{"rfc6749/5.2/empty-secret", emptySecret},
		{"rfc6749/5.2/unknown-client", unknownClient},
		{"rfc6749/2.3.1/secret-not-in-query", secretNotInQuery},
	}
}

func secretPost(c *Case) {
	user, app := c.User(), c.App()
	code := c.Code(user, app)
	c.Expect(c.Token(c.ExchangeForm(app, code))).To(BeTokens(), "client_id and client_secret in the form")
}

func secretBasic(c *Case) {
	user, app := c.User(), c.App()
	c.Control("the secret in the form", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := With(public(c.ExchangeForm(app, c.Code(user, app))), "client_id")
	c.Expect(c.Post("/oauth2/token", form, basicAuth(app.ID, app.Secret))).To(BeTokens(), "HTTP Basic")
}

// basicAuth is a header with an app's id and secret, form-encoded first (RFC 6749 §2.3.1).
func basicAuth(id, secret string) http.Header {
	request := http.Request{Header: http.Header{}}
	request.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return request.Header
}

func wrongSecret(c *Case) {
	user, app, other := c.User(), c.App(), c.App()
	c.Control("the right secret", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	wrong := []struct{ what, secret string }{
		{"one character changed", otherSecret(app.Secret)},
		{"the last character missing", app.Secret[:len(app.Secret)-1]},
		{"one character more", app.Secret + "x"},
		{"another client's", other.Secret},
	}
	for _, w := range wrong {
		c.Expect(c.Token(With(form, "client_secret", w.secret))).To(c.beInvalidClient(), "a secret with %s", w.what)
	}
}

// beInvalidClient matches the refusal of a client that does not authenticate. It is 401
// at a portal; the standard wants that for HTTP Basic only (RFC 6749 §5.2).
func (c *Case) beInvalidClient() types.GomegaMatcher {
	if c.Foreign() {
		return BeDenied(401, "invalid_client")
	}
	return BeTokenError(401, "invalid_client")
}

// blankSecrets are no secrets.
var blankSecrets = []struct {
	what   string
	values []string
}{{"absent", nil}, {"empty", []string{""}}, {"blank", []string{" "}}}

func emptySecretRefused(c *Case) {
	user, app := c.User(), c.App()
	c.Control("the right secret", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	for _, s := range blankSecrets {
		c.Expect(c.Token(With(form, "client_secret", s.values...))).To(BeRefused(), "an exchange with a secret that is %s", s.what)
	}
	g := c.GrantFor(user, app)
	if !c.givesRefresh(g.Answer) {
		return
	}
	for _, s := range blankSecrets {
		refresh := c.RefreshForm(app, g.Refresh)
		c.Expect(c.Token(With(refresh, "client_secret", s.values...))).To(BeRefused(), "a refresh with a secret that is %s", s.what)
	}
}

func emptySecret(c *Case) {
	user, app := c.User(), c.App()
	c.Control("the right secret", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	for _, s := range blankSecrets[1:] {
		c.Expect(c.Token(With(form, "client_secret", s.values...))).To(BeTokenError(401, "invalid_client"), "a secret that is %s", s.what)
	}
}

func unknownClient(c *Case) {
	user, app := c.User(), c.App()
	c.Control("a client that is known", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	wrong := c.Token(With(form, "client_secret", otherSecret(app.Secret)))
	for _, id := range []string{uuid.NewString(), "nobody"} {
		answer := c.Token(With(form, "client_id", id))
		c.Expect(answer).To(BeDenied(401, "invalid_client"), "client_id %s", id)
		if c.Foreign() {
			continue // no standard asks for what follows
		}
		c.Expect(appearance(answer)).To(gomega.Equal(appearance(wrong)), "client_id %s is answered like a wrong secret", id)
	}
}

// appearance is what an answer shows of its cause.
func appearance(r Response) map[string]string {
	return map[string]string{
		"status": fmt.Sprint(r.Status), "body": string(r.Body),
		"Content-Type": r.Header.Get("Content-Type"), "WWW-Authenticate": r.Header.Get("WWW-Authenticate"),
	}
}

func secretNotInQuery(c *Case) {
	user, app := c.User(), c.App()
	c.Control("the secret in the form", func() {
		c.Expect(c.Token(c.ExchangeForm(app, c.Code(user, app)))).To(BeTokens())
	})
	form := c.ExchangeForm(app, c.Code(user, app))
	query := "/oauth2/token?" + url.Values{"client_id": {app.ID}, "client_secret": {app.Secret}}.Encode()
	c.Expect(c.Post(query, With(public(form), "client_id"), nil)).To(BeRefused(), "id and secret in the URL")
	query = "/oauth2/token?" + url.Values{"client_secret": {app.Secret}}.Encode()
	c.Expect(c.Post(query, public(form), nil)).To(BeRefused(), "the secret in the URL")
	c.Expect(c.Post("/oauth2/token?"+form.Encode(), nil, nil)).To(BeRefused(), "everything in the URL")
}
