package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/valyala/fasthttp"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

const (
	verifier = "a-code-verifier-of-forty-three-characters-1"
	scope    = "files:read"

	// What is asked for first.
	portalReady = "/.well-known/oauth-authorization-server"
	bareReady   = "/ready"
)

func challenge() string {
	digest := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(digest[:])
}

// subject is a server under load: how each action is spelt there.
type subject struct {
	name         string
	process      *process
	redirectURI  string
	client       url.Values // credentials
	authorizeURL func(connection int) string
	signature    func(connection int) string // x-signature; nil: none
	basic        string                      // value of Authorization at the token endpoint; empty: the credentials are in the form
	tokenURL     string
	introspect   string
	direct       url.Values // a token without a code
	renew        func(ctx context.Context) error
}

// newPortal starts the mock and gives every connection a user with a stored consent.
func newPortal(ctx context.Context, binary string) (*subject, error) {
	p, err := startProcess(ctx, binary, portalReady, "--listen", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &subject{
		name: "mockdocspace", process: p, redirectURI: mockdocspace.DemoRedirectURI,
		client:   url.Values{"client_id": {mockdocspace.DemoClientID}, "client_secret": {mockdocspace.DemoClientSecret}},
		tokenURL: p.url + "/oauth2/token", introspect: p.url + "/oauth2/introspect",
		direct: url.Values{"grant_type": {"personal_access_token"}, "scope": {scope}},
	}
	api := control.New(p.url)
	users, signatures := make([]string, connections), make([]string, connections)
	for i := range users {
		user, err := api.CreateUser(ctx, control.CreateUserRequest{})
		if err != nil {
			return nil, err
		}
		users[i] = user.ID
	}
	s.renew = func(ctx context.Context) error { // they live for five minutes
		for i, user := range users {
			signedIn, err := api.SignIn(ctx, user, 1)
			if err != nil {
				return err
			}
			signatures[i] = signedIn.Signature
		}
		return nil
	}
	if err := s.renew(ctx); err != nil {
		return nil, err
	}
	s.signature = func(connection int) string { return signatures[connection] }
	query := url.Values{
		"response_type": {"code"}, "client_id": {mockdocspace.DemoClientID}, "redirect_uri": {s.redirectURI}, "state": {"0123456789"},
		"scope": {scope}, "code_challenge": {challenge()}, "code_challenge_method": {"S256"},
	}.Encode()
	s.authorizeURL = func(int) string { return p.url + "/oauth2/authorize?" + query }
	for i := range connections {
		if err := s.consent(p.url, i); err != nil {
			return nil, fmt.Errorf("consent: %w", err)
		}
	}
	return s, nil
}

// consent answers the first consent page, so that the next authorizations are silent.
func (s *subject) consent(base string, connection int) error {
	client := newClient()
	defer client.CloseIdleConnections()
	form := url.Values{"client_id": {s.client.Get("client_id")}, "scope": {scope}}
	err := s.send(client, s.authorizeURL(connection), nil, connection, func(answer *fasthttp.Response) error {
		var state fasthttp.Cookie
		state.SetKey("client_state")
		answer.Header.Cookie(&state)
		form.Set("state", string(state.Value()))
		return nil
	})
	if err != nil {
		return err
	}
	return s.send(client, base+"/oauth2/authorize", form, connection, func(*fasthttp.Response) error { return nil })
}

// newBare starts the bare fosite program.
func newBare(ctx context.Context, binary string) (*subject, error) {
	p, err := startProcess(ctx, binary, bareReady)
	if err != nil {
		return nil, err
	}
	s := &subject{
		name: "bare fosite", process: p, redirectURI: "http://127.0.0.1/callback",
		client:   url.Values{"client_id": {"bench"}, "client_secret": {"bench-secret"}},
		tokenURL: p.url + "/token", introspect: p.url + "/introspect",
		direct: url.Values{"grant_type": {"client_credentials"}, "scope": {scope}},
		basic:  "Basic " + base64.StdEncoding.EncodeToString([]byte("bench:bench-secret")),
		renew:  func(context.Context) error { return nil },
	}
	query := url.Values{
		"response_type": {"code"}, "client_id": {"bench"}, "redirect_uri": {s.redirectURI}, "state": {"0123456789"},
		"scope": {scope}, "code_challenge": {challenge()}, "code_challenge_method": {"S256"},
	}.Encode()
	s.authorizeURL = func(connection int) string { return fmt.Sprintf("%s/authorize?%s&user=u%d", p.url, query, connection) }
	return s, nil
}

// send makes a request of the subject's own: a POST when there is a form, else a GET.
func (s *subject) send(client *fasthttp.Client, target string, form url.Values, connection int, read func(*fasthttp.Response) error) error {
	return send(client, target, form, func(header *fasthttp.RequestHeader) {
		if s.signature != nil {
			header.Set("X-Signature", s.signature(connection))
		}
		if target == s.tokenURL && s.basic != "" {
			header.Set("Authorization", s.basic)
		}
	}, read)
}

// send makes a request and has its answer read, which is gone afterwards.
func send(client *fasthttp.Client, target string, form url.Values, prepare func(*fasthttp.RequestHeader), read func(*fasthttp.Response) error) error {
	request, answer := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(answer)
	request.SetRequestURI(target)
	if form != nil {
		request.Header.SetMethod(fasthttp.MethodPost)
		request.Header.SetContentType("application/x-www-form-urlencoded")
		request.SetBodyString(form.Encode())
	}
	if prepare != nil {
		prepare(&request.Header)
	}
	if err := client.Do(request, answer); err != nil {
		return err
	}
	return read(answer)
}

// tokens are what the token endpoint gives.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func (s *subject) token(client *fasthttp.Client, form url.Values, connection int) (tokens, error) {
	for name, values := range s.client {
		form[name] = values
	}
	var t tokens
	err := s.send(client, s.tokenURL, form, connection, func(answer *fasthttp.Response) error {
		if err := json.Unmarshal(answer.Body(), &t); err != nil || answer.StatusCode() != fasthttp.StatusOK || t.Access == "" {
			return fmt.Errorf("token endpoint: %d %s", answer.StatusCode(), bytes.TrimSpace(answer.Body()))
		}
		return nil
	})
	return t, err
}

