package pages

import (
	"net/http"
	"net/url"
	"strings"

	"docspace-oauth/signature"
)

const errorMissingSignature = "missing_asc_signature_error"

// intercept does the routing that precedes /login, /login/consent and
// /login/not-found (§2.2) and reports whether it has answered. The session
// cookie counts if it is not empty; nobody asks here whether it is any good.
func (v *visit) intercept() bool {
	_, hasSession := v.sessionToken()
	if v.rules.Pages.SignatureIsSession && !hasSession {
		presented, err := v.r.Cookie(signature.Name)
		hasSession = err == nil && presented.Value != ""
	}
	clientID := v.first("client_id")
	if !v.query.Has("client_id") {
		clientID = v.first("clientId")
	}
	if v.first("type") != "oauth2" && clientID == "" {
		if hasSession {
			v.redirect(v.origin() + "/")
		}
		return hasSession
	}
	switch failure := v.first("error"); {
	case clientID == "error":
		v.redirect(v.origin() + "/login/error")
	case failure != "" && failure != errorMissingSignature && !v.rules.Pages.LoseError:
		v.redirect(v.origin() + "/login/error?oauthMessageKey=" + strings.ReplaceAll(url.QueryEscape(failure), "+", "%20"))
	case hasSession && !v.rules.Pages.AskAgain && !strings.Contains(v.r.URL.Path, "consent"):
		v.redirect(v.origin() + "/login/consent?" + v.r.URL.RawQuery)
	default:
		return false
	}
	return true
}

// sessionToken is the value of the session cookie; an empty one is none (§2.2).
func (v *visit) sessionToken() (string, bool) {
	cookie, err := v.r.Cookie(sessionCookie)
	if err != nil || cookie.Value == "" {
		return "", false
	}
	return cookie.Value, true
}

// origin is where redirects lead: built from the forwarding headers (§2.2).
func (v *visit) origin() string {
	host := firstListed(v.r.Header.Get("X-Forwarded-Host"))
	scheme := firstListed(v.r.Header.Get("X-Forwarded-Proto"))
	if host == "" && scheme == "" && v.site.Base != "" {
		return v.site.Base
	}
	if host == "" {
		host = v.r.Host
	}
	if scheme == "" {
		scheme = "http"
		if v.r.TLS != nil || strings.HasPrefix(v.site.Base, "https:") {
			scheme = "https"
		}
	}
	return scheme + "://" + host
}

func firstListed(header string) string {
	first, _, _ := strings.Cut(header, ",")
	return strings.TrimSpace(first)
}

// redirect answers 307, as all redirects of the login application are (§2.2).
func (v *visit) redirect(target string) {
	v.w.Header().Set("Location", target)
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.WriteHeader(http.StatusTemporaryRedirect)
}

// stripSlash leads from /login/ to /login, by a relative Location (§2.2).
func (v *visit) stripSlash() {
	target := strings.TrimRight(v.r.URL.EscapedPath(), "/")
	if v.r.URL.RawQuery != "" {
		target += "?" + v.r.URL.RawQuery
	}
	v.w.Header().Set("Location", target)
	v.w.WriteHeader(http.StatusPermanentRedirect)
}
