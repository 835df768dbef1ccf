package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/clock"
)

// Values that must never be found in what is kept. Each consists of characters
// that its place may hold.
var (
	theCode     = strings.Repeat("cODe-1_x", 16) // 128 characters, as the portal's
	theRefresh  = strings.Repeat("rEFresh9", 16)
	theJWT      = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0." + strings.Repeat("s1G-", 20)
	theSecret   = "s3cretS3cretS3cretS3cretS3cretS3cret"
	theVerifier = "v3rifier-" + strings.Repeat("A~z", 20)
	thePassword = "pass word&=%+\"'<ü>"
	theSession  = "Sess1onAlphanumericalValue"
	theLink     = "l1nk+KEY/with=padding=="
)

func secrets() []string {
	return []string{theCode, theRefresh, theJWT, theSecret, theVerifier, thePassword, theSession, theLink}
}

// leaked reports secrets that occur in text, plain or in a usual encoding.
func leaked(text string) []string {
	var found []string
	for _, secret := range secrets() {
		quoted, _ := json.Marshal(secret)
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`)} {
			if strings.Contains(text, form) {
				found = append(found, secret)
				break
			}
		}
	}
	return found
}

// exchange sends one request through a journal and returns what was recorded.
func exchange(t *testing.T, j *Journal, r *http.Request, answer http.HandlerFunc) *Exchange {
	t.Helper()
	server := httptest.NewServer(j.Wrap(answer))
	defer server.Close()
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Scheme, r.URL.Host, r.RequestURI = target.Scheme, target.Host, ""
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	x, err := j.Wait(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func newJournal() *Journal { return New(Config{Clock: clock.New()}) }

func dump(x *Exchange) string { return fmt.Sprintf("%+v", *x) }

func drain(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusNoContent)
}

func TestSecretsAreNotKept(t *testing.T) {
	form := url.Values{
		"code": {theCode}, "client_secret": {theSecret}, "code_verifier": {theVerifier}, "refresh_token": {theRefresh},
		"password": {thePassword}, "token": {theJWT}, "key": {theLink}, "grant_type": {"authorization_code"},
	}
	object, err := json.Marshal(map[string]any{
		"Password": thePassword, "confirmData": map[string]string{"Key": theLink}, "client_secret": theSecret, "list": []string{theJWT, theCode},
		"token": map[string]any{"deep": []string{theRefresh, theVerifier}}, "response": theJWT, "url": "http://x/?key=" + url.QueryEscape(theLink) + "&n=1",
	})
	if err != nil {
		t.Fatal(err)
	}
	var parts bytes.Buffer
	multi := multipart.NewWriter(&parts)
	for name, values := range form {
		if err := multi.WriteField(name, values[0]); err != nil {
			t.Fatal(err)
		}
	}
	if err := multi.Close(); err != nil {
		t.Fatal(err)
	}
	query := form.Encode()
	nested := "http://app.test/cb?code=" + theCode + "&key=" + url.QueryEscape(theLink)

	bodies := map[string]struct{ contentType, body string }{
		"form":                  {"application/x-www-form-urlencoded", query},
		"form, charset":         {"Application/X-WWW-Form-URLEncoded; charset=utf-8", query},
		"form without a type":   {"", query},
		"form as text":          {"text/plain", query},
		"form as JSON":          {"application/json", query},
		"form, escaped names":   {"application/x-www-form-urlencoded", "client%5Fsecret=" + url.QueryEscape(theSecret) + "&Code=" + theCode},
		"form, broken escapes":  {"application/x-www-form-urlencoded", "a=%zz&client_secret=" + theSecret + "%zz&%=" + theJWT},
		"form with a URL in it": {"application/x-www-form-urlencoded", "redirect_uri=" + url.QueryEscape(nested) + "&x=" + url.QueryEscape(url.QueryEscape(nested))},
		"JSON":                  {"application/json", string(object)},
		"JSON, indented":        {"application/json;charset=utf-8", indented(t, object)},
		"JSON without a type":   {"", string(object)},
		"JSON as text":          {"text/html", string(object)},
		"JSON, escaped name":    {"application/json", `{"client\u005fsecret" : "` + theSecret + `"}`},
		"JSON that ends early":  {"application/json", `{"a":[1,{"client_secret":"` + theSecret},
		"JSON with an excess }": {"application/json", `}}]{"client_secret":"` + theSecret + `"}`},
		"multipart":             {multi.FormDataContentType(), parts.String()},
		"HTML":                  {"text/html", `<a href="/cb?code=` + theCode + `&amp;key=abc">x</a><input value="` + theJWT + `"><script>{"token":"` + theSession + `"}</script>`},
		"sentence":              {"text/plain", "The token is " + theJWT + ". The code, " + theCode + "."},
	}
	for name, b := range bodies {
		t.Run("request/"+name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(b.body))
			r.Header.Set("Content-Type", b.contentType)
			if b.contentType == "" {
				r.Header.Del("Content-Type")
			}
			x := exchange(t, newJournal(), r, drain)
			if l := leaked(dump(x)); len(l) > 0 {
				t.Errorf("leaked %q\nfrom %s\n  as %s", l, b.body, x.Request.Body)
			}
			if !strings.Contains(x.Request.Body, "‹") {
				t.Errorf("nothing was replaced in %s", x.Request.Body)
			}
			if x.Request.Bytes != int64(len(b.body)) {
				t.Errorf("%d bytes, sent %d", x.Request.Bytes, len(b.body))
			}
		})
		t.Run("response/"+name, func(t *testing.T) {
			x := exchange(t, newJournal(), httptest.NewRequest(http.MethodGet, "/x", nil), func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{b.contentType}
				_, _ = io.WriteString(w, b.body)
			})
			if l := leaked(dump(x)); len(l) > 0 {
				t.Errorf("leaked %q\nfrom %s\n  as %s", l, b.body, x.Response.Body)
			}
		})
		// Wherever a body is cut, no half of a secret stays that is long enough to help.
		t.Run("cut/"+name, func(t *testing.T) {
			for limit := 1; limit < len(b.body); limit += 7 {
				j := New(Config{Clock: clock.New(), MaxBody: limit})
				r := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(b.body))
				r.Header["Content-Type"] = []string{b.contentType}
				j.Wrap(http.HandlerFunc(drain)).ServeHTTP(httptest.NewRecorder(), r)
				x := j.Read(Filter{}, 0).Exchanges[0]
				for _, secret := range []string{theCode, theRefresh, theJWT, theSecret} {
					if half := secret[:12]; strings.Contains(x.Request.Body, half) {
						t.Fatalf("cut at %d: %s", limit, x.Request.Body)
					}
				}
			}
		})
	}

	headers := map[string]string{
		"Authorization": "Bearer " + theJWT, "Cookie": "asc_auth_key=" + theSession + "; x-signature=" + theJWT + `; q="` + theRefresh + `"`,
		"X-Signature": theJWT, "Referer": "http://x/cb?code=" + theCode + "#access_token=" + theJWT, "Dpop": theJWT, "X-Other": "see " + theJWT,
	}
	t.Run("request headers and URL", func(t *testing.T) {
		r := httptest.NewRequest(http.MethodGet, "/confirm/"+theCode+"?"+query+"&redirect_uri="+url.QueryEscape(nested), nil)
		for name, value := range headers {
			r.Header.Set(name, value)
		}
		x := exchange(t, newJournal(), r, drain)
		if l := leaked(dump(x)); len(l) > 0 {
			t.Errorf("leaked %q in %s", l, dump(x))
		}
		if got := x.Request.Header().Get("Authorization"); !strings.HasPrefix(got, "Bearer ‹token-") {
			t.Errorf("Authorization %q", got)
		}
		if got := x.Request.Header().Get("Cookie"); !strings.Contains(got, "asc_auth_key=‹session-1›; x-signature=‹") {
			t.Errorf("Cookie %q", got)
		}
	})
	for _, raw := range []string{theSession, "Basic " + theSecret, "bearer   " + theJWT} {
		t.Run("Authorization", func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/x", nil)
			r.Header.Set("Authorization", raw)
			if x := exchange(t, newJournal(), r, drain); len(leaked(dump(x))) > 0 {
				t.Errorf("leaked in %s", dump(x))
			}
		})
	}
	t.Run("response headers", func(t *testing.T) {
		x := exchange(t, newJournal(), httptest.NewRequest(http.MethodGet, "/x", nil), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Set-Cookie", "asc_auth_key="+theSession+"; Path=/; HttpOnly")
			w.Header().Add("Set-Cookie", "x-redirect-authorization-uri="+url.QueryEscape(nested))
			w.Header().Set("Location", "http://u:"+url.QueryEscape(theSecret)+"@app.test/cb?a=1&state=keep+me&code="+theCode+"&key="+url.QueryEscape(theLink))
			w.Header().Set("X-Redirect-Uri", nested)
			w.WriteHeader(http.StatusFound)
		})
		if l := leaked(dump(x)); len(l) > 0 {
			t.Errorf("leaked %q in %s", l, dump(x))
		}
		if got := x.Response.Header().Get("Location"); !strings.HasSuffix(got, "@app.test/cb?a=1&state=keep+me&code=‹code-1›&key=‹link-1›") {
			t.Errorf("Location %q", got)
		}
		if got := x.Response.Header().Get("Set-Cookie"); got != "asc_auth_key=‹session-1›; Path=/; HttpOnly" {
			t.Errorf("Set-Cookie %q", got)
		}
	})
}

