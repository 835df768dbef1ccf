// Package clock is the portal's own time: real, frozen or moved forward.
//
// Handlers and stores never call time.Now; they ask a *Clock, so that a test
// can let an authorization code expire without waiting for it.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock tells the portal's time. The zero value follows real time.
// It is safe for concurrent use.
type Clock struct {
	state atomic.Pointer[state]
}

// state is replaced as a whole: the portal's time is
// base + (real time since started, unless frozen).
type state struct {
	base    time.Time
	started time.Time
	frozen  bool
}

// New returns a clock that follows real time.
func New() *Clock { return &Clock{} }

// Now returns the portal's time in UTC.
func (c *Clock) Now() time.Time { return c.state.Load().now().UTC() }

func (s *state) now() time.Time {
	switch {
	case s == nil:
		return time.Now()
	case s.frozen:
		return s.base
	default:
		return s.base.Add(time.Since(s.started))
	}
}

// Freeze stops the clock at the moment it shows.
func (c *Clock) Freeze() {
	c.update(func(s *state) *state { return &state{base: s.now(), started: time.Now(), frozen: true} })
}

// Advance moves the clock by d, which may be negative. A frozen clock stays frozen.
func (c *Clock) Advance(d time.Duration) {
	c.update(func(s *state) *state {
		return &state{base: s.now().Add(d), started: time.Now(), frozen: s != nil && s.frozen}
	})
}

// Set makes the clock show t. A frozen clock stays frozen.
func (c *Clock) Set(t time.Time) {
	c.update(func(s *state) *state { return &state{base: t, started: time.Now(), frozen: s != nil && s.frozen} })
}

// Resume returns to real time: neither frozen nor moved.
func (c *Clock) Resume() { c.state.Store(nil) }

// Frozen reports whether time stands still.
func (c *Clock) Frozen() bool { s := c.state.Load(); return s != nil && s.frozen }

// Offset is how far the clock is ahead of real time; negative when behind.
func (c *Clock) Offset() time.Duration {
	s := c.state.Load()
	if s == nil {
		return 0
	}
	return time.Until(s.now())
}

func (c *Clock) update(next func(*state) *state) {
	for {
		old := c.state.Load()
		if c.state.CompareAndSwap(old, next(old)) {
			return
		}
	}
}
