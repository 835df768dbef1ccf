package goldenbrowser_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace/config"
)

// The ways of a front of many portals (docs/portal/browser-flow.md §3.5, §5.1), asked at
// a name that is no portal's own.
const (
	atFront  = "{oauth}/oauth2/authorize?response_type=code&client_id=<client_id>&redirect_uri={rp|q}%2Fcallback&state=rpstate123&scope=files%3Aread"
	listPath = "/login/tenant-list"
)

// twoPortals have an address of their own each, which is not the front's. Tina and carl
// are users of the first alone.
func twoPortals(c *config.Config) {
	for i, name := range []string{"first", "second", "third"}[:len(c.Portals)] {
		c.Portals[i].URL = "http://" + name + ".trace.localhost:FRONT"
	}
	c.Portals[0].Users[3].TwoFactor = false // tina's
}

// threePortals adds a third portal, of which jane is a user and bob is not.
func threePortals(c *config.Config) {
	c.Portals = append(c.Portals, config.Portal{ID: 3, Name: "Example Portal", Hosts: []string{"third.trace.localhost"}, Users: users()[:1]})
	twoPortals(c)
}

// onePortal leaves the first portal alone.
func onePortal(c *config.Config) {
	c.Portals = c.Portals[:1]
	twoPortals(c)
}

