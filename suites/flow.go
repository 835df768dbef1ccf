package suites

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"docspace-oauth/signature"
)

// Verifier is a PKCE code verifier of 43 characters for checks that need one they
// know (RFC 7636 §4.1).
const Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

// Challenge is the S256 challenge of a verifier (RFC 7636 §4.2).
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Parameter changes the parameters of an authorization request.
type Parameter func(url.Values)

// Param sets a parameter; no value removes it, several repeat it.
func Param(name string, values ...string) Parameter {
	return func(q url.Values) {
		if len(values) == 0 {
			q.Del(name)
		} else {
			q[name] = values
		}
	}
}

// Scope asks for these scopes.
func Scope(scopes ...string) Parameter { return Param("scope", strings.Join(scopes, " ")) }

// State sends that state instead of the default, "s-" and the app's id.
func State(state string) Parameter { return Param("state", state) }

// PKCE sends the S256 challenge of a verifier. Code remembers it.
func PKCE(verifier string) Parameter {
	return func(q url.Values) {
		q.Set("code_challenge", Challenge(verifier))
		q.Set("code_challenge_method", "S256")
	}
}

// AuthorizeParameters are those of a plain request of the app, changed: code, the
// app's first redirect URI, a state, all its scopes.
func (c *Case) AuthorizeParameters(app App, changes ...Parameter) url.Values {
	q := url.Values{
		"response_type": {"code"}, "client_id": {app.ID}, "redirect_uri": {app.RedirectURI},
		"state": {"s-" + app.ID}, "scope": {strings.Join(app.Scopes, " ")},
	}
	if c.Foreign() && c.Target.Foreign.S256 {
		PKCE(Verifier)(q) // it may demand one (RFC 9700 §2.1.1)
	}
	for _, change := range changes {
		change(q)
	}
	if c.Foreign() {
		c.suited(app, q)
	}
	return q
}

// Authorize sends an authorization request as u. At a server that is no portal u also
// signs in and agrees to everything. Raw.
func (c *Case) Authorize(u User, app App, changes ...Parameter) Response {
	query := encoded(c.AuthorizeParameters(app, changes...))
	if c.Foreign() {
		address, err := c.Target.Address("/oauth2/authorize?" + query)
		c.need(err)
		return c.visit(u, app, address)
	}
	return c.AuthorizeQuery(c.SignedIn(u), query)
}

// AuthorizeAnonymous is Authorize for a browser that nobody signed in with. Raw.
func (c *Case) AuthorizeAnonymous(app App, changes ...Parameter) Response {
	return c.AuthorizeQuery(http.Header{"User-Agent": {userAgent}}, encoded(c.AuthorizeParameters(app, changes...)))
}

// AuthorizeQuery sends the query as it is, for what url.Values can't say. Raw.
func (c *Case) AuthorizeQuery(header http.Header, query string) Response {
	return c.Get("/oauth2/authorize?"+query, header)
}

// encoded writes scope last (docs/portal/browser-flow.md §1.2) and spaces as %20.
func encoded(q url.Values) string {
	rest := With(q, "scope")
	text := rest.Encode()
	for _, s := range q["scope"] {
		text += "&" + url.Values{"scope": {s}}.Encode()
	}
	return strings.ReplaceAll(strings.TrimPrefix(text, "&"), "+", "%20")
}

// ConsentState is the state of the consent page that an authorize answer leads to,
// "" when it does not lead there.
func ConsentState(r Response) string {
	if u := r.Location(); u == nil || !strings.HasSuffix(u.Path, "/oauth2/consent") {
		return ""
	}
	if cookie := r.Cookie("client_state"); cookie != nil {
		return cookie.Value
	}
	return r.Query("state")
}

// Consent posts the consent form as u; no scopes at all deny. The answer's
// Location is where the browser goes. Raw.
func (c *Case) Consent(u User, app App, state string, scopes ...string) Response {
	form := url.Values{"client_id": {app.ID}, "state": {state}}
	if len(scopes) > 0 {
		form["scope"] = scopes
	}
	return c.Post("/oauth2/authorize", form, c.SignedIn(u))
}

// AuthorizeAndConsent is Authorize, and Consent to all that was asked for when the
// portal asks. The answer is the last one. Raw.
func (c *Case) AuthorizeAndConsent(u User, app App, changes ...Parameter) Response {
	answer := c.Authorize(u, app, changes...)
	state := ConsentState(answer)
	if state == "" {
		return answer
	}
	return c.Consent(u, app, state, strings.Fields(answer.Query("scope"))...)
}

// Code is an authorization code and what its exchange must repeat.
type Code struct {
	Value       string
	RedirectURI string // as sent to authorize, "" when it was left out
	Verifier    string // of PKCE, "" without
}

