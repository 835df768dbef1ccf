package rules

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Subject says whom a fault concerns. The zero value is everyone.
type Subject struct {
	Tenant int64  // portal id
	App    string // client id
	User   string // user id
}

func (s Subject) matches(tenant int64, app, user string) bool {
	return (s.Tenant == 0 || s.Tenant == tenant) && (s.App == "" || s.App == app) && (s.User == "" || s.User == user)
}

// Occasion says when a fault is in force. The zero value is always.
type Occasion struct {
	Limit       int64     // only the first so many requests; 0: all
	Probability float64   // in a request, 0 < p < 1; 0 and 1: certain
	Seed        uint64    // makes chance repeat; 0: one is drawn
	From, Until time.Time // by the portal's clock, Until excluded; zero: no bound
}

// Check says what makes no sense about an occasion.
func (o Occasion) Check() error {
	switch {
	case o.Limit < 0:
		return fmt.Errorf("uses is %d: give at least 1, or leave it out", o.Limit)
	case !(o.Probability >= 0 && o.Probability <= 1):
		return fmt.Errorf("probability is %v: give a number between 0 and 1", o.Probability)
	case !o.From.IsZero() && !o.Until.IsZero() && !o.From.Before(o.Until):
		return errors.New("until is not after from")
	}
	return nil
}

// Active is a fault that is switched on.
type Active struct {
	ID       int
	Fault    string // a name of the catalogue
	Value    string // what was set about it; empty: its default
	Subject  Subject
	Occasion Occasion
	Uses     int64 // requests in which it was in force
}

// entry is an active fault with what it counts.
type entry struct {
	Active
	change func(*Rules)
	uses   atomic.Int64
	paths  []string // beginnings of the paths concerned; none: all
	method string   // of a literal answer; empty: all
	exact  string   // path of a literal answer
	late   bool     // decided when the browser goes back to the app, see Returning

	mu   sync.Mutex
	dice *rand.Rand
}

func newEntry(a Active, change func(*Rules)) *entry {
	e := &entry{Active: a, change: change}
	if a.Occasion.Probability > 0 && a.Occasion.Probability < 1 {
		if e.Occasion.Seed == 0 {
			e.Occasion.Seed = uint64(rand.Uint32() | 1) // told to whoever asks, so that chance can be repeated
		}
		e.dice = rand.New(rand.NewPCG(e.Occasion.Seed, 0))
	}
	return e
}

// always: in every request, for everyone.
func (e *entry) always() bool {
	return !e.late && e.Subject == (Subject{}) && e.Occasion == (Occasion{})
}

// personal: for one app or user.
func (e *entry) personal() bool { return e.Subject.App != "" || e.Subject.User != "" }

// concerns reports whether a request is one that the fault is about, as far as its
// address tells.
func (e *entry) concerns(r Request) bool {
	if e.exact != "" {
		return r.Path == e.exact && (e.method == "" || e.method == r.Method)
	}
	if r.Path == "" || len(e.paths) == 0 {
		return true
	}
	return slices.ContainsFunc(e.paths, func(beginning string) bool {
		return strings.HasPrefix(r.Path, beginning) || strings.HasPrefix(r.Path, "/api/2.0"+beginning)
	})
}

// happens decides about one request and counts it.
func (e *entry) happens(now func() time.Time) bool {
	o := e.Occasion
	if !o.From.IsZero() || !o.Until.IsZero() {
		t := now()
		if !o.From.IsZero() && t.Before(o.From) || !o.Until.IsZero() && !t.Before(o.Until) {
			return false
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if o.Limit > 0 && e.uses.Load() >= o.Limit || e.dice != nil && e.dice.Float64() >= o.Probability {
		return false
	}
	e.uses.Add(1)
	return true
}

func (e *entry) report() Active {
	a := e.Active
	a.Uses = e.uses.Load()
	return a
}
