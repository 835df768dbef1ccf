package identity_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
)

func upper(s string) string { return strings.ToUpper(s) }

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// The rows of identity.md §5.1, §5.2 and §4.7 about client authentication; the code
// survives each.
func TestClientAuthentication(t *testing.T) {
	p := newPortal(t)
	disabled := p.addApp(func(a *store.App) { a.Enabled = false })
	fragment := p.addApp(func(a *store.App) { a.RedirectURIs = append(a.RedirectURIs, redirectURI+"#x") })
	const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	for name, tt := range map[string]struct {
		change  func(pairs) pairs
		headers []string
		want    string
	}{
		"§5.1 no client_id":                     {func(f pairs) pairs { return f.without("client_id") }, nil, noAnswer},
		"§5.1 no client_secret":                 {func(f pairs) pairs { return f.without("client_secret") }, nil, noAnswer},
		"§5.1 empty client_secret":              {func(f pairs) pairs { return f.with("client_secret", "") }, nil, noAnswer},
		"§5.1 blank client_secret":              {func(f pairs) pairs { return f.with("client_secret", " ") }, nil, noAnswer},
		"§5.1 neither":                          {func(f pairs) pairs { return f.without("client_id").without("client_secret") }, nil, noAnswer},
		"§5.1 a signed-in user changes nothing": {func(f pairs) pairs { return f.without("client_secret") }, []string{"x-signature", p.sign(user)}, noAnswer},
		"§5.1 JSON body":                        {nil, []string{"Content-Type", "application/json"}, noAnswer},
		"§5.2 unknown client_id":                {func(f pairs) pairs { return f.with("client_id", otherUser) }, nil, badClient},
		"§5.2 client_id no UUID":                {func(f pairs) pairs { return f.with("client_id", "x") }, nil, badClient},
		"§5.2 disabled":                         {func(f pairs) pairs { return f.with("client_id", disabled.ID).with("client_secret", disabled.Secret) }, nil, badClient},
		"§6.1 fragment in a redirect URI":       {func(f pairs) pairs { return f.with("client_id", fragment.ID).with("client_secret", fragment.Secret) }, nil, badClient},
		"§5.2 wrong secret":                     {func(f pairs) pairs { return f.with("client_secret", p.app.Secret+"x") }, nil, badClient},
		"§4.7 secret in capitals":               {func(f pairs) pairs { return f.with("client_secret", upper(p.app.Secret)) }, nil, badClient},
		"§4.7 secret with a space":              {func(f pairs) pairs { return f.with("client_secret", p.app.Secret+" ") }, nil, badClient},
		"§5.2 Basic":                            {func(f pairs) pairs { return f.without("client_secret") }, []string{"Authorization", basic(p.app.ID, p.app.Secret)}, badClient},
		"§5.2 Basic beside a good secret":       {nil, []string{"Authorization", basic(p.app.ID, p.app.Secret)}, badClient},
		"§5.2 Basic in small letters":           {nil, []string{"Authorization", strings.Replace(basic(p.app.ID, "x"), "Basic", "basic", 1)}, badClient},
		"§5.2 Basic without padding":            {nil, []string{"Authorization", strings.TrimRight(basic(p.app.ID, "xx"), "=")}, badClient},
		"§5.2 Basic malformed":                  {nil, []string{"Authorization", "Basic !"}, badInput},
		"§5.2 Basic alone":                      {nil, []string{"Authorization", "Basic"}, badInput},
		"§5.2 Basic, two spaces":                {nil, []string{"Authorization", "Basic  " + basic("a", "b")[6:]}, badInput},
		"§5.2 Basic, three words":               {nil, []string{"Authorization", basic("a", "b") + " x"}, badInput},
		"§5.2 Basic without colon":              {nil, []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("abc"))}, badInput},
		"§5.2 Basic without password":           {nil, []string{"Authorization", basic("a", "")}, badInput},
		"§5.2 Basic, cut escape":                {nil, []string{"Authorization", basic("a", "%4")}, badInput},
		"§5.2 client_id twice":                  {func(f pairs) pairs { return f.twice("client_id") }, nil, badInput},
		"§5.2 client_secret twice":              {func(f pairs) pairs { return f.twice("client_secret") }, nil, badInput},
		"§5.2 client_secret empty, then right":  {func(f pairs) pairs { return f.with("client_secret", "").and("client_secret", p.app.Secret) }, nil, noAnswer},
		"§5.2 secretless, without none":         {func(f pairs) pairs { return f.without("client_secret").and("code_verifier", "v") }, nil, badClient},
		"§5.2 secretless, no client_id":         {func(f pairs) pairs { return f.without("client_secret").without("client_id").and("code_verifier", "v") }, nil, badInput},
		"§4.7 assertion":                        {func(f pairs) pairs { return f.and("client_assertion", "a.b.c").and("client_assertion_type", jwtBearer) }, nil, badClient},
		"§4.7 assertion twice": {func(f pairs) pairs {
			return f.and("client_assertion", "a").and("client_assertion", "b").and("client_assertion_type", jwtBearer)
		}, nil, badInput},
		"§4.7 assertion without client_id": {func(f pairs) pairs {
			return f.without("client_id").and("client_assertion", "a").and("client_assertion_type", jwtBearer)
		}, nil, badInput},
		"§4.7 assertion of another type, no secret": {func(f pairs) pairs {
			return f.without("client_secret").and("client_assertion", "a").and("client_assertion_type", "x")
		}, nil, noAnswer},
		"§5.2 junk bearer":      {nil, []string{"Authorization", "Bearer junk"}, noAnswer},
		"§5.2 empty bearer":     {nil, []string{"Authorization", "Bearer "}, noAnswer},
		"§5.2 junk DPoP":        {nil, []string{"DPoP", "junk"}, `400 {"error":"invalid_dpop_proof"}`},
		"§5.2 two DPoP headers": {nil, []string{"DPoP", "a", "DPoP", "b"}, badParameter("DPoP")},
	} {
		t.Run(name, func(t *testing.T) {
			fields := p.exchanging(p.code(user, "files:read"))
			changed := fields
			if tt.change != nil {
				changed = tt.change(fields)
			}
			headers := tt.headers
			if len(headers) == 0 || headers[0] != "Content-Type" {
				headers = append([]string{"Content-Type", formType}, headers...)
			}
			p.send(http.MethodPost, "/oauth2/token", changed.encoded(), headers...).want(t, tt.want)
			p.token(fields).want(t, tokenPair)
		})
	}
}

