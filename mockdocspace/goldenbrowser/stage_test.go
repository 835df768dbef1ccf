package goldenbrowser_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/control"
)

const (
	clientID  = "5f1c2f0e-7b1d-4c53-9d9a-3c1f0f5a7e11"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // RFC 7636 Appendix B
	password  = "pass word"
)

// people of the recordings and their ids.
var people = map[string]string{
	"jane": "11111111-1111-4111-8111-111111111111",
	"bob":  "22222222-2222-4222-8222-222222222222",
	"carl": "33333333-3333-4333-8333-333333333333",
	"tina": "44444444-4444-4444-8444-444444444444",
}

// stage is the mock behind a reverse proxy, as the recordings were made, and an app
// that shows nothing. The proxy notes down what the browser asks for.
type stage struct {
	t       *testing.T
	mock    *mockdocspace.Portal
	portal  *flows.Portal // by the address that the browser uses
	control *control.Client
	origins map[string]string // name of a placeholder: origin
	client  string            // that the app names
	link    map[string]string // parts of a one-time link that a journey opens

	// refuse answers in the portal's place, or lets the request pass by false.
	refuse func(w http.ResponseWriter, r *http.Request) bool

	mu      sync.Mutex
	seen    []*step
	driven  map[string][]int // addresses that the tester opens, each with the number of requests before
	opened  map[string]int   // addresses that scripts open
	referer []string         // of the navigations, as the browser tells them
	learned [][2]string      // secret values and their placeholders
	pending int              // requests without an answer yet
}

