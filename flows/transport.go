package flows

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"docspace-oauth/loopback"
)

// requestTimeout bounds one request to a portal, body included. The portal is
// known to take a second for an unknown client (docs/portal/identity.md §1.1).
const requestTimeout = 30 * time.Second

// Transport returns a fresh HTTP transport that reaches portals on this machine
// by name (package loopback), and those never through a proxy.
func Transport() *http.Transport {
	transport := &http.Transport{
		ForceAttemptHTTP2: true, MaxIdleConns: 100, MaxIdleConnsPerHost: 16,
		IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		DialContext: loopback.Dial,
	}
	transport.Proxy = func(r *http.Request) (*url.URL, error) {
		if loopback.IsName(r.URL.Hostname()) {
			return nil, nil
		}
		return http.ProxyFromEnvironment(r)
	}
	return transport
}

// NewHTTPClient returns a client for talking to a portal: it follows no redirect,
// gives up after 30 seconds and keeps no cookies. A nil base means Transport();
// a base of the caller's own (one that records, say) sees every exchange.
func NewHTTPClient(base http.RoundTripper) *http.Client {
	if base == nil {
		base = Transport()
	}
	return &http.Client{Transport: base, Timeout: requestTimeout, CheckRedirect: keepRedirect}
}

// keepRedirect hands redirects to the caller: where a portal redirects to is an
// answer, and neither secrets nor tokens may follow it to another host.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// withoutRedirects is client, or a new one for nil, with redirects kept.
func withoutRedirects(client *http.Client) *http.Client {
	if client == nil {
		return NewHTTPClient(nil)
	}
	kept := *client
	kept.CheckRedirect = keepRedirect
	return &kept
}

// origin normalises an address to scheme://host[:port]: lower case, no default
// port, no trailing slash. Anything with a path, query, fragment or user is refused.
func origin(address string) (string, error) {
	u, err := url.Parse(address)
	switch {
	case !strings.Contains(address, "://"):
		return "", fmt.Errorf("portal address %q: want http:// or https:// before it", address)
	case err != nil:
		return "", fmt.Errorf("portal address: %w", err)
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch {
	case scheme != "http" && scheme != "https":
		return "", fmt.Errorf("portal address %q: want http:// or https://", u.Redacted())
	case u.Hostname() == "":
		return "", fmt.Errorf("portal address %q: no host", address)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return "", fmt.Errorf("portal address %q: want only scheme, host and port", u.Redacted())
	}
	if port := u.Port(); (scheme == "http" && port == "80") || (scheme == "https" && port == "443") {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return scheme + "://" + host, nil
}
