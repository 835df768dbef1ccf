package registration

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

func ids(page map[string]any, member string) []string {
	list := []string{}
	for _, entry := range page["data"].([]any) {
		list = append(list, entry.(map[string]any)[member].(string))
	}
	return list
}

// docs/portal/identity.md §7.2, §7.4: newest first, a cursor unless it is the last page.
func TestListPages(t *testing.T) {
	p := newPortal(t, nil)
	var all []string
	for _, who := range []person{user, user, colleague, user, admin, alien} {
		p.clock.Advance(time.Second)
		all = append([]string{p.register(who)}, all...)
	}
	all = all[1:] // the alien's is another tenant's
	for _, path := range []string{"/clients", "/clients/info"} {
		var seen []string
		cursor := ""
		for range 3 {
			page := p.send(admin, "GET", path+"?"+limitOf(2)+cursor, nil).want(http.StatusOK, "").members()
			seen = append(seen, ids(page, "client_id")...)
			last, more := page["last_created_on"].(string)
			if !more {
				if page["last_client_id"] != nil {
					t.Errorf("%s: last_client_id %v without a time", path, page["last_client_id"])
				}
				break
			}
			if page["last_client_id"] != seen[len(seen)-1] || page["limit"] != 2.0 {
				t.Errorf("%s: page %v", path, page)
			}
			cursor = "&last_created_on=" + url.QueryEscape(last) + "&last_client_id=" + unknownID
		}
		if !slices.Equal(seen, all) {
			t.Errorf("%s: %q, want %q", path, seen, all)
		}
		own := p.send(user, "GET", path+"?"+limitOf(3), nil).want(http.StatusOK, "").members()
		if got := ids(own, "client_id"); !slices.Equal(got, []string{all[1], all[3], all[4]}) || own["last_created_on"] != nil {
			t.Errorf("%s: a user sees %q and cursor %v", path, got, own["last_created_on"])
		}
	}
}

// docs/portal/identity.md §7.2: apps of one second are skipped at a page border.
func TestListSkipsWithinASecond(t *testing.T) {
	p := newPortal(t, nil)
	for range 3 {
		p.register(user)
	}
	page := p.send(user, "GET", "/clients?limit=2", nil).members()
	next := p.send(user, "GET", "/clients?limit=2&last_created_on="+page["last_created_on"].(string), nil).want(http.StatusOK, "").members()
	if rest := ids(next, "client_id"); len(rest) != 0 {
		t.Errorf("%q follow, want none", rest)
	}
}

