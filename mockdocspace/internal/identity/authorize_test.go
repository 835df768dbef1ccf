package identity_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

// The rows of identity.md §6.1 and the parameter table of §3.1.
func TestAuthorize(t *testing.T) {
	p := newPortal(t)
	challenge := func(ask pairs) pairs {
		return ask.with("code_challenge", "c").with("code_challenge_method", "S256")
	}
	pkceError := "app: invalid_request rfc7636#section-4.4.1"
	for name, tt := range map[string]struct {
		ask  func(pairs) pairs
		want string
	}{
		"§3.1 complete":                {func(a pairs) pairs { return a }, aConsent},
		"§3.1 openid alone":            {func(a pairs) pairs { return a.with("scope", "openid") }, aCode},
		"§3.1 unknown parameter twice": {func(a pairs) pairs { return a.and("x", "1").and("x", "2") }, aConsent},
		"§3.1 nonce twice":             {func(a pairs) pairs { return a.and("nonce", "1").and("nonce", "2") }, aConsent},
		"§3.1 ignored parameters": {func(a pairs) pairs {
			return a.and("request", "x").and("response_mode", "fragment").and("max_age", "0").and("resource", "r").and("dpop_jkt", "j")
		}, aConsent},
		"§3.1 state absent":                  {func(a pairs) pairs { return a.without("state") }, aConsent},
		"§3.1 state of one character":        {func(a pairs) pairs { return a.with("state", "x") }, aConsent},
		"§3.1 state empty":                   {func(a pairs) pairs { return a.with("state", "") }, aConsent},
		"§3.1 state empty, then full":        {func(a pairs) pairs { return a.with("state", "").and("state", "x") }, aConsent},
		"§3.1 state of 2000 characters":      {func(a pairs) pairs { return a.with("state", strings.Repeat("s", 2000)) }, aConsent},
		"§3.1 scope absent":                  {func(a pairs) pairs { return a.without("scope") }, aConsent},
		"§3.1 scope empty":                   {func(a pairs) pairs { return a.with("scope", "") }, aConsent},
		"§3.1 scope blank":                   {func(a pairs) pairs { return a.with("scope", "  ") }, aConsent},
		"§3.1 scope repeated inside":         {func(a pairs) pairs { return a.with("scope", "files:read files:read") }, aConsent},
		"§3.1 scope, two spaces":             {func(a pairs) pairs { return a.with("scope", "files:read  rooms:read") }, atApp("invalid_scope")},
		"§3.1 scope, space in front":         {func(a pairs) pairs { return a.with("scope", " files:read") }, atApp("invalid_scope")},
		"§3.1 scope, tab between":            {func(a pairs) pairs { return a.with("scope", "files:read\trooms:read") }, atApp("invalid_scope")},
		"§3.1 scope in capitals":             {func(a pairs) pairs { return a.with("scope", "Files:read") }, atApp("invalid_scope")},
		"§3.1 scope OpenID in capitals":      {func(a pairs) pairs { return a.with("scope", "OPENID") }, atApp("invalid_scope")},
		"§3.1 client_id in capitals":         {func(a pairs) pairs { return a.with("client_id", strings.ToUpper(p.app.ID)) }, aConsent},
		"§3.1 challenge":                     {challenge, aConsent},
		"§3.1 challenge empty":               {func(a pairs) pairs { return a.and("code_challenge", "") }, aConsent},
		"§3.1 method without challenge":      {func(a pairs) pairs { return a.and("code_challenge_method", "plain") }, aConsent},
		"§3.1 method empty":                  {func(a pairs) pairs { return challenge(a).with("code_challenge_method", "") }, pkceError},
		"§3.1 method in small letters":       {func(a pairs) pairs { return challenge(a).with("code_challenge_method", "s256") }, pkceError},
		"§3.1 challenge empty, then full":    {func(a pairs) pairs { return challenge(a).with("code_challenge", "").and("code_challenge", "c") }, atLogin("something_went_wrong_error")},
		"§3.1 prompt=none without openid":    {func(a pairs) pairs { return a.and("prompt", "none") }, aConsent},
		"§3.1 prompt=none, openid alone":     {func(a pairs) pairs { return a.with("scope", "openid").and("prompt", "none") }, aCode},
		"§3.1 prompt unknown":                {func(a pairs) pairs { return a.with("scope", "openid").and("prompt", "create") }, aCode},
		"§3.1 prompt=login":                  {func(a pairs) pairs { return a.with("scope", "openid").and("prompt", "login") }, aCode},
		"§3.1 prompt none and unknown":       {func(a pairs) pairs { return a.with("scope", "openid").and("prompt", "none create") }, aCode},
		"§3.1 prompt twice without openid":   {func(a pairs) pairs { return a.and("prompt", "none").and("prompt", "none") }, aConsent},
		"§3.1 prompt twice with openid":      {func(a pairs) pairs { return a.with("scope", "openid").and("prompt", "none").and("prompt", "none") }, atLogin("invalid_request")},
		"§3.1 prompt twice, openid implied":  {func(a pairs) pairs { return a.without("scope").and("prompt", "none").and("prompt", "none") }, atLogin("something_went_wrong_error")},
		"§3.1 order: response_type first":    {func(a pairs) pairs { return a.with("response_type", "token").twice("state") }, atLogin("unsupported_response_type")},
		"§3.1 order: redirect before scope":  {func(a pairs) pairs { return a.with("redirect_uri", "https://evil.example.test/").with("scope", "x") }, atLogin("invalid_request")},
		"§3.1 order: scope before challenge": {func(a pairs) pairs { return a.with("scope", "x").and("code_challenge", "c") }, atApp("invalid_scope")},
		"§3.1 order: challenge before prompt": {func(a pairs) pairs {
			return a.with("scope", "openid").and("code_challenge", "c").and("prompt", "none login")
		}, pkceError},

		"§6.1 client_id missing":                 {func(a pairs) pairs { return a.without("client_id") }, atLogin("missing_client_id_error")},
		"§6.1 client_id empty":                   {func(a pairs) pairs { return a.with("client_id", "") }, atLogin("missing_client_id_error")},
		"§6.1 client_id blank":                   {func(a pairs) pairs { return a.with("client_id", " ") }, atLogin("missing_client_id_error")},
		"§6.1 client_id twice":                   {func(a pairs) pairs { return a.twice("client_id") }, atLogin("invalid_request")},
		"§6.1 unknown client":                    {func(a pairs) pairs { return a.with("client_id", otherUser) }, atLogin("client_not_found_error")},
		"§6.1 client_id no UUID":                 {func(a pairs) pairs { return a.with("client_id", "x") }, atLogin("client_not_found_error")},
		"§6.1 response_type missing":             {func(a pairs) pairs { return a.without("response_type") }, atLogin("invalid_request")},
		"§6.1 response_type empty":               {func(a pairs) pairs { return a.with("response_type", "") }, atLogin("invalid_request")},
		"§6.1 response_type twice":               {func(a pairs) pairs { return a.twice("response_type") }, atLogin("invalid_request")},
		"§6.1 response_type token":               {func(a pairs) pairs { return a.with("response_type", "token") }, atLogin("unsupported_response_type")},
		"§6.1 response_type in capitals":         {func(a pairs) pairs { return a.with("response_type", "CODE") }, atLogin("unsupported_response_type")},
		"§6.1 response_type code id_token":       {func(a pairs) pairs { return a.with("response_type", "code id_token") }, atLogin("unsupported_response_type")},
		"§6.1 redirect_uri twice":                {func(a pairs) pairs { return a.twice("redirect_uri") }, atLogin("invalid_request")},
		"§6.1 scope twice":                       {func(a pairs) pairs { return a.twice("scope") }, atLogin("invalid_request")},
		"§6.1 state twice":                       {func(a pairs) pairs { return a.twice("state") }, atLogin("invalid_request")},
		"§6.1 challenge twice":                   {func(a pairs) pairs { return challenge(a).twice("code_challenge") }, atLogin("invalid_request")},
		"§6.1 method twice":                      {func(a pairs) pairs { return challenge(a).twice("code_challenge_method") }, atLogin("invalid_request")},
		"§6.1 request_uri twice":                 {func(a pairs) pairs { return a.and("request_uri", "x").twice("request_uri") }, atLogin("invalid_request")},
		"§6.1 redirect_uri unregistered":         {func(a pairs) pairs { return a.with("redirect_uri", redirectURI+"/") }, atLogin("invalid_request")},
		"§6.1 redirect_uri with fragment":        {func(a pairs) pairs { return a.with("redirect_uri", redirectURI+"#x") }, atLogin("invalid_request")},
		"§6.1 redirect_uri missing with openid":  {func(a pairs) pairs { return a.without("redirect_uri").with("scope", "openid") }, atLogin("invalid_request")},
		"§6.1 redirect_uri missing, all scopes":  {func(a pairs) pairs { return a.without("redirect_uri").without("scope") }, atLogin("invalid_request")},
		"§6.1 redirect_uri missing":              {func(a pairs) pairs { return a.without("redirect_uri") }, aConsent},
		"§6.1 redirect_uri empty":                {func(a pairs) pairs { return a.with("redirect_uri", "") }, aConsent},
		"§6.1 redirect_uri missing, error there": {func(a pairs) pairs { return a.without("redirect_uri").with("scope", "x") }, atApp("invalid_scope")},
		"§6.1 scope unregistered":                {func(a pairs) pairs { return a.with("scope", "files:read files:admin") }, atApp("invalid_scope")},
		"§6.1 method missing":                    {func(a pairs) pairs { return a.and("code_challenge", "c") }, pkceError},
		"§6.1 method plain":                      {func(a pairs) pairs { return challenge(a).with("code_challenge_method", "plain") }, pkceError},
		"§6.1 prompt=none, consent needed":       {func(a pairs) pairs { return a.with("scope", "openid files:read").and("prompt", "none") }, atApp("consent_required")},
		"§6.1 prompt=none login":                 {func(a pairs) pairs { return a.with("scope", "openid").and("prompt", "none login") }, atApp("invalid_request")},
		"§6.1 prompt=consent none":               {func(a pairs) pairs { return a.with("scope", "openid").and("prompt", "consent none") }, atApp("invalid_request")},
		"§6.1 prompt=none select_account":        {func(a pairs) pairs { return a.with("scope", "openid").and("prompt", "none select_account") }, atApp("invalid_request")},
		"§6.1 request_uri":                       {func(a pairs) pairs { return a.and("request_uri", "https://x.example.test/") }, atApp("invalid_request")},
		"§6.1 request_uri instead of all": {func(a pairs) pairs {
			return pairs{"client_id", p.app.ID, "redirect_uri", redirectURI, "request_uri", "urn:x"}
		}, atApp("invalid_request")},
		"§6.1 request_uri empty": {func(a pairs) pairs { return a.and("request_uri", "") }, aConsent},
	} {
		t.Run(name, func(t *testing.T) { p.ask(tt.ask(p.asking())).want(t, tt.want) })
	}
}

