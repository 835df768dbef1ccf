// Package storetest is the contract of store.Store as a test: every
// implementation passes it, under the race detector.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"docspace-oauth/mockdocspace/internal/store"
)

// start is when the tests' rows were made. Its fraction of a second must survive.
var start = time.Date(2026, 3, 1, 9, 30, 0, 250_000_000, time.UTC)

// Run tests the stores that open returns. Each call of open gives an empty
// store, which open's t closes.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for name, test := range map[string]func(*testing.T, store.Store){
		"Tenants":              testTenants,
		"Users":                testUsers,
		"UsersByEmail":         testUsersByEmail,
		"AppIDs":               testAppIDs,
		"CreateAppConflict":    testCreateAppConflict,
		"UpdateApp":            testUpdateApp,
		"UpdateAppInParallel":  testUpdateAppInParallel,
		"ListApps":             testListApps,
		"GoneApps":             testGoneApps,
		"GrantLookup":          testGrantLookup,
		"GrantKeepsBytes":      testGrantKeepsBytes,
		"PutGrantOverwrites":   testPutGrantOverwrites,
		"SwapGrant":            testSwapGrant,
		"SwapGrantHasOneWin":   testSwapGrantHasOneWinner,
		"ListGrants":           testListGrants,
		"DeleteGrants":         testDeleteGrants,
		"GrantsAgainstModel":   testGrantsAgainstModel,
		"Consents":             testConsents,
		"ConsentsInParallel":   testConsentsInParallel,
		"Sessions":             testSessions,
		"Links":                testLinks,
		"LinkHasOneUse":        testLinkHasOneUse,
		"Keys":                 testKeys,
		"Groups":               testGroups,
		"Folders":              testFolders,
		"RootFolders":          testRootFolders,
		"Files":                testFiles,
		"IDsInParallel":        testIDsInParallel,
		"Blobs":                testBlobs,
		"BlobOfFailingReader":  testBlobOfFailingReader,
		"LargeContent":         testLargeContent,
		"Copies":               testCopies,
		"SweepSessionsLinks":   testSweepSessionsAndLinks,
		"SweepManySessions":    testSweepManySessions,
		"SweepGrants":          testSweepGrants,
		"SweepApps":            testSweepApps,
		"SnapshotAndRestore":   testSnapshotAndRestore,
		"SnapshotStandsStill":  testSnapshotStandsStill,
		"RestoreEmpty":         testRestoreEmpty,
		"Clear":                testClear,
		"NothingIsNotFound":    testNothingIsNotFound,
		"EverythingInParallel": testEverythingInParallel,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// equal compares rows: nil and empty lists are the same, and so are two ways to
// write down one moment and to keep one content. Versions belong to the store.
func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	options := cmp.Options{
		cmpopts.EquateEmpty(),
		cmpopts.IgnoreFields(store.Grant{}, "Version"),
		cmp.Comparer(func(a, b store.Blob) bool { return bytes.Equal(content(t, a), content(t, b)) }),
	}
	if diff := cmp.Diff(want, got, options); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// content reads all of a blob.
func content(t testing.TB, blob store.Blob) []byte {
	t.Helper()
	r := must[io.ReadSeekCloser](t)(blob.Open())
	data := must[[]byte](t)(io.ReadAll(r))
	ok(t, r.Close())
	return data
}

func must[T any](t testing.TB) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func failsWith(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

// together runs work n times at once, released at the same moment.
func together(n int, work func(i int)) {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-gate
			work(i)
		})
	}
	close(gate)
	wg.Wait()
}

func ctx(t testing.TB) context.Context { return t.Context() }
