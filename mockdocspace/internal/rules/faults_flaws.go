package rules

import (
	"slices"
	"time"
)

// flawFaults spoil what tokens say about themselves.
var flawFaults = slices.Concat(
	flaws("jwt", "Access tokens", "access tokens", func(r *Rules) *Flaws { return &r.JWT.Flaws }, map[string]string{
		"expired":       "rfc6750/5.3/lifetime",
		"not-yet-valid": "docspace/token/access-token-claims",
		"wrong-iss":     "docspace/token/access-token-claims",
		"other-sub":     "docspace/token/access-token-claims",
		"other-kid":     "rfc7515/5.2/signature-verifies",
	}),
	flaws("openid", "id_tokens", "id_tokens", func(r *Rules) *Flaws { return &r.OpenID.Flaws }, map[string]string{
		"other-kid": "oidc-core/3.1.3.7/signature",
	}),
	[]Fault{
		{
			Name: "openid.wrong-aud", Sentence: "id_tokens have the aud of another app.",
			App:    "Signs nobody in: aud is neither the portal nor the app (docs/portal/identity.md §4.4).",
			Change: func(r *Rules) { r.OpenID.WrongAudience = true },
		},
		{
			Name: "openid.wrong-azp", Sentence: "id_tokens have the azp of another app.",
			App:    "Signs nobody in: azp is not its client id (OpenID Connect Core §3.1.3.7).",
			Change: func(r *Rules) { r.OpenID.WrongParty = true },
		},
	},
	clockFaults(),
)

// flaws are the faults of one kind of token; breaks names the checks that notice.
func flaws(prefix, subject, where string, of func(*Rules) *Flaws, breaks map[string]string) []Fault {
	const (
		trusts = "Believes no claim of such a token; signs nobody in with it."
		asks   = "Fetches the key set once more, not at every token, and then verifies or refuses."
	)
	var faults []Fault
	for _, f := range []struct {
		name, sentence, app string
		change              func(*Flaws)
	}{
		{"expired", " expired an hour ago.", trusts, func(f *Flaws) { f.Expired = true }},
		{"not-yet-valid", " are not valid before an hour from now.", trusts, func(f *Flaws) { f.NotYetValid = true }},
		{"wrong-iss", " have the iss of another portal.", trusts, func(f *Flaws) { f.WrongIssuer = true }},
		{"other-sub", " name another subject.", "Notices where it knows the user: compares sub of id_token, access token and userinfo.", func(f *Flaws) { f.OtherSubject = true }},
		{"other-kid", " name a key that is not served.", asks, func(f *Flaws) { f.OtherKeyID = true }},
		{"new-key", " are signed with a new key each, served from then on: rotation in the middle of a flow.", asks, func(f *Flaws) { f.NewKey = true }},
	} {
		fault := Fault{
			Name: prefix + "." + f.name, Sentence: subject + f.sentence, Where: where, App: f.app,
			Change: func(r *Rules) { f.change(of(r)) },
		}
		if id := breaks[f.name]; id != "" {
			fault.Breaks = []string{id}
		}
		faults = append(faults, fault)
	}
	return faults
}

// clockFaults are what a portal does whose clock is off: it believes its own tokens.
func clockFaults() []Fault {
	const how = "how far off"
	ahead := Fault{
		Name: "clock.ahead", Sentence: "The portal's clock is ten minutes ahead, or as far as was set, in tokens and Date headers.",
		App: "Allows a minute or two between the clocks and otherwise says that they differ; does not ask for new tokens in a loop.", EveryoneOnly: true,
	}
	ahead.Value, ahead.Change = duration(how, 10*time.Minute, func(r *Rules, d time.Duration) { r.Clock.Skew = d })
	behind := Fault{
		Name: "clock.behind", Sentence: "The portal's clock is two hours behind, or as far as was set, in tokens and Date headers.",
		App: "Reckons with expires_in from the moment of the answer instead of exp; does not refresh in a loop.", EveryoneOnly: true,
	}
	behind.Value, behind.Change = duration(how, 2*time.Hour, func(r *Rules, d time.Duration) { r.Clock.Skew = -d })
	return []Fault{ahead, behind}
}