// Parameters count wherever they stand.
func TestAuthorizeTakesParametersInAnyOrder(t *testing.T) {
	p := newPortal(t)
	p.ask(pairs{"state", "s", "scope", "files:read", "redirect_uri", redirectURI, "client_id", p.app.ID, "response_type", "code"}).want(t, aConsent)
}

// identity.md §6.1 and §2.2: who is signed in.
func TestAuthorizeSignature(t *testing.T) {
	p := newPortal(t)
	good, expired := p.sign(user), p.sign(user, func(c *signature.Claims) { c.Expires = p.clock.Now().Add(-2 * signature.Lifetime) })
	for name, tt := range map[string]struct {
		headers []string
		want    string
	}{
		"§6.1 not signed in":                    {[]string{"X-None", "1"}, atLogin("missing_asc_signature_error")},
		"§6.1 bad signature":                    {[]string{"x-signature", good + "x"}, atLogin("something_went_wrong_error")},
		"§6.1 expired signature":                {[]string{"x-signature", expired}, atLogin("something_went_wrong_error")},
		"§2.2 no JWT":                           {[]string{"x-signature", "junk"}, atLogin("something_went_wrong_error")},
		"§2.2 cookie":                           {[]string{"Cookie", "x-signature=" + good}, aConsent},
		"§2.2 cookie in capitals":               {[]string{"Cookie", "X-SIGNATURE=" + good}, aConsent},
		"§2.2 first cookie of the name":         {[]string{"Cookie", "x-signature=" + good + "; X-Signature=junk"}, aConsent},
		"§2.2 junk cookie wins over header":     {[]string{"Cookie", "x-signature=junk", "x-signature", good}, atLogin("something_went_wrong_error")},
		"§2.2 empty cookie hides the header":    {[]string{"Cookie", "x-signature=", "x-signature", good}, atLogin("missing_asc_signature_error")},
		"§2.2 empty header":                     {[]string{"x-signature", ""}, atLogin("missing_asc_signature_error")},
		"§2.2 no user_id":                       {[]string{"x-signature", p.sign("")}, atLogin("something_went_wrong_error")},
		"§2.2 guest":                            {[]string{"x-signature", p.sign(user, func(c *signature.Claims) { c.Guest = true })}, aConsent},
		"§2.2 not public":                       {[]string{"x-signature", p.sign(user, func(c *signature.Claims) { c.Public = false })}, aConsent},
		"§2.2 user of another portal":           {[]string{"x-signature", p.sign(otherUser, func(c *signature.Claims) { c.TenantID = 99 })}, aConsent},
		"§2.2 neither name nor e-mail is asked": {[]string{"x-signature", p.sign(user, func(c *signature.Claims) { c.UserName, c.UserEmail, c.TenantURL, c.TenantID = "", "", "", 0 })}, aConsent},
	} {
		t.Run(name, func(t *testing.T) { p.ask(p.asking(), tt.headers...).want(t, tt.want) })
	}
	strict := p.ask(p.asking(), "x-signature", p.sign(""))
	if strict.header.Get("Content-Security-Policy") == "" {
		t.Error("§2.2 a signature without user_id leaves the strict headers out")
	}
}