func TestClientAuthenticationThatWorks(t *testing.T) {
	p := newPortal(t)
	for name, tt := range map[string]struct {
		change  func(pairs) pairs
		headers []string
	}{
		"§4.7 client_id in capitals":        {func(f pairs) pairs { return f.with("client_id", upper(p.app.ID)) }, nil},
		"§4.7 half an assertion":            {func(f pairs) pairs { return f.and("client_assertion", "a") }, nil},
		"§4.7 an assertion of another type": {func(f pairs) pairs { return f.and("client_assertion", "a").and("client_assertion_type", "x") }, nil},
		"§5.2 unknown Authorization":        {nil, []string{"Authorization", "Digest x"}},
		"§5.2 without User-Agent":           {nil, []string{"User-Agent", ""}},
		"§5.2 empty DPoP":                   {nil, []string{"DPoP", ""}},
		"§4.3 a DPoP proof changes nothing": {nil, []string{"DPoP", p.proof(t, http.MethodPost, p.url+"/oauth2/token")}},
	} {
		t.Run(name, func(t *testing.T) {
			fields := p.exchanging(p.code(user, "files:read"))
			if tt.change != nil {
				fields = tt.change(fields)
			}
			p.token(fields, tt.headers...).want(t, tokenPair)
		})
	}
}

// identity.md §5.2, last rows, and §4.3.
func TestDPoPAndBearer(t *testing.T) {
	p := newPortal(t)
	for name, proof := range map[string]string{
		"§4.3 another address": p.proof(t, http.MethodPost, p.url+"/oauth2/revoke"),
		"§4.3 another method":  p.proof(t, http.MethodGet, p.url+"/oauth2/token"),
	} {
		t.Log(name)
		fields := p.exchanging(p.code(user, "files:read"))
		p.token(fields, "DPoP", proof).want(t, `400 {"error":"invalid_dpop_proof"}`)
		p.token(fields.with("code", "x"), "DPoP", proof).want(t, badGrant)
		tokens := p.token(fields)
		tokens.want(t, tokenPair)
		refresh := pairs{"grant_type", "refresh_token", "refresh_token", tokens.text("refresh_token"), "client_id", p.app.ID, "client_secret", p.app.Secret}
		p.token(refresh.with("refresh_token", "x"), "DPoP", proof).want(t, badGrant)
		p.token(refresh.and("scope", "nope"), "DPoP", proof).want(t, badScope)
		p.token(refresh, "DPoP", proof).want(t, `400 {"error":"invalid_dpop_proof"}`)
		p.token(refresh).want(t, tokenPair)
	}
	bearer := []string{"Authorization", "bearer " + p.personal("files:read").text("access_token")}
	fields := p.exchanging(p.code(user, "files:read"))
	p.token(fields, bearer...).want(t, foreign)
	p.token(fields.without("client_secret"), bearer...).want(t, foreign)
	p.token(fields.with("client_secret", "x"), bearer...).want(t, badClient)
	p.token(fields.without("code"), bearer...).want(t, badParameter("code"))
	p.token(fields.with("grant_type", "x"), bearer...).want(t, badParameter("grant_type"))
	p.token(p.personally("files:read"), bearer...).want(t, `400 {"error":"unauthorized_client","error_description":"OAuth 2.0 Parameter: token","error_uri":"U52"}`)
	p.token(p.personally("files:read"), append(bearer, "x-signature", p.sign(user))...).want(t, foreign)
	p.token(fields).want(t, tokenPair)
}

