package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

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
	header       func(connection int) http.Header
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
	s.header = func(connection int) http.Header {
		return http.Header{"X-Signature": {signatures[connection]}, "User-Agent": {"bench"}}
	}
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
	response, err := s.get(client, s.authorizeURL(connection), connection)
	if err != nil {
		return err
	}
	form := url.Values{"client_id": {s.client.Get("client_id")}, "scope": {scope}}
	for _, cookie := range response.Cookies() {
		if cookie.Name == "client_state" {
			form.Set("state", cookie.Value)
		}
	}
	_, _, err = s.post(client, base+"/oauth2/authorize", form, connection)
	return err
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
		header: func(int) http.Header { return http.Header{} },
		renew:  func(context.Context) error { return nil },
	}
	query := url.Values{
		"response_type": {"code"}, "client_id": {"bench"}, "redirect_uri": {s.redirectURI}, "state": {"0123456789"},
		"scope": {scope}, "code_challenge": {challenge()}, "code_challenge_method": {"S256"},
	}.Encode()
	s.authorizeURL = func(connection int) string { return fmt.Sprintf("%s/authorize?%s&user=u%d", p.url, query, connection) }
	return s, nil
}

func (s *subject) get(client *http.Transport, target string, connection int) (*http.Response, error) {
	request, err := http.NewRequest(http.MethodGet, target, nil)
	if err != nil {
		return nil, err
	}
	request.Header = s.header(connection)
	response, err := client.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response, err
}

func (s *subject) post(client *http.Transport, target string, form url.Values, connection int) (int, []byte, error) {
	request, err := http.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, err
	}
	request.Header = s.header(connection)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if target == s.tokenURL && s.name == "bare fosite" {
		request.SetBasicAuth(s.client.Get("client_id"), s.client.Get("client_secret"))
	}
	response, err := client.RoundTrip(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

// tokens are what the token endpoint gives.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func (s *subject) token(client *http.Transport, form url.Values, connection int) (tokens, error) {
	for name, values := range s.client {
		form[name] = values
	}
	status, body, err := s.post(client, s.tokenURL, form, connection)
	if err != nil {
		return tokens{}, err
	}
	var t tokens
	if err := json.Unmarshal(body, &t); err != nil || status != http.StatusOK || t.Access == "" {
		return tokens{}, fmt.Errorf("token endpoint: %d %s", status, bytes.TrimSpace(body))
	}
	return t, nil
}

// flow is an authorization code flow with PKCE, consent stored.
func (s *subject) flow(client *http.Transport, connection int) (tokens, error) {
	response, err := s.get(client, s.authorizeURL(connection), connection)
	if err != nil {
		return tokens{}, err
	}
	_, query, _ := strings.Cut(response.Header.Get("Location"), "?")
	values, _ := url.ParseQuery(query)
	if values.Get("code") == "" {
		return tokens{}, fmt.Errorf("authorize: %d %s", response.StatusCode, response.Header.Get("Location"))
	}
	return s.token(client, url.Values{
		"grant_type": {"authorization_code"}, "code": {values.Get("code")}, "redirect_uri": {s.redirectURI}, "code_verifier": {verifier},
	}, connection)
}

func (s *subject) refresh(client *http.Transport, token string, connection int) (tokens, error) {
	return s.token(client, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, connection)
}

func (s *subject) directToken(client *http.Transport, connection int) (tokens, error) {
	form := url.Values{}
	for name, values := range s.direct {
		form[name] = values
	}
	return s.token(client, form, connection)
}

func (s *subject) active(client *http.Transport, token string, connection int) error {
	status, body, err := s.post(client, s.introspect, url.Values{"token": {token}}, connection)
	if err == nil && (status != http.StatusOK || !bytes.Contains(body, []byte(`"active":true`))) {
		err = fmt.Errorf("introspect: %d %s", status, body)
	}
	return err
}
