package store

import (
	"context"
	"errors"
	"os"
	"sync"
)

// Memory is a Store in memory. It is safe for concurrent use; its critical
// sections are short, and nothing but the callback of UpdateApp runs in them:
// that callback must not call the store. Rows are replaced, never changed in place.
type Memory struct {
	mu       sync.RWMutex
	tenants  map[int64]Tenant
	users    map[userKey]User
	emails   map[userKey]string // tenant and lower-case e-mail to user id
	apps     map[string]App
	grants   *grantTable // has locks of its own, to be taken after mu
	consents map[consentKey]Consent
	sessions map[string]Session
	links    map[string]Link
	keys     map[string]Key
	groups   map[groupKey]Group
	folders  map[entryKey]Folder
	files    map[entryKey]File
	blobs    map[string]Blob
	spilled  []*os.File // files of large content that could not be removed while open
	lastID   int64
}

type (
	userKey struct {
		tenant int64
		id     string
	}
	groupKey   userKey
	entryKey   struct{ tenant, id int64 }
	consentKey struct{ user, app string }
)

// NewMemory returns an empty store.
func NewMemory() *Memory {
	m := &Memory{grants: newGrantTable()}
	m.clear()
	return m
}

// clear leaves nothing but the grants, which are replaced at once.
func (m *Memory) clear() {
	m.tenants = map[int64]Tenant{}
	m.users = map[userKey]User{}
	m.emails = map[userKey]string{}
	m.apps = map[string]App{}
	m.consents = map[consentKey]Consent{}
	m.sessions = map[string]Session{}
	m.links = map[string]Link{}
	m.keys = map[string]Key{}
	m.groups = map[groupKey]Group{}
	m.folders = map[entryKey]Folder{}
	m.files = map[entryKey]File{}
	m.blobs = map[string]Blob{}
}

// Clear implements Store.
func (m *Memory) Clear(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clear()
	m.grants.restore(nil)
	return nil
}

// Close implements Store.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var errs []error
	for _, file := range m.spilled {
		errs = append(errs, file.Close(), os.Remove(file.Name()))
	}
	m.spilled = nil
	return errors.Join(errs...)
}

func found(ok bool) error {
	if ok {
		return nil
	}
	return ErrNotFound
}

func same[T any](v T) T { return v }

// remove deletes a row or says that there is none.
func remove[K comparable, V any](rows map[K]V, key K) error {
	if _, ok := rows[key]; !ok {
		return ErrNotFound
	}
	delete(rows, key)
	return nil
}

// collect copies the rows that keep accepts.
func collect[T any](rows func(func(T) bool), clone func(T) T, keep func(T) bool) []T {
	list := []T{}
	for row := range rows {
		if keep(row) {
			list = append(list, clone(row))
		}
	}
	return list
}

func limited[T any](list []T, limit int) []T {
	if limit > 0 && len(list) > limit {
		return list[:limit]
	}
	return list
}
