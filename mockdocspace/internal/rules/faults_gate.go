package rules

// gateFaults act between the router and the services (package gate). They break
// rules that no service has a switch for.
var gateFaults = []Fault{
	{
		Name: "metadata.no-subject-types", Sentence: "The OpenID document leaves subject_types_supported out.",
		Breaks: []string{"oidc-discovery/3/required-members"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Gate.Discovery.NoSubjectTypes = true },
	},
	{
		Name: "metadata.no-alias", Sentence: "There is no metadata below /oauth2/.well-known.",
		Breaks: []string{"docspace/metadata/prefixed-alias"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Gate.Discovery.NoAlias = true },
	},
	{
		Name: "token.dead-refresh-token", Sentence: "The refresh token of an exchange is none that the portal knows.",
		Breaks: []string{"rfc6749/4.1.3/code-exchanged"},
		Change: func(r *Rules) { r.Gate.Token.DeadRefreshToken = true },
	},
	{
		Name: "token.refuses-unknown", Sentence: "The token endpoint refuses unknown parameters.",
		Breaks: []string{"rfc6749/3.2/unknown-parameter"},
		Change: func(r *Rules) { r.Gate.Token.RefuseUnknown = true },
	},
	{
		Name: "token.accepts-json", Sentence: "The token endpoint takes a JSON body.",
		Breaks: []string{"rfc6749/4.1.3/form-body-only"},
		Change: func(r *Rules) { r.Gate.Token.AcceptJSON = true },
	},
	{
		Name: "token.grant-type-optional", Sentence: "No grant_type means authorization_code.",
		Breaks: []string{"rfc6749/5.2/missing-parameters"},
		Change: func(r *Rules) { r.Gate.Token.GrantTypeOptional = true },
	},
	{
		Name: "token.client-credentials", Sentence: "The client credentials grant is answered with a token.",
		Breaks: []string{"docspace/token/client-credentials-off"},
		Change: func(r *Rules) { r.Gate.Token.ClientCredentials = true },
	},
	{
		Name: "token.no-cors", Sentence: "The token endpoint sends no CORS headers.",
		Breaks: []string{"docspace/token/cors"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Gate.Token.NoCORS = true },
	},
	{
		Name: "refresh.dead-access-token", Sentence: "Refreshed access tokens have a broken signature.",
		Breaks: []string{"rfc6749/6/refresh-works"},
		Change: func(r *Rules) { r.Gate.Token.DeadRefreshedAccess = true },
	},
	{
		Name: "refresh.names-kind", Sentence: "A refresh with a token of another kind gets another error than with an unknown one.",
		Breaks: []string{"rfc6749/6/other-kinds-refused"},
		Change: func(r *Rules) { r.Gate.Token.NamesKind = true },
	},
	{
		Name: "refresh.narrowing-sticks", Sentence: "After a narrowed refresh the scope stays narrow.",
		Breaks: []string{"rfc6749/6/after-narrowing"},
		Change: func(r *Rules) { r.Refresh.NarrowingSticks = true },
	},
	{
		Name: "refresh.missing-is-bad-grant", Sentence: "A refresh without a token gets invalid_grant.",
		Breaks: []string{"rfc6749/5.2/refresh-missing"},
		Change: func(r *Rules) { r.Gate.Token.MissingRefreshIsBadGrant = true },
	},
	{
		Name: "revoke.access-kills-refresh", Sentence: "Revoking an access token revokes its refresh token too.",
		Breaks: []string{"docspace/revoke/access-keeps-refresh"},
		Change: func(r *Rules) { r.Revoke.AccessRevokesFamily = true },
	},
	{
		Name: "revoke.token-optional", Sentence: "Revocation without a token answers 200.",
		Breaks: []string{"rfc7009/2.1/token-required"},
		Change: func(r *Rules) { r.Gate.Other.RevokeTokenOptional = true },
	},
	{
		Name: "introspect.chatty", Sentence: "Introspection of a refresh token has a fifth member.",
		Breaks: []string{"docspace/introspect/refresh-token"},
		Change: func(r *Rules) { r.Gate.Other.IntrospectChatty = true },
	},
	{
		Name: "introspect.allows-get", Sentence: "Introspection answers GET.",
		Breaks: []string{"rfc7662/2.1/post-only"},
		Change: func(r *Rules) { r.Gate.Other.IntrospectGet = true },
	},
	{
		Name: "openid.invents-nonce", Sentence: "id_tokens have a nonce that nobody sent.",
		Breaks: []string{"oidc-core/3.1.2.1/nonce-optional"},
		Change: func(r *Rules) { r.Gate.Other.InventNonce = true },
	},
	{
		Name: "userinfo.get-only", Sentence: "userinfo refuses POST.",
		Breaks: []string{"oidc-core/5.3/get-and-post"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Gate.Other.UserInfoGetOnly = true },
	},
	{
		Name: "pages.sign-out-ignored", Sentence: "Signing out leaves session and cookies as they are.",
		Breaks: []string{"docspace/callback/not-you"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Gate.Other.SignOutIgnored = true },
	},
	{
		Name: "api.rooms-refused", Sentence: "The list of rooms refuses good tokens.",
		Breaks: []string{"rfc6750/2.1/header"},
		Change: func(r *Rules) { r.Gate.API.RoomsRefused = true },
	},
	{
		Name: "api.any-token-needs-scope", Sentence: "A route that is open to every token is not.",
		Breaks: []string{"docspace/api/any-token-routes"},
		Change: func(r *Rules) { r.Gate.API.AnyTokenNeedsScope = true },
	},
	{
		Name: "api.capabilities-closed", Sentence: "The portal's capabilities need a token.",
		Breaks: []string{"docspace/api/anonymous-routes"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Gate.API.CapabilitiesClosed = true },
	},
	{
		Name: "api.hides-reason", Sentence: "A refusal for missing rights looks like one for missing scope.",
		Breaks: []string{"docspace/api/scope-or-right"},
		Change: func(r *Rules) { r.Gate.API.HideReason = true },
	},
	{
		Name: "api.ignores-fields", Sentence: "The fields parameter has no effect.",
		Breaks: []string{"docspace/api/fields-filter"},
		Change: func(r *Rules) { r.Gate.API.IgnoreFields = true },
	},
	{
		Name: "api.unknown-group-500", Sentence: "An unknown group is a server error.",
		Breaks: []string{"docspace/api/unknown-ids"},
		Change: func(r *Rules) { r.Gate.API.UnknownGroupIs500 = true },
	},
	{
		Name: "api.ignores-paging", Sentence: "startIndex and count have no effect.",
		Breaks: []string{"docspace/api/paging"},
		Change: func(r *Rules) { r.Gate.API.IgnorePaging = true },
	},
	{
		Name: "api.forgets-files", Sentence: "My documents list no files.",
		Breaks: []string{"docspace/api/write-then-read"},
		Change: func(r *Rules) { r.Gate.API.ForgetFiles = true },
	},
	{
		Name: "robust.long-url-500", Sentence: "A long authorize URL is a server error.",
		Breaks: []string{"robust/long-authorize-url"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Gate.Robust.LongURLIs500 = true },
	},
	{
		Name: "robust.long-token-slow", Sentence: "Long tokens take two seconds.",
		Breaks: []string{"robust/long-token"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Gate.Robust.LongTokenIsSlow = true },
	},
}
