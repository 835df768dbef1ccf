package registration

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
)

const unknownID = "00000000-0000-4000-8000-00000000dead"

const (
	fresh  = "2026-03-01T09:30:00.123456789Z"
	reread = "2026-03-01T09:30:00Z"
)

// docs/portal/identity.md §7.2, §7.4: the answer to create, and the same app read back.
func TestCreateThenRead(t *testing.T) {
	p := newPortal(t, nil)
	var created, read clientDocument
	p.send(user, "POST", "/clients", body(map[string]any{"is_public": false})).want(http.StatusCreated, "").read(&created)
	if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(created.ClientID) {
		t.Errorf("client id %q is no UUID", created.ClientID)
	}
	if !regexp.MustCompile(`^[A-Za-z0-9]{36}$`).MatchString(created.ClientSecret) {
		t.Errorf("secret %q is not 36 letters and digits", created.ClientSecret)
	}
	if created.Tenant != 1 || created.CreatedBy != "user" || created.ModifiedBy != "user" || created.CreatedOn != fresh || created.ModifiedOn != fresh {
		t.Errorf("created %+v", created)
	}
	if !created.IsPublic || !created.Enabled || strings.Join(created.AuthenticationMethods, " ") != "client_secret_post none" {
		t.Errorf("created %+v, want a public, enabled app of two methods", created)
	}
	p.send(user, "GET", "/clients/"+strings.ToUpper(created.ClientID), nil).want(http.StatusOK, "").read(&read)
	if read.ClientSecret != created.ClientSecret || read.CreatedOn != fresh {
		t.Errorf("read %+v, want what was created", read)
	}
	info := p.send(user, "GET", "/clients/"+created.ClientID+"/info", nil).want(http.StatusOK, "").members()
	if info["is_public"] != true || info["public"] != true || info["created_on"] != fresh || info["client_secret"] != nil || info["enabled"] != nil {
		t.Errorf("info %v", info)
	}
	p.clock.Advance(cacheLifetime)
	p.send(user, "GET", "/clients/"+created.ClientID, nil).want(http.StatusOK, "").read(&read)
	if read.CreatedOn != reread {
		t.Errorf("created_on %q once out of the cache, want %q", read.CreatedOn, reread)
	}
}

// docs/portal/identity.md §7.2, §7.4: who sees which app, and what is said otherwise.
func TestWhoMayReadAndWrite(t *testing.T) {
	p := newPortal(t, nil)
	id := p.register(user)
	valid := body(nil)
	writes := []struct {
		method, suffix string
		body           any
	}{
		{"PUT", "", valid},
		{"PATCH", "/activation", map[string]any{"status": true}},
		{"PATCH", "/regenerate", nil},
		{"DELETE", "", nil},
	}
	const end = " was not found"
	for _, suffix := range []string{"", "/info"} {
		read := func(who person, id string) answer { return p.send(who, "GET", "/clients/"+id+suffix, nil) }
		read(admin, id).want(http.StatusOK, "")
		read(colleague, id).want(http.StatusNotFound, "Client with ID "+id+" for tenant 1 and user colleague"+end)
		read(alien, id).want(http.StatusNotFound, "Client with ID "+id+" for tenant 2"+end)
		read(admin, unknownID).want(http.StatusNotFound, "Client with ID "+unknownID+" for tenant 1"+end)
		read(user, "no-uuid").want(http.StatusNotFound, "Client with id no-uuid was not found. Invalid client id format")
		read(guest, id).want(http.StatusForbidden, "Access denied")
		read(restricted, id).want(http.StatusForbidden, "Access denied")
	}
	for _, w := range writes {
		write := func(who person, id string) answer { return p.send(who, w.method, "/clients/"+id+w.suffix, w.body) }
		write(colleague, id).want(http.StatusNotFound, "Client with id "+id+" for tenant 1 and user colleague@example.test"+end)
		write(alien, id).want(http.StatusNotFound, "Client with id "+id+" for tenant 2"+end)
		write(admin, unknownID).want(http.StatusNotFound, "Client with id "+unknownID+" for tenant 1"+end)
		write(user, "no-uuid").want(http.StatusNotFound, "Client with id no-uuid was not found. Invalid client id format")
		write(guest, id).want(http.StatusForbidden, "Access denied")
		write(anonymous, id).wantEmpty(http.StatusForbidden)
	}
	for _, w := range writes {
		p.send(admin, w.method, "/clients/"+id+w.suffix, w.body).want(http.StatusOK, "")
	}
	p.send(guest, "POST", "/clients", valid).want(http.StatusForbidden, "Access denied")
}

// docs/portal/identity.md §7.2: the one route that is anybody's.
func TestPublicInfo(t *testing.T) {
	p := newPortal(t, nil)
	id := p.register(user)
	p.send(user, "PATCH", "/clients/"+id+"/activation", map[string]any{"status": false}).wantEmpty(http.StatusOK)
	for _, who := range []person{anonymous, guest, alien} {
		info := p.send(who, "GET", "/clients/"+id+"/public/info", nil).want(http.StatusOK, "").members()
		if info["client_id"] != id || info["client_secret"] != nil {
			t.Errorf("info %v", info)
		}
	}
	p.send(anonymous, "GET", "/clients/"+unknownID+"/public/info", nil).want(http.StatusNotFound, "Client with id "+unknownID+" was not found")
	p.send(anonymous, "GET", "/clients/x/public/info", nil).want(http.StatusNotFound, "Client with id x was not found. Invalid client id format")
}

