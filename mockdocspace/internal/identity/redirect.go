package identity

import (
	"net"
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/spring"
)

// scheme is what the servlet sees; X-Forwarded-Proto changes nothing (identity.md §1.2).
func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// forwardedHost is the host of redirects to the login pages: never Host itself
// (identity.md §3.1).
func forwardedHost(r *http.Request) string {
	for _, name := range []string{"X-Forwarded-Host", "Http_x_forwarded", "Http_forwarded"} {
		if value := r.Header.Get(name); value != "" {
			first, _, _ := strings.Cut(value, ",")
			return strings.TrimSpace(first)
		}
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

// headerText is how the container writes text into a header: ISO-8859-1, other
// characters as '?', control characters as spaces.
func headerText(s string) string {
	if !strings.ContainsFunc(s, func(c rune) bool { return c < 0x20 || c > 0x7e }) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, c := range s {
		switch {
		case c > 0xff:
			b.WriteByte('?')
		case (c < 0x20 && c != '\t') || c == 0x7f:
			b.WriteByte(' ')
		default:
			b.WriteByte(byte(c))
		}
	}
	return b.String()
}

// hasLineBreak reports text that the portal refuses to put into a header (identity.md §3.3).
func hasLineBreak(s string) bool { return strings.ContainsAny(s, "\r\n") }

// loginError redirects to the login page with a code: Location and
// X-Redirect-URI, values un-encoded (identity.md §3.1).
func (s *Server) loginError(w http.ResponseWriter, r *http.Request, code string) {
	refused(r.Context(), causeOfCode(code))
	clientID := "client_id"
	if values, present := r.Form["client_id"]; present {
		clientID += "=" + values[0]
	}
	target := headerText(scheme(r) + "://" + forwardedHost(r) + "/login?type=oauth2&" + clientID + "&error=" + code)
	w.Header().Set("X-Redirect-Uri", target)
	s.redirect(w, r, target)
}

// redirect answers with a Location and nothing else.
func (s *Server) redirect(w http.ResponseWriter, r *http.Request, target string) {
	w.Header().Set("Location", target)
	w.WriteHeader(rules.For(r.Context(), r.Form.Get("client_id"), "").Authorize.Status)
}

// errorPage is the end of everything nobody handles: 403 in one process, a
// redirect to the login page in the pair of services (identity.md §3.9).
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request) {
	refused(r.Context(), diagnosis.Because("error-page", "nobody at the portal handles %s %s in this form", r.Method, r.URL.Path))
	if rules.From(r.Context()).Build == rules.BuildMinified {
		if !spring.AcceptsJSONByName(r) && !spring.IsXMLHTTPRequest(r) {
			spring.StartSession(w, s.Random)
		}
		w.WriteHeader(http.StatusForbidden)
		return
	}
	clientID := r.Form.Get("client_id")
	if _, present := r.Form["client_id"]; !present {
		clientID = "error"
	}
	w.Header().Set("Location", headerText(scheme(r)+"://"+forwardedHost(r)+"/login?type=oauth2&client_id="+clientID))
	w.WriteHeader(http.StatusFound)
}

// consentPage sends the browser on to the login pages, without scope and state (identity.md §3.2).
func (s *Server) consentPage(w http.ResponseWriter, r *http.Request) {
	s.toLoginPages(w, r, "/login?type=oauth2&client_id=", "")
}

// loginPage does the same with the parameters in another order (identity.md §3.2).
func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) {
	s.toLoginPages(w, r, "/login?client_id=", "&type=oauth2")
}

func (s *Server) toLoginPages(w http.ResponseWriter, r *http.Request, before, after string) {
	values, present := r.Form["client_id"]
	if !present || hasLineBreak(values[0]) {
		s.errorPage(w, r)
		return
	}
	w.Header().Set("Content-Language", "en")
	w.Header().Set("Location", headerText(scheme(r)+"://"+forwardedHost(r)+before+values[0]+after))
	w.WriteHeader(http.StatusFound)
}
