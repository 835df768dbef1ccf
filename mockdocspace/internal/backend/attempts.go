package backend

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// The portal's limits on guessing (§3.10, docs/portal/browser-flow.md §4.4).
const (
	guessLimit  = 5
	guessWindow = time.Minute
	frontLimit  = 10
	frontWindow = 5 * time.Minute
)

// attempts counts sign-ins per key in a sliding window.
type attempts struct {
	mu   sync.Mutex
	made map[string][]time.Time
}

// recent drops what is older than window and returns how many are left.
func (a *attempts) recent(key string, now time.Time, window time.Duration) int {
	kept := a.made[key][:0]
	for _, at := range a.made[key] {
		// What lies ahead was noted before the clock was set back.
		if age := now.Sub(at); age >= 0 && age < window {
			kept = append(kept, at)
		}
	}
	if len(kept) == 0 {
		delete(a.made, key)
	} else {
		a.made[key] = kept
	}
	return len(kept)
}

// blocked reports whether limit attempts were noted within the window.
func (a *attempts) blocked(key string, now time.Time, limit int, window time.Duration) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.recent(key, now, window) >= limit
}

// note counts one attempt.
func (a *attempts) note(key string, now time.Time, window time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.made == nil || len(a.made) > 10000 { // forgets all rather than growing
		a.made = map[string][]time.Time{}
	}
	a.recent(key, now, window)
	a.made[key] = append(a.made[key], now)
}

// clear forgets a key after a success.
func (a *attempts) clear(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.made, key)
}

// remoteIP is the client's address without its port.
func remoteIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