// docs/portal/identity.md §7.2: only the mutable fields change, and times lose their fractions.
func TestUpdateChangesOnlyTheMutableFields(t *testing.T) {
	p := newPortal(t, nil)
	id := p.register(user)
	p.clock.Advance(time.Hour)
	p.send(admin, "PUT", "/clients/"+id, body(map[string]any{
		"name": "Another Name", "description": "Other", "logo": "data:image/svg+xml;base64,PHN2Zy8+", "allow_pkce": "false",
		"allowed_origins": []any{"https://other.example.test"}, "redirect_uris": []any{"https://other.example.test/cb"},
		"scopes": []any{"rooms:read"}, "website_url": "https://other.example.test", "is_public": false,
	})).wantEmpty(http.StatusOK)
	var got clientDocument
	p.send(user, "GET", "/clients/"+id, nil).want(http.StatusOK, "").read(&got)
	if got.Name != "Another Name" || *got.Description != "Other" || !strings.Contains(got.Logo, "svg") ||
		len(got.AuthenticationMethods) != 1 || got.AllowedOrigins[0] != "https://other.example.test" {
		t.Errorf("%+v, want the new values", got)
	}
	if got.RedirectURIs[0] != "https://app.example.test/cb" || len(got.Scopes) != 2 || got.WebsiteURL != "https://app.example.test" || !got.IsPublic {
		t.Errorf("%+v, want what cannot change as it was", got)
	}
	if got.CreatedOn != reread || got.ModifiedOn != "2026-03-01T10:30:00Z" || got.CreatedBy != "user" || got.ModifiedBy != "admin" {
		t.Errorf("%+v, want whole seconds and the one who changed it", got)
	}
}

// docs/portal/identity.md §7.2: a missing status deactivates, texts count.
func TestActivation(t *testing.T) {
	tests := []struct {
		body    string
		status  int
		enabled bool
	}{
		{`{"status":true}`, http.StatusOK, true},
		{`{"status":"true"}`, http.StatusOK, true},
		{`{"status":false}`, http.StatusOK, false},
		{`{"status":null}`, http.StatusOK, false},
		{`{}`, http.StatusOK, false},
		{`{"status":"maybe"}`, http.StatusInternalServerError, true},
		{`{"status":[true]}`, http.StatusInternalServerError, true},
		{`null`, http.StatusInternalServerError, true},
	}
	for _, tt := range tests {
		t.Run(tt.body, func(t *testing.T) {
			p := newPortal(t, nil)
			id := p.register(user)
			p.send(user, "PATCH", "/clients/"+id+"/activation", tt.body).want(tt.status, "")
			if got := p.send(user, "GET", "/clients/"+id, nil).members()["enabled"]; got != tt.enabled {
				t.Errorf("enabled %v, want %t", got, tt.enabled)
			}
		})
	}
}

// docs/portal/identity.md §7.2, §11: a new secret, also of a disabled app.
func TestRegenerate(t *testing.T) {
	p := newPortal(t, nil)
	var created clientDocument
	p.send(user, "POST", "/clients", body(nil)).want(http.StatusCreated, "").read(&created)
	p.send(user, "PATCH", "/clients/"+created.ClientID+"/activation", `{}`).wantEmpty(http.StatusOK)
	answer := p.send(user, "PATCH", "/clients/"+created.ClientID+"/regenerate", nil).want(http.StatusOK, "").members()
	secret, _ := answer["client_secret"].(string)
	if len(answer) != 1 || len(secret) != secretLength || secret == created.ClientSecret {
		t.Errorf("%v, want a new secret alone", answer)
	}
	if got := p.send(user, "GET", "/clients/"+created.ClientID, nil).members()["client_secret"]; got != secret {
		t.Errorf("read %v, want the new secret", got)
	}
	if app, err := p.store.App(t.Context(), created.ClientID); err != nil || len(app.OldSecrets) != 0 {
		t.Errorf("old secrets %q, %v", app.OldSecrets, err)
	}
}

// docs/portal/identity.md §7.3: an app registered without a description.
func TestMissingDescription(t *testing.T) {
	for build, later := range map[rules.Build]any{rules.BuildServer: "null", rules.BuildSaaS: "null", rules.BuildMinified: nil} {
		t.Run(string(build), func(t *testing.T) {
			p := newPortal(t, func(r *rules.Rules) { r.Build = build })
			created := p.send(user, "POST", "/clients", body(map[string]any{"description": nil})).want(http.StatusCreated, "").members()
			if value, has := created["description"]; !has || value != nil {
				t.Errorf("created with description %v, want null", value)
			}
			id := created["client_id"].(string)
			for _, path := range []string{"/clients/" + id, "/clients/" + id + "/info", "/clients/" + id + "/public/info"} {
				if value := p.send(user, "GET", path, nil).members()["description"]; value != later {
					t.Errorf("%s: description %v, want %v", path, value, later)
				}
			}
		})
	}
}

// docs/portal/identity.md §7.3, last paragraph: the limits of the cloud, off by one.
func TestCloudLimits(t *testing.T) {
	p := newPortal(t, func(r *rules.Rules) { r.Build = rules.BuildSaaS })
	for range maxUserApps + 1 {
		p.register(user)
	}
	p.send(user, "POST", "/clients", body(nil)).want(http.StatusBadRequest, detailUserIsFull)
	for i := range maxTenantApps - maxUserApps {
		p.register(someone("user"+string(rune('a'+i/10)), 1))
	}
	p.send(colleague, "POST", "/clients", body(nil)).want(http.StatusBadRequest, detailTenantIsFull)
	p.register(alien)
	p = newPortal(t, nil)
	for range maxUserApps + 2 {
		p.register(user)
	}
}
