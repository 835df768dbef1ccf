package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"docspace-oauth/mockdocspace"
)

// Nothing secret that passed between the judge and a portal is in the report or on
// the console. What was secret is known from a proxy between them.
func TestNoSecretLeavesTheRun(t *testing.T) {
	mock, err := mockdocspace.Start(t.Context(), mockdocspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	listener := &wiretap{secrets: map[string]string{}, challenges: map[string]bool{}}
	proxy := httptest.NewServer(listener.proxy(t, mock.URL()))
	defer proxy.Close()

	arguments := []string{"run", "--target", proxy.URL, "--report"}
	if testing.Short() { // the whole run takes its time
		arguments = append([]string{"run", "--target", proxy.URL}, "--suite", "callback", "--suite", "revoke",
			"--suite", "introspect", "--report")
	}
	for _, form := range []string{"", "--json-lines"} {
		dir := t.TempDir()
		arguments := append(append([]string(nil), arguments...), dir)
		if form != "" {
			arguments = append(arguments, form, "--standard", "--id", "callback-*")
		}
		var console bytes.Buffer
		execute(arguments, strings.NewReader(""), &console, &console)
		texts := map[string]string{"the console": console.String()}
		for _, name := range []string{"report.html", "report.json", "junit.xml", "summary.md"} {
			texts[name] = read(t, filepath.Join(dir, name))
		}
		texts["report.html, unfolded"] = unfolded(t, texts["report.html"])
		if form == "" && len(listener.secrets) < 40 {
			t.Fatalf("only %d secrets passed: the run judged next to nothing\n%s", len(listener.secrets), console.String())
		}
		for name, text := range texts {
			for _, leak := range listener.leaks(text) {
				t.Errorf("%s has %s", name, leak)
			}
		}
	}
}

// shortest is the length from which on a value counts: shorter ones are words such
// as "de", or wrong on purpose.
const shortest = 8

// leaks says which secrets stand in text, plain or encoded for an address or JSON.
func (w *wiretap) leaks(text string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	byHead := map[string][]string{} // so that one pass over the text is enough
	what := map[string]string{}
	for secret, name := range w.secrets {
		if w.challenges[secret] {
			continue // a check sends the public challenge as if it were the verifier
		}
		for _, written := range []string{secret, url.QueryEscape(secret), inJSON(secret)} {
			if what[written] == "" {
				what[written] = name
				byHead[written[:shortest]] = append(byHead[written[:shortest]], written)
			}
		}
	}
	var found []string
	for at := 0; at+shortest <= len(text); at++ {
		for _, secret := range byHead[text[at:at+shortest]] {
			if strings.HasPrefix(text[at:], secret) {
				found = append(found, what[secret]+": …"+text[max(0, at-80):min(len(text), at+len(secret)+20)]+"…")
				what[secret], byHead[secret[:shortest]] = "", nil // once
				break
			}
		}
	}
	return found
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var foldedBlock = regexp.MustCompile(`id="folded">([^<]*)<`)

func unfolded(t *testing.T, page string) string {
	t.Helper()
	found := foldedBlock.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the page has nothing folded")
	}
	packed, err := base64.StdEncoding.DecodeString(found[1])
	if err != nil {
		t.Fatal(err)
	}
	unpacker, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := json.NewDecoder(unpacker).Decode(&texts); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, text := range texts {
		all.WriteString(text)
	}
	return all.String()
}

func inJSON(text string) string {
	quoted, _ := json.Marshal(text)
	return strings.Trim(string(quoted), `"`)
}

// wiretap notes what is secret in what passes.
type wiretap struct {
	mu         sync.Mutex
	secrets    map[string]string // value → what it is
	challenges map[string]bool   // challenges by hash, which everybody may see
}

// secretNames are the fields, parameters and members whose values nobody may see.
var secretNames = regexp.MustCompile(`(?i)^(code|access_token|refresh_token|id_token|token|client_secret|password|passwordhash|code_verifier|client_state)$`)

func (w *wiretap) note(what, value string) {
	if what == "cookie x-scopes" {
		return // names of scopes
	}
	if len(value) < shortest {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets[value] = what
}

func (w *wiretap) values(where string, values url.Values) {
	if values.Get("code_challenge_method") == "S256" {
		w.mu.Lock()
		w.challenges[values.Get("code_challenge")] = true
		w.mu.Unlock()
	}
	for name, list := range values {
		for _, value := range list {
			if secretNames.MatchString(name) {
				w.note(name+" "+where, value)
			}
		}
	}
}

func (w *wiretap) document(where string, node any) {
	switch node := node.(type) {
	case map[string]any:
		for name, value := range node {
			if text, ok := value.(string); ok && secretNames.MatchString(name) {
				w.note(name+" "+where, text)
			}
			w.document(where, value)
		}
	case []any:
		for _, value := range node {
			w.document(where, value)
		}
	}
}

func (w *wiretap) body(where string, header http.Header, body []byte) {
	if strings.HasPrefix(header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if form, err := url.ParseQuery(string(body)); err == nil {
			w.values(where, form)
		}
		return
	}
	var document any
	if json.Unmarshal(body, &document) == nil {
		w.document(where, document)
	}
}

// proxy passes everything on to the portal at address, under its own host name.
func (w *wiretap) proxy(t *testing.T, address string) http.Handler {
	portal, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = portal.Scheme, portal.Host, r.In.Host
			body, err := io.ReadAll(r.In.Body)
			if err != nil {
				return
			}
			r.Out.Body = io.NopCloser(bytes.NewReader(body))
			w.body("of a request", r.In.Header, body)
			w.values("in an address", r.In.URL.Query())
			for _, cookie := range r.In.Cookies() {
				w.note("cookie "+cookie.Name, cookie.Value)
			}
			if name, password, ok := r.In.BasicAuth(); ok && name != "" {
				w.note("Basic password", password)
				_, encoded, _ := strings.Cut(r.In.Header.Get("Authorization"), " ")
				w.note("Basic credentials", encoded)
			} else if _, token, ok := strings.Cut(r.In.Header.Get("Authorization"), " "); ok {
				w.note("Authorization", token)
			}
		},
		ModifyResponse: func(r *http.Response) error {
			for _, cookie := range r.Cookies() {
				w.note("cookie "+cookie.Name, cookie.Value)
			}
			for _, name := range []string{"Location", "X-Redirect-Uri"} {
				if u, err := url.Parse(r.Header.Get(name)); err == nil {
					w.values("in "+name, u.Query())
				}
			}
			if strings.HasPrefix(r.Request.URL.Path, "/mock/") {
				return nil // the control API tells the built-in users' password, which is in the docs
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			w.body("of an answer", r.Header, body)
			return nil
		},
	}
}
