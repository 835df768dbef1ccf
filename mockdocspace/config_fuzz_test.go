package mockdocspace_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
)

// Every file that reads as a configuration gives a portal that answers, or one
// sentence that says which option is wrong.
func FuzzConfiguration(f *testing.F) {
	f.Add([]byte("portals:\n  - {id: 1, hosts: [a], users: [{email: o@x.test, password: p, type: owner}]}\napps:\n  - {id: a, secret: b, redirect-uris: ['http://a/cb']}"))
	f.Add([]byte("profile: strict\nvariant: saas\nlimits: portal\nself-scope: lenient\nauto-login: user@docspace.test\nauto-consent: true"))
	f.Add([]byte("faults:\n  - {name: token.error-html, app: your_client_id, uses: 3, probability: 0.5, seed: 7, from: 2030-01-31T12:00:00Z}"))
	f.Add([]byte("lifetimes: {authorization-code: 1s, access-token: 2540400h}\nexternal-url: https://x\nsignature-secret: s\ncontrol-token: t\nfault-header: true"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse("x.yaml", data)
		if err != nil {
			return
		}
		c.Data, c.Keys, c.Signing = "", nil, "" // neither files nor RSA keys, which take long to make
		p, err := mockdocspace.New(mockdocspace.Options{Config: c})
		if err != nil {
			var option *mockdocspace.OptionError
			if !errors.As(err, &option) {
				t.Errorf("error of type %T: %v", err, err)
			}
			return
		}
		for _, path := range []string{"/.well-known/openid-configuration", "/oauth2/authorize?client_id=a", "/login", "/mock/"} {
			w := httptest.NewRecorder()
			p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil))
			if w.Code >= 500 && len(c.Faults) == 0 {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}
