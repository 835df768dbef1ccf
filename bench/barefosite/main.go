// Command barefosite is the smallest authorization server that fosite makes, for
// the benchmark to measure the portal against: same grants, same algorithm (ES256),
// consent given, nothing else.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/storage"
	"github.com/ory/fosite/token/jwt"
)

const (
	clientID     = "bench"
	clientSecret = "bench-secret"
)

// plainHasher compares secrets as they are; fosite's own costs a quarter of a second.
type plainHasher struct{}

func (plainHasher) Hash(_ context.Context, data []byte) ([]byte, error) { return data, nil }

func (plainHasher) Compare(_ context.Context, hash, data []byte) error {
	if string(hash) != string(data) {
		return fosite.ErrInvalidClient
	}
	return nil
}

// store is fosite's own, with a lock around the refresh tokens, whose revocation
// lacks one in this version and crashes under load.
type store struct {
	*storage.MemoryStore
	mu sync.Mutex
}

func (s *store) GetRefreshTokenSession(ctx context.Context, signature string, session fosite.Session) (fosite.Requester, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.MemoryStore.GetRefreshTokenSession(ctx, signature, session)
}

func (s *store) CreateRefreshTokenSession(ctx context.Context, signature, access string, request fosite.Requester) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.MemoryStore.CreateRefreshTokenSession(ctx, signature, access, request)
}

func (s *store) RotateRefreshToken(ctx context.Context, requestID, signature string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.MemoryStore.RotateRefreshToken(ctx, requestID, signature)
}

func (s *store) RevokeRefreshToken(ctx context.Context, requestID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.MemoryStore.RevokeRefreshToken(ctx, requestID)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "barefosite:", err)
		os.Exit(1)
	}
}

func run() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	handler := newServer(key)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Printf("ready http://%s\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func newServer(key *ecdsa.PrivateKey) http.Handler {
	config := &fosite.Config{
		GlobalSecret: []byte("a secret of at least thirty-two bytes"), ClientSecretsHasher: plainHasher{},
		EnablePKCEPlainChallengeMethod: false, RefreshTokenScopes: []string{}, AccessTokenIssuer: "http://bare",
	}
	memory := storage.NewMemoryStore()
	memory.Clients[clientID] = &fosite.DefaultClient{
		ID: clientID, Secret: []byte(clientSecret), RedirectURIs: []string{"http://127.0.0.1/callback"},
		GrantTypes: []string{"authorization_code", "refresh_token", "client_credentials"}, ResponseTypes: []string{"code"},
		Scopes: []string{"files:read"},
	}
	keys := func(context.Context) (any, error) { return key, nil }
	provider := compose.Compose(config, &store{MemoryStore: memory},
		compose.NewOAuth2JWTStrategy(keys, compose.NewOAuth2HMACStrategy(config), config),
		compose.OAuth2AuthorizeExplicitFactory, compose.OAuth2RefreshTokenGrantFactory,
		compose.OAuth2ClientCredentialsGrantFactory, compose.OAuth2TokenIntrospectionFactory, compose.OAuth2PKCEFactory)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		request, err := provider.NewAuthorizeRequest(r.Context(), r)
		if err != nil {
			provider.WriteAuthorizeError(r.Context(), w, request, err)
			return
		}
		request.GrantScope("files:read")
		response, err := provider.NewAuthorizeResponse(r.Context(), request, session(r.URL.Query().Get("user")))
		if err != nil {
			provider.WriteAuthorizeError(r.Context(), w, request, err)
			return
		}
		provider.WriteAuthorizeResponse(r.Context(), w, request, response)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		request, err := provider.NewAccessRequest(r.Context(), r, session(""))
		if err != nil {
			provider.WriteAccessError(r.Context(), w, request, err)
			return
		}
		if request.GetGrantTypes().ExactOne("client_credentials") {
			request.GrantScope("files:read")
		}
		response, err := provider.NewAccessResponse(r.Context(), request)
		if err != nil {
			provider.WriteAccessError(r.Context(), w, request, err)
			return
		}
		provider.WriteAccessResponse(r.Context(), w, request, response)
	})
	mux.HandleFunc("POST /introspect", func(w http.ResponseWriter, r *http.Request) {
		_, requester, err := provider.IntrospectToken(r.Context(), r.FormValue("token"), fosite.AccessToken, session(""))
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			_, _ = w.Write([]byte(`{"active":false}`))
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{
			"active": true, "client_id": requester.GetClient().GetID(), "sub": requester.GetSession().GetSubject(),
			"exp": requester.GetSession().GetExpiresAt(fosite.AccessToken).Unix(),
		})
	})
	mux.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) {})
	return mux
}

func session(subject string) *oauth2.JWTSession {
	return &oauth2.JWTSession{
		JWTClaims: &jwt.JWTClaims{Subject: subject, Audience: []string{"http://bare"}}, JWTHeader: &jwt.Headers{},
		Subject: subject,
	}
}
