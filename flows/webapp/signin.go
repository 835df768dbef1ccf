package webapp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"docspace-oauth/flows"
)

// startSignIn sends the browser to the portal. What must come back with it (the
// state) and what must not leave this server (the code verifier) stay in the
// browser's session.
func (a *App) startSignIn(w http.ResponseWriter, r *http.Request) {
	session := a.renewSession(w, r)
	authorization := a.portal.NewAuthorization(a.app)
	session.mu.Lock()
	session.pending = &authorization
	session.mu.Unlock()
	http.Redirect(w, r, a.portal.AuthorizeURL(a.app, authorization), http.StatusFound)
}

// finishSignIn is the redirect URI: the portal sends the browser here, with a code
// or with an error.
func (a *App) finishSignIn(w http.ResponseWriter, r *http.Request) {
	session := a.session(r)
	if session == nil {
		a.showProblem(w, http.StatusBadRequest, "This sign-in was not started here",
			"Your browser brought an answer of the portal that it did not ask for. Start from the beginning.")
		return
	}
	session.mu.Lock()
	defer session.mu.Unlock()
	if session.pending == nil {
		if session.account != nil {
			// The page was reloaded. The code is spent, and sending it again would
			// make the portal revoke the tokens that came for it.
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		a.showProblem(w, http.StatusBadRequest, "This sign-in is over",
			"An answer of the portal serves once, and this one was used already.")
		return
	}
	code, err := flows.ParseCallback(r.URL.Query(), *session.pending)
	if errors.Is(err, flows.ErrState) {
		// Not the answer that this browser waits for; the right one may still come.
		a.showProblem(w, http.StatusBadRequest, "This sign-in was not started here",
			"The answer that your browser brought belongs to another sign-in. Start from the beginning.")
		return
	}
	authorization := *session.pending
	session.pending = nil // whatever comes of it: a state and a code serve once
	if err != nil {
		a.showRefusal(w, err)
		return
	}
	// The exchange is finished even if the person closes the page meanwhile:
	// a code that was sent is spent.
	account, err := a.redeem(context.WithoutCancel(r.Context()), code, authorization)
	if err != nil {
		a.log.Warn("sign-in failed", "error", err)
		a.showProblem(w, http.StatusBadGateway, "Signing in did not work", reason(err))
		return
	}
	session.account = account
	// Leave the address with the code behind: it would stay in the history.
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// redeem turns the code into tokens and believes them only after checking.
func (a *App) redeem(ctx context.Context, code string, authorization flows.Authorization) (*account, error) {
	tokens, err := a.portal.Exchange(ctx, a.app, code, authorization)
	if err != nil {
		return nil, err
	}
	account, err := a.accept(ctx, tokens)
	if err != nil {
		return nil, err
	}
	// The portal says with an id_token who signed in, when openid was asked for and granted.
	if slices.Contains(tokens.Scopes, "openid") || tokens.IDToken != "" {
		if _, err := a.portal.VerifyIDToken(ctx, a.app, tokens.IDToken, authorization.Nonce, account.claims); err != nil {
			return nil, err
		}
	}
	return account, nil
}

// accept verifies new tokens and finds the portal where they are valid.
func (a *App) accept(ctx context.Context, tokens *flows.Tokens) (*account, error) {
	claims, err := a.portal.VerifyAccessToken(ctx, a.app, tokens.AccessToken)
	if err != nil {
		return nil, err
	}
	base, err := claims.APIBase(a.trusted)
	if err != nil {
		return nil, err
	}
	return &account{tokens: tokens, claims: claims, base: base}, nil
}

// showRefusal explains what the portal answered instead of a code.
func (a *App) showRefusal(w http.ResponseWriter, err error) {
	var refused *flows.AuthorizationError
	switch {
	case errors.As(err, &refused) && refused.Code == "access_denied":
		a.showProblem(w, http.StatusForbidden, "You did not allow it",
			"The app got no access to your account, and nothing was changed. You can try again at any time.")
	case errors.As(err, &refused):
		a.log.Warn("portal refused the authorization", "error", refused)
		a.showProblem(w, http.StatusBadRequest, "The portal refused",
			fmt.Sprintf("The portal did not let this app in and gave this reason: %s.", refused.Code))
	default:
		a.log.Warn("callback not accepted", "error", err)
		a.showProblem(w, http.StatusBadRequest, "The portal's answer makes no sense",
			"It was neither a permission nor a refusal. Start from the beginning.")
	}
}

// reason says in a person's words why the portal could not be used. The error
// itself goes to the log, not to the page.
func reason(err error) string {
	var token *flows.TokenError
	var api *flows.APIError
	var network *url.Error
	switch {
	case errors.Is(err, flows.ErrPortal):
		return "You chose a portal that this app does not know."
	case errors.Is(err, flows.ErrToken):
		return "What the portal sent does not prove who you are."
	case errors.As(err, &token) && token.Code != "":
		return fmt.Sprintf("The portal refused with the code %s.", token.Code)
	case errors.As(err, &token) && token.Status == http.StatusTooManyRequests,
		errors.As(err, &api) && api.Status == http.StatusTooManyRequests:
		return "The portal is asked too often. Wait a minute, then try again."
	case errors.As(err, &api) && api.ScopeMissing():
		return "You did not allow the app to see this."
	case errors.As(err, &api) && api.Status == http.StatusForbidden:
		return "Your account may not see this."
	case errors.As(err, &network):
		return "The portal cannot be reached."
	default:
		return "The portal gave an answer that this app does not understand. Try again later."
	}
}
