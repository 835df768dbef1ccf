package journal

import (
	"hash/maphash"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
// which is why it remembers hashes of what it has met, and nothing else. What it
// writes is appended to a buffer, since an exchange is many short texts.
// It is safe for concurrent use.
type redactor struct {
	seed   maphash.Seed
	sieves atomic.Pointer[[2]*sieve] // of recent and past, to be read without the lock

	mu           sync.Mutex
	recent, past met
	kinds        []string
	numbers      []uint32 // how many of each kind there are
	jwts         readable
}

// mark is the n-th secret of its kind, counted from 1. It holds no pointer, so that
// the collector need not look through thousands of them.
type mark struct{ kind, number uint32 }

// met is a generation of what has been met, by hash.
type met struct {
	marks map[uint64]mark
	sieve *sieve
}

// sieve has a bit for the end of each hash. Nearly every text that is looked up is no
// secret, and its hash is far from all that is in the cache: the sieve answers for most
// of them, and needs no lock.
type sieve [sieveBits / 64]atomic.Uint64

// sieveBits makes it 16 KB, and right about nine of ten texts when a generation is full.
const sieveBits = 1 << 17

func (s *sieve) holds(hash uint64) bool {
	return s != nil && s[hash%sieveBits/64].Load()&(1<<(hash%64)) != 0
}

func (s *sieve) add(hash uint64) { s[hash%sieveBits/64].Or(1 << (hash % 64)) }

// maybeMet is false for what has not been met.
func (r *redactor) maybeMet(hash uint64) bool {
	sieves := r.sieves.Load()
	return sieves != nil && (sieves[0].holds(hash) || sieves[1].holds(hash))
}

// appendMark appends the mark of the n-th secret of its kind as it stands in a text.
func appendMark(to []byte, kind string, n uint32) []byte {
	to = append(append(append(to, "‹"...), kind...), '-')
	return append(strconv.AppendUint(to, uint64(n), 10), "›"...)
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
	r.recent, r.past, r.kinds, r.numbers, r.jwts = met{}, met{}, nil, nil, readable{}
	r.sieves.Store(nil)
}

// secret appends what stands in for value, and remembers it.
func (r *redactor) secret(to []byte, kind, value string) []byte {
	if value == "" || isMark(value) {
		return append(to, value...)
	}
	hash := maphash.String(r.seed, value)
	var jwt string
	if !r.maybeMet(hash) {
		jwt = withoutSignature(value) // a copy of a kilobyte, which need not be made under the lock
	}
	kind, n := r.known(hash, kind, value, jwt)
	return appendMark(to, kind, n)
}

// known is which secret it is: the n-th of its kind. One that has not been met is
// numbered, and kept in readable form if it is a JWT.
func (r *redactor) known(hash uint64, kind, value, jwt string) (of string, n uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, known := r.lookUp(hash)
	if !known {
		m = r.next(kind)
		r.keep(hash, m)
		if jwt == "" { // another request has it too, or the sieve was wrong
			jwt = withoutSignature(value)
		}
		if jwt != "" {
			r.jwts.keep(m, jwt)
		}
	}
	return r.kinds[m.kind], m.number
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

// isKnown reports whether a value has been met as a secret.
func (r *redactor) isKnown(value string) bool {
	hash := maphash.String(r.seed, value)
	if !r.maybeMet(hash) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.lookUp(hash)
	return known
}

func (r *redactor) lookUp(hash uint64) (mark, bool) {
	if m, ok := r.recent.marks[hash]; ok {
		return m, true
	}
	m, ok := r.past.marks[hash]
	if ok {
		r.keep(hash, m)
	}
	return m, ok
}

func (r *redactor) keep(hash uint64, m mark) {
	if len(r.recent.marks) >= generation {
		r.recent, r.past = met{}, r.recent
	}
	if r.recent.marks == nil {
		r.recent = met{map[uint64]mark{}, new(sieve)}
		r.sieves.Store(&[2]*sieve{r.recent.sieve, r.past.sieve})
	}
	r.recent.marks[hash] = m
	r.recent.sieve.add(hash)
}

func isMark(value string) bool {
	return strings.HasPrefix(value, "‹") && strings.HasSuffix(value, "›")
}

func (r *redactor) headerValue(to []byte, name, value string) []byte {
	if kind, secret := secretHeaders[name]; secret {
		return r.secret(to, kind, value)
	}
	switch name {
	case "Authorization", "Proxy-Authorization":
		return r.credentials(to, value)
	case "Cookie":
		first := true
		for pair := range strings.SplitSeq(value, ";") {
			if !first {
				to = append(to, ';')
			}
			first = false
			to = r.cookie(to, pair)
		}
		return to
	case "Set-Cookie":
		pair, attributes, more := strings.Cut(value, ";")
		if to = r.cookie(to, pair); more {
			to = append(append(to, ';'), attributes...)
		}
		return to
	case "Location", "Content-Location", "Referer", "X-Redirect-Uri":
		return r.url(to, value)
	default:
		if everyday(value) {
			return append(to, value...)
		}
		return r.text(to, value)
	}
}

// credentials keeps the scheme. Without one the whole value is a portal session
// (docs/portal/backend-api.md §1.1).
func (r *redactor) credentials(to []byte, value string) []byte {
	scheme, secret, ok := strings.Cut(value, " ")
	if !ok {
		return r.secret(to, "session", value)
	}
	kind := "token"
	if strings.EqualFold(scheme, "Basic") {
		kind = "secret"
	}
	return r.secret(append(append(to, scheme...), ' '), kind, strings.TrimLeft(secret, " "))
}

// cookie redacts name=value; every cookie's value is a secret.
func (r *redactor) cookie(to []byte, pair string) []byte {
	name, value, ok := strings.Cut(pair, "=")
	if !ok {
		return r.secret(to, "cookie", pair)
	}
	kind, ok := secretNames[strings.ToLower(strings.TrimSpace(name))]
	if !ok {
		kind = "cookie"
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(name)), "x-signature-") {
			kind = "signature"
		}
	}
	return r.secret(append(append(to, name...), '='), kind, strings.Trim(value, `"`))
}

