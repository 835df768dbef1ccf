package foreign

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
)

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// sample is one of the vendor's six (docs/portal/clients.md §1.2): which fields it
// posts in which order, and what it reads in the end.
type sample struct {
	name   string
	post   func(path string) []string
	get    func(path, token string) []string
	fields []string
	pkce   bool
	read   string // below /api/2.0
	member string // that tells a signed-in user
}

func samples() []sample {
	secret := []string{"client_id", "client_secret", "code", "redirect_uri", "grant_type"}
	return []sample{
		{"nodejs", axiosPost, axiosGet, secret, false, "/people/@self", "displayName"},
		{"nodejs-pkce", axiosPost, axiosGet, []string{"client_id", "code_verifier", "code", "redirect_uri", "grant_type"}, true, "/people/@self", "displayName"},
		{"nodejs-openid", axiosPost, axiosGet, secret, false, "/oauth2/userinfo", "cid"},
		{"python", urllibPost, urllibGet, secret, false, "/people/@self", "displayName"},
		{"python-pkce", urllibPost, urllibGet, []string{"client_id", "code", "redirect_uri", "grant_type", "code_verifier"}, true, "/people/@self", "displayName"},
		{"python-openid", urllibPost, urllibGet, secret, false, "/oauth2/userinfo", "cid"},
	}
}

// start is what the browser is sent to: nothing is encoded but what stands so in
// the sample's environment.
func (s sample) start(w *world, scopes string) string {
	address := w.portal.URL() + "/oauth2/authorize?response_type=code&client_id=" + w.app.ID + "&redirect_uri=" + callback + "&scope=" + scopes
	if s.pkce {
		address += "&code_challenge=" + challenge() + "&code_challenge_method=S256"
	}
	return address
}

func (s sample) exchange(t *testing.T, w *world, slash, code string) answer {
	values := map[string]string{
		"client_id": w.app.ID, "client_secret": w.app.Secret, "code": code, "redirect_uri": callback,
		"grant_type": "authorization_code", "code_verifier": verifier,
	}
	var fields []string
	for _, name := range s.fields {
		fields = append(fields, name, values[name])
	}
	return wire(t, w.portal, s.post(slash+"/oauth2/token"), form(fields...))
}

// The six samples with the environment of their example files, byte for byte. Their
// scopes do not open what they read, which self-scope: lenient mends (§4.2 row 1); a
// slash at the end of API_BASE_URL doubles the one in the path (§5 item 18).
func TestOfficialSamples(t *testing.T) {
	for _, s := range samples() {
		for _, tt := range []struct {
			name, scopes, selfScope, slash string
			status                         int
		}{
			{"as documented", "accounts:read%20accounts:write", "", "", 403},
			{"self-scope lenient", "accounts:read%20accounts:write", "lenient", "", 200},
			{"scopes mended", "accounts.self:read", "", "", 200},
			{"base with a slash", "accounts.self:read", "", "/", 200},
		} {
			openid := s.member == "cid"
			if openid {
				tt.scopes, tt.status = "openid", 200
			}
			t.Run(s.name+"/"+tt.name, func(t *testing.T) {
				w := newWorld(t, mockdocspace.Options{Config: &config.Config{SelfScope: tt.selfScope}})
				token := s.exchange(t, w, tt.slash, w.code(s.start(w, tt.scopes), ""))
				if token.StatusCode != 200 || token.ContentLength < 0 || !strings.HasPrefix(token.Header.Get("Content-Type"), "application/json") {
					t.Fatalf("token: %s, length %d, %s", token.Status, token.ContentLength, token.body)
				}
				tokens := token.object(t)
				if _, has := tokens["refresh_token"]; has == s.pkce {
					t.Errorf("refresh token %v, PKCE without a secret %v", has, s.pkce)
				}
				access, _ := tokens["access_token"].(string)
				aud, _ := payload(t, access)["aud"].(string)
				if aud != w.portal.URL() {
					t.Errorf("aud %q", aud)
				}
				got := wire(t, w.portal, s.get(tt.slash+"/api/2.0"+s.read, access), "")
				if got.StatusCode != tt.status {
					t.Fatalf("API: %s %s", got.Status, got.body)
				}
				if tt.status != 200 {
					return
				}
				user := got.object(t)
				if !openid {
					user, _ = user["response"].(map[string]any)
				}
				if user[s.member] == nil || user[s.member] == "" {
					t.Errorf("no %s in %s", s.member, got.body)
				}
			})
		}
	}
}

