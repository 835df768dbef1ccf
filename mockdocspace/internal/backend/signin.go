package backend

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// linkLifetime is how long a one-time link is good (docs/portal/browser-flow.md §3.1).
const linkLifetime = time.Hour

// tenantLink is one portal that a person may sign in to.
type tenantLink struct {
	PortalName string `json:"portalName"`
	PortalLink string `json:"portalLink"`
}

// flatError is how ApiSystem refuses: no envelope (docs/portal/browser-flow.md §4.4).
type flatError struct {
	Error   string `json:"error"`
	Message string `json:"message"`
}

// portalSignIn is POST /apisystem/portal/signin: every portal at which e-mail
// and password are those of an active user, each with a one-time link.
// What the portal says to a body that is no JSON is not on record: it is
// answered as a wrong password.
func (a *api) portalSignIn(c *call) (result, error) {
	var in struct {
		Email        string `json:"email"`
		Password     string `json:"password"`
		PasswordHash string `json:"passwordHash"`
	}
	wrong := &refusal{status: http.StatusInternalServerError, flat: flatError{"error", "Invalid login or password."}}
	now, key := a.Clock.Now(), "front "+remoteIP(c.Request)
	if a.Limits && !c.rules.Limits.Off {
		full := a.attempts.blocked(key, now, frontLimit, frontWindow)
		a.attempts.note(key, now, frontWindow) // refused calls extend the window too
		if full {
			return result{}, &refusal{status: http.StatusForbidden, flat: flatError{"tooMuchAttempts", "Too much attempts already"}}
		}
	}
	if err := c.bind(&in); err != nil {
		return result{}, wrong
	}
	email := strings.TrimSpace(in.Email)
	tenants, err := a.Store.Tenants(c.Context())
	if err != nil {
		return result{}, err
	}
	links := []tenantLink{}
	for _, t := range tenants {
		user, err := a.Store.UserByEmail(c.Context(), t.ID, email)
		switch {
		case errors.Is(err, store.ErrNotFound):
			continue
		case err != nil:
			return result{}, err
		}
		fits, err := a.hashes.fits(user.Password, in.Password, in.PasswordHash)
		if err != nil {
			return result{}, err
		}
		if (!fits && !c.rules.Pages.AnyPassword) || !c.mayEnter(user) {
			continue
		}
		link, err := a.oneTimeLink(c, t, user)
		if err != nil {
			return result{}, err
		}
		links = append(links, link)
	}
	if len(links) == 0 || email == "" {
		return result{}, wrong
	}
	return result{flat: true, body: struct {
		Tenants []tenantLink `json:"tenants"`
	}{links}}, nil
}

// oneTimeLink makes the link that signs a user in at one portal.
func (a *api) oneTimeLink(c *call, t store.Tenant, user store.User) (tenantLink, error) {
	now := a.Clock.Now()
	link := store.Link{
		Key: a.Random.Base64URL(32), TenantID: t.ID, UserID: user.ID, Email: user.Email,
		CreatedAt: now, ExpiresAt: now.Add(linkLifetime),
	}
	if err := a.Store.PutLink(c.Context(), link); err != nil {
		return tenantLink{}, err
	}
	portal := a.portalURL(c, t)
	return tenantLink{
		PortalName: portal,
		PortalLink: portal + "/confirm/Auth?type=Auth&key=" + url.QueryEscape(link.Key) + "&encemail=" + url.QueryEscape(a.sealEmail(user.Email)),
	}, nil
}

// sealEmail stands for the portal's encrypted e-mail; nobody but this server reads it.
func (a *api) sealEmail(email string) string {
	mac := hmac.New(sha256.New, a.SignatureKey)
	mac.Write([]byte(strings.ToLower(email)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
