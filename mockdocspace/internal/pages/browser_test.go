package pages

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/hand"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

const patience = 20 * time.Second

// stage is a portal whose endpoints are the least that the scripts need, and
// that notes down what the browser sends.
type stage struct {
	*httptest.Server
	app string // redirect URI, on another host

	mu       sync.Mutex
	shelf    *shelf
	key      []byte
	log      []string // requests of scripts and pages, in order
	signIns  []portalLink
	consent  int    // status of the consent POST; 0: as the portal answers
	asked    string // state that the pending consent has
	posted   []string
	holdMint chan struct{} // not nil: the next minting waits for it
}

func newStage(t *testing.T, change func(*rules.Rules), auto bool) *stage {
	t.Helper()
	f := &fixture{key: signature.Key(signature.DefaultSecret)}
	s := &stage{key: f.key}
	rule := rules.DocSpace()
	if change != nil {
		change(&rule)
	}
	f.rules = rule
	full := newFixture(t, func(made *fixture) {
		f.shelf = made.shelf
		f.config = made.config
		if auto {
			f.config.AutoLogin, f.config.AutoConsent = "jane@example.test", true
		}
	})
	s.shelf = full.shelf
	handler, book := New(f.config), rules.NewBook(rule)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth2/authorize", s.authorize)
	mux.HandleFunc("POST /apisystem/portal/signin", s.signIn)
	mux.HandleFunc("POST /api/2.0/authentication", s.authentication)
	mux.HandleFunc("POST /api/2.0/authentication/logout", s.logout)
	mux.HandleFunc("GET /api/2.0/people/@self", s.self)
	mux.HandleFunc("GET /api/2.0/security/oauth2/token", s.mint)
	mux.HandleFunc("POST /api/2.0/oauth2/authorize", s.answer)
	mux.Handle("/", handler)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, assetRoot) {
			s.mu.Lock()
			s.log = append(s.log, r.Method+" "+r.URL.Path)
			s.mu.Unlock()
		}
		ctx := site.Into(book.Into(r.Context()), site.Site{Tenant: store.Tenant{ID: 1, Name: "Example Portal"}, Base: "http://" + r.Host})
		mux.ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(s.Close)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<p id=app>app</p>") }))
	t.Cleanup(app.Close)
	s.app = strings.Replace(app.URL, "127.0.0.1", "localhost", 1) + "/callback"
	return s
}

func (s *stage) user(r *http.Request) (store.User, bool) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return store.User{}, false
	}
	session, err := s.shelf.Session(r.Context(), cookie.Value)
	if err != nil {
		return store.User{}, false
	}
	user, err := s.shelf.User(r.Context(), 1, session.UserID)
	return user, err == nil
}

func (s *stage) redirect(w http.ResponseWriter, target string) {
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusFound)
}

func (s *stage) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	whole := "http://" + r.Host + r.URL.RequestURI()
	w.Header().Add("Set-Cookie", "x-redirect-authorization-uri="+base64.URLEncoding.EncodeToString([]byte(whole))+"; Max-Age=315360000; Path=/")
	login := "/login?type=oauth2&client_id=" + q.Get("client_id")
	cookie, err := r.Cookie(signature.Name)
	switch {
	case q.Get("client_id") == "":
		s.redirect(w, "/login?type=oauth2&client_id&error=missing_client_id_error")
		return
	case err != nil:
		s.redirect(w, login+"&error=missing_asc_signature_error")
		return
	}
	if _, err := signature.Verify(s.key, cookie.Value, time.Now(), signature.Leniency{}); err != nil {
		s.redirect(w, login+"&error=something_went_wrong_error")
		return
	}
	s.mu.Lock()
	s.asked = q.Get("state")
	s.mu.Unlock()
	w.Header().Add("Set-Cookie", "client_state=pending==; Max-Age=315360000; Path=/")
	s.redirect(w, login)
}

func (s *stage) signIn(w http.ResponseWriter, r *http.Request) {
	var in struct{ Email, PasswordHash string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	user, err := s.shelf.UserByEmail(r.Context(), 1, in.Email)
	if err != nil || in.PasswordHash != goodHash {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"error":"error","message":"Invalid login or password."}`)
		return
	}
	links := s.signIns
	if links == nil {
		links = []portalLink{{s.URL, s.URL + "/confirm/Auth?type=Auth&key=" + user.ID + "&encemail=E"}}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"tenants": links})
}

func (s *stage) authentication(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ConfirmData  struct{ Email, Key string }
		UserName     string
		PasswordHash string
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	user, err := s.shelf.User(r.Context(), 1, in.ConfirmData.Key)
	if in.UserName != "" && in.PasswordHash == goodHash {
		user, err = s.shelf.UserByEmail(r.Context(), 1, in.UserName)
	} else if link, linked := find(&s.shelf.mu, s.shelf.links, in.ConfirmData.Key); linked == nil {
		user, err = s.shelf.User(r.Context(), 1, link.UserID)
	}
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":{"message":"User authentication failed","hresult":0},"status":1,"statusCode":401}`)
		return
	}
	s.shelf.mu.Lock()
	s.shelf.sessions["of "+user.ID] = store.Session{TenantID: 1, UserID: user.ID, ExpiresAt: time.Now().Add(time.Hour)}
	s.shelf.mu.Unlock()
	w.Header().Add("Set-Cookie", sessionCookie+"=of "+user.ID+"; path=/; samesite=strict; httponly")
	fmt.Fprint(w, `{"response":{"token":"t"}}`)
}

func (s *stage) logout(w http.ResponseWriter, _ *http.Request) {
	w.Header().Add("Set-Cookie", sessionCookie+"=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/")
	fmt.Fprint(w, `{}`)
}

