package sqlite

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/store/storetest"
)

// keepVersion makes a file of the present version in testdata, once that version
// is released: SQLITE_TEST_KEEP=1 go test -run TestKeepVersion.
const keepVersion = "SQLITE_TEST_KEEP"

func versionFile(version int) string {
	return filepath.Join("testdata", "version-"+strconv.Itoa(version)+".db.gz")
}

func TestKeepVersion(t *testing.T) {
	if os.Getenv(keepVersion) == "" {
		t.Skip("makes a file in testdata when " + keepVersion + " is set")
	}
	path := filepath.Join(t.TempDir(), "portal.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Fill(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, err = w.Write(data)
	if err := errors.Join(err, w.Close(), os.WriteFile(versionFile(len(migrations)), packed.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// unpacked is a file as that version of the program left it.
func unpacked(t *testing.T, version int) string {
	t.Helper()
	packed, err := os.Open(versionFile(version))
	if err != nil {
		t.Fatalf("each version has a file in testdata: %v", err)
	}
	defer func() { _ = packed.Close() }()
	r, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "portal.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file of each version opens, and everything is found in it.
func TestMigrations(t *testing.T) {
	for version := 1; version <= len(migrations); version++ {
		t.Run(strconv.Itoa(version), func(t *testing.T) {
			path := unpacked(t, version)
			for range 2 {
				s, err := Open(path)
				if err != nil {
					t.Fatal(err)
				}
				storetest.IsFilled(t, s)
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A migration runs once, whole or not at all, and the program before it refuses
// the file from then on.
func TestMigrate(t *testing.T) {
	path := unpacked(t, 1)
	next := append(migrations[:1:1], "CREATE TABLE later (id INTEGER); INSERT INTO later VALUES (7)")
	broken := append(next[:1:1], "CREATE TABLE later (id INTEGER); INSERT INTO nowhere VALUES (7)")
	if s, err := open(path, broken); err == nil {
		_ = s.Close()
		t.Fatal("a migration that fails went well")
	} else if !strings.Contains(err.Error(), "from version 1 to 2") || !strings.Contains(err.Error(), path) {
		t.Errorf("error %q names neither step nor file", err)
	}
	for range 2 {
		s, err := open(path, next)
		if err != nil {
			t.Fatal(err)
		}
		storetest.IsFilled(t, s)
		var rows, version int
		err = errors.Join(
			s.writer.conn.QueryRowContext(context.Background(), "SELECT count(*) FROM later").Scan(&rows),
			s.writer.conn.QueryRowContext(context.Background(), "PRAGMA user_version").Scan(&version), s.Close())
		if err != nil || rows != 1 || version != 2 {
			t.Errorf("%d rows, version %d (%v), want 1 row, version 2", rows, version, err)
		}
	}
	if _, err := open(path, migrations[:1]); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("the older program: %v", err)
	}
}