// identity.md §3.1: the signature is looked at before the client, the client before
// every parameter, and all that goes to the login page carries its error as it is.
func TestAuthorizeOrderOfTheFilter(t *testing.T) {
	p := newPortal(t)
	disabled := p.addApp(func(a *store.App) { a.Enabled = false })
	p.ask(pairs{"client_id", otherUser}, "x-signature", "junk").want(t, atLogin("something_went_wrong_error"))
	p.ask(pairs{"client_id", otherUser}, "X-None", "1").want(t, atLogin("missing_asc_signature_error"))
	p.ask(pairs{"client_id", disabled.ID}).want(t, atLogin("client_disabled_error"))

	for name, tt := range map[string]struct{ query, clientID string }{
		"absent":      {"scope=x", "&client_id"},
		"blank":       {"client_id=", "&client_id="},
		"unknown":     {"client_id=a%26b%20c", "&client_id=a&b c"},
		"capitals":    {"client_id=" + strings.ToUpper(p.app.ID), "&client_id=" + strings.ToUpper(p.app.ID)},
		"not ASCII":   {"client_id=caf%C3%A9%E2%82%AC", "&client_id=caf\xe9?"},
		"line breaks": {"client_id=a%0D%0Ab", "&client_id=a  b"},
	} {
		t.Run("§3.1 client_id printed, "+name, func(t *testing.T) {
			a := p.send(http.MethodGet, "/oauth2/authorize?"+tt.query, "")
			location := a.header.Get("Location")
			if want := "http://" + p.host + "/login?type=oauth2" + tt.clientID + "&error="; !strings.HasPrefix(location, want) {
				t.Errorf("Location %q, want %q…", location, want)
			}
			if a.header.Get("X-Redirect-Uri") != location {
				t.Errorf("X-Redirect-URI %q differs", a.header.Get("X-Redirect-Uri"))
			}
		})
	}
	if a := p.ask(p.asking().with("scope", "x").with("response_type", "x"), "x-signature", p.sign(user), "X-Disable-Redirect", "true"); a.status != http.StatusFound {
		t.Errorf("§3.1 X-Disable-Redirect was honoured on a login error: %d", a.status)
	}
}

