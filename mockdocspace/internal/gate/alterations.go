package gate

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
)

// alterations lists what can go wrong, by place.
var alterations = slices.Concat(discoveryAlterations, tokenAlterations, otherAlterations, apiAlterations, robustAlterations)

type (
	writer  = http.ResponseWriter
	request = *http.Request
	handler = http.Handler
)

var discoveryAlterations = []alteration{
	{metadata, func(g *rules.Gate) bool { return g.Discovery.NoSubjectTypes }, func(w writer, r request, next handler) {
		editJSON(w, r, next, func(members map[string]any) bool {
			delete(members, "subject_types_supported")
			return true
		})
	}},
	{metadataAlias, func(g *rules.Gate) bool { return g.Discovery.NoAlias }, func(w writer, _ request, _ handler) {
		refuse(w, http.StatusNotFound, "")
	}},
}

// tokenParameters are those of the two grants that refuseUnknown looks at.
var tokenParameters = []string{"grant_type", "code", "redirect_uri", "client_id", "client_secret", "code_verifier", "refresh_token", "scope"}

var tokenAlterations = []alteration{
	{token, func(g *rules.Gate) bool { return g.Token.DeadRefreshToken }, func(w writer, r request, next handler) {
		exchange := peekForm(r).Get("grant_type") == "authorization_code"
		editJSON(w, r, next, func(members map[string]any) bool {
			value, _ := members["refresh_token"].(string)
			members["refresh_token"] = reversed(value)
			return exchange && value != ""
		})
	}},
	{token, func(g *rules.Gate) bool { return g.Token.DeadRefreshedAccess }, func(w writer, r request, next handler) {
		refresh := peekForm(r).Get("grant_type") == "refresh_token"
		editJSON(w, r, next, func(members map[string]any) bool {
			value, _ := members["access_token"].(string)
			dot := strings.LastIndexByte(value, '.')
			if !refresh || dot < 0 {
				return false
			}
			members["access_token"] = value[:dot+1] + reversed(value[dot+1:])
			return true
		})
	}},
	{token, func(g *rules.Gate) bool { return g.Token.RefuseUnknown }, func(w writer, r request, next handler) {
		form := peekForm(r)
		if slices.Contains([]string{"authorization_code", "refresh_token"}, form.Get("grant_type")) {
			for name := range form {
				if !slices.Contains(tokenParameters, name) {
					refuse(w, http.StatusBadRequest, "invalid_request")
					return
				}
			}
		}
		next.ServeHTTP(w, r)
	}},
	{token, func(g *rules.Gate) bool { return g.Token.AcceptJSON }, func(w writer, r request, next handler) {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			next.ServeHTTP(w, r)
			return
		}
		var members map[string]string
		form := peekForm(&http.Request{})
		if json.Unmarshal(peekBody(r), &members) == nil {
			for name, value := range members {
				form.Set(name, value)
			}
		}
		next.ServeHTTP(w, withForm(r, form))
	}},
	{token, func(g *rules.Gate) bool { return g.Token.GrantTypeOptional }, func(w writer, r request, next handler) {
		if form := peekForm(r); isForm(r) && form.Get("grant_type") == "" {
			form.Set("grant_type", "authorization_code")
			r = withForm(r, form)
		}
		next.ServeHTTP(w, r)
	}},
	{token, func(g *rules.Gate) bool { return g.Token.ClientCredentials }, func(w writer, r request, next handler) {
		if peekForm(r).Get("grant_type") != "client_credentials" {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "client-credentials", "token_type": "Bearer", "expires_in": 3600})
	}},
	{token, func(g *rules.Gate) bool { return g.Token.NoCORS }, func(w writer, r request, next handler) {
		h := hold(w, r, next)
		for name := range h.header {
			if strings.HasPrefix(name, "Access-Control-") {
				h.header.Del(name)
			}
		}
		h.release(w)
	}},
	{token, func(g *rules.Gate) bool { return g.Token.NamesKind }, func(w writer, r request, next handler) {
		known := claimsOf(peekForm(r).Get("refresh_token")) != nil
		editJSON(w, r, next, func(members map[string]any) bool {
			if !known || members["error"] == nil {
				return false
			}
			members["error"] = "unauthorized_client"
			return true
		})
	}},
	{token, func(g *rules.Gate) bool { return g.Token.MissingRefreshIsBadGrant }, func(w writer, r request, next handler) {
		form := peekForm(r)
		if form.Get("grant_type") == "refresh_token" && form.Get("refresh_token") == "" {
			refuse(w, http.StatusBadRequest, "invalid_grant")
			return
		}
		next.ServeHTTP(w, r)
	}},
}

