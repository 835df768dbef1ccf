// Package fakeportal is a small DocSpace portal for tests of the client: it issues
// real ES256 tokens, refuses what it did not issue, keeps every request, and lets a
// test replace any answer. It answers after docs/portal/identity.md; the portal to
// develop against is mockdocspace.
package fakeportal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Identity of the one app and the one user.
const (
	ClientID = "11111111-1111-4111-8111-111111111111"
	Secret   = "demo0secret0demo0secret0demo0secret0"
	UserID   = "5a1f0c3e-0f4b-4b0e-9a57-1d2c3b4a5f60"
	Email    = "jane@docspace.test"
	Password = "docspace"
	// Signature is the x-signature token, opaque here.
	Signature = "header.signature.token"
	keyID     = "key-1"
)

// Request is one request that the portal received.
type Request struct {
	Method, Path string
	Query, Form  url.Values
	Header       http.Header
}

// Portal is the fake. Set the hooks before the requests they are meant for.
type Portal struct {
	URL string
	Key *ecdsa.PrivateKey

	mu       sync.Mutex
	requests []Request
	codes    map[string]grant
	refresh  map[string]grant
	active   map[string]grant // by access token
	answers  map[string]http.HandlerFunc
	claims   func(access, id map[string]any)
	tokens   func(map[string]any)
	granted  []string // what the user allows; nil: all that is asked for
	pending  map[string]grant
}

// grant is what one authorization is about.
type grant struct {
	redirectURI, challenge, state, nonce string
	scopes                               []string
}

// New starts a portal that ends with the test.
func New(t testing.TB) *Portal {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &Portal{
		Key: key, codes: map[string]grant{}, refresh: map[string]grant{}, active: map[string]grant{},
		answers: map[string]http.HandlerFunc{}, pending: map[string]grant{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/oauth2/authorize", p.authorize)
	mux.HandleFunc("POST /oauth2/token", p.token)
	mux.HandleFunc("POST /oauth2/revoke", p.revoke)
	mux.HandleFunc("POST /oauth2/introspect", p.introspect)
	mux.HandleFunc("/oauth2/userinfo", p.userinfo)
	mux.HandleFunc("GET /oauth2/jwks", p.jwks)
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", p.metadata)
	mux.HandleFunc("GET /api/2.0/people/@self", p.self)
	mux.HandleFunc("GET /api/2.0/files/rooms", p.rooms)
	mux.HandleFunc("GET /api/2.0/files/@my", p.documents)
	mux.HandleFunc("POST /api/2.0/authentication", p.signIn)
	mux.HandleFunc("GET /api/2.0/security/oauth2/token", p.signature)
	mux.HandleFunc("POST /api/2.0/clients", p.register)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			_ = r.ParseForm() // a broken form has no parameters, as at the portal
		}
		p.mu.Lock()
		p.requests = append(p.requests, Request{r.Method, r.URL.Path, r.URL.Query(), r.PostForm, r.Header.Clone()})
		answer := p.answers[r.URL.Path]
		p.mu.Unlock()
		if answer != nil {
			answer(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p
}

// Answer replaces what the portal answers at path; nil brings its own answer back.
func (p *Portal) Answer(path string, answer http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[path] = answer
}

// AlterClaims changes the claims of tokens before they are signed. Claims named
// "alg" choose how: "none", "HS256", "other-key" instead of the portal's key.
func (p *Portal) AlterClaims(alter func(access, id map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.claims = alter
}

// AlterTokens changes the members of the token endpoint's successful answer.
func (p *Portal) AlterTokens(alter func(answer map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens = alter
}

// Grant sets what the user allows from now on.
func (p *Portal) Grant(scopes ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.granted = scopes
}

// KillAccessTokens makes the portal refuse all access tokens issued so far.
func (p *Portal) KillAccessTokens() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.active)
}

// KillRefreshTokens makes the portal refuse all refresh tokens issued so far.
func (p *Portal) KillRefreshTokens() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.refresh)
}

// Requests are the requests received at path, oldest first; "" is all of them.
func (p *Portal) Requests(path string) []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []Request
	for _, request := range p.requests {
		if path == "" || request.Path == path {
			found = append(found, request)
		}
	}
	return found
}

// Code issues an authorization code for the parameters of an authorize URL, as if
// a user had allowed everything in a browser elsewhere.
func (p *Portal) Code(query url.Values) string {
	g := grant{
		redirectURI: query.Get("redirect_uri"), challenge: query.Get("code_challenge"),
		state: query.Get("state"), nonce: query.Get("nonce"), scopes: strings.Fields(query.Get("scope")),
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.granted != nil {
		g.scopes = p.granted
	}
	code := rand.Text()
	p.codes[code] = g
	return code
}

// Sign signs claims as a token of the portal; see AlterClaims for "alg".
func (p *Portal) Sign(claims map[string]any) string {
	key := jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: p.Key, KeyID: keyID}}
	switch claims["alg"] {
	case "none":
		parts := strings.Split(p.Sign(without(claims, "alg")), ".")
		return "eyJhbGciOiJub25lIn0." + parts[1] + "."
	case "HS256":
		key = jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: []byte(strings.Repeat("k", 32)), KeyID: keyID}}
	case "other-key":
		other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return ""
		}
		key.Key = jose.JSONWebKey{Key: other, KeyID: keyID}
	}
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		return ""
	}
	token, err := jwt.Signed(signer).Claims(without(claims, "alg")).Serialize()
	if err != nil {
		return ""
	}
	return token
}

func without(claims map[string]any, name string) map[string]any {
	rest := map[string]any{}
	for key, value := range claims {
		if key != name {
			rest[key] = value
		}
	}
	return rest
}

// issue makes the token endpoint's answer for a grant.
func (p *Portal) issue(g grant, withRefresh bool) map[string]any {
	p.mu.Lock()
	alter, alterTokens := p.claims, p.tokens
	p.mu.Unlock()
	now := time.Now()
	access := map[string]any{
		"iss": p.URL + "/oauth2", "aud": p.URL, "sub": UserID, "cid": ClientID, "tid": 1, "jti": rand.Text(),
		"scope": g.scopes, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	id := map[string]any{
		"iss": p.URL + "/oauth2", "aud": p.URL, "sub": UserID, "azp": ClientID, "cid": ClientID, "tid": 1,
		"jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(30 * time.Minute).Unix(), "nonce": g.nonce,
	}
	if alter != nil {
		alter(access, id)
	}
	answer := map[string]any{"access_token": p.Sign(access), "token_type": "Bearer", "expires_in": 3599}
	if len(g.scopes) > 0 {
		answer["scope"] = strings.Join(g.scopes, " ")
	}
	if slices.Contains(g.scopes, "openid") {
		answer["id_token"] = p.Sign(id)
	}
	if withRefresh {
		answer["refresh_token"] = rand.Text()
	}
	if alterTokens != nil {
		alterTokens(answer)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if token, ok := answer["access_token"].(string); ok {
		p.active[token] = g
	}
	if token, ok := answer["refresh_token"].(string); ok {
		p.refresh[token] = g
	}
	return answer
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client is gone: nobody to tell
}
