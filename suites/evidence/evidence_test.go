package evidence

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

const (
	secretCode  = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGhIjKlMn1"
	secretToken = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJ1c2VyIiwiaXNzIjoiaHR0cDovL3AifQ.c2lnbmF0dXJl"
)

// Nothing secret survives recording, wherever it stood, and equal values are
// recognisable.
func TestRecordedExchangesHoldNoSecret(t *testing.T) {
	secrets := map[string]string{
		"code": secretCode, "token": secretToken, "client secret": "s3cr3t/with+signs=", "password": "pass\"word1",
		"session": "session-cookie-value", "verifier": "verifier-of-some-length", "json token": "opaque-token-1",
		"basic": "YXBwOnMzY3IzdA", "refresh": "refresh-value-0001", "header signature": "x-sig-value-123",
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.SetCookie(w, &http.Cookie{Name: "asc_auth_key", Value: secrets["session"], HttpOnly: true})
		w.Header().Set("Location", "https://app.example/cb?code="+secretCode+"&state=plain-state")
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":%q,"nested":[{"refresh_token":%q,"token":%q}],"echo":%q,"client_id":"visible-client"}`,
			secretToken, secrets["refresh"], secrets["json token"], "code was "+secretCode)
	}))
	defer server.Close()
	recorder := NewRecorder(http.DefaultTransport, NewRedactor([]byte("key")))
	client := &http.Client{Transport: recorder, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(path, contentType, body string) {
		req, _ := http.NewRequest(http.MethodPost, server.URL+path, strings.NewReader(body))
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Authorization", "Basic "+secrets["basic"])
		req.Header.Set("X-Signature", secrets["header signature"])
		req.Header.Set("Cookie", "asc_auth_key="+secrets["session"])
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body2, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if !strings.Contains(string(body2), secretToken) {
			t.Fatal("the client must get the true answer")
		}
	}
	send("/oauth2/token?client_secret="+url.QueryEscape(secrets["client secret"]), "application/x-www-form-urlencoded",
		url.Values{"code": {secretCode}, "client_secret": {secrets["client secret"]}, "code_verifier": {secrets["verifier"]}, "client_id": {"visible-client"}}.Encode())
	send("/api/2.0/authentication", "application/json", `{"userName":"a@b.c","password":"pass\"word1"}`)
	send("/oauth2/authorize", `multipart/form-data; boundary=b`,
		"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\npass\"word1\r\n--b--\r\n")

	exchanges, _ := recorder.Exchanges()
	numbers := NewNumbering()
	var all strings.Builder
	for i := range exchanges {
		numbers.Exchange(&exchanges[i])
		all.WriteString(exchanges[i].Text() + exchanges[i].Curl() + NewSequence(exchanges).SVG())
	}
	text := all.String()
	for name, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), jsonText(secret)} {
			if strings.Contains(text, form) {
				t.Errorf("the %s is in the evidence", name)
			}
		}
	}
	for _, wanted := range []string{"‹code-1›", "$CODE_1", "visible-client", "plain-state", "code was ‹code-1›", "‹session-1›", "‹secret-1›"} {
		if !strings.Contains(text, wanted) {
			t.Errorf("%q is missing from the evidence", wanted)
		}
	}
	for _, unwanted := range []string{"‹code-2›", "‹session-2›", "‹secret-2›", "‹code:"} {
		if strings.Contains(text, unwanted) {
			t.Errorf("%q: equal values must have equal marks, and all must be numbered", unwanted)
		}
	}
}

// The marks of one value agree between workers that share the run's key, and tell
// nothing to who does not have it.
func TestMarksDependOnTheKey(t *testing.T) {
	mark := func(key string) string {
		r := NewRedactor([]byte(key))
		r.Learn("code", secretCode)
		return r.Text(secretCode)
	}
	first, again, other := mark("a"), mark("a"), mark("b")
	if first != again || first == other {
		t.Error("a mark must follow from value and key")
	}
}

func TestRecorderTellsABrokenNetworkFromAnAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cut" {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusInternalServerError)
	}))
	defer server.Close()
	recorder := NewRecorder(http.DefaultTransport, NewRedactor(nil))
	client := &http.Client{Transport: recorder}
	resp, err := client.Get(server.URL + "/answer")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if recorder.Broken() != nil {
		t.Error("an error status is an answer")
	}
	if _, err := client.Get(server.URL + "/cut"); err == nil {
		t.Fatal("the connection was cut")
	}
	if recorder.Broken() == nil {
		t.Error("a cut connection must be noticed")
	}
	if exchanges, _ := recorder.Exchanges(); len(exchanges) != 2 || exchanges[1].Error == "" {
		t.Errorf("recorded %+v", exchanges)
	}
}

// Long bodies reach the client whole and the evidence cut.
func TestLongBodiesAreCutInTheEvidenceOnly(t *testing.T) {
	long := strings.Repeat("0123456789", peekLimit/5)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	}))
	defer server.Close()
	recorder := NewRecorder(http.DefaultTransport, NewRedactor(nil))
	resp, err := (&http.Client{Transport: recorder}).Post(server.URL, "text/plain", strings.NewReader(long))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); string(body) != long {
		t.Errorf("got %d bytes back instead of %d", len(body), len(long))
	}
	exchanges, _ := recorder.Exchanges()
	if n := len(exchanges[0].ResponseBody); n > BodyLimit+20 || !strings.HasSuffix(exchanges[0].ResponseBody, "(cut)") {
		t.Errorf("kept %d bytes", n)
	}
}

func TestShellQuoting(t *testing.T) {
	x := Exchange{
		Method: "POST", URL: "http://p/oauth2/token", RequestBody: "code=‹code-3›&note=it's",
		RequestHeader: []Header{{"Authorization", "Bearer ‹token-12›"}, {"Content-Length", "12"}},
	}
	want := `curl -si -X POST -H 'Authorization: Bearer '"$TOKEN_12" --data-raw 'code='"$CODE_3"'&note=it'\''s' 'http://p/oauth2/token'`
	if got := x.Curl(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// RFC 7636 §4.2, §4.3: with the method plain, also by default, the challenge is the verifier.
func TestPlainChallengeIsAVerifier(t *testing.T) {
	const challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	for method, secret := range map[string]bool{"": true, "&code_challenge_method=plain": true, "&code_challenge_method=S256": false} {
		redactor := NewRedactor([]byte("key"))
		address := "http://portal.test/oauth2/authorize?code_challenge=" + challenge + method
		redactor.learnURL(address)
		if shown := strings.Contains(redactor.Text(address), challenge); shown == secret {
			t.Errorf("%q: the challenge is shown: %v", method, shown)
		}
	}
}

// What was entrusted to the judge is a secret though it is short; what merely passes
// is one only from a length on.
func TestShortSecrets(t *testing.T) {
	r := NewRedactor([]byte("k"))
	r.Learn("password", "seen123")
	r.LearnGiven("password", "hush1")
	r.LearnGiven("password", "abc")
	if got := r.Text(`{"a":"seen123","b":"hush1","c":"abc"}`); strings.Contains(got, "hush1") || !strings.Contains(got, "seen123") || !strings.Contains(got, "abc") {
		t.Error(got)
	}
}
