package mockdocspace_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/signature"
)

// bench is a portal without a network, and a signed-in user of it.
type bench struct {
	b         testing.TB
	portal    *mockdocspace.Portal
	signature string
	query     string
}

func newBench(b testing.TB) *bench {
	portal, err := mockdocspace.New(mockdocspace.Options{})
	if err != nil {
		b.Fatal(err)
	}
	token, err := signature.Issue(signature.Key(signature.DefaultSecret), signature.Claims{
		UserID: "5a1f0c3e-0f4b-4b0e-9a57-1d2c3b4a5f60", UserName: "Anna", UserEmail: "anna@example.test",
		TenantID: 1, TenantURL: "http://127.0.0.1", Public: true, Expires: portal.Now().Add(1e12),
	})
	if err != nil {
		b.Fatal(err)
	}
	s := &bench{b: b, portal: portal, signature: token, query: url.Values{
		"response_type": {"code"}, "client_id": {mockdocspace.DemoClientID}, "redirect_uri": {mockdocspace.DemoRedirectURI}, "scope": {"openid"},
	}.Encode()}
	return s
}

func (s *bench) send(method, target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, target, strings.NewReader(form.Encode()))
	r.Header.Set("X-Signature", s.signature)
	r.Header.Set("User-Agent", "bench")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.portal.ServeHTTP(w, r)
	return w
}

func (s *bench) token(form url.Values) map[string]any {
	form.Set("client_id", mockdocspace.DemoClientID)
	form.Set("client_secret", mockdocspace.DemoClientSecret)
	w := s.send(http.MethodPost, "/oauth2/token", form)
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		s.b.Fatalf("token: %d %s", w.Code, w.Body)
	}
	return answer
}

func (s *bench) flow() map[string]any {
	w := s.send(http.MethodGet, "/oauth2/authorize?"+s.query, nil)
	_, code, found := strings.Cut(w.Header().Get("Location"), "?code=")
	if !found {
		s.b.Fatalf("authorize: %d %s", w.Code, w.Header().Get("Location"))
	}
	return s.token(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {mockdocspace.DemoRedirectURI}})
}

func BenchmarkFlow(b *testing.B) {
	s := newBench(b)
	for b.Loop() {
		s.flow()
	}
}

func BenchmarkRefresh(b *testing.B) {
	s := newBench(b)
	token := s.flow()["refresh_token"].(string)
	for b.Loop() {
		token = s.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})["refresh_token"].(string)
	}
}

func BenchmarkDirectToken(b *testing.B) {
	s := newBench(b)
	for b.Loop() {
		s.token(url.Values{"grant_type": {"personal_access_token"}, "scope": {"files:read"}})
	}
}

func BenchmarkIntrospect(b *testing.B) {
	s := newBench(b)
	token := s.flow()["access_token"].(string)
	for b.Loop() {
		if w := s.send(http.MethodPost, "/oauth2/introspect", url.Values{"token": {token}}); !strings.Contains(w.Body.String(), `"active":true`) {
			b.Fatal(w.Body)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := mockdocspace.New(mockdocspace.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		portal, err := mockdocspace.Start(b.Context(), mockdocspace.Options{Listen: "127.0.0.1:0"})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := portal.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
