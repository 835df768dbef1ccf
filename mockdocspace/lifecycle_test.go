package mockdocspace_test

import (
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
)

const (
	// lifecycleSteps is how many steps each of the two stores goes through.
	lifecycleSteps = 5_000
	// lifecycleFor names the variable that makes it go on for that time instead, as 10m.
	lifecycleFor = "LIFECYCLE_TEST_FOR"
)

// Whatever users, apps and the machine do in whatever order, sign in, consent,
// exchange, replay, refresh, revoke, disable, delete, withdraw, wait, restart or
// die: the portal lets exactly those act who may.
func TestLifecycle(t *testing.T) {
	for _, store := range []struct {
		name   string
		folder func() string
	}{
		{"memory", func() string { return "" }},
		{"SQLite", func() string { return inMemoryDisk(t) }},
	} {
		t.Run(store.name, func(t *testing.T) {
			sequences, steps := 0, 0
			folder := store.folder()
			enough := lifecycleSteps
			if raceDetector {
				enough /= 10
			}
			more := func() bool { return steps < enough }
			if text := os.Getenv(lifecycleFor); text != "" {
				limit, err := time.ParseDuration(text)
				if err != nil {
					t.Fatal(err)
				}
				end := time.Now().Add(limit)
				more = func() bool { return time.Now().Before(end) }
			}
			if testing.Short() {
				more = func() bool { return steps == 0 }
			}
			for more() {
				rapid.Check(t, func(t *rapid.T) {
					sequences++
					ran, err := sequence(t, newFolder(folder), mockdocspace.Options{}, false)
					steps += ran
					if err != nil {
						t.Fatal(err)
					}
				})
			}
			t.Logf("%d steps in %d sequences", steps, sequences)
		})
	}
}

// inMemoryDisk is a folder that is quick to sync, where the system has one: a
// sequence opens and closes many files.
func inMemoryDisk(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "lifecycle-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// newFolder is a folder of its own for a sequence; "" in memory.
func newFolder(below string) string {
	if below == "" {
		return ""
	}
	folder, err := os.MkdirTemp(below, "")
	if err != nil {
		panic(err)
	}
	return folder
}

// sequence runs random actions on a new portal until one shows that it and the
// account of it differ. It returns how many steps were made.
func sequence(t *rapid.T, folder string, o mockdocspace.Options, cutLog bool) (int, error) {
	m, err := newMachine(folder, o)
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	m.cutLog = cutLog
	var mismatch error
	t.Repeat(map[string]func(*rapid.T){"step": func(t *rapid.T) {
		if mismatch == nil {
			mismatch = m.step(t)
		}
	}})
	if err := m.close(); mismatch == nil {
		mismatch = err
	}
	return m.steps, mismatch
}

// The account of who may do what notices a portal that breaks a rule of it, and
// a store that loses something.
func TestLifecycle_noticesBrokenRules(t *testing.T) {
	if raceDetector {
		t.Skip("runs without the race detector, see make unit")
	}
	for _, tt := range []struct {
		name   string
		cutLog bool
		sqlite bool
	}{
		{name: "token.accepts-used-code"},
		{name: "token.accepts-expired-code"},
		{name: "token.reuse-keeps-tokens"},
		{name: "token.any-client-code"},
		{name: "token.disabled-client-works"},
		{name: "token.keeps-superseded"},
		{name: "pkce.ignores-verifier"},
		{name: "pkce.burns-code"},
		{name: "consent.skipped"},
		{name: "consent.forgotten"},
		{name: "consent.grants-all"},
		{name: "consent.deny-grants"},
		{name: "consent.any-state"},
		{name: "consent.revoke-keeps-tokens"},
		{name: "refresh.no-rotation"},
		{name: "refresh.accepts-old"},
		{name: "refresh.any-client"},
		{name: "refresh.ignores-scope"},
		{name: "refresh.keeps-access"},
		{name: "refresh.survives-revocation"},
		{name: "refresh.never-expires"},
		{name: "revoke.noop"},
		{name: "revoke.access-noop"},
		{name: "revoke.keeps-access"},
		{name: "revoke.any-client"},
		{name: "introspect.always-active"},
		{name: "api.ignores-revocation"},
		{name: "api.ignores-scope"},
		{name: "registration.delete-keeps-tokens"},
		{name: "registration.revokes-others"},
		{name: "a kill that loses the log", cutLog: true, sqlite: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder, o := "", mockdocspace.Options{}
			if tt.sqlite {
				folder = inMemoryDisk(t)
			}
			if !tt.cutLog {
				o.Config = &config.Config{Faults: []config.Fault{{Name: tt.name}}}
			}
			run := rapid.Custom(func(t *rapid.T) error {
				_, err := sequence(t, newFolder(folder), o, tt.cutLog)
				return err
			})
			for seed := range 500 {
				if mismatch := run.Example(seed); mismatch != nil {
					t.Logf("sequence %d: %v", seed, mismatch)
					return
				}
			}
			t.Error("500 sequences show nothing wrong")
		})
	}
}
