package mockdocspace

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/mockdocspace/internal/store/sqlite"
)

// openStore opens what keeps the portal's state, with the configuration in it.
func (p *Portal) openStore(ctx context.Context) error {
	if p.config.Data == "" {
		p.store = store.NewMemory()
		return p.seed(ctx)
	}
	file, err := sqlite.Open(p.config.Data)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	p.store = file
	there, err := file.Tenants(ctx)
	switch {
	case err != nil:
	case len(there) == 0:
		err = p.seed(ctx)
	default:
		err = p.configure(ctx)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	return nil
}

// seed puts what the configuration says in place of everything, as one step.
func (p *Portal) seed(ctx context.Context) error {
	fresh := store.NewMemory()
	if err := p.fill(ctx, fresh); err != nil {
		return err
	}
	seeds, err := fresh.Snapshot(ctx)
	if err != nil {
		return err
	}
	if err := p.store.Restore(ctx, seeds); err != nil {
		return err
	}
	return p.switchFaults()
}

// configure brings what the configuration names into a store that has been in
// use, and leaves everything else as it is.
func (p *Portal) configure(ctx context.Context) error {
	now := p.clock.Now()
	for _, portal := range p.config.Portals {
		if err := p.configurePortal(ctx, portal, now); err != nil {
			return fmt.Errorf("portal %d: %w", portal.ID, err)
		}
	}
	for _, app := range p.config.Apps {
		if err := p.configureApp(ctx, app, now); err != nil {
			return fmt.Errorf("app %q: %w", app.ID, err)
		}
	}
	if err := p.seedKeys(ctx, p.store, now); err != nil {
		return err
	}
	return p.switchFaults()
}

func (p *Portal) configurePortal(ctx context.Context, portal config.Portal, now time.Time) error {
	tenant, err := p.store.Tenant(ctx, portal.ID)
	if errors.Is(err, store.ErrNotFound) {
		return seedPortal(ctx, p.store, portal, now)
	}
	if err != nil {
		return err
	}
	fresh, users := tenantOf(portal, now)
	tenant.Name, tenant.URL, tenant.Hosts, tenant.OwnerID = fresh.Name, fresh.URL, fresh.Hosts, fresh.OwnerID
	newcomers := newCompany(p.store, tenant, nil, now)
	for i, user := range users {
		kept, err := p.store.User(ctx, user.TenantID, user.ID)
		known := err == nil
		switch {
		case known:
			user = reconfigured(kept, user)
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		if err := p.store.PutUser(ctx, user); err != nil {
			return fmt.Errorf("user %s: %w", user.Email, err)
		}
		if known {
			continue
		}
		if err := newcomers.documents(ctx, user, portal.Users[i].Documents); err != nil {
			return err
		}
	}
	return p.store.PutTenant(ctx, tenant)
}

// reconfigured is a user as the configuration has him, with what only the portal
// knows as it was.
func reconfigured(kept, configured store.User) store.User {
	if !strings.EqualFold(kept.Email, configured.Email) {
		kept.UserName = configured.UserName
	}
	if kept.Status != configured.Status {
		kept.Status, kept.TerminatedAt = configured.Status, configured.TerminatedAt
	}
	kept.Email, kept.Password = configured.Email, configured.Password
	kept.FirstName, kept.LastName = configured.FirstName, configured.LastName
	kept.Type, kept.TwoFactor = configured.Type, configured.TwoFactor
	return kept
}

func (p *Portal) configureApp(ctx context.Context, app config.App, now time.Time) error {
	row, err := p.appOf(app, now)
	if err != nil {
		return err
	}
	_, err = p.store.UpdateApp(ctx, row.ID, func(kept *store.App) error {
		row.ID, row.OldSecrets = kept.ID, kept.OldSecrets
		row.CreatedAt, row.ModifiedAt, row.Reread = kept.CreatedAt, kept.ModifiedAt, kept.Reread
		*kept = row
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return p.store.CreateApp(ctx, row)
	}
	return err
}
