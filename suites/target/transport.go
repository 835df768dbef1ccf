package target

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"golang.org/x/time/rate"

	"docspace-oauth/flows"
)

// Client is one of the target's own connections; the caller closes those that idle.
func (t *Target) Client() (*http.Client, error) {
	transport, err := t.Transport()
	if err != nil {
		return nil, err
	}
	return flows.NewHTTPClient(transport), nil
}

// Transport reaches the target: believing whom it says, and no faster than it allows.
func (t *Target) Transport() (http.RoundTripper, error) {
	base := flows.Transport()
	if t.TLS != nil {
		base.TLSClientConfig = &tls.Config{InsecureSkipVerify: t.TLS.Insecure} //nolint:gosec // asked for in the target file
		if t.TLS.Authority != "" {
			pem, err := os.ReadFile(t.TLS.Authority)
			if err != nil {
				return nil, fmt.Errorf("tls.authority: %w", err)
			}
			pool, err := x509.SystemCertPool()
			if err != nil {
				pool = x509.NewCertPool()
			}
			if !pool.AppendCertsFromPEM(pem) {
				return nil, fmt.Errorf("tls.authority: %s has no certificate in PEM", t.TLS.Authority)
			}
			base.TLSClientConfig.RootCAs = pool
		}
	}
	if t.Pacing == nil {
		return base, nil
	}
	every := time.Minute / time.Duration(t.Pacing.PostsPerMinute)
	return &paced{base: base, posts: rate.NewLimiter(rate.Every(every), max(1, t.Pacing.Burst))}, nil
}

// paced sends POSTs no faster than a token bucket allows, and waits when the portal
// says so all the same.
type paced struct {
	base  http.RoundTripper
	posts *rate.Limiter
}

// longestWait bounds what a portal can make the judge wait for one request, and
// attempts how often it asks again.
const (
	longestWait = 2 * time.Minute
	attempts    = 3
)

// RoundTrip implements http.RoundTripper.
func (p *paced) RoundTrip(req *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		if req.Method == http.MethodPost {
			if err := p.posts.Wait(req.Context()); err != nil {
				return nil, fmt.Errorf("waiting for the portal's rate limit: %w", err)
			}
		}
		resp, err := p.base.RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests || attempt == attempts {
			return resp, err
		}
		wait, said := WaitFor(resp.Header, time.Now())
		if !said || wait > longestWait || (req.Body != nil && req.Body != http.NoBody && req.GetBody == nil) {
			return resp, nil
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
		resp.Body.Close()
		select {
		case <-time.After(wait):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
		req = req.Clone(req.Context())
		if req.GetBody != nil {
			if req.Body, err = req.GetBody(); err != nil {
				return nil, fmt.Errorf("send the request again: %w", err)
			}
		}
	}
}

// WaitFor is how long a refusal asks to wait: X-Ratelimit-Reset in nanoseconds
// (docs/portal/identity.md §13.1), else Retry-After in seconds or as a date (RFC 9110
// §10.2.3).
func WaitFor(h http.Header, now time.Time) (wait time.Duration, said bool) {
	if n, err := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64); err == nil && n >= 0 {
		return time.Duration(n), true
	}
	after := h.Get("Retry-After")
	if n, err := strconv.Atoi(after); err == nil && n >= 0 {
		return time.Duration(n) * time.Second, true
	}
	if at, err := http.ParseTime(after); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}
