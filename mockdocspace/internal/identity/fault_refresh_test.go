package identity_test

import (
	"fmt"
	"strings"
	"time"
)

// refreshed is a probe on the refresh token of a flow.
func refreshed(probe func(p *portal, tokens answer) string) func(*portal) string {
	return func(p *portal) string { return probe(p, p.tokens(user, "files:read rooms:read")) }
}

// revoked is a probe: which tokens live on after one was revoked.
func revoked(kind string) func(*portal) string {
	return refreshed(func(p *portal, tokens answer) string {
		p.post("/oauth2/revoke", p.revoking(tokens.text(kind)).encoded())
		return fmt.Sprint(p.active(tokens.text("access_token")), p.active(tokens.text("refresh_token")))
	})
}

// otherApp are the fields with another app's credentials.
func (p *portal) otherApp(fields pairs) pairs {
	other := p.addApp(nil)
	return fields.with("client_id", other.ID).with("client_secret", other.Secret)
}

func (p *portal) refreshing(token string) pairs {
	return pairs{"grant_type", "refresh_token", "refresh_token", token, "client_id", p.app.ID, "client_secret", p.app.Secret}
}

var refreshFaults = map[string]faultProbe{
	"refresh.no-rotation": {without: "true", with: "false", probe: refreshed(func(p *portal, tokens answer) string {
		return fmt.Sprint(p.refresh(tokens.text("refresh_token")).text("refresh_token") != tokens.text("refresh_token"))
	})},
	"refresh.accepts-old": {without: badGrant, with: tokenPair, probe: refreshed(func(p *portal, tokens answer) string {
		p.refresh(tokens.text("refresh_token"))
		return p.refresh(tokens.text("refresh_token")).outcome()
	})},
	"refresh.any-client": {without: badGrant, with: tokenPair, everyoneOnly: true, probe: refreshed(func(p *portal, tokens answer) string {
		return p.token(p.otherApp(p.refreshing(tokens.text("refresh_token")))).outcome()
	})},
	"refresh.accepts-access-token": {without: badGrant, with: tokenPair, strict: true, probe: refreshed(func(p *portal, tokens answer) string {
		return p.refresh(tokens.text("access_token")).outcome()
	})},
	"refresh.without-secret": {without: noAnswer, with: tokenPair, probe: refreshed(func(p *portal, tokens answer) string {
		return p.token(p.refreshing(tokens.text("refresh_token")).without("client_secret")).outcome()
	})},
	"refresh.ignores-scope": {without: "files:read", with: "files:read rooms:read", probe: refreshed(func(p *portal, tokens answer) string {
		return strings.Join(words(p.refresh(tokens.text("refresh_token"), "scope", "files:read").json("scope")), " ")
	})},
	"refresh.widens-scope": {without: badScope, with: tokenPair, probe: refreshed(func(p *portal, tokens answer) string {
		return p.refresh(tokens.text("refresh_token"), "scope", "files:read files:write").outcome()
	})},
	"refresh.keeps-access": {without: "false", with: "true", probe: refreshed(func(p *portal, tokens answer) string {
		p.refresh(tokens.text("refresh_token"))
		return fmt.Sprint(p.active(tokens.text("access_token")))
	})},
	"refresh.survives-revocation": {without: badGrant, with: tokenPair, probe: refreshed(func(p *portal, tokens answer) string {
		p.post("/oauth2/revoke", p.revoking(tokens.text("refresh_token")).encoded())
		return p.refresh(tokens.text("refresh_token")).outcome()
	})},
	"refresh.never-expires": {without: badGrant, with: tokenPair, probe: refreshed(func(p *portal, tokens answer) string {
		p.advance(61 * 24 * time.Hour)
		return p.refresh(tokens.text("refresh_token")).outcome()
	})},

	"revoke.noop":         {without: "false false", with: "true true", probe: revoked("refresh_token")},
	"revoke.access-noop":  {without: "false true", with: "true true", probe: revoked("access_token")},
	"revoke.keeps-access": {without: "false false", with: "true false", probe: revoked("refresh_token")},
	"revoke.any-client": {without: foreign, with: "200 ", everyoneOnly: true, probe: refreshed(func(p *portal, tokens answer) string {
		return p.post("/oauth2/revoke", p.otherApp(p.revoking(tokens.text("refresh_token"))).encoded()).outcome()
	})},
	"revoke.without-secret": {without: noAnswer, with: "200 ", probe: refreshed(func(p *portal, tokens answer) string {
		return p.post("/oauth2/revoke", p.revoking(tokens.text("refresh_token")).without("client_secret").encoded()).outcome()
	})},
	"revoke.unknown-400": {without: "200 ", with: badInput, probe: func(p *portal) string {
		return p.post("/oauth2/revoke", p.revoking("x").encoded()).outcome()
	}},

	"introspect.wrong-scope": {without: "files:read rooms:read", with: "files:read other:scope rooms:read", probe: refreshed(func(p *portal, tokens answer) string {
		return strings.Join(words(p.post("/oauth2/introspect", form("token", tokens.text("access_token"))).json("scope")), " ")
	})},
	"introspect.always-active": {without: inactive, with: `200 {"active":true}`, probe: refreshed(func(p *portal, tokens answer) string {
		p.tokens(user, "files:read") // supersedes
		return p.post("/oauth2/introspect", form("token", tokens.text("access_token"))).outcome()
	})},
	"introspect.leaks-inactive": {without: "false", with: "true", probe: refreshed(func(p *portal, tokens answer) string {
		p.post("/oauth2/revoke", p.revoking(tokens.text("refresh_token")).encoded())
		return fmt.Sprint(p.post("/oauth2/introspect", form("token", tokens.text("refresh_token"))).json("client_id") == p.app.ID)
	})},
}
