package browser_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-oauth/flows/browser"
)

// watched is a browser at which somebody sits. It shows no window: what the person
// does, the pages' own scripts do.
var watched = sync.OnceValues(func() (*browser.Browser, error) {
	return browser.Launch(context.Background(), browser.Options{
		Ask: func(task string) {
			tasks.Lock()
			defer tasks.Unlock()
			tasks.told = append(tasks.told, task)
		},
		Patience: browser.Patience{Person: 20 * time.Second},
	})
})

// tasks are what that person was told.
var tasks struct {
	sync.Mutex
	told []string
}

// asked are the tasks at the pages of p that nobody has seen yet.
func asked(p *pages) (about []string) {
	tasks.Lock()
	defer tasks.Unlock()
	tasks.told = slices.DeleteFunc(tasks.told, func(task string) bool {
		if !strings.Contains(task, p.portal+"/") {
			return false
		}
		about = append(about, task)
		return true
	})
	return about
}

// watchedAt is a profile for the pages of p.
func watchedAt(t *testing.T, p *pages) *browser.Profile {
	t.Helper()
	asked(p) // of pages that had the same port before
	return profileOf(t, watched)
}

// captchaForm is the login form below a captcha; %s is the script of the page, in which
// solved() is what a person who solved it does.
func captchaForm(script string) string {
	return fmt.Sprintf(loginForm, `
  const answer = await fetch("/apisystem/portal/signin", { method: "POST", body });
  const told = await answer.json();
  if (!answer.ok) { if (told.captcha) widget.hidden = false; fail(told.message); return; }
  location.href = told.link;`) + `<div id="widget" data-test-id="captcha-container">Confirm that you are not a robot</div><script>
const solved = () => { widget.hidden = true; };
` + script + `</script>`
}

// comesAndGoes is a captcha that a refused form shows, and a person solves.
const comesAndGoes = `widget.hidden = true;
new MutationObserver(() => { if (!widget.hidden) setTimeout(solved, 500); }).observe(widget, { attributes: true });`

// wantsCaptcha refuses the form and makes it show the captcha.
func wantsCaptcha(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(w, `{"captcha":true,"message":"Too many login attempts. Please try again later"}`)
}

// filledIn waits until the form is filled, then does what a person would.
func filledIn(do string) string {
	return `const watching = setInterval(() => {
  if (login_password.value !== ` + js(password) + `) return;
  clearInterval(watching); ` + do + `
}, 50);`
}

func TestCaptchaIsLeftToAPerson(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		set    func(p *pages)
		pages  []string
		asked  int
		reason browser.Reason
		says   string
	}{
		"that goes away": {
			set:   shows("/login", captchaForm(`setTimeout(solved, 500)`), 0),
			pages: []string{"captcha", "login", "consent", "callback"}, asked: 1,
		},
		"that stays until the form is sent": {
			set:   shows("/login", captchaForm(filledIn(`login_submit.click();`)), 0),
			pages: []string{"captcha", "consent", "callback"}, asked: 1,
		},
		"that comes with a refusal, and goes": {
			set: func(p *pages) {
				shows("/login", captchaForm(comesAndGoes), 0)(p)
				p.on("POST /apisystem/portal/signin", func(w http.ResponseWriter, r *http.Request) {
					p.on("POST /apisystem/portal/signin", nil)
					wantsCaptcha(w, r)
				})
			},
			pages: []string{"login", "captcha", "login", "consent", "callback"}, asked: 1,
		},
		"who mistypes": {
			set: both(refuses(500, "Invalid login or password."),
				shows("/login", captchaForm(filledIn(`login_password.value = "other"; login_submit.click(); setTimeout(solved, 500);`)), 0)),
			asked: 1, reason: browser.WrongCredentials, says: "Invalid login or password.",
		},
		"that comes again and again": {
			set: func(p *pages) {
				shows("/login", captchaForm(comesAndGoes), 0)(p)
				p.on("POST /apisystem/portal/signin", wantsCaptcha)
			},
			asked: 3, reason: browser.Captcha, says: "again and again",
		},
		"before the form is there": {
			set:   shows("/login", `<iframe src="/hcaptcha"></iframe><div id="page" hidden>`+captchaForm(`setTimeout(() => { page.hidden = false; }, 500);`+filledIn(`login_submit.click();`))+`</div>`, 0),
			pages: []string{"captcha", "consent", "callback"}, asked: 1,
		},
		"before the start": {
			set: func(p *pages) {
				p.on("GET /oauth2/authorize", func(w http.ResponseWriter, _ *http.Request) {
					p.on("GET /oauth2/authorize", nil)
					html(w, `<iframe src="/hcaptcha"></iframe><script>setTimeout(() => location.reload(), 3000)</script>`)
				})
			},
			pages: []string{"captcha", "login", "consent", "callback"}, asked: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPages(t)
			b := watchedAt(t, p)
			test.set(p)
			result, err := b.Authorize(t.Context(), p.app+"/start", p.journey())
			told := asked(p)
			if len(told) != test.asked {
				t.Errorf("asked %q", told)
			}
			if test.reason != "" {
				if stuck := isStuck(t, err, test.reason); !strings.Contains(stuck.Sentence, test.says) {
					t.Errorf("says %s", stuck.Sentence)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			pagesAre(t, result, test.pages...)
			if len(p.posted()) != 1 {
				t.Errorf("decisions %v", p.posted())
			}
		})
	}
}

