package requirement

var pkce = []Requirement{
	{
		ID: "rfc7636/4.6/verifier-compared", Level: Must,
		Title:  "A wrong code_verifier is invalid_grant, the right one works after",
		Faults: []string{"pkce.ignores-verifier"},
		Why:    "It is the comparison that PKCE consists of.",
		Fix:    "Hash the verifier and compare it with the stored challenge.",
	},
	{
		ID: "rfc7636/4.5/verifier-required", Level: Must,
		Title:  "A code with a challenge is refused without its verifier",
		Faults: []string{"pkce.verifier-optional"},
		Why:    "If the verifier may be left out, whoever steals the code leaves it out.",
		Fix:    "Require the verifier whenever a challenge was sent.",
	},
	{
		ID: "rfc9700/2.1.1/plain-off", Level: Should,
		Title:  "The PKCE method plain, and the missing method that means plain, are refused",
		Faults: []string{"pkce.allows-plain"},
		Why:    "With plain the verifier travels through the browser in the open.",
		Fix:    "Accept S256 only; treat a missing method as plain.",
	},
	{
		ID: "rfc9700/4.8/no-downgrade", Level: Must,
		Title:  "A verifier for a code without a challenge is refused",
		Faults: []string{"pkce.allows-downgrade"},
		Why:    "An attacker who strips the challenge from the request must not get through.",
		Fix:    "Refuse a verifier for a code that has no challenge.",
	},
	{
		ID: "rfc7636/4.1/verifier-length", Level: Must,
		Title:  "Verifiers shorter than 43, longer than 128 or of another alphabet are refused",
		Portal: Deviates, Known: "neither length nor alphabet is checked",
		Why: "A verifier of a few characters can be tried out.",
		Fix: "Require 43 to 128 characters of the unreserved set.",
	},
	{
		ID: "rfc9700/2.1.1/required-for-public", Level: Must,
		Title:  "An app without secret can't skip PKCE at the token endpoint",
		Faults: []string{"pkce.public-without"},
		Why:    "Without secret and without PKCE a stolen code is enough.",
		Fix:    "Refuse a secretless exchange of a code without a challenge.",
	},
	{
		ID: "docspace/pkce/public-exchange", Level: DocSpace,
		Reference: "docs/portal/identity.md §4.7",
		Title:     "Without secret an app with allow_pkce gets an access token and no refresh token; one without is refused",
		Faults:    []string{"pkce.public-any-client"},
		Why:       "Browser and native apps have no other way; apps that did not ask for it must not be open to it.",
		Fix:       "Allow it for apps with allow_pkce only, and issue no refresh token.",
	},
	{
		ID: "docspace/pkce/code-survives", Level: DocSpace,
		Reference: "docs/portal/identity.md §5.2",
		Title:     "A wrong verifier does not burn the code",
		Faults:    []string{"pkce.burns-code"},
		Why:       "A typo, or an attacker's guess, must not cost the rightful client its code.",
		Fix:       "Compare the verifier before using the code up.",
	},
}
