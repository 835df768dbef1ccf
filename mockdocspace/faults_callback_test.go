package mockdocspace_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/hand"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// signInAtApp takes a user to the app and returns how the browser came back.
func (p *apiPortal) signInAtApp(app flows.App, user string) (flows.Authorization, url.Values) {
	p.t.Helper()
	signedIn, err := p.Control().SignIn(p.t.Context(), user, 1)
	p.must(err)
	portal, err := flows.NewPortal(p.URL(), nil)
	p.must(err)
	authorization := portal.NewAuthorization(app)
	callback, err := portal.AuthorizeHeadless(p.t.Context(), app, authorization, signedIn.Signature, app.Scopes...)
	p.must(err)
	return authorization, callback.Query()
}

func (p *apiPortal) register(redirect string) flows.App {
	p.t.Helper()
	registered, err := p.Control().CreateApp(p.t.Context(), control.CreateAppRequest{RedirectURIs: []string{redirect}})
	p.must(err)
	return flows.App{ID: registered.ID, Secret: registered.Secret, RedirectURI: redirect, Scopes: []string{"accounts.self:read"}}
}

// Every error that a portal may send an app comes back as it is spelt in the standards,
// beside the app's own state, in the one sign-in it was ordered for.
func TestCallbackErrors(t *testing.T) {
	t.Parallel()
	p := startAPI(t, mockdocspace.Options{})
	app := p.register("http://127.0.0.1/callback")
	codes := strings.Fields("access_denied invalid_request unauthorized_client unsupported_response_type invalid_scope server_error " +
		"temporarily_unavailable login_required consent_required interaction_required account_selection_required")
	for _, code := range codes {
		active, err := p.Control().AddFault(t.Context(), control.FaultRequest{
			Name: "answer.callback." + strings.ReplaceAll(code, "_", "-"), App: app.ID, Uses: 1,
		})
		p.must(err)
		authorization, came := p.signInAtApp(app, onBoth)
		if came.Get("error") != code || came.Has("code") || came.Get("state") != authorization.State {
			t.Errorf("%s: the browser came back with %v", code, came)
		}
		// An authorization is several requests; that one counts in which the browser goes back.
		if list, err := p.Control().Faults(t.Context()); err != nil || len(list) != 1 || list[0].Uses != 1 {
			t.Errorf("%s: %+v %v", code, list, err)
		}
		if _, came := p.signInAtApp(app, onBoth); !came.Has("code") {
			t.Errorf("after %s: %v", code, came)
		}
		p.must(p.Control().RemoveFault(t.Context(), active.ID))
	}
	for _, fault := range mockdocspace.Faults() {
		if code, ok := strings.CutPrefix(fault.Name, "answer.callback."); ok && strings.HasPrefix(fault.Sentence, "Who would") &&
			!strings.Contains(strings.Join(codes, " "), strings.ReplaceAll(code, "-", "_")) {
			t.Errorf("nothing shows %s", fault.Name)
		}
	}
}

func TestCallbackWithCodeAndError(t *testing.T) {
	t.Parallel()
	p := startAPI(t, mockdocspace.Options{})
	app := p.register("http://127.0.0.1/callback")
	_, err := p.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.callback.code-and-error"})
	p.must(err)
	if _, came := p.signInAtApp(app, onBoth); !came.Has("code") || came.Get("error") != "access_denied" {
		t.Errorf("the browser came back with %v", came)
	}
}

func TestCallbackWithForeignIssuer(t *testing.T) {
	t.Parallel()
	p := startAPI(t, mockdocspace.Options{})
	app := p.register("http://127.0.0.1/callback")
	for value, want := range map[string]string{"": "https://other.example.test", "https://evil.test/?a=b&c": "https://evil.test/?a=b&c"} {
		_, err := p.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.callback.wrong-iss", Value: value})
		p.must(err)
		if _, came := p.signInAtApp(app, onBoth); !came.Has("code") || came.Get("iss") != want || came.Has("c") {
			t.Errorf("the browser came back with %v", came)
		}
		p.must(p.Control().ClearFaults(t.Context()))
	}
}

// The state of one sign-in comes back to the next.
func TestCallbackWithForeignState(t *testing.T) {
	t.Parallel()
	p := startAPI(t, mockdocspace.Options{})
	app := p.register("http://127.0.0.1/callback")
	_, err := p.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.callback.foreign-state", App: app.ID})
	p.must(err)
	first, came := p.signInAtApp(app, onBoth)
	if came.Get("state") == first.State || came.Get("state") == "" || !came.Has("code") {
		t.Errorf("the first browser came back with %v", came)
	}
	second, came := p.signInAtApp(app, admin)
	if came.Get("state") != first.State {
		t.Errorf("the second browser came back with %v, not with the state of the first, %s", came, first.State)
	}
	if _, err := flows.ParseCallback(came, second); err == nil {
		t.Error("the client took a foreign state")
	}
}

