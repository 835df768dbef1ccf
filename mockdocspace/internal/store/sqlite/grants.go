package sqlite

import (
	"context"
	"crypto/sha256"
	"errors"
	"unicode/utf8"

	"docspace-oauth/mockdocspace/internal/store"
)

// grantData is how a grant is kept: JSON takes no text that isn't UTF-8, and an
// app's state and nonce may be anything.
type grantData struct {
	store.Grant
	RawState []byte `json:",omitempty"`
	RawNonce []byte `json:",omitempty"`
}

func encodeGrant(g store.Grant) (string, error) {
	data := grantData{Grant: g}
	if !utf8.ValidString(g.State) {
		data.RawState = []byte(g.State)
	}
	if !utf8.ValidString(g.Nonce) {
		data.RawNonce = []byte(g.Nonce)
	}
	return encode(data)
}

func (d grantData) grant() store.Grant {
	if d.RawState != nil {
		d.State = string(d.RawState)
	}
	if d.RawNonce != nil {
		d.Nonce = string(d.RawNonce)
	}
	return d.Grant
}

// beginVersions starts this process's numbers beyond those of all before it: a
// row that is read before a restart and one that is written after it differ.
func (s *Store) beginVersions() error {
	var epoch int64
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.writer.scan("UPDATE counters SET value = value + 1 WHERE name = 'epoch' RETURNING value", nil, []any{&epoch}); err != nil {
		return s.failed(err)
	}
	s.version.Store(epoch << 36) // 68 thousand million writes a start, 134 million starts
	return nil
}

// PutGrant implements store.Grants.
func (s *Store) PutGrant(ctx context.Context, g store.Grant) (store.Grant, error) {
	return s.writeGrant(ctx, g, putGrantQuery)
}

const putGrantQuery = `INSERT INTO grants (version, modified_at, spent_at, live, data, user_id, app_id, type)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
	ON CONFLICT (user_id, app_id, type) DO UPDATE SET version = ?1, modified_at = ?2, spent_at = ?3, live = ?4, data = ?5
	RETURNING id`

// SwapGrant implements store.Grants.
func (s *Store) SwapGrant(ctx context.Context, g store.Grant) (store.Grant, error) {
	return s.writeGrant(ctx, g, `UPDATE grants SET version = ?1, modified_at = ?2, spent_at = ?3, live = ?4, data = ?5
		WHERE user_id = ?6 AND app_id = ?7 AND type = ?8 AND version = ?9 RETURNING id`, g.Version)
}

func (s *Store) writeGrant(ctx context.Context, g store.Grant, query string, more ...any) (store.Grant, error) {
	g = g.Clone()
	if err := s.write(ctx, func(w *writer) error { return s.putGrant(w, &g, query, more...) }); err != nil {
		return store.Grant{}, err
	}
	return g, nil
}

// putGrant gives the row its version, runs the query that writes it, with more
// arguments behind the row's own, and writes what leads to it.
func (s *Store) putGrant(w *writer, g *store.Grant, query string, more ...any) error {
	g.Version = s.version.Add(1)
	data, err := encodeGrant(*g)
	if err != nil {
		return err
	}
	var id int64
	args := append([]any{g.Version, nanos(g.ModifiedAt), nanos(g.SpentAt()), g.Live(), data, g.UserID, g.AppID, string(g.Type)}, more...)
	err = w.scan(query, args, []any{&id})
	if errors.Is(err, store.ErrNotFound) {
		return w.whyNotSwapped(g.GrantKey)
	}
	if err != nil {
		return err
	}
	return w.leadTo(id, *g)
}

func (w *writer) whyNotSwapped(key store.GrantKey) error {
	var one int
	err := w.scan("SELECT 1 FROM grants WHERE user_id = ? AND app_id = ? AND type = ?", []any{key.UserID, key.AppID, string(key.Type)}, []any{&one})
	if err != nil {
		return err
	}
	return store.ErrConflict
}

// leadTo replaces the values by which the row is found.
func (w *writer) leadTo(id int64, g store.Grant) error {
	if _, err := w.exec("DELETE FROM grant_tokens WHERE grant_id = ?", id); err != nil {
		return err
	}
	for kind, value := range g.TokenValues() {
		if _, err := w.exec("INSERT OR REPLACE INTO grant_tokens (hash, grant_id) VALUES (?, ?)", hash(kind, value), id); err != nil {
			return err
		}
	}
	return nil
}

// hash stands for a value, which may be thousands of bytes long.
func hash(kind store.TokenKind, value string) []byte {
	sum := sha256.Sum256(append([]byte{byte(kind)}, value...))
	return sum[:]
}

// Grant implements store.Grants.
func (s *Store) Grant(ctx context.Context, key store.GrantKey) (store.Grant, error) {
	data, err := get[grantData](ctx, s, "SELECT data FROM grants WHERE user_id = ? AND app_id = ? AND type = ?", key.UserID, key.AppID, string(key.Type))
	return data.grant(), err
}

// GrantByToken implements store.Grants.
func (s *Store) GrantByToken(ctx context.Context, kind store.TokenKind, value string) (store.Grant, error) {
	data, err := get[grantData](ctx, s, "SELECT data FROM grants WHERE id = (SELECT grant_id FROM grant_tokens WHERE hash = ?)", hash(kind, value))
	return data.grant(), err
}

// ListGrants implements store.Grants.
func (s *Store) ListGrants(ctx context.Context, q store.GrantQuery) ([]store.Grant, error) {
	const query = `SELECT data FROM grants WHERE user_id = ?1 AND (?2 = '' OR type = ?2) AND (NOT ?3 OR live)
		AND (?4 IS NULL OR modified_at < ?4) ORDER BY modified_at DESC, version DESC LIMIT ?5`
	rows, err := list[grantData](ctx, s, query, q.UserID, string(q.Type), q.LiveOnly, before(q.Before), limit(q.Limit))
	return grantsOf(rows), err
}

func grantsOf(rows []grantData) []store.Grant {
	grants := make([]store.Grant, len(rows))
	for i, row := range rows {
		grants[i] = row.grant()
	}
	return grants
}

// DeleteGrants implements store.Grants.
func (s *Store) DeleteGrants(ctx context.Context, f store.GrantFilter) (int, error) {
	condition, args := where([]string{"user_id", "app_id", "type"}, f.UserID, f.AppID, string(f.Type))
	return s.exec(ctx, "DELETE FROM grants WHERE "+condition, args...)
}
