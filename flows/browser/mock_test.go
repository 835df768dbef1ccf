package browser_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
	"docspace-oauth/flows/webapp"
	"docspace-oauth/mockdocspace"
)

// story is the mock portal and the reference app beside it.
type story struct {
	portal *mockdocspace.Portal
	app    string
	flows  flows.App
}

func newStory(t *testing.T) *story {
	t.Helper()
	mock, err := mockdocspace.Start(t.Context(), mockdocspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	portal, err := flows.NewPortal(mock.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	s := &story{portal: mock, app: strings.Replace(server.URL, "127.0.0.1", "localhost", 1)}
	admin, err := portal.SignInForSignature(t.Context(), "admin@docspace.test", "docspace")
	if err != nil {
		t.Fatal(err)
	}
	registered, err := portal.Register(t.Context(), admin,
		flows.NewRegistration("Story", s.app+"/callback", "accounts.self:read", "rooms:read"))
	if err != nil {
		t.Fatal(err)
	}
	s.flows = registered.App()
	handler, err = webapp.New(webapp.Config{PortalURL: mock.URL(), App: s.flows, Trusted: []string{mock.SecondURL()}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *story) journey(email string) browser.Journey {
	return browser.Journey{Portal: s.portal.URL(), RedirectURI: s.app + "/callback", Email: email, Password: "docspace"}
}

// home is what the app shows afterwards.
func home(t *testing.T, b *browser.Profile) string {
	t.Helper()
	var text string
	if err := b.Run(t.Context(), func(ctx context.Context) (err error) {
		text, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestStoryAllow(t *testing.T) {
	t.Parallel()
	s, b := newStory(t), profile(t)
	j := s.journey("admin@docspace.test")
	j.Click = "#docspace-button"
	result := authorize(t, b, s.app+"/", j)
	pagesAre(t, result, "start", "login", "consent", "callback")
	if c := result.Consent; c.App != "Story" || c.User != "admin@docspace.test" || len(c.Scopes) != 2 {
		t.Errorf("consent %+v", c)
	}
	if text := home(t, b); !strings.Contains(text, "admin@docspace.test") || !strings.Contains(text, s.portal.URL()) {
		t.Errorf("app shows %s", text)
	}
	// The second time nothing is asked.
	pagesAre(t, authorize(t, b, s.app+"/authenticate", s.journey("admin@docspace.test")), "callback")
}

func TestStoryDeny(t *testing.T) {
	t.Parallel()
	s, b := newStory(t), profile(t)
	j := s.journey("user@docspace.test")
	j.Decision, j.PortalName = browser.Deny, strings.TrimPrefix(s.portal.URL(), "http://")
	authorize(t, b, s.app+"/authenticate", j)
	if text := home(t, b); !strings.Contains(text, "You did not allow it") {
		t.Errorf("app shows %s", text)
	}
}

func TestStoryBounce(t *testing.T) {
	t.Parallel()
	s, b := newStory(t), profile(t)
	portal, err := flows.NewPortal(s.portal.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	session, err := portal.SignIn(t.Context(), "admin@docspace.test", "docspace")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetCookie(t.Context(), s.portal.URL(), flows.SessionCookie, session); err != nil {
		t.Fatal(err)
	}
	result := authorize(t, b, s.app+"/authenticate", s.journey("admin@docspace.test"))
	if strings.Contains(strings.Join(result.Pages, " "), "login") || !strings.Contains(home(t, b), "admin@docspace.test") {
		t.Errorf("pages %v", result.Pages)
	}
}

func TestStoryOtherPortal(t *testing.T) {
	t.Parallel()
	s, b := newStory(t), profile(t)
	second, err := url.Parse(s.portal.SecondURL())
	if err != nil {
		t.Fatal(err)
	}
	j := s.journey("user@docspace.test")
	j.PortalName = second.Host
	pagesAre(t, authorize(t, b, s.app+"/authenticate", j), "login", "tenant-list", "consent", "callback")
	if text := home(t, b); !strings.Contains(text, s.portal.SecondURL()) {
		t.Errorf("app shows %s", text)
	}
}

func TestStoryWrongPassword(t *testing.T) {
	t.Parallel()
	s, b := newStory(t), profile(t)
	j := s.journey("admin@docspace.test")
	j.Password = "wrong"
	_, err := b.Authorize(t.Context(), s.app+"/authenticate", j)
	var stuck *browser.Stuck
	if !errors.As(err, &stuck) || stuck.Reason != browser.WrongCredentials {
		t.Errorf("error %v", err)
	}
}
