// Package limit is the portal's rate limiter: a token bucket per service, method
// and caller (docs/portal/identity.md §13). It always tells what is left; it
// refuses only when asked to.
package limit

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/rules"
)

// Service names whose bucket it is.
type Service string

const (
	Authorization Service = "authorization"
	Registration  Service = "registration"
)

// maxBuckets bounds memory; full buckets go first.
const maxBuckets = 10_000

// Limiter holds the buckets. It is safe for concurrent use.
type Limiter struct {
	clock   *clock.Clock
	enforce bool

	mu      sync.Mutex
	buckets map[bucketKey]bucket
	periods map[poolKey]period
}

type bucketKey struct {
	service Service
	method  string
	subject string
}

type bucket struct {
	tokens float64
	at     time.Time
}

// New returns a limiter; enforce makes it refuse.
func New(c *clock.Clock, enforce bool) *Limiter {
	return &Limiter{clock: c, enforce: enforce, buckets: map[bucketKey]bucket{}, periods: map[poolKey]period{}}
}

// capacity is a bucket's size and its refill per minute (identity.md §13.1, §13.3).
func capacity(build rules.Build, method string) float64 {
	if build == rules.BuildMinified {
		return 100
	}
	switch method {
	case http.MethodPost:
		return 10
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		return 15
	default:
		return 200
	}
}

// Admit takes one token for subject and says in headers how many are left. When
// the bucket is empty and the limiter enforces, it answers 429 (empty body, the
// wait in nanoseconds) and returns false. Without a subject there is no limit.
func (l *Limiter) Admit(w http.ResponseWriter, build rules.Build, service Service, method, subject string) bool {
	if subject == "" {
		return true
	}
	size := capacity(build, method)
	remaining, wait := l.take(bucketKey{service, bucketMethod(method), subject}, size)
	h := w.Header()
	if wait > 0 && l.enforce {
		h.Set("Content-Type", "application/json")
		h.Set("X-Ratelimit-Remaining", "0")
		h.Set("X-Ratelimit-Reset", strconv.FormatInt(wait.Nanoseconds(), 10))
		w.WriteHeader(http.StatusTooManyRequests)
		return false
	}
	values := []string{strconv.Itoa(remaining), "0"}
	h["X-Ratelimit-Remaining"], h["X-Ratelimit-Reset"] = values[:1:1], values[1:]
	return true
}

// bucketMethod joins the methods that share a bucket with GET (identity.md §13.1).
func bucketMethod(method string) string {
	switch method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return method
	default:
		return http.MethodGet
	}
}

// take returns how many whole tokens are left, or how long to wait for one.
func (l *Limiter) take(key bucketKey, size float64) (remaining int, wait time.Duration) {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.buckets[key]
	if !known {
		l.makeRoom()
		b = bucket{tokens: size, at: now}
	}
	if passed := now.Sub(b.at).Minutes(); passed > 0 {
		b.tokens = min(size, b.tokens+passed*size)
	}
	b.at = now
	if b.tokens < 1 {
		wait = time.Duration((1 - b.tokens) / size * float64(time.Minute))
		l.buckets[key] = b
		return 0, max(wait, 1)
	}
	b.tokens--
	l.buckets[key] = b
	return int(b.tokens), 0
}

// makeRoom drops buckets once there are too many: an old one has long been full
// again, and a full bucket is as good as none. Where all are young, half of them
// go, so that a crowd of callers does not search the map at each request.
func (l *Limiter) makeRoom() {
	if len(l.buckets) < maxBuckets {
		return
	}
	now := l.clock.Now()
	for key, b := range l.buckets {
		if now.Sub(b.at) > time.Minute {
			delete(l.buckets, key)
		}
	}
	if len(l.buckets) < maxBuckets {
		return
	}
	for key := range l.buckets {
		if len(l.buckets) <= maxBuckets/2 {
			return
		}
		delete(l.buckets, key)
	}
}
