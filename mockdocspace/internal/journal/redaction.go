package journal

import (
	"hash/maphash"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// secretNames are the names under which secrets travel, in query, form, JSON or
// as a cookie, in lower case, with the word that stands in for the value. `state`
// stays in clear: it authenticates nobody, and comparing it is what a developer
// looks into a journal for.
var secretNames = map[string]string{
	"code": "code", "device_code": "code", "access_token": "token", "refresh_token": "refresh", "id_token": "id-token",
	"id_token_hint": "id-token", "token": "token", "subject_token": "token", "actor_token": "token", "client_secret": "secret", "client_assertion": "assertion",
	"assertion": "assertion", "code_verifier": "verifier", "password": "password", "passwordhash": "password", "newpassword": "password",
	"x-signature": "signature", "asc_auth_key": "session", "key": "link", "confirm": "link", "encemail": "link", "api_key": "token",
}

// longestName is the length of the longest of them.
const longestName = len("client_assertion")

// secretHeaders are headers whose whole value is a secret.
var secretHeaders = map[string]string{"X-Signature": "signature", "Dpop": "proof", "X-Api-Key": "token", "Confirm": "link"}

// recognisable is from which length on a secret is recognised wherever it stands.
// Shorter ones are ordinary words: a password `docspace` must not blot out host names.
const recognisable = 12

// redactor replaces secrets by marks like ‹code-1›. Equal values get equal marks,
// which is why it remembers hashes of what it has met, and nothing else.
// It is safe for concurrent use.
type redactor struct {
	seed maphash.Seed

	mu      sync.Mutex
	marks   map[uint64]mark
	older   map[uint64]mark // the generation before; a hit moves up
	kinds   []string
	numbers []uint32 // how many of each kind there are
	jwts    readable
}

// mark is the n-th secret of its kind, counted from 1. It holds no pointer, so that
// the collector need not look through thousands of them.
type mark struct{ kind, number uint32 }

// shown is the mark as it stands in a text; the caller holds the lock.
func (r *redactor) shown(m mark) string {
	return "‹" + r.kinds[m.kind] + "-" + strconv.FormatUint(uint64(m.number), 10) + "›"
}

// generation bounds the memory: a value that has not been met while that many
// others came by gets a new number.
const generation = 1 << 14

func newRedactor() *redactor {
	r := &redactor{seed: maphash.MakeSeed()}
	r.forget()
	return r
}

func (r *redactor) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.marks, r.older, r.kinds, r.numbers, r.jwts = map[uint64]mark{}, nil, nil, nil, readable{}
}

// mark returns what stands in for value, and remembers it.
func (r *redactor) mark(kind, value string) string {
	if value == "" || isMark(value) {
		return value
	}
	hash := maphash.String(r.seed, value)
	r.mu.Lock()
	defer r.mu.Unlock()
	m, known := r.lookUp(hash)
	if !known {
		m = r.next(kind)
		r.keep(hash, m)
		if text := withoutSignature(value); text != "" {
			r.jwts.keep(r.shown(m), text)
		}
	}
	return r.shown(m)
}

// next numbers one more secret of the kind.
func (r *redactor) next(kind string) mark {
	i := slices.Index(r.kinds, kind)
	if i < 0 {
		i = len(r.kinds)
		r.kinds, r.numbers = append(r.kinds, kind), append(r.numbers, 0)
	}
	r.numbers[i]++
	return mark{uint32(i), r.numbers[i]}
}

// known returns the mark of a value that has been met as a secret.
func (r *redactor) known(value string) (string, bool) {
	hash := maphash.String(r.seed, value)
	r.mu.Lock()
	defer r.mu.Unlock()
	m, known := r.lookUp(hash)
	if !known {
		return "", false
	}
	return r.shown(m), true
}

func (r *redactor) lookUp(hash uint64) (mark, bool) {
	if m, ok := r.marks[hash]; ok {
		return m, true
	}
	m, ok := r.older[hash]
	if ok {
		r.keep(hash, m)
	}
	return m, ok
}

func (r *redactor) keep(hash uint64, m mark) {
	if len(r.marks) >= generation {
		r.marks, r.older = map[uint64]mark{}, r.marks
	}
	r.marks[hash] = m
}

