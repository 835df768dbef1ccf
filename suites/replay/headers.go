package replay

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"
)

// comparedHeaders are compared by value; all others but Access-Control-* and
// Set-Cookie are ignored (testdata/golden/README.md, "What is compared, and how").
var comparedHeaders = []string{
	"content-type", "cache-control", "pragma", "expires", "location", "x-redirect-uri",
	"www-authenticate", "vary", "allow", "accept", "accept-patch", "retry-after",
	"content-language", "content-disposition", "x-ratelimit-remaining", "x-ratelimit-reset",
	"x-frame-options", "x-content-type-options", "x-xss-protection", "referrer-policy",
	"strict-transport-security", "content-security-policy", "permissions-policy",
}

func compared(name string) bool {
	return slices.Contains(comparedHeaders, name) || strings.HasPrefix(name, "access-control-")
}

// headers compares the recorded headers with those received.
func (c *comparison) headers(want answerHeaders, got http.Header) {
	names := map[string]bool{}
	for name := range want.plain {
		names[name] = true
	}
	for name := range got {
		names[strings.ToLower(name)] = true
	}
	for _, name := range sortedKeys(names) {
		if !compared(name) {
			continue
		}
		recorded, wanted := want.plain[name]
		lines := got.Values(name)
		where := "header " + name
		received := strings.Join(decodeLatin1(lines), ", ")
		switch {
		case !wanted:
			c.mismatch(where, "", quoteJSON(received), "unexpected header")
		case lines == nil:
			c.mismatch(where, quoteJSON(recorded), "", "missing header")
		default:
			c.header(where, name, recorded, received)
		}
	}
	c.cookies(want.cookies, got.Values("Set-Cookie"))
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func (c *comparison) header(where, name, want, got string) {
	switch name {
	case "vary":
		c.text(where, listAsSet(strings.ToLower(want)), listAsSet(strings.ToLower(got)))
	case "allow":
		c.text(where, listAsSet(want), listAsSet(got))
	case "location", "x-redirect-uri":
		c.text(where, scopeAsSet(want), scopeAsSet(got))
	case "x-ratelimit-remaining":
		c.text(where, "<<int>>", got)
	default:
		c.text(where, want, got)
	}
}

// decodeLatin1 turns header bytes into text as HTTP/1.1 defines it: the portal
// writes non-ASCII as ISO-8859-1 (docs/portal/identity.md §3.1).
func decodeLatin1(lines []string) []string {
	decoded := make([]string, len(lines))
	for i, line := range lines {
		decoded[i] = latin1(line)
	}
	return decoded
}

func listAsSet(text string) string {
	items := strings.Split(text, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	sort.Strings(items)
	return strings.Join(items, ", ")
}

// scopeAsSet sorts the words of the scope parameter of a redirect to the
// consent endpoint; other addresses stay as they are.
func scopeAsSet(address string) string {
	path, query, found := strings.Cut(address, "?")
	if !found || !strings.HasSuffix(path, "/oauth2/consent") {
		return address
	}
	parameters := strings.Split(query, "&")
	for i, parameter := range parameters {
		if words, isScope := strings.CutPrefix(parameter, "scope="); isScope {
			parameters[i] = "scope=" + sortedWords(words, "%20")
		}
	}
	return path + "?" + strings.Join(parameters, "&")
}

// cookieLine is one Set-Cookie header, its texts untouched.
type cookieLine struct {
	name, value string
	attributes  []string
}

func parseCookieLine(line string) cookieLine {
	parts := strings.Split(line, ";")
	name, value, _ := strings.Cut(parts[0], "=")
	cookie := cookieLine{name: strings.TrimSpace(name), value: strings.TrimSpace(value)}
	for _, attribute := range parts[1:] {
		cookie.attributes = append(cookie.attributes, strings.TrimSpace(attribute))
	}
	return cookie
}

// cookies compares names, values and attributes; order is free.
func (c *comparison) cookies(want map[string]cookieSpec, lines []string) {
	got := map[string]cookieLine{}
	for _, line := range decodeLatin1(lines) {
		cookie := parseCookieLine(line)
		if _, again := got[cookie.name]; again {
			c.add(Difference{Where: "cookie " + cookie.name, Note: "set more than once"})
		}
		got[cookie.name] = cookie
	}
	for _, name := range sortedKeys(want) {
		recorded := want[name]
		cookie, present := got[name]
		if !present {
			c.mismatch("cookie "+name, quoteJSON(recorded.Value), "", "missing cookie")
			continue
		}
		c.text("cookie "+name, recorded.Value, cookie.value)
		c.attributes(name, recorded.Attributes, cookie.attributes)
	}
	for _, name := range sortedKeys(got) {
		if _, wanted := want[name]; !wanted {
			c.mismatch("cookie "+name, "", quoteJSON(got[name].value), "unexpected cookie")
		}
	}
}

func (c *comparison) attributes(cookie string, want, got []string) {
	left := map[string]string{}
	for _, attribute := range got {
		key, _, _ := strings.Cut(attribute, "=")
		if _, again := left[key]; again {
			c.add(Difference{Where: fmt.Sprintf("cookie %s %s", cookie, key), Note: "attribute occurs more than once"})
		}
		left[key] = attribute
	}
	for _, attribute := range want {
		key, _, _ := strings.Cut(attribute, "=")
		where := fmt.Sprintf("cookie %s %s", cookie, key)
		received, present := left[key]
		if !present {
			c.mismatch(where, quoteJSON(attribute), "", "missing attribute")
			continue
		}
		delete(left, key)
		c.text(where, attribute, received)
	}
	for _, key := range sortedKeys(left) {
		c.mismatch(fmt.Sprintf("cookie %s %s", cookie, key), "", quoteJSON(left[key]), "unexpected attribute")
	}
}
