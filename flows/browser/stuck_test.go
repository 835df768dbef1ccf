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
	case browser.ScopesMissing:
		j.Patience.Blank = short
	case browser.ConfirmStuck:
		j.Patience.Confirm = short
	case browser.SignInRefused, browser.ConsentFailed:
		j.Patience.Answer = short
	}
	return j
}

func serve(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { html(w, body) }
}

func TestStuckAtLogin(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer string
		status int
		reason browser.Reason
	}{
		"wrong password": {"Invalid login or password.", 500, browser.WrongCredentials},
		"api's words":    {"User authentication failed", 401, browser.WrongCredentials},
		"locked":         {"Too many login attempts. Please try again later", 403, browser.TooManyAttempts},
		"limited":        {"Too much attempts already", 403, browser.TooManyAttempts},
		"disabled":       {"User disabled", 403, browser.UserDisabled},
		"another":        {"Something else", 403, browser.SignInRefused},
		"silent":         {"", 500, browser.SignInRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, b := newPages(t), profile(t)
			var calls atomic.Int32
			p.on("POST /apisystem/portal/signin", func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				w.WriteHeader(test.status)
				fmt.Fprintf(w, `{"message":%s}`, js(test.answer))
			})
			_, err := b.Authorize(t.Context(), p.app+"/start", p.impatient(test.reason))
			stuck := isStuck(t, err, test.reason)
			if !strings.Contains(stuck.Sentence, test.answer) || calls.Load() != 1 {
				t.Errorf("%d calls, says %s", calls.Load(), stuck.Sentence)
			}
		})
	}
}

func TestStuckBeforeTheRequest(t *testing.T) { // the form's own checks
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.on("GET /login", serve(fmt.Sprintf(loginForm, `fail("Required field");`)))
	_, err := b.Authorize(t.Context(), p.app+"/start", p.journey())
	if stuck := isStuck(t, err, browser.SignInRefused); !strings.Contains(stuck.Sentence, "Required field") {
		t.Error(stuck)
	}
}

func TestStuckPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path   string // that is replaced; GET
		page   string
		where  string // where authorize sends the browser; "" as usual
		live   bool   // signed in
		reason browser.Reason
		says   string
	}{
		"error page":    {where: "/login/error?oauthMessageKey=client_disabled_error", reason: browser.ErrorPage, says: "Error of client_disabled_error"},
		"captcha":       {path: "/login", page: fmt.Sprintf(loginForm, "") + `<div data-test-id="captcha-container">Confirm</div>`, reason: browser.Captcha},
		"captcha frame": {path: "/login", page: fmt.Sprintf(loginForm, "") + `<iframe src="/hcaptcha"></iframe>`, reason: browser.Captcha},
		"second factor": {where: "/confirm/TfaAuth?type=TfaAuth", path: "/confirm/TfaAuth", page: `<input id="code">`, reason: browser.SecondFactor},
		"wizard":        {where: "/wizard", path: "/wizard", page: "Welcome", reason: browser.NotReady, says: "/wizard"},
		"unavailable":   {where: "/unavailable", path: "/unavailable", page: "Sorry", reason: browser.NotReady},
		"activation":    {where: "/confirm/Activation", path: "/confirm/Activation", page: "Hello", reason: browser.NotReady},
		"toast":         {where: "/login?authError=true", path: "/login", page: fmt.Sprintf(loginForm, "") + `<div class="Toastify__toast--error">Authorization error</div>`, reason: browser.Message, says: "Authorization error"},
		"blank consent": {live: true, path: "/login/consent", page: "<div></div>", reason: browser.ScopesMissing},
		"only a frame":  {live: true, path: "/login/consent", page: `<p class="mock-band">Mock</p><div data-testid="language-combobox"><svg width="9" height="9"></svg></div>`, reason: browser.ScopesMissing},
		"no app":        {live: true, path: "/login/consent", page: strings.Replace(fmt.Sprintf(consentPage, email, ""), "Demo App", "", 1), reason: browser.UnknownApp},
		"no app's name": {live: true, path: "/login/consent", page: strings.Replace(fmt.Sprintf(consentPage, email, ""), "would like", "{{nameApp}} would like", 1), reason: browser.UnknownApp},
		"no signature":  {live: true, where: "/login/consent?client_id=c1&error=missing_asc_signature_error", reason: browser.BounceStuck},
		"confirm":       {path: "/confirm/Auth", page: `<div data-testid="app-loader">…</div>`, reason: browser.ConfirmStuck},
		"used link":     {path: "/confirm/Auth", page: `<div data-testid="ErrorContainer"><p id="header">Something went wrong.</p><b>Invalid link</b></div>`, reason: browser.LinkInvalid},
		"dead session":  {live: true, path: "/login/consent", page: `<div data-testid="ErrorContainer"><p id="header">Something went wrong.</p></div>`, reason: browser.DeadSession},
		"home":          {where: "/", reason: browser.ContextLost},
		"foreign":       {where: "FOREIGN", reason: browser.ForeignHost, says: "second.localhost"},
		"server's page": {path: "/oauth2/authorize", page: "Forbidden", reason: browser.ErrorPage, says: "200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, b := newPages(t), profile(t)
			if test.live {
				p.signedIn(t, b, true)
			}
			if test.where != "" {
				where := test.where
				if where == "FOREIGN" {
					where = strings.Replace(p.app, "localhost", "second.localhost", 1) + "/done"
				}
				p.on("GET /oauth2/authorize", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, where, http.StatusFound) })
			}
			if test.path != "" {
				p.on("GET "+test.path, serve(test.page))
			}
			_, err := b.Authorize(t.Context(), p.app+"/start", p.impatient(test.reason))
			stuck := isStuck(t, err, test.reason)
			if !strings.Contains(stuck.Sentence, test.says) {
				t.Errorf("says %s", stuck.Sentence)
			}
			if len(p.posted()) != 0 {
				t.Errorf("posted %v", p.posted())
			}
		})
	}
}