// Code takes u through authorize and consent (to all that is asked for). Setup.
func (c *Case) Code(u User, app App, changes ...Parameter) Code {
	var code Code
	c.setup("a code", func() {
		q := c.AuthorizeParameters(app, changes...)
		answer := c.AuthorizeAndConsent(u, app, changes...)
		code = Code{Value: answer.Query("code"), RedirectURI: q.Get("redirect_uri")}
		if q.Get("code_challenge") == Challenge(Verifier) {
			code.Verifier = Verifier
		}
		if code.Value == "" {
			c.Fail("no code came: %v", answer)
		}
		c.redactor.Learn("code", code.Value)
	})
	return code
}

// ExchangeForm is the right token request for a code: with the app's secret, and
// the verifier if the code was asked for with PKCE(Verifier).
func (c *Case) ExchangeForm(app App, code Code) url.Values {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code.Value},
		"client_id": {app.ID}, "client_secret": {app.Secret},
	}
	if code.RedirectURI != "" {
		form.Set("redirect_uri", code.RedirectURI)
	}
	if code.Verifier != "" {
		form.Set("code_verifier", code.Verifier)
	}
	return form
}

// RefreshForm is the right refresh request for a token, narrowed to scopes if any.
func (c *Case) RefreshForm(app App, refreshToken string, scopes ...string) url.Values {
	c.needRefresh(refreshToken)
	form := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {refreshToken},
		"client_id": {app.ID}, "client_secret": {app.Secret},
	}
	if len(scopes) > 0 {
		form.Set("scope", strings.Join(scopes, " "))
	}
	return form
}

// Token posts to the token endpoint. Raw.
func (c *Case) Token(form url.Values) Response { return c.Post("/oauth2/token", form, nil) }

// Grant is what a user gave to an app, with the tokens of it.
type Grant struct {
	User    User
	App     App
	Access  string
	Refresh string
	ID      string // id_token, "" without openid
	Scopes  []string
	Answer  Response // the token response
}

// Grant takes a fresh user and a fresh app to tokens for these scopes (all, when
// none are named). Setup.
func (c *Case) Grant(scopes ...string) Grant {
	user, app := c.User(), c.App()
	if len(scopes) > 0 {
		return c.GrantFor(user, app, Scope(scopes...))
	}
	return c.GrantFor(user, app)
}

// GrantFor takes u and app to tokens. Setup.
func (c *Case) GrantFor(u User, app App, changes ...Parameter) Grant {
	var grant Grant
	c.setup("tokens", func() {
		answer := c.Token(c.ExchangeForm(app, c.Code(u, app, changes...)))
		c.Expect(answer).To(BeTokens())
		grant = Grant{
			User: u, App: app, Access: answer.Text("access_token"), Refresh: answer.Text("refresh_token"),
			ID: answer.Text("id_token"), Scopes: strings.Fields(answer.Text("scope")), Answer: answer,
		}
		slices.Sort(grant.Scopes)
	})
	return grant
}

// Introspect asks what a token is (RFC 7662). Raw.
func (c *Case) Introspect(token string) Response {
	return c.Post("/oauth2/introspect", url.Values{"token": {token}}, nil)
}

// Active reports whether introspection calls a token active. Anything but a
// readable answer ends the check.
func (c *Case) Active(token string) bool {
	answer := c.Introspect(token)
	active, ok := answer.Member("active").(bool)
	if answer.Status != http.StatusOK || !ok {
		c.Fail("introspection did not say whether the token is active: %v", answer)
	}
	return active
}

// Revoke revokes a token with the app's credentials (RFC 7009). Raw.
func (c *Case) Revoke(app App, token string) Response {
	c.needRefresh(token)
	return c.Post("/oauth2/revoke", url.Values{
		"token": {token}, "client_id": {app.ID}, "client_secret": {app.Secret},
	}, nil)
}

// PersonalAccessToken requests one in the name of u. Raw.
func (c *Case) PersonalAccessToken(u User, app App, scopes ...string) Response {
	return c.Post("/oauth2/token", url.Values{
		"grant_type": {"personal_access_token"}, "client_id": {app.ID}, "client_secret": {app.Secret},
		"scope": {strings.Join(scopes, " ")},
	}, http.Header{signature.Name: {c.Signature(u)}, "User-Agent": {userAgent}})
}

// UserInfo asks the userinfo endpoint. Raw.
func (c *Case) UserInfo(token string) Response {
	return c.Get("/oauth2/userinfo", Bearer(token))
}

// API sends GET to a path below /api/2.0/ ("people/@self") with a bearer token; ""
// sends none. Raw.
func (c *Case) API(path, token string) Response {
	return c.Get("/api/2.0/"+path, Bearer(token))
}

// APICall sends any method with a JSON document (nil: no body) to a path below
// /api/2.0/. Raw.
func (c *Case) APICall(method, path, token string, document any) Response {
	if document == nil {
		return c.Do(c.Request(method, "/api/2.0/"+path, Bearer(token), nil))
	}
	return c.PostJSON(method, "/api/2.0/"+path, document, Bearer(token))
}

// Bearer is the header that carries a token; none for "".
func Bearer(token string) http.Header {
	if token == "" {
		return nil
	}
	return http.Header{"Authorization": {"Bearer " + token}}
}
