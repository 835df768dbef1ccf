package suites

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"docspace-oauth/flows/forms"
	"docspace-oauth/suites/target"
)

// longestVisit bounds how many pages and redirects lie between an authorization
// request and the app.
const longestVisit = 20

// visitor is a person at the pages of a server that is no portal: signs in, agrees,
// and goes where the pages lead.
type visitor struct {
	c    *Case
	user User
	jar  http.CookieJar

	named, signedIn bool // what was sent to the server's forms already
}

// visit opens an authorization address as u and goes on until the browser is sent to
// the app, or to a page where nothing can be done. The answer is the last one.
func (c *Case) visit(u User, app App, address string) Response {
	jar, err := cookiejar.New(nil)
	c.need(err)
	v := &visitor{c: c, user: u, jar: jar}
	at, err := url.Parse(address)
	c.need(err)
	cookies, err := u.Cookies()
	c.need(err)
	jar.SetCookies(at, cookies)
	method, form := http.MethodGet, url.Values(nil)
	for range longestVisit {
		answer := v.send(method, at, form)
		if leadsTo(answer, app.RedirectURI) {
			return answer
		}
		next, values, ok := v.next(at, answer)
		if !ok {
			return answer
		}
		method, form = next.Method, values
		if at = next.Action; method == http.MethodGet && len(values) > 0 {
			at.RawQuery = values.Encode()
		}
	}
	c.Blocked(fmt.Sprintf("%d pages and redirects do not lead from %s to the app", longestVisit, address))
	return Response{}
}

func (v *visitor) send(method string, at *url.URL, form url.Values) Response {
	header := http.Header{"User-Agent": {userAgent}, "Accept": {"text/html"}}
	request := http.Request{Header: header}
	for _, cookie := range v.jar.Cookies(at) {
		request.AddCookie(cookie)
	}
	var answer Response
	if method == http.MethodPost {
		answer = v.c.Post(at.String(), form, header)
	} else {
		answer = v.c.Get(at.String(), header)
	}
	set := &http.Response{Header: answer.Header}
	v.jar.SetCookies(at, set.Cookies())
	return answer
}

// next is what the person does with an answer; ok is false when nothing can be done.
func (v *visitor) next(at *url.URL, answer Response) (form forms.Form, values url.Values, ok bool) {
	if answer.Status >= 300 && answer.Status < 400 {
		if to, err := at.Parse(answer.Header.Get("Location")); err == nil && (to.Scheme == "http" || to.Scheme == "https") {
			return forms.Form{Method: http.MethodGet, Action: to}, nil, true
		}
		return form, nil, false
	}
	if answer.Status != http.StatusOK || answer.MediaType() != "text/html" {
		return form, nil, false
	}
	found, err := forms.Parse(answer.Body, at)
	if err != nil {
		return form, nil, false
	}
	if i := slices.IndexFunc(found, forms.Form.AsksPassword); i >= 0 {
		if v.signedIn {
			v.c.Blocked(fmt.Sprintf("%s does not let %s in: it asks for the password again", at.Host, v.user.Email))
		}
		v.named, v.signedIn = true, true
		return v.asked(found[i])
	}
	if i := slices.IndexFunc(found, forms.Form.AsksUser); i >= 0 && !v.named && !v.signedIn {
		v.named = true
		return v.asked(found[i])
	}
	for _, form := range found {
		if values, ok := form.Agree(); ok {
			return form, values, true
		}
	}
	return form, nil, false
}

// asked fills a sign-in form in, if it leads to where the password belongs.
func (v *visitor) asked(form forms.Form) (forms.Form, url.Values, bool) {
	if v.user.Password == "" {
		v.c.Blocked(form.Action.Host + " asks for a password: the session that was given is over")
	}
	if home, err := v.c.Target.Address("/oauth2/authorize"); err == nil {
		if u, err := url.Parse(home); err == nil && form.Action.Host != u.Host && form.Action.Scheme+"://"+form.Action.Host != v.c.Target.URL {
			v.c.Blocked("the sign-in page is at another host, " + form.Action.Host + ", which gets no password")
		}
	}
	return form, form.SignIn(v.user.Email, v.user.Password), true
}

// suited makes the parameters of an authorization request such as fit an app of a
// server that is no portal: scopes that only a portal has are left out.
func (c *Case) suited(app App, q url.Values) {
	if q.Has("scope") && len(q["scope"]) == 1 {
		asked := strings.Fields(q.Get("scope"))
		asked = slices.DeleteFunc(asked, func(s string) bool {
			return slices.Contains(AllScopes, s) && !slices.Contains(app.Scopes, s)
		})
		if slices.Contains(app.Scopes, offlineAccess) && !slices.Contains(asked, offlineAccess) {
			asked = append(asked, offlineAccess)
		}
		if len(asked) == 0 {
			q.Del("scope")
		} else {
			q.Set("scope", strings.Join(asked, " "))
		}
	}
	if slices.Contains(strings.Fields(q.Get("scope")), offlineAccess) {
		q.Set("prompt", "consent") // OpenID Connect Core §11
	}
}

// offlineAccess is the scope that asks an OpenID provider for a refresh token.
const offlineAccess = "offline_access"

// authenticated moves an app's id and secret from a form to the header, where the app
// is one that shows them there.
func (c *Case) authenticated(form url.Values, header http.Header) (url.Values, http.Header) {
	id, secret := form.Get("client_id"), form.Get("client_secret")
	i := slices.IndexFunc(c.Target.Apps, func(a target.ReadyApp) bool { return a.ClientID == id })
	if i < 0 || c.Target.Apps[i].Auth() != target.BasicAuth || !form.Has("client_secret") {
		return form, header
	}
	with := http.Header{}
	maps.Copy(with, header)
	maps.Copy(with, basicAuth(id, secret))
	return With(With(form, "client_id"), "client_secret"), with
}
