package webapp

import (
	"context"
	"net/http"
)

// signOut ends the session here and the tokens at the portal. It is a POST: a link
// or an image on another page must not sign anybody out. The portal's own session
// in the same browser goes on, as does the consent: the next sign-in asks nothing.
func (a *App) signOut(w http.ResponseWriter, r *http.Request) {
	if session := a.session(r); session != nil {
		a.sessions.remove(session.id)
		session.mu.Lock()
		defer session.mu.Unlock()
		if session.account != nil {
			a.revoke(context.WithoutCancel(r.Context()), session.account)
			session.account = nil
		}
	}
	http.SetCookie(w, a.cookie("", -1))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// revoke tells the portal. The refresh token takes its access token with it, not
// the other way round. An app without a secret cannot revoke at a DocSpace portal.
func (a *App) revoke(ctx context.Context, user *account) {
	if a.app.Public || a.app.Secret == "" {
		return
	}
	token := user.tokens.RefreshToken
	if token == "" {
		token = user.tokens.AccessToken
	}
	if err := a.portal.Revoke(ctx, a.app, token); err != nil {
		// The person is signed out here all the same; the access token dies within the hour.
		a.log.Warn("tokens not revoked", "error", err)
	}
}
