package browser_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
)

// A session from the portal's own login page is one that the portal's API takes.
func TestSignInOnThePortalsOwnPage(t *testing.T) {
	t.Parallel()
	s, b := newStory(t), profile(t)
	if err := b.FindLoginForm(t.Context(), s.portal.URL(), browser.Patience{}); err != nil {
		t.Fatal(err)
	}
	session, err := b.SignIn(t.Context(), browser.Journey{Portal: s.portal.URL(), Email: "admin@docspace.test", Password: "docspace"})
	if err != nil {
		t.Fatal(err)
	}
	portal := &flows.Portal{BaseURL: s.portal.URL(), HTTP: flows.NewHTTPClient(nil)}
	if token, err := portal.Signature(t.Context(), session); err != nil || token == "" {
		t.Errorf("the session gives no signature: %v", err)
	}
	other := profile(t)
	_, err = other.SignIn(t.Context(), browser.Journey{Portal: s.portal.URL(), Email: "admin@docspace.test", Password: "wrong"})
	var stuck *browser.Stuck
	if !errors.As(err, &stuck) || stuck.Reason != browser.WrongCredentials {
		t.Errorf("a wrong password: %v", err)
	}
}

// A login page without the form that the driver knows is told apart from one that is
// still to come, and shown.
func TestUnknownLayout(t *testing.T) {
	t.Parallel()
	p, b := newPages(t), profile(t)
	p.on("GET /login", func(w http.ResponseWriter, _ *http.Request) {
		html(w, `<h1>Welcome</h1><form><input name="who"><button>Come in</button></form>`)
	})
	err := b.FindLoginForm(t.Context(), p.journey().Portal, browser.Patience{Blank: 100 * time.Millisecond})
	var stuck *browser.Stuck
	if !errors.As(err, &stuck) || stuck.Reason != browser.LayoutUnknown || len(stuck.Picture) == 0 {
		t.Fatalf("%v", err)
	}
}
