package sqlite

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Error says what is wrong with a file, and the way out.
type Error struct {
	File    string
	Problem string
	WayOut  string
	Err     error // what the system or SQLite said; may be nil
}

func (e *Error) Error() string {
	text := e.File + ": " + e.Problem
	if e.Err != nil {
		text += " (" + e.Err.Error() + ")"
	}
	return text + "; " + e.WayOut
}

func (e *Error) Unwrap() error { return e.Err }

const (
	anotherFile = "name another file, or move this one away for a new one to be made"
	headerSize  = 100
	// checkedUpTo is the size in bytes up to which opening reads the whole file for damage.
	checkedUpTo = 8 << 20
)

func tooNew(path string, version, known int) error {
	return &Error{File: path, Problem: fmt.Sprintf("written by a newer version of this program (schema %d, this one knows %d)", version, known), WayOut: "update the program, or name another file"}
}

func damaged(path string, err error) error {
	return &Error{File: path, Problem: "damaged", WayOut: "put back a copy of it, or move it away for a new one to be made; sqlite3's .recover may read what is left", Err: err}
}

func notWritable(path string, err error) error {
	return &Error{File: path, Problem: "cannot be written", WayOut: "make the file and its folder writable for this user, or name another file", Err: reason(err)}
}

func cannotCreate(path string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || code(err) == sqlite3.SQLITE_FULL {
		return &Error{File: path, Problem: "cannot be made, the disk is full", WayOut: "free some space, or name a file on another disk", Err: reason(err)}
	}
	return &Error{File: path, Problem: "cannot be made", WayOut: "name a file in a folder that this user may write to", Err: reason(err)}
}

// reason leaves the path out, which the message has already.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// resolve finds what path stands for, whether the file exists or not.
func resolve(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", &Error{File: path, Problem: "cannot be found", WayOut: "name a file by its whole path", Err: err}
	}
	if target, err := filepath.EvalSymlinks(absolute); err == nil {
		return target, nil
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(absolute))
	if errors.Is(err, fs.ErrNotExist) {
		return "", &Error{File: path, Problem: "its folder does not exist", WayOut: "make the folder, or name a file elsewhere"}
	}
	if err != nil {
		return "", &Error{File: path, Problem: "cannot be found", WayOut: "name a file in a folder that this user may open", Err: reason(err)}
	}
	return filepath.Join(folder, filepath.Base(absolute)), nil
}

// inspect reads the header alone, without SQLite, which might change something.
// It reports whether there is a file with content.
func inspect(path string, known int) (bool, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, &Error{File: path, Problem: "cannot be read", WayOut: "make it readable for this user, or name another file", Err: reason(err)}
	case !info.Mode().IsRegular():
		return false, &Error{File: path, Problem: "no regular file", WayOut: "name a file, like portal.db"}
	case info.Size() == 0:
		return false, nil
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false, notWritable(path, err)
	}
	header := make([]byte, headerSize)
	_, err = io.ReadFull(file, header)
	if err := errors.Join(ignoreShort(err), file.Close()); err != nil {
		return false, notWritable(path, err)
	}
	// https://www.sqlite.org/fileformat.html §1.3
	application, version := binary.BigEndian.Uint32(header[68:]), binary.BigEndian.Uint32(header[60:])
	switch {
	case !strings.HasPrefix(string(header), "SQLite format 3\x00"):
		return false, &Error{File: path, Problem: "no database", WayOut: anotherFile}
	case application != applicationID:
		return false, &Error{File: path, Problem: "the database of another application", WayOut: anotherFile}
	case int64(version) > int64(known):
		return false, tooNew(path, int(version), known)
	}
	return true, nil
}

// ignoreShort lets a file be shorter than a header: it is no database then.
func ignoreShort(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// verify looks for damage, and for what inspect cannot see in the file's log,
// through a connection that cannot write: not to the file, nor from its log into it.
func verify(path string, known int) error {
	mode := "mode=ro"
	if log, err := os.Stat(path + "-wal"); err != nil || log.Size() == 0 {
		mode += "&immutable=1" // no log to read, so no files appear beside this one
	}
	db, err := sql.Open("sqlite", fileURI(path, mode+"&_pragma=busy_timeout(10000)"))
	if err != nil {
		return damaged(path, err)
	}
	db.SetMaxOpenConns(1)
	query := "SELECT CASE WHEN count(*) > 0 THEN 'ok' ELSE 'no tables' END FROM sqlite_schema"
	if info, err := os.Stat(path); err == nil && info.Size() <= checkedUpTo {
		query = "PRAGMA quick_check(1)"
	}
	var verdict string
	var version int
	if err = db.QueryRow("PRAGMA user_version").Scan(&version); err == nil {
		err = db.QueryRow(query).Scan(&verdict)
	}
	err = cmp.Or(err, db.Close())
	switch {
	case err != nil:
		return damaged(path, err)
	case version > known:
		return tooNew(path, version, known)
	case verdict != "ok":
		return damaged(path, errors.New(strings.TrimSpace(verdict)))
	}
	return nil
}

func fileURI(path, query string) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query}
	return u.String()
}

// code is SQLite's primary result code; 0 when err is none of SQLite's.
func code(err error) int {
	var failure *driver.Error
	if !errors.As(err, &failure) {
		return 0
	}
	return failure.Code() & 0xff
}

// failed explains what SQLite said; other errors, store.ErrNotFound for one, pass.
func (s *Store) failed(err error) error {
	switch code(err) {
	case sqlite3.SQLITE_FULL:
		return &Error{File: s.path, Problem: "the disk is full, the change was not made", WayOut: "free some space; what was kept before is whole", Err: err}
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return damaged(s.path, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return notWritable(s.path, err)
	case 0:
		return err
	default:
		return fmt.Errorf("%s: %w", s.path, err)
	}
}