// identity.md §3.1, step 2: the cookie that leads back.
func TestResumeCookie(t *testing.T) {
	p := newPortal(t)
	cookie := func(a answer) string {
		decoded, err := base64.URLEncoding.DecodeString(a.cookie("x-redirect-authorization-uri"))
		if err != nil {
			t.Errorf("cookie %q: %v", a.cookie("x-redirect-authorization-uri"), err)
		}
		return string(decoded)
	}
	query := "client_id=" + p.app.ID + "&x=%41+%20;b"
	for name, headers := range map[string][]string{"signed in": {"x-signature", p.sign(user)}, "not signed in": nil, "junk": {"x-signature", "x"}} {
		if got, want := cookie(p.send(http.MethodGet, "/oauth2/authorize?"+query, "", headers...)), p.url+"/oauth2/authorize?"+query; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if a := p.send(http.MethodGet, "/oauth2/authorize", ""); a.cookie("x-redirect-authorization-uri") != "" {
		t.Error("§3.1 a request without client_id set the cookie")
	}
	other := p.send(http.MethodGet, "/oauth2/authorize?"+query, "", "Host", "b.example.test:8090")
	if got, want := cookie(other), "http://b.example.test:8090/oauth2/authorize?"+query; got != want {
		t.Errorf("another Host: %q, want %q", got, want)
	}
	for _, attribute := range []string{"; Expires=", "; Max-Age=315360000; Path=/"} {
		if set := other.header.Get("Set-Cookie"); !strings.Contains(set, attribute) || strings.Contains(set, "HttpOnly") {
			t.Errorf("cookie %q lacks %q", set, attribute)
		}
	}
}

// identity.md §3.1: by Host, = as %3D, the whole requested set.
func TestConsentRedirect(t *testing.T) {
	p := newPortal(t)
	p.code(user, "files:read")
	ask := p.asking().with("scope", "files:read rooms:read").with("client_id", strings.ToUpper(p.app.ID))
	a := p.ask(ask, "x-signature", p.sign(user), "Host", "b.example.test:8090", "X-Forwarded-Host", "a.example.test", "X-Disable-Redirect", "true")
	state := a.cookie("client_state")
	want := "http://b.example.test:8090/oauth2/consent?scope=files:read%20rooms:read&client_id=" + p.app.ID + "&state=" + strings.TrimSuffix(state, "=") + "%3D"
	if got := a.header.Get("Location"); got != want || len(state) != 44 || a.status != http.StatusFound {
		t.Errorf("%d %q, want %q", a.status, got, want)
	}
}

// identity.md §3.1, the methods, and POST.
func TestAuthorizeMethods(t *testing.T) {
	p := newPortal(t)
	signed := []string{"x-signature", p.sign(user)}
	query := p.asking().encoded()
	for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions} {
		a := p.send(method, "/oauth2/authorize?"+query, "", signed...)
		if a.outcome() != anErrorPage || a.cookie("x-redirect-authorization-uri") == "" || a.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("§3.1 %s: %s %v", method, a.outcome(), a.header)
		}
	}
	p.post("/oauth2/authorize", query, signed...).want(t, aConsent)
	p.post("/oauth2/authorize?"+query, "", signed...).want(t, atLogin("invalid_request"))
	body, contentType := multipartForm(t, p.asking())
	p.send(http.MethodPost, "/oauth2/authorize", body, append(signed, "Content-Type", contentType)...).want(t, aConsent)
	p.send(http.MethodPost, "/oauth2/authorize", `{"client_id":"x"}`, append(signed, "Content-Type", "application/json")...).want(t, atLogin("missing_client_id_error"))
	p.send(http.MethodGet, "/oauth2/authorize/x?"+query, "", signed...).want(t, anErrorPage)
}

