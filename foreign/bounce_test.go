package foreign

import (
	"net/url"
	"testing"

	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/hand"
	"docspace-oauth/mockdocspace"
)

// A user who is signed in at the portal, but has no live signature, comes through
// the consent page's bounce, which drops what stands after scope
// (docs/portal/clients.md §5 item 8). Clients that put scope last do not notice;
// others lose their state, and rightly refuse to go on.
func TestBounce(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	bounced := func(t *testing.T, profile string) *world {
		w := newWorld(t, mockdocspace.Options{Profile: profile})
		w.visit = func(address string) (string, error) {
			person, err := chromium.NewProfile(t.Context())
			if err != nil {
				return "", err
			}
			defer person.Close()
			if err := person.SetCookie(t.Context(), w.portal.URL(), "asc_auth_key", w.signed.Session); err != nil {
				return "", err
			}
			result, err := person.Authorize(t.Context(), address, browser.Journey{Portal: w.portal.URL(), RedirectURI: callback, Captured: true})
			if err != nil {
				return "", err
			}
			return result.Callback.String(), nil
		}
		return w
	}
	for _, tt := range []struct{ program, quirk string }{
		{"openid-client.mjs", ""},
		{"simple-oauth2.mjs", ""},
		{"authlib_requests.py", "MismatchingStateException mismatching_state: CSRF Warning! State not equal in request and response."},
		{"requests_oauthlib_flow.py", "MismatchingStateError (mismatching_state) CSRF Warning! State not equal in request and response."},
	} {
		t.Run(tt.program, func(t *testing.T) {
			if tt.quirk == "" {
				if got := bounced(t, "docspace").converse(tt.program, "pkce"); got != "done" {
					t.Error(got)
				}
				return
			}
			if got := bounced(t, "docspace").converse(tt.program, "pkce"); got != "error "+tt.quirk {
				t.Errorf("%s\nwant error %s", got, tt.quirk)
			}
			if got := bounced(t, "strict").converse(tt.program, "pkce"); got != "done" {
				t.Errorf("strict: %s", got)
			}
		})
	}
	// x/oauth2 sorts the parameters, and leaves it to the app to compare the state.
	for profile, want := range map[string]string{"docspace": "", "strict": "s-1"} {
		t.Run("x-oauth2/"+profile, func(t *testing.T) {
			w := bounced(t, profile)
			arrived, err := w.visit(w.config("accounts.self:read").AuthCodeURL("s-1"))
			if err != nil {
				t.Fatal(err)
			}
			u, err := url.Parse(arrived)
			if err != nil || u.Query().Get("code") == "" || u.Query().Get("state") != want {
				t.Errorf("arrived at %s (%v), want state %q", arrived, err, want)
			}
		})
	}
}