func indented(t *testing.T, object []byte) string {
	var out bytes.Buffer
	if err := json.Indent(&out, object, "", "  "); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A value keeps its mark from place to place and from exchange to exchange.
func TestEqualValuesStayRecognisable(t *testing.T) {
	j := newJournal()
	handler := j.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/authorize":
			w.Header().Set("Location", "http://app.test/cb?code="+theCode)
		case "/token":
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"access_token":"`+theJWT+`"}`)
		}
	}))
	form := "code=" + url.QueryEscape(theCode) + "&client_secret=" + theSecret
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodGet, "/authorize", nil),
		httptest.NewRequest(http.MethodPost, "/token", strings.NewReader(form)),
		httptest.NewRequest(http.MethodPost, "/other", strings.NewReader("x="+theSecret+"&code=another-code")),
		httptest.NewRequest(http.MethodGet, "/api", nil),
	} {
		if r.Method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if r.URL.Path == "/api" {
			r.Header.Set("Authorization", "Bearer "+theJWT)
		}
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	x := j.Read(Filter{}, 0).Exchanges
	for _, tt := range []struct{ got, want string }{
		{x[0].Response.Header().Get("Location"), "http://app.test/cb?code=‹code-1›"},
		{x[1].Request.Body, "code=‹code-1›&client_secret=‹secret-1›"},
		{x[1].Response.Body, `{"access_token":"‹token-1›"}`},
		{x[2].Request.Body, "x=‹secret-1›&code=‹code-2›"},
		{x[3].Request.Header().Get("Authorization"), "Bearer ‹token-1›"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

// What is no secret stays as it was.
func TestPlainTextStays(t *testing.T) {
	r := newRedactor()
	r.secret(nil, "password", "docspace")
	for name, text := range map[string]string{
		"error":         `{"error":"invalid_grant","error_description":"code was used","code":403,"count":1,"list":[],"x":null}`,
		"employee":      `{"response":{"email":"user@docspace.test","displayName":"Ursula User","id":"10000000-0000-4000-8000-000000000004"}}`,
		"words":         "The code is missing. A token: none; see http://docspace.test/a/b.c-d~e",
		"empty strings": `{"token":"","code":null,"password":""}`,
		"no JSON":       `{"a`,
	} {
		if got := string(r.document(nil, text, "application/json", false)); got != text {
			t.Errorf("%s: %s became %s", name, text, got)
		}
	}
	for _, target := range []string{"/oauth2/authorize?response_type=code&client_id=c&state=a%20b&scope=files%3Aread+openid&x", "/a?b#c", "*", "/?=&&=x"} {
		if got := string(r.url(nil, target)); got != target {
			t.Errorf("URL %s became %s", target, got)
		}
	}
}