func isMark(value string) bool {
	return strings.HasPrefix(value, "‹") && strings.HasSuffix(value, "›")
}

// header returns a redacted copy.
func (r *redactor) header(h http.Header) []field {
	count := 0
	for _, values := range h {
		count += len(values)
	}
	out := make([]field, 0, count)
	for name, values := range h {
		for _, v := range values {
			out = append(out, field{name, r.headerValue(name, v)})
		}
	}
	return out
}

func (r *redactor) headerValue(name, value string) string {
	if kind, secret := secretHeaders[name]; secret {
		return r.mark(kind, value)
	}
	switch name {
	case "Authorization", "Proxy-Authorization":
		return r.credentials(value)
	case "Cookie":
		pairs := strings.Split(value, ";")
		for i, pair := range pairs {
			pairs[i] = r.cookie(pair)
		}
		return strings.Join(pairs, ";")
	case "Set-Cookie":
		pair, attributes, more := strings.Cut(value, ";")
		if pair = r.cookie(pair); more {
			return pair + ";" + attributes
		}
		return pair
	case "Location", "Content-Location", "Referer", "X-Redirect-Uri":
		return r.url(value)
	default:
		if everyday(value) {
			return value
		}
		return r.text(value)
	}
}

// credentials keeps the scheme. Without one the whole value is a portal session
// (docs/portal/backend-api.md §1.1).
func (r *redactor) credentials(value string) string {
	scheme, secret, ok := strings.Cut(value, " ")
	if !ok {
		return r.mark("session", value)
	}
	secret = strings.TrimLeft(secret, " ")
	if strings.EqualFold(scheme, "Basic") {
		return scheme + " " + r.mark("secret", secret)
	}
	return scheme + " " + r.mark("token", secret)
}

// cookie redacts name=value; every cookie's value is a secret.
func (r *redactor) cookie(pair string) string {
	name, value, ok := strings.Cut(pair, "=")
	if !ok {
		return r.mark("cookie", pair)
	}
	kind, ok := secretNames[strings.ToLower(strings.TrimSpace(name))]
	if !ok {
		kind = "cookie"
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(name)), "x-signature-") {
			kind = "signature"
		}
	}
	return name + "=" + r.mark(kind, strings.Trim(value, `"`))
}

// url redacts query and fragment, a password in front of the host, and
// recognisable secrets in the path.
func (r *redactor) url(text string) string {
	rest, fragment, hasFragment := strings.Cut(text, "#")
	path, query, hasQuery := strings.Cut(rest, "?")
	out := r.userInfo(path)
	if hasQuery {
		out += "?" + r.form(query)
	}
	if hasFragment {
		out += "#" + r.form(fragment)
	}
	return out
}

func (r *redactor) userInfo(path string) string {
	scheme, rest, ok := strings.Cut(path, "://")
	if !ok {
		return r.text(path)
	}
	authority, _, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, password, hasPassword := strings.Cut(authority[:at], ":")
		if hasPassword {
			return scheme + "://" + user + ":" + r.mark("password", password) + authority[at:] + r.text(rest[len(authority):])
		}
	}
	return scheme + "://" + r.text(rest)
}

// form redacts a query or an urlencoded body. Values of other names may hold
// URLs with secrets of their own.
func (r *redactor) form(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	first := true
	for pair := range strings.SplitSeq(text, "&") {
		if !first {
			out.WriteByte('&')
		}
		first = false
		rawName, rawValue, ok := strings.Cut(pair, "=")
		out.WriteString(r.text(rawName))
		if !ok {
			continue
		}
		out.WriteByte('=')
		out.WriteString(r.formValue(rawName, rawValue))
	}
	return out.String()
}

func (r *redactor) formValue(rawName, rawValue string) string {
	value := unescape(rawValue)
	if kind, secret := secretNames[strings.ToLower(strings.TrimSpace(unescape(rawName)))]; secret {
		return r.mark(kind, value)
	}
	if len(value) >= recognisable {
		if mark, known := r.known(value); known {
			return mark
		}
	}
	return r.text(rawValue)
}

// unescape undoes percent-encoding as far as it is one.
func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
