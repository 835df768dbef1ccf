package desk

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"docspace-oauth/mockdocspace/control"
)

// Flow is what belongs to one authorization: from the request to the calls made with
// its tokens.
type Flow struct {
	ID        uint64 // number of its first exchange
	App, User string
	Steps     []control.Exchange
	Outcome   Outcome

	authorized bool // a code went out
}

// Outcome is how far a flow has got.
type Outcome string

const (
	Running Outcome = "under way"
	Coded   Outcome = "code issued"
	Granted Outcome = "tokens issued"
	Denied  Outcome = "denied"
	Refused Outcome = "refused"
)

// Last is its latest exchange.
func (f *Flow) Last() control.Exchange { return f.Steps[len(f.Steps)-1] }

// Bounds of what is kept of the past.
const (
	maxFlows = 50
	maxSteps = 60 // of one flow; the rest is in the journal
)

// flows sorts exchanges into flows. What ties them together are values that wander
// from one to the next: state, code, tokens, and the cookies of a browser. Secrets are
// marks like ‹code-1› here, and equal marks are equal values. Not for concurrent use.
type flows struct {
	list  []*Flow          // oldest first
	byKey map[string]*Flow // the latest flow that a value was seen in
}

func newFlows() *flows { return &flows{byKey: map[string]*Flow{}} }

// add sorts one exchange in and returns the flow it belongs to; nil for one that is
// part of no authorization.
func (fs *flows) add(x control.Exchange) *Flow {
	path, query, _ := strings.Cut(x.URL, "?")
	if !concernsFlow(path) {
		return nil
	}
	keys := keysOf(x, query)
	begins := isAuthorize(path) && strings.Contains(query, "response_type=")
	var f *Flow
	for _, key := range keys {
		if known := fs.byKey[key]; known != nil && !(begins && known.authorized) && !(isCookieKey(key) && !fs.fits(known, x)) {
			f = known
			break
		}
	}
	if f == nil {
		// Tokens whose beginning the journal has forgotten begin a flow of their own.
		if !begins && !isToken(path) {
			return nil
		}
		f = &Flow{ID: x.Seq, Outcome: Running}
		fs.list = append(fs.list, f)
		fs.forget()
	}
	f.take(x, path)
	for _, key := range keys {
		fs.byKey[key] = f
	}
	return f
}

// fits reports whether a page request by a browser may belong to a flow only because
// of its cookies: the flow waits for somebody to sign in or to consent.
func (fs *flows) fits(f *Flow, x control.Exchange) bool {
	return !f.authorized && x.At.Sub(f.Last().At).Abs() < 10*time.Minute
}

// forget drops the oldest flows.
func (fs *flows) forget() {
	if len(fs.list) <= maxFlows {
		return
	}
	old := fs.list[0]
	fs.list = fs.list[1:]
	for key, f := range fs.byKey {
		if f == old {
			delete(fs.byKey, key)
		}
	}
}

// take appends a step and sees what became of the flow.
func (f *Flow) take(x control.Exchange, path string) {
	if len(f.Steps) < maxSteps {
		f.Steps = append(f.Steps, x)
	} else {
		f.Steps[maxSteps-1] = x
	}
	if x.App != "" {
		f.App = x.App
	}
	if x.User != "" {
		f.User = x.User
	}
	target := location(x)
	switch {
	case strings.Contains(target, "code=‹"):
		f.Outcome, f.authorized = Coded, true
	case strings.Contains(target, "error=access_denied"):
		f.Outcome, f.authorized = Denied, true
	case isToken(path) && x.Status == 200:
		f.Outcome = Granted
	case x.Cause != nil && !isSignIn(x.Cause.Kind):
		f.Outcome = Refused
	}
}

// isSignIn marks the one refusal that is part of every journey: the first request
// comes before anybody has signed in.
func isSignIn(kind string) bool { return kind == "missing_asc_signature_error" }

func isAuthorize(path string) bool { return strings.HasSuffix(path, "/oauth2/authorize") }

// isToken knows the token endpoint from GET security/oauth2/token of the Backend API.
func isToken(path string) bool {
	return path == "/oauth2/token" || path == "/api/2.0/oauth2/token"
}

// concernsFlow leaves out what belongs to no flow: files, keys, metadata.
func concernsFlow(path string) bool {
	for _, beginning := range []string{"/static/", "/.well-known/", "/oauth2/jwks", "/oauth2/.well-known/", "/favicon"} {
		if strings.HasPrefix(path, beginning) {
			return false
		}
	}
	return true
}

var mark = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`‹(?:code|token|refresh|id-token)-\d+›`) })

// keysOf are the values of an exchange that tie it to others, the surest first.
func keysOf(x control.Exchange, query string) []string {
	var keys []string
	add := func(key string) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	target := location(x)
	texts := []string{x.URL, x.Request.Body, target}
	texts = append(texts, x.Request.Header["Authorization"]...)
	if path, _, _ := strings.Cut(x.URL, "?"); isToken(path) {
		texts = append(texts, x.Response.Body)
	}
	for _, text := range texts {
		for _, m := range mark().FindAllString(text, -1) {
			add(m)
		}
	}
	_, targetQuery, _ := strings.Cut(target, "?")
	for _, text := range []string{query, x.Request.Body, targetQuery} {
		if values, err := url.ParseQuery(text); err == nil && values.Get("state") != "" {
			add("state " + values.Get("state"))
		}
	}
	// The cookie in which an interrupted request waits, and the browser's session.
	for _, line := range append(slices.Clone(x.Request.Header["Cookie"]), x.Response.Header["Set-Cookie"]...) {
		for part := range strings.SplitSeq(line, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			if (name == "x-redirect-authorization-uri" || name == "asc_auth_key" || name == "client_state") && strings.HasPrefix(value, "‹") {
				add(cookieKey + name + value)
			}
		}
	}
	return keys
}

const cookieKey = "cookie "

func isCookieKey(key string) bool { return strings.HasPrefix(key, cookieKey) }

// location is where an answer sends the browser.
func location(x control.Exchange) string {
	for _, name := range []string{"Location", "X-Redirect-Uri"} {
		if values := x.Response.Header[name]; len(values) > 0 {
			return values[0]
		}
	}
	return ""
}
