package gate

import (
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/rules"
)

// otherIssuer is nobody's portal.
const otherIssuer = "https://other.example.test"

// comeBack alters the address at which the browser comes back to the app.
func comeBack(w http.ResponseWriter, r *http.Request, next http.Handler) {
	app, user := subjectOf(r)
	rule := rules.For(r.Context(), app, user).Gate.Callback
	h := hold(w, r, next)
	for _, name := range []string{"Location", "X-Redirect-Uri"} {
		if address := h.header.Get(name); address != "" {
			h.header.Set(name, alteredCallback(address, rule))
		}
	}
	h.release(w)
}

// alteredCallback works on the text: the portal writes state as it came, which need
// not survive being parsed (docs/portal/identity.md §3.3).
func alteredCallback(address string, rule rules.Callback) string {
	before, query, ok := strings.Cut(address, "?")
	if !ok {
		return address
	}
	parameters := strings.Split(query, "&")
	for i, parameter := range parameters {
		if !strings.HasPrefix(parameter, "code=") {
			continue
		}
		switch {
		case rule.Error != "":
			parameters[i] = "error=" + rule.Error
		case rule.Both:
			parameters[i] += "&error=access_denied"
		}
		if rule.WrongIssuer {
			parameters[i] += "&iss=" + otherIssuer
		}
		return before + "?" + strings.Join(parameters, "&")
	}
	return address
}