func TestRestartsOnce(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.on("GET /confirm/Auth", func(w http.ResponseWriter, r *http.Request) {
		p.on("GET /confirm/Auth", nil) // the next link is good
		html(w, `<div data-testid="ErrorContainer"><p id="header">Something went wrong.</p><b>The link has expired.</b></div>`)
	})
	pagesAre(t, authorize(t, b, p.app+"/start", p.journey()),
		"login", "error-screen", "restart", "login", "consent", "callback")
}

func TestDeadSessionIsForgotten(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.signedIn(t, b, false)
	p.on("GET /login/consent", func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie("asc_auth_key"); err == nil && cookie.Value == "session" && r.URL.Query().Has("error") {
			w.WriteHeader(http.StatusInternalServerError)
			html(w, `<div data-testid="ErrorContainer"><p id="header">Something went wrong.</p></div>`)
			return
		}
		p.consent(w, r)
	})
	pagesAre(t, authorize(t, b, p.app+"/start", p.journey()),
		"error-screen", "restart", "login", "consent", "callback")
}

func TestPoisonedBounce(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.signedIn(t, b, true)
	p.on("GET /login/consent", func(w http.ResponseWriter, r *http.Request) {
		p.on("GET /login/consent", nil)
		html(w, `<script>location.replace("/login/error?oauthMessageKey=missing_client_id_error")</script>`)
	})
	result := authorize(t, b, p.app+"/start", p.journey())
	if !strings.Contains(strings.Join(result.Pages, " "), "error-page restart") {
		t.Errorf("pages %v", result.Pages)
	}
}

func TestLegacyBranchEndsAtHome(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.on("GET /login", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("asc_auth_key"); err == nil {
			p.login(w, r)
			return
		}
		html(w, fmt.Sprintf(loginForm, `await fetch("/api/2.0/authentication", { method: "POST", body }); location.replace("/");`))
	})
	p.on("GET /mint", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(200 * time.Millisecond)
		p.mint(w, r)
	})
	result := authorize(t, b, p.app+"/start", p.journey())
	pagesAre(t, result, "login", "home", "restart", "consent-bounce", "consent", "callback")
}

func TestSessionNotKept(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.on("POST /api/2.0/authentication", func(http.ResponseWriter, *http.Request) {}) // no cookie
	p.on("GET /confirm/Auth", serve(`<script>(async () => {
  await fetch("/api/2.0/authentication", { method: "POST" });
  location.replace(location.search.split("referenceUrl=")[1]);
})();</script>`)) // no signature either
	_, err := b.Authorize(t.Context(), p.app+"/start", p.journey())
	isStuck(t, err, browser.SessionNotKept)
}

func TestStuckAfterTheDecision(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		reason browser.Reason
		says   string
	}{
		"429": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, browser.ConsentFailed, "429"},
		"500": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, browser.ConsentFailed, "500"},
		"cut": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, browser.ConsentFailed, "net::"},
		"stale": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login?type=oauth2&client_id=c1&error=invalid_request", http.StatusFound)
		}, browser.StaleConsent, "invalid_request"},
		"nothing": {func(http.ResponseWriter, *http.Request) {}, browser.ConsentFailed, "nothing happened"},
	} {
		for _, decision := range []browser.Decision{browser.Allow, browser.Deny} {
			t.Run(fmt.Sprintf("%s, %d", name, decision), func(t *testing.T) {
				t.Parallel()
				p, b := newPages(t), profile(t)
				p.signedIn(t, b, true)
				p.on("POST /api/2.0/oauth2/authorize", test.answer)
				j := p.journey()
				if name == "nothing" {
					j = p.impatient(test.reason)
				}
				j.Decision = decision
				_, err := b.Authorize(t.Context(), p.app+"/start", j)
				if stuck := isStuck(t, err, test.reason); !strings.Contains(stuck.Sentence, test.says) {
					t.Errorf("says %s", stuck.Sentence)
				}
			})
		}
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
	if !errors.As(err, &stuck) || stuck.Reason != browser.TooSlow {
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
