package requirement

var revoke = []Requirement{
	{
		ID: "rfc7009/2/refresh-revoked", Level: Must,
		Title:  "A revoked refresh token is dead at the token endpoint",
		Faults: []string{"revoke.noop"},
		Why:    "Signing out of an app must end its access.",
		Fix:    "Forget the token and everything made from it.",
	},
	{
		ID: "rfc7009/2/access-revoked", Level: Should,
		Title:  "A revoked access token is inactive at introspection and at the API",
		Faults: []string{"revoke.access-noop"},
		Why:    "A revoked token must not open the API for the rest of its hour.",
		Fix:    "Make introspection and the API look at revocations.",
	},
	{
		ID: "rfc7009/2.1/refresh-kills-access", Level: Should,
		Title:  "Revoking a refresh token makes its access token inactive",
		Faults: []string{"revoke.keeps-access"},
		Why:    "Users who revoke expect everything to end.",
		Fix:    "Invalidate the access token together with the refresh token.",
	},
	{
		ID: "docspace/revoke/access-keeps-refresh", Level: DocSpace,
		Reference: "docs/portal/identity.md §3.8",
		Title:     "Revoking an access token leaves the refresh token usable",
		Faults:    []string{"revoke.access-kills-refresh"},
		Why:       "Apps drop an access token they no longer need without losing the grant.",
		Fix:       "Revoke only the access token.",
	},
	{
		ID: "rfc7009/2.1/client-bound", Level: Must,
		Title:  "Another client's token is not revoked (400)",
		Faults: []string{"revoke.any-client"},
		Why:    "Otherwise an app can sign out the users of all others.",
		Fix:    "Refuse a token of another client with 400 and leave it alive.",
	},
	{
		ID: "rfc7009/2.1/client-authenticated", Level: Must,
		Title:  "Revocation without the client's secret is 401",
		Faults: []string{"revoke.without-secret"},
		Why:    "Anyone who sees a token could cut its user off.",
		Fix:    "Require the client's secret and answer 401 without.",
	},
	{
		ID: "rfc7009/2/code-revoked", Level: Should,
		Title:  "Revoking an unused code makes it unusable",
		Portal: Deviates, Known: "an unused code stays exchangeable",
		Why: "An app that gives a sign-in up wants its code to be worthless.",
		Fix: "Let revocation look at codes too.",
	},
	{
		ID: "rfc7009/2.2/unknown-token-200", Level: Must,
		Title:  "An unknown token is answered 200",
		Faults: []string{"revoke.unknown-400"},
		Why:    "Clients revoke what may have expired already; that is no error.",
		Fix:    "Answer 200 for tokens that are not known.",
	},
	{
		ID: "rfc7009/2.1/token-required", Level: Must,
		Title:  "Revocation without a token is 400 invalid_request",
		Faults: []string{"revoke.token-optional"},
		Why:    "A request without a token is malformed, and the client must learn it.",
		Fix:    "Answer 400 invalid_request.",
	},
}
