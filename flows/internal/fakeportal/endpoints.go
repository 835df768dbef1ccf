package fakeportal

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
)

func (p *Portal) authorize(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		p.decide(w, r)
		return
	}
	query := r.URL.Query()
	if cookie, err := r.Cookie("x-signature"); err != nil || cookie.Value != Signature {
		p.toLogin(w, query.Get("client_id"), "missing_asc_signature_error")
		return
	}
	if query.Get("client_id") != ClientID {
		p.toLogin(w, query.Get("client_id"), "client_not_found_error")
		return
	}
	state := rand.Text() + "="
	p.mu.Lock()
	p.pending[state] = grant{
		redirectURI: query.Get("redirect_uri"), challenge: query.Get("code_challenge"),
		state: query.Get("state"), nonce: query.Get("nonce"), scopes: strings.Fields(query.Get("scope")),
	}
	p.mu.Unlock()
	w.Header().Add("Set-Cookie", "client_state="+state+"; Path=/")
	w.Header().Set("Location", p.URL+"/oauth2/consent?scope="+url.PathEscape(query.Get("scope"))+
		"&client_id="+ClientID+"&state="+url.QueryEscape(state))
	w.WriteHeader(http.StatusFound)
}

func (p *Portal) decide(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	g, ok := p.pending[r.PostForm.Get("state")]
	delete(p.pending, r.PostForm.Get("state"))
	p.mu.Unlock()
	if !ok {
		p.toLogin(w, r.PostForm.Get("client_id"), "invalid_request")
		return
	}
	callback := g.redirectURI + "?error=access_denied&state=" + url.QueryEscape(g.state)
	if scopes := r.PostForm["scope"]; len(scopes) > 0 {
		code := rand.Text()
		g.scopes = scopes
		p.mu.Lock()
		p.codes[code] = g
		p.mu.Unlock()
		callback = g.redirectURI + "?code=" + code + "&state=" + g.state
	}
	w.Header().Set("X-Redirect-URI", callback)
	if r.Header.Get("X-Disable-Redirect") == "" {
		w.Header().Set("Location", callback)
		w.WriteHeader(http.StatusFound)
	}
}

func (p *Portal) toLogin(w http.ResponseWriter, clientID, code string) {
	w.Header().Set("Location", p.URL+"/login?type=oauth2&client_id="+clientID+"&error="+code)
	w.WriteHeader(http.StatusFound)
}

func (p *Portal) token(w http.ResponseWriter, r *http.Request) {
	form := r.PostForm
	if r.Header.Get("Authorization") != "" || form.Get("client_id") != ClientID ||
		(form.Has("client_secret") && form.Get("client_secret") != Secret) {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	if !form.Has("client_secret") && !form.Has("code_verifier") {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	p.mu.Lock()
	var g grant
	var ok bool
	switch form.Get("grant_type") {
	case "authorization_code":
		g, ok = p.codes[form.Get("code")]
		ok = ok && g.redirectURI == form.Get("redirect_uri") && verifies(g.challenge, form.Get("code_verifier"))
		if ok {
			delete(p.codes, form.Get("code"))
		}
	case "refresh_token":
		g, ok = p.refresh[form.Get("refresh_token")]
		delete(p.refresh, form.Get("refresh_token"))
		if scope := form.Get("scope"); ok && scope != "" {
			g.scopes = strings.Fields(scope)
		}
	case "personal_access_token":
		g, ok = grant{scopes: strings.Fields(form.Get("scope"))}, r.Header.Get("X-Signature") == Signature
	}
	p.mu.Unlock()
	if !ok {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	writeJSON(w, http.StatusOK, p.issue(g, form.Has("client_secret") && form.Get("grant_type") != "personal_access_token"))
}

func verifies(challenge, verifier string) bool {
	if challenge == "" || verifier == "" {
		return challenge == verifier
	}
	return oauth2.S256ChallengeFromVerifier(verifier) == challenge
}

func (p *Portal) revoke(w http.ResponseWriter, r *http.Request) {
	if r.PostForm.Get("client_secret") != Secret {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.refresh[r.PostForm.Get("token")]; ok {
		delete(p.refresh, r.PostForm.Get("token"))
		clear(p.active)
	}
	delete(p.active, r.PostForm.Get("token"))
}

func (p *Portal) introspect(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	g, ok := p.active[r.PostForm.Get("token")]
	p.mu.Unlock()
	if !ok {
		writeJSON(w, http.StatusOK, map[string]any{"active": false})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"active": true, "sub": UserID, "aud": []string{p.URL}, "scope": strings.Join(g.scopes, " "), "client_id": ClientID,
	})
}

func (p *Portal) userinfo(w http.ResponseWriter, r *http.Request) {
	g, ok := p.bearer(r)
	switch {
	case !ok:
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
	case !slices.Contains(g.scopes, "openid"):
		writeJSON(w, http.StatusForbidden, map[string]string{"error": "insufficient_scope"})
	default:
		writeJSON(w, http.StatusOK, map[string]any{"sub": UserID, "aud": []string{p.URL}, "scope": g.scopes, "cid": ClientID})
	}
}

func (p *Portal) bearer(r *http.Request) (grant, bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	p.mu.Lock()
	defer p.mu.Unlock()
	g, known := p.active[token]
	return g, ok && known
}

func (p *Portal) jwks(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json;charset=ISO-8859-1")
	_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.Key.Public(), KeyID: keyID}}})
}