// identity.md §3.3: the answer to the app, character for character.
func TestSuccessRedirect(t *testing.T) {
	p := newPortal(t)
	queried := p.addApp(func(a *store.App) { a.RedirectURIs = []string{redirectURI + "?a=b"} })
	p.code(user, "files:read") // from now on silent
	for name, tt := range map[string]struct{ state, want string }{
		"plain":           {"s1", "&state=s1"},
		"absent":          {"", ""},
		"blank":           {" ", ""},
		"un-encoded":      {"a b&c=d#e%41+", "&state=a b&c=d#e%41+"},
		"semicolon":       {"a;b", "&state=a;b"},
		"not ASCII":       {"é€", "&state=\xe9?"},
		"2000 characters": {strings.Repeat("s", 2000), "&state=" + strings.Repeat("s", 2000)},
	} {
		t.Run("§3.3 state "+name, func(t *testing.T) {
			a := p.ask(p.asking().with("state", tt.state))
			target, rest, _ := strings.Cut(a.header.Get("Location"), "?code=")
			if len(rest) < 128 || target != redirectURI || rest[128:] != tt.want || a.header.Get("X-Redirect-Uri") != "" {
				t.Errorf("Location %q, want …%q", a.header.Get("Location"), tt.want)
			}
		})
	}
	disabled := p.ask(p.asking(), "x-signature", p.sign(user), "X-Disable-Redirect", "")
	if disabled.status != http.StatusOK || disabled.header.Get("Location") != "" || disabled.body != "" || disabled.location("code") == "" {
		t.Errorf("§3.3 X-Disable-Redirect: %d %v", disabled.status, disabled.header)
	}
	p.app = queried
	a := p.ask(p.asking().with("redirect_uri", redirectURI+"?a=b").with("scope", "openid"))
	if !strings.HasPrefix(a.header.Get("Location"), redirectURI+"?a=b?code=") || a.cookie("JSESSIONID") == "" {
		t.Errorf("§3.3 always '?': %q %v", a.header.Get("Location"), a.header)
	}
}

