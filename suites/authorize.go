package suites

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// authorizeChecks judge the authorization endpoint and the consent step.
func authorizeChecks() []Check {
	return slices.Concat(
		[]Check{{"rfc6749/4.1.1/code-issued", codeIssued}},
		authorizeSignInChecks(),
		authorizeStateChecks(),
		authorizeRequestChecks(),
		authorizeRedirectChecks(),
		authorizeScopeChecks(),
		consentChecks(),
		authorizationCodeChecks(),
		authorizeAnswerChecks(),
	)
}

func codeIssued(c *Case) {
	user, app := c.User(), c.App()
	answer := c.AuthorizeAndConsent(user, app)
	c.Expect(answer).To(BeCodeAt(app.RedirectURI))
	c.Expect(answer.Query("code")).NotTo(gomega.BeEmpty(), "code in the query of the redirect URI")
}

// target is the address that an answer leads the browser to, as it stands there; ""
// when it leads nowhere. A page that asked not to be redirected finds it in
// X-Redirect-URI (docs/portal/identity.md §3.3).
func (r Response) target() string {
	if location := r.Header.Get("Location"); location != "" {
		return location
	}
	return r.Header.Get("X-Redirect-URI")
}

// handedOver are the parameters of the address that an answer leads to, those of a
// fragment as well. A second question mark, which a registered query gets at the
// portal (docs/portal/identity.md §3.3), separates like an ampersand.
func handedOver(r Response) url.Values {
	values := url.Values{}
	at := strings.IndexAny(r.target(), "?#")
	if at < 0 {
		return values
	}
	for pair := range strings.FieldsFuncSeq(r.target()[at:], func(c rune) bool { return strings.ContainsRune("?#&", c) }) {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		values.Add(name, value)
	}
	return values
}

// leadsTo reports whether an answer sends the browser to a redirect URI, whatever
// parameters it adds.
func leadsTo(r Response, redirectURI string) bool {
	rest, ok := strings.CutPrefix(r.target(), redirectURI)
	return ok && (rest == "" || strings.ContainsRune("?&#", rune(rest[0])))
}

// leadsToConsent reports whether an answer sends the browser to the consent page.
func leadsToConsent(r Response) bool {
	u := r.Location()
	return u != nil && strings.HasSuffix(u.Path, "/oauth2/consent")
}

// BeCodeAt matches an authorization response: the browser is sent to that redirect
// URI with a code (RFC 6749 §4.1.2).
func BeCodeAt(redirectURI string) types.GomegaMatcher {
	return &responseMatcher{
		wanted: "a code at " + redirectURI,
		misses: func(r Response) string {
			switch {
			case r.Status >= 400:
				return fmt.Sprintf("the status is %d", r.Status)
			case !leadsTo(r, redirectURI):
				return "it leads elsewhere"
			case handedOver(r).Get("code") == "":
				return "there is no code"
			}
			return ""
		},
	}
}

// BeConsentPage matches an answer that asks the user.
func BeConsentPage() types.GomegaMatcher {
	return &responseMatcher{
		wanted: "the consent page",
		misses: func(r Response) string {
			if ConsentState(r) == "" {
				return "it leads elsewhere"
			}
			return ""
		},
	}
}

// BeNoAuthorization matches a refusal of an authorization request, whatever its
// form: an error and neither code, nor token, nor a question to the user.
func BeNoAuthorization() types.GomegaMatcher {
	return &responseMatcher{
		wanted: "an error and no code",
		misses: func(r Response) string {
			given := handedOver(r)
			for _, name := range []string{"code", "access_token", "id_token"} {
				if given.Has(name) {
					return "there is " + name + " in it"
				}
			}
			switch {
			case r.Status >= 500:
				return fmt.Sprintf("the status is %d", r.Status)
			case leadsToConsent(r):
				return "the user is asked"
			case r.Status < 400 && given.Get("error") == "":
				return "there is no error"
			}
			return ""
		},
	}
}

// BeErrorAtApp matches an error response at a redirect URI (RFC 6749 §4.1.2.1).
// state is the one that must come back, "" for none. That no code stands beside the
// error is the subject of rfc6749/4.1.2.1/callback-error.
func BeErrorAtApp(redirectURI, code, state string) types.GomegaMatcher {
	return &responseMatcher{
		wanted: code + " at " + redirectURI,
		misses: func(r Response) string {
			given := handedOver(r)
			switch {
			case !leadsTo(r, redirectURI):
				return "it leads elsewhere"
			case given.Get("error") != code:
				return fmt.Sprintf("the error is %q", given.Get("error"))
			case given.Get("state") != state:
				return fmt.Sprintf("the state is %q", given.Get("state"))
			}
			return ""
		},
	}
}

// BeErrorAtLogin matches an error that the portal keeps to its own login page
// (docs/portal/identity.md §3.1, §6.1).
func BeErrorAtLogin(code string) types.GomegaMatcher {
	return &responseMatcher{
		wanted: code + " on the login page",
		misses: func(r Response) string {
			u := r.Location()
			switch {
			case u == nil || u.Path != "/login":
				return "it leads elsewhere"
			case u.Query().Get("error") != code:
				return fmt.Sprintf("the error is %q", u.Query().Get("error"))
			case handedOver(r).Has("code"):
				return "there is a code in it"
			}
			return ""
		},
	}
}

// askedScopes are the scopes that an answer wants the user to decide about.
func askedScopes(r Response) []string {
	if !leadsToConsent(r) {
		return nil
	}
	return strings.Fields(r.Query("scope"))
}

// consentTo takes u to the consent page and grants. The answer is that of the
// consent; a portal that does not ask blocks the check. Setup up to the form, then raw.
func (c *Case) consentTo(u User, app App, granted []string, changes ...Parameter) Response {
	return c.Consent(u, app, c.pendingConsent(u, app, changes...), granted...)
}

// pendingConsent is the state of a consent page that u was led to. Setup.
func (c *Case) pendingConsent(u User, app App, changes ...Parameter) string {
	var state string
	c.setup("the consent page", func() {
		answer := c.Authorize(u, app, changes...)
		c.Expect(answer).To(BeConsentPage())
		state = ConsentState(answer)
	})
	return state
}

// twoUsers are two people, or the check ends: a target with one user only can't
// tell them apart. Setup.
func (c *Case) twoUsers() (first, second User) {
	first, second = c.User(), c.User()
	if first.Email == second.Email && c.Target.Second != nil {
		second = c.Registrar()
	}
	if first.Email == second.Email {
		c.Skip("it needs two users, and the target has one")
	}
	return first, second
}

// expectScopes exchanges a code and fails the check unless the tokens have exactly
// these scopes.
func (c *Case) expectScopes(app App, answer Response, what string, scopes ...string) {
	c.Expect(answer).To(BeCodeAt(app.RedirectURI), what)
	tokens := c.Token(c.ExchangeForm(app, Code{Value: handedOver(answer).Get("code"), RedirectURI: app.RedirectURI}))
	c.Expect(tokens).To(BeTokens(), what)
	c.Expect(tokenScopes(tokens.Text("access_token"))).To(gomega.ConsistOf(scopes), "scopes of the access token: %s", what)
}
