package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/store/sqlite"
	"docspace-oauth/mockdocspace/internal/store/storetest"
)

// filled makes a closed store with something of everything in it.
func filled(t *testing.T, path string) {
	t.Helper()
	s, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Fill(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// rewrite changes some bytes of a file.
func rewrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func statements(t *testing.T, path string, lines ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if _, err := db.ExecContext(context.Background(), line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// contents are all files below folder with what is in them.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func differences(before, after map[string]string) (names []string) {
	for name, data := range after {
		if was, there := before[name]; !there || was != data {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, there := after[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// A file that cannot be used is named with what is wrong and the way out, and
// neither it nor its folder changes.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, path string)
		want    string
	}{
		{"text", func(t *testing.T, path string) {
			rewriteNew(t, path, strings.Repeat("a text\n", 100))
		}, "no database"},
		{"few bytes", func(t *testing.T, path string) { rewriteNew(t, path, "x") }, "no database"},
		{"another application's database", func(t *testing.T, path string) {
			statements(t, path, "CREATE TABLE bookmarks (url TEXT)", "PRAGMA application_id = 42")
		}, "another application"},
		{"database without a mark", func(t *testing.T, path string) {
			statements(t, path, "CREATE TABLE grants (id TEXT)")
		}, "another application"},
		{"newer schema", func(t *testing.T, path string) {
			filled(t, path)
			statements(t, path, "PRAGMA journal_mode = DELETE", "PRAGMA user_version = 99")
		}, "newer version"},
		{"newer schema in the log", func(t *testing.T, path string) {
			filled(t, path)
			withLog(t, path, "PRAGMA user_version = 99")
		}, "newer version"},
		{"cut short", func(t *testing.T, path string) {
			filled(t, path)
			rewrite(t, path, func(data []byte) []byte { return data[:len(data)/2] })
		}, "damaged"},
		{"pages of zeros", func(t *testing.T, path string) {
			filled(t, path)
			rewrite(t, path, func(data []byte) []byte {
				clear(data[4096:])
				return data
			})
		}, "damaged"},
		{"noise within", func(t *testing.T, path string) {
			filled(t, path)
			rewrite(t, path, func(data []byte) []byte {
				for i := 4096; i < len(data); i += 3 {
					data[i] ^= 0x5a
				}
				return data
			})
		}, "damaged"},
		{"schema gone", func(t *testing.T, path string) {
			filled(t, path)
			rewrite(t, path, func(data []byte) []byte {
				clear(data[100:4096])
				return data
			})
		}, "damaged"},
		{"damaged, with a log", func(t *testing.T, path string) {
			filled(t, path)
			withLog(t, path, "UPDATE counters SET value = value + 1")
			rewrite(t, path, func(data []byte) []byte { return data[:len(data)/2] })
		}, "damaged"},
		{"folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "no regular file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "portal.db")
			tt.prepare(t, path)
			before := contents(t, folder)
			s, err := sqlite.Open(path)
			if err == nil {
				_ = s.Close()
				t.Fatal("opened")
			}
			refusedWith(t, err, path, tt.want)
			changed := differences(before, contents(t, folder))
			// A look at a file with a log makes SQLite's index of that log.
			changed = slices.DeleteFunc(changed, func(name string) bool { return strings.HasSuffix(name, "-shm") })
			if len(changed) > 0 {
				t.Errorf("the refusal changed %q", changed)
			}
		})
	}
}

func rewriteNew(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// withLog leaves a statement's effect in the write-ahead log, as a kill does.
func withLog(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	for _, line := range []string{"PRAGMA journal_mode = WAL", statement} {
		if _, err := db.ExecContext(context.Background(), line); err != nil {
			t.Fatal(err)
		}
	}
	copies := map[string][]byte{}
	for _, name := range []string{path, path + "-wal"} {
		if copies[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range copies {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// refusedWith tests that the error names file, problem and a way out.
func refusedWith(t *testing.T, err error, path, problem string) {
	t.Helper()
	var refusal *sqlite.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("error %v is no *sqlite.Error", err)
	}
	if !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(refusal.Problem, problem) || refusal.WayOut == "" || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q, want the file, %q and a way out in one line", err, problem)
	}
}

func TestOpen_missingFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nowhere", "portal.db")
	_, err := sqlite.Open(path)
	refusedWith(t, err, path, "folder does not exist")
}

func TestOpen_twice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "portal.db")
	s := open(t, path)
	storetest.Fill(t, s)
	_, err := sqlite.Open(path)
	refusedWith(t, err, path, fmt.Sprintf("already open in another process (%d)", os.Getpid()))
	storetest.IsFilled(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + ".lock"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock file outlived the store: %v", err)
	}
	storetest.IsFilled(t, open(t, path))
}

func TestOpen_namesAndLinks(t *testing.T) {
	folder := t.TempDir()
	odd := filepath.Join(folder, "a b?c#d%20e&mode=ro.db")
	filled(t, odd)
	if _, err := os.Stat(odd); err != nil {
		t.Errorf("the file has another name: %v", err)
	}
	link := filepath.Join(folder, "link.db")
	if err := os.Symlink(odd, link); err != nil {
		t.Skip(err)
	}
	s := open(t, link)
	storetest.IsFilled(t, s)
	_, err := sqlite.Open(odd)
	refusedWith(t, err, odd, "already open")
}

func TestOpen_emptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "portal.db")
	rewriteNew(t, path, "")
	rewriteNew(t, path+".part", "half of a file that was being made")
	filled(t, path)
	storetest.IsFilled(t, open(t, path))
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), want 0600: it holds passwords", info.Mode(), err)
	}
}
