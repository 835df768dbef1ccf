package pages

import (
	"errors"
	"net/http"
	"net/url"

	"docspace-oauth/mockdocspace/internal/store"
)

// The portal's own pages, which a person sees after the sign-in. At the portal
// they are one program in the browser whose frame the reference leaves out: this
// frame, the way from page to page and the home are stand-ins.

// portalView is the frame of the portal's own pages.
type portalView struct {
	Portal, Name, Email, Initials string
	Tabs                          []portalTab
}

// portalTab leads to one of the pages.
type portalTab struct {
	Label, Path string
	Current     bool
}

const (
	homePath           = "/"
	authorizedAppsPath = "/profile/authorized-apps"
)

// member is the signed-in user; ok is false when the visitor was sent to the login
// form, which leads back to the page.
func (v *visit) member() (user store.User, ok bool) {
	user, ok = v.signedIn()
	if ok {
		return user, true
	}
	v.dropSession() // else the login page would lead to the home
	target := v.origin() + "/login"
	if path := v.r.URL.EscapedPath(); path != homePath {
		target += "?referenceUrl=" + url.QueryEscape(path)
	}
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("Location", target)
	v.w.WriteHeader(http.StatusFound)
	return store.User{}, false
}

// portalFrame is the frame for user, with the tab of the page at current marked.
func (v *visit) portalFrame(user store.User, current string) *portalView {
	f := &portalView{Portal: v.greeting(), Name: user.DisplayName(), Email: user.Email, Initials: initials(user.DisplayName())}
	add := func(label, path string) { f.Tabs = append(f.Tabs, portalTab{label, path, path == current}) }
	add("Rooms", homePath)
	if v.mayRegister(user) {
		add("Developer Tools", consoleHome(user))
	}
	add("Authorized apps", authorizedAppsPath)
	return f
}

// home is the portal itself: the rooms.
func (v *visit) home() {
	user, ok := v.member()
	if !ok {
		return
	}
	var rooms []string
	ctx := v.r.Context()
	root, err := v.Store.RootFolder(ctx, v.site.Tenant.ID, store.RootRooms, "")
	if err == nil {
		var folders []store.Folder
		folders, err = v.Store.Folders(ctx, v.site.Tenant.ID, root.ID)
		for _, f := range folders {
			if _, member := f.Members[user.ID]; member || user.IsAdmin() {
				rooms = append(rooms, f.Title)
			}
		}
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		v.Logger.ErrorContext(ctx, "read the rooms", "error", err)
	}
	v.render(http.StatusOK, page{
		Name: "home", Title: "Rooms", Portal: v.portalFrame(user, homePath),
		View: struct{ Rooms []string }{rooms},
	})
}

// memberData is what the scripts of pages that call the registration API work with.
type memberData struct {
	UserID   string `json:"userId"`
	UserName string `json:"userName"`
	Now      int64  `json:"now"` // the portal's time, milliseconds
}

func (v *visit) memberData(user store.User) memberData {
	return memberData{user.ID, user.DisplayName(), v.Clock.Now().UnixMilli()}
}

// authorizedApps is the tab of a user's profile that lists the apps let in (§6.4).
func (v *visit) authorizedApps() {
	user, ok := v.member()
	if !ok {
		return
	}
	v.render(http.StatusOK, page{
		Name: "authorized-apps", Title: "Authorized apps", Portal: v.portalFrame(user, authorizedAppsPath),
		Data: v.memberData(user),
	})
}
