package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// scopeGroup is a bullet of the consent page (§5.2) and a row of the console's
// form (§6.2). On the consent page a group whose write scope
// is asked for shows the write text only.
type scopeGroup struct {
	Name      string `json:"-"`     // as the portal groups them
	Title     string `json:"-"`     // in the console's form (§6.2)
	Read      string `json:"read"`  // scope name
	Write     string `json:"write"` // scope name; empty: none
	ReadText  string `json:"readText"`
	WriteText string `json:"writeText"`
}

// scopeGroups are in the order of the portal's scope list: by name, openid last
// (§5.2; docs/portal/identity.md §7).
var scopeGroups = []scopeGroup{
	{
		"profiles", "Profile", "accounts.self:read", "accounts.self:write",
		"View basic information about your profile", "View and manage basic information about your profile",
	},
	{"accounts", "Contacts", "accounts:read", "accounts:write", "View all contacts", "View and manage all contacts"},
	{"files", "Files & Folders", "files:read", "files:write", "View all files and folders", "View and manage all files and folders"},
	{"rooms", "Rooms", "rooms:read", "rooms:write", "View all rooms", "View and manage all rooms"},
	{"openid", "Open ID", "openid", "", "View your personal data", ""},
}

// knownScopes are all scope names, in the list's order.
func knownScopes() []string {
	var names []string
	for _, g := range scopeGroups {
		names = append(names, g.Read)
		if g.Write != "" {
			names = append(names, g.Write)
		}
	}
	return names
}

// scopeTexts are the bullets for these scopes.
func scopeTexts(scopes []string) []string {
	var texts []string
	for _, g := range scopeGroups {
		switch {
		case g.Write != "" && slices.Contains(scopes, g.Write):
			texts = append(texts, g.WriteText)
		case slices.Contains(scopes, g.Read):
			texts = append(texts, g.ReadText)
		}
	}
	return texts
}

// initialScopes is what the consent page shows before its script has looked at
// the authorize URL: the cookie of an earlier look, else all scopes of the app (§2.4).
func initialScopes(r *http.Request, ofApp []string) []string {
	cookie, err := r.Cookie("x-scopes")
	if err != nil || cookie.Value == "" {
		return ofApp
	}
	text, err := url.PathUnescape(cookie.Value)
	if err != nil {
		return ofApp
	}
	return strings.Split(text, ";")
}
