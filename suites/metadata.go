package suites

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/onsi/gomega"
)

const (
	serverMetadata = "/.well-known/oauth-authorization-server"
	openIDMetadata = "/.well-known/openid-configuration"
)

func metadataChecks() []Check {
	return []Check{
		{"rfc8414/3.2/metadata-served", metadataServed},
		{"rfc8414/3.3/issuer-matches-url", issuerMatchesURL},
		{"rfc8414/2/endpoints-answer", endpointsAnswer},
		{"rfc8414/2/auth-methods-truthful", authMethodsTruthful},
		{"rfc8414/2/pkce-methods-truthful", pkceMethodsTruthful},
		{"rfc8414/2/scopes-truthful", scopesTruthful},
		{"oidc-discovery/3/required-members", openIDMembers},
		{"oidc-discovery/3/signing-alg-truthful", signingAlgTruthful},
		{"rfc7519/4.1.1/iss-is-issuer", issIsIssuer},
		{"rfc7517/4/jwks-usable", keysUsable},
		{"rfc7517/9.2/no-private-key", noPrivateKey},
		{"docspace/keys/rotation", keyRotation},
		{"docspace/metadata/prefixed-alias", prefixedAlias},
	}
}

// documents are the paths of the metadata documents. A portal has both; another
// server may serve either.
func (c *Case) documents() []string {
	if c.Foreign() {
		if len(c.Target.Foreign.Documents) == 0 {
			c.Skip("the server serves no metadata, and need not")
		}
		return c.Target.Foreign.Documents
	}
	return []string{serverMetadata, openIDMetadata}
}