func (p *Portal) metadata(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"issuer": p.URL, "token_endpoint": p.URL + "/oauth2/token"})
}

func (p *Portal) self(w http.ResponseWriter, r *http.Request) {
	p.api(w, r, "accounts.self:read", map[string]any{
		"id": UserID, "displayName": "Jane &amp; Doe", "email": Email, "firstName": "Jane", "isAdmin": true,
	})
}

func (p *Portal) rooms(w http.ResponseWriter, r *http.Request) {
	p.api(w, r, "rooms:read", map[string]any{"folders": []any{
		map[string]any{"id": 7, "title": "Plans", "roomType": 5, "logo": map[string]any{"color": "61C059"}},
	}, "count": 1, "total": 1})
}

func (p *Portal) documents(w http.ResponseWriter, r *http.Request) {
	p.api(w, r, "files:read", map[string]any{
		"folders": []any{map[string]any{"id": 8, "title": "Drafts"}},
		"files":   []any{map[string]any{"id": 9, "title": "<b>Offer</b>.docx", "contentLength": "12 KB"}}, "count": 2, "total": 25,
	})
}

func (p *Portal) api(w http.ResponseWriter, r *http.Request, scope string, response any) {
	g, ok := p.bearer(r)
	switch {
	case !ok:
		w.WriteHeader(http.StatusUnauthorized)
	case !slices.Contains(g.scopes, scope):
		w.WriteHeader(http.StatusForbidden)
	default:
		envelope(w, r, response)
	}
}

func envelope(w http.ResponseWriter, r *http.Request, response any) {
	writeJSON(w, http.StatusOK, map[string]any{
		"response": response, "count": 1, "status": 0, "statusCode": 200,
		"links": []any{map[string]any{"href": r.URL.String(), "action": r.Method}},
	})
}

func (p *Portal) signIn(w http.ResponseWriter, r *http.Request) {
	var body struct{ UserName, Password string }
	if json.NewDecoder(r.Body).Decode(&body) != nil || body.UserName != Email || body.Password != Password {
		writeJSON(w, http.StatusUnauthorized, map[string]any{
			"error": map[string]any{"message": "User authentication failed", "hresult": 0}, "status": 1, "statusCode": 401,
		})
		return
	}
	envelope(w, r, map[string]any{"token": "session-1", "sms": false, "tfa": false})
}

func (p *Portal) signature(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie("asc_auth_key"); err != nil || cookie.Value != "session-1" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	envelope(w, r, Signature)
}

func (p *Portal) register(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie("x-signature"); err != nil || cookie.Value != Signature {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	var body map[string]any
	if json.NewDecoder(r.Body).Decode(&body) != nil || body["name"] == "" {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"title": "Bad Request", "status": 400, "detail": "Validation failed",
			"errors": []any{map[string]any{"field": "name", "code": "EmptyFieldError", "message": "client name is expected"}},
		})
		return
	}
	body["client_id"], body["client_secret"], body["enabled"] = ClientID, Secret, true
	writeJSON(w, http.StatusCreated, body)
}
