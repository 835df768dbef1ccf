package pages

import (
	"errors"

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

// signatureRefused reports whether the visit carries an x-signature that the
// registration service would refuse; the consent page's server shows it there
// when it asks for the scopes (§5.2).
func (v *visit) signatureRefused() bool {
	cookie, err := v.r.Cookie(signature.Name)
	if err != nil || cookie.Value == "" {
		return false // a fresh one is minted
	}
	_, err = signature.Verify(v.SignatureKey, cookie.Value, v.Clock.Now(), signature.Leniency{})
	return err != nil
}

// knownApp is an app's public information, for anybody and for disabled apps
// too (§3.3); ok is false for an unknown client id.
func (v *visit) knownApp(id string) (app store.App, ok bool) {
	if id == "" {
		return store.App{}, false
	}
	app, err := v.Store.App(v.r.Context(), id)
	if err != nil {
		if !errors.Is(err, store.ErrNotFound) {
			v.Logger.ErrorContext(v.r.Context(), "read the app's public information", "error", err)
		}
		return store.App{}, false
	}
	return app, app.GoneAt.IsZero() || v.rules.Registration.MassDeleteCached
}
