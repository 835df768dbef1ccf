package browser_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"docspace-oauth/flows/browser"
)

// showing is a portal that shows the state of a row of the driver's table, and what
// comes of the journey there.
type showing struct {
	of      string
	session bool                   // a portal session, as anybody's who is signed in
	live    bool                   // and a signature
	set     func(p *pages)         // the pages that are other than usual
	journey func(*browser.Journey) // other than usual
	reason  browser.Reason         // why it ends; "" where it comes to the app
	says    string                 // part of the sentence
	pages   []string               // seen on the way to the app
	posts   int                    // decisions that the portal took
	signIns int                    // at most so often the form was sent
}

const (
	errorContainer = `<div data-testid="ErrorContainer"><p id="header">Something went wrong.</p>%s</div>`
	authenticator  = "JBSWY3DPEHPK3PXP"
	codePage       = `<input id="code" data-testid="app_code_input"><button data-testid="app_code_continue_button">Continue</button><script>
document.querySelector("button").onclick = async () => {
  const answer = await fetch("/tfa", { method: "POST", body: code.value });
  if (!answer.ok) return;
  document.cookie = "x-signature=jwt; path=/";
  location.replace("%s");
};</script>`
	elsewhere        = "https://elsewhere" // stands for a host that is neither the portal's nor the app's
	signatureMissing = "/login/consent?type=oauth2&client_id=c1&error=missing_asc_signature_error"
)

// to sends the browser from authorize elsewhere, where page stands. The first times
// that it asks, or for ever with times 0.
func to(where, page string, times int32) func(*pages) {
	return func(p *pages) {
		var asked atomic.Int32
		p.on("GET /oauth2/authorize", func(w http.ResponseWriter, r *http.Request) {
			if times > 0 && asked.Add(1) > times {
				p.authorize(w, r)
				return
			}
			http.Redirect(w, r, strings.Replace(where, elsewhere, strings.Replace(p.app, "localhost", "second.localhost", 1), 1), http.StatusFound)
		})
		if page != "" {
			path, _, _ := strings.Cut(where, "?")
			p.on("GET "+strings.TrimPrefix(path, elsewhere), serve(page))
		}
	}
}

// shows puts page in the place of the usual one; the first times, or for ever with 0.
func shows(path, page string, times int32) func(*pages) {
	return func(p *pages) {
		var shown atomic.Int32
		p.on("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			if times > 0 && shown.Add(1) >= times {
				p.on("GET "+path, nil)
			}
			html(w, page)
		})
	}
}

// leads redirects a path; the first times, or for ever with 0.
func leads(path, where string, times int32) func(*pages) {
	return func(p *pages) {
		var led atomic.Int32
		p.on("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			if times > 0 && led.Add(1) >= times {
				p.on("GET "+path, nil)
			}
			http.Redirect(w, r, where, http.StatusTemporaryRedirect)
		})
	}
}

