//go:build linux

package sqlite_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/mockdocspace/internal/store/sqlite"
	"docspace-oauth/mockdocspace/internal/store/storetest"
)

// smallDisk is a folder with room for 4 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("mounting a small disk takes a privileged user: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// A write that finds no room is refused with its reason; what was there before
// stays, and writing goes on once there is room.
func TestDiskFull(t *testing.T) {
	folder := smallDisk(t)
	path, ballast := filepath.Join(folder, "portal.db"), filepath.Join(folder, "ballast")
	rewriteNew(t, ballast, strings.Repeat("x", 1<<20))
	s, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Fill(t, s)
	var acknowledged []string
	var refusal error
	for i := 0; refusal == nil && i < 10_000; i++ {
		token := fmt.Sprintf("%d%s", i, strings.Repeat("x", 4000))
		if refusal = s.PutSession(t.Context(), store.Session{Token: token, UserID: "filler"}); refusal == nil {
			acknowledged = append(acknowledged, token)
		}
	}
	refusedWith(t, refusal, path, "disk is full")
	_, _, err = s.PutBlob(t.Context(), bytes.NewReader(make([]byte, 8<<20)))
	refusedWith(t, err, path+".blobs", "disk is full")
	if entries, err := os.ReadDir(path + ".blobs"); err != nil || len(entries) != 0 {
		t.Errorf("the refused upload left %v (%v)", entries, err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close on a full disk: %v", err)
	}
	if s, err = sqlite.Open(path); err == nil { // it depends on what closing freed
		err = s.Close()
	} else {
		refusedWith(t, err, path, "disk is full")
		err = nil
	}
	if err := errors.Join(err, os.Remove(ballast)); err != nil {
		t.Fatal(err)
	}
	if s, err = sqlite.Open(path); err != nil {
		t.Fatal(err)
	}
	for _, token := range acknowledged {
		if _, err := s.Session(t.Context(), token); err != nil {
			t.Fatalf("session %.8s…: %v", token, err)
		}
	}
	if n, err := s.DeleteSessionsOf(t.Context(), 0, "filler"); err != nil || n != len(acknowledged) {
		t.Fatalf("write after there is room: %d rows (%v), want %d", n, err, len(acknowledged))
	}
	storetest.IsFilled(t, s)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// openAs makes this test's process open a file and tell what came of it.
const openAs = "SQLITE_TEST_OPEN"

func TestMain(m *testing.M) {
	if path := os.Getenv(openAs); path != "" {
		if s, err := sqlite.Open(path); err != nil {
			os.Stdout.WriteString(err.Error())
		} else {
			_ = s.Close()
			os.Stdout.WriteString("opened")
		}
		return
	}
	if path := os.Getenv(writeTo); path != "" {
		writeUntilKilled(path)
		return
	}
	os.Exit(m.Run())
}

// openedByNobody tells what a user without rights gets who opens path.
func openedByNobody(t *testing.T, path string) string {
	t.Helper()
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), openAs+"="+path)
	if os.Geteuid() == 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Skipf("run as another user: %v: %s", err, out)
	}
	return string(out)
}

func TestOpen_withoutRights(t *testing.T) {
	folder, err := os.MkdirTemp("/tmp", "sqlite-test-*") // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	path := filepath.Join(folder, "portal.db")
	filled(t, path)
	mode := func(path string, mode os.FileMode) {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	before := contents(t, folder)
	for _, tt := range []struct {
		name         string
		folder, file os.FileMode
		path, want   string
	}{
		{"read-only folder", 0o555, 0o666, path, "cannot be written"},
		{"read-only file", 0o777, 0o444, path, "cannot be written"},
		{"unreadable file", 0o777, 0o000, path, "cannot be written"},
		{"new file in a read-only folder", 0o555, 0o666, path + "-new", "cannot be written"},
		{"closed folder", 0o000, 0o666, path, "cannot be"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mode(path, tt.file)
			mode(folder, tt.folder)
			said := openedByNobody(t, tt.path)
			mode(folder, 0o755)
			if !strings.HasPrefix(said, tt.path+": ") || !strings.Contains(said, tt.want) || !strings.Contains(said, "; ") {
				t.Errorf("said %q, want the file, %q and a way out", said, tt.want)
			}
			if changed := differences(before, contents(t, folder)); len(changed) > 0 {
				t.Errorf("the refusal changed %q", changed)
			}
		})
	}
}

func TestOpen_anotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "portal.db")
	open(t, path)
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), openAs+"="+path)
	said, err := command.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(said), "already open in another process") {
		t.Errorf("the second process said %q", said)
	}
}
