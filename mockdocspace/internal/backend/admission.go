package backend

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// callerKind is how a caller proved who he is (§1.2).
type callerKind int

const (
	callerSession callerKind = iota // cookie or raw portal token
	callerBasic
	callerToken // OAuth access token
)

// caller is who makes the call.
type caller struct {
	kind    callerKind
	user    store.User
	scopes  []string
	session string // portal token, for sessions
	token   *accessToken
}

// fullRights are the scopes of sessions (§1.2).
var fullRights = []string{"*:write"}

// identity is what authentication found.
type identity struct {
	caller     *caller
	presented  bool         // credentials were sent
	unverified *accessToken // the bearer token as it says of itself, good or not
}

const (
	sessionCookie = "asc_auth_key"
	socketCookie  = "socketio.sid"
)

// authenticate finds out who calls (§1.1). An error is thrown inside the
// portal's authentication and answers the call whatever its route.
func (a *api) authenticate(c *call) (identity, error) {
	header := c.Header.Get("Authorization")
	if header == "" && c.rules.API.QueryToken {
		if token := c.URL.Query().Get("access_token"); token != "" {
			header = "Bearer " + token
		}
	}
	scheme, credentials, _ := strings.Cut(header, " ")
	bearer := scheme == "Bearer" || (c.rules.API.SchemeAnyCase && strings.EqualFold(scheme, "Bearer"))
	switch {
	case strings.HasPrefix(header, "Basic "):
		c.w.Header().Add("WWW-Authenticate", "Basic") // even on success (§1.1)
		return a.basic(c, credentials)
	case bearer && tokenShape.MatchString(credentials):
		return a.bearer(c, credentials)
	case bearer && strings.HasPrefix(credentials, "sk-"):
		return identity{presented: true}, nil // the mock has no API keys
	default:
		return a.session(c, strings.TrimPrefix(header, "Bearer "))
	}
}

// session looks at the cookie, else at the header's value as a portal token.
func (a *api) session(c *call, value string) (identity, error) {
	who := identity{presented: value != ""}
	if cookie, err := c.Cookie(sessionCookie); err == nil && cookie.Value != "" {
		value, who.presented = cookie.Value, true
	}
	if value == "" {
		return who, nil
	}
	session, err := a.Store.Session(c.Context(), value)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return who, err
	}
	if err == nil && session.TenantID == c.tenant() && a.Clock.Now().Before(session.ExpiresAt) {
		user, err := a.Store.User(c.Context(), c.tenant(), session.UserID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return who, err
		}
		if err == nil && user.Status == store.StatusActive {
			who.caller = &caller{kind: callerSession, user: user, scopes: fullRights, session: value}
			diagnosis.Of(c.Context()).Concerns("", user.ID)
			c.rules = rules.For(c.Context(), "", user.ID)
			return who, nil
		}
	}
	c.dropCookies()
	return who, nil
}

// basic is HTTP Basic with e-mail and password.
func (a *api) basic(c *call, credentials string) (identity, error) {
	who := identity{presented: true}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(credentials))
	if err != nil {
		return who, nil
	}
	email, password, _ := strings.Cut(string(decoded), ":")
	user, err := a.Store.UserByEmail(c.Context(), c.tenant(), strings.TrimSpace(email))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return who, nil
	case err != nil:
		return who, err
	}
	fits := c.rules.Pages.AnyPassword || (password != "" && equal(password, user.Password))
	if !fits || user.Status != store.StatusActive {
		return who, nil
	}
	who.caller = &caller{kind: callerBasic, user: user, scopes: fullRights}
	c.rules = rules.For(c.Context(), "", user.ID)
	return who, nil
}

// bearer is the OAuth path (§1.3).
func (a *api) bearer(c *call, raw string) (identity, error) {
	who := identity{presented: true}
	token, err := decodeToken(raw)
	if err != nil {
		return who, badArgument("IDX12741: JWT must have three segments (JWS) or five segments (JWE) that decode: " + err.Error())
	}
	who.unverified = token
	userID, isUser := token.user()
	diagnosis.Of(c.Context()).Concerns(token.clientID, userID)
	c.rules = rules.For(c.Context(), token.clientID, userID)
	rule := &c.rules.API

	overlooked := false
	issuerPath := "/oauth2"
	if c.rules.JWT.IssuerIsMetadata { // the profile strict issues such tokens
		issuerPath = ""
	}
	for _, f := range token.flaws(a.Authority.KeySet(c.Context()), c.site.Base, c.site.Tenant.URL, issuerPath, a.Clock.Now().Add(c.rules.Clock.Skew)) {
		if !overlooks(f, rule, token) {
			c.refused(a.causeFlaw(c, f, token))
			return who, nil
		}
		overlooked = true
	}
	// A token that came in by a fault is none that introspection knows as live.
	skip := overlooked || (rule.IgnoreRevocation && !token.idToken) || (rule.AcceptIDToken && token.idToken)
	if !skip && !a.Authority.Active(c.Context(), raw) {
		return who, nil
	}
	if !isUser {
		return who, errSubject
	}
	user, err := a.tokenUser(c, userID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		c.refused(causeUser(userID, store.User{}))
		return who, nil
	case err != nil:
		return who, err
	case user.Status != store.StatusActive && !rule.AcceptDisabled:
		c.refused(causeUser(userID, user))
		return who, nil
	}
	who.caller = &caller{kind: callerToken, user: user, scopes: token.scopes, token: token}
	if token.idToken && rule.AcceptIDToken {
		who.caller.scopes = []string{"*:read"}
	}
	return who, nil
}

// tokenUser finds the token's user on this portal; on any, when tokens of other
// portals are let in.
func (a *api) tokenUser(c *call, id string) (store.User, error) {
	user, err := a.Store.User(c.Context(), c.tenant(), id)
	if !errors.Is(err, store.ErrNotFound) || !c.rules.API.IgnoreAudience {
		return user, err
	}
	tenants, err := a.Store.Tenants(c.Context())
	if err != nil {
		return store.User{}, err
	}
	for _, t := range tenants {
		if user, err := a.Store.User(c.Context(), t.ID, id); !errors.Is(err, store.ErrNotFound) {
			return user, err
		}
	}
	return store.User{}, store.ErrNotFound
}

// admitOwner lets a caller without credentials in as the portal's owner; it
// returns a status when there is none.
func (a *api) admitOwner(c *call) int {
	users, err := a.Store.Users(c.Context(), c.tenant())
	if err != nil || len(users) == 0 {
		return http.StatusUnauthorized
	}
	owner := users[0]
	for _, u := range users {
		if u.ID == c.site.Tenant.OwnerID || (u.Type == store.TypeOwner && owner.Type != store.TypeOwner) {
			owner = u
		}
	}
	c.caller = &caller{kind: callerSession, user: owner, scopes: fullRights}
	return 0
}

// dropCookies deletes the session's cookies that the request carried (§1.4).
func (c *call) dropCookies() {
	for _, name := range []string{sessionCookie, socketCookie} {
		if _, err := c.Cookie(name); err == nil {
			c.w.Header().Add("Set-Cookie", name+"=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/")
		}
	}
}
