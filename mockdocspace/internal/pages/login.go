package pages

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// loginView is what the form shows (§4.1).
type loginView struct {
	Portal  string
	ForApp  bool // a client id is in the URL
	Known   bool
	AppName string
	AppURL  string
	AppLogo template.URL
}

// loginData is what the form's script works with.
type loginData struct {
	Hash      passwordHash `json:"hash"`
	ClientID  string       `json:"clientId"`
	PortalWay bool         `json:"portalSignIn"` // sign in through /apisystem/portal/signin (§1)
	AuthError bool         `json:"authError"`
	Return    string       `json:"referenceUrl"`
	AutoLogin *portalLink  `json:"autoLogin,omitempty"`
	Rules     loginRules   `json:"rules"`
}

type loginRules struct {
	LegacyEndsAtHome  bool `json:"legacySignInEndsAtHome"`
	SecondFactorHangs bool `json:"secondFactorHangs"`
	Loop              bool `json:"loginLoop"`
	ListsOne          bool `json:"listsOnePortal"`
	resumeRules
}

func (v *visit) loginRules() loginRules {
	p := v.rules.Pages
	return loginRules{p.LegacySignInEndsAtHome, p.SecondFactorHangs, p.LoginLoop, p.ListsOnePortal, v.resumeRules()}
}

// resumeRules say how the interrupted authorize URL is put together again (§2.4).
type resumeRules struct {
	BounceDropsAfterScope bool `json:"bounceDropsAfterScope"`
	StaleScopes           bool `json:"staleScopes"`
	FirstScopeNotFound    bool `json:"firstScopeNotFound"`
	LoseState             bool `json:"loseState"`
}

func (v *visit) resumeRules() resumeRules {
	p := v.rules.Pages
	return resumeRules{p.BounceDropsAfterScope, p.StaleScopes, p.FirstScopeNotFound, p.LoseState}
}

// login is the login form. A client that is known and public is signed in to
// through the portal list, any other way ends in POST authentication (§1, §3.4).
func (v *visit) login() {
	hash, err := v.hashSettings()
	if err != nil {
		v.Logger.ErrorContext(v.r.Context(), "settings for the login form", "error", err)
		v.screen(http.StatusInternalServerError, serverFault)
		return
	}
	clientID := v.first("client_id")
	app, known := v.knownApp(clientID)
	view := loginView{Portal: v.greeting(), ForApp: clientID != "", Known: known}
	if known {
		view.AppName, view.AppURL, view.AppLogo = app.Name, app.WebsiteURL, logo(app.Logo)
	}
	v.render(http.StatusOK, page{
		Name: "login", Title: "Sign in", View: view,
		Data: loginData{
			Hash: hash, ClientID: clientID, PortalWay: known && app.Public,
			AuthError: v.first("authError") != "", Return: v.first("referenceUrl"),
			AutoLogin: v.autoLogin(),
			Rules:     v.loginRules(),
		},
	})
}

// portalLink is a portal and the link that signs a user in there, as ApiSystem
// answers them (§4.4).
type portalLink struct {
	Name string `json:"portalName"`
	Link string `json:"portalLink"`
}

// autoLogin makes the one-time link for the user who is signed in without being
// asked, or nothing. After a failure the form is shown: else it would turn in circles.
func (v *visit) autoLogin() *portalLink {
	if v.AutoLogin == "" || v.first("authError") != "" || v.rules.Pages.LoginLoop {
		return nil
	}
	ctx, now := v.r.Context(), v.Clock.Now()
	user, err := v.Store.UserByEmail(ctx, v.site.Tenant.ID, v.AutoLogin)
	if err == nil && user.Status != store.StatusActive {
		err = errors.New("the user is not active")
	}
	link := store.Link{
		Key: v.Random.Base64URL(32), TenantID: v.site.Tenant.ID, UserID: user.ID, Email: user.Email,
		CreatedAt: now, ExpiresAt: now.Add(time.Hour),
	}
	if err == nil {
		err = v.Store.PutLink(ctx, link)
	}
	if err != nil {
		v.Logger.WarnContext(ctx, "automatic sign-in", "user", v.AutoLogin, "error", err)
		return nil
	}
	origin := v.origin()
	return &portalLink{Name: origin, Link: origin + "/confirm/Auth?type=Auth&key=" + url.QueryEscape(link.Key) + "&encemail="}
}
