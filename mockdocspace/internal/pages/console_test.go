package pages

import (
	"net/http"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
)

// The console has two homes, and what it can't show leads elsewhere.
func TestConsolePaths(t *testing.T) {
	f := newFixture(t, func(f *fixture) {
		boss := f.shelf.users[bobID]
		boss.Type = store.TypeAdmin
		f.shelf.users[bobID] = boss
		f.shelf.sessions["session-of-bob"] = store.Session{TenantID: 1, UserID: bobID, ExpiresAt: f.config.Clock.Now().Add(1e12)}
	})
	const boss = "asc_auth_key=session-of-bob"
	for _, c := range []struct {
		path, cookie string
		status       int
		want         string // in the page, or at the end of the Location
	}{
		{consoleOfUsers, jane, http.StatusOK, `data-testid="register_new_app_button"`},
		{consoleOfUsers + "/create", jane, http.StatusOK, "New application"},
		{consoleOfUsers + "/" + appID, jane, http.StatusOK, "Edit application"},
		{consoleOfAdmins, boss, http.StatusOK, `href="` + consoleOfAdmins + `" aria-current="page"`},
		{consoleOfUsers, boss, http.StatusOK, `href="` + consoleOfAdmins + `" aria-current="page"`},
		{consoleOfAdmins + "/create", jane, http.StatusTemporaryRedirect, consoleOfUsers + "/create"},
		{authorizedAppsPath, jane, http.StatusOK, "Authorized apps"},
		{consoleOfUsers + "/create", "", http.StatusFound, "/login?referenceUrl=%2Fdeveloper-tools%2Foauth%2Fcreate"},
		{authorizedAppsPath, "asc_auth_key=expired", http.StatusFound, "/login?referenceUrl=%2Fprofile%2Fauthorized-apps"},
		{consoleOfUsers + "/a/b", jane, http.StatusNotFound, "There is no such page"},
		{consoleOfUsers + "/", jane, http.StatusNotFound, "There is no such page"},
		{consoleOfUsers + "x", jane, http.StatusNotFound, "There is no such page"},
	} {
		page := f.get(t, c.path, c.cookie)
		if location := page.Header.Get("Location"); page.StatusCode != c.status ||
			(location == "" && !strings.Contains(page.body, c.want)) || (location != "" && !strings.HasSuffix(location, c.want)) {
			t.Errorf("GET %s as %q: %d %q\n%s", c.path, c.cookie, page.StatusCode, location, page.body)
		}
	}
}

// What an app or a path is called never becomes markup or script.
func TestConsoleShowsPathsAsText(t *testing.T) {
	f := newFixture(t, nil)
	page := f.get(t, consoleOfUsers+"/%3C%2Fscript%3E%3Cscript%3Ealert(1)", jane)
	page.wantNot(t, "<script>alert")
}
