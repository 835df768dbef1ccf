package mockdocspace_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
)

// A portal with a certificate made at start: clients that trust its authority get
// in, and the session cookie is Secure and SameSite=None, as on https installations
// (docs/portal/browser-flow.md §2.3).
func TestSelfSignedTLS(t *testing.T) {
	authority := filepath.Join(t.TempDir(), "ca.pem")
	mock, err := mockdocspace.Start(t.Context(), mockdocspace.Options{
		Config: &config.Config{TLS: &config.TLS{SelfSigned: true, AuthorityFile: authority}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	if !strings.HasPrefix(mock.URL(), "https://127.0.0.1:") {
		t.Fatalf("URL %s", mock.URL())
	}
	pem, err := os.ReadFile(authority)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatal("the authority file holds no certificate")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	response, err := client.Post(mock.URL()+"/api/2.0/authentication", "application/json",
		strings.NewReader(`{"userName":"user@docspace.test","password":"docspace"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	cookies := response.Cookies()
	if len(cookies) != 1 || !cookies[0].Secure || cookies[0].SameSite != http.SameSiteNoneMode || !cookies[0].HttpOnly {
		t.Errorf("cookies %v", cookies)
	}
	metadata, err := client.Get(mock.URL() + "/.well-known/oauth-authorization-server")
	if err != nil {
		t.Fatal(err)
	}
	defer metadata.Body.Close()
	if body, _ := io.ReadAll(metadata.Body); !strings.Contains(string(body), `"issuer":"`+mock.URL()+`"`) {
		t.Errorf("metadata %s", body)
	}
	if _, err := mock.Control().Portal(t.Context()); err != nil {
		t.Errorf("control API: %v", err)
	}
	if _, err := (&http.Client{Transport: &http.Transport{}}).Get(mock.URL()); err == nil {
		t.Error("a client that does not know the authority got in")
	}
}
