package sqlite

import (
	"context"
	"errors"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

const insertApp = " INTO apps (id, tenant_id, created_by, created_at, gone_at, data) VALUES (?, ?, ?, ?, ?, ?)"

// appRow are the columns of insertApp.
func appRow(a store.App) ([]any, error) {
	data, err := encode(a)
	var gone any
	if !a.GoneAt.IsZero() {
		gone = nanos(a.GoneAt)
	}
	return []any{store.CanonicalAppID(a.ID), a.TenantID, a.CreatedBy, nanos(a.CreatedAt), gone, data}, err
}

// CreateApp implements store.Apps.
func (s *Store) CreateApp(ctx context.Context, a store.App) error {
	row, err := appRow(a)
	if err != nil {
		return err
	}
	created, err := s.exec(ctx, "INSERT OR IGNORE"+insertApp, row...)
	if err == nil && created == 0 {
		return store.ErrConflict
	}
	return err
}

func (w *writer) putApp(a store.App) error {
	row, err := appRow(a)
	if err != nil {
		return err
	}
	_, err = w.exec("INSERT OR REPLACE"+insertApp, row...)
	return err
}

// App implements store.Apps.
func (s *Store) App(ctx context.Context, id string) (store.App, error) {
	return get[store.App](ctx, s, "SELECT data FROM apps WHERE id = ?", store.CanonicalAppID(id))
}

// UpdateApp implements store.Apps.
func (s *Store) UpdateApp(ctx context.Context, id string, change func(*store.App) error) (store.App, error) {
	id = store.CanonicalAppID(id)
	var updated store.App
	err := s.write(ctx, func(w *writer) error {
		a, err := read[store.App](w, "SELECT data FROM apps WHERE id = ?", id)
		if err != nil {
			return err
		}
		if err := change(&a); err != nil {
			return err
		}
		row, err := appRow(a)
		if err != nil {
			return err
		}
		updated = a.Clone()
		_, err = w.exec("UPDATE apps SET tenant_id = ?, created_by = ?, created_at = ?, gone_at = ?, data = ? WHERE id = ?", append(row[1:], id)...)
		return err
	})
	if err != nil {
		return store.App{}, err
	}
	return updated, nil
}

// DeleteApp implements store.Apps.
func (s *Store) DeleteApp(ctx context.Context, id string) error {
	return s.remove(ctx, "DELETE FROM apps WHERE id = ?", store.CanonicalAppID(id))
}

// ListApps implements store.Apps.
func (s *Store) ListApps(ctx context.Context, q store.AppQuery) ([]store.App, error) {
	const query = `SELECT data FROM apps WHERE tenant_id = ?1 AND gone_at IS NULL AND (?2 = '' OR created_by = ?2)
		AND (?3 IS NULL OR created_at < ?3) ORDER BY created_at DESC, id LIMIT ?4`
	return list[store.App](ctx, s, query, q.TenantID, q.CreatedBy, before(q.Before.Truncate(time.Second)), limit(q.Limit))
}

// before is a cursor; none is NULL.
func before(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return nanos(t)
}

// limit is one of LIMIT, which takes -1 for none.
func limit(n int) int {
	if n <= 0 {
		return -1
	}
	return n
}

// AddConsent implements store.Consents.
func (s *Store) AddConsent(ctx context.Context, userID, appID string, scopes []string, at time.Time) (store.Consent, error) {
	var c store.Consent
	err := s.write(ctx, func(w *writer) error {
		kept, err := read[store.Consent](w, consentByKey, userID, appID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		c = store.Consent{UserID: userID, AppID: appID, Scopes: kept.Union(scopes), ModifiedAt: at}
		return w.putConsent(c)
	})
	return c, err
}

const consentByKey = "SELECT data FROM consents WHERE user_id = ? AND app_id = ?"

func (w *writer) putConsent(c store.Consent) error {
	data, err := encode(c)
	if err != nil {
		return err
	}
	_, err = w.exec("INSERT OR REPLACE INTO consents (user_id, app_id, data) VALUES (?, ?, ?)", c.UserID, c.AppID, data)
	return err
}

// Consent implements store.Consents.
func (s *Store) Consent(ctx context.Context, userID, appID string) (store.Consent, error) {
	return get[store.Consent](ctx, s, consentByKey, userID, appID)
}

// DeleteConsents implements store.Consents.
func (s *Store) DeleteConsents(ctx context.Context, userID, appID string) (int, error) {
	condition, args := where([]string{"user_id", "app_id"}, userID, appID)
	return s.exec(ctx, "DELETE FROM consents WHERE "+condition, args...)
}