// docs/portal/identity.md §7.2, §7.4: lists come from the database: whole seconds,
// and the secret's ciphertext, which tells one secret from another.
func TestListShowsStoredForms(t *testing.T) {
	p := newPortal(t, nil)
	id := p.register(user)
	entry := func() map[string]any {
		return p.send(user, "GET", "/clients", nil).want(http.StatusOK, "").members()["data"].([]any)[0].(map[string]any)
	}
	app, err := p.store.App(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	first := entry()
	cipher, _ := first["client_secret"].(string)
	if cipher == "" || strings.Contains(cipher, app.Secret) || first["created_on"] != reread || entry()["client_secret"] != cipher {
		t.Errorf("entry %v", first)
	}
	p.send(user, "PATCH", "/clients/"+id+"/regenerate", nil).want(http.StatusOK, "")
	if entry()["client_secret"] == cipher {
		t.Error("the ciphertext stayed although the secret changed")
	}
}

// docs/portal/identity.md §7.1, §7.2: limit and cursor, which the lists read alike.
func TestListParameters(t *testing.T) {
	const missing = "Required request parameter 'limit' for method parameter type int is not present"
	p := newPortal(t, nil)
	tests := []struct {
		query, detail string
		status        int
	}{
		{"limit=1", "", http.StatusOK},
		{"limit=50", "", http.StatusOK},
		{"limit=0", detailValidation, http.StatusBadRequest},
		{"limit=-1", detailValidation, http.StatusBadRequest},
		{"limit=51", detailValidation, http.StatusBadRequest},
		{"limit=abc", detailWentWrong, http.StatusInternalServerError},
		{"limit=99999999999", detailWentWrong, http.StatusInternalServerError},
		{"limit=5&CURSOR=yesterday", detailWentWrong, http.StatusInternalServerError},
		{"limit=5&CURSOR=2026-03-01", detailWentWrong, http.StatusInternalServerError},
		{"limit=5&CURSOR=", "", http.StatusOK},
		{"limit=5&CURSOR=2026-03-01T09:30Z", "", http.StatusOK},
		{"limit=5&CURSOR=2026-03-01T09:30:00.5%2B02:00[Europe/Riga]", "", http.StatusOK},
		{"limit=5&last_client_id=anything", "", http.StatusOK},
	}
	for path, cursor := range map[string]string{
		"/clients": "last_created_on", "/clients/info": "last_created_on", "/clients/consents": "last_modified_on",
	} {
		for _, tt := range tests {
			t.Run(path+"?"+tt.query, func(t *testing.T) {
				p.t = t
				p.send(user, "GET", path+"?"+strings.Replace(tt.query, "CURSOR", cursor, 1), nil).want(tt.status, tt.detail)
			})
		}
		p.t = t
		if path == "/clients" {
			if got := p.send(user, "GET", path, nil).want(http.StatusOK, "").members()["limit"]; got != 30.0 {
				t.Errorf("limit %v, want 30", got)
			}
			continue
		}
		p.send(user, "GET", path, nil).want(http.StatusBadRequest, missing)
	}
	var document problem
	p.send(user, "GET", "/clients?limit=51", nil).read(&document)
	if !slices.Equal(document.Errors, []violation{{"limit", "ErrorName", "limit must be at most 50"}}) {
		t.Errorf("errors %+v", document.Errors)
	}
}

// docs/portal/identity.md §7.4: the live code grants of the caller, newest first.
func TestConsents(t *testing.T) {
	p := newPortal(t, nil)
	first, second, pending := p.register(admin), p.register(admin), p.register(admin)
	p.grant(user, first, store.GrantCode, "files:read", "openid")
	p.grant(user, first, store.GrantPAT, "files:read")
	p.grant(colleague, second, store.GrantCode, "files:read")
	p.clock.Advance(time.Second)
	p.grant(user, second, store.GrantCode, "openid")
	if _, err := p.store.PutGrant(t.Context(), store.Grant{
		GrantKey:     store.GrantKey{UserID: "user", AppID: pending, Type: store.GrantCode},
		ConsentState: "unanswered", ModifiedAt: p.clock.Now(),
	}); err != nil {
		t.Fatal(err)
	}
	page := p.send(user, "GET", "/clients/consents?limit=1", nil).want(http.StatusOK, "").members()
	cursor, _ := page["last_modified_on"].(string)
	if got := ids(page, "registered_client_id"); !slices.Equal(got, []string{second}) || cursor != "2026-03-01T09:30:01Z" {
		t.Fatalf("page %v", page)
	}
	page = p.send(user, "GET", "/clients/consents?limit=1&last_modified_on="+cursor, nil).want(http.StatusOK, "").members()
	if got := ids(page, "registered_client_id"); !slices.Equal(got, []string{first}) || page["last_modified_on"] != nil {
		t.Fatalf("second page %v", page)
	}
	consent := page["data"].([]any)[0].(map[string]any)
	client := consent["client"].(map[string]any)
	if consent["scopes"] != "files:read openid" || consent["modified_at"] != reread || client["client_id"] != first || client["created_on"] != reread {
		t.Errorf("consent %v", consent)
	}
	p.send(admin, "PATCH", "/clients/"+first+"/activation", `{}`).wantEmpty(http.StatusOK)
	p.send(admin, "DELETE", "/clients", nil).wantEmpty(http.StatusOK)
	page = p.send(user, "GET", "/clients/consents?limit=9", nil).want(http.StatusOK, "").members()
	for _, entry := range page["data"].([]any) {
		if entry.(map[string]any)["client"] != nil {
			t.Errorf("%v, want no client once it is gone", entry)
		}
	}
	if got := ids(page, "registered_client_id"); len(got) != 2 {
		t.Errorf("consents %q, want both", got)
	}
}
