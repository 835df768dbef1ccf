package identity_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// fullDisk is a store whose writes fail once it is full.
type fullDisk struct {
	store.Store
	full bool
}

var errFull = errors.New("no space left on device")

func (d *fullDisk) PutGrant(ctx context.Context, g store.Grant) (store.Grant, error) {
	if d.full {
		return store.Grant{}, errFull
	}
	return d.Store.PutGrant(ctx, g)
}

func (d *fullDisk) SwapGrant(ctx context.Context, g store.Grant) (store.Grant, error) {
	if d.full {
		return store.Grant{}, errFull
	}
	return d.Store.SwapGrant(ctx, g)
}

func (d *fullDisk) DeleteGrants(ctx context.Context, f store.GrantFilter) (int, error) {
	if d.full {
		return 0, errFull
	}
	return d.Store.DeleteGrants(ctx, f)
}

func (d *fullDisk) AddConsent(ctx context.Context, userID, appID string, scopes []string, at time.Time) (store.Consent, error) {
	if d.full {
		return store.Consent{}, errFull
	}
	return d.Store.AddConsent(ctx, userID, appID, scopes, at)
}

// identity.md §5.2 (a row could not be saved), §6.1 (database write failed) and §6.2;
// what was to be used up is good again once there is space.
func TestWritesThatFail(t *testing.T) {
	const persistence, cleanup = "identity_authorization_persistence_error", "identity_authorization_cleanup_error"
	unsaved := `400 {"error":"` + persistence + `"}`
	for name, tt := range map[string]struct {
		prepare    func(p *portal) func() answer
		full, then string
	}{
		"§6.1 consent page": {func(p *portal) func() answer {
			return func() answer { return p.ask(p.asking()) }
		}, atLogin(persistence), aConsent},
		"§6.1 silent code": {func(p *portal) func() answer {
			p.remember("files:read")
			return func() answer { return p.ask(p.asking()) }
		}, atLogin(persistence), aCode},
		"§6.1 approval": {func(p *portal) func() answer {
			state := p.pending("files:read")
			return func() answer { return p.consent(user, state, "files:read") }
		}, atLogin(persistence), aCode},
		"§6.2 denial": {func(p *portal) func() answer {
			state := p.pending("files:read")
			return func() answer { return p.consent(user, state) }
		}, atLogin(cleanup), atApp("access_denied")},
		"§5.2 code": {func(p *portal) func() answer {
			code := p.code(user, "files:read")
			return func() answer { return p.exchange(code) }
		}, unsaved, tokenPair},
		"§5.2 refresh": {func(p *portal) func() answer {
			token := p.tokens(user, "files:read").text("refresh_token")
			return func() answer { return p.refresh(token) }
		}, unsaved, tokenPair},
		"§5.2 personal token": {func(p *portal) func() answer {
			return func() answer { return p.personal("files:read") }
		}, unsaved, accessOnly},
		"§5.2 another client's attempt": {func(p *portal) func() answer {
			fields := p.otherApp(p.exchanging(p.code(user, "files:read")))
			return func() answer { return p.token(fields) }
		}, unsaved, badGrant},
		"§3.8 revocation": {func(p *portal) func() answer {
			token := p.tokens(user, "files:read").text("refresh_token")
			return func() answer { return p.post("/oauth2/revoke", p.revoking(token).encoded()) }
		}, unsaved, "200 "},
	} {
		t.Run(name, func(t *testing.T) {
			disk := &fullDisk{}
			p := newPortalOn(t, func(s store.Store) store.Store { disk.Store = s; return disk })
			request := tt.prepare(p)
			disk.full = true
			request().want(t, tt.full)
			disk.full = false
			request().want(t, tt.then)
		})
	}
}

// A row that remembers used tokens, for reuse detection or a fault, stays small.
func TestRowsStaySmall(t *testing.T) {
	for _, fault := range []string{"refresh.accepts-old", "refresh.keeps-access", "token.keeps-superseded"} {
		p := newPortal(t)
		switchOn(t, p, fault)
		token := p.tokens(user, "files:read").text("refresh_token")
		for range 100 {
			if fault == "token.keeps-superseded" {
				p.tokens(user, "files:read")
				continue
			}
			token = p.refresh(token).text("refresh_token")
		}
		grant, err := p.store.Grant(t.Context(), store.GrantKey{UserID: user, AppID: p.app.ID, Type: store.GrantCode})
		if err != nil {
			t.Fatal(err)
		}
		if kept := max(len(grant.OldAccess), len(grant.OldRefresh)); kept == 0 || kept > 64 {
			t.Errorf("%s: %d tokens kept", fault, kept)
		}
	}
}
