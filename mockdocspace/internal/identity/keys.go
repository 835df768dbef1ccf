package identity

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

// Key life (identity.md §4.5), in multiples of the access token's hour: a new key
// every four, served for five, looked at every half hour.
const (
	keyRotationAge = 240 * time.Minute
	keyServedAge   = 300 * time.Minute
	keyCheckPeriod = 30 * time.Minute
	foreignKeyID   = "00000000-0000-4000-8000-000000000000"
)

// keyring holds the signing keys, newest first, and rotates them by the portal's clock.
type keyring struct {
	store  store.Keys
	clock  *clock.Clock
	random *random.Source
	rsa    bool // make RSA keys

	mu      sync.Mutex
	keys    []*signingKey
	checked time.Time
	foreign *signingKey // never served; made when a fault first needs it
}

func newKeyring(c Config) *keyring {
	return &keyring{store: c.Store, clock: c.Clock, random: c.Random, rsa: c.RSA}
}

// current is the key that signs now.
func (k *keyring) current(ctx context.Context) (*signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.refresh(ctx); err != nil {
		return nil, err
	}
	return k.keys[0], nil
}

// served are the keys of the key set, newest first.
func (k *keyring) served(ctx context.Context) ([]*signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.refresh(ctx); err != nil {
		return nil, err
	}
	now := k.clock.Now()
	var served []*signingKey
	for _, key := range k.keys {
		if now.Sub(key.created) < keyServedAge {
			served = append(served, key)
		}
	}
	return served, nil
}

// rotate makes a new key at once.
func (k *keyring) rotate(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.add(ctx)
}

// forget drops the cached keys, so that the next use reads the store again.
func (k *keyring) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys, k.checked = nil, time.Time{}
}

// refresh loads the keys once and looks for rotation every half hour.
func (k *keyring) refresh(ctx context.Context) error {
	now := k.clock.Now()
	since := now.Sub(k.checked)
	if len(k.keys) > 0 && since >= 0 && since < keyCheckPeriod {
		return nil
	}
	if len(k.keys) == 0 {
		if err := k.load(ctx); err != nil {
			return err
		}
	}
	k.checked = now
	// A kept key may be of the other kind when the configuration has changed since.
	if len(k.keys) == 0 || now.Sub(k.keys[0].created) >= keyRotationAge || string(algorithmOf(k.keys[0].private.Public())) != k.algorithm() {
		if err := k.add(ctx); err != nil {
			return err
		}
	}
	return k.drop(ctx, now)
}

func (k *keyring) load(ctx context.Context) error {
	rows, err := k.store.Keys(ctx)
	if err != nil {
		return fmt.Errorf("read signing keys: %w", err)
	}
	for _, row := range rows {
		parsed, err := x509.ParsePKCS8PrivateKey(row.Private)
		private, ok := parsed.(crypto.Signer)
		if err != nil || !ok {
			return fmt.Errorf("signing key %s is no key: %w", row.ID, err)
		}
		key, err := newSigningKey(row.ID, private, row.CreatedAt)
		if err != nil {
			return err
		}
		k.keys = append(k.keys, key)
	}
	return nil
}

func (k *keyring) add(ctx context.Context) error {
	private, err := k.generate()
	if err != nil {
		return fmt.Errorf("generate signing key: %w", err)
	}
	key, err := newSigningKey(k.random.UUID(), private, k.clock.Now())
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("encode signing key: %w", err)
	}
	if err := k.store.PutKey(ctx, store.Key{ID: key.id, Private: der, CreatedAt: key.created}); err != nil {
		return fmt.Errorf("store signing key: %w", err)
	}
	k.keys = append([]*signingKey{key}, k.keys...)
	return nil
}

// algorithm is what new keys sign with.
func (k *keyring) algorithm() string {
	if k.rsa {
		return string(jose.RS256)
	}
	return string(jose.ES256)
}

// generate makes an EC key on P-256, or an RSA key of 2048 bits (identity.md §4.3).
func (k *keyring) generate() (crypto.Signer, error) {
	if k.rsa {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func (k *keyring) drop(ctx context.Context, now time.Time) error {
	kept := k.keys[:1:1]
	for _, key := range k.keys[1:] {
		if now.Sub(key.created) < keyServedAge {
			kept = append(kept, key)
			continue
		}
		if err := k.store.DeleteKey(ctx, key.id); err != nil {
			return fmt.Errorf("delete signing key: %w", err)
		}
	}
	k.keys = kept
	return nil
}

// foreignKey is a key that the portal does not serve; it claims the id of like,
// or one of its own when like is nil.
func (k *keyring) foreignKey(like *signingKey) (*signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.foreign == nil {
		private, err := k.generate()
		if err != nil {
			return nil, fmt.Errorf("generate foreign key: %w", err)
		}
		if k.foreign, err = newSigningKey(foreignKeyID, private, time.Time{}); err != nil {
			return nil, err
		}
	}
	if like == nil {
		return k.foreign, nil
	}
	return newSigningKey(like.id, k.foreign.private, like.created)
}

// KeySet is what the portal serves at /oauth2/jwks; empty when the store fails.
func (s *Server) KeySet(ctx context.Context) jose.JSONWebKeySet {
	keys, err := s.keys.served(ctx)
	if err != nil {
		s.Logger.Error("read key set", "error", err)
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range keys {
		set.Keys = append(set.Keys, key.public())
	}
	return set
}

// RotateKeys makes a new signing key now; the old ones stay served as long as
// their age allows.
func (s *Server) RotateKeys(ctx context.Context) error { return s.keys.rotate(ctx) }

// ForgetKeys makes the server read its keys from the store again, after a reset or restore.
func (s *Server) ForgetKeys() { s.keys.forget() }

// keySet serves /oauth2/jwks: no use, no alg, ISO-8859-1 (identity.md §3.9).
func (s *Server) keySet(w http.ResponseWriter, r *http.Request) {
	rule := rules.From(r.Context()).Metadata
	set := s.KeySet(r.Context())
	if rule.KeysDropOld && len(set.Keys) > 1 {
		set.Keys = set.Keys[:1]
	}
	if rule.KeysWithoutCurrent && len(set.Keys) > 0 {
		set.Keys = set.Keys[1:]
	}
	if current, err := s.keys.current(r.Context()); err == nil {
		if rule.KeysStale && len(set.Keys) > 0 {
			if stale, err := s.keys.foreignKey(current); err == nil {
				set.Keys[0] = stale.public()
			}
		}
		if rule.KeysLeakPrivate && len(set.Keys) > 0 {
			set.Keys[0].Key = current.private
		}
	}
	writeJSON(w, http.StatusOK, mediaKeys, set)
}
