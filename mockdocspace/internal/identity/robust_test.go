package identity_test

import (
	"net/http"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/rules"
)

// Hostile bodies and queries get one of the portal's own answers at every endpoint,
// over a socket, in both builds.
func TestHostileInput(t *testing.T) {
	endpoints := []string{
		"/oauth2/authorize", "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/userinfo", "/oauth2/consent", "/oauth2/login",
		"/oauth2/jwks", "/oauth2/par", "/.well-known/oauth-authorization-server", "/oauth2/nothing",
	}
	large := strings.Repeat("x", 10<<20)
	for _, build := range []rules.Build{rules.BuildServer, rules.BuildMinified} {
		p := newPortal(t, func(r *rules.Rules) { r.Build = build })
		signed := p.sign(user)
		for name, tt := range map[string]struct{ query, body, contentType string }{
			"10 MB form":               {"", "client_id=" + large, formType},
			"10 MB of names":           {"", strings.Repeat("a&", 5<<20), formType},
			"10 MB JSON":               {"", `"` + large + `"`, "application/json"},
			"10 MB multipart":          {"", "--b\r\nContent-Disposition: form-data; name=\"client_id\"\r\n\r\n" + large + "\r\n--b--\r\n", "multipart/form-data; boundary=b"},
			"NUL in the form":          {"", "client_id=%00&token=%00\x00&grant_type=a%00", formType},
			"NUL in the query":         {"client_id=%00&state=%00", "", formType},
			"invalid UTF-8":            {"client_id=%ff%fe", "client_id=\xff\xfe&token=\xc3\x28", formType},
			"cut escape in the form":   {"", "client_id=%4", formType},
			"cut escape in the query":  {"client_id=%", "", formType},
			"multipart cut short":      {"", "--b\r\nContent-Disposition: form-data; name=\"x", "multipart/form-data; boundary=b"},
			"multipart, no boundary":   {"", "x", "multipart/form-data"},
			"line breaks":              {"client_id=a%0d%0aSet-Cookie:x&state=%0d%0a", "client_id=a%0d%0aX:y&scope=%0d%0a&redirect_uri=%0d%0a", formType},
			"odd media type":           {"", "client_id=x", "\x01; ="},
			"a thousand of one":        {"", strings.Repeat("client_id="+p.app.ID+"&", 1000), formType},
			"names of the prototype":   {"__proto__[x]=1", "client_id[$ne]=x&token[]=y", formType},
			"deep nesting as a bearer": {"", "token=" + strings.Repeat("e30.", 10000), formType},
		} {
			for _, endpoint := range endpoints {
				for _, method := range []string{http.MethodPost, http.MethodGet} {
					if method == http.MethodGet && len(tt.body) > 1<<20 {
						continue
					}
					target := endpoint
					if tt.query != "" {
						target += "?" + tt.query
					}
					headers := []string{"x-signature", signed}
					if !strings.Contains(tt.contentType, "\x01") {
						headers = append(headers, "Content-Type", tt.contentType)
					}
					a := p.send(method, target, tt.body, headers...)
					if a.status >= 500 {
						t.Errorf("%s: %s %s (%s): %d %.200s", name, method, endpoint, build, a.status, a.body)
					}
					if a.header.Get("X") != "" || strings.Contains(strings.Join(a.header["Set-Cookie"], ""), "Set-Cookie") {
						t.Errorf("%s: %s %s: a header was injected: %v", name, method, endpoint, a.header)
					}
				}
			}
		}
	}
}

// Hostile headers.
func TestHostileHeaders(t *testing.T) {
	p := newPortal(t)
	long := strings.Repeat("a.", 50000)
	for _, endpoint := range []string{"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/userinfo", "/oauth2/authorize?client_id=" + p.app.ID} {
		for _, headers := range [][]string{
			{"Authorization", "Bearer " + long},
			{"Authorization", "Basic " + long},
			{"Authorization", "Bearer \xff\xfe"},
			{"Authorization", " "},
			{"DPoP", long},
			{"DPoP", "a.b.c"},
			{"Accept", strings.Repeat("a/b;q=0.1,", 10000)},
			{"Accept", "\xff"},
			{"Cookie", "x-signature=" + long},
			{"Cookie", ";;=;x-signature=\"" + long},
			{"x-signature", long},
			{"x-signature", "a.b.c"},
			{"X-Forwarded-Host", ","},
			{"X-Forwarded-Host", "a\tb, c"},
			{"Origin", "://"},
			{"Origin", long},
			{"Authorization", "Bearer eyJhbGciOiJub25lIn0.e30."},
			{"Authorization", "Bearer eyJhbGciOiJFUzI1NiIsImp3ayI6e319.e30.AA"},
		} {
			a := p.send(http.MethodPost, endpoint, form("client_id", p.app.ID, "client_secret", p.app.Secret), append([]string{"Content-Type", formType}, headers...)...)
			if a.status >= 500 {
				t.Errorf("%s %.40q: %d", endpoint, headers, a.status)
			}
		}
	}
}
