package identity

import (
	"net/netip"
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// spoiledByFragment reports an app the framework refuses to load because one of
// its redirect URIs has a fragment (identity.md §7.3).
func spoiledByFragment(app store.App) bool {
	return slices.ContainsFunc(app.RedirectURIs, func(uri string) bool { return strings.Contains(uri, "#") })
}

// resolveRedirectURI is where answers to the request go; false when the portal
// refuses to redirect (identity.md §3.1, redirect_uri).
func (a *authorization) resolveRedirectURI() (string, bool) {
	if blank(a.redirectSent) {
		a.redirectSent = ""
		if (len(a.app.RedirectURIs) != 1 && !a.rules.Authorize.GuessRedirectURI) || slices.Contains(a.scopes, scopeOpenID) {
			return "", false
		}
		return a.app.RedirectURIs[0], true
	}
	return a.redirectSent, matchesRedirectURI(a.app.RedirectURIs, a.redirectSent, a.rules.Authorize.RedirectMatch)
}

// matchesRedirectURI compares as rule says; no rule accepts a line break, which
// could not stand in a header.
func matchesRedirectURI(registered []string, requested string, rule rules.RedirectMatch) bool {
	if hasLineBreak(requested) {
		return false
	}
	switch rule {
	case rules.RedirectAny:
		return true
	case rules.RedirectPrefix:
		if slices.ContainsFunc(registered, func(uri string) bool { return strings.HasPrefix(requested, uri) }) {
			return true
		}
	case rules.RedirectIgnoresQuery:
		path, _, _ := strings.Cut(requested, "?")
		if slices.ContainsFunc(registered, func(uri string) bool {
			registeredPath, _, _ := strings.Cut(uri, "?")
			return registeredPath == path
		}) {
			return true
		}
	}
	if strings.Contains(requested, "#") {
		return false
	}
	if slices.Contains(registered, requested) {
		return true
	}
	before, host, after, ok := splitPort(requested)
	freePort := isLoopback(host) || (rule == rules.RedirectLocalhostPort && host == "localhost")
	if !ok || !freePort || rule == rules.RedirectPortExact {
		return false
	}
	return slices.ContainsFunc(registered, func(uri string) bool {
		registeredBefore, registeredHost, registeredAfter, ok := splitPort(uri)
		return ok && before == registeredBefore && host == registeredHost && after == registeredAfter
	})
}

// splitPort takes a URI apart around its port: everything up to the host, the
// host, and everything after the port. false without an authority or with a
// port that is no number.
func splitPort(uri string) (before, host, after string, ok bool) {
	scheme, rest, found := strings.Cut(uri, "://")
	if !found {
		return "", "", "", false
	}
	end := strings.IndexAny(rest, `/?#\`)
	if end < 0 {
		end = len(rest)
	}
	authority, after := rest[:end], rest[end:]
	user := strings.LastIndexByte(authority, '@') + 1
	before = scheme + "://" + authority[:user]
	hostPort := authority[user:]
	portAt := strings.LastIndexByte(hostPort, ':')
	if portAt < strings.LastIndexByte(hostPort, ']') {
		portAt = -1 // the colon belongs to an IPv6 literal
	}
	if portAt < 0 {
		return before, hostPort, after, true
	}
	for _, digit := range hostPort[portAt+1:] {
		if digit < '0' || digit > '9' {
			return "", "", "", false
		}
	}
	return before, hostPort[:portAt], after, true
}

// isLoopback accepts the literals whose port is free (identity.md §3.1; RFC 8252
// §7.3); localhost is not one of them.
func isLoopback(host string) bool {
	switch host {
	case "[::1]", "[0:0:0:0:0:0:0:1]":
		return true
	}
	address, err := netip.ParseAddr(host)
	if err != nil || !address.Is4() || !address.IsLoopback() {
		return false
	}
	octets := address.As4()
	return octets[3] != 0 // 127.x.x.0 is no literal of a host
}
