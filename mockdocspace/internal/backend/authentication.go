package backend

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// sessionLifetime is how long a sign-in lasts (§3.10).
const sessionLifetime = 365 * 24 * time.Hour

// signedIn is the answer of POST authentication (§3.10).
type signedIn struct {
	Token      string `json:"token,omitempty"`
	Expires    string `json:"expires"`
	SMS        bool   `json:"sms"`
	TFA        bool   `json:"tfa"`
	ConfirmURL string `json:"confirmUrl,omitempty"`
}

// isAuthenticated is GET authentication: true with any valid credentials.
func (a *api) isAuthenticated(c *call) (result, error) { return result{body: c.caller != nil}, nil }

// signIn is POST authentication: with password, its hash, or the key of a
// one-time link (§3.10, docs/portal/browser-flow.md §3.1 step 5, §4.5).
func (a *api) signIn(c *call) (result, error) {
	var in struct {
		UserName     string `json:"userName"`
		Password     string `json:"password"`
		PasswordHash string `json:"passwordHash"`
		Session      bool   `json:"session"`
		ConfirmData  *struct {
			Email string `json:"email"`
			Key   string `json:"key"`
		} `json:"confirmData"`
	}
	if err := c.bind(&in); err != nil {
		return result{}, err
	}
	var user store.User
	var err error
	if in.ConfirmData != nil && in.ConfirmData.Key != "" {
		user, err = a.userOfLink(c, in.ConfirmData.Key, in.ConfirmData.Email)
	} else {
		user, err = a.userOfPassword(c, in.UserName, in.Password, in.PasswordHash)
	}
	if err != nil {
		return result{}, err
	}
	if user.TwoFactor {
		// The second factor itself is not built; the portal stops here too (browser-flow.md §3.11).
		return result{body: signedIn{Expires: noRawDate, TFA: true, ConfirmURL: c.site.Base + "/confirm/TfaAuth"}}, nil
	}
	return a.startSession(c, user, in.Session)
}

// userOfPassword checks user name and password.
func (a *api) userOfPassword(c *call, name, password, hash string) (store.User, error) {
	name = strings.TrimSpace(name)
	now, key := a.Clock.Now(), strings.ToLower(name)+" "+remoteIP(c.Request)
	if a.Limits && !c.rules.Limits.Off && a.attempts.blocked(key, now, guessLimit, guessWindow) {
		return store.User{}, errManyGuesses
	}
	user, err := a.Store.UserByEmail(c.Context(), c.tenant(), name)
	fits := false
	switch {
	case err == nil && name != "":
		if fits, err = a.hashes.fits(user.Password, password, hash); err != nil {
			return user, err
		}
		fits = fits || c.rules.Pages.AnyPassword
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return user, err
	}
	if !fits {
		if a.Limits {
			a.attempts.note(key, now, guessWindow)
		}
		return user, errSignIn
	}
	a.attempts.clear(key)
	if !c.mayEnter(user) {
		return user, errDisabled
	}
	return user, nil
}

// userOfLink spends a one-time link.
func (a *api) userOfLink(c *call, key, email string) (store.User, error) {
	now := a.Clock.Now()
	link, err := a.Store.Link(c.Context(), key)
	if err != nil {
		return store.User{}, missing(err, errNoUser)
	}
	if link.TenantID != c.tenant() || !strings.EqualFold(strings.TrimSpace(email), link.Email) || a.linkIsOver(c, link) {
		return store.User{}, errNoUser
	}
	if _, err := a.Store.UseLink(c.Context(), key, now); err != nil {
		switch {
		case errors.Is(err, store.ErrConflict) && c.rules.Pages.LinkReusable:
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
			return store.User{}, errNoUser
		default:
			return store.User{}, err
		}
	}
	user, err := a.Store.User(c.Context(), c.tenant(), link.UserID)
	switch {
	case err != nil:
		return user, missing(err, errNoUser)
	case !c.mayEnter(user):
		return user, errDisabled
	}
	return user, nil
}

