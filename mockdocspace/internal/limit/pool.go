package limit

import (
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
)

// Pool is an allowance that all callers of a service share (identity.md §13.2).
type Pool struct {
	name      string
	perSecond int
}

var (
	Global = Pool{"globalRateLimiter", 125}
	Public = Pool{"publicRateLimiter", 25} // the public info of an app only
)

// poolKey tells the services apart, unless they are one process.
type poolKey struct {
	service Service
	pool    string
}

// period is a second and what was taken in it.
type period struct {
	began time.Time
	taken int
}

// Permit takes one of the pool's permits of this second and reports whether there
// was one. Nobody waits, and nobody is refused unless the limiter enforces.
func (l *Limiter) Permit(build rules.Build, service Service, pool Pool) bool {
	if !l.enforce {
		return true
	}
	key := poolKey{service, pool.name}
	if build == rules.BuildMinified {
		key.service = ""
	}
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.periods[key]
	if since := now.Sub(p.began); since < 0 || since >= time.Second {
		p = period{began: now}
	}
	if p.taken >= pool.perSecond {
		return false
	}
	p.taken++
	l.periods[key] = p
	return true
}