// The code of one sign-in comes back to the next, unused: who sends no proof key and
// looks at no nonce is then signed in as somebody else; with one the portal refuses.
func TestCallbackWithSwappedCode(t *testing.T) {
	t.Parallel()
	p := startAPI(t, mockdocspace.Options{})
	app := p.register("http://127.0.0.1/callback")
	_, err := p.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.callback.swapped-code"})
	p.must(err)
	exchange := func(code string, a flows.Authorization) heard {
		form := url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {app.RedirectURI},
			"client_id": {app.ID}, "client_secret": {app.Secret},
		}
		if a.Verifier != "" {
			form.Set("code_verifier", a.Verifier)
		}
		return ask(t, http.MethodPost, p.URL()+"/oauth2/token", form, nil)
	}
	first, came := p.signInAtApp(app, admin)
	if got := exchange(came.Get("code"), first); got.status != 400 || !strings.Contains(got.body, "invalid_grant") {
		t.Errorf("the first, whose code nobody was given: %d %s", got.status, got.body)
	}
	second, came := p.signInAtApp(app, onBoth)
	if got := exchange(came.Get("code"), second); got.status != 400 || !strings.Contains(got.body, "invalid_grant") {
		t.Errorf("the second, whose verifier does not fit: %d %s", got.status, got.body)
	}
	// The code is the first one's: his verifier fits.
	if got := exchange(came.Get("code"), first); got.status != 200 {
		t.Errorf("the code is not that of the first: %d %s", got.status, got.body)
	}
}

// In Chromium the app gets the callback twice, both times with its own cookie where
// app and portal share a host name.
func TestCallbackTwice(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	p := startAPI(t, mockdocspace.Options{AutoLogin: admin, AutoConsent: true})
	var mu sync.Mutex
	var loads []string
	mux := http.NewServeMux()
	mux.HandleFunc("/start", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "mine", Value: "1", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	mux.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		_, err := r.Cookie("mine")
		mu.Lock()
		defer mu.Unlock()
		loads = append(loads, r.URL.Query().Get("code"))
		if err != nil {
			t.Errorf("load %d is without the app's cookie", len(loads))
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!DOCTYPE html><title>app</title><p id=done>done</p>"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	local := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	app := p.register(local + "/callback")
	_, err := p.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.callback.twice", App: app.ID, Uses: 1})
	p.must(err)
	portal, err := flows.NewPortal(strings.Replace(p.URL(), "127.0.0.1", "localhost", 1), nil)
	p.must(err)
	for range 2 {
		visitor := newProfile(t, chromium)
		to := portal.AuthorizeURL(app, portal.NewAuthorization(app))
		visitor.open(local + "/start?to=" + url.QueryEscape(to))
		visitor.do(chromedp.WaitVisible(chromedp.CSS("#done")))
	}
	mu.Lock()
	defer mu.Unlock()
	if len(loads) != 3 || loads[0] == "" || loads[0] != loads[1] || loads[2] == loads[0] {
		t.Errorf("with the fault on for one sign-in of two the app was loaded with %q", loads)
	}
}

// A fault for one user concerns his requests only, wherever the portal can know him.
func TestFaultsForOneUser(t *testing.T) {
	t.Parallel()
	p := startAPI(t, mockdocspace.Options{})
	his, hers := p.grant(1, onBoth, "accounts.self:read"), p.grant(1, admin, "accounts.self:read")
	user := func(g grant) string {
		claims, err := flows.NewPortal(p.URL(), nil)
		p.must(err)
		verified, err := claims.VerifyAccessToken(t.Context(), g.app, g.tokens.AccessToken)
		p.must(err)
		return verified.Subject
	}
	for name, request := range map[string]func(g grant) int{
		"answer.api.500": func(g grant) int {
			return ask(t, http.MethodGet, p.URL()+"/api/2.0/people/@self", nil, http.Header{"Authorization": {"Bearer " + g.tokens.AccessToken}}).status
		},
		"answer.token.500": func(g grant) int {
			form := refreshForm(g)
			form.Set("scope", "files:write") // refused, so that the token stays good
			return ask(t, http.MethodPost, p.URL()+"/oauth2/token", form, nil).status
		},
	} {
		before := request(hers)
		active, err := p.Control().AddFault(t.Context(), control.FaultRequest{Name: name, User: user(his)})
		p.must(err)
		if got := request(his); got != 500 {
			t.Errorf("%s: he hears %d", name, got)
		}
		if got := request(hers); got != before {
			t.Errorf("%s: she hears %d instead of %d", name, got, before)
		}
		p.must(p.Control().RemoveFault(t.Context(), active.ID))
	}
	_, err := p.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.callback.access-denied", User: user(his)})
	p.must(err)
	if _, came := p.signInAtApp(his.app, onBoth); came.Get("error") != "access_denied" {
		t.Errorf("he came back with %v", came)
	}
	if _, came := p.signInAtApp(his.app, admin); !came.Has("code") {
		t.Errorf("she came back with %v", came)
	}
	if _, err := p.Control().AddFault(t.Context(), control.FaultRequest{Name: "revoke.unknown-400", User: user(his)}); err == nil {
		t.Error("a fault that can't know the user was taken for one")
	}
}
