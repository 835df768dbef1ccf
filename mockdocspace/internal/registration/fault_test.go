package registration

import (
	"net/http"
	"slices"
	"testing"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// Each fault of registration, on: it shows; off: it doesn't.
func TestFaults(t *testing.T) {
	tests := map[string]func(p *portal, id string) bool{
		"registration.weak-secret": func(p *portal, id string) bool {
			created := p.send(user, "POST", "/clients", body(nil)).want(http.StatusCreated, "").members()
			return len(created["client_secret"].(string)) == weakSecretLength
		},
		"registration.leaks-secret": func(p *portal, id string) bool {
			return p.send(anonymous, "GET", "/clients/"+id+"/public/info", nil).members()["client_secret"] != nil
		},
		"registration.accepts-anything": func(p *portal, id string) bool {
			created := p.send(user, "POST", "/clients", `{}`).status == http.StatusCreated
			updated := p.send(user, "PUT", "/clients/"+id, `{"name":"x"}`).status == http.StatusOK
			listed := p.send(user, "GET", "/clients?limit=1000", nil).status == http.StatusOK
			return created && updated && listed
		},
		"registration.any-role": func(p *portal, id string) bool {
			return p.send(guest, "GET", "/clients/"+id, nil).status == http.StatusOK
		},
		"registration.crosses-tenants": func(p *portal, id string) bool {
			listed := ids(p.send(alien, "GET", "/clients", nil).members(), "client_id")
			return p.send(alien, "GET", "/clients/"+id, nil).status == http.StatusOK && slices.Contains(listed, id)
		},
		"registration.old-secret-works": func(p *portal, id string) bool {
			before, _ := p.store.App(p.t.Context(), id)
			p.send(user, "PATCH", "/clients/"+id+"/regenerate", nil).want(http.StatusOK, "")
			after, _ := p.store.App(p.t.Context(), id)
			return slices.Contains(after.OldSecrets, before.Secret)
		},
		"registration.delete-keeps-tokens": func(p *portal, id string) bool {
			p.grant(colleague, id, store.GrantCode, "files:read")
			p.send(user, "DELETE", "/clients/"+id, nil).wantEmpty(http.StatusOK)
			grant, _ := p.holds(colleague, id, store.GrantCode)
			return grant
		},
		"registration.changes-redirects": func(p *portal, id string) bool {
			p.send(user, "PUT", "/clients/"+id, body(map[string]any{"redirect_uris": []string{"https://new.example.test/"}})).wantEmpty(http.StatusOK)
			app, _ := p.store.App(p.t.Context(), id)
			return slices.Contains(app.RedirectURIs, "https://new.example.test/")
		},
		"registration.revokes-others": func(p *portal, id string) bool {
			p.grant(colleague, id, store.GrantCode, "files:read")
			p.send(user, "DELETE", "/clients/"+id+"/revoke", nil).wantEmpty(http.StatusOK)
			grant, consent := p.holds(colleague, id, store.GrantCode)
			return !grant && !consent
		},
		"limits.off": func(p *portal, id string) bool {
			return p.send(user, "GET", "/clients/"+id, nil).header.Get("X-Ratelimit-Remaining") == ""
		},
		"consent.revoke-keeps-tokens": func(p *portal, id string) bool {
			p.grant(colleague, id, store.GrantCode, "files:read")
			p.send(colleague, "DELETE", "/clients/"+id+"/revoke", nil).wantEmpty(http.StatusOK)
			grant, consent := p.holds(colleague, id, store.GrantCode)
			return grant && !consent
		},
	}
	for name, shows := range tests {
		t.Run(name, func(t *testing.T) {
			for _, on := range []bool{false, true} {
				p := newPortal(t, nil)
				if err := p.store.PutTenant(t.Context(), store.Tenant{ID: 1}); err != nil {
					t.Fatal(err)
				}
				id := p.register(user)
				if on {
					if _, err := p.book.Add(name, rules.Subject{}); err != nil {
						t.Fatal(err)
					}
				}
				if got := shows(p, id); got != on {
					t.Errorf("fault on = %t, misbehaves = %t", on, got)
				}
			}
		})
	}
}

// What rules.Registration switches that is no fault.
func TestStrictAnswers(t *testing.T) {
	p := newPortal(t, func(r *rules.Rules) { *r = rules.Strict() })
	p.send(user, "POST", "/clients", `{"name":`).want(http.StatusBadRequest, detailMalformed)
	created := p.send(user, "POST", "/clients", body(map[string]any{"description": nil})).want(http.StatusCreated, "").members()
	if got := p.send(user, "GET", "/clients/"+created["client_id"].(string), nil).members()["description"]; got != nil {
		t.Errorf("description %v, want null", got)
	}
	entry := p.send(user, "GET", "/clients", nil).members()["data"].([]any)[0].(map[string]any)
	if _, has := entry["client_secret"]; has {
		t.Errorf("a list shows %v", entry["client_secret"])
	}
}