// refuses answers the login form.
func refuses(status int, message string) func(*pages) {
	return func(p *pages) {
		p.on("POST /apisystem/portal/signin", func(w http.ResponseWriter, _ *http.Request) {
			p.signIns.Add(1)
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"message":%s}`, js(message))
		})
	}
}

// answersDecision answers what Allow and Deny send.
func answersDecision(answer http.HandlerFunc) func(*pages) {
	return func(p *pages) { p.on("POST /api/2.0/oauth2/authorize", answer) }
}

// isStale is the answer to a consent that the portal does not know any more.
func isStale(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/login?type=oauth2&client_id=c1&error=invalid_request", http.StatusFound)
}

func both(set ...func(*pages)) func(*pages) {
	return func(p *pages) {
		for _, do := range set {
			do(p)
		}
	}
}

// secondFactorPage asks for a code and takes the right one.
func secondFactorPage(p *pages) {
	to("/confirm/TfaAuth?type=TfaAuth", fmt.Sprintf(codePage, "/oauth2/authorize?client_id=c1"), 1)(p)
	p.on("POST /tfa", func(w http.ResponseWriter, r *http.Request) {
		p.signIns.Add(1)
		if code, err := io.ReadAll(r.Body); err != nil || !totp.Validate(string(code), authenticator) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "asc_auth_key", Value: "session", Path: "/"})
	})
}

func withTOTP(secret string) func(*browser.Journey) {
	return func(j *browser.Journey) { j.TOTP = secret }
}

// reloadsAfter makes a journey load a blank consent page again.
func reloadsAfter(reload time.Duration) func(*browser.Journey) {
	return func(j *browser.Journey) { j.Patience.Blank, j.Patience.Reload = 300*time.Millisecond, reload }
}

// rows are the rows of the driver's table (docs/portal/browser-flow.md §8), in its
// order and by its first column, each with portals that show the state.
var rows = []struct {
	state    string
	showings []showing
}{
	{"RP callback received / href starts with redirect URI", []showing{
		{of: "at once", set: func(p *pages) {
			p.on("GET /oauth2/authorize", func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, p.app+"/callback?code=silent&state=s1", http.StatusFound)
			})
		}, pages: []string{"callback"}},
		{of: "after the bounce", session: true, set: func(p *pages) { leads("/login/consent", p.app+"/callback?code=silent&state=s1", 0)(p) }, pages: []string{"callback"}},
	}},
	{"path `/login/error`", []showing{
		{of: "a disabled app", set: to("/login/error?oauthMessageKey=client_disabled_error", "", 0), reason: browser.ErrorPage, says: "Error of client_disabled_error"},
	}},
	{"captcha: `[data-test-id=\"captcha-container\"]` visible, or iframe of hcaptcha/recaptcha", []showing{
		{of: "container", set: shows("/login", fmt.Sprintf(loginForm, "")+`<div data-test-id="captcha-container">Confirm</div>`, 0), reason: browser.Captcha, says: "captcha"},
		{of: "frame", set: shows("/login", fmt.Sprintf(loginForm, "")+`<iframe src="/hcaptcha"></iframe>`, 0), reason: browser.Captcha, says: "captcha"},
		{of: "hidden container", set: shows("/login", fmt.Sprintf(loginForm, `fail("Required field")`)+`<div data-test-id="captcha-container" hidden></div>`, 0), reason: browser.SignInRefused},
	}},
	{"path `/confirm/Tfa*`, `/confirm/Phone*`, `#code`", []showing{
		{of: "without a secret", set: secondFactorPage, reason: browser.SecondFactor, says: "no TOTP secret"},
		{of: "with the secret", set: secondFactorPage, journey: withTOTP(authenticator), signIns: 1, pages: []string{"second-factor", "consent", "callback"}, posts: 1},
		{of: "with another secret", set: secondFactorPage, journey: withTOTP("GEZDGNBVGY3TQOJQ"), signIns: 1, reason: browser.SecondFactor, says: "still asks"},
		{of: "to be set up", set: to("/confirm/TfaActivation?type=TfaActivation", codePage, 0), journey: withTOTP(authenticator), reason: browser.SecondFactor, says: "set up"},
		{of: "by telephone", set: to("/confirm/PhoneAuth?type=PhoneAuth", "", 0), journey: withTOTP(authenticator), reason: browser.SecondFactor, says: "telephone"},
		{of: "by its input alone", set: shows("/login", `<input id="code">`, 0), reason: browser.SecondFactor, says: "no TOTP secret"},
	}},
	{"`/wizard`, `/unavailable`, `/preparation-portal`, `/access-restricted`", []showing{
		{of: "not set up", set: to("/wizard", "Welcome", 0), reason: browser.NotReady, says: "/wizard"},
		{of: "switched off", set: to("/unavailable", "Sorry", 0), reason: browser.NotReady, says: "/unavailable"},
		{of: "restoring", set: to("/preparation-portal", "Soon", 0), reason: browser.NotReady, says: "/preparation-portal"},
		{of: "closed to this address", set: to("/access-restricted", "No", 0), reason: browser.NotReady, says: "/access-restricted"},
	}},
	{"host differs from portal and RP (IdP)", []showing{
		{of: "a page", set: to(elsewhere+"/done", "", 0), reason: browser.ForeignHost, says: "skipssoredirect=true"},
		{of: "with a login form", set: to(elsewhere+"/login", fmt.Sprintf(loginForm, `await fetch("/apisystem/portal/signin", { method: "POST", body });`), 0), reason: browser.ForeignHost, says: "second.localhost"},
		{of: "that asks for a code", set: both(secondFactorPage, to(elsewhere+"/verify", fmt.Sprintf(codePage, "/"), 0)), journey: withTOTP(authenticator), reason: browser.ForeignHost, says: "second.localhost"},
	}},
	{"`/login/consent` with `error=`, or showing `[data-testid=\"app-loader\"]` (newer portals)", []showing{
		{of: "gets its signature late", session: true, set: func(p *pages) {
			p.on("GET /mint", func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(300 * time.Millisecond) // the button waits to be clicked
				p.mint(w, r)
			})
		}, pages: []string{"consent-bounce", "consent", "callback"}, posts: 1},
		{of: "shows a loader", live: true, set: shows("/login/consent", `<div id="l" data-testid="app-loader">…</div><div id="c" hidden>`+fmt.Sprintf(consentPage, email,
			`setTimeout(() => { l.remove(); c.hidden = false; }, 300);`)+`</div>`, 0), pages: []string{"consent-bounce", "consent", "callback"}, posts: 1},
		{
			of: "left over from back", live: true, set: to(signatureMissing, "", 1), journey: func(j *browser.Journey) { j.Patience.Bounce = 300 * time.Millisecond },
			pages: []string{"consent-bounce", "restart", "consent", "callback"}, posts: 1,
		},
		{of: "for ever", live: true, set: to(signatureMissing, "", 0), reason: browser.BounceStuck, says: "signature"},
	}},
	{"`/login/consent`, §5.3 true", []showing{
		{of: "allow", live: true, pages: []string{"consent", "callback"}, posts: 1},
		{of: "deny", live: true, journey: func(j *browser.Journey) { j.Decision = browser.Deny }, pages: []string{"consent", "callback"}, posts: 1},
		{of: "somebody else, who stays", live: true, set: shows("/login/consent", fmt.Sprintf(consentPage, "bob@docspace.test", ""), 0), reason: browser.WrongUser, says: "bob@docspace.test"},
		{of: "429", live: true, set: answersDecision(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }), reason: browser.ConsentFailed, says: "429"},
		{of: "button busy", live: true, set: answersDecision(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // the server notices who goes only then
			<-r.Context().Done()
		}), reason: browser.ConsentFailed, says: "nothing happened"},
		{of: "enabled again, once", live: true, set: func(p *pages) {
			answersDecision(func(w http.ResponseWriter, r *http.Request) {
				answersDecision(nil)(p)
				isStale(w, r)
			})(p)
		}, pages: []string{"consent", "restart", "consent", "callback"}, posts: 1},
		{of: "enabled again", live: true, set: answersDecision(func(http.ResponseWriter, *http.Request) {}), reason: browser.StaleConsent, says: "without a word"},
		{of: "refused by name", live: true, set: answersDecision(isStale), reason: browser.StaleConsent, says: "invalid_request"},
	}},
	{"`/login/consent`, blank body for 10 s", []showing{
		{of: "nothing", live: true, set: shows("/login/consent", "<div></div>", 0), reason: browser.ScopesMissing, says: "scopes"},
		{
			of: "nothing, once", live: true, set: shows("/login/consent", "<div></div>", 1), journey: reloadsAfter(700 * time.Millisecond),
			pages: []string{"consent-blank", "reload", "consent", "callback"}, posts: 1,
		},
		{
			of: "nothing, and then by itself", live: true, set: shows("/login/consent", `<div></div><script>setTimeout(() => location.reload(), 1000)</script>`, 1),
			journey: reloadsAfter(20 * time.Second), pages: []string{"consent-blank", "consent", "callback"}, posts: 1,
		},
		{
			of: "nothing, twice", live: true, set: shows("/login/consent", "<div></div>", 0), journey: reloadsAfter(700 * time.Millisecond),
			reason: browser.ScopesMissing, says: "after it had been loaded again",
		},
		{of: "nothing, and no time", live: true, set: shows("/login/consent", "<div></div>", 0), reason: browser.ScopesMissing, says: "a longer deadline"},
		{of: "only a frame", live: true, set: shows("/login/consent", `<p class="mock-band">Mock</p><div data-testid="language-combobox"><svg width="9" height="9"></svg></div>`, 0), reason: browser.ScopesMissing},
	}},
	{"`/login/consent` with buttons but empty `app_link` / literal `{{nameApp}}`", []showing{
		{of: "no link", live: true, set: shows("/login/consent", strings.Replace(fmt.Sprintf(consentPage, email, ""), "Demo App", "", 1), 0), reason: browser.UnknownApp},
		{of: "no name", live: true, set: shows("/login/consent", strings.Replace(fmt.Sprintf(consentPage, email, ""), "would like", "{{nameApp}} would like", 1), 0), reason: browser.UnknownApp},
		{of: "with error=", session: true, set: both(
			shows("/login/consent", strings.Replace(fmt.Sprintf(consentPage, email, ""), "Demo App", "", 1), 1),
			func(p *pages) {
				p.on("GET /mint", func(w http.ResponseWriter, r *http.Request) { // the bounce's next request is for an app that is unknown
					to("/login/error?oauthMessageKey=client_not_found_error", "", 0)(p)
					p.mint(w, r)
				})
			}), reason: browser.ErrorPage, says: "client_not_found_error"},
	}},
	{"`[data-testid=\"ErrorContainer\"]` outside `/login/error`, heading `Something went wrong.`", []showing{
		{of: "a used link, once", set: shows("/confirm/Auth", fmt.Sprintf(errorContainer, "<b>Invalid link</b>"), 1), pages: []string{"login", "error-screen", "restart", "login", "consent", "callback"}, posts: 1},
		{of: "an expired link, once", set: shows("/confirm/Auth", fmt.Sprintf(errorContainer, "<b>The link has expired.</b>"), 1), pages: []string{"login", "error-screen", "restart", "login", "consent", "callback"}, posts: 1},
		{of: "a used link", set: shows("/confirm/Auth", fmt.Sprintf(errorContainer, "<b>Invalid link</b>"), 0), reason: browser.LinkInvalid},
		{of: "a dead session, forgotten", session: true, set: func(p *pages) {
			p.on("GET /login/consent", func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Has("error") {
					w.WriteHeader(http.StatusInternalServerError)
					html(w, fmt.Sprintf(errorContainer, ""))
					return
				}
				p.consent(w, r)
			})
		}, pages: []string{"error-screen", "restart", "login", "consent", "callback"}, posts: 1},
		{of: "a dead session", live: true, set: shows("/login/consent", fmt.Sprintf(errorContainer, ""), 0), reason: browser.DeadSession},
	}},
	{"tenant list", []showing{
		{of: "two portals", set: listOfPortals, journey: func(j *browser.Journey) { j.PortalName = "second.example.com" }, pages: []string{"login", "tenant-list", "consent", "callback"}, posts: 1},
		{of: "without the wanted one", set: listOfPortals, journey: func(j *browser.Journey) { j.PortalName = "third.example.com" }, reason: browser.NoSuchPortal, says: "first.example.com, second.example.com"},
	}},
	{"login form, not yet submitted", []showing{
		{of: "with inputs that want keys", set: func(p *pages) {
			p.on("GET /login", func(w http.ResponseWriter, r *http.Request) {
				if _, err := r.Cookie("asc_auth_key"); err == nil {
					p.login(w, r)
					return
				}
				html(w, strings.ReplaceAll(usualForm, "<input ", `<input readonly onkeydown="this.readOnly = false" `))
			})
		}, pages: []string{"login", "consent", "callback"}, posts: 1},
		{of: "filled and sent once", pages: []string{"login", "consent", "callback"}, posts: 1},
	}},
	{"login form, submitted, error text", []showing{
		{of: "wrong password", set: refuses(500, "Invalid login or password."), signIns: 1, reason: browser.WrongCredentials, says: "Invalid login or password."},
		{of: "wrong password, the API's words", set: refuses(401, "User authentication failed"), signIns: 1, reason: browser.WrongCredentials, says: "User authentication failed"},
		{of: "locked", set: refuses(403, "Too many login attempts. Please try again later"), signIns: 1, reason: browser.TooManyAttempts, says: "wait a minute"},
		{of: "limited", set: refuses(403, "Too much attempts already"), signIns: 1, reason: browser.TooManyAttempts, says: "wait five minutes"},
		{of: "disabled", set: refuses(403, "User disabled"), signIns: 1, reason: browser.UserDisabled, says: "User disabled"},
		{of: "another text", set: refuses(403, "Something else"), signIns: 1, reason: browser.SignInRefused, says: "Something else"},
		{of: "no text", set: refuses(500, ""), signIns: 1, reason: browser.SignInRefused, says: "nothing came of it"},
		{of: "the form's own check", set: shows("/login", fmt.Sprintf(loginForm, `fail("Required field");`), 0), reason: browser.SignInRefused, says: "Required field"},
	}},
	{"login form again after success, no error", []showing{
		{of: "its cookie is not kept", set: both(
			func(p *pages) { p.on("POST /api/2.0/authentication", func(http.ResponseWriter, *http.Request) {}) },
			shows("/confirm/Auth", `<script>(async () => {
  await fetch("/api/2.0/authentication", { method: "POST" });
  location.replace(location.search.split("referenceUrl=")[1]);
})();</script>`, 0)), reason: browser.SessionNotKept, says: "not kept"},
	}},
	{"`/login?authError=true` or toast", []showing{
		{of: "both", set: to("/login?authError=true", fmt.Sprintf(loginForm, "")+`<div class="Toastify__toast--error">Authorization error</div>`, 0), reason: browser.Message, says: "Authorization error"},
		{of: "a toast", live: true, set: shows("/login/consent", fmt.Sprintf(consentPage, email, "")+`<div data-testid="toast"><div role="alert">Access denied</div></div>`, 0), reason: browser.Message, says: "Access denied"},
	}},
	{"portal home", []showing{
		{of: "once, the end of the legacy branch", set: both(func(p *pages) {
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
		}), pages: []string{"login", "home", "restart", "consent-bounce", "consent", "callback"}, posts: 1},
		{of: "twice", set: to("/", "", 0), reason: browser.ContextLost, says: "twice"},
		{
			of: "once, and nobody begins anew", set: to("/", "", 1), journey: func(j *browser.Journey) { j.Once = true },
			reason: browser.ContextLost, says: "home page",
		},
	}},
	{"anything else", []showing{
		{of: "a login page that stays empty", set: shows("/login", `<div data-testid="app-loader">…</div>`, 0), reason: browser.TooSlow, says: "did not end within"},
		{of: "a login page of another layout", set: shows("/login", "nothing to do here", 0), reason: browser.LayoutUnknown, says: "layout"},
		{of: "the link's page goes nowhere", set: shows("/confirm/Auth", `<div data-testid="app-loader">…</div>`, 0), reason: browser.ConfirmStuck, says: "second factor"},
		{
			of: "the link's page signs nobody in", set: both(
				func(p *pages) {
					p.on("GET /api/2.0/people/@self", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
				},
				shows("/confirm/Auth", `<div data-testid="app-loader">…</div><script>fetch("/api/2.0/people/@self")</script>`, 0)),
			journey: func(j *browser.Journey) { j.Patience.Confirm, j.Patience.Refused = 0, 300*time.Millisecond },
			reason:  browser.ConfirmStuck, says: "opened no session",
		},
		{of: "an account that is not ready", set: to("/confirm/Activation", "Hello", 0), reason: browser.NotReady, says: "/confirm/Activation"},
		{of: "authorize answers by itself", set: shows("/oauth2/authorize", "Forbidden", 0), reason: browser.ErrorPage, says: "200"},
	}},
	{"`/login/error` with `missing_client_id_error` although the authorize URL had one", []showing{
		{
			of: "once", live: true, set: leads("/login/consent", "/login/error?oauthMessageKey=missing_client_id_error", 1),
			pages: []string{"error-page", "restart", "consent", "callback"}, posts: 1,
		},
		{of: "twice", live: true, set: leads("/login/consent", "/login/error?oauthMessageKey=missing_client_id_error", 0), reason: browser.ErrorPage, says: "twice"},
	}},
}

