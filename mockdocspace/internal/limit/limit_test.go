package limit

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/rules"
)

func frozen() *clock.Clock {
	c := clock.New()
	c.Set(time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC))
	c.Freeze()
	return c
}

// docs/portal/identity.md §13.1: the eleventh POST of a minute is refused, with
// the wait in nanoseconds; the bucket refills continuously.
func TestTheEleventhPostIsRefused(t *testing.T) {
	c := frozen()
	l := New(c, true)
	for left := 9; left >= 0; left-- {
		w := httptest.NewRecorder()
		if !l.Admit(w, rules.BuildServer, Authorization, http.MethodPost, "203.0.113.9") {
			t.Fatalf("refused with %d left", left)
		}
		if got := w.Header().Get("X-Ratelimit-Remaining"); got != strconv.Itoa(left) {
			t.Errorf("remaining %q, want %d", got, left)
		}
	}
	w := httptest.NewRecorder()
	if l.Admit(w, rules.BuildServer, Authorization, http.MethodPost, "203.0.113.9") {
		t.Fatal("the eleventh was admitted")
	}
	wait, err := strconv.ParseInt(w.Header().Get("X-Ratelimit-Reset"), 10, 64)
	if err != nil || w.Code != http.StatusTooManyRequests || w.Body.Len() != 0 || wait != int64(6*time.Second) {
		t.Errorf("status %d, reset %q, body %q; want 429, 6 s in nanoseconds, empty", w.Code, w.Header().Get("X-Ratelimit-Reset"), w.Body)
	}
	c.Advance(time.Duration(wait))
	if !l.Admit(httptest.NewRecorder(), rules.BuildServer, Authorization, http.MethodPost, "203.0.113.9") {
		t.Error("still refused after the wait")
	}
	if !l.Admit(httptest.NewRecorder(), rules.BuildServer, Authorization, http.MethodGet, "203.0.113.9") ||
		!l.Admit(httptest.NewRecorder(), rules.BuildServer, Registration, http.MethodPost, "203.0.113.9") {
		t.Error("another method or service shares the bucket")
	}
}

func TestNobodyIsRefusedUnlessEnforced(t *testing.T) {
	l := New(frozen(), false)
	for range 300 {
		w := httptest.NewRecorder()
		if !l.Admit(w, rules.BuildMinified, Authorization, http.MethodPost, "203.0.113.9") || w.Header().Get("X-Ratelimit-Reset") != "0" {
			t.Fatal("refused")
		}
	}
}

func TestBucketsAreForgotten(t *testing.T) {
	c := frozen()
	l := New(c, false)
	for i := range 2 * maxBuckets {
		l.Admit(httptest.NewRecorder(), rules.BuildServer, Authorization, http.MethodGet, strconv.Itoa(i))
	}
	if len(l.buckets) > maxBuckets {
		t.Errorf("%d buckets, want at most %d", len(l.buckets), maxBuckets)
	}
}

// docs/portal/identity.md §13.2: what all callers share, second by second.
func TestPoolsAreSharedByAllCallers(t *testing.T) {
	c := frozen()
	l := New(c, true)
	for i := range Public.perSecond {
		if !l.Permit(rules.BuildServer, Registration, Public) {
			t.Fatalf("request %d of a second was refused", i+1)
		}
	}
	if l.Permit(rules.BuildServer, Registration, Public) {
		t.Error("one more than the pool holds was admitted")
	}
	if !l.Permit(rules.BuildServer, Registration, Global) || !l.Permit(rules.BuildServer, Authorization, Public) {
		t.Error("another pool or service was used up too")
	}
	c.Advance(time.Second)
	if !l.Permit(rules.BuildServer, Registration, Public) {
		t.Error("refused in the next second")
	}
	if lenient := New(c, false); !lenient.Permit(rules.BuildServer, Registration, Pool{"empty", 0}) {
		t.Error("refused although nobody should be")
	}
}

// docs/portal/identity.md §13.1: to whom the limiter applies.
func TestSubjects(t *testing.T) {
	tests := []struct {
		name                        string
		remote, realIP, forwarded   string
		signature                   string
		authorization, registration string
	}{
		{"loopback", "127.0.0.1:5", "", "", "", "", ""},
		{"loopback with a signature", "127.0.0.1:5", "", "", "a.b.c", "c", ""},
		{"signature of two parts", "127.0.0.1:5", "", "", "a.b", "", ""},
		{"public caller", "203.0.113.9:5", "", "", "a.b.c", "203.0.113.9", "203.0.113.9"},
		{"IPv6 caller", "[2001:db8::1]:5", "", "", "", "", "2001:db8::1"},
		{"private behind a proxy", "127.0.0.1:5", "10.0.0.1", "203.0.113.7, 10.0.0.1", "", "203.0.113.7", "10.0.0.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = tt.remote
			for name, value := range map[string]string{"X-Real-IP": tt.realIP, "X-Forwarded-For": tt.forwarded, "x-signature": tt.signature} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			if got := AuthorizationSubject(r); got != tt.authorization {
				t.Errorf("authorization subject %q, want %q", got, tt.authorization)
			}
			if got := RegistrationSubject(r, ""); got != tt.registration {
				t.Errorf("registration subject %q, want %q", got, tt.registration)
			}
			if got := RegistrationSubject(r, "user"); got != "user" {
				t.Errorf("signed in: %q", got)
			}
		})
	}
}
