package backend

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"docspace-oauth/mockdocspace/internal/rules"
)

// tokenSkew is how far clocks may differ (§1.3 step 3).
const tokenSkew = 120 * time.Second

// tokenShape is what the framework takes for a JWT without decoding it: three
// base64url parts, the signature may be empty, or five of an encrypted one (§1.1).
var tokenShape = regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$|^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`)

// accessToken is a decoded JWT; nothing in it has been verified.
type accessToken struct {
	raw       string
	alg       string
	encrypted bool // five parts: there is no key to open it with
	issuer    string
	audience  []string
	subject   string // as sent
	clientID  string
	scopes    []string
	expires   *time.Time
	notBefore *time.Time
	idToken   bool // has azp, as id_tokens have and access tokens haven't (identity.md §4.4)
	claims    []member
}

// decodeToken reads header and claims; the error is for text that has the shape
// of a JWT and isn't one.
func decodeToken(raw string) (*accessToken, error) {
	parts := strings.Split(raw, ".")
	header, err := decodeObject(parts[0])
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	t := &accessToken{raw: raw, encrypted: len(parts) == 5}
	for _, m := range header {
		if m.name == "alg" {
			t.alg = textOf(m.value)
		}
	}
	if t.encrypted {
		return t, nil
	}
	if t.claims, err = decodeObject(parts[1]); err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	for _, m := range t.claims {
		switch {
		case m.name == "iss":
			t.issuer = textOf(m.value)
		case m.name == "aud":
			t.audience = textsOf(m.value)
		case m.name == "sub":
			t.subject = textOf(m.value)
		case m.name == "cid":
			t.clientID = textOf(m.value)
		case m.name == "exp":
			t.expires = timeOf(m.value)
		case m.name == "nbf":
			t.notBefore = timeOf(m.value)
		case m.name == "azp":
			t.idToken = true
		case strings.EqualFold(m.name, "scope"): // the claim's type in any letter case (§4.1)
			t.scopes = append(t.scopes, textsOf(m.value)...)
		}
	}
	return t, nil
}

func decodeObject(segment string) ([]member, error) {
	raw, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		return nil, err
	}
	if !json.Valid(raw) || strings.TrimLeft(string(raw), " \t\r\n")[0] != '{' {
		return nil, errors.New("not a JSON object")
	}
	return orderedMembers(raw)
}

// textOf is a string, or nothing for other values.
func textOf(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s) // what is no string counts as absent
	return s
}

// textsOf is one string or the strings of a list.
func textsOf(raw json.RawMessage) []string {
	if s := textOf(raw); s != "" {
		return []string{s}
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	var all []string
	for _, item := range items {
		if s := textOf(item); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// timeOf reads seconds since the epoch; what is not a plausible time counts as absent.
func timeOf(raw json.RawMessage) *time.Time {
	var seconds float64
	if json.Unmarshal(raw, &seconds) != nil || seconds < -1e11 || seconds > 1e11 {
		return nil
	}
	at := time.Unix(int64(seconds), 0)
	return &at
}

// user returns the subject as the portal writes ids, if it is a GUID.
func (t *accessToken) user() (string, bool) {
	id, err := uuid.Parse(t.subject)
	return id.String(), err == nil
}

func isGUID(s string) bool { return uuid.Validate(s) == nil }

// flaw is a reason for which a token is refused.
type flaw int

const (
	sound flaw = iota
	flawSignature
	flawUnsigned
	flawPortal // wrong iss or aud
	flawTime
)

// flaws checks a token as the portal does, without asking whether it is live
// (§1.3 step 3), and returns all that is wrong with it. issuerPath is what iss has
// behind the portal's root.
func (t *accessToken) flaws(keys jose.JSONWebKeySet, base, configured, issuerPath string, now time.Time) []flaw {
	if t.encrypted {
		return []flaw{flawSignature}
	}
	var found []flaw
	switch {
	case strings.EqualFold(t.alg, "none"):
		found = append(found, flawUnsigned)
	case !t.signedBy(keys):
		found = append(found, flawSignature)
	}
	audience := func(a string) bool { return samePortal(strings.TrimSuffix(a, "/"), base, configured) }
	issuer, isIssuer := strings.CutSuffix(t.issuer, issuerPath)
	if !isIssuer || !samePortal(issuer, base, configured) || !slices.ContainsFunc(t.audience, audience) {
		found = append(found, flawPortal)
	}
	if t.expires == nil || now.After(t.expires.Add(tokenSkew)) || (t.notBefore != nil && now.Before(t.notBefore.Add(-tokenSkew))) {
		found = append(found, flawTime)
	}
	return found
}

// signedBy tries every key, whatever the token's kid says (§1.4).
func (t *accessToken) signedBy(keys jose.JSONWebKeySet) bool {
	parsed, err := jose.ParseSignedCompact(t.raw, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		return false
	}
	return slices.ContainsFunc(keys.Keys, func(k jose.JSONWebKey) bool {
		_, err := parsed.Verify(k.Key)
		return err == nil
	})
}

// overlooks reports whether the rules let a token with this flaw in.
func overlooks(f flaw, rule *rules.API, t *accessToken) bool {
	switch f {
	case flawSignature:
		return rule.IgnoreSignature
	case flawUnsigned:
		return rule.AcceptAlgNone
	case flawPortal:
		// At a strict portal an id_token's audience is the client.
		return rule.IgnoreAudience || (rule.AcceptIDToken && t.idToken)
	case flawTime:
		return rule.IgnoreExpiry && t.expires != nil
	default:
		return true
	}
}

// samePortal compares a root with the request's base. The portal puts its
// configured domain in the place of a loopback host (§1.3 step 4); here all
// names of the loopback host are one, so that a token fetched through
// localhost works through 127.0.0.1.
func samePortal(root, base, configured string) bool {
	if root == base {
		return true
	}
	b, err := url.Parse(base)
	if err != nil || !isLoopback(b.Hostname()) {
		return false
	}
	if configured != "" && root == configured {
		return true
	}
	r, err := url.Parse(root)
	return err == nil && isLoopback(r.Hostname()) && r.Scheme == b.Scheme && r.Port() == b.Port() &&
		r.Path == "" && r.RawQuery == "" && r.Fragment == "" && r.User == nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}
