package identity

import (
	"hash/maphash"
	"sync"
	"time"
)

// fate is the last that became of a code or token.
type fate struct {
	kind fateKind
	at   time.Time
}

type fateKind int

const (
	fateIssued  fateKind = iota + 1 // and gone since, if the store does not know it
	fateUsed                        // a code that was exchanged
	fateBurned                      // a code that another app tried
	fateRotated                     // a refresh token that was used
	fateRevoked
)

// fatesKept bounds the memory; older ones are told without the time.
const fatesKept = 1 << 12

// fates remembers what became of codes and refresh tokens, for the journal's words
// only: the portal itself forgets what a newer one replaced. It holds hashes.
type fates struct {
	seed maphash.Seed

	mu            sync.Mutex
	recent, older map[uint64]fate
}

func newFates() *fates { return &fates{seed: maphash.MakeSeed(), recent: map[uint64]fate{}} }

func (f *fates) remember(value string, kind fateKind, at time.Time) {
	if value == "" {
		return
	}
	hash := maphash.String(f.seed, value)
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.recent) >= fatesKept {
		f.recent, f.older = map[uint64]fate{}, f.recent
	}
	f.recent[hash] = fate{kind, at}
}

// of returns the zero fate for a value that is not remembered.
func (f *fates) of(value string) fate {
	hash := maphash.String(f.seed, value)
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.recent[hash]; ok {
		return known
	}
	return f.older[hash]
}

// exchanged remembers what a successful exchange put an end to, and what it issued.
func (f *fates) exchanged(x *exchange, at time.Time) {
	old, next := x.grant, x.pending
	if old.Code != nil && !old.Code.Invalidated && next.Code != nil && next.Code.Invalidated {
		f.remember(old.Code.Value, fateUsed, at)
	}
	if next.Refresh == nil {
		return
	}
	if old.Refresh != nil && old.Refresh.Value != next.Refresh.Value {
		f.remember(old.Refresh.Value, fateRotated, at)
	}
	f.remember(next.Refresh.Value, fateIssued, at)
}
