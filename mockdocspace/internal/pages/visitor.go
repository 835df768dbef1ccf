package pages

import (
	"errors"
	"net/http"
	"net/url"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// signedIn is the user whose live session the visit carries; ok is false for none.
func (v *visit) signedIn() (user store.User, ok bool) {
	token, present := v.sessionToken()
	if !present {
		return store.User{}, false
	}
	ctx := v.r.Context()
	session, err := v.Store.Session(ctx, token)
	if err == nil && (session.TenantID != v.site.Tenant.ID || !v.Clock.Now().Before(session.ExpiresAt)) {
		err = store.ErrNotFound
	}
	if err == nil {
		user, err = v.Store.User(ctx, v.site.Tenant.ID, session.UserID)
	}
	if err != nil {
		if !errors.Is(err, store.ErrNotFound) {
			v.Logger.ErrorContext(ctx, "read the visitor's session", "error", err)
		}
		return store.User{}, false
	}
	return user, user.Status == store.StatusActive
}

// dropSession makes the browser forget a dead session cookie.
func (v *visit) dropSession() {
	if _, err := v.r.Cookie(sessionCookie); err == nil {
		v.w.Header().Add("Set-Cookie", sessionCookie+"=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/")
	}
}

// scopesAvailable reports whether the registration service names its scopes, with
// the visitor's x-signature or a fresh one. It may refuse that: for a signature that
// is none, or because it was asked too often (§5.2).
func (v *visit) scopesAvailable() bool {
	presented, err := v.r.Cookie(signature.Name)
	if err != nil || presented.Value == "" {
		token, _ := v.sessionToken()
		presented = &http.Cookie{Name: signature.Name}
		err = v.ask(http.MethodGet, "/api/2.0/security/oauth2/token", nil, &presented.Value, &http.Cookie{Name: sessionCookie, Value: token})
	}
	if err == nil {
		var all []struct{}
		err = v.read(http.MethodGet, "/api/2.0/scopes", nil, &all, presented)
	}
	if err != nil {
		v.Logger.WarnContext(v.r.Context(), "the consent page gets no scopes", "error", err)
	}
	return err == nil
}

// publicInfo is what the registration service tells anybody about an app.
type publicInfo struct {
	Name       string   `json:"name"`
	WebsiteURL string   `json:"website_url"`
	TermsURL   string   `json:"terms_url"`
	PolicyURL  string   `json:"policy_url"`
	Logo       string   `json:"logo"`
	Scopes     []string `json:"scopes"`
	Public     bool     `json:"is_public"`
}

// knownApp is an app's public information, for anybody and for disabled apps
// too (§3.3); ok is false for an unknown client id, and when the service refuses.
func (v *visit) knownApp(id string) (app publicInfo, ok bool) {
	if id == "" {
		return publicInfo{}, false
	}
	err := v.read(http.MethodGet, "/api/2.0/clients/"+url.PathEscape(id)+"/public/info", nil, &app)
	if err == nil {
		return app, true
	}
	if !errors.Is(err, statusError(http.StatusNotFound)) {
		v.Logger.WarnContext(v.r.Context(), "the page gets no information about the app", "error", err)
	}
	return publicInfo{}, false
}
