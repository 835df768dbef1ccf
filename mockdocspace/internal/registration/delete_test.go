package registration

import (
	"context"
	"net/http"
	"testing"

	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// docs/portal/identity.md §11: the app, all its grants and consents; nothing else.
func TestDelete(t *testing.T) {
	p := newPortal(t, nil)
	id, other := p.register(user), p.register(user)
	for _, app := range []string{id, other} {
		p.grant(colleague, app, store.GrantCode, "files:read")
		p.grant(colleague, app, store.GrantPAT, "files:read")
	}
	p.send(user, "DELETE", "/clients/"+id, nil).wantEmpty(http.StatusOK)
	p.send(user, "DELETE", "/clients/"+id, nil).want(http.StatusNotFound, "")
	p.send(anonymous, "GET", "/clients/"+id+"/public/info", nil).want(http.StatusNotFound, "")
	for _, kind := range []store.GrantType{store.GrantCode, store.GrantPAT} {
		if grant, consent := p.holds(colleague, id, kind); grant || consent {
			t.Errorf("%s: grant %t, consent %t outlived the app", kind, grant, consent)
		}
		if grant, consent := p.holds(colleague, other, kind); !grant || !consent {
			t.Errorf("%s: another app's grant %t, consent %t", kind, grant, consent)
		}
	}
}

// leftAfterFirstStep is a store whose client leaves once the app is deleted.
type leftAfterFirstStep struct {
	store.Store
	leave context.CancelFunc
}

func (s leftAfterFirstStep) DeleteApp(ctx context.Context, id string) error {
	defer s.leave()
	return s.Store.DeleteApp(ctx, id)
}

func (s leftAfterFirstStep) DeleteGrants(ctx context.Context, f store.GrantFilter) (int, error) {
	if err := ctx.Err(); err != nil { // as the store in a file has it
		return 0, err
	}
	return s.Store.DeleteGrants(ctx, f)
}

// A deletion goes to its end though the client leaves in the middle.
func TestDelete_clientLeaves(t *testing.T) {
	p := newPortal(t, nil)
	id := p.register(user)
	p.grant(colleague, id, store.GrantCode, "files:read")
	ctx, leave := context.WithCancel(t.Context())
	p.handler = New(Config{
		Store: leftAfterFirstStep{p.store, leave}, Clock: p.clock, Random: random.Seeded(1),
		Limiter: limit.New(p.clock, false), SignatureKey: p.key,
	})
	p.send(user, "DELETE", "/clients/"+id, nil, func(r *http.Request) { *r = *r.WithContext(ctx) })
	if grant, consent := p.holds(colleague, id, store.GrantCode); grant || consent {
		t.Errorf("grant %t, consent %t outlived the app", grant, consent)
	}
}

// docs/portal/identity.md §7.2, §11: the caller's apps leave the lists and stay in
// the cache; the caller's own grants go everywhere, other people's stay.
func TestDeleteOwn(t *testing.T) {
	p := newPortal(t, nil)
	mine, theirs := p.register(user), p.register(colleague)
	p.grant(user, theirs, store.GrantCode, "files:read")
	p.grant(colleague, mine, store.GrantCode, "files:read")
	p.send(user, "DELETE", "/clients", nil).wantEmpty(http.StatusOK)
	p.send(user, "DELETE", "/clients", nil).wantEmpty(http.StatusOK)
	if left := ids(p.send(admin, "GET", "/clients", nil).want(http.StatusOK, "").members(), "client_id"); len(left) != 1 || left[0] != theirs {
		t.Errorf("left %q", left)
	}
	if grant, _ := p.holds(user, theirs, store.GrantCode); grant {
		t.Error("the caller's grant on another's app stayed")
	}
	if grant, _ := p.holds(colleague, mine, store.GrantCode); !grant {
		t.Error("another's grant on the caller's app went")
	}
	p.send(anonymous, "GET", "/clients/"+mine+"/public/info", nil).want(http.StatusOK, "")
	p.send(user, "PATCH", "/clients/"+mine+"/regenerate", nil).want(http.StatusNotFound, "")
	p.send(user, "DELETE", "/clients/"+mine, nil).want(http.StatusNotFound, "")
	p.clock.Advance(cacheLifetime)
	p.send(anonymous, "GET", "/clients/"+mine+"/public/info", nil).want(http.StatusNotFound, "")
}

func TestDeleteOwnWithoutTheCacheQuirk(t *testing.T) {
	p := newPortal(t, func(r *rules.Rules) { r.Registration.MassDeleteCached = false })
	id := p.register(user)
	p.grant(colleague, id, store.GrantCode, "files:read")
	p.send(user, "DELETE", "/clients", nil).wantEmpty(http.StatusOK)
	p.send(anonymous, "GET", "/clients/"+id+"/public/info", nil).want(http.StatusNotFound, "")
	if grant, consent := p.holds(colleague, id, store.GrantCode); grant || consent {
		t.Error("grants outlived the app")
	}
}

// docs/portal/identity.md §7.2: administrators only, their tenant only.
func TestDeleteTenant(t *testing.T) {
	p := newPortal(t, nil)
	id, foreign := p.register(user), p.register(alien)
	p.grant(colleague, id, store.GrantCode, "files:read")
	p.send(user, "DELETE", "/clients/tenant", nil).want(http.StatusForbidden, "Access denied")
	p.send(admin, "DELETE", "/clients/tenant", nil).wantEmpty(http.StatusOK)
	p.send(anonymous, "GET", "/clients/"+id+"/public/info", nil).want(http.StatusNotFound, "")
	p.send(alien, "GET", "/clients/"+foreign, nil).want(http.StatusOK, "")
	if grant, consent := p.holds(colleague, id, store.GrantCode); grant || consent {
		t.Error("grants outlived the tenant's apps")
	}
}

// docs/portal/identity.md §7.2, §11: the caller's grants of both kinds and the
// consent, whatever the id.
func TestRevoke(t *testing.T) {
	p := newPortal(t, nil)
	id := p.register(admin)
	for _, who := range []person{user, guest} {
		p.grant(who, id, store.GrantCode, "files:read")
		p.grant(who, id, store.GrantPAT, "files:read")
	}
	p.send(user, "DELETE", "/clients/"+id+"/revoke", nil).wantEmpty(http.StatusOK)
	for _, kind := range []store.GrantType{store.GrantCode, store.GrantPAT} {
		if grant, consent := p.holds(user, id, kind); grant || consent {
			t.Errorf("%s: grant %t, consent %t", kind, grant, consent)
		}
		if grant, consent := p.holds(guest, id, kind); !grant || !consent {
			t.Errorf("%s of somebody else: grant %t, consent %t", kind, grant, consent)
		}
	}
	p.send(guest, "DELETE", "/clients/"+unknownID+"/revoke", nil).wantEmpty(http.StatusOK)
	p.send(user, "DELETE", "/clients/no-uuid/revoke", nil).wantEmpty(http.StatusOK)
	if grant, _ := p.holds(guest, id, store.GrantCode); !grant {
		t.Error("revoking another app took the grant")
	}
}
