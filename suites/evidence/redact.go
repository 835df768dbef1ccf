package evidence

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// kinds maps the names under which secrets travel (form fields, query
// parameters, JSON members, headers; lower case) to the kind shown in the mark.
var kinds = map[string]string{
	"code": "code", "access_token": "token", "refresh_token": "refresh", "id_token": "id-token",
	"token": "token", "client_secret": "secret", "password": "password", "passwordhash": "password",
	"code_verifier": "verifier", "client_assertion": "assertion", "x-signature": "signature",
	"asc_auth_key": "session", "confirmdata": "link", "client_state": "cookie", "id_token_hint": "id-token",
}

// linkKey is the parameter that makes a one-time link; in JSON it is a common word.
const linkKey = "key"

// Redactor replaces secrets by marks. It remembers each value it has met, so
// that a value once seen in a telling place is recognised anywhere. Safe for
// concurrent use.
type Redactor struct {
	key   []byte
	mu    sync.Mutex
	known map[string]string // value → mark
	order []string          // values, longest first
}

// NewRedactor marks values with the run's key (any length, never shown).
func NewRedactor(key []byte) *Redactor {
	return &Redactor{key: key, known: map[string]string{}}
}

// minSecret keeps short ordinary words out of the memory: `code=x` must not turn
// every x of a transcript into a mark.
const minSecret = 8

// Learn makes value a secret of that kind from now on.
func (r *Redactor) Learn(kind, value string) {
	if len(value) < minSecret {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.learn(kind, value)
}

// LearnGiven is Learn for what whoever runs the judge entrusted to it, such as a user's
// password: that is a secret though it is short. Fewer than four characters can't be
// hidden without hiding everything.
func (r *Redactor) LearnGiven(kind, value string) {
	if len(value) < 4 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.learn(kind, value)
}

func (r *Redactor) learn(kind, value string) {
	if _, seen := r.known[value]; seen || strings.HasPrefix(value, "‹") {
		return
	}
	mac := hmac.New(sha256.New, r.key)
	mac.Write([]byte(value))
	mark := "‹" + kind + ":" + hex.EncodeToString(mac.Sum(nil)[:8]) + "›"
	r.known[value] = mark
	r.order = append(r.order, value)
	for _, form := range []string{url.QueryEscape(value), jsonText(value)} {
		if _, seen := r.known[form]; !seen {
			r.known[form] = mark
			r.order = append(r.order, form)
		}
	}
	slices.SortFunc(r.order, func(a, b string) int { return len(b) - len(a) })
}

func jsonText(value string) string {
	text, _ := json.Marshal(value)
	return strings.Trim(string(text), `"`)
}

// Text returns text with every known secret, and everything shaped like one,
// replaced.
func (r *Redactor) Text(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	shaped(text, func(value string) { r.learn("token", value) })
	for _, value := range r.order {
		text = strings.ReplaceAll(text, value, r.known[value])
	}
	return text
}

// learnValues learns from names and values of a form or query.
func (r *Redactor) learnValues(values url.Values) {
	for name, vs := range values {
		if kind, ok := kinds[strings.ToLower(name)]; ok {
			for _, v := range vs {
				r.Learn(kind, v)
			}
		}
	}
	if values.Get("code_challenge_method") != "S256" { // plain, also by default: the challenge is the verifier (RFC 7636 §4.2, §4.3)
		r.Learn("verifier", values.Get("code_challenge"))
	}
}

// learnURL learns from the query and the fragment of a URL.
func (r *Redactor) learnURL(text string) {
	u, err := url.Parse(text)
	if err != nil {
		return
	}
	r.learnValues(u.Query())
	r.Learn("link", u.Query().Get(linkKey))
	if strings.HasSuffix(u.Path, "/consent") {
		// The consent page's state is the value of the cookie client_state, which a
		// browser's exchanges don't show (docs/portal/browser-flow.md).
		r.Learn("cookie", u.Query().Get("state"))
	}
	if fragment, err := url.ParseQuery(u.Fragment); err == nil {
		r.learnValues(fragment)
	}
	if u.User != nil {
		if password, ok := u.User.Password(); ok {
			r.Learn("password", password)
		}
	}
}

// learnHeader learns from credentials, cookies and redirect targets.
func (r *Redactor) learnHeader(h http.Header) {
	for _, v := range h.Values("Authorization") {
		if _, credentials, ok := strings.Cut(v, " "); ok {
			r.Learn("token", strings.TrimSpace(credentials))
		} else {
			r.Learn("token", v)
		}
	}
	for _, v := range h.Values("X-Signature") {
		r.Learn("signature", v)
	}
	for _, name := range []string{"Location", "X-Redirect-Uri", "Referer"} {
		for _, v := range h.Values(name) {
			r.learnURL(v)
		}
	}
	for _, line := range h.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil {
			r.learnCookie(c)
		}
	}
	for _, line := range h.Values("Cookie") {
		if cs, err := http.ParseCookie(line); err == nil {
			for _, c := range cs {
				r.learnCookie(c)
			}
		}
	}
}

func (r *Redactor) learnCookie(c *http.Cookie) {
	kind, ok := kinds[strings.ToLower(c.Name)]
	if !ok {
		kind = "cookie"
	}
	r.Learn(kind, c.Value)
}

// learnBody learns from a form, a multipart form or a JSON document.
func (r *Redactor) learnBody(contentType, body string) {
	media, _, _ := strings.Cut(contentType, ";")
	switch strings.ToLower(strings.TrimSpace(media)) {
	case "application/x-www-form-urlencoded":
		if form, err := url.ParseQuery(body); err == nil {
			r.learnValues(form)
		}
	case "multipart/form-data":
		for _, m := range multipartField.FindAllStringSubmatch(body, -1) {
			r.learnValues(url.Values{m[1]: {m[2]}})
		}
	default:
		var document any
		if json.Unmarshal([]byte(body), &document) == nil {
			r.learnJSON(document)
		}
	}
}

var multipartField = regexp.MustCompile(`name="([^"]+)"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)\r\n`)

func (r *Redactor) learnJSON(node any) {
	switch n := node.(type) {
	case map[string]any:
		for name, v := range n {
			if text, ok := v.(string); ok {
				if kind, secret := kinds[strings.ToLower(name)]; secret {
					r.Learn(kind, text)
				}
			} else {
				r.learnJSON(v)
			}
		}
	case []any:
		for _, v := range n {
			r.learnJSON(v)
		}
	}
}