// identity.md §4.7: exchanges without a secret.
func TestSecretlessExchange(t *testing.T) {
	p := newPortal(t)
	p.app = p.addApp(func(a *store.App) { a.AllowPKCE = true })
	challenged := []string{"code_challenge", "ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs", "code_challenge_method", "S256"}
	fields := func(more ...string) pairs {
		return p.exchanging(p.code(user, "files:read", more...)).without("client_secret").and("code_verifier", "a")
	}
	p.token(fields(challenged...)).want(t, accessOnly)
	p.token(fields(challenged...).with("client_id", upper(p.app.ID))).want(t, accessOnly)
	p.token(fields(challenged...).with("client_secret", "")).want(t, accessOnly)
	p.token(fields(challenged...).with("client_secret", "x")).want(t, badClient)
	p.token(fields(challenged...).with("client_secret", p.app.Secret)).want(t, tokenPair)
	p.token(fields(challenged...).twice("code_verifier")).want(t, badInput)
	p.token(fields(challenged...).twice("code")).want(t, anErrorPage)
	p.token(fields()).want(t, badGrant)
	p.token(fields(challenged...).without("code_verifier")).want(t, noAnswer)
	p.token(fields(challenged...).with("grant_type", "refresh_token")).want(t, noAnswer)
	hidden := fields(challenged...)
	p.send(http.MethodPost, "/oauth2/token?code_verifier=a", hidden.without("code_verifier").encoded(), "Content-Type", formType).want(t, anErrorPage)
	p.token(hidden).want(t, accessOnly)
	p.post("/oauth2/revoke", form("token", "x", "client_id", p.app.ID)).want(t, noAnswer)
}

// identity.md §5.1: who gets a challenge, who gets a session.
func TestUnauthorizedHeaders(t *testing.T) {
	p := newPortal(t)
	browser := "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
	for name, tt := range map[string]struct {
		headers            []string
		challenge, session bool
	}{
		"§5.1 Accept absent":            {nil, true, true},
		"§5.1 Accept */*":               {[]string{"Accept", "*/*"}, true, true},
		"§5.1 Accept JSON":              {[]string{"Accept", "application/json"}, true, false},
		"§5.1 Accept form":              {[]string{"Accept", "application/x-www-form-urlencoded"}, true, true},
		"§5.1 Accept XML":               {[]string{"Accept", "application/xml"}, true, true},
		"§5.1 Accept octet-stream":      {[]string{"Accept", "application/octet-stream"}, true, true},
		"§5.1 Accept HTML":              {[]string{"Accept", "text/html"}, false, true},
		"§5.1 a browser":                {[]string{"Accept", browser}, false, true},
		"§5.1 Accept PNG":               {[]string{"Accept", "image/png"}, false, true},
		"§5.1 a list":                   {[]string{"Accept", "application/json, text/plain, */*"}, false, false},
		"§5.1 XMLHttpRequest":           {[]string{"X-Requested-With", "XMLHttpRequest"}, true, false},
		"§5.1 XMLHttpRequest, HTML":     {[]string{"X-Requested-With", "XMLHttpRequest", "Accept", "text/html"}, true, false},
		"§5.1 another X-Requested-With": {[]string{"X-Requested-With", "fetch", "Accept", "image/png"}, false, true},
		"§5.1 Accept unreadable":        {[]string{"Accept", ";;;"}, true, true},
	} {
		for _, path := range []string{"/oauth2/token", "/oauth2/revoke"} {
			t.Run(name+" "+path, func(t *testing.T) {
				a := p.post(path, form("grant_type", "authorization_code"), tt.headers...)
				a.want(t, noAnswer)
				challenge := a.header.Get("Www-Authenticate")
				want := ""
				if tt.challenge {
					want = `Bearer resource_metadata="` + p.url + `/.well-known/oauth-protected-resource"`
				}
				if challenge != want || (a.cookie("JSESSIONID") != "") != tt.session {
					t.Errorf("challenge %q, cookies %v", challenge, a.header["Set-Cookie"])
				}
			})
		}
	}
	a := p.token(p.exchanging("x").with("client_secret", "x"))
	if a.header.Get("Www-Authenticate") != "" || a.header.Get("Set-Cookie") != "" || a.header.Get("Content-Type") != "application/json;charset=UTF-8" {
		t.Errorf("§5 invalid_client: %v", a.header)
	}
}