func metadataServed(c *Case) {
	for _, path := range c.documents() {
		answer := c.Get(path, nil)
		c.Expect(answer).To(HaveStatus(200))
		c.Expect(answer.MediaType()).To(gomega.Equal("application/json"), "content type of %s", path)
		members := answer.JSON()
		c.Expect(members).NotTo(gomega.BeNil(), "%s is a JSON object", path)
		required := []string{"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}
		if c.Foreign() && path == serverMetadata { // optional there (RFC 8414 §2)
			required = required[:3]
		}
		for _, name := range required {
			c.Expect(absolute(answer.Text(name))).To(gomega.BeTrue(), "%s of %s is an absolute URL: %q", name, path, answer.Text(name))
		}
		c.Expect(texts(members["response_types_supported"])).To(gomega.ContainElement("code"), "response_types_supported of %s", path)
	}
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// texts is a JSON array of strings, nil for anything else.
func texts(value any) []string {
	list, _ := value.([]any)
	var all []string
	for _, v := range list {
		if text, ok := v.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

func issuerMatchesURL(c *Case) {
	for _, path := range c.documents() {
		issuer := c.Get(path, nil).Text("issuer")
		c.Expect(sameAddress(issuer, c.Target.URL)).To(gomega.BeTrue(), "issuer %q of %s", issuer, c.Target.URL+path)
	}
}

// sameAddress compares without the scheme: behind a TLS proxy the portal writes
// http, which is the proxy's doing (docs/portal/identity.md §1.2).
func sameAddress(a, b string) bool {
	_, restA, okA := strings.Cut(a, "://")
	_, restB, okB := strings.Cut(b, "://")
	return okA && okB && restA == restB
}

// reached is what tells one kind of answer from another, without what differs from
// request to request.
type reached struct {
	status   int
	media    string
	location string // path and error code
	empty    bool
}

func (c *Case) reach(method, address string) reached {
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	answer := c.Do(c.Request(method, c.here(address), header, nil))
	r := reached{status: answer.Status, media: answer.MediaType(), empty: len(answer.Body) == 0}
	if u := answer.Location(); u != nil {
		r.location = u.Path + "?" + u.Query().Get("error")
	}
	return r
}

// here moves an address of the metadata to the scheme and host of the target, so
// that a scheme that the portal can't know (see sameAddress) does not matter. Another
// server may keep its endpoints wherever it says (RFC 8414 §2).
func (c *Case) here(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		c.Fail("%q is not an address: %v", address, err)
	}
	if c.Foreign() && absolute(address) {
		return address
	}
	return c.Target.URL + u.RequestURI()
}

type endpoint struct{ name, method string }

// endpoints are those that metadata may announce, with the method of each, the
// known dead one last.
var endpoints = []endpoint{
	{"authorization_endpoint", "GET"},
	{"token_endpoint", "POST"},
	{"jwks_uri", "GET"},
	{"userinfo_endpoint", "GET"},
	{"revocation_endpoint", "POST"},
	{"introspection_endpoint", "POST"},
	{"end_session_endpoint", "GET"},
}

func endpointsAnswer(c *Case) {
	var documents []map[string]any
	for _, path := range c.documents() {
		documents = append(documents, c.Get(path, nil).JSON())
	}
	c.Control("metadata announces endpoints", func() {
		c.Expect(slices.ContainsFunc(endpoints, func(e endpoint) bool { return documents[0][e.name] != nil })).
			To(gomega.BeTrue(), "some endpoint in %s", c.documents()[0])
	})
	for _, e := range endpoints {
		for _, members := range documents {
			address, announced := members[e.name].(string)
			if !announced {
				continue
			}
			// Beside it, not below: the portal answers for every path that begins with
			// /oauth2/authorize (docs/portal/identity.md §3.1).
			beside := address[:strings.LastIndex(address, "/")+1] + "no-such-path"
			known, unknown := c.reach(e.method, address), c.reach(e.method, beside)
			// Elsewhere a gateway may answer alike for what is there and what is not.
			alike := known == unknown && !c.Foreign()
			if known.status == 404 || known.status >= 500 || alike {
				c.Fail("%s (%s) answers as a path that does not exist", e.name, address)
			}
		}
	}
}

func authMethodsTruthful(c *Case) {
	listed := texts(c.Get(serverMetadata, nil).Member("token_endpoint_auth_methods_supported"))
	c.Expect(listed).NotTo(gomega.BeEmpty(), "token_endpoint_auth_methods_supported")
	user, app := c.User(), c.App(AllowPKCE())
	exchange := func() (form url.Values, bare url.Values) {
		form = c.ExchangeForm(app, c.Code(user, app, PKCE(Verifier)))
		return form, With(form, "client_secret")
	}
	works := map[string]bool{}
	post, _ := exchange()
	works["client_secret_post"] = c.Token(post).Status == 200
	_, public := exchange()
	works["none"] = c.Token(public).Status == 200
	_, basic := exchange()
	works["client_secret_basic"] = c.Post("/oauth2/token", basic, basicAuth(app.ID, app.Secret)).Status == 200
	for _, method := range []string{"client_secret_post", "client_secret_basic", "none"} {
		c.Expect(slices.Contains(listed, method)).To(gomega.Equal(works[method]),
			"%s: listed %v, works %v", method, slices.Contains(listed, method), works[method])
	}
}

func pkceMethodsTruthful(c *Case) {
	user, app := c.User(), c.App()
	for _, path := range []string{serverMetadata, openIDMetadata} {
		listed := texts(c.Get(path, nil).Member("code_challenge_methods_supported"))
		c.Expect(listed).To(gomega.ConsistOf("S256"), "code_challenge_methods_supported of %s", path)
	}
	code := c.AuthorizeAndConsent(user, app, PKCE(Verifier)).Query("code")
	c.Expect(code).NotTo(gomega.BeEmpty(), "S256 is listed and works")
	plain := c.AuthorizeAndConsent(user, app, Param("code_challenge", Verifier), Param("code_challenge_method", "plain"))
	c.Expect(plain.Query("code")).To(gomega.BeEmpty(), "plain is not listed and is refused")
}

func scopesTruthful(c *Case) {
	var registered []string
	c.setup("the scopes API", func() {
		owner, err := c.Target.Registrar(c.ctx)
		c.need(err)
		answer := c.Get("/api/2.0/scopes", c.SignedIn(owner))
		c.Expect(answer).To(HaveStatus(200))
		registered = scopeNames(answer)
		c.Expect(registered).NotTo(gomega.BeEmpty())
	})
	listed := texts(c.Get(openIDMetadata, nil).Member("scopes_supported"))
	c.Expect(listed).To(gomega.ConsistOf(registered), "scopes of the OpenID document")
	listed = texts(c.Get(serverMetadata, nil).Member("scopes_supported"))
	if !slices.Contains(listed, "openid") { // it need stand in the OpenID document only
		listed = append(listed, "openid")
	}
	c.Expect(listed).To(gomega.ConsistOf(registered), "scopes of the OAuth document")
}

func openIDMembers(c *Case) {
	answer := c.Get(openIDMetadata, nil)
	c.Expect(answer).To(HaveStatus(200))
	c.Expect(texts(answer.Member("subject_types_supported"))).NotTo(gomega.BeEmpty(), "subject_types_supported")
	c.Expect(texts(answer.Member("id_token_signing_alg_values_supported"))).NotTo(gomega.BeEmpty(), "id_token_signing_alg_values_supported")
	required := []string{"jwks_uri", "userinfo_endpoint"}
	if c.Foreign() { // the other is recommended (OpenID Connect Discovery §3)
		required = required[:1]
	}
	for _, name := range required {
		c.Expect(absolute(answer.Text(name))).To(gomega.BeTrue(), "%s is an absolute URL: %q", name, answer.Text(name))
	}
}

func signingAlgTruthful(c *Case) {
	grant := c.Grant("openid", "accounts.self:read")
	header := tokenPart(grant.ID, 0)
	if header == nil {
		c.Blocked("the id_token is not readable")
	}
	listed := texts(c.Get(openIDMetadata, nil).Member("id_token_signing_alg_values_supported"))
	c.Expect(listed).To(gomega.ContainElement(header["alg"]), "id_token_signing_alg_values_supported")
}

func issIsIssuer(c *Case) {
	claims := tokenPart(c.Grant("accounts.self:read").Access, 1)
	if claims == nil {
		c.Blocked("the access token is not readable")
	}
	issuer := c.Get(serverMetadata, nil).Text("issuer")
	c.Expect(claims["iss"]).To(gomega.Equal(issuer), "iss of the access token")
}

func prefixedAlias(c *Case) {
	for _, path := range []string{serverMetadata, openIDMetadata} {
		plain, prefixed := c.Get(path, nil), c.Get("/oauth2"+path, nil)
		if prefixed.Status != 200 && c.Target.ControlURL == "" {
			c.Skip("there is no router in front of the services: " + prefixed.String())
		}
		c.Control("the document without the prefix", func() {
			c.Expect(plain.JSON()).NotTo(gomega.BeNil(), "%s is a JSON object", path)
		})
		c.Expect(prefixed).To(HaveStatus(200))
		c.Expect(prefixed.JSON()).To(gomega.Equal(plain.JSON()), "/oauth2%s", path)
	}
}
