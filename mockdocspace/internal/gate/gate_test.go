package gate

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/rules"
)

func TestCallbackIsAltered(t *testing.T) {
	const came = "https://app.example.test/cb?code=c1&state=a%20b"
	for name, c := range map[string]struct {
		rule       rules.Callback
		came, want string
	}{
		"an error":      {rules.Callback{Error: "access_denied"}, came, "https://app.example.test/cb?error=access_denied&state=a%20b"},
		"both":          {rules.Callback{Both: true}, came, "https://app.example.test/cb?code=c1&error=access_denied&state=a%20b"},
		"another iss":   {rules.Callback{WrongIssuer: true}, came, "https://app.example.test/cb?code=c1&iss=" + otherIssuer + "&state=a%20b"},
		"no code there": {rules.Callback{Error: "access_denied"}, "/login?error=x", "/login?error=x"},
		"no query":      {rules.Callback{Error: "access_denied"}, "/login", "/login"},
	} {
		if got := alteredCallback(c.came, c.rule); got != c.want {
			t.Errorf("%s: %s instead of %s", name, got, c.want)
		}
	}
}

// Every alias of an address is the same place.
func TestPlaces(t *testing.T) {
	for path, want := range map[string]place{
		"/oauth2/token": token, "/api/2.0/oauth2/token": token, "//oauth2/token": token,
		"/oauth2/authorize": authorize, "/api/2.0/oauth2/authorize": authorize,
		"/oauth2/.well-known/openid-configuration": metadataAlias, "/.well-known/openid-configuration": metadata,
		"/api/2.0/clients/x": registration, "/api/2.0/oauth2/clients": registration, "/api/2.0/people/@self": api,
		"/login": elsewhere, "/oauth2/tokens": elsewhere, "": elsewhere,
	} {
		if got := placeOf(path); got != want {
			t.Errorf("%s is place %d instead of %d", path, got, want)
		}
	}
}

// A form that the gate has read is still there for the service.
func TestFormsPassWhole(t *testing.T) {
	form := url.Values{"client_id": {"a"}, "padding": {strings.Repeat("x", maxForm)}}
	for _, body := range []string{form.Encode(), "client_id=a&x=1", ""} {
		request := httptest.NewRequest(http.MethodPost, "/oauth2/token", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		app, _ := subjectOf(request)
		if whole := len(body) > maxForm; (app == "a") == (whole || body == "") {
			t.Errorf("of a body of %d bytes the app is %q", len(body), app)
		}
		if err := request.ParseForm(); err != nil || len(body) > 0 && request.PostForm.Get("client_id") != "a" {
			t.Errorf("a body of %d bytes did not arrive: %v", len(body), err)
		}
	}
}
