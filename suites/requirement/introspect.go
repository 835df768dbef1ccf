package requirement

var introspect = []Requirement{
	{
		ID: "rfc7662/2.1/caller-authorized", Level: Must,
		Title:  "Introspection refuses anonymous callers",
		Portal: Deviates, Known: "anyone may introspect",
		Why: "Open introspection lets anyone test stolen tokens and read who they belong to.",
		Fix: "Require client authentication, or bar the endpoint from outside.",
	},
	{
		ID: "rfc7662/2.2/active-members", Level: Must,
		Title:  "Introspection of a live token says active, and its facts equal the token's",
		Faults: []string{"introspect.wrong-scope"},
		Why:    "APIs decide by this answer; a wrong scope in it is a wrong decision.",
		Fix:    "Report the token's own claims.",
	},
	{
		ID: "rfc7662/2.2/inactive-bare", Level: Must,
		Title:  `Introspection of unknown, expired and revoked tokens is {"active":false} and nothing else`,
		Faults: []string{"introspect.always-active", "introspect.leaks-inactive"},
		Why:    "Saying more about a dead token tells attackers which ones existed.",
		Fix:    `Answer {"active":false} and nothing else.`,
	},
	{
		ID: "docspace/introspect/refresh-token", Level: DocSpace,
		Reference: "docs/portal/identity.md §3.7",
		Title:     "Introspection of a refresh token has active, client_id, iat and exp",
		Faults:    []string{"introspect.chatty"},
		Why:       "Services that check refresh tokens rely on these four members.",
		Fix:       "Report active, client_id, iat and exp.",
	},
	{
		ID: "rfc7662/2.1/post-only", Level: Must,
		Title:  "The introspection endpoint refuses GET",
		Faults: []string{"introspect.allows-get"},
		Why:    "Tokens in addresses are logged.",
		Fix:    "Accept POST only.",
	},
}