// identity.md §3.3: what fails after the code is stored, and that it is stored then.
func TestSuccessThatFailsLate(t *testing.T) {
	for name, tt := range map[string]struct {
		state   string
		headers []string
	}{
		"§3.3 without User-Agent":    {"s", []string{"User-Agent", ""}},
		"§3.3 line break in state":   {"a\nb", nil},
		"§3.3 carriage return there": {"a\rb", nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPortal(t)
			access := p.tokens(user, "files:read").text("access_token")
			headers := append([]string{"x-signature", p.sign(user)}, tt.headers...)
			p.ask(p.asking().with("state", tt.state), headers...).want(t, atLogin("something_went_wrong_error"))
			if p.active(access) {
				t.Error("the earlier access token is alive")
			}
			state := p.ask(p.asking().with("state", tt.state).with("scope", "rooms:read")).cookie("client_state")
			fields := form("client_id", p.app.ID, "state", state, "scope", "rooms:read")
			p.post("/oauth2/authorize", fields, headers...).want(t, atLogin("something_went_wrong_error"))
			p.consent(user, state, "rooms:read").want(t, atLogin("invalid_request"))
		})
	}
}

// identity.md §3.5: errors to the app are encoded and extend a query.
func TestFailureRedirect(t *testing.T) {
	p := newPortal(t)
	p.app = p.addApp(func(a *store.App) { a.RedirectURIs = []string{redirectURI + "?a=b"} })
	ask := p.asking().with("redirect_uri", redirectURI+"?a=b").with("scope", "x").with("state", "a b&é\r\n")
	want := redirectURI + "?a=b&error=invalid_scope&error_uri=" + url.QueryEscape("https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.2.1") + "&state=a%20b%26%C3%A9%0D%0A"
	a := p.ask(ask)
	if a.header.Get("Location") != want || a.header.Get("X-Redirect-Uri") != want || a.status != http.StatusFound {
		t.Errorf("§3.5: %d %q, want %q", a.status, a.header.Get("Location"), want)
	}
	a = p.ask(ask, "x-signature", p.sign(user), "X-Disable-Redirect", "0")
	if a.status != http.StatusOK || a.header.Get("Location") != "" || a.header.Get("X-Redirect-Uri") != want {
		t.Errorf("§3.5 X-Disable-Redirect: %d %v", a.status, a.header)
	}
	if a := p.ask(ask.without("state")); strings.Contains(a.header.Get("Location"), "state") {
		t.Errorf("§3.5 no state: %q", a.header.Get("Location"))
	}
}
