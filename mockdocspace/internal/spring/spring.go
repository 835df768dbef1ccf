// Package spring holds what the portal's two Java services answer alike because
// they run on one framework: security headers and the container's session cookie
// (docs/portal/identity.md §9.3, §9.4).
package spring

import (
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/random"
)

// SessionCookie is the servlet container's session cookie.
const SessionCookie = "JSESSIONID"

// field is one header, its name in canonical form. All answers share its values: who
// adds one gets a list of his own, since there is no room in this one.
type field struct {
	name   string
	values []string
}

var (
	defaultHeaders = []field{
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"X-Xss-Protection", []string{"0"}},
		{"Cache-Control", []string{"no-cache, no-store, max-age=0, must-revalidate"}},
		{"Pragma", []string{"no-cache"}},
		{"Expires", []string{"0"}},
		{"X-Frame-Options", []string{"DENY"}},
	}
	strictHeaders = []field{
		{"X-Xss-Protection", []string{"1; mode=block"}},
		{"Strict-Transport-Security", []string{"max-age=31536000; includeSubDomains"}},
		{"Content-Security-Policy", []string{"default-src 'self'"}},
		{"Referrer-Policy", []string{"no-referrer"}},
	}
)

// SetDefaultHeaders sets the header set of every answer (identity.md §9.3).
func SetDefaultHeaders(h http.Header) { set(h, defaultHeaders) }

// SetStrictHeaders adds what follows a good signature at the authorization
// endpoint (identity.md §9.3), on plain http too.
func SetStrictHeaders(h http.Header) { set(h, strictHeaders) }

func set(h http.Header, fields []field) {
	for _, f := range fields {
		h[f.name] = f.values
	}
}

// StartSession sets a fresh session cookie.
func StartSession(w http.ResponseWriter, source *random.Source) {
	w.Header().Add("Set-Cookie", SessionCookie+"="+source.SessionID()+"; Path=/; HttpOnly")
}

// SavesRequest reports whether a refusal of r starts a session: not when Accept
// names JSON, nor for an XMLHttpRequest (identity.md §5.1, §9.4).
func SavesRequest(r *http.Request) bool {
	return !AcceptsJSONByName(r) && !IsXMLHTTPRequest(r)
}

// AcceptsJSONByName reports whether Accept names application/json, alone or in a list.
func AcceptsJSONByName(r *http.Request) bool {
	for _, value := range r.Header.Values("Accept") {
		for item := range strings.SplitSeq(value, ",") {
			mediaType, _, _ := strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(mediaType), "application/json") {
				return true
			}
		}
	}
	return false
}

// IsXMLHTTPRequest reports whether a script library announced itself.
func IsXMLHTTPRequest(r *http.Request) bool {
	return r.Header.Get("X-Requested-With") == "XMLHttpRequest"
}
