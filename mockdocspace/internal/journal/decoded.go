package journal

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Bounds of what is kept of JWTs.
const (
	decodedKept = 512  // a generation; there are two
	decodedSize = 4096 // bytes of header and claims as sent; longer ones are not kept
)

// readable keeps header and claims of JWTs by their marks, as they were sent and
// without the signature, so that nobody can use what he reads. Tokens that have no
// signature (alg "none") are not kept: they would be whole. Its redactor locks it.
type readable struct{ recent, older map[mark]string }

// withoutSignature is a copy of what is kept of a JWT; empty for what is none.
func withoutSignature(value string) string {
	if !strings.HasPrefix(value, "eyJ") || len(value) > 2*decodedSize {
		return ""
	}
	end := strings.LastIndexByte(value, '.')
	if end < 0 || end > decodedSize || end == len(value)-1 || strings.Count(value[:end], ".") != 1 {
		return ""
	}
	return strings.Clone(value[:end])
}

func (d *readable) keep(m mark, text string) {
	if len(d.recent) >= decodedKept || d.recent == nil {
		d.recent, d.older = map[mark]string{}, d.recent
	}
	d.recent[m] = text
}

func (d *readable) of(m mark) (string, bool) {
	if text, ok := d.recent[m]; ok {
		return text, true
	}
	text, ok := d.older[m]
	return text, ok
}

// Token is a JWT that an exchange holds, decoded.
type Token struct {
	Mark           string
	Header, Claims json.RawMessage // objects; secrets in them are replaced as everywhere
}

// tokenMark is compiled when somebody first reads: a start should not wait for it.
var tokenMark = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`‹[a-z-]+-\d+›`) })

// Tokens returns the JWTs of an exchange as far as they are still kept, in the order
// of their marks.
func (j *Journal) Tokens(x *Exchange) []Token {
	marks := map[string]bool{}
	look := func(text string) {
		for _, mark := range tokenMark().FindAllString(text, -1) {
			marks[mark] = true
		}
	}
	look(x.URL)
	for _, m := range []Message{x.Request, x.Response} {
		look(m.header)
		look(m.Body)
	}
	var tokens []Token
	for _, mark := range slices.Sorted(maps.Keys(marks)) {
		if t, ok := j.redact.decode(mark); ok {
			tokens = append(tokens, t)
		}
	}
	return tokens
}

// jwt is what is kept of the JWT that a mark stands for.
func (r *redactor) jwt(text string) (string, bool) {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "‹"), "›")
	dash := strings.LastIndexByte(text, '-')
	if dash < 0 {
		return "", false
	}
	n, err := strconv.ParseUint(text[dash+1:], 10, 32)
	r.mu.Lock()
	defer r.mu.Unlock()
	kind := slices.Index(r.kinds, text[:dash])
	if err != nil || kind < 0 {
		return "", false
	}
	return r.jwts.of(mark{uint32(kind), uint32(n)})
}

// decode reads what is kept under a mark.
func (r *redactor) decode(mark string) (Token, bool) {
	text, ok := r.jwt(mark)
	if !ok {
		return Token{}, false
	}
	header, claims, _ := strings.Cut(text, ".")
	t := Token{Mark: mark, Header: r.object(header), Claims: r.object(claims)}
	return t, t.Header != nil && t.Claims != nil
}

// object decodes one part of a JWT; nil when it is no JSON object.
func (r *redactor) object(part string) json.RawMessage {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil || len(raw) == 0 || raw[0] != '{' || !json.Valid(raw) {
		return nil
	}
	redacted := r.document(nil, string(raw), "application/json", false)
	if !json.Valid(redacted) {
		return nil
	}
	return redacted
}
