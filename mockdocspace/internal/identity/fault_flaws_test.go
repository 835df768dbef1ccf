package identity_test

import (
	"fmt"
	"strings"
	"time"
)

// aged is a probe: how far a time that a token tells is from the portal's, in minutes.
func aged(kind, claim string) func(*portal) string {
	return func(p *portal) string {
		told, _ := claims(p.t, p.tokens(user, "openid files:read").text(kind))[claim].(float64)
		if told == 0 {
			return "none"
		}
		return fmt.Sprint(time.Unix(int64(told), 0).Sub(p.clock.Now()).Round(time.Minute))
	}
}

// served is a probe: are the keys that a token and its successor name in the key set,
// and are they the same?
func served(kind string) func(*portal) string {
	return func(p *portal) string {
		first := p.tokens(user, "openid files:read")
		second := p.refresh(first.text("refresh_token"))
		a, b := keyID(p.t, first.text(kind)), keyID(p.t, second.text(kind))
		return fmt.Sprint(strings.Contains(strings.Join(p.keyIDs(), " "), a), a == b, p.verifies(second.text(kind)))
	}
}

var flawFaults = map[string]faultProbe{
	"jwt.expired":       {without: "1h0m0s", with: "-1h0m0s", probe: aged("access_token", "exp")},
	"jwt.not-yet-valid": {without: "0s", with: "1h0m0s", probe: aged("access_token", "nbf")},
	"jwt.wrong-iss":     {without: "true", with: "false", probe: claim("access_token", "iss", func(*portal) any { return tenantURL + "/oauth2" })},
	"jwt.other-sub":     {without: "true", with: "false", probe: claim("access_token", "sub", func(*portal) any { return user })},
	"jwt.other-kid":     {without: "true true true", with: "false true false", probe: served("access_token")},
	"jwt.new-key":       {without: "true true true", with: "true false true", probe: served("access_token")},

	"openid.expired":       {without: "30m0s", with: "-1h0m0s", probe: aged("id_token", "exp")},
	"openid.not-yet-valid": {without: "none", with: "1h0m0s", probe: aged("id_token", "nbf")},
	"openid.wrong-iss":     {without: "true", with: "false", probe: claim("id_token", "iss", func(*portal) any { return tenantURL + "/oauth2" })},
	"openid.other-sub":     {without: "true", with: "false", probe: claim("id_token", "sub", func(*portal) any { return user })},
	"openid.other-kid":     {without: "true true true", with: "false true false", probe: served("id_token")},
	"openid.new-key":       {without: "true true true", with: "true false true", probe: served("id_token")},
	"openid.wrong-aud":     {without: "true", with: "false", probe: claim("id_token", "aud", func(*portal) any { return tenantURL })},
	"openid.wrong-azp":     {without: "true", with: "false", probe: claim("id_token", "azp", func(p *portal) any { return p.app.ID })},

	// The portal believes its own tokens however its clock is off.
	"clock.ahead":  {without: "0s 0s 200", with: "10m0s 10m0s 200", probe: skewed},
	"clock.behind": {without: "0s 0s 200", with: "-2h0m0s -2h0m0s 200", probe: skewed},
}

func skewed(p *portal) string {
	return aged("access_token", "iat")(p) + " " + aged("id_token", "iat")(p) + " " +
		fmt.Sprint(p.userInfo(p.tokens(user, "openid").text("access_token")).status)
}