// newStage starts a portal. tls puts it behind an https front on the default port.
func newStage(t *testing.T, tls, several bool, change func(*config.Config)) *stage {
	t.Helper()
	s := &stage{t: t, client: clientID, link: map[string]string{}, driven: map[string][]int{}, opened: map[string]int{}}
	app := httptest.NewServer(s.noted(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!DOCTYPE html><title>rp</title><h1 id="rp">relying party</h1>`)
	})))
	t.Cleanup(app.Close)

	c := &config.Config{
		Portals: []config.Portal{{ID: 1, Name: "Example Portal", Hosts: []string{"localhost", "127.0.0.1", httpsHost, "first.trace.localhost"}, Users: users()}},
		Apps: []config.App{{
			ID: clientID, Secret: "secret", Name: "Trace App", Portal: 1, AllowPKCE: true,
			Website: "https://rp.example.test", Terms: "https://rp.example.test/terms", Policy: "https://rp.example.test/policy",
			RedirectURIs: []string{app.URL + "/callback"},
			Scopes:       []string{"accounts.self:read", "files:read", "files:write", "rooms:read", "openid"},
		}},
	}
	if several {
		c.Portals = append(c.Portals, config.Portal{ID: 2, Name: "Example Portal", Hosts: []string{"second.trace.localhost"}, Users: users()[:2]})
	}
	if change != nil {
		change(c)
	}
	server := httptest.NewUnstartedServer(nil) // its port may stand in the portals' addresses
	port := server.Listener.Addr().String()
	port = port[strings.LastIndex(port, ":"):]
	c.FrontURL = strings.Replace(c.FrontURL, ":FRONT", port, 1)
	for i := range c.Portals {
		c.Portals[i].URL = strings.Replace(c.Portals[i].URL, ":FRONT", port, 1)
	}
	mock, err := mockdocspace.Start(context.Background(), mockdocspace.Options{Config: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	s.mock, s.control = mock, mock.Control()
	t.Cleanup(server.Close)

	front := s.noted(s.front())
	s.origins = map[string]string{"rp": app.URL}
	if tls {
		t.Cleanup(secureFront(t, front, s.noted(http.HandlerFunc(upgrade))))
		s.origins["portal"], s.origins["portal with http:"] = "https://"+httpsHost, "http://"+httpsHost
	} else {
		server.Config.Handler = front
		server.Start()
		s.origins["portal"] = "http://localhost" + port
		if several {
			for _, name := range []string{"oauth", "first", "second"} {
				s.origins[name] = "http://" + name + ".trace.localhost" + port
			}
		}
	}
	s.portal, err = flows.NewPortal(mock.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func users() []config.User {
	var all []config.User
	for _, p := range []struct {
		name, last string
	}{{"jane", "Roe"}, {"bob", "Poe"}, {"carl", "Coe"}, {"tina", "Toe"}} {
		all = append(all, config.User{
			ID: people[p.name], Email: p.name + "@example.test", Password: password, Type: "user",
			FirstName: strings.ToUpper(p.name[:1]) + p.name[1:], LastName: p.last,
			Disabled: p.name == "carl", TwoFactor: p.name == "tina",
		})
	}
	all[0].Type = "owner"
	return all
}

// front is the reverse proxy of an installation (docs/portal/identity.md §1.2).
func (s *stage) front() http.Handler {
	target, err := url.Parse(s.mock.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{ErrorHandler: func(http.ResponseWriter, *http.Request, error) {
		panic(http.ErrAbortHandler) // the browser went elsewhere before there was an answer
	}, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.SetXForwarded()
		r.Out.Host = r.In.Host
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.refuse == nil || !s.refuse(w, r) {
			proxy.ServeHTTP(w, r)
		}
	})
}

// upgrade is what a portal's port 80 answers.
func upgrade(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Location", "https://"+r.Host+r.URL.RequestURI())
	w.WriteHeader(http.StatusMovedPermanently)
}

// noted notes down requests for pages and of scripts.
func (s *stage) noted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := kindOf(r)
		if kind == "" {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		x := &step{Kind: kind, Method: r.Method, URL: scheme + "://" + r.Host + r.URL.RequestURI(), RequestHeaders: map[string]string{}}
		for _, c := range r.Cookies() {
			x.RequestCookies = append(x.RequestCookies, c.Name)
		}
		if kind == "xhr" {
			for _, name := range []string{"Accept", "Content-Type", "Origin", "X-Signature", "X-Disable-Redirect"} {
				if value := r.Header.Get(name); value != "" {
					x.RequestHeaders[strings.ToLower(name)] = value
				}
			}
		}
		x.RequestBody = bodyOf(r.Header.Get("Content-Type"), body)
		s.mu.Lock()
		s.seen = append(s.seen, x)
		s.pending++
		s.mu.Unlock()
		answer := &noting{ResponseWriter: w, stage: s, step: x}
		defer func() {
			s.mu.Lock()
			s.pending--
			s.mu.Unlock()
		}()
		next.ServeHTTP(answer, r)
	})
}

// kindOf tells pages from scripts' calls; "" for what is not compared: files, and the
// requests of the pages' own router, which are the framework's business.
func kindOf(r *http.Request) string {
	switch {
	case strings.HasPrefix(r.URL.Path, "/static/"), r.URL.Path == "/favicon.ico", r.Header.Get("RSC") != "":
		return ""
	case r.Header.Get("Sec-Fetch-Mode") == "navigate", r.Header.Get("Sec-Fetch-Mode") == "" && strings.HasPrefix(r.Header.Get("Accept"), "text/html"):
		return "navigation"
	case r.Header.Get("Sec-Fetch-Dest") == "empty":
		return "xhr"
	}
	return ""
}

func bodyOf(contentType string, body []byte) any {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || len(body) == 0 {
		return nil
	}
	if kind == "multipart/form-data" {
		var pairs []any
		for reader := multipart.NewReader(bytes.NewReader(body), parameters["boundary"]); ; {
			part, err := reader.NextPart()
			if err != nil {
				return pairs
			}
			value, _ := io.ReadAll(part)
			pairs = append(pairs, []any{part.FormName(), string(value)})
		}
	}
	var value any
	if json.Unmarshal(body, &value) != nil {
		return string(body)
	}
	return value
}

// noting adds the answer to a noted request.
type noting struct {
	http.ResponseWriter
	stage *stage
	step  *step
}

func (n *noting) Unwrap() http.ResponseWriter { return n.ResponseWriter }

func (n *noting) Write(p []byte) (int, error) {
	n.note(http.StatusOK)
	return n.ResponseWriter.Write(p)
}

func (n *noting) WriteHeader(status int) {
	n.note(status)
	n.ResponseWriter.WriteHeader(status)
}

func (n *noting) note(status int) {
	n.stage.mu.Lock()
	defer n.stage.mu.Unlock()
	if n.step.Status != 0 {
		return
	}
	h := n.Header()
	n.step.Status, n.step.Location, n.step.XRedirectURI = status, h.Get("Location"), h.Get("X-Redirect-Uri")
	n.step.SetCookie = slices.Clone(h.Values("Set-Cookie"))
	for _, line := range n.step.SetCookie {
		name, rest, _ := strings.Cut(line, "=")
		value, _, _ := strings.Cut(rest, ";")
		n.stage.learn(name, value)
	}
}

// learn remembers the value of a cookie that changes from run to run.
func (s *stage) learn(name, value string) {
	placeholder := map[string]string{"asc_auth_key": "<session>", "client_state": "<consent_state>", "JSESSIONID": "<sessionid>"}[name]
	if placeholder == "" || value == "" {
		return
	}
	s.learned = append(s.learned, [2]string{value, placeholder})
	if escaped := url.QueryEscape(value); escaped != value {
		s.learned = append(s.learned, [2]string{escaped, placeholder})
	}
}

// requests are those seen so far, with their causes, as the recordings write them.
func (s *stage) requests() []step {
	s.mu.Lock()
	defer s.mu.Unlock()
	driven, opened := maps.Clone(s.driven), maps.Clone(s.opened)
	var all []step
	navigations := 0
	for i, x := range s.seen {
		x := *x
		if x.Kind == "navigation" {
			if navigations < len(s.referer) && s.referer[navigations] != "" {
				x.RequestHeaders = map[string]string{"referer": s.referer[navigations]}
			}
			navigations++
		}
		switch {
		case s.follows(i):
			x.CausedBy = "redirect"
		case x.Kind == "xhr":
		case len(driven[x.URL]) > 0 && driven[x.URL][0] <= i:
			driven[x.URL] = driven[x.URL][1:]
			x.CausedBy = "driver"
		case opened[x.URL] > 0:
			opened[x.URL]--
			x.CausedBy = "window.open"
		default:
			x.CausedBy = "script"
		}
		all = append(all, s.normalised(x))
	}
	return all
}

// follows says whether the request before this one of the same kind led here.
func (s *stage) follows(i int) bool {
	for j := i - 1; j >= 0; j-- {
		if before := s.seen[j]; before.Kind == s.seen[i].Kind {
			return before.Status/100 == 3 && sameAddress(before.Location, s.seen[i].URL, before.URL)
		}
	}
	return false
}

func sameAddress(location, address, base string) bool {
	from, err := url.Parse(base)
	if err != nil {
		return false
	}
	to, err := from.Parse(location)
	if err != nil {
		return false
	}
	at, err := url.Parse(address)
	return err == nil && to.Host == at.Host && to.Scheme == at.Scheme && to.EscapedPath() == at.EscapedPath() && to.RawQuery == at.RawQuery
}

// idle says whether every request was answered, and how many there were.
func (s *stage) idle() (requests int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen), s.pending == 0
}

var variable = []struct {
	what *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]+`), "<jwt>"},
	{regexp.MustCompile(`(?i)(expires=)[^;]+`), "${1}<date>"},
	{regexp.MustCompile(`([?&]code=)[\w%-]{20,}`), "${1}<code>"},
	{regexp.MustCompile(`([?&]key=)[^&]+`), "${1}<key>"},
	{regexp.MustCompile(`([?&]encemail=)[^&]+`), "${1}<encemail>"},
	{regexp.MustCompile(`boundary=-*\w+`), "boundary=----<boundary>"},
	{regexp.MustCompile(`([?&]state=)[A-Za-z0-9_-]{40,}(=|%3D)?`), "${1}<consent_state>"},
}

