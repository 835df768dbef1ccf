package limit

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"docspace-oauth/signature"
)

// AuthorizationSubject is whose bucket a request to the authorization service
// draws from: the first public IPv4 address among X-Real-IP, the first of
// X-Forwarded-For and the caller's own; else the third part of a three-part
// x-signature; else nobody's (identity.md §13.1).
func AuthorizationSubject(r *http.Request) string {
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-For"), ",")
	for _, candidate := range []string{r.Header.Get("X-Real-Ip"), strings.TrimSpace(first), remoteAddress(r)} {
		if candidate == "" {
			continue
		}
		if address, err := netip.ParseAddr(candidate); err == nil && address.Is4() && isPublic(address) {
			return candidate
		}
	}
	if token := presentedSignature(r); strings.Count(token, ".") == 2 {
		return token[strings.LastIndexByte(token, '.')+1:]
	}
	return ""
}

// RegistrationSubject is whose bucket a request to the registration service draws
// from: the signed-in user's; else that of X-Real-IP or the first of
// X-Forwarded-For, any address; else that of a public caller (identity.md §13.1).
func RegistrationSubject(r *http.Request, userID string) string {
	if userID != "" {
		return userID
	}
	if real := r.Header.Get("X-Real-Ip"); real != "" {
		return real
	}
	if first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-For"), ","); strings.TrimSpace(first) != "" {
		return strings.TrimSpace(first)
	}
	if address, err := netip.ParseAddr(remoteAddress(r)); err == nil && isPublic(address) {
		return address.String()
	}
	return ""
}

func isPublic(a netip.Addr) bool {
	return !a.IsLoopback() && !a.IsPrivate() && !a.IsLinkLocalUnicast() && !a.IsUnspecified() && !a.IsMulticast()
}

func remoteAddress(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

func presentedSignature(r *http.Request) string {
	for _, cookie := range r.Cookies() {
		if strings.EqualFold(cookie.Name, signature.Name) {
			return cookie.Value
		}
	}
	return r.Header.Get(signature.Name)
}
