package sqlite

import (
	"context"
	"crypto/sha256"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// PutSession implements store.Sessions.
func (s *Store) PutSession(ctx context.Context, session store.Session) error {
	return s.write(ctx, func(w *writer) error { return w.putSession(session) })
}

func (w *writer) putSession(session store.Session) error {
	data, err := encode(session)
	if err != nil {
		return err
	}
	_, err = w.exec("INSERT OR REPLACE INTO sessions (hash, tenant_id, user_id, expires_at, data) VALUES (?, ?, ?, ?, ?)",
		sessionHash(session.Token), session.TenantID, session.UserID, nanos(session.ExpiresAt), data)
	return err
}

func sessionHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Session implements store.Sessions.
func (s *Store) Session(ctx context.Context, token string) (store.Session, error) {
	return get[store.Session](ctx, s, "SELECT data FROM sessions WHERE hash = ?", sessionHash(token))
}

// DeleteSession implements store.Sessions.
func (s *Store) DeleteSession(ctx context.Context, token string) error {
	return s.remove(ctx, "DELETE FROM sessions WHERE hash = ?", sessionHash(token))
}

// DeleteSessionsOf implements store.Sessions.
func (s *Store) DeleteSessionsOf(ctx context.Context, tenantID int64, userID string) (int, error) {
	return s.exec(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ?", tenantID, userID)
}

// PutLink implements store.Links.
func (s *Store) PutLink(ctx context.Context, l store.Link) error {
	return s.write(ctx, func(w *writer) error { return w.putLink(l) })
}

func (w *writer) putLink(l store.Link) error {
	data, err := encode(l)
	if err != nil {
		return err
	}
	_, err = w.exec("INSERT OR REPLACE INTO links (key, expires_at, data) VALUES (?, ?, ?)", l.Key, nanos(l.ExpiresAt), data)
	return err
}

const linkByKey = "SELECT data FROM links WHERE key = ?"

// Link implements store.Links.
func (s *Store) Link(ctx context.Context, key string) (store.Link, error) {
	return get[store.Link](ctx, s, linkByKey, key)
}

// UseLink implements store.Links.
func (s *Store) UseLink(ctx context.Context, key string, at time.Time) (store.Link, error) {
	var l store.Link
	err := s.write(ctx, func(w *writer) (err error) {
		if l, err = read[store.Link](w, linkByKey, key); err != nil {
			return err
		}
		if !l.UsedAt.IsZero() {
			return store.ErrConflict
		}
		l.UsedAt = at
		return w.putLink(l)
	})
	return l, err
}

// PutKey implements store.Keys.
func (s *Store) PutKey(ctx context.Context, k store.Key) error {
	return s.write(ctx, func(w *writer) error { return w.putKey(k) })
}

func (w *writer) putKey(k store.Key) error {
	data, err := encode(k)
	if err != nil {
		return err
	}
	_, err = w.exec("INSERT OR REPLACE INTO signing_keys (id, created_at, data) VALUES (?, ?, ?)", k.ID, nanos(k.CreatedAt), data)
	return err
}

// Keys implements store.Keys.
func (s *Store) Keys(ctx context.Context) ([]store.Key, error) {
	return list[store.Key](ctx, s, "SELECT data FROM signing_keys ORDER BY created_at DESC, id")
}

// DeleteKey implements store.Keys.
func (s *Store) DeleteKey(ctx context.Context, id string) error {
	return s.remove(ctx, "DELETE FROM signing_keys WHERE id = ?", id)
}
