package identity_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/store"
)

// notes are those of the latest requests of each test.
var notes sync.Map // of testing.TB to diagnosis.Note

// noted serves one request and sees to it, in every test of this package, that each
// refusal has its cause, and that the client does not get to read it.
func noted(t testing.TB, w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) {
	var note diagnosis.Note
	recorder := httptest.NewRecorder()
	serve(recorder, r.WithContext(diagnosis.Into(r.Context(), &note)))
	notes.Store(t, note)
	target := recorder.Header().Get("Location")
	if (recorder.Code >= 400 || strings.Contains(target, "error=")) && note.Cause.Kind == "" {
		t.Errorf("%s %s: refused with %d %s without a cause", r.Method, r.URL.Path, recorder.Code, target)
	}
	if text := note.Cause.Text; text != "" && len(text) > 20 && bytes.Contains(recorder.Body.Bytes(), []byte(text)) && !strings.Contains(text, "Guests") {
		t.Errorf("the client was told the cause: %s", recorder.Body)
	}
	for name, values := range recorder.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes())
}

// cause is why the test's latest request was refused.
func cause(t testing.TB) diagnosis.Cause {
	note, _ := notes.Load(t)
	return note.(diagnosis.Note).Cause
}

// What the developer is told of a refusal names the thing that was wrong, with times,
// places and values.
func TestCausesInWords(t *testing.T) {
	type flow struct{ *portal }
	wantCause := func(kind, text string) func(*testing.T, flow) {
		return func(t *testing.T, f flow) {
			t.Helper()
			if c := cause(f.t); c.Kind != kind || c.Text != text {
				t.Errorf("cause %s: %s\nwant  %s: %s", c.Kind, c.Text, kind, text)
			}
		}
	}
	for name, tt := range map[string]struct {
		act  func(flow)
		want func(*testing.T, flow)
	}{
		"code used": {func(p flow) {
			code := p.code(user, "files:read")
			p.exchange(code)
			p.advance(12 * time.Second)
			p.exchange(code)
		}, wantCause("code.used", "the code was already used 12 s ago")},
		"code expired": {func(p flow) {
			code := p.code(user, "files:read")
			p.advance(5*time.Minute + 3*time.Second)
			p.exchange(code)
		}, wantCause("code.expired", "the code expired 4 min ago")},
		"code superseded": {func(p flow) {
			code := p.code(user, "files:read")
			p.advance(30 * time.Second)
			p.code(user, "files:read")
			p.exchange(code)
		}, wantCause("code.superseded", "the code, issued 30 s ago, was replaced by a newer authorization of the same user and app, or withdrawn")},
		"code made up": {func(p flow) { p.exchange("abc") }, wantCause("code.unknown", "the portal has issued no such code, or has long forgotten it")},
		"redirect URI": {func(p flow) {
			p.send(http.MethodGet, "/oauth2/authorize?"+form("response_type", "code", "client_id", p.app.ID, "redirect_uri", "https://rp.example.test/CB"), "", "x-signature", p.sign(user))
		}, wantCause("redirect.unregistered", `redirect_uri differs from the registered https://rp.example.test/cb at character 25: there stands "CB"`)},
		"redirect URI at the exchange": {func(p flow) {
			p.post("/oauth2/token", form("grant_type", "authorization_code", "code", p.code(user, "files:read"), "redirect_uri", redirectURI+"/", "client_id", p.app.ID, "client_secret", p.app.Secret))
		}, wantCause("redirect.changed", `redirect_uri differs from that of the authorization request at character 27: there stands "/"`)},
		"scope": {func(p flow) { p.authorize(user, "files:read rooms:admin") }, wantCause("scope", `scope "rooms:admin" is not registered for the app`)},
		"scope of a refresh": {func(p flow) {
			p.refresh(p.tokens(user, "files:read").text("refresh_token"), "scope", "files:read files:write rooms:read")
		}, wantCause("scope", `scope "files:write", "rooms:read" are not among those granted before`)},
		"verifier": {func(p flow) {
			code := p.code(user, "files:read", "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method", "S256")
			p.exchange(code, "code_verifier", strings.Repeat("v", 43))
		}, wantCause("pkce.mismatch", "the code_verifier does not match the code_challenge: BASE64URL(SHA256(verifier)) is another text")},
		"challenge method": {
			func(p flow) { p.authorize(user, "files:read", "code_challenge", "x", "code_challenge_method", "plain") },
			wantCause("pkce.method", `code_challenge_method is "plain", and the portal takes S256 alone`),
		},
		"refresh superseded": {func(p flow) {
			old := p.tokens(user, "files:read").text("refresh_token")
			p.refresh(old)
			p.advance(time.Minute)
			p.refresh(old)
		}, wantCause("refresh.superseded", "the refresh token was superseded: it was used 60 s ago, and a new one issued")},
		"refresh revoked": {func(p flow) {
			token := p.tokens(user, "files:read").text("refresh_token")
			p.post("/oauth2/revoke", form("token", token, "client_id", p.app.ID, "client_secret", p.app.Secret))
			p.advance(2 * time.Second)
			p.refresh(token)
		}, wantCause("refresh.revoked", "the refresh token was revoked 2 s ago")},
		"access token as refresh token": {
			func(p flow) { p.refresh(p.sign(user)) },
			wantCause("refresh.wrong-kind", "what was sent as refresh_token is a JWT; the portal's refresh tokens are none"),
		},
		"token expired": {func(p flow) {
			token := p.tokens(user, "openid").text("access_token")
			p.advance(time.Hour + 3*time.Second)
			p.active(token)
		}, wantCause("token.expired", "the token expired 3 s ago")},
		"token superseded": {func(p flow) {
			old := p.tokens(user, "openid").text("access_token")
			p.tokens(user, "openid")
			p.active(old)
		}, wantCause("token.superseded", "a newer token of the same user and app superseded this one")},
		"live token": {func(p flow) { p.active(p.tokens(user, "openid").text("refresh_token")) }, wantCause("", "")},
		"secret":     {func(p flow) { p.app.Secret = "wrong"; p.exchange("c") }, wantCause("client.secret", "the client_secret is not the app's")},
		"client":     {func(p flow) { p.app.ID = "nobody"; p.authorize(user, "openid") }, wantCause("client.unknown", `no app has the client_id "nobody"`)},
		"disabled": {func(p flow) {
			p.change(func(a *store.App) { a.Enabled = false })
			p.authorize(user, "openid")
		}, wantCause("client.disabled", `the app "App" is disabled`)},
		"denied": {func(p flow) { p.consent(user, p.authorize(user, "files:read").cookie("client_state")) }, wantCause("access_denied", "the user denied")},
		"consent twice": {func(p flow) {
			state := p.authorize(user, "files:read").cookie("client_state")
			p.consent(user, state, "files:read")
			p.consent(user, state, "files:read")
		}, wantCause("consent.unknown", "no consent waits under this state: it was answered, or a newer authorization request replaced it")},
		"nobody": {
			func(p flow) {
				p.send(http.MethodGet, "/oauth2/authorize?"+url.Values{"client_id": {p.app.ID}}.Encode(), "")
			},
			wantCause("missing_asc_signature_error", "nobody is signed in: the request carries no x-signature"),
		},
		"signature": {func(p flow) {
			old := p.sign(user)
			p.advance(24 * time.Hour)
			p.send(http.MethodGet, "/oauth2/authorize?"+url.Values{"client_id": {p.app.ID}}.Encode(), "", "x-signature", old)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := flow{newPortal(t)}
			p.clock.Freeze()
			tt.act(p)
			if tt.want == nil {
				if c := cause(t); !strings.HasPrefix(c.Text, "the x-signature is not taken: expired at ") {
					t.Errorf("cause %+v", c)
				}
				return
			}
			tt.want(t, p)
		})
	}
}

func TestAgo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 ms", 999 * time.Millisecond: "999 ms", time.Second: "1 s", 119 * time.Second: "119 s", 2 * time.Minute: "2 min",
		3 * time.Hour: "3 h", 49 * time.Hour: "2 days", -5 * time.Second: "5 s",
	} {
		if got := diagnosis.Ago(d); got != want {
			t.Errorf("Ago(%s) = %s, want %s", d, got, want)
		}
	}
	if text := fmt.Sprint(diagnosis.Because("k", "t").With("a", 1).With("b", 2).Facts); text != "map[a:1 b:2]" {
		t.Errorf("facts %s", text)
	}
}
