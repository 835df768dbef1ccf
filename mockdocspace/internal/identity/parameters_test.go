package identity_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"testing"
)

// multipartForm is the fields as the stock consent page sends them.
func multipartForm(t testing.TB, fields pairs) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// identity.md §3, general rules.
func TestFormParameters(t *testing.T) {
	p := newPortal(t)
	refresh := func() pairs {
		return pairs{
			"grant_type", "refresh_token", "refresh_token", p.tokens(user, "files:read").text("refresh_token"),
			"client_id", p.app.ID, "client_secret", p.app.Secret,
		}
	}
	for name, tt := range map[string]struct {
		query, contentType string
		want               string
	}{
		"§3 form":                                    {"", formType, tokenPair},
		"§3 form with charset":                       {"", formType + ";charset=UTF-8", tokenPair},
		"§3 form, odd parameter of the type":         {"", formType + "; charset", tokenPair},
		"§3 form, type in capitals":                  {"", "Application/X-WWW-Form-Urlencoded", tokenPair},
		"§3 harmless query":                          {"?foo=1", formType, tokenPair},
		"§3 query with a semicolon":                  {"?foo=1;x", formType, tokenPair},
		"§3 query hides grant_type":                  {"?x_grant_type_x=1", formType, badParameter("grant_type")},
		"§3 query hides client_id":                   {"?client_id=x", formType, noAnswer},
		"§3 value of the query hides client_secret":  {"?a=client_secret", formType, noAnswer},
		"§3 encoded name hides nothing":              {"?a=%63lient_id", formType, tokenPair},
		"§3 query hides refresh_token and the grant": {"?refresh_token", formType, badParameter("refresh_token")},
		"§3 text":                            {"", "text/plain", noAnswer},
		"§3 JSON":                            {"", "application/json", noAnswer},
		"§3 untyped":                         {"", "", noAnswer},
		"§3 cut percent escape in the query": {"?a=%4", formType, anErrorPage},
	} {
		t.Run(name, func(t *testing.T) {
			p.send(http.MethodPost, "/oauth2/token"+tt.query, refresh().encoded(), "Content-Type", tt.contentType).want(t, tt.want)
		})
	}
	body, contentType := multipartForm(t, refresh())
	p.send(http.MethodPost, "/oauth2/token", body, "Content-Type", contentType).want(t, tokenPair)
	p.send(http.MethodPost, "/oauth2/token?a;b", body+"x", "Content-Type", contentType).want(t, badGrant) // rotated just before
	p.send(http.MethodPost, "/oauth2/token?"+refresh().encoded(), "", "Content-Type", formType).want(t, noAnswer)
	p.send(http.MethodPost, "/oauth2/token", refresh().encoded()+"&a=%G1", "Content-Type", formType).want(t, anErrorPage)
	p.send(http.MethodPost, "/oauth2/token", refresh().encoded()+"&a=;b&&=&c", "Content-Type", formType).want(t, tokenPair)
}
