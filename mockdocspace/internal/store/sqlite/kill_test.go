//go:build linux

package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/mockdocspace/internal/store/sqlite"
)

const (
	// writeTo makes this test's process write to a file until it is killed.
	writeTo = "SQLITE_TEST_WRITE"
	// killCount is how often a writing process is killed; 200 in the long form.
	killCount = "SQLITE_TEST_KILLS"
)

// writeUntilKilled writes with several callers and says on standard output what
// the store has acknowledged: a kind, a name and what must be found.
func writeUntilKilled(path string) {
	s, err := sqlite.Open(path)
	if err != nil {
		fmt.Println("refused", err)
		os.Exit(1)
	}
	var out sync.Mutex
	say := func(words ...any) {
		out.Lock()
		defer out.Unlock()
		_, _ = os.Stdout.WriteString(fmt.Sprintln(words...))
	}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			if err := writeAlong(s, i, say); err != nil {
				say("failed", err)
				os.Exit(1)
			}
		})
	}
	wg.Wait()
}

func writeAlong(s store.Store, caller int, say func(...any)) error {
	ctx := context.Background()
	run := fmt.Sprintf("%d-%d", os.Getpid(), caller)
	say("begins", run, "")
	g := store.Grant{GrantKey: store.GrantKey{UserID: run, AppID: "a", Type: store.GrantCode}, Access: &store.Token{}}
	var err error
	if g, err = s.PutGrant(ctx, g); err != nil {
		return err
	}
	for n := 0; ; n++ {
		name := fmt.Sprintf("%s-%d", run, n)
		g.Access = &store.Token{Value: strings.Repeat("x", 900) + name}
		if g, err = s.SwapGrant(ctx, g); err != nil {
			return err
		}
		say("grant", run, n)
		if err := s.PutSession(ctx, store.Session{Token: name, UserID: run}); err != nil {
			return err
		}
		say("session", name, run)
		if n%2 == 0 {
			if err := s.DeleteSession(ctx, name); err != nil {
				return err
			}
			say("session", name, "gone")
		}
		if err := s.CreateApp(ctx, store.App{ID: name, Name: run}); err != nil {
			return err
		}
		say("app", name, run)
		if err := s.PutKey(ctx, store.Key{ID: name, Private: []byte(run)}); err != nil {
			return err
		}
		say("key", name, run)
		if err := s.PutUser(ctx, store.User{TenantID: 1, ID: name, Email: name + "@x.test", UserName: run}); err != nil {
			return err
		}
		say("user", name, run)
		if err := s.PutLink(ctx, store.Link{Key: name, UserID: run}); err != nil {
			return err
		}
		if _, err := s.UseLink(ctx, name, time.Unix(1, 0)); err != nil {
			return err
		}
		say("link", name, "used")
		c, err := s.AddConsent(ctx, run, "a", []string{name}, time.Time{})
		if err != nil {
			return err
		}
		say("consent", run, len(c.Scopes))
		data := bytes.Repeat([]byte(name), 200*(1+n%2*50)) // in a row, or in a file
		blob, size, err := s.PutBlob(ctx, bytes.NewReader(data))
		if err != nil {
			return err
		}
		id, err := s.PutFile(ctx, store.File{TenantID: 1, Title: name, Blob: blob, Size: size})
		if err != nil {
			return err
		}
		say("file", id, fmt.Sprintf("%x", sha256.Sum256(data)))
	}
}

