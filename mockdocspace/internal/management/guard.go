package management

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// guard keeps strangers off: web pages of other sites, also those whose host name
// was made to point here (DNS rebinding), and, when there is a token, everybody
// who doesn't know it.
func guard(token, externalURL string, next http.Handler) http.Handler {
	external := ""
	if u, err := url.Parse(externalURL); err == nil {
		external = strings.ToLower(u.Hostname())
	}
	allowed := func(host string) bool { return isLoopback(host) || (external != "" && host == external) }
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		switch {
		case !allowed(hostName(r.Host)):
			refuse(w, http.StatusForbidden, fmt.Sprintf(
				"the control API does not answer to the host name %q: call it as 127.0.0.1 or localhost, or start the mock with --external-url naming that host", r.Host))
		case origin != "" && !allowed(originHost(origin)):
			refuse(w, http.StatusForbidden, fmt.Sprintf(
				"the control API does not answer to web pages of %q: call it from a program, or from a page on localhost", origin))
		case r.Header.Get("Sec-Fetch-Site") == "cross-site":
			refuse(w, http.StatusForbidden, "the control API does not answer to web pages of other sites: call it from a program, or open its address directly")
		case token != "" && !carriesToken(r, token):
			w.Header().Set("WWW-Authenticate", `Bearer realm="mockdocspace control API"`)
			if strings.Contains(r.Header.Get("Accept"), "text/html") {
				w.Header().Add("WWW-Authenticate", `Basic realm="mockdocspace: the control token is the password"`)
			}
			refuse(w, http.StatusUnauthorized, "the control API of this mock needs its token: send `Authorization: Bearer TOKEN` with what --control-token was given")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// carriesToken looks for the token as a bearer token or, since that is what a browser
// asks a person for, as the password of HTTP Basic. A browser sends the latter along
// with other sites' requests too, which the checks of Origin and Sec-Fetch-Site refuse.
func carriesToken(r *http.Request, token string) bool {
	scheme, sent, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sent = strings.TrimSpace(sent)
	if _, password, ok := r.BasicAuth(); ok {
		sent = password
	} else if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(sent), []byte(token)) == 1
}

// isLoopback reports names and addresses that are this machine whoever resolves
// them (RFC 6761 §6.3). host is in lower case.
func isLoopback(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// originHost is the host of an Origin header; empty for "null" and the like.
func originHost(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// hostName is a Host header without port and brackets, in lower case.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// refuse answers with a problem document (RFC 9457).
func refuse(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": detail})
}
