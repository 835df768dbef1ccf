package identity_test

import (
	"fmt"
	"net/http"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

const (
	rfcVerifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	rfcChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	idTokens     = "200 access_token expires_in id_token refresh_token scope token_type"
)

// exchanged is a probe: the outcome of one changed code exchange.
func exchanged(change func(*portal, pairs) pairs) func(*portal) string {
	return func(p *portal) string {
		return p.token(change(p, p.exchanging(p.code(user, "files:read")))).outcome()
	}
}

// challenged is a probe: the same with a challenge, and without a secret where asked.
func challenged(secret bool, change func(pairs) pairs) func(*portal) string {
	return func(p *portal) string {
		fields := p.exchanging(p.code(user, "files:read", "code_challenge", rfcChallenge, "code_challenge_method", "S256"))
		if !secret {
			fields = fields.without("client_secret")
		}
		return p.token(change(fields)).outcome()
	}
}

// tokenMember is a probe for a member of the token response.
func tokenMember(name string) func(*portal) string {
	return func(p *portal) string { return fmt.Sprintf("%T", p.tokens(user, "files:read").json(name)) }
}

// claim is a probe for whether a token's claim equals what the portal puts there.
func claim(kind, name string, want func(*portal) any) func(*portal) string {
	return func(p *portal) string {
		tokens := p.exchange(p.code(user, "openid files:read", "nonce", "n"))
		return fmt.Sprint(claims(p.t, tokens.text(kind))[name] == want(p))
	}
}

var tokenFaults = map[string]faultProbe{
	"token.accepts-expired-code": {without: badGrant, with: tokenPair, probe: func(p *portal) string {
		code := p.code(user, "files:read")
		p.advance(time.Hour)
		return p.exchange(code).outcome()
	}},
	"token.accepts-used-code": {without: badGrant, with: tokenPair, probe: func(p *portal) string {
		code := p.code(user, "files:read")
		p.exchange(code)
		return p.exchange(code).outcome()
	}},
	"token.reuse-keeps-tokens": {without: "false", with: "true", probe: func(p *portal) string {
		code := p.code(user, "files:read")
		tokens := p.exchange(code)
		p.exchange(code)
		return fmt.Sprint(p.active(tokens.text("access_token")))
	}},
	"token.any-client-code": {without: badGrant, with: tokenPair, everyoneOnly: true, probe: exchanged(func(p *portal, f pairs) pairs {
		other := p.addApp(nil)
		return f.with("client_id", other.ID).with("client_secret", other.Secret)
	})},
	"token.ignores-redirect-uri": {without: badGrant, with: tokenPair, probe: exchanged(func(_ *portal, f pairs) pairs { return f.with("redirect_uri", "x") })},
	"token.any-secret":           {without: noAnswer, with: tokenPair, probe: exchanged(func(_ *portal, f pairs) pairs { return f.without("client_secret") })},
	"token.secret-prefix":        {without: badClient, with: tokenPair, probe: exchanged(func(p *portal, f pairs) pairs { return f.with("client_secret", p.app.Secret+"x") })},
	"token.reveals-client": {
		without: badClient, with: `401 {"error":"invalid_client","error_description":"no client ` + otherUser + `"}`, everyoneOnly: true,
		probe: exchanged(func(_ *portal, f pairs) pairs { return f.with("client_id", otherUser) }),
	},
	"token.secret-in-query": {without: noAnswer, with: tokenPair, probe: func(p *portal) string {
		return p.post("/oauth2/token?"+p.exchanging(p.code(user, "files:read")).encoded(), "").outcome()
	}},
	"token.allows-get": {without: anErrorPage, with: tokenPair, probe: func(p *portal) string {
		return p.send(http.MethodGet, "/oauth2/token?"+p.exchanging(p.code(user, "files:read")).encoded(), "").outcome()
	}},
	"token.allows-duplicates": {without: badParameter("grant_type"), with: tokenPair, probe: exchanged(func(_ *portal, f pairs) pairs { return f.twice("grant_type") })},
	"token.error-200":         {without: badGrant, with: `200 {"error":"invalid_grant"}`, probe: exchanged(func(_ *portal, f pairs) pairs { return f.with("code", "x") })},
	"token.error-html": {without: badGrant, with: "400 <!doctype html><title>Error</title><h1>invalid_grant</h1>", probe: exchanged(func(_ *portal, f pairs) pairs {
		return f.with("code", "x")
	})},
	"token.allows-password": {without: badParameter("grant_type"), with: accessOnly, probe: func(p *portal) string {
		if err := p.store.PutUser(p.t.Context(), store.User{ID: user, TenantID: 1, Email: "anna@example.test", Password: "docspace"}); err != nil {
			p.t.Fatal(err)
		}
		return p.token(pairs{"grant_type", "password", "username", "anna@example.test", "password", "docspace", "client_id", p.app.ID, "client_secret", p.app.Secret}).outcome()
	}},
	"token.disabled-client-works": {without: badClient, with: tokenPair, probe: exchanged(func(p *portal, f pairs) pairs {
		p.change(func(a *store.App) { a.Enabled = false })
		return f
	})},
	"token.keeps-superseded": {without: "false false", with: "true true", probe: func(p *portal) string {
		tokens, personal := p.tokens(user, "files:read"), p.personal("files:read")
		p.tokens(user, "files:read")
		p.personal("files:read")
		return fmt.Sprint(p.active(tokens.text("access_token")), p.active(personal.text("access_token")))
	}},
	"token.missing-token-type": {without: "string", with: "<nil>", probe: tokenMember("token_type")},
	"token.expires-in-string":  {without: "float64", with: "string", probe: tokenMember("expires_in")},
	"token.drops-scope":        {without: "string", with: "<nil>", probe: tokenMember("scope")},
	"token.cacheable": {without: "no-cache, no-store, max-age=0, must-revalidate", with: "public, max-age=3600", probe: func(p *portal) string {
		return p.tokens(user, "files:read").header.Get("Cache-Control")
	}},
	"token.short-refresh": {without: "128", with: "6", probe: func(p *portal) string { return fmt.Sprint(len(p.tokens(user, "files:read").text("refresh_token"))) }},

	"pat.guest-allowed": {
		without: `400 {"error":"access_denied","error_description":"Guests are not allowed to generate personal access tokens"}`, with: accessOnly,
		probe: func(p *portal) string {
			return p.token(p.personally("files:read"), "x-signature", p.sign(user, func(c *signature.Claims) { c.Guest = true })).outcome()
		},
	},
	"pat.without-signature": {
		without: `400 {"error":"unauthorized_client","error_description":"OAuth 2.0 Parameter: token","error_uri":"U52"}`, with: accessOnly,
		probe: func(p *portal) string { return p.token(p.personally("files:read")).outcome() },
	},

	"jwt.drops-claim": {without: "true", with: "false", probe: claim("access_token", "cid", func(p *portal) any { return p.app.ID })},
	"jwt.wrong-aud":   {without: "true", with: "false", probe: claim("access_token", "aud", func(*portal) any { return tenantURL })},
	"jwt.wrong-key":   {without: "true", with: "false", probe: verified("access_token")},
	"jwt.alg-none":    {without: "true", with: "false", probe: verified("access_token")},
	"jwt.long-lived": {without: "3600", with: "86400", probe: func(p *portal) string {
		got := claims(p.t, p.tokens(user, "files:read").text("access_token"))
		return fmt.Sprint(got["exp"].(float64) - got["iat"].(float64))
	}},

	"pkce.ignores-verifier":  {without: badGrant, with: tokenPair, probe: challenged(true, func(f pairs) pairs { return f.and("code_verifier", "x") })},
	"pkce.verifier-optional": {without: badGrant, with: tokenPair, probe: challenged(true, unchanged)},
	"pkce.allows-plain": {without: "app: invalid_request rfc7636#section-4.4.1", with: tokenPair, probe: func(p *portal) string {
		asked := p.ask(p.asking().and("code_challenge", "abc").and("code_challenge_method", "plain"))
		if asked.outcome() != aConsent {
			return asked.outcome()
		}
		approved := p.consent(user, asked.cookie("client_state"), "files:read")
		return p.token(p.exchanging(approved.location("code")).and("code_verifier", "abc")).outcome()
	}},
	"pkce.allows-downgrade": {without: badGrant, with: tokenPair, probe: exchanged(func(_ *portal, f pairs) pairs { return f.and("code_verifier", "x") })},
	"pkce.public-without": {without: noAnswer, with: accessOnly, probe: func(p *portal) string {
		p.change(func(a *store.App) { a.AllowPKCE = true })
		return exchanged(func(_ *portal, f pairs) pairs { return f.without("client_secret") })(p)
	}},
	"pkce.public-any-client": {without: badClient, with: accessOnly, probe: challenged(false, func(f pairs) pairs { return f.and("code_verifier", rfcVerifier) })},
	"pkce.burns-code": {without: tokenPair, with: badGrant, probe: func(p *portal) string {
		fields := p.exchanging(p.code(user, "files:read", "code_challenge", rfcChallenge, "code_challenge_method", "S256"))
		p.token(fields.and("code_verifier", "x"))
		return p.token(fields.and("code_verifier", rfcVerifier)).outcome()
	}},

	"openid.without-scope": {without: tokenPair, with: idTokens, probe: exchanged(func(_ *portal, f pairs) pairs { return f })},
	"openid.drops-claim":   {without: "true", with: "false", probe: claim("id_token", "sub", func(*portal) any { return user })},
	"openid.drops-nonce":   {without: "true", with: "false", probe: claim("id_token", "nonce", func(*portal) any { return "n" })},
	"openid.changes-nonce": {without: "true", with: "false", probe: claim("id_token", "nonce", func(*portal) any { return "n" })},
	"openid.alg-none":      {without: "true", with: "false", probe: verified("id_token")},
	"openid.wrong-key":     {without: "true", with: "false", probe: verified("id_token")},
	"openid.refresh-other-sub": {without: "true", with: "false", probe: func(p *portal) string {
		refreshed := p.refresh(p.tokens(user, "openid").text("refresh_token"))
		return fmt.Sprint(claims(p.t, refreshed.text("id_token"))["sub"] == user)
	}},
	"userinfo.other-sub": {without: "true", with: "false", probe: func(p *portal) string {
		return fmt.Sprint(p.userInfo(p.tokens(user, "openid").text("access_token")).json("sub") == user)
	}},
	"userinfo.open": {without: "401", with: "200", probe: func(p *portal) string { return fmt.Sprint(p.userInfo("x").status) }},
}