// What the samples post when they were denied or their variables are unset is
// refused: §5 item 21.
func TestOfficialSamples_codesThatAreNone(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	for _, s := range samples() {
		for _, code := range []string{"undefined", "None", "", "a,b"} {
			got := s.exchange(t, w, "", code)
			if want := `"error":"invalid_grant"`; got.StatusCode != 400 || !strings.Contains(got.body, want) || strings.Contains(got.body, "access_token") {
				t.Errorf("%s, code %q: %s %s", s.name, code, got.Status, got.body)
			}
		}
	}
}

// The four calls of the MCP server and its first tool (§2.3, §2.4): no scope, a long
// state, no credentials at introspection.
func TestMCPServer(t *testing.T) {
	w := newWorld(t, mockdocspace.Options{})
	state := "eyJhbGciOiJIUzI1NiJ9." + strings.Repeat("c3RhdGU", 60) + ".c2ln"
	address := w.portal.URL() + "/oauth2/authorize?" + form("response_type", "code", "client_id", w.app.ID, "redirect_uri", callback, "state", state)
	exchanged := wire(t, w.portal, mcpPost("/oauth2/token"), form("client_id", w.app.ID, "client_secret", w.app.Secret,
		"grant_type", "authorization_code", "code", w.code(address, state), "redirect_uri", callback)).object(t)
	if expires, ok := exchanged["expires_in"].(float64); !ok || expires <= 0 {
		t.Errorf("expires_in %v", exchanged["expires_in"])
	}
	for _, member := range []string{"access_token", "token_type", "refresh_token", "scope"} {
		if text, ok := exchanged[member].(string); !ok || text == "" {
			t.Errorf("%s is %v", member, exchanged[member])
		}
	}
	if granted, _ := exchanged["scope"].(string); len(strings.Fields(granted)) < 8 {
		t.Errorf("without a scope %q was granted", granted)
	}

	refreshed := wire(t, w.portal, mcpPost("/oauth2/token"), form("client_id", w.app.ID, "client_secret", w.app.Secret,
		"grant_type", "refresh_token", "refresh_token", exchanged["refresh_token"].(string))).object(t)
	access, _ := refreshed["access_token"].(string)
	survives(t, access)

	introspect := func() map[string]any {
		got := wire(t, w.portal, mcpPost("/oauth2/introspect"), form("token", access))
		if got.StatusCode != 200 || !strings.HasPrefix(got.Header.Get("Content-Type"), "application/json") {
			t.Fatalf("introspection: %s %s", got.Status, got.body)
		}
		return got.object(t)
	}
	info := introspect()
	audience, _ := info["aud"].([]any)
	_, scopeIsText := info["scope"].(string)
	_, expIsNumber := info["exp"].(float64)
	if info["active"] != true || !scopeIsText || !expIsNumber || len(audience) != 1 || audience[0] != w.portal.URL() {
		t.Errorf("introspection %v", info)
	}

	tool := wire(t, w.portal, mcp("GET", "/api/2.0/files/@my?count=30&fields=files.title", "Authorization: Bearer "+access), "")
	envelope := tool.object(t)
	links, _ := envelope["links"].([]any)
	response, _ := envelope["response"].(map[string]any)
	files, _ := response["files"].([]any)
	if tool.StatusCode != 200 || len(links) != 1 || len(files) == 0 || envelope["status"] != 0.0 || envelope["statusCode"] != 200.0 {
		t.Errorf("get_my_folder: %s %s", tool.Status, tool.body)
	}

	revoked := wire(t, w.portal, mcpPost("/oauth2/revoke"), form("client_id", w.app.ID, "client_secret", w.app.Secret, "token", access))
	if revoked.StatusCode != 200 {
		t.Errorf("revoke: %s %s", revoked.Status, revoked.body)
	}
	if after := introspect(); after["active"] != false {
		t.Errorf("after the revocation: %v", after)
	}
	if got := wire(t, w.portal, mcp("GET", "/api/2.0/files/@my", "Authorization: Bearer "+access), ""); got.StatusCode != 401 {
		t.Errorf("after the revocation: %s", got.Status)
	}
}

// survives takes a token apart and puts it together again in JavaScript, as the MCP
// server does (§2.4).
func survives(t *testing.T, token string) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs Node")
	}
	if _, err := clients(); err != nil { // brings Node
		t.Fatal(err)
	}
	const program = `const [h, p, s] = process.argv[1].split('.')
const again = (x) => Buffer.from(JSON.stringify(JSON.parse(Buffer.from(x, 'base64url')))).toString('base64url')
console.log(JSON.stringify([again(h), again(p), s].join('.')))`
	out, err := exec.CommandContext(t.Context(), "node", "-e", program, token).Output()
	if err != nil {
		t.Fatal(err)
	}
	var again string
	if err := json.Unmarshal(out, &again); err != nil || again != token {
		t.Errorf("%s became %s (%v)", token, again, err)
	}
}