// The person is told in one line where to go and how long there is.
func TestPersonIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	b := watchedAt(t, p)
	shows("/login", captchaForm(filledIn(`login_submit.click();`)), 0)(p)
	authorize(t, b, p.app+"/start", p.journey())
	told := asked(p)
	if len(told) != 1 || strings.Contains(told[0], "\n") {
		t.Fatalf("told %q", told)
	}
	for _, wanted := range []string{p.portal + "/login", "captcha", "window", "send the login form", "20s"} {
		if !strings.Contains(told[0], wanted) {
			t.Errorf("%q lacks %q", told[0], wanted)
		}
	}
}

// The journey's own time stands still while a person is at work, and each of the two
// has an end.
func TestNobodySolvesTheCaptcha(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		page     string
		patience browser.Patience
		called   time.Duration // off by the caller, 0 for never
		says     string
	}{
		"in the driver's time": {page: captchaForm(""), patience: browser.Patience{Journey: 4 * time.Second, Person: 5 * time.Second}, says: "nobody did in time"},
		"in the caller's time": {page: captchaForm(""), patience: browser.Patience{Person: time.Hour}, called: 4 * time.Second, says: "nobody did in time"},
		"and the form refuses": {page: captchaForm(filledIn(`fail("Invalid Recaptcha");`)), patience: browser.Patience{Person: 2 * time.Second}, says: `"Invalid Recaptcha"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPages(t)
			b := watchedAt(t, p)
			shows("/login", test.page, 0)(p)
			j := p.journey()
			j.Patience = test.patience
			ctx := t.Context()
			if test.called > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, test.called)
				defer cancel()
			}
			_, err := b.Authorize(ctx, p.request(), j)
			if stuck := isStuck(t, err, browser.Captcha); !strings.Contains(stuck.Sentence, test.says) {
				t.Errorf("says %s", stuck.Sentence)
			}
			if told := asked(p); len(told) != 1 {
				t.Errorf("asked %q", told)
			}
		})
	}
}

// The password is for the portal's form only, whoever asks for a captcha.
func TestCaptchaElsewhereGetsNoPassword(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	b := watchedAt(t, p)
	to(elsewhere+"/login", captchaForm(`
for (const field of [login_username, login_password]) field.oninput = () => fetch("/typed", { method: "POST" });`), 0)(p)
	p.on("POST /typed", func(http.ResponseWriter, *http.Request) { p.signIns.Add(1) })
	j := p.journey()
	j.Patience.Person = time.Second
	_, err := b.Authorize(t.Context(), p.request(), j)
	isStuck(t, err, browser.Captcha)
	if p.signIns.Load() != 0 {
		t.Error("the driver typed into a form of somebody else's")
	}
}

// A session that a person's click opened counts as the user's.
func TestSignInWithACaptcha(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	b := watchedAt(t, p)
	shows("/login", captchaForm(filledIn(`login_submit.click();`)), 0)(p)
	shows("/confirm/Auth", `<script>(async () => {
  await fetch("/api/2.0/authentication", { method: "POST" });
  location.replace("/");
})();</script>`, 0)(p)
	if session, err := b.SignIn(t.Context(), p.journey()); err != nil || session != "session" {
		t.Errorf("session %q, %v", session, err)
	}
}
