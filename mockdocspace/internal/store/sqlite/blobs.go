package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"docspace-oauth/mockdocspace/internal/store"
)

// inRowUpTo is the size in bytes up to which content lies in its row; more goes
// to a file of its own (https://www.sqlite.org/intern-v-extern-blob.html).
const inRowUpTo = 64 << 10

// part ends the name of a content file that is being written.
const part = ".part"

func (s *Store) folder() string { return s.path + ".blobs" }

func (s *Store) contentFile(name string) string { return filepath.Join(s.folder(), name) }

// PutBlob implements store.Content. A file is there in full before its row is.
func (s *Store) PutBlob(ctx context.Context, r io.Reader) (id string, size int64, err error) {
	content, file, size, err := s.spool(r)
	if err != nil {
		return "", 0, err
	}
	err = s.write(ctx, func(w *writer) error {
		number, err := w.number(0)
		if err != nil {
			return err
		}
		id = fmt.Sprintf("blob-%d", number)
		return w.putBlob(id, content, file)
	})
	if err != nil {
		s.discard(file)
		return "", 0, err
	}
	return id, size, nil
}

// putBlob writes content, or the name of the file that has it.
func (w *writer) putBlob(id string, content []byte, file string) error {
	args := []any{id, content, nil}
	if file != "" {
		args = []any{id, nil, file}
	}
	_, err := w.exec("INSERT INTO blobs (id, content, file) VALUES (?, ?, ?)", args...)
	return err
}

// spool reads all of r: into memory when it is small, else into a new file.
func (s *Store) spool(r io.Reader) (content []byte, file string, size int64, err error) {
	content, err = io.ReadAll(io.LimitReader(r, inRowUpTo+1))
	if err != nil {
		return nil, "", 0, fmt.Errorf("read content: %w", err)
	}
	if len(content) <= inRowUpTo {
		return content, "", int64(len(content)), nil
	}
	file, size, err = s.spoolFile(io.MultiReader(bytes.NewReader(content), r))
	if errors.Is(err, syscall.ENOSPC) {
		err = &Error{File: s.folder(), Problem: "the disk is full, the content was not kept", WayOut: "free some space; what was kept before is whole", Err: reason(err)}
	}
	return nil, file, size, err
}

func (s *Store) spoolFile(r io.Reader) (name string, size int64, err error) {
	if err := os.Mkdir(s.folder(), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", 0, fmt.Errorf("keep content: %w", err)
	}
	file, err := os.CreateTemp(s.folder(), "*"+part)
	if err != nil {
		return "", 0, fmt.Errorf("keep content: %w", err)
	}
	size, err = io.Copy(file, r)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	whole := strings.TrimSuffix(file.Name(), part)
	if err == nil {
		err = os.Rename(file.Name(), whole)
	}
	if err == nil {
		err = syncFolder(s.folder())
	}
	if err != nil {
		return "", 0, errors.Join(fmt.Errorf("keep content: %w", err), ignoreMissing(os.Remove(file.Name())))
	}
	return filepath.Base(whole), size, nil
}

// discard removes content files that no row names. Those that stay are swept
// when the store is opened.
func (s *Store) discard(files ...string) {
	for _, file := range files {
		if file != "" {
			_ = os.Remove(s.contentFile(file))
		}
	}
}

// OpenBlob implements store.Content.
func (s *Store) OpenBlob(ctx context.Context, id string) (io.ReadSeekCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	statement, err := s.reading("SELECT content, file FROM blobs WHERE id = ?")
	if err != nil {
		return nil, s.failed(err)
	}
	s.content.RLock()
	defer s.content.RUnlock()
	var content []byte
	var name sql.NullString
	if err := statement.QueryRow(id).Scan(&content, &name); err != nil {
		return nil, s.failed(missing(err))
	}
	if !name.Valid {
		return store.Bytes(content).Open()
	}
	file, err := os.Open(s.contentFile(name.String))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: content file %s", store.ErrNotFound, s.contentFile(name.String))
	}
	return file, err
}

// DeleteBlob implements store.Content. The row goes before its file.
func (s *Store) DeleteBlob(ctx context.Context, id string) error {
	s.content.Lock()
	defer s.content.Unlock()
	var file sql.NullString
	err := s.write(ctx, func(w *writer) error {
		return w.scan("DELETE FROM blobs WHERE id = ? RETURNING file", []any{id}, []any{&file})
	})
	if err == nil {
		s.discard(file.String)
	}
	return err
}

// sweepContent removes what uploads left behind that a kill cut short: content
// that no file is made of, and files that no row names.
func (s *Store) sweepContent() error {
	if _, err := s.exec(context.Background(), "DELETE FROM blobs WHERE id NOT IN (SELECT blob_id FROM files)"); err != nil {
		return err
	}
	entries, err := os.ReadDir(s.folder())
	if err != nil || len(entries) == 0 {
		return ignoreMissing(err)
	}
	var named map[string]bool
	err = s.write(context.Background(), func(w *writer) error {
		named, err = w.contentFiles()
		return err
	})
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !named[entry.Name()] {
			s.discard(entry.Name())
		}
	}
	return nil
}

// contentFiles are the files that rows name.
func (w *writer) contentFiles() (map[string]bool, error) {
	rows, err := w.conn.QueryContext(context.Background(), "SELECT file FROM blobs WHERE file IS NOT NULL")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	names := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names[name] = true
	}
	return names, rows.Err()
}
