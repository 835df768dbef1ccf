// Package random is the one seam through which the portal gets random values,
// so that a seed reproduces ids, codes and secrets in tests.
package random

import (
	crand "crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// Source gives random values. It is safe for concurrent use.
type Source struct {
	reader io.Reader
}

// New returns a source of cryptographic randomness.
func New() *Source { return &Source{reader: crand.Reader} }

// Seeded returns a source that repeats itself for equal seeds. Not for anything
// that must be unguessable.
func Seeded(seed uint64) *Source {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return &Source{reader: &lockedReader{reader: rand.NewChaCha8(key)}}
}

type lockedReader struct {
	mu     sync.Mutex
	reader io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reader.Read(p)
}

// Read fills p; it never fails.
func (s *Source) Read(p []byte) (int, error) {
	if _, err := io.ReadFull(s.reader, p); err != nil {
		panic("random: the system gives no random bytes: " + err.Error())
	}
	return len(p), nil
}

// Bytes returns n random bytes.
func (s *Source) Bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = s.Read(b)
	return b
}

// Base64URL returns n random bytes as base64url without padding.
func (s *Source) Base64URL(n int) string { return base64.RawURLEncoding.EncodeToString(s.Bytes(n)) }

// UUID returns a random UUID, version 4, lower case.
func (s *Source) UUID() string { return uuid.Must(uuid.NewRandomFromReader(s)).String() }

// SessionID returns 32 capital hexadecimal digits, as the portal's servlet
// container does (docs/portal/identity.md §9.4).
func (s *Source) SessionID() string { return strings.ToUpper(hex.EncodeToString(s.Bytes(16))) }

// Alphanumeric returns n letters and digits (docs/portal/identity.md §4.1).
func (s *Source) Alphanumeric(n int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	const fair = 256 - 256%len(alphabet) // bytes from here on would favour the first letters
	out := make([]byte, 0, n)
	for len(out) < n {
		for _, b := range s.Bytes(n) {
			if int(b) < fair && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out)
}
