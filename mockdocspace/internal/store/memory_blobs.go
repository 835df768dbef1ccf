package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

// inMemoryUpTo is the size in bytes up to which content is kept in memory; more
// goes to a temporary file, so that large uploads take no memory.
const inMemoryUpTo = 1 << 20

// PutBlob implements Content.
func (m *Memory) PutBlob(ctx context.Context, r io.Reader) (string, int64, error) {
	blob, size, err := m.spool(r)
	if err != nil {
		return "", 0, fmt.Errorf("read content: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return "", 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastID++
	id := "blob-" + strconv.FormatInt(m.lastID, 10)
	m.blobs[id] = blob
	return id, size, nil
}

func (m *Memory) spool(r io.Reader) (Blob, int64, error) {
	start, err := io.ReadAll(io.LimitReader(r, inMemoryUpTo+1))
	if err != nil || len(start) <= inMemoryUpTo {
		return Bytes(start), int64(len(start)), err
	}
	r = io.MultiReader(bytes.NewReader(start), r)
	file, err := os.CreateTemp("", "mockdocspace-*")
	if err != nil { // a container may have no folder for temporary files
		content, err := io.ReadAll(r)
		return Bytes(content), int64(len(content)), err
	}
	size, err := io.Copy(file, r)
	// Removed at once, it goes with its last reader, even when the process is killed.
	removeErr := os.Remove(file.Name())
	switch {
	case err != nil && removeErr != nil: // a system that removes no open files
		return nil, 0, errors.Join(err, file.Close(), os.Remove(file.Name()))
	case err != nil:
		return nil, 0, errors.Join(err, file.Close())
	case removeErr != nil:
		m.mu.Lock()
		m.spilled = append(m.spilled, file)
		m.mu.Unlock()
	}
	return FileBlob{file}, size, nil
}

// OpenBlob implements Content.
func (m *Memory) OpenBlob(_ context.Context, id string) (io.ReadSeekCloser, error) {
	m.mu.RLock()
	blob, ok := m.blobs[id]
	m.mu.RUnlock()
	if !ok {
		return nil, ErrNotFound
	}
	return blob.Open()
}

// DeleteBlob implements Content.
func (m *Memory) DeleteBlob(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return remove(m.blobs, id)
}
