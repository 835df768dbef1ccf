package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// Snapshot implements store.Store. Large content stays in its files, which the
// snapshot keeps open, so that it can be read after it was deleted.
func (s *Store) Snapshot(ctx context.Context) (*store.Snapshot, error) {
	s.content.RLock()
	defer s.content.RUnlock()
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, s.failed(err)
	}
	defer func() { _ = tx.Rollback() }()
	out := &store.Snapshot{Blobs: map[string]store.Blob{}}
	var grants []grantData
	err = errors.Join(
		all(tx, &out.Tenants, "tenants ORDER BY id"), all(tx, &out.Users, "users ORDER BY rowid"), all(tx, &out.Apps, "apps"),
		all(tx, &grants, "grants ORDER BY version"), all(tx, &out.Consents, "consents"), all(tx, &out.Sessions, "sessions"),
		all(tx, &out.Links, "links"), all(tx, &out.Keys, "signing_keys"), all(tx, &out.Groups, "user_groups"),
		all(tx, &out.Folders, "folders"), all(tx, &out.Files, "files"), s.allBlobs(tx, out.Blobs),
		tx.QueryRow("SELECT value FROM counters WHERE name = 'last_id'").Scan(&out.LastID),
	)
	if err != nil {
		return nil, s.failed(err)
	}
	out.Grants = grantsOf(grants)
	return out, nil
}

func all[T any](tx *sql.Tx, into *[]T, table string) error {
	rows, err := tx.Query("SELECT data FROM " + table)
	if err != nil {
		return err
	}
	*into, err = collect[T](rows)
	return err
}

func (s *Store) allBlobs(tx *sql.Tx, into map[string]store.Blob) error {
	rows, err := tx.Query("SELECT id, content, file FROM blobs")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		var content []byte
		var name sql.NullString
		if err := rows.Scan(&id, &content, &name); err != nil {
			return err
		}
		if !name.Valid {
			into[id] = store.Bytes(content)
			continue
		}
		file, err := os.Open(s.contentFile(name.String))
		if err != nil {
			return fmt.Errorf("content of %s: %w", id, err)
		}
		into[id] = store.FileBlob{File: file}
	}
	return rows.Err()
}

// Clear implements store.Store.
func (s *Store) Clear(ctx context.Context) error { return s.Restore(ctx, &store.Snapshot{}) }

// kept is content on its way into a row.
type kept struct {
	content []byte
	file    string
}

// Restore implements store.Store.
func (s *Store) Restore(ctx context.Context, from *store.Snapshot) error {
	s.content.Lock()
	defer s.content.Unlock()
	blobs, fresh, err := s.keep(from.Blobs)
	if err != nil {
		s.discard(fresh...)
		return err
	}
	var before map[string]bool
	err = s.write(ctx, func(w *writer) error {
		if before, err = w.contentFiles(); err != nil {
			return err
		}
		return s.replace(w, from, blobs)
	})
	if err != nil {
		s.discard(fresh...)
		return err
	}
	for _, blob := range blobs {
		delete(before, blob.file)
	}
	for file := range before {
		s.discard(file)
	}
	return nil
}

// keep gives each blob a place; fresh are the files that were made for that.
func (s *Store) keep(blobs map[string]store.Blob) (places map[string]kept, fresh []string, err error) {
	places = make(map[string]kept, len(blobs))
	for id, blob := range blobs {
		if file, ok := blob.(store.FileBlob); ok && s.has(file.File) {
			info, err := file.File.Stat()
			if err != nil {
				return nil, fresh, fmt.Errorf("content of %s: %w", id, err)
			}
			places[id] = kept{file: info.Name()}
			continue
		}
		r, err := blob.Open()
		if err != nil {
			return nil, fresh, fmt.Errorf("content of %s: %w", id, err)
		}
		content, file, _, err := s.spool(r)
		fresh = append(fresh, file)
		if err := errors.Join(err, r.Close()); err != nil {
			return nil, fresh, fmt.Errorf("content of %s: %w", id, err)
		}
		places[id] = kept{content, file}
	}
	return places, fresh, nil
}

// has reports whether an open file is one of the store's, and still there.
func (s *Store) has(file *os.File) bool {
	open, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(s.contentFile(open.Name()))
	return err == nil && os.SameFile(open, named)
}

// replace puts a snapshot's rows in place of all others.
func (s *Store) replace(w *writer, from *store.Snapshot, blobs map[string]kept) error {
	for _, table := range []string{
		"tenants", "tenant_hosts", "users", "apps", "grants", "consents", "sessions", "links", "signing_keys",
		"user_groups", "folders", "files", "blobs",
	} {
		if _, err := w.exec("DELETE FROM " + table); err != nil {
			return err
		}
	}
	// Numbers that were given are not given again.
	if _, err := w.exec("UPDATE counters SET value = max(value, ?) WHERE name = 'last_id'", from.LastID); err != nil {
		return err
	}
	for id, blob := range blobs {
		if err := w.putBlob(id, blob.content, blob.file); err != nil {
			return err
		}
	}
	// In order of version, which decides between rows of the same time in lists.
	grants := slices.SortedFunc(slices.Values(from.Grants), func(a, b store.Grant) int { return cmp.Compare(a.Version, b.Version) })
	putGrant := func(g store.Grant) error { return s.putGrant(w, &g, putGrantQuery) }
	return errors.Join(
		each(from.Tenants, w.putTenant), each(from.Users, w.putUser), each(from.Apps, w.putApp), each(grants, putGrant),
		each(from.Consents, w.putConsent), each(from.Sessions, w.putSession), each(from.Links, w.putLink), each(from.Keys, w.putKey),
		each(from.Groups, w.putGroup), each(from.Folders, w.putFolder), each(from.Files, w.putFile),
	)
}

func each[T any](rows []T, put func(T) error) error {
	for _, row := range rows {
		if err := put(row); err != nil {
			return err
		}
	}
	return nil
}

// Sweep implements store.Store.
func (s *Store) Sweep(ctx context.Context, now time.Time) (int, error) {
	count := 0
	err := s.write(ctx, func(w *writer) error {
		sweep := func(query string, args ...any) error {
			changed, err := w.exec(query, args...)
			count += changed
			return err
		}
		gone := nanos(now.Add(-store.GoneAppFor))
		return errors.Join(
			sweep("DELETE FROM sessions WHERE expires_at <= ?", nanos(now)),
			sweep(`DELETE FROM sessions WHERE hash IN (SELECT hash FROM (
				SELECT hash, row_number() OVER (PARTITION BY tenant_id, user_id ORDER BY expires_at DESC) AS place FROM sessions)
				WHERE place > ?)`, store.SessionsPerUser),
			sweep("DELETE FROM links WHERE expires_at <= ?", nanos(now.Add(-store.UsedLinkFor))),
			sweep("DELETE FROM grants WHERE spent_at <= ?", nanos(now)),
			sweep("DELETE FROM consents WHERE app_id IN (SELECT data ->> '$.ID' FROM apps WHERE gone_at <= ?)", gone),
			sweep("DELETE FROM apps WHERE gone_at <= ?", gone),
		)
	})
	if err != nil {
		return 0, err
	}
	return count, nil
}