// linkIsOver says whether a one-time link has had its time.
func (a *api) linkIsOver(c *call, link store.Link) bool {
	return !a.Clock.Now().Before(link.ExpiresAt) && !c.rules.Pages.LinkForever
}

// mayEnter says whether a user whose password is right may sign in.
func (c *call) mayEnter(user store.User) bool {
	return user.Status == store.StatusActive || c.rules.Pages.DisabledSignsIn
}

// startSession signs a user in and sets the session cookie; brief sessions end
// with the browser (docs/portal/browser-flow.md §2.3).
func (a *api) startSession(c *call, user store.User, brief bool) (result, error) {
	now := a.Clock.Now()
	session := store.Session{
		Token: a.Random.Alphanumeric(96), TenantID: c.tenant(), UserID: user.ID, CreatedAt: now, ExpiresAt: now.Add(sessionLifetime),
	}
	if err := a.Store.PutSession(c.Context(), session); err != nil {
		return result{}, err
	}
	answer := signedIn{Token: session.Token, Expires: noRawDate}
	cookie := sessionCookie + "=" + session.Token
	if !brief {
		answer.Expires = session.ExpiresAt.UTC().Format(time.RFC3339)
		cookie += "; expires=" + session.ExpiresAt.UTC().Format(http.TimeFormat)
	}
	cookie += "; path=/"
	if strings.HasPrefix(c.site.Base, "https:") {
		cookie += "; secure; samesite=none"
	} else {
		cookie += "; samesite=strict"
	}
	if !c.rules.Pages.CookieReadable {
		cookie += "; httponly"
	}
	c.w.Header().Add("Set-Cookie", cookie)
	return result{body: answer}, nil
}

// signOut is POST authentication/logout. OAuth tokens live on (§3.10).
func (a *api) signOut(c *call) (result, error) {
	if c.caller != nil && c.caller.session != "" && !c.rules.Pages.LogoutNoOp {
		if err := a.Store.DeleteSession(c.Context(), c.caller.session); err != nil && !errors.Is(err, store.ErrNotFound) {
			return result{}, err
		}
	}
	if c.caller != nil { // else authentication has dropped them already
		c.dropCookies()
	}
	return result{}, nil
}

// The outcomes of POST authentication/confirm (docs/portal/browser-flow.md §5.6).
const (
	linkGood    = 0
	linkInvalid = 1
	linkExpired = 2
)

// confirmLink is POST authentication/confirm: says whether a link is good, and
// whose it is, without spending it (docs/portal/browser-flow.md §3.1 step 5).
func (a *api) confirmLink(c *call) (result, error) {
	var in struct {
		Type     string `json:"type"`
		Key      string `json:"key"`
		EncEmail string `json:"encemail"`
	}
	if err := c.bind(&in); err != nil {
		return result{}, err
	}
	type outcome struct {
		Result int    `json:"result"`
		Email  string `json:"email,omitempty"`
	}
	bad := result{body: outcome{Result: linkInvalid}}
	link, err := a.Store.Link(c.Context(), in.Key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return bad, nil
	case err != nil:
		return result{}, err
	case !strings.EqualFold(in.Type, "Auth") || link.TenantID != c.tenant():
		return bad, nil
	case in.EncEmail != "" && in.EncEmail != a.sealEmail(link.Email):
		return bad, nil
	case !link.UsedAt.IsZero() && !c.rules.Pages.LinkReusable:
		return bad, nil
	case a.linkIsOver(c, link):
		return result{body: outcome{Result: linkExpired}}, nil
	}
	return result{body: outcome{Result: linkGood, Email: link.Email}}, nil
}

// mintSignature is GET security/oauth2/token: the x-signature of a signed-in
// user (docs/portal/identity.md §2.1).
func (a *api) mintSignature(c *call) (result, error) {
	token, err := signature.Issue(a.SignatureKey, c.site.Claims(c.user(), a.Clock.Now().Add(signature.Lifetime)))
	return result{body: token}, err
}