// rows are the names that the list of portals shows, from above.
func (b *tab) rows() []string {
	b.t.Helper()
	names, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".items-list > .item")].map((row) => row.innerText.trim())`))
	if err != nil {
		b.t.Fatal(err)
	}
	return names
}

// hosts are the hosts of these origins.
func (s *stage) hosts(names ...string) []string {
	for i, name := range names {
		names[i] = strings.TrimPrefix(s.origins[name], "http://")
	}
	return names
}

func atTheFront(b *tab) { b.open(b.stage.real(atFront)) }

// portalLists are the ways of people with one portal and with several.
var portalLists = map[string]struct {
	config func(*config.Config)
	person string
	list   []string // portals in the list; nil: there is none
	chosen string   // at which the journey ends
	before func(*tab)
}{
	"three, the last chosen":      {config: threePortals, person: "jane", list: []string{"first", "second", "third"}, chosen: "third"},
	"three, the first chosen":     {config: threePortals, person: "jane", list: []string{"first", "second", "third"}, chosen: "first"},
	"two of three":                {config: threePortals, person: "bob", list: []string{"first", "second"}, chosen: "second"},
	"three, after back":           {config: threePortals, person: "jane", list: []string{"first", "second", "third"}, chosen: "second", before: backToSignIn},
	"three, the list loaded anew": {config: threePortals, person: "jane", list: []string{"first", "second", "third"}, chosen: "second", before: reloadList},
	"one of two":                  {config: twoPortals, person: "tina", chosen: "first"},
	"exactly one":                 {config: onePortal, person: "jane", chosen: "first"},
}

func TestPortalLists(t *testing.T) {
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	launched = true
	for name, test := range portalLists {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, false, true, test.config)
			s.origins["third"] = strings.Replace(s.origins["second"], "second.", "third.", 1)
			withTab(t, s, func(b *tab) {
				atTheFront(b)
				form(test.person, password)(b)
				if test.before != nil {
					test.before(b)
				}
				if test.list != nil {
					b.at(listPath)
					if got, want := b.rows(), s.hosts(test.list...); !slices.Equal(got, want) {
						t.Fatalf("the list shows %q and not %q", got, want)
					}
					b.clickRow(s.hosts(test.chosen)[0])
				}
				allow(b)
				b.settled(0, 0, "{rp}/callback?code=<code>&state=rpstate123")
				last := b.snapshot("last")
				if last.URL != "{rp}/callback?code=<code>&state=rpstate123" {
					t.Fatalf("the browser ends at %s", last.URL)
				}
				b.toChosen(test.chosen, test.list != nil && test.before == nil)
				b.frontKeeps(last)
			})
		})
	}
}

// toChosen checks that the journey went on at the chosen portal and nowhere else, and
// that nobody had to sign in there.
func (b *tab) toChosen(chosen string, byRouter bool) {
	b.t.Helper()
	var pages []string
	for _, x := range b.stage.requests() {
		pages = append(pages, x.Method+" "+x.URL)
	}
	host := "{" + chosen + "}"
	for _, want := range []string{
		"GET " + host + "/confirm/Auth?type=Auth&key=<key>&encemail=<encemail>&referenceUrl=" + strings.Replace(atFront, "{oauth}", host, 1),
		"POST " + host + "/api/2.0/authentication",
		"GET " + strings.Replace(atFront, "{oauth}", host, 1),
		"GET " + host + "/login/consent?type=oauth2&client_id=<client_id>",
		"POST " + host + "/api/2.0/oauth2/authorize",
	} {
		if n := len(slices.DeleteFunc(slices.Clone(pages), func(p string) bool { return p != want })); n != 1 {
			b.t.Errorf("%d times %s:\n%s", n, want, strings.Join(pages, "\n"))
		}
	}
	for _, p := range pages {
		_, address, _ := strings.Cut(p, " ")
		for _, other := range []string{"{first}", "{second}", "{third}"} {
			if other != host && strings.HasPrefix(address, other) {
				b.t.Errorf("something was asked of another portal: %s", p)
			}
		}
		if byRouter && strings.HasPrefix(address, "{oauth}"+listPath) {
			b.t.Errorf("the list was loaded as a document, and not opened by the router: %s", p)
		}
	}
}

// frontKeeps checks what remains at the front: the request to resume, for ever, and no
// session.
func (b *tab) frontKeeps(last step) {
	b.t.Helper()
	var names []string
	for _, c := range last.Cookies {
		if c.Host == "{oauth host}" {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	if want := []string{"system_theme", "x-redirect-authorization-uri"}; !slices.Equal(names, want) {
		b.t.Errorf("the front's cookies are %v and not %v", names, want)
	}
}

// backToSignIn changes its mind at the list, and signs in again.
func backToSignIn(b *tab) {
	b.t.Helper()
	press(listPath, "back_to_login_button")(b)
	b.settled(0, 0, "{oauth}/login?type=oauth2&client_id=<client_id>")
	if kept := b.snapshot("login").SessionStorage; len(kept) != 0 {
		b.t.Errorf("the list stays behind: %v", kept)
	}
	form("jane", password)(b)
}

// reloadList loads the list as a document: its server says 500, and its script shows the
// list all the same.
func reloadList(b *tab) {
	b.t.Helper()
	b.at(listPath)
	b.do(chromedp.Reload())
	b.at(listPath)
	for _, x := range b.stage.requests() {
		if strings.HasSuffix(x.URL, listPath+"?clientId=<client_id>") && x.Status != 500 {
			b.t.Errorf("the list, loaded as a document, is answered %d", x.Status)
		}
	}
}

// "Not you?" leads from a portal to the front, which still knows the request, and another
// person comes to another portal (docs/portal/browser-flow.md §3.9).
func TestNotYouAtTheFront(t *testing.T) {
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	launched = true
	s := newStage(t, false, true, func(c *config.Config) {
		twoPortals(c)
		c.FrontURL = "http://oauth.trace.localhost:FRONT"
	})
	withTab(t, s, func(b *tab) {
		atTheFront(b)
		form("jane", password)(b)
		b.at(listPath)
		b.clickRow(s.hosts("second")[0])
		press("/login/consent", "not_you_link")(b)
		b.settled(0, 0, "{oauth}/login?client_id=<client_id>&type=oauth2")
		loaded := slices.ContainsFunc(s.requests(), func(x step) bool {
			return x.Kind == "navigation" && x.URL == "{oauth}/login?client_id=<client_id>&type=oauth2"
		})
		if !loaded {
			t.Error("the front's form was not loaded as a document")
		}
		form("tina", password)(b) // a user of the first portal alone
		allow(b)
		const callback = "{rp}/callback?code=<code>&state=rpstate123"
		b.settled(0, 0, callback)
		last := b.snapshot("last")
		if last.URL != callback {
			t.Fatalf("the browser ends at %s", last.URL)
		}
		for _, c := range last.Cookies {
			if c.Name == flows.SessionCookie && c.Host != "{first host}" {
				t.Errorf("a session is left at %s", c.Host)
			}
		}
	})
}

// Without what the login form has left behind there is no list.
func TestPortalListWithoutData(t *testing.T) {
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	launched = true
	s := newStage(t, false, true, nil)
	withTab(t, s, func(b *tab) {
		b.open(s.real("{oauth}" + listPath + "?clientId=<client_id>"))
		b.at(listPath)
		last := b.snapshot("last")
		if want := []string{"#header Something went wrong."}; !slices.Equal(last.Headings, want) {
			t.Errorf("headings %q", last.Headings)
		}
		text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector('[data-testid="ErrorContainer"]').innerText`))
		if err != nil || !strings.Contains(text, "Unexpected end of JSON input") {
			t.Errorf("the screen says %q, %v", text, err)
		}
		if first := s.requests()[0]; first.Status != 500 {
			t.Errorf("the document is answered %d", first.Status)
		}
	})
}
