package backend

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"sync"
)

// The parameters of the password hash (docs/portal/browser-flow.md §4.3).
const (
	hashIterations = 100000
	hashBits       = 256
)

// passwordHash is what a browser sends instead of the password: PBKDF2 with
// HMAC-SHA256 over its text and the salt's text, in lower-case hexadecimal
// digits (docs/portal/browser-flow.md §4.3).
func passwordHash(password, salt string) (string, error) {
	key, err := pbkdf2.Key(sha256.New, password, []byte(salt), hashIterations, hashBits/8)
	return hex.EncodeToString(key), err
}

// installationSalt is one per installation, for all its portals. The portal
// derives it from its machine key; how is not on record, so this is the mock's own way.
func installationSalt(key []byte) string {
	sum := sha256.Sum256(append([]byte("password salt "), key...))
	return hex.EncodeToString(sum[:])
}

// rememberedHashes bounds the cache of hashes.
const rememberedHashes = 1000

// passwordHashes computes each password's hash once, when it is first asked for.
type passwordHashes struct {
	salt string
	mu   sync.Mutex
	of   map[string]func() (string, error)
}

func (p *passwordHashes) hash(password string) (string, error) {
	p.mu.Lock()
	if p.of == nil || len(p.of) >= rememberedHashes {
		p.of = map[string]func() (string, error){}
	}
	compute, ok := p.of[password]
	if !ok {
		compute = sync.OnceValues(func() (string, error) { return passwordHash(password, p.salt) })
		p.of[password] = compute
	}
	p.mu.Unlock()
	return compute()
}

// fits reports whether a clear password or a hash is that of the user's password.
func (p *passwordHashes) fits(password, given, hash string) (bool, error) {
	switch {
	case password == "": // nobody signs in who has none
		return false, nil
	case hash != "":
		want, err := p.hash(password)
		return err == nil && equal(hash, want), err
	default:
		return given != "" && equal(given, password), nil
	}
}

func equal(x, y string) bool { return subtle.ConstantTimeCompare([]byte(x), []byte(y)) == 1 }
