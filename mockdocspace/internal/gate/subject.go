package gate

import (
	"net/http"
	"net/url"
	"strings"

	"docspace-oauth/signature"
)

// sessionCookie holds a sign-in at the portal (docs/portal/browser-flow.md §3).
const sessionCookie = "asc_auth_key"

// subjectOf is the app and user that a request names: by its parameters, its bearer
// token, its x-signature, whose claims nobody has checked yet, and by what the portal
// knows of the code, token or session that it shows.
func (g *Gate) subjectOf(r *http.Request) (app, user string) {
	query := r.URL.Query()
	app = query.Get("client_id")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return both(app, "", claimsOf(bearer), "cid", "sub")
	}
	form := peekFields(r)
	if app == "" {
		app = form.Get("client_id")
	}
	if id, _, ok := r.BasicAuth(); ok && app == "" {
		app, _ = url.QueryUnescape(id)
	}
	for _, name := range []string{"code", "refresh_token", "token"} {
		if shown := form.Get(name) + query.Get(name); shown != "" {
			ofToken, holder := g.holder(r.Context(), shown)
			if app == "" {
				app = ofToken
			}
			if holder != "" {
				return app, holder
			}
		}
	}
	for _, cookie := range r.Cookies() {
		switch {
		case strings.EqualFold(cookie.Name, signature.Name):
			return both(app, user, claimsOf(cookie.Value), "", "user_id")
		case cookie.Name == sessionCookie:
			_, user = g.holder(r.Context(), cookie.Value)
		}
	}
	if header := r.Header.Get(signature.Name); header != "" {
		return both(app, user, claimsOf(header), "", "user_id")
	}
	return app, user
}

// both fills in what claims say.
func both(app, user string, claims map[string]any, appClaim, userClaim string) (string, string) {
	if app == "" {
		app, _ = claims[appClaim].(string)
	}
	if claimed, ok := claims[userClaim].(string); ok {
		user = claimed
	}
	return app, user
}
