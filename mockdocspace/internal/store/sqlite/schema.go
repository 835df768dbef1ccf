package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// applicationID marks a file as this program's ("DSPm") in SQLite's header.
const applicationID = 0x4453506D

// migrations lead from each version of the schema to the next: the first makes
// version 1 out of nothing. Entries are only ever added, each with a file of the
// version before in testdata.
//
// Columns beside data are those that rows are found and ordered by. Moments are
// nanoseconds since 1970.
var migrations = []string{
	`
	CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
	INSERT INTO counters VALUES ('last_id', 0), ('epoch', 0);

	CREATE TABLE tenants (id INTEGER PRIMARY KEY, data TEXT NOT NULL);
	CREATE TABLE tenant_hosts (host TEXT PRIMARY KEY, tenant_id INTEGER NOT NULL) WITHOUT ROWID;

	CREATE TABLE users (
		tenant_id INTEGER NOT NULL, id TEXT NOT NULL, email TEXT NOT NULL, created_at INTEGER NOT NULL, data TEXT NOT NULL,
		UNIQUE (tenant_id, id));
	CREATE INDEX users_by_email ON users (tenant_id, email);

	CREATE TABLE apps (
		id TEXT PRIMARY KEY, tenant_id INTEGER NOT NULL, created_by TEXT NOT NULL, created_at INTEGER NOT NULL,
		gone_at INTEGER, data TEXT NOT NULL);
	CREATE INDEX apps_by_age ON apps (tenant_id, created_at);
	CREATE INDEX apps_gone ON apps (gone_at) WHERE gone_at IS NOT NULL;

	CREATE TABLE grants (
		id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, app_id TEXT NOT NULL, type TEXT NOT NULL, version INTEGER NOT NULL,
		modified_at INTEGER NOT NULL, spent_at INTEGER NOT NULL, live INTEGER NOT NULL, data TEXT NOT NULL,
		UNIQUE (user_id, app_id, type));
	CREATE INDEX grants_by_app ON grants (app_id);
	CREATE INDEX grants_by_age ON grants (user_id, modified_at, version);
	CREATE INDEX grants_spent ON grants (spent_at);
	CREATE TABLE grant_tokens (
		hash BLOB PRIMARY KEY, grant_id INTEGER NOT NULL REFERENCES grants (id) ON DELETE CASCADE) WITHOUT ROWID;
	CREATE INDEX grant_tokens_of ON grant_tokens (grant_id);

	CREATE TABLE consents (user_id TEXT NOT NULL, app_id TEXT NOT NULL, data TEXT NOT NULL, UNIQUE (user_id, app_id));
	CREATE INDEX consents_by_app ON consents (app_id);

	CREATE TABLE sessions (
		hash BLOB PRIMARY KEY, tenant_id INTEGER NOT NULL, user_id TEXT NOT NULL, expires_at INTEGER NOT NULL, data TEXT NOT NULL);
	CREATE INDEX sessions_of ON sessions (tenant_id, user_id);
	CREATE INDEX sessions_expired ON sessions (expires_at);

	CREATE TABLE links (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, data TEXT NOT NULL);
	CREATE TABLE signing_keys (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, data TEXT NOT NULL);

	CREATE TABLE user_groups (
		tenant_id INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL, UNIQUE (tenant_id, id));
	CREATE TABLE folders (
		tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, parent_id INTEGER NOT NULL, root INTEGER NOT NULL, owner_id TEXT NOT NULL,
		data TEXT NOT NULL, UNIQUE (tenant_id, id));
	CREATE INDEX folders_of ON folders (tenant_id, parent_id, root, owner_id);
	CREATE TABLE files (
		tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, folder_id INTEGER NOT NULL, blob_id TEXT NOT NULL,
		data TEXT NOT NULL, UNIQUE (tenant_id, id));
	CREATE INDEX files_of ON files (tenant_id, folder_id);
	CREATE INDEX files_by_blob ON files (blob_id);
	CREATE TABLE blobs (id TEXT PRIMARY KEY, content BLOB, file TEXT, CHECK ((content IS NULL) <> (file IS NULL)));
	`,
}

// create makes the file in one step: it is made under another name and moved.
func create(path, schema string) error {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a process that was killed
		return cannotCreate(path, err)
	}
	if err := build(part, schema); err != nil {
		return errors.Join(cannotCreate(path, err), ignoreMissing(os.Remove(part)))
	}
	if err := os.Rename(part, path); err != nil {
		return errors.Join(cannotCreate(path, err), ignoreMissing(os.Remove(part)))
	}
	return syncFolder(filepath.Dir(path))
}

func build(part, schema string) error {
	file, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) // it will hold passwords
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", fileURI(part, "mode=rw&_pragma=journal_mode(MEMORY)&_pragma=synchronous(OFF)"))
	if err != nil {
		return errors.Join(err, file.Close())
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec(fmt.Sprintf("BEGIN; PRAGMA application_id = %d; PRAGMA user_version = 1; %s COMMIT", applicationID, schema))
	return errors.Join(err, db.Close(), file.Sync(), file.Close())
}

// migrate brings an older file to the present schema, all or nothing.
func (s *Store) migrate() error {
	var version int
	if err := s.writer.scan("PRAGMA user_version", nil, []any{&version}); err != nil {
		return s.failed(err)
	}
	if version == len(s.schema) {
		return nil
	}
	err := s.write(context.Background(), func(w *writer) error {
		for ; version < len(s.schema); version++ {
			if _, err := w.conn.ExecContext(context.Background(), s.schema[version]); err != nil {
				return fmt.Errorf("from version %d to %d: %w", version, version+1, err)
			}
		}
		_, err := w.conn.ExecContext(context.Background(), fmt.Sprintf("PRAGMA user_version = %d", version))
		return err
	})
	if err != nil {
		return fmt.Errorf("bring %s to the present schema: %w", s.path, err)
	}
	// Into the file itself, where an older program looks for the version.
	_, err = s.writer.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	return s.failed(err)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// syncFolder makes names in a folder last.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = folder.Sync() // not every system can, and none of them needs it after a kill
	return folder.Close()
}
