package suites

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// pages is a server that is no portal: a sign-in form, a question, and a code.
func pages(w http.ResponseWriter, r *http.Request) {
	page := func(text string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><html><body>"+text+"</body></html>")
	}
	session, _ := r.Cookie("session")
	switch {
	case r.URL.Path == "/oauth2/authorize" && session == nil:
		http.SetCookie(w, &http.Cookie{Name: "asked", Value: url.QueryEscape(r.URL.RawQuery), Path: "/"})
		http.Redirect(w, r, "/enter", http.StatusSeeOther)
	case r.URL.Path == "/oauth2/authorize":
		page(`<p>Sure?</p><form method=post action="/agree?` + r.URL.RawQuery + `"><button name=a value=no>Cancel</button><button name=a value=yes>Allow</button></form>`)
	case r.URL.Path == "/agree" && r.FormValue("a") == "yes":
		http.Redirect(w, r, r.URL.Query().Get("redirect_uri")+"?code=a-code&state="+r.URL.Query().Get("state"), http.StatusFound)
	case r.URL.Path == "/enter" && r.FormValue("p") == "right":
		asked, err := r.Cookie("asked")
		if err != nil {
			page("Cookies, please.")
			return
		}
		query, _ := url.QueryUnescape(asked.Value)
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "of-somebody", Path: "/"})
		http.Redirect(w, r, "/oauth2/authorize?"+query, http.StatusSeeOther)
	case r.URL.Path == "/enter":
		page(`<form method=post><input name=u><input type=password name=p><button>Sign in</button></form>`)
	case r.URL.Path == "/elsewhere/oauth2/authorize":
		page(`<form method=post action="http://login.example.test/"><input name=u><input type=password name=p></form>`)
	case r.URL.Path == "/round/oauth2/authorize":
		http.Redirect(w, r, r.URL.String(), http.StatusFound)
	case r.URL.Path == "/script/oauth2/authorize":
		page(`<div id=root></div><script src=app.js></script>`)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// A person gets through the pages of a server that nobody knows, and where not it is
// said why.
func TestVisit(t *testing.T) {
	for name, c := range map[string]struct {
		base             string
		access           target.Access
		verdict          report.Verdict
		says, unexpected string
	}{
		"a password":         {"", target.Access{User: "somebody", Password: "right"}, report.Pass, "", ""},
		"a session":          {"", target.Access{Session: "session=of-somebody; other=x"}, report.Pass, "", ""},
		"a wrong password":   {"", target.Access{User: "somebody", Password: "not-right"}, report.Blocked, "does not let somebody in: it asks for the password again", "not-right"},
		"a session of old":   {"", target.Access{Session: "session2=x"}, report.Blocked, "the session that was given is over", ""},
		"no cookies":         {"", target.Access{Session: "nonsense"}, report.Blocked, "is no Cookie header", ""},
		"a host that is not": {"/elsewhere", target.Access{User: "somebody", Password: "right"}, report.Blocked, "at another host, login.example.test, which gets no password", ""},
		"for ever":           {"/round", target.Access{User: "somebody", Password: "right"}, report.Blocked, "20 pages and redirects do not lead", ""},
		"a page of scripts":  {"/script", target.Access{User: "somebody", Password: "right"}, report.Blocked, "no code came", ""},
	} {
		t.Run(name, func(t *testing.T) {
			result := judgeBody(t, pages, DefaultTimeouts(), func(check *Case) {
				check.recorder.Foreign()
				check.Target.Foreign = &target.Foreign{
					Reason: "it is none", Endpoints: map[string]string{"authorization_endpoint": check.Target.URL + c.base + "/oauth2/authorize"},
				}
				check.Target.Access = &c.access
				user := check.User()
				app := App{App: flows.App{ID: "an-app", Secret: "x", RedirectURI: "https://app.example.test/callback"}}
				code := check.Code(user, app, State("s 1"))
				if code.Value != "a-code" {
					check.Fail("the code is %q", code.Value)
				}
			})
			if result.Verdict != c.verdict || !strings.Contains(result.Message, c.says) {
				t.Errorf("%s: %s", result.Verdict, result.Message)
			}
			for _, x := range result.Exchanges {
				if x.Actor != "browser" || x.Peer != "authorization server" {
					t.Errorf("%s asks %s for %s", x.Actor, x.Peer, x.URL)
				}
				for _, secret := range []string{"of-somebody", "not-right", "p=right"} {
					if strings.Contains(fmt.Sprint(x), secret) {
						t.Errorf("%s stands in the evidence: %+v", secret, x)
					}
				}
			}
		})
	}
}

// Each rule that is judged at another server is one of the catalogue, and has a check.
func TestForeignRulesAreInTheCatalogue(t *testing.T) {
	for id := range foreignRules {
		if _, ok := requirement.Find(id); !ok {
			t.Errorf("there is no requirement %s", id)
		}
		if _, ok := checkFor(id); !ok {
			t.Errorf("%s has no check", id)
		}
	}
}