func FuzzDocument(f *testing.F) {
	f.Add(`{"client_secret":"`, `"}`, "application/json")
	f.Add(`client_secret=`, `&a=b`, "application/x-www-form-urlencoded")
	f.Add("token=%253D%u00", `\u0026code=`, "text/html")
	f.Add("--b\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n", "\r\n--b--", "multipart/form-data; boundary=b")
	f.Fuzz(func(t *testing.T, before, after, contentType string) {
		// Set apart, a JWT is found in whatever stands around it.
		text := before + " " + theJWT + " " + after
		r := newRedactor()
		if got := string(r.document(nil, text, contentType, false)); strings.Contains(got, theJWT) {
			t.Errorf("%q became %q", text, got)
		}
		r.url(nil, text)
	})
}

func BenchmarkRecord(b *testing.B) {
	j := newJournal()
	answer := `{"access_token":"` + theJWT + `","refresh_token":"` + theRefresh + `","token_type":"Bearer","expires_in":3599,"scope":"files:read openid"}`
	handler := j.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	}))
	form := "grant_type=authorization_code&code=" + theCode + "&client_id=11111111-1111-4111-8111-111111111111&client_secret=" + theSecret
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/oauth2/token", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// A JWT is shown decoded, yet what is shown lets nobody act: the signature is gone, and
// secrets among the claims are replaced. One without a signature is not shown at all.
func TestDecodesTokensWithoutTheirSignature(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	part := func(text string) string { return encode([]byte(text)) }
	signed := part(`{"alg":"ES256","kid":"k1"}`) + "." + part(`{"sub":"u1","nonce":"n","client_secret":"`+theSecret+`","exp":17}`) + "." + part("signature-of-some-length")
	unsigned := part(`{"alg":"none"}`) + "." + part(`{"sub":"u1"}`) + "."
	j := newJournal()
	r := httptest.NewRequest(http.MethodPost, "/x?access_token="+unsigned, strings.NewReader(`{"id_token":"`+signed+`","code":"`+theCode+`"}`))
	r.Header.Set("Authorization", "Bearer "+signed)
	x := exchange(t, j, r, drain)
	tokens := j.Tokens(x)
	if len(tokens) != 1 || string(tokens[0].Header) != `{"alg":"ES256","kid":"k1"}` || tokens[0].Mark != "‹token-2›" {
		t.Fatalf("tokens %s of %s", tokens, dump(x))
	}
	if claims := string(tokens[0].Claims); claims != `{"sub":"u1","nonce":"n","client_secret":"‹secret-1›","exp":17}` {
		t.Errorf("claims %s", claims)
	}
	j.Clear()
	if tokens := j.Tokens(x); len(tokens) != 0 {
		t.Errorf("kept after Clear: %s", tokens)
	}
}
