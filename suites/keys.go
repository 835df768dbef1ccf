package suites

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"

	"github.com/go-jose/go-jose/v4"
	"github.com/onsi/gomega"
)

// KeySet is the key set that the portal serves, read strictly. Anything but a
// readable one ends the check.
func (c *Case) KeySet() jose.JSONWebKeySet {
	answer := c.Get("/oauth2/jwks", nil)
	c.Expect(answer).To(HaveStatus(200))
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(answer.Body, &set); err != nil {
		c.Fail("the key set can't be read: %v", err)
	}
	return set
}

// Verify checks the signature of a JWT against the served key of its kid, ES256 or
// RS256, and returns why it does not hold.
func (c *Case) Verify(token string) error {
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		return err
	}
	_, err = parsed.Verify(c.KeySet())
	return err
}

func keysUsable(c *Case) {
	token := c.Grant(selfScope).Access
	set := c.KeySet()
	c.Expect(set.Keys).NotTo(gomega.BeEmpty(), "keys")
	seen := map[string]bool{}
	for _, key := range set.Keys {
		c.Expect(key.KeyID).NotTo(gomega.BeEmpty(), "kid")
		c.Expect(seen[key.KeyID]).To(gomega.BeFalse(), "kid %s stands twice", key.KeyID)
		seen[key.KeyID] = true
		switch public := key.Public().Key.(type) {
		case *ecdsa.PublicKey:
			c.Expect(public.Curve).To(gomega.Equal(elliptic.P256()), "curve of %s", key.KeyID)
		case *rsa.PublicKey:
			c.Expect(public.N.BitLen()).To(gomega.BeNumerically(">=", 2048), "bits of %s", key.KeyID)
		default:
			c.Fail("key %s is neither EC nor RSA", key.KeyID)
		}
	}
	kid, _ := tokenPart(token, 0)["kid"].(string)
	c.Expect(seen).To(gomega.HaveKey(kid), "the key that signed the access token")
	// Only a token of a known kid tells something about the key material: one that
	// was signed by a foreign key altogether is the subject of rfc7515/5.2.
	c.Expect(c.Verify(token)).To(gomega.Succeed(), "the access token verifies with the key of its kid")
}

func noPrivateKey(c *Case) {
	// Where the server says that they are (RFC 8414 §2): this rule holds for any server.
	var address string
	c.setup("jwks_uri", func() {
		named := c.Get(c.documents()[0], nil).Text("jwks_uri")
		if c.Foreign() && named == "" {
			c.Skip("the metadata names no jwks_uri, and need not")
		}
		address = c.here(named)
	})
	answer := c.Get(address, nil)
	keys, _ := answer.Member("keys").([]any)
	c.Control("there are keys", func() { c.Expect(keys).NotTo(gomega.BeEmpty(), "keys in %v", answer) })
	for _, k := range keys {
		key, _ := k.(map[string]any)
		for _, member := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
			c.Expect(key).NotTo(gomega.HaveKey(member), "a private member of key %v", key["kid"])
		}
	}
}

func keyRotation(c *Case) {
	before := c.Grant(selfScope)
	old, _ := tokenPart(before.Access, 0)["kid"].(string)
	c.Control("the token before the rotation", func() {
		c.Expect(c.Verify(before.Access)).To(gomega.Succeed())
		c.Expect(c.API(selfPath, before.Access)).To(BeEnvelope())
	})
	c.setup("rotate the keys", func() { c.need(c.Mock().RotateKeys(c.ctx)) })
	after := c.Grant(selfScope)
	fresh, _ := tokenPart(after.Access, 0)["kid"].(string)
	c.Expect(fresh).NotTo(gomega.Equal(old), "kid after the rotation")
	var served []string
	for _, key := range c.KeySet().Keys {
		served = append(served, key.KeyID)
	}
	c.Expect(served).To(gomega.ContainElements(old, fresh), "key ids in the set")
	c.Expect(c.Verify(before.Access)).To(gomega.Succeed(), "the old token still verifies")
	c.Expect(c.Verify(after.Access)).To(gomega.Succeed(), "the new token verifies")
	c.Expect(c.API(selfPath, before.Access)).To(BeEnvelope(), "the old token still opens the API")
}
