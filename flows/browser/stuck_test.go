package browser_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"docspace-oauth/flows/browser"
)

// isStuck checks the reason of a failed journey, and that it tells what it should.
func isStuck(t *testing.T, err error, reason browser.Reason) *browser.Stuck {
	t.Helper()
	var stuck *browser.Stuck
	if !errors.As(err, &stuck) {
		t.Fatalf("error %v", err)
	}
	if stuck.Reason != reason {
		t.Errorf("reason %s instead of %s: %s", stuck.Reason, reason, stuck.Detail())
	}
	if stuck.Sentence == "" || stuck.Address == "" || !bytes.HasPrefix(stuck.Picture, []byte("\x89PNG")) || len(stuck.Network) == 0 {
		t.Errorf("tells too little: %s, picture of %d bytes", stuck.Detail(), len(stuck.Picture))
	}
	for _, secret := range []string{password, "code1", "cs1", "key=k"} {
		if strings.Contains(stuck.Detail(), secret) {
			t.Errorf("tells %q: %s", secret, stuck.Detail())
		}
	}
	return stuck
}

// impatient is a journey that gives up early where reason is the end of patience.
// Everything else keeps its time: a busy machine must not change the outcome.
func (p *pages) impatient(reason browser.Reason) browser.Journey {
	j := p.journey()
	const short = 300 * time.Millisecond
	switch reason {
	case browser.BounceStuck:
		j.Patience.Bounce = short
	case browser.ScopesMissing, browser.LayoutUnknown:
		j.Patience.Blank = short
	case browser.ConfirmStuck:
		j.Patience.Confirm = short
	case browser.SignInRefused, browser.SecondFactor, browser.ConsentFailed, browser.StaleConsent:
		j.Patience.Answer = 3 * time.Second // what was clicked must have time to act
	case browser.TooSlow:
		j.Patience.Journey = 5 * time.Second
	}
	return j
}

func serve(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { html(w, body) }
}

func TestStuckAfterTheDecision(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		reason browser.Reason
		says   string
	}{
		"500":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, browser.ConsentFailed, "500"},
		"cut":   {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, browser.ConsentFailed, "net::"},
		"stale": {isStale, browser.StaleConsent, "invalid_request"},
	} {
		for _, decision := range []browser.Decision{browser.Allow, browser.Deny} {
			t.Run(fmt.Sprintf("%s, %d", name, decision), func(t *testing.T) {
				t.Parallel()
				p, b := newPages(t), profile(t)
				p.signedIn(t, b, true)
				p.on("POST /api/2.0/oauth2/authorize", test.answer)
				j := p.journey()
				j.Decision = decision
				_, err := b.Authorize(t.Context(), p.app+"/start", j)
				if stuck := isStuck(t, err, test.reason); !strings.Contains(stuck.Sentence, test.says) {
					t.Errorf("says %s", stuck.Sentence)
				}
			})
		}
	}
}

// Where nobody has the time, or wants to, a blank page fails as soon as it is known.
func TestBlankConsentIsLoadedOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reload  time.Duration
		called  time.Duration // off by the caller, 0 for never
		journey time.Duration
		hint    bool
	}{
		"the journey ends too soon": {reload: time.Minute, journey: time.Minute, hint: true},
		"the caller ends it":        {reload: time.Minute, journey: time.Hour, called: time.Minute, hint: true},
		"not wanted":                {reload: -1, journey: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, b := newPages(t), profile(t)
			p.signedIn(t, b, true)
			var shown atomic.Int32
			p.on("GET /login/consent", func(w http.ResponseWriter, _ *http.Request) {
				shown.Add(1)
				html(w, "<div></div>")
			})
			j := p.journey()
			j.Patience = browser.Patience{Blank: 300 * time.Millisecond, Reload: test.reload, Journey: test.journey}
			ctx := t.Context()
			if test.called > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, test.called)
				defer cancel()
			}
			began := time.Now()
			_, err := b.Authorize(ctx, p.request(), j)
			stuck := isStuck(t, err, browser.ScopesMissing)
			if hinted := strings.Contains(stuck.Sentence, "longer deadline"); hinted != test.hint {
				t.Errorf("says %s", stuck.Sentence)
			}
			if took := time.Since(began); shown.Load() != 1 || took > 30*time.Second {
				t.Errorf("shown %d times in %s", shown.Load(), took)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	_, err := b.Authorize(t.Context(), "http://localhost:1/start", p.journey())
	var stuck *browser.Stuck
	if !errors.As(err, &stuck) || stuck.Reason != browser.Unreachable || !strings.Contains(stuck.Sentence, "net::ERR_") {
		t.Errorf("error %v", err)
	}
}

func TestTimeIsOver(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.on("GET /login", serve("nothing to do here"))
	j := p.journey()
	j.Patience.Journey = 500 * time.Millisecond
	_, err := b.Authorize(t.Context(), p.app+"/start", j)
	var stuck *browser.Stuck
	if !errors.As(err, &stuck) || stuck.Reason != browser.TooSlow || !strings.Contains(stuck.Sentence, "within 500ms") {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = b.Authorize(ctx, p.app+"/start", p.journey())
	if !errors.As(err, &stuck) || stuck.Reason != browser.TooSlow {
		t.Errorf("error %v", err)
	}

	p.on("GET /login", nil) // and neither the tab nor the browser suffered
	authorize(t, b, p.app+"/start", p.journey())
}
