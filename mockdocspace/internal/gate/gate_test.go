package gate

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
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
		"another iss":   {rules.Callback{Issuer: "https://x.test"}, came, "https://app.example.test/cb?code=c1&iss=https://x.test&state=a%20b"},
		"another state": {rules.Callback{ForeignState: true}, came, "https://app.example.test/cb?code=c1&state=s0"},
		"another code":  {rules.Callback{SwappedCode: true}, came, "https://app.example.test/cb?code=c0&state=a%20b"},
	} {
		if got := alteredCallback(c.came, c.rule, signIn{code: "c0", state: "s0"}); got != c.want {
			t.Errorf("%s: %s instead of %s", name, got, c.want)
		}
	}
	for _, none := range []string{"/login?error=x", "/login", "/oauth2/consent?scope=a&state=b", ""} {
		if code := parameter(none, "code"); code != "" {
			t.Errorf("%s carries the code %s", none, code)
		}
	}
}

// Each app gets the sign-in before its own.
func TestSignInsAreExchanged(t *testing.T) {
	var before signIns
	if first := before.exchange("a", signIn{"code1", "state1"}); first == (signIn{"code1", "state1"}) || len(first.code) != 5 {
		t.Errorf("the first got %v", first)
	}
	before.exchange("b", signIn{"code2", "state2"})
	if second := before.exchange("a", signIn{"code3", "state3"}); second != (signIn{"code1", "state1"}) {
		t.Errorf("the second got %v", second)
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
		app, _ := New(nil, nil, nil).subjectOf(request)
		if whole := len(body) > maxForm; (app == "a") == (whole || body == "") {
			t.Errorf("of a body of %d bytes the app is %q", len(body), app)
		}
		if err := request.ParseForm(); err != nil || len(body) > 0 && request.PostForm.Get("client_id") != "a" {
			t.Errorf("a body of %d bytes did not arrive: %v", len(body), err)
		}
	}
}

// The consent page sends multipart/form-data, which says as much about the app.
func TestMultipartFormNamesTheApp(t *testing.T) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := errors.Join(form.WriteField("client_id", "a"), form.WriteField("state", "s"), form.Close()); err != nil {
		t.Fatal(err)
	}
	sent := body.String()
	request := httptest.NewRequest(http.MethodPost, "/oauth2/authorize", &body)
	request.Header.Set("Content-Type", form.FormDataContentType())
	if app, _ := New(nil, nil, nil).subjectOf(request); app != "a" {
		t.Errorf("the app is %q", app)
	}
	if got, err := io.ReadAll(request.Body); err != nil || string(got) != sent {
		t.Errorf("the form did not arrive: %q, %v", got, err)
	}
}