var otherAlterations = []alteration{
	{authorize, func(g *rules.Gate) bool { return g.Other.InventNonce }, func(w writer, r request, next handler) {
		query := r.URL.Query()
		if r.Method == http.MethodGet && query.Get("nonce") == "" && slices.Contains(strings.Fields(query.Get("scope")), "openid") {
			query.Set("nonce", "nobody-sent-this")
			r = withQuery(r, query)
		}
		next.ServeHTTP(w, r)
	}},
	{revoke, func(g *rules.Gate) bool { return g.Other.RevokeTokenOptional }, func(w writer, r request, next handler) {
		if r.Method == http.MethodPost && peekForm(r).Get("token") == "" {
			w.WriteHeader(http.StatusOK)
			return
		}
		next.ServeHTTP(w, r)
	}},
	{introspect, func(g *rules.Gate) bool { return g.Other.IntrospectChatty }, func(w writer, r request, next handler) {
		editJSON(w, r, next, func(members map[string]any) bool {
			members["username"] = "somebody"
			return members["active"] == true && members["token_type"] == nil
		})
	}},
	{introspect, func(g *rules.Gate) bool { return g.Other.IntrospectGet }, func(w writer, r request, next handler) {
		if r.Method == http.MethodGet {
			r = withForm(withQuery(r, nil), r.URL.Query())
		}
		next.ServeHTTP(w, r)
	}},
	{api, func(g *rules.Gate) bool { return g.Other.SignOutIgnored }, func(w writer, r request, next handler) {
		if below(r) == "authentication/logout" {
			w.WriteHeader(http.StatusOK)
			return
		}
		next.ServeHTTP(w, r)
	}},
	{userinfo, func(g *rules.Gate) bool { return g.Other.UserInfoGetOnly }, func(w writer, r request, next handler) {
		if r.Method == http.MethodPost {
			refuse(w, http.StatusMethodNotAllowed, "")
			return
		}
		next.ServeHTTP(w, r)
	}},
}

var apiAlterations = []alteration{
	{api, func(g *rules.Gate) bool { return g.API.RoomsRefused }, func(w writer, r request, next handler) {
		if r.Method == http.MethodGet && below(r) == "files/rooms" {
			refuse(w, http.StatusUnauthorized, "")
			return
		}
		next.ServeHTTP(w, r)
	}},
	{api, func(g *rules.Gate) bool { return g.API.AnyTokenNeedsScope }, func(w writer, r request, next handler) {
		if below(r) == "settings/security/password" {
			refuse(w, http.StatusForbidden, "")
			return
		}
		next.ServeHTTP(w, r)
	}},
	{api, func(g *rules.Gate) bool { return g.API.CapabilitiesClosed }, func(w writer, r request, next handler) {
		if below(r) == "capabilities" && r.Header.Get("Authorization") == "" {
			refuse(w, http.StatusUnauthorized, "")
			return
		}
		next.ServeHTTP(w, r)
	}},
	{api, func(g *rules.Gate) bool { return g.API.HideReason }, func(w writer, r request, next handler) {
		h := hold(w, r, next)
		if h.status == http.StatusForbidden {
			h.body.Reset()
			h.header.Del("Content-Type")
		}
		h.release(w)
	}},
	{api, func(g *rules.Gate) bool { return g.API.IgnoreFields }, func(w writer, r request, next handler) {
		next.ServeHTTP(w, withoutParameters(r, "fields"))
	}},
	{api, func(g *rules.Gate) bool { return g.API.UnknownGroupIs500 }, func(w writer, r request, next handler) {
		h := hold(w, r, next)
		if h.status == http.StatusNotFound && strings.HasPrefix(below(r), "group/") {
			h.status = http.StatusInternalServerError
		}
		h.release(w)
	}},
	{api, func(g *rules.Gate) bool { return g.API.IgnorePaging }, func(w writer, r request, next handler) {
		next.ServeHTTP(w, withoutParameters(r, "startIndex", "count"))
	}},
	{api, func(g *rules.Gate) bool { return g.API.ForgetFiles }, func(w writer, r request, next handler) {
		if r.Method != http.MethodGet || below(r) != "files/@my" {
			next.ServeHTTP(w, r)
			return
		}
		editJSON(w, r, next, func(members map[string]any) bool {
			folder, ok := members["response"].(map[string]any)
			if ok {
				folder["files"] = []any{}
			}
			return ok
		})
	}},
}

// slowToken is how long long tokens take.
const slowToken = 2 * time.Second

var robustAlterations = []alteration{
	{authorize, func(g *rules.Gate) bool { return g.Robust.LongURLIs500 }, func(w writer, r request, next handler) {
		if len(r.URL.RawQuery) > 2<<10 {
			refuse(w, http.StatusInternalServerError, "")
			return
		}
		next.ServeHTTP(w, r)
	}},
	{token, func(g *rules.Gate) bool { return g.Robust.LongTokenIsSlow }, func(w writer, r request, next handler) {
		if r.ContentLength > 8<<10 {
			wait(r.Context(), slowToken)
		}
		next.ServeHTTP(w, r)
	}},
}

// withoutParameters is the request with less of a query.
func withoutParameters(r *http.Request, names ...string) *http.Request {
	query := r.URL.Query()
	for _, name := range names {
		query.Del(name)
	}
	return withQuery(r, query)
}

// reversed is as long as text and hardly ever it.
func reversed(text string) string {
	letters := []byte(text)
	slices.Reverse(letters)
	return string(letters)
}
