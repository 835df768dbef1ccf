package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"docspace-oauth/suites/report"
)

// The checks judge another server as sharply as a portal: what a proxy in front of a
// good one spoils, they notice.
func TestForeignServerFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a foreign server")
	}
	server := startForeignServer(t)
	for name, secret := range foreignSecrets {
		t.Setenv(name, secret)
	}
	t.Setenv("FOREIGN_PASSWORD", "not-so-secret")
	const signIn = "sign-in: { user: somebody@example.com, password: env:FOREIGN_PASSWORD }"
	for name, fault := range map[string]struct {
		signIn string
		spoil  func(*spoiler, *http.Response)
		fails  []string
	}{
		"nothing":                        {signIn, nil, nil},
		"no user, errors are pages":      {"", (*spoiler).errorPages, []string{"rfc6749/5.2/error-shape", "rfc6749/5.2/error-without-credentials"}},
		"no user, everybody asks":        {"", (*spoiler).immortal, []string{"rfc7662/2.1/caller-authorized", "rfc7662/2.2/inactive-bare"}},
		"no user, nothing is revoked":    {"", (*spoiler).noRevocation, []string{"rfc7009/2.2/unknown-token-200"}},
		"no user, everything is a grant": {"", (*spoiler).otherError, []string{"rfc6749/5.2/unsupported-grant-type", "rfc6749/5.2/missing-parameters"}},
		"tokens for everybody": {signIn, (*spoiler).tokensForAll, []string{
			"rfc6749/4.1.2/code-single-use", "rfc6749/4.1.3/code-bound-to-client", "rfc6749/5.2/wrong-secret",
			"rfc6749/5.2/unknown-client", "rfc6749/5.2/empty-secret-refused", "rfc6749/5.2/missing-parameters",
			"rfc7636/4.6/verifier-compared", "rfc7636/4.5/verifier-required", "rfc6749/6/bound-to-client",
			"rfc6749/6/client-authenticated", "rfc6749/2.3.1/secret-not-in-query",
		}},
		"tokens live for ever": {signIn, (*spoiler).immortal, []string{
			"rfc6749/4.1.2/code-reuse-revokes", "rfc7009/2/access-revoked", "rfc7009/2.1/refresh-kills-access", "rfc7662/2.2/inactive-bare",
		}},
		"errors are pages": {signIn, (*spoiler).errorPages, []string{
			"rfc6749/5.2/error-shape", "rfc6749/5.2/unsupported-grant-type", "rfc6749/5.2/error-without-credentials",
		}},
		"another state": {signIn, (*spoiler).otherState, []string{"rfc6749/4.1.2/state-intact", "rfc6749/4.1.1/long-state"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &spoiler{origin: server, spoil: fault.spoil}
			proxy := httptest.NewServer(s.proxy(t))
			defer proxy.Close()
			s.address = proxy.URL
			file := targetFile(t, "url: "+proxy.URL+"\n"+fault.signIn+`
apps:
  - { client-id: an-app, client-secret: env:CLIENT_SECRET, redirect-uri: https://app.example.test/callback, scopes: [openid, offline_access] }
  - { client-id: other-app, client-secret: env:OTHER_SECRET, redirect-uri: https://app.example.test/callback, scopes: [openid, offline_access] }
`)
			outcome, _ := runProcess(t, "run", "--target", file, "--force", "--standard", "--quiet")
			missed := slices.Clone(fault.fails)
			for _, r := range outcome.Results {
				missed = slices.DeleteFunc(missed, func(id string) bool { return id == r.ID && r.Verdict == report.Fail })
				if fault.spoil == nil && r.Verdict != report.Pass && r.Verdict != report.Skip && r.ID != "rfc6749/5.1/no-store" {
					t.Errorf("%s is %s: %s", r.ID, r.Verdict, r.Message)
				}
			}
			if len(missed) > 0 || (fault.spoil == nil && outcome.Counts[report.Pass] < 50) {
				t.Errorf("%s %v: %v did not fail", outcome.Outcome, outcome.Counts, missed)
				for _, r := range outcome.Results {
					if r.Verdict == report.Skip && r.Suite == "token" || slices.Contains(missed, r.ID) {
						t.Logf("%s is %s: %s", r.ID, r.Verdict, r.Message)
					}
				}
			}
		})
	}
}

// spoiler is a proxy in front of a server whose metadata and redirects it makes its own.
type spoiler struct {
	origin, address string
	spoil           func(*spoiler, *http.Response)

	mu     sync.Mutex
	tokens []byte // of the last good answer
}

func (s *spoiler) proxy(t *testing.T) http.Handler {
	origin, err := url.Parse(s.origin)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(origin) },
		ModifyResponse: func(resp *http.Response) error {
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				return err
			}
			escaped := strings.NewReplacer(s.origin, s.address, url.QueryEscape(s.origin), url.QueryEscape(s.address))
			if strings.HasPrefix(resp.Request.URL.Path, "/.well-known/") || strings.HasPrefix(resp.Request.URL.Path, "/interaction/") {
				body = []byte(escaped.Replace(string(body)))
			}
			if to := resp.Header.Get("Location"); to != "" {
				resp.Header.Set("Location", escaped.Replace(to))
			}
			resp.Body = io.NopCloser(bytes.NewReader(body))
			if s.spoil != nil {
				s.spoil(s, resp)
			}
			resp.Header.Del("Content-Length")
			resp.ContentLength = -1
			return nil
		},
	}
}

func answer(resp *http.Response, status int, media string, body []byte) {
	resp.StatusCode, resp.Body = status, io.NopCloser(bytes.NewReader(body))
	resp.Status = strconv.Itoa(status) + " " + http.StatusText(status)
	resp.Header.Set("Content-Type", media)
}

func (s *spoiler) tokensForAll(resp *http.Response) {
	if resp.Request.URL.Path != "/token" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if resp.StatusCode == http.StatusOK {
		s.tokens, _ = io.ReadAll(resp.Body)
	}
	answer(resp, http.StatusOK, "application/json", s.tokens)
}

func (s *spoiler) immortal(resp *http.Response) {
	switch resp.Request.URL.Path {
	case "/token/introspection":
		answer(resp, http.StatusOK, "application/json", []byte(`{"active":true}`))
	case "/me":
		answer(resp, http.StatusOK, "application/json", []byte(`{"sub":"somebody"}`))
	}
}

func (s *spoiler) errorPages(resp *http.Response) {
	if resp.Request.URL.Path == "/token" && resp.StatusCode >= 400 {
		answer(resp, resp.StatusCode, "text/html", []byte("<h1>Sorry</h1>"))
	}
}

func (s *spoiler) otherState(resp *http.Response) {
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || !to.Query().Has("state") || !to.Query().Has("code") {
		return
	}
	query := to.Query()
	if len(query.Get("state")) > 5 { // the positive controls have short ones
		query.Set("state", "another")
	}
	to.RawQuery = query.Encode()
	resp.Header.Set("Location", to.String())
}

func (s *spoiler) noRevocation(resp *http.Response) {
	if resp.Request.URL.Path == "/token/revocation" {
		answer(resp, http.StatusServiceUnavailable, "application/json", []byte(`{"error":"temporarily_unavailable"}`))
	}
}

func (s *spoiler) otherError(resp *http.Response) {
	if resp.Request.URL.Path == "/token" && resp.StatusCode == http.StatusBadRequest {
		answer(resp, http.StatusBadRequest, "application/json", []byte(`{"error":"invalid_grant"}`))
	}
}
