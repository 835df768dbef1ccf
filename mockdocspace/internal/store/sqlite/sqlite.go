// Package sqlite is a store.Store in one SQLite file, so that the portal's state
// survives a restart and a kill at any moment.
//
// Beside FILE lie FILE-wal and FILE-shm (SQLite's own), FILE.lock while a process
// has it open, and FILE.blobs/ with the content that is too large for a row.
//
// Every method is one transaction. They are written to the write-ahead log with
// synchronous=NORMAL: what was answered is with the operating system, so that
// the death of the process loses nothing, and no commit waits for the disk. A
// loss of power may take the last moments, but never leaves half a transaction.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"docspace-oauth/mockdocspace/internal/store"
)

// Store is a store.Store in a file. It is safe for concurrent use. The callback
// of UpdateApp must not write to the store.
type Store struct {
	path   string // absolute, symbolic links resolved
	schema []string
	lock   *os.File

	readers  *sql.DB
	prepared sync.Map // query to *sql.Stmt of readers

	writing sync.Mutex // one transaction at a time; guards writer
	writer  *writer
	pool    *sql.DB // holds the writer's only connection

	// content is held to delete the content files of rows that went, and shared
	// to open the files of rows that were read.
	content sync.RWMutex

	version atomic.Int64 // of the grant written last

	closing sync.Once
	closed  error
}

var _ store.Store = (*Store)(nil)

// Open opens the file, making it when it is missing or empty. Its folder must
// exist. An error about the file is an *Error, and leaves the file as it was.
func Open(path string) (*Store, error) { return open(path, migrations) }

func open(path string, schema []string) (*Store, error) {
	s := &Store{schema: schema}
	var err error
	if s.path, err = resolve(path); err != nil {
		return nil, err
	}
	if _, err := inspect(s.path, len(schema)); err != nil { // before the lock: nothing appears beside a file that is not ours
		return nil, err
	}
	if s.lock, err = acquire(s.path); err != nil {
		return nil, err
	}
	if err := s.begin(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// begin does what needs the lock.
func (s *Store) begin() error {
	there, err := inspect(s.path, len(s.schema))
	if err != nil {
		return err
	}
	if !there {
		if err := create(s.path, s.schema[0]); err != nil {
			return err
		}
	} else if err := verify(s.path, len(s.schema)); err != nil {
		return err
	}
	if s.pool, err = sql.Open("sqlite", dsn(s.path, "rw")); err != nil {
		return s.failed(err)
	}
	s.pool.SetMaxOpenConns(1)
	conn, err := s.pool.Conn(context.Background())
	if err != nil {
		return s.failed(err)
	}
	s.writer = &writer{conn: conn, prepared: map[string]*sql.Stmt{}}
	if err := s.migrate(); err != nil {
		return err
	}
	if s.readers, err = sql.Open("sqlite", dsn(s.path, "ro")); err != nil {
		return s.failed(err)
	}
	count := max(4, runtime.GOMAXPROCS(0))
	s.readers.SetMaxOpenConns(count)
	s.readers.SetMaxIdleConns(count)
	if err := s.beginVersions(); err != nil {
		return err
	}
	return s.sweepContent()
}

// dsn names the file to the driver.
func dsn(path, mode string) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path}
	query := url.Values{"mode": {mode}, "_pragma": {
		"busy_timeout(10000)", "synchronous(NORMAL)", "foreign_keys(ON)", "trusted_schema(OFF)",
	}}
	if mode == "rw" {
		query.Add("_pragma", "journal_mode(WAL)")
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// Close ends the store. Reading and writing fail from then on.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.writing.Lock()
		defer s.writing.Unlock()
		var errs []error
		if s.readers != nil {
			s.prepared.Range(func(_, statement any) bool {
				errs = append(errs, statement.(*sql.Stmt).Close())
				return true
			})
			errs = append(errs, s.readers.Close())
		}
		if s.writer != nil {
			errs = append(errs, s.writer.close())
		}
		if s.pool != nil {
			errs = append(errs, s.pool.Close())
		}
		// Last: nobody may open the file before SQLite has let go of it.
		if s.lock != nil {
			errs = append(errs, release(s.lock))
		}
		if err := errors.Join(errs...); err != nil {
			s.closed = fmt.Errorf("close %s: %w", s.path, err)
		}
	})
	return s.closed
}
