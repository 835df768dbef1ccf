package signature

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Verifier is Verify under one key, for a server: a client sends the same token with
// every request for five minutes, and reading it costs more than most answers. What
// it remembers is that a token was signed, and what it says; its times are judged at
// each use. It is safe for concurrent use.
type Verifier struct {
	key []byte

	mu    sync.Mutex
	good  map[string]statement
	older map[string]statement // the generation before; a hit moves up
}

const (
	generation = 1024    // tokens; two generations are remembered
	longest    = 4 << 10 // bytes of a token worth remembering
)

// NewVerifier returns a verifier that has seen nothing.
func NewVerifier(key []byte) *Verifier {
	return &Verifier{key: key, good: map[string]statement{}}
}

// Verify is the function Verify under the verifier's key.
func (v *Verifier) Verify(token string, now time.Time, lenient Leniency) (Claims, error) {
	if lenient.Unsigned {
		return Verify(v.key, token, now, lenient)
	}
	signed, known := v.remembered(token)
	if !known {
		var err error
		if signed, err = read(v.key, token, false); err != nil {
			return Claims{}, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		v.remember(token, signed)
	}
	if err := signed.acceptable(now, lenient.Expired); err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return signed.Claims, nil
}

func (v *Verifier) remembered(token string) (statement, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if signed, ok := v.good[token]; ok {
		return signed, true
	}
	signed, ok := v.older[token]
	if ok {
		v.keep(token, signed)
	}
	return signed, ok
}

func (v *Verifier) remember(token string, signed statement) {
	if len(token) > longest {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keep(strings.Clone(token), signed) // a token out of a request would keep all its headers
}

func (v *Verifier) keep(token string, signed statement) {
	if len(v.good) >= generation {
		v.good, v.older = map[string]statement{}, v.good
	}
	v.good[token] = signed
}