// listOfPortals leads through the choice of one of two.
func listOfPortals(p *pages) {
	p.on("POST /apisystem/portal/signin", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"link":"/login/tenant-list?clientId=c1"}`)
	})
	page := ""
	for _, name := range []string{"first.example.com", "second.example.com"} {
		page += `<div class="item" onclick="location.href='/choose/` + name + `'"><span data-testid="portal_name_text">` + name + `</span></div>`
	}
	p.on("GET /login/tenant-list", serve(`<p>Choose your portal</p><div class="items-list">`+page+`</div>`))
	p.on("GET /choose/second.example.com", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/confirm/Auth?referenceUrl="+p.request(), http.StatusFound)
	})
}

func TestRows(t *testing.T) {
	t.Parallel()
	for _, row := range rows {
		for _, s := range row.showings {
			t.Run(row.state+"/"+s.of, func(t *testing.T) {
				t.Parallel()
				p, b := newPages(t), profile(t)
				if s.session || s.live {
					p.signedIn(t, b, s.live)
				}
				j := p.impatient(s.reason)
				if s.journey != nil {
					s.journey(&j)
				}
				if s.set != nil {
					s.set(p)
				}
				result, err := b.Authorize(t.Context(), p.app+"/start", j)
				if s.reason != "" {
					if stuck := isStuck(t, err, s.reason); !strings.Contains(stuck.Sentence, s.says) {
						t.Errorf("says %s", stuck.Sentence)
					}
				} else {
					if err != nil {
						t.Fatal(err)
					}
					pagesAre(t, result, s.pages...)
				}
				if len(p.posted()) != s.posts || p.signIns.Load() != int32(s.signIns) {
					t.Errorf("decisions %v, %d sign-ins", p.posted(), p.signIns.Load())
				}
			})
		}
	}
}

// The table of the document and the rows above are the same.
func TestRowsAreAllOfThem(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/portal/browser-flow.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## 8. ")
	section, _, _ = strings.Cut(section, "\n## 9. ")
	var documented, tested []string
	for line := range strings.Lines(section) {
		if cells := strings.Split(strings.TrimSpace(line), " | "); strings.HasPrefix(line, "| ") && len(cells) == 2 {
			documented = append(documented, strings.TrimPrefix(cells[0], "| "))
		}
	}
	documented = slices.DeleteFunc(documented, func(cell string) bool { return cell == "---" || strings.HasPrefix(cell, "state (") })
	for _, row := range rows {
		tested = append(tested, row.state)
	}
	if !slices.Equal(documented, tested) {
		t.Errorf("the document has\n%s\nthe test has\n%s", strings.Join(documented, "\n"), strings.Join(tested, "\n"))
	}
}
