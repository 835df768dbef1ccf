package rules

// authorizeFaults concern metadata, keys, authorize and consent.
var authorizeFaults = []Fault{
	{
		Name: "metadata.missing-token-endpoint", Sentence: "The metadata leaves token_endpoint out.",
		Breaks: []string{"rfc8414/3.2/metadata-served"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Metadata.OmitTokenEndpoint = true },
	},
	{
		Name: "metadata.wrong-issuer", Sentence: "The metadata names another issuer.",
		Breaks: []string{"rfc8414/3.3/issuer-matches-url"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Metadata.WrongIssuer = true },
	},
	{
		Name: "metadata.dead-endpoint", Sentence: "The metadata announces a revocation endpoint that does not exist.",
		Breaks: []string{"rfc8414/2/endpoints-answer"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Metadata.DeadEndpoint = true },
	},
	{
		Name: "metadata.lists-unsupported-method", Sentence: "The metadata lists client_secret_basic, which is refused.",
		Breaks: []string{"rfc8414/2/auth-methods-truthful"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Metadata.ListBasic, r.Token.AllowBasic = true, false },
	},
	{
		Name: "metadata.lists-plain", Sentence: "The metadata lists the PKCE method plain.",
		Breaks: []string{"rfc8414/2/pkce-methods-truthful"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Metadata.ListPlain = true },
	},
	{
		Name: "metadata.missing-scope", Sentence: "The metadata leaves a scope out.",
		Breaks: []string{"rfc8414/2/scopes-truthful"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Metadata.OmitScope = true },
	},
	{
		Name: "jwks.missing-kid", Sentence: "The key that signs is missing from the key set.",
		Breaks: []string{"rfc7517/4/jwks-usable"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Metadata.KeysWithoutCurrent = true },
	},
	{
		Name: "jwks.stale-key", Sentence: "The key set holds other key material under the right key id.",
		Breaks: []string{"rfc7517/4/jwks-usable"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Metadata.KeysStale = true },
	},
	{
		Name: "jwks.leaks-private-key", Sentence: "The key set contains the private key.",
		Breaks: []string{"rfc7517/9.2/no-private-key"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Metadata.KeysLeakPrivate = true },
	},
	{
		Name: "jwks.drops-old-key", Sentence: "A rotated key disappears from the key set at once.",
		Breaks: []string{"docspace/keys/rotation"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Metadata.KeysDropOld = true },
	},
	{
		Name: "authorize.loses-request", Sentence: "The resume cookie holds the authorize URL without its query.",
		Breaks: []string{"docspace/authorize/login-redirect", "docspace/journey/click-from-another-site"},
		Change: func(r *Rules) { r.Authorize.ResumeCookieWhole = false },
	},
	{
		Name: "authorize.accepts-expired-signature", Sentence: "An expired x-signature counts as signed in.",
		Breaks: []string{"docspace/authorize/bad-signature"},
		Change: func(r *Rules) { r.Authorize.AcceptExpiredSignature = true },
	},
	{
		Name: "authorize.accepts-unsigned-signature", Sentence: "An x-signature is believed without checking it.",
		Breaks: []string{"docspace/authorize/bad-signature"},
		Change: func(r *Rules) { r.Authorize.AcceptUnsignedSignature = true },
	},
	{
		Name: "authorize.redirects-unknown-client", Sentence: "An unknown client is redirected to the URI it names.",
		Breaks: []string{"docspace/authorize/client-errors", "docspace/journey/unknown-app"},
		Change: func(r *Rules) { r.Authorize.UnknownClientToApp = true },
	},
	{
		Name: "authorize.drops-state", Sentence: "The authorization response leaves state out.",
		Breaks: []string{"rfc6749/4.1.2/state-echoed"},
		Change: func(r *Rules) { r.Authorize.State = StateDropped },
	},
	{
		Name: "authorize.changes-state", Sentence: "The authorization response has another state.",
		Breaks: []string{"rfc6749/4.1.2/state-echoed"},
		Change: func(r *Rules) { r.Authorize.State = StateChanged },
	},
	{
		Name: "authorize.invents-state", Sentence: "The authorization response has a state although none was sent.",
		Breaks: []string{"rfc6749/4.1.1/state-optional"},
		Change: func(r *Rules) { r.Authorize.State = StateInvented },
	},
	{
		Name: "authorize.allows-implicit", Sentence: "Every response_type gets a code.",
		Breaks: []string{"rfc6749/3.1.1/response-type-unknown"},
		Change: func(r *Rules) { r.Authorize.AllowImplicit = true },
	},
	{
		Name: "authorize.allows-duplicates", Sentence: "Parameters may occur twice.",
		Breaks: []string{"rfc6749/3.1/duplicate-parameter"},
		Change: func(r *Rules) { r.Authorize.RefuseKnownDuplicates = false },
	},
	{
		Name: "authorize.any-redirect-uri", Sentence: "Any redirect URI is accepted.",
		Breaks: []string{"rfc6749/3.1.2.4/redirect-unregistered", "rfc9700/4.11/no-open-redirector"},
		Change: func(r *Rules) { r.Authorize.RedirectMatch = RedirectAny },
	},
	{
		Name: "authorize.prefix-redirect-uri", Sentence: "A redirect URI need only begin with a registered one.",
		Breaks: []string{"rfc9700/2.1/redirect-exact"},
		Change: func(r *Rules) { r.Authorize.RedirectMatch = RedirectPrefix },
	},
	{
		Name: "authorize.ignores-redirect-query", Sentence: "The query of a redirect URI is not compared.",
		Breaks: []string{"rfc9700/2.1/redirect-exact"},
		Change: func(r *Rules) { r.Authorize.RedirectMatch = RedirectIgnoresQuery },
	},
	{
		Name: "authorize.grants-unknown-scope", Sentence: "Unregistered scopes are granted.",
		Breaks: []string{"rfc6749/4.1.2.1/invalid-scope"},
		Change: func(r *Rules) { r.Authorize.GrantUnknownScope = true },
	},
	{
		Name: "authorize.short-code", Sentence: "Authorization codes have 32 random bits.",
		Breaks: []string{"rfc6749/10.10/code-entropy", "docspace/authorize/code-format"},
		Change: func(r *Rules) { r.Authorize.CodeBytes = 4 },
	},
	{
		Name: "authorize.redirects-307", Sentence: "Redirects keep the method (307).",
		Breaks: []string{"rfc9700/4.12/no-307"},
		Change: func(r *Rules) { r.Authorize.Status = 307 },
	},
	{
		Name: "authorize.request-uri-redirect", Sentence: "A request_uri parameter decides where the browser goes.",
		Breaks: []string{"rfc9700/4.11/request-uri-redirect"},
		Change: func(r *Rules) { r.Authorize.RequestURIRedirects = true },
	},
	{
		Name: "authorize.token-in-url", Sentence: "The authorization response carries an access token.",
		Breaks: []string{"rfc6749/4.1.2/callback-parameters"},
		Change: func(r *Rules) { r.Authorize.TokenInURL = true },
	},
	{
		Name: "authorize.code-with-error", Sentence: "Error responses carry a code.",
		Breaks: []string{"rfc6749/4.1.2.1/callback-error"},
		Change: func(r *Rules) { r.Authorize.CodeWithError = true },
	},
	{
		Name: "consent.skipped", Sentence: "Codes are issued without asking the user.",
		Breaks: []string{"rfc6749/10.2/consent-asked"},
		Change: func(r *Rules) { r.Consent.Skip = true },
	},
	{
		Name: "consent.forgotten", Sentence: "The user is asked again for what was granted.",
		Breaks: []string{"docspace/consent/remembered", "docspace/callback/consented"},
		Change: func(r *Rules) { r.Consent.Forget = true },
	},
	{
		Name: "consent.grants-all", Sentence: "Who grants a part grants the whole request.",
		Breaks: []string{"docspace/consent/partial"},
		Change: func(r *Rules) { r.Consent.GrantAll = true },
	},
	{
		Name: "consent.deny-grants", Sentence: "A denial grants.",
		Breaks: []string{"docspace/consent/denied", "docspace/callback/deny"},
		Change: func(r *Rules) { r.Consent.DenyGrants = true },
	},
	{
		Name: "consent.any-state", Sentence: "Another user's consent state is accepted.",
		Breaks: []string{"docspace/consent/state-bound"},
		Change: func(r *Rules) { r.Consent.AnyState = true },
	},
	{
		Name: "consent.adds-scope", Sentence: "Scopes that were not requested can be added on the form.",
		Breaks: []string{"docspace/consent/no-escalation"},
		Change: func(r *Rules) { r.Consent.AllowExtraScope = true },
	},
	{
		Name: "consent.revoke-keeps-tokens", Sentence: "Withdrawing consent leaves the tokens alive.",
		Breaks: []string{"docspace/consent/withdrawn"},
		Change: func(r *Rules) { r.Consent.RevokeKeepsTokens = true },
	},
}
