package pages

import (
	"net/http"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// The developer console has two homes (§6): in the settings for administrators,
// in the Developer Tools for others. The pages are the same.
const (
	consoleOfAdmins = "/portal-settings/developer-tools/oauth"
	consoleOfUsers  = "/developer-tools/oauth"
)

func consoleHome(user store.User) string {
	if user.IsAdmin() {
		return consoleOfAdmins
	}
	return consoleOfUsers
}

// mayRegister reports whether the registration API lets user manage apps
// (docs/portal/identity.md §2.1, §2.2): never guests, and others than
// administrators only while the portal does not limit developer tools. It decides
// what the frame leads to; the pages themselves show what the API answers.
func (v *visit) mayRegister(user store.User) bool {
	return user.IsAdmin() || (user.Type != store.TypeGuest && !v.site.Tenant.LimitedDevTools)
}

// console answers the console's paths: the list, its form for a new app, and the
// same form for an app by its client id. It reports whether path is one of them.
func (v *visit) console(path string) bool {
	for _, home := range []string{consoleOfAdmins, consoleOfUsers} {
		rest, ok := strings.CutPrefix(path, home)
		switch id, below := strings.CutPrefix(rest, "/"); {
		case !ok:
		case rest == "":
			v.apps(home)
			return true
		case below && id == "create":
			v.appForm(home, "")
			return true
		case below && id != "" && !strings.Contains(id, "/"):
			v.appForm(home, id)
			return true
		}
	}
	return false
}

// consoleData is what the console's scripts work with.
type consoleData struct {
	memberData
	Home     string       `json:"home"`
	ClientID string       `json:"clientId,omitempty"` // of the app to edit
	Origin   string       `json:"oauthOrigin"`        // of authorize links; empty: the page's own (§6.3)
	Rules    consoleRules `json:"rules"`
}

type consoleRules struct {
	KeepsUntickedScopes bool `json:"keepsUntickedScopes"`
}

// consoleUser is the user for whom the page at home is shown. Who isn't an
// administrator has no settings and is sent to the other home (a guess: the
// reference does not say what the portal does).
func (v *visit) consoleUser(home string) (user store.User, ok bool) {
	if user, ok = v.member(); !ok {
		return user, false
	}
	if home == consoleOfAdmins && !user.IsAdmin() {
		v.redirect(v.origin() + consoleOfUsers + strings.TrimPrefix(v.r.URL.EscapedPath(), consoleOfAdmins))
		return user, false
	}
	return user, true
}

func (v *visit) consoleData(user store.User, home string) consoleData {
	return consoleData{
		memberData: v.memberData(user), Home: home, Origin: v.OAuthOrigin,
		Rules: consoleRules{v.rules.Pages.ConsoleKeepsScopes},
	}
}

// apps is the list of apps (§6.1).
func (v *visit) apps(home string) {
	user, ok := v.consoleUser(home)
	if !ok {
		return
	}
	v.render(http.StatusOK, page{
		Name: "console", Title: "OAuth 2.0", Portal: v.portalFrame(user, consoleHome(user)),
		View: struct{ Home string }{home},
		Data: v.consoleData(user, home),
	})
}

// appFormView is what the form shows before its script has asked for the app.
type appFormView struct {
	Home   string
	Title  string
	Edit   bool
	Basic  []formField
	Legal  []formField
	Lists  []formField
	Scopes []scopeGroup
}

// formField is an input of the form (§6.2); its test id is ID + "_input".
type formField struct {
	ID, Name, Label, Placeholder string
	Fixed                        bool // once registered
}

// fields marks the fixed ones as such only where an app is edited.
func fields(edit bool, all ...formField) []formField {
	for i := range all {
		all[i].Fixed = all[i].Fixed && edit
	}
	return all
}

// appForm is the form for a new app, or for one by its client id (§6.2).
func (v *visit) appForm(home, clientID string) {
	user, ok := v.consoleUser(home)
	if !ok {
		return
	}
	edit := clientID != ""
	view := appFormView{
		Home: home, Title: "New application", Edit: edit, Scopes: scopeGroups,
		Basic: fields(edit,
			formField{"app_name_input_group", "name", "App name", "Enter name", false},
			formField{"app_website_url_input_group", "website_url", "Website URL", "Enter URL", true}),
		Lists: fields(edit,
			formField{"redirect_uris", "redirect_uris", "Redirects URLs", "Enter URL", true},
			formField{"allowed_origins", "allowed_origins", "Allowed origins", "Enter URL", false}),
		Legal: fields(edit,
			formField{"policy_url_input_group", "policy_url", "Privacy policy URL", "Enter URL", true},
			formField{"terms_url_input_group", "terms_url", "Terms of Service URL", "Enter URL", true}),
	}
	if edit {
		view.Title = "Edit application"
	}
	data := v.consoleData(user, home)
	data.ClientID = clientID
	v.render(http.StatusOK, page{
		Name: "app-form", Title: view.Title, Portal: v.portalFrame(user, consoleHome(user)), View: view, Data: data,
	})
}
