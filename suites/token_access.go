package suites

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

// accessTokenChecks judge the tokens themselves.
func accessTokenChecks() []Check {
	return []Check{
		{"docspace/token/access-token-claims", accessTokenClaims},
		{"rfc7515/5.2/signature-verifies", accessTokenSignature},
		{"rfc6750/5.3/lifetime", bearerLifetime},
		{"rfc6749/10.10/token-entropy", tokenEntropy},
	}
}

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func accessTokenClaims(c *Case) {
	g := c.Grant(probeScope, "files:read")
	header, claims := tokenPart(g.Access, 0), tokenPart(g.Access, 1)
	c.Expect(claims).NotTo(gomega.BeNil(), "the access token is a JWT")
	c.Expect(header).To(gomega.And(gomega.HaveKey("alg"), gomega.HaveKey("kid")), "header")

	delete(claims, "region") // only at the cloud (docs/portal/identity.md §4.3)
	names := []string{"iss", "aud", "sub", "scope", "cid", "tid", "jti", "iat", "nbf", "exp"}
	for _, name := range names {
		c.Expect(claims).To(gomega.HaveKey(name), "claims")
	}
	c.Expect(claims).To(gomega.HaveLen(len(names)), "no other claims")

	audience, isText := claims["aud"].(string)
	c.Expect(isText).To(gomega.BeTrue(), "aud is one string: %v", claims["aud"])
	c.Expect(sameAddress(audience, g.User.Portal)).To(gomega.BeTrue(), "aud %q is the portal %q", audience, g.User.Portal)
	c.Expect(claims["iss"]).To(gomega.Equal(audience+"/oauth2"), "iss")
	if g.User.ID != "" {
		c.Expect(claims["sub"]).To(gomega.Equal(g.User.ID), "sub is the user")
	}
	c.Expect(claims["sub"]).To(gomega.MatchRegexp(uuidForm.String()), "sub")
	c.Expect(claims["jti"]).To(gomega.MatchRegexp(uuidForm.String()), "jti")
	c.Expect(claims["cid"]).To(gomega.Equal(g.App.ID), "cid is the app")
	c.Expect(g.Access).To(HaveScopes(probeScope, "files:read"), "scope is an array")
	for _, name := range []string{"tid", "iat", "nbf", "exp"} {
		_, isNumber := claims[name].(float64)
		c.Expect(isNumber).To(gomega.BeTrue(), "%s is a number: %v", name, claims[name])
	}
	c.Expect(claims["nbf"]).To(gomega.Equal(claims["iat"]), "nbf equals iat")
}

// verified says why a token's signature is not one of the served keys, "" when it is.
func (c *Case) verified(token string) string {
	algorithms := []jose.SignatureAlgorithm{jose.ES256, jose.RS256}
	if c.Foreign() {
		algorithms = append(algorithms, jose.ES384, jose.ES512, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.EdDSA)
	}
	parsed, err := jose.ParseSignedCompact(token, algorithms)
	if err != nil && c.Foreign() {
		c.Skip(fmt.Sprintf("its algorithm, %v, is none that a served key could verify here", tokenPart(token, 0)["alg"]))
	}
	if err != nil {
		return err.Error()
	}
	keys := &jose.JSONWebKeySet{}
	if c.Foreign() {
		*keys = c.KeySet()
	} else if keys, err = c.Flows().Keys(c.ctx); err != nil {
		return err.Error()
	}
	id := parsed.Signatures[0].Header.KeyID
	matching := keys.Key(id)
	if len(matching) == 0 {
		return fmt.Sprintf("no served key has the kid %q", id)
	}
	for _, key := range matching {
		if public := key.Public(); public.Valid() { // served private parts are another check's subject
			key = public
		}
		if _, err = parsed.Verify(key); err == nil {
			return ""
		}
	}
	return err.Error()
}

func accessTokenSignature(c *Case) {
	g := c.Grant(probeScope)
	c.Expect(c.verified(g.Access)).To(gomega.BeEmpty(), "the access token's signature")
	refreshed := c.refreshed(g)
	c.Expect(c.verified(refreshed.Access)).To(gomega.BeEmpty(), "the signature of a refreshed access token")
}

func bearerLifetime(c *Case) {
	g := c.Grant(probeScope)
	claims := tokenPart(g.Access, 1)
	issued, hasIssued := claims["iat"].(float64)
	expires, hasExpires := claims["exp"].(float64)
	c.Expect(hasIssued && hasExpires).To(gomega.BeTrue(), "the access token says when it was issued and expires")
	c.Expect(expires-issued).To(gomega.BeNumerically("<=", 3600), "seconds from iat to exp")
	if told, ok := g.Answer.Member("expires_in").(float64); ok { // its type is another check's subject
		c.Expect(told).To(gomega.BeNumerically("~", expires-issued, 2), "expires_in against exp - iat")
	}
}

// entropySamples are exchanges at a mock; a portal's limits and manners allow fewer.
const (
	entropySamples      = 200
	entropySamplesAtURL = 5
	entropyBits         = 128 // RFC 6749 §10.10
)

func tokenEntropy(c *Case) {
	user, app := c.User(), c.App(Scopes(probeScope))
	samples := entropySamples
	if c.Target.ControlURL == "" {
		samples = entropySamplesAtURL
		c.Warn("%d tokens instead of %d were compared, to spare the portal", samples, entropySamples)
	}
	tokens, ids := map[string]bool{}, map[string]bool{}
	for range samples {
		g := c.GrantFor(user, app)
		id, _ := tokenPart(g.Access, 1)["jti"].(string)
		c.Expect(id).NotTo(gomega.BeEmpty(), "jti of an access token")
		c.Expect(ids[id]).To(gomega.BeFalse(), "jti %q was issued twice", id)
		c.Expect(g.Refresh).NotTo(gomega.BeEmpty(), "a refresh token")
		c.Expect(tokens[g.Refresh]).To(gomega.BeFalse(), "a refresh token was issued twice")
		c.Expect(capacity(g.Refresh)).To(gomega.BeNumerically(">=", entropyBits), "bits that a refresh token of %d characters can hold", len(g.Refresh))
		ids[id], tokens[g.Refresh] = true, true
	}
}

// capacity is how many random bits a text of its length and alphabet (hexadecimal or
// base64) can hold.
func capacity(token string) int {
	if strings.Trim(token, "0123456789abcdefABCDEF-") == "" {
		return 4 * len(token)
	}
	return 6 * len(token)
}
