package sqlite_test

import (
	"path/filepath"
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/mockdocspace/internal/store/sqlite"
	"docspace-oauth/mockdocspace/internal/store/storetest"
)

func open(t *testing.T, path string) store.Store {
	t.Helper()
	s, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestPersistence(t *testing.T) {
	storetest.RunPersistent(t, func(t *testing.T, folder string) store.Store {
		s, err := sqlite.Open(filepath.Join(folder, "portal.db"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, filepath.Join(t.TempDir(), "portal.db")) })
}