// Killed at any moment, a process loses nothing that it was told is kept, and
// the file opens.
func TestKill(t *testing.T) {
	kills := 20
	if text := os.Getenv(killCount); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		kills = 3
	}
	path := filepath.Join(t.TempDir(), "portal.db")
	acknowledged := map[string]string{}
	total := 0
	for range kills {
		total += writeAndKill(t, path, acknowledged)
		s, err := sqlite.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, want := range acknowledged {
			if got := find(s, what); !accepted(what, want, got) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		checkContent(t, s, path)
		if len(acknowledged) > 2000 { // begin anew, so that each round stays short
			if err := s.Clear(t.Context()); err != nil {
				t.Fatal(err)
			}
			clear(acknowledged)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d acknowledged writes", kills, total)
}

// writeAndKill notes what a process acknowledges until it is killed.
func writeAndKill(t *testing.T, path string, acknowledged map[string]string) int {
	t.Helper()
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), writeTo+"="+path)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	killLater := func() *time.Timer {
		return time.AfterFunc(time.Duration(rand.Int64N(int64(200*time.Millisecond))), func() { _ = command.Process.Kill() })
	}
	var timer *time.Timer
	if rand.N(4) == 0 { // while it opens the file
		timer = killLater()
	}
	count := 0
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // what is not a whole line was not said
			break
		}
		words := strings.Fields(line)
		switch words[0] {
		case "begins": // then under load
			if timer == nil {
				timer = killLater()
			}
		case "refused", "failed":
			t.Error(line)
		default:
			acknowledged[words[0]+" "+words[1]] = words[2]
			count++
		}
	}
	if timer != nil {
		timer.Stop()
	}
	_ = command.Wait() // says that it was killed
	return count
}

// accepted reports whether a kill may leave got where want was acknowledged: the
// change that follows may have been made without an answer.
func accepted(what, want, got string) bool {
	kind, name, _ := strings.Cut(what, " ")
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		if err != nil {
			return -1
		}
		return n
	}
	switch kind {
	case "grant", "consent":
		return got == want || number(got) == number(want)+1
	case "session":
		return got == want || got == "gone" && number(name[strings.LastIndexByte(name, '-')+1:])%2 == 0
	default:
		return got == want
	}
}

// find is what the store has under a name that a process acknowledged.
func find(s store.Store, what string) string {
	ctx := context.Background()
	kind, name, _ := strings.Cut(what, " ")
	var found string
	var err error
	switch kind {
	case "grant":
		var g store.Grant
		if g, err = s.Grant(ctx, store.GrantKey{UserID: name, AppID: "a", Type: store.GrantCode}); err == nil {
			_, err = s.GrantByToken(ctx, store.AccessToken, g.Access.Value)
			found = g.Access.Value[strings.LastIndexByte(g.Access.Value, '-')+1:]
		}
	case "session":
		var session store.Session
		session, err = s.Session(ctx, name)
		found = session.UserID
	case "app":
		var a store.App
		a, err = s.App(ctx, name)
		found = a.Name
	case "key":
		var keys []store.Key
		if keys, err = s.Keys(ctx); err == nil {
			for _, key := range keys {
				if key.ID == name {
					found = string(key.Private)
				}
			}
		}
	case "user":
		var u store.User
		u, err = s.UserByEmail(ctx, 1, name+"@X.test")
		found = u.UserName
	case "link":
		found = "unused"
		if _, err = s.UseLink(ctx, name, time.Unix(2, 0)); errors.Is(err, store.ErrConflict) {
			found, err = "used", nil
		}
	case "consent":
		var c store.Consent
		c, err = s.Consent(ctx, name, "a")
		found = strconv.Itoa(len(c.Scopes))
	case "file":
		id, _ := strconv.ParseInt(name, 10, 64)
		var f store.File
		if f, err = s.File(ctx, 1, id); err == nil {
			var r io.ReadCloser
			if r, err = s.OpenBlob(ctx, f.Blob); err == nil {
				hash := sha256.New()
				_, err = io.Copy(hash, r)
				_ = r.Close()
				found = fmt.Sprintf("%x", hash.Sum(nil))
			}
		}
	}
	if err != nil {
		return "gone"
	}
	return found
}

// checkContent tests that no upload that was cut short left anything.
func checkContent(t *testing.T, s store.Store, path string) {
	t.Helper()
	snapshot, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	large := 0
	for _, blob := range snapshot.Blobs {
		if _, inFile := blob.(store.FileBlob); inFile {
			large++
		}
	}
	entries, _ := os.ReadDir(path + ".blobs")
	if len(snapshot.Blobs) != len(snapshot.Files) || len(entries) != large {
		t.Errorf("%d blobs for %d files, %d content files for %d large blobs", len(snapshot.Blobs), len(snapshot.Files), len(entries), large)
	}
}
