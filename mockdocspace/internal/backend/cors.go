package backend

import (
	"errors"
	"net/http"
	"slices"

	"docspace-oauth/mockdocspace/internal/store"
)

// isPreflight reports whether r asks what a browser may send.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// answerPreflight sees the base policy: any origin, what was asked for, no
// credentials, no maximum age (§5.2).
func answerPreflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
	if headers := r.Header.Get("Access-Control-Request-Headers"); headers != "" {
		h.Set("Access-Control-Allow-Headers", headers)
	}
	w.WriteHeader(http.StatusNoContent)
}

// setOrigin sets the CORS header of an actual request. A bearer token, good or
// not, chooses the app whose allowed origins count; without such a token, or
// for an app without origins, every origin is allowed (§5.2).
//
// The portal is thought to answer 500 when the token's user may not look the
// app up; nobody has seen it, so it is left out here: such calls see the app's origins too.
func (a *api) setOrigin(c *call, token *accessToken) {
	origin := c.Header.Get("Origin")
	if origin == "" {
		return
	}
	h := c.w.Header()
	allowed := a.allowedOrigins(c, token)
	switch {
	case len(allowed) == 0:
		h.Set("Access-Control-Allow-Origin", "*")
		return
	case slices.Contains(allowed, origin):
		h.Set("Access-Control-Allow-Origin", origin)
	}
	if len(allowed) > 1 {
		h.Add("Vary", "Origin")
	}
}

func (a *api) allowedOrigins(c *call, token *accessToken) []string {
	if token == nil || !isGUID(token.clientID) {
		return nil
	}
	if _, ok := token.user(); !ok || c.rules.API.AnyOrigin {
		return nil
	}
	app, err := a.Store.App(c.Context(), token.clientID)
	if err != nil {
		if !errors.Is(err, store.ErrNotFound) {
			a.Logger.ErrorContext(c.Context(), "read app for its origins", "error", err)
		}
		return nil
	}
	return app.AllowedOrigins
}