func (s *stage) self(w http.ResponseWriter, r *http.Request) {
	user, ok := s.user(r)
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"response": map[string]any{"id": user.ID}})
}

func (s *stage) mint(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	hold := s.holdMint
	s.holdMint = nil
	s.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-r.Context().Done():
			return
		}
	}
	user, ok := s.user(r)
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	token, err := signature.Issue(s.key, signature.Claims{UserID: user.ID, Expires: time.Now().Add(5 * time.Minute)})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"response": token})
}

// answer is the consent POST.
func (s *stage) answer(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cookie := "no client_state"
	if _, err := r.Cookie("client_state"); err == nil {
		cookie = "client_state"
	}
	s.posted = append(s.posted, fmt.Sprintf("%s %s %v %s, %s", r.Form.Get("client_id"), r.Form.Get("state"), r.Form["scope"], r.Header.Get("X-Disable-Redirect"), cookie))
	w.Header().Add("Set-Cookie", "x-redirect-authorization-uri="+base64.URLEncoding.EncodeToString([]byte(s.URL+"/oauth2/authorize"))+"; Max-Age=315360000; Path=/")
	switch {
	case s.consent != 0:
		w.WriteHeader(s.consent)
	case r.Form.Get("state") != "pending==":
		s.redirect(w, "/login?type=oauth2&client_id="+r.Form.Get("client_id")+"&error=invalid_request")
	case len(r.Form["scope"]) == 0:
		w.Header().Set("X-Redirect-URI", s.app+"?error=access_denied&state="+s.asked)
	default:
		w.Header().Set("X-Redirect-URI", s.app+"?code=c&state="+s.asked)
	}
}

// request is an authorize URL; its parameters stand in this order.
func (s *stage) request(parameters ...string) string {
	return s.URL + "/oauth2/authorize?" + strings.Join(parameters, "&")
}

// usual is a request as an app sends it, scope last.
func (s *stage) usual() string {
	return s.request("response_type=code", "client_id="+appID, "redirect_uri="+url.QueryEscape(s.app), "state=rpstate123", "scope=files%3Aread%20rooms%3Aread")
}

// requests returns what came since the last call.
func (s *stage) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

// tab is a browser profile of its own with one tab, which notes down the
// cookies that scripts write.
type tab struct {
	*testing.T
	ctx context.Context
}

// noteCookies keeps every string written to document.cookie in the window's name,
// which outlives the document.
const noteCookies = `{
	const d = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
	Object.defineProperty(Document.prototype, "cookie", {
		configurable: true, get: d.get,
		set(text) { window.name += text + "\n"; d.set.call(this, text); },
	});
}`

func openTab(t *testing.T, chromium *browser.Browser) tab {
	t.Helper()
	ctx := hand.Tab(t, chromium)
	if _, err := chromedp.Call(ctx, cdp.AddScriptToEvaluateOnNewDocument, cdp.AddScriptToEvaluateOnNewDocumentParams{Source: noteCookies}); err != nil {
		t.Fatal(err)
	}
	return tab{t, ctx}
}

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

func (b tab) open(address string) { b.Helper(); b.do(chromedp.Navigate(address)) }

// eval returns an expression's value as text.
func (b tab) eval(expression string) string {
	b.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for an expression to be true; documents may come and go meanwhile.
func (b tab) until(condition string) {
	b.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!!(`+condition+`)`)); err == nil && ok {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("%s is not so at %s:\n%s", condition, b.eval(`location.href`), b.eval(`document.body.innerText`))
		}
	}
}

func (b tab) signIn(email, password string) {
	b.Helper()
	b.until(`document.activeElement?.id === "login_username"`)
	b.do(chromedp.SendKeys(chromedp.CSS("#login_username"), email), chromedp.SendKeys(chromedp.CSS("#login_password"), password),
		chromedp.Click(chromedp.CSS("#login_submit")))
}

func (b tab) click(testid string) {
	b.Helper()
	b.until(`document.body.dataset.ready`)
	b.do(chromedp.Click(chromedp.CSS(`[data-testid="` + testid + `"]`)))
}

// ready waits for the consent page on which Allow may be clicked (§5.3).
func (b tab) ready() {
	b.Helper()
	b.until(`document.body.dataset.ready && location.pathname === "/login/consent" && !location.search.includes("error=") && /(^|; )x-signature=./.test(document.cookie) &&
		/client_state=./.test(document.cookie) && document.querySelector('[data-testid="consent_allow_button"]')?.disabled === false &&
		/x-url=/.test(document.cookie)`)
}

// cookieWrites returns what scripts wrote to document.cookie since the last call,
// tokens and dates shortened, the theme left out.
func (b tab) cookieWrites() []string {
	b.Helper()
	var writes []string
	for line := range strings.SplitSeq(b.eval(`[window.name, window.name = ""][0]`), "\n") {
		if line == "" || strings.HasPrefix(line, "system_theme=") {
			continue
		}
		if name, rest, ok := strings.Cut(line, "=ey"); ok {
			_, attributes, _ := strings.Cut(rest, ";")
			line = name + "=<jwt>;" + attributes
		}
		if before, _, ok := strings.Cut(line, "expires="); ok {
			line = before + "expires=<date>"
		}
		writes = append(writes, line)
	}
	return writes
}

func sendTo(selector, keys string) chromedp.Action[chromedp.Void] {
	return chromedp.SendKeys(chromedp.CSS(selector), keys)
}

func clickOn(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// chooseRow clicks the nth portal of the list.
func chooseRow(n int) chromedp.Action[chromedp.Void] {
	return clickOn(fmt.Sprintf(".items-list > .item:nth-child(%d)", n))
}