var resumeCookie = regexp.MustCompile(`^(x-redirect-authorization-uri=)([A-Za-z0-9_-]+=*)`)

// told is plain for who holds no lock.
func (s *stage) told(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.plain(text)
}

// plain writes a text as the recordings do: with placeholders for what varies.
func (s *stage) plain(text string) string {
	if m := resumeCookie.FindStringSubmatch(text); m != nil {
		text = m[1] + s.decoded(m[2]) + text[len(m[0]):]
	}
	for _, v := range variable {
		text = v.what.ReplaceAllString(text, v.by)
	}
	for _, known := range s.learned {
		text = strings.ReplaceAll(text, known[0], known[1])
	}
	for name, origin := range s.origins {
		once := url.QueryEscape(origin)
		for _, form := range [][2]string{{url.QueryEscape(once), "{" + name + "|qq}"}, {once, "{" + name + "|q}"}, {origin, "{" + name + "}"}} {
			text = strings.ReplaceAll(text, form[0], form[1])
		}
	}
	for name, id := range people {
		text = strings.ReplaceAll(text, id, "<id of "+name+">")
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, s.client, "<client_id>"), challenge, "<code_challenge>")
}

// decoded shows what a base64url text says.
func (s *stage) decoded(value string) string {
	if text, err := base64.URLEncoding.DecodeString(value); err == nil {
		return "<base64url(" + s.plain(string(text)) + ")>"
	}
	return value
}

func (s *stage) normalised(x step) step {
	encoded, err := json.Marshal(x)
	if err != nil {
		s.t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(encoded, &tree); err != nil {
		s.t.Fatal(err)
	}
	encoded, err = json.Marshal(s.walk(tree))
	if err != nil {
		s.t.Fatal(err)
	}
	var y step
	if err := json.Unmarshal(encoded, &y); err != nil {
		s.t.Fatal(err)
	}
	return y
}

func (s *stage) walk(value any) any {
	switch value := value.(type) {
	case string:
		return s.plain(value)
	case []any:
		for i := range value {
			value[i] = s.walk(value[i])
		}
	case map[string]any:
		for name, member := range value {
			switch name {
			case "PasswordHash", "passwordHash":
				value[name] = "<password_hash>"
			case "Key":
				value[name] = "<key>"
			default:
				value[name] = s.walk(member)
			}
		}
	}
	return value
}

// real writes a recorded address as this stage has it.
func (s *stage) real(text string) string {
	for name, origin := range s.origins {
		text = strings.ReplaceAll(text, "{"+name+"}", origin)
		text = strings.ReplaceAll(text, "{"+name+"|q}", url.QueryEscape(origin))
	}
	for placeholder, value := range s.link {
		text = strings.ReplaceAll(text, placeholder, value)
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "<client_id>", s.client), "<code_challenge>", challenge)
}
