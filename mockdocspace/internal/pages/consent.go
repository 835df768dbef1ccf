package pages

import (
	"html/template"
	"net/http"

	"docspace-oauth/signature"
)

// consentView is what the consent page shows (§5.2).
type consentView struct {
	Portal      string
	Known       bool
	AppName     string
	AppURL      string
	AppLogo     template.URL
	PolicyURL   string
	TermsURL    string
	TermsTwice  bool
	Scopes      []string // bullets
	UserName    string
	UserEmail   string
	Initials    string
	ShowsLoader bool // in the place of the buttons, while the signature is pending (§0)
}

// consentData is what its script works with.
type consentData struct {
	ClientID    string       `json:"clientId"`
	UserID      string       `json:"userId"`
	AppScopes   []string     `json:"appScopes"`
	Scopes      []string     `json:"scopes"` // shown first
	Groups      []scopeGroup `json:"groups"`
	Known       []string     `json:"knownScopes"`
	OAuthOrigin string       `json:"oauthOrigin"`
	AutoConsent bool         `json:"autoConsent"`
	Now         int64        `json:"now"` // the portal's time, milliseconds
	Rules       consentRules `json:"rules"`
}

type consentRules struct {
	SilentStaleConsent     bool `json:"silentStaleConsent"`
	FailedConsentStaysBusy bool `json:"failedConsentStaysBusy"`
	resumeRules
}

// consent is the consent page. Without a live session it is the error screen,
// for good; with the rule off, the login form (§2.2).
func (v *visit) consent() {
	user, ok := v.signedIn()
	if !ok {
		if v.rules.Pages.ConsentWithoutSession {
			v.screen(http.StatusInternalServerError, serverFault)
			return
		}
		v.dropSession()
		target := v.origin() + "/login"
		if v.r.URL.RawQuery != "" {
			target += "?" + v.r.URL.RawQuery
		}
		v.redirect(target)
		return
	}
	if !v.scopesAvailable() {
		if !v.rules.Pages.BlankWithoutScopes {
			v.screen(http.StatusServiceUnavailable, "What the application may ask for cannot be found out now. Try again in a minute.")
			return
		}
		v.render(http.StatusOK, page{Name: "blank", Static: true, Title: "Consent"}) // no scopes, no page (§5.2)
		return
	}
	clientID := v.consentClient()
	app, known := v.knownApp(clientID)
	scopes := initialScopes(v.r, app.Scopes)
	view := consentView{
		Portal: v.greeting(), Known: known, TermsTwice: v.rules.Pages.TermsLinkTwice, Scopes: scopeTexts(scopes),
		UserName: user.DisplayName(), UserEmail: user.Email, Initials: initials(user.DisplayName()),
		ShowsLoader: !v.rules.Pages.AllowBeforeBounce && v.bounces(user.ID),
	}
	if known {
		view.AppName, view.AppURL, view.AppLogo = app.Name, app.WebsiteURL, logo(app.Logo)
		view.PolicyURL, view.TermsURL = app.PolicyURL, app.TermsURL
	}
	v.render(http.StatusOK, page{
		Name: "consent", Title: "Consent", View: view,
		Data: consentData{
			ClientID: clientID, UserID: user.ID, AppScopes: app.Scopes, Scopes: scopes,
			Groups: scopeGroups, Known: knownScopes(),
			OAuthOrigin: v.OAuthOrigin, AutoConsent: v.AutoConsent && known, Now: v.Clock.Now().UnixMilli(),
			Rules: consentRules{v.rules.Pages.SilentStaleConsent, v.rules.Pages.FailedConsentStaysBusy, v.resumeRules()},
		},
	})
}

// bounces reports whether the page will leave again to fetch a signature: an
// authorize URL waits and the user's signature is missing (§0).
func (v *visit) bounces(userID string) bool {
	waiting, err := v.r.Cookie("x-redirect-authorization-uri")
	if err != nil || waiting.Value == "" {
		return false
	}
	own, err := v.r.Cookie(signature.Name + "-" + userID)
	return err != nil || own.Value == ""
}