// url redacts query and fragment, a password in front of the host, and
// recognisable secrets in the path.
func (r *redactor) url(to []byte, text string) []byte {
	rest, fragment, hasFragment := strings.Cut(text, "#")
	path, query, hasQuery := strings.Cut(rest, "?")
	to = r.userInfo(to, path)
	if hasQuery {
		to = r.form(append(to, '?'), query)
	}
	if hasFragment {
		to = r.form(append(to, '#'), fragment)
	}
	return to
}

func (r *redactor) userInfo(to []byte, path string) []byte {
	scheme, rest, ok := strings.Cut(path, "://")
	if !ok {
		return r.text(to, path)
	}
	to = append(append(to, scheme...), "://"...)
	authority, _, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, password, hasPassword := strings.Cut(authority[:at], ":")
		if hasPassword {
			to = r.secret(append(append(to, user...), ':'), "password", password)
			return r.text(append(to, authority[at:]...), rest[len(authority):])
		}
	}
	return r.text(to, rest)
}

// form redacts a query or an urlencoded body. Values of other names may hold
// URLs with secrets of their own.
func (r *redactor) form(to []byte, text string) []byte {
	for more := true; more; {
		var pair string
		pair, text, more = strings.Cut(text, "&")
		rawName, rawValue, ok := strings.Cut(pair, "=")
		to = r.text(to, rawName)
		if ok {
			to = r.formValue(append(to, '='), rawName, rawValue)
		}
		if more {
			to = append(to, '&')
		}
	}
	return to
}

func (r *redactor) formValue(to []byte, rawName, rawValue string) []byte {
	value := unescape(rawValue)
	if kind, secret := secretNames[strings.ToLower(strings.TrimSpace(unescape(rawName)))]; secret {
		return r.secret(to, kind, value)
	}
	if len(value) >= recognisable && r.isKnown(value) {
		return r.secret(to, "token", value)
	}
	if isOrdinaryRun(rawValue, value) {
		return append(to, rawValue...)
	}
	return r.text(to, rawValue)
}

// isOrdinaryRun reports whether raw is one run as it stands, of no secret's shape. Then
// there is nothing to find in it once the whole has been looked up.
func isOrdinaryRun(raw, value string) bool {
	return len(value) == len(raw) && len(raw) < opaqueLength && runEnd(raw, 0) == len(raw) && !strings.HasPrefix(raw, "eyJ")
}

// unescape undoes percent-encoding as far as it is one.
func unescape(text string) string {
	if strings.IndexByte(text, '%') < 0 && strings.IndexByte(text, '+') < 0 {
		return text
	}
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
