package spring

import (
	"net/http"
	"strings"
)

// RejectedByContainer reports what the servlet container and Spring's firewall
// refuse before any filter runs (docs/portal/identity.md §3.9): double slashes,
// path parameters, backslashes, dot segments and their encoded forms.
func RejectedByContainer(r *http.Request) bool {
	path := r.URL.EscapedPath()
	if strings.Contains(path, "//") || strings.ContainsAny(path, `;\`) {
		return true
	}
	if strings.Contains(path, "%") {
		lower := strings.ToLower(path)
		for _, encoded := range []string{"%2f", "%5c", "%3b", "%25", "%00", "%0a", "%0d"} {
			if strings.Contains(lower, encoded) {
				return true
			}
		}
	}
	for segment := range strings.SplitSeq(r.URL.Path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}
