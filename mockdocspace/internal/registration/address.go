package registration

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// pathCharacters are what may follow the slash after the host.
const pathCharacters = `(/[a-zA-Z0-9\-._~:/?#\[\]@!$&'()*+,;=]*)?$`

var (
	// urlPattern is U of §7.3: a dotted name, with or without a scheme, or an IPv4 address.
	urlPattern = compiled(`^(https?://)?([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(:\d+)?` + pathCharacters +
		`|^https?://(\d{1,3}\.){3}\d{1,3}(:\d+)?` + pathCharacters)

	// fullURLPattern is what the second validation wants (§7.3).
	fullURLPattern = compiled(
		`^https?://(www\.)?[-a-zA-Z0-9@:%._+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b([-a-zA-Z0-9()@:%_+.~#?&/=]*)$`)
)

// compiled is the pattern once it is needed: compiling these two takes half a
// millisecond of the portal's start.
func compiled(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

func looksLikeURL(text string) bool { return urlPattern().MatchString(text) }

func isFullURL(text string) bool { return fullURLPattern().MatchString(text) }

// isAddress is the rule for redirect URIs and origins (§7.3): it parses, and its
// scheme is one of three. That a scheme alone does not parse, and which characters
// may not stand in a URI, is RFC 2396 §2, by which the portal's library reads.
func isAddress(text string) bool {
	if strings.ContainsFunc(text, neverInURI) {
		return false
	}
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "http", "https", "claude":
		return u.Host != "" || u.Opaque != "" || u.Path != ""
	default:
		return false
	}
}

// neverInURI are spaces, controls and what RFC 2396 §2.4.3 excludes.
func neverInURI(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune("\"<>\\^`{|}", r)
}