// flow is an authorization code flow with PKCE, consent stored.
func (s *subject) flow(client *fasthttp.Client, connection int) (tokens, error) {
	var code string
	err := s.send(client, s.authorizeURL(connection), nil, connection, func(answer *fasthttp.Response) error {
		location := string(answer.Header.Peek("Location"))
		_, query, _ := strings.Cut(location, "?")
		values, _ := url.ParseQuery(query)
		if code = values.Get("code"); code == "" {
			return fmt.Errorf("authorize: %d %s", answer.StatusCode(), location)
		}
		return nil
	})
	if err != nil {
		return tokens{}, err
	}
	return s.token(client, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {s.redirectURI}, "code_verifier": {verifier},
	}, connection)
}

func (s *subject) refresh(client *fasthttp.Client, token string, connection int) (tokens, error) {
	return s.token(client, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, connection)
}

func (s *subject) directToken(client *fasthttp.Client, connection int) (tokens, error) {
	form := url.Values{}
	for name, values := range s.direct {
		form[name] = values
	}
	return s.token(client, form, connection)
}

func (s *subject) active(client *fasthttp.Client, token string, connection int) error {
	return s.send(client, s.introspect, url.Values{"token": {token}}, connection, func(answer *fasthttp.Response) error {
		if answer.StatusCode() != fasthttp.StatusOK || !bytes.Contains(answer.Body(), []byte(`"active":true`)) {
			return fmt.Errorf("introspect: %d %s", answer.StatusCode(), answer.Body())
		}
		return nil
	})
}
