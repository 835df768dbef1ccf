package rules

// tokenFaults concern the token endpoint and what it issues.
var tokenFaults = []Fault{
	{
		Name: "token.accepts-expired-code", Sentence: "Authorization codes never expire.",
		Breaks: []string{"rfc6749/10.5/code-short-lived"},
		Change: func(r *Rules) { r.Token.AcceptExpiredCode = true },
	},
	{
		Name: "token.accepts-used-code", Sentence: "An authorization code can be used again.",
		Breaks: []string{"rfc6749/4.1.2/code-single-use", "rfc6749/4.1.2/callback-replay"},
		Change: func(r *Rules) { r.Token.AcceptUsedCode = true },
	},
	{
		Name: "token.reuse-keeps-tokens", Sentence: "Replaying a code leaves its tokens alive.",
		Breaks: []string{"rfc6749/4.1.2/code-reuse-revokes"},
		Change: func(r *Rules) { r.Token.ReuseKillsTokens = false },
	},
	{
		Name: "token.any-client-code", Sentence: "Any client can redeem a code.",
		Breaks: []string{"rfc6749/4.1.3/code-bound-to-client"},
		Change: func(r *Rules) { r.Token.AnyClientCode = true },
	},
	{
		Name: "token.ignores-redirect-uri", Sentence: "redirect_uri is not compared at the token endpoint.",
		Breaks: []string{"rfc6749/4.1.3/redirect-uri-bound"},
		Change: func(r *Rules) { r.Token.IgnoreRedirectURI = true },
	},
	{
		Name: "token.any-secret", Sentence: "Every client secret is right, also none.",
		Breaks: []string{"rfc6749/5.2/wrong-secret", "rfc6749/5.2/empty-secret-refused"},
		Change: func(r *Rules) { r.Token.AnySecret = true },
	},
	{
		Name: "token.secret-prefix", Sentence: "A client secret may have anything after the right characters.",
		Breaks: []string{"rfc6749/5.2/wrong-secret"},
		Change: func(r *Rules) { r.Token.SecretPrefix = true },
	},
	{
		Name: "token.reveals-client", Sentence: "An unknown client gets another answer than a wrong secret.",
		Breaks: []string{"rfc6749/5.2/unknown-client"},
		Change: func(r *Rules) { r.Token.RevealClient = true },
	},
	{
		Name: "token.secret-in-query", Sentence: "Client credentials in the URL work.",
		Breaks: []string{"rfc6749/2.3.1/secret-not-in-query"},
		Change: func(r *Rules) { r.Token.CredentialsInQuery = true },
	},
	{
		Name: "token.allows-get", Sentence: "The token endpoint answers GET.",
		Breaks: []string{"rfc6749/3.2/post-only"},
		Change: func(r *Rules) { r.Token.AllowGet = true },
	},
	{
		Name: "token.allows-duplicates", Sentence: "Parameters may occur twice at the token endpoint.",
		Breaks: []string{"rfc6749/3.2/duplicate-parameter"},
		Change: func(r *Rules) { r.Token.RefuseDuplicates = false },
	},
	{
		Name: "token.error-200", Sentence: "Errors of the token endpoint have status 200.",
		Breaks: []string{"rfc6749/5.2/error-shape"},
		Change: func(r *Rules) { r.Token.ErrorStatus200 = true },
	},
	{
		Name: "token.error-html", Sentence: "Errors of the token endpoint are HTML.",
		Breaks: []string{"rfc6749/5.2/error-shape"},
		Change: func(r *Rules) { r.Token.ErrorHTML = true },
	},
	{
		Name: "token.allows-password", Sentence: "The password grant is answered.",
		Breaks: []string{"rfc9700/2.4/password-off"},
		Change: func(r *Rules) { r.Token.AllowPassword = true },
	},
	{
		Name: "token.disabled-client-works", Sentence: "A disabled app works on.",
		Breaks: []string{"docspace/token/disabled-client", "docspace/registration/disabled", "docspace/journey/disabled-app"},
		Change: func(r *Rules) { r.Token.DisabledClientWorks = true },
	},
	{
		Name: "token.keeps-superseded", Sentence: "A new grant leaves the tokens of the previous one alive.",
		Breaks: []string{"docspace/token/one-grant"},
		Change: func(r *Rules) { r.Token.SupersedesGrant = false },
	},
	{
		Name: "token.missing-token-type", Sentence: "The token response leaves token_type out.",
		Breaks: []string{"rfc6749/5.1/response-members"},
		Change: func(r *Rules) { r.Token.OmitTokenType = true },
	},
	{
		Name: "token.expires-in-string", Sentence: "expires_in is text.",
		Breaks: []string{"rfc6749/5.1/response-members"},
		Change: func(r *Rules) { r.Token.ExpiresInString = true },
	},
	{
		Name: "token.cacheable", Sentence: "Token responses may be cached.",
		Breaks: []string{"rfc6749/5.1/no-store"},
		Change: func(r *Rules) { r.Token.Cacheable = true },
	},
	{
		Name: "token.drops-scope", Sentence: "The token response leaves scope out.",
		Breaks: []string{"rfc6749/5.1/scope-reported"},
		Change: func(r *Rules) { r.Token.OmitScope = true },
	},
	{
		Name: "token.short-refresh", Sentence: "Refresh tokens have 32 random bits.",
		Breaks: []string{"rfc6749/10.10/token-entropy"},
		Change: func(r *Rules) { r.Token.RefreshBytes = 4 },
	},
	{
		Name: "pat.guest-allowed", Sentence: "Guests get personal access tokens.",
		Breaks: []string{"docspace/token/personal-access-token"},
		Change: func(r *Rules) { r.Token.PATGuestAllowed = true },
	},
	{
		Name: "pat.without-signature", Sentence: "Personal access tokens need no x-signature.",
		Breaks: []string{"docspace/token/personal-access-token"},
		Change: func(r *Rules) { r.Token.PATWithoutSignature = true },
	},
	{
		Name: "jwt.drops-claim", Sentence: "Access tokens lack cid.",
		Breaks: []string{"docspace/token/access-token-claims"},
		Change: func(r *Rules) { r.JWT.DropClaim = true },
	},
	{
		Name: "jwt.wrong-aud", Sentence: "Access tokens name another audience.",
		Breaks: []string{"docspace/token/access-token-claims", "docspace/api/aud-is-base"},
		Change: func(r *Rules) { r.JWT.WrongAudience = true },
	},
	{
		Name: "jwt.wrong-key", Sentence: "Access tokens are signed with a key that is not served.",
		Breaks: []string{"rfc7515/5.2/signature-verifies"},
		Change: func(r *Rules) { r.JWT.WrongKey = true },
	},
	{
		Name: "jwt.alg-none", Sentence: "Access tokens are not signed.",
		Breaks: []string{"rfc7515/5.2/signature-verifies"},
		Change: func(r *Rules) { r.JWT.AlgNone = true },
	},
	{
		Name: "jwt.long-lived", Sentence: "Access tokens live a day.",
		Breaks: []string{"rfc6750/5.3/lifetime"},
		Change: func(r *Rules) { r.JWT.LongLived = true },
	},
	{
		Name: "pkce.ignores-verifier", Sentence: "Any code_verifier is right.",
		Breaks: []string{"rfc7636/4.6/verifier-compared"},
		Change: func(r *Rules) { r.PKCE.IgnoreVerifier = true },
	},
	{
		Name: "pkce.verifier-optional", Sentence: "A challenged code is redeemed without a verifier.",
		Breaks: []string{"rfc7636/4.5/verifier-required"},
		Change: func(r *Rules) { r.PKCE.VerifierOptional = true },
	},
	{
		Name: "pkce.allows-plain", Sentence: "The method plain is accepted.",
		Breaks: []string{"rfc9700/2.1.1/plain-off"},
		Change: func(r *Rules) { r.PKCE.AllowPlain = true },
	},
	{
		Name: "pkce.allows-downgrade", Sentence: "A verifier without a challenge is accepted.",
		Breaks: []string{"rfc9700/4.8/no-downgrade"},
		Change: func(r *Rules) { r.PKCE.AllowDowngrade = true },
	},
	{
		Name: "pkce.public-without", Sentence: "An app without secret needs no PKCE.",
		Breaks: []string{"rfc9700/2.1.1/required-for-public"},
		Change: func(r *Rules) { r.PKCE.PublicWithoutPKCE = true },
	},
	{
		Name: "pkce.public-any-client", Sentence: "Every app may exchange without its secret.",
		Breaks: []string{"docspace/pkce/public-exchange"},
		Change: func(r *Rules) { r.PKCE.PublicForEveryClient = true },
	},
	{
		Name: "pkce.burns-code", Sentence: "A wrong verifier uses the code up.",
		Breaks: []string{"docspace/pkce/code-survives"},
		Change: func(r *Rules) { r.PKCE.WrongVerifierBurns = true },
	},
	{
		Name: "refresh.no-rotation", Sentence: "A refresh returns the same refresh token.",
		Breaks: []string{"rfc9700/2.2.2/rotation"},
		Change: func(r *Rules) { r.Refresh.Rotate = false },
	},
	{
		Name: "refresh.accepts-old", Sentence: "A used refresh token still works.",
		Breaks: []string{"rfc6749/6/old-refresh-dead"},
		Change: func(r *Rules) { r.Refresh.AcceptOld = true },
	},
	{
		Name: "refresh.any-client", Sentence: "Another client can use a refresh token.",
		Breaks: []string{"rfc6749/6/bound-to-client"},
		Change: func(r *Rules) { r.Refresh.AnyClient = true },
	},
	{
		Name: "refresh.accepts-access-token", Sentence: "An access token works as refresh token.",
		Breaks: []string{"rfc6749/6/only-refresh-tokens"},
		Change: func(r *Rules) { r.Refresh.AcceptAccessToken = true },
	},
	{
		Name: "refresh.without-secret", Sentence: "A refresh needs no client secret.",
		Breaks: []string{"rfc6749/6/client-authenticated"},
		Change: func(r *Rules) { r.Refresh.WithoutSecret = true },
	},
	{
		Name: "refresh.ignores-scope", Sentence: "A narrower scope is not honoured.",
		Breaks: []string{"rfc6749/6/scope-narrowed"},
		Change: func(r *Rules) { r.Refresh.IgnoreScope = true },
	},
	{
		Name: "refresh.widens-scope", Sentence: "A refresh can widen the scope.",
		Breaks: []string{"rfc6749/6/scope-not-widened"},
		Change: func(r *Rules) { r.Refresh.AllowWiderScope = true },
	},
	{
		Name: "refresh.keeps-access", Sentence: "The previous access token stays active after a refresh.",
		Breaks: []string{"docspace/refresh/previous-access-dead"},
		Change: func(r *Rules) { r.Refresh.KeepAccess = true },
	},
	{
		Name: "refresh.survives-revocation", Sentence: "A revoked refresh token works on.",
		Breaks: []string{"docspace/refresh/after-revocation"},
		Change: func(r *Rules) { r.Refresh.SurvivesRevocation = true },
	},
	{
		Name: "refresh.never-expires", Sentence: "Refresh tokens never expire.",
		Breaks: []string{"docspace/refresh/expiry"},
		Change: func(r *Rules) { r.Refresh.NeverExpires = true },
	},
	{
		Name: "revoke.noop", Sentence: "Revocation answers 200 and does nothing.",
		Breaks: []string{"rfc7009/2/refresh-revoked"},
		Change: func(r *Rules) { r.Revoke.NoOp = true },
	},
	{
		Name: "revoke.access-noop", Sentence: "Revoking an access token does nothing.",
		Breaks: []string{"rfc7009/2/access-revoked"},
		Change: func(r *Rules) { r.Revoke.AccessNoOp = true },
	},
	{
		Name: "revoke.keeps-access", Sentence: "Revoking a refresh token leaves its access token active.",
		Breaks: []string{"rfc7009/2.1/refresh-kills-access"},
		Change: func(r *Rules) { r.Revoke.KeepsAccess = true },
	},
	{
		Name: "revoke.any-client", Sentence: "Every client can revoke every token.",
		Breaks: []string{"rfc7009/2.1/client-bound"},
		Change: func(r *Rules) { r.Revoke.AnyClient = true },
	},
	{
		Name: "revoke.without-secret", Sentence: "Revocation needs no client secret.",
		Breaks: []string{"rfc7009/2.1/client-authenticated"},
		Change: func(r *Rules) { r.Revoke.WithoutSecret = true },
	},
	{
		Name: "revoke.unknown-400", Sentence: "Revoking an unknown token is an error.",
		Breaks: []string{"rfc7009/2.2/unknown-token-200"}, AppOnly: true,
		Change: func(r *Rules) { r.Revoke.UnknownIsError = true },
	},
	{
		Name: "introspect.wrong-scope", Sentence: "Introspection reports another scope.",
		Breaks: []string{"rfc7662/2.2/active-members"},
		Change: func(r *Rules) { r.Introspect.WrongScope = true },
	},
	{
		Name: "introspect.always-active", Sentence: "Introspection calls every token active.",
		Breaks: []string{"rfc7662/2.2/inactive-bare"},
		Change: func(r *Rules) { r.Introspect.AlwaysActive = true },
	},
	{
		Name: "introspect.leaks-inactive", Sentence: "Introspection describes inactive tokens.",
		Breaks: []string{"rfc7662/2.2/inactive-bare"},
		Change: func(r *Rules) { r.Introspect.LeakInactive = true },
	},
	{
		Name: "openid.without-scope", Sentence: "An id_token comes without openid.",
		Breaks: []string{"oidc-core/3.1.3.3/id-token-issued"},
		Change: func(r *Rules) { r.OpenID.WithoutScope = true },
	},
	{
		Name: "openid.drops-claim", Sentence: "id_tokens lack sub.",
		Breaks: []string{"oidc-core/2/required-claims"},
		Change: func(r *Rules) { r.OpenID.DropClaim = true },
	},
	{
		Name: "openid.drops-nonce", Sentence: "id_tokens lack the nonce.",
		Breaks: []string{"oidc-core/3.1.3.7/nonce-echoed"},
		Change: func(r *Rules) { r.OpenID.DropNonce = true },
	},
	{
		Name: "openid.changes-nonce", Sentence: "id_tokens have another nonce.",
		Breaks: []string{"oidc-core/3.1.3.7/nonce-echoed"},
		Change: func(r *Rules) { r.OpenID.ChangeNonce = true },
	},
	{
		Name: "openid.alg-none", Sentence: "id_tokens are not signed.",
		Breaks: []string{"oidc-core/3.1.3.7/signature"},
		Change: func(r *Rules) { r.OpenID.AlgNone = true },
	},
	{
		Name: "openid.wrong-key", Sentence: "id_tokens are signed with a key that is not served.",
		Breaks: []string{"oidc-core/3.1.3.7/signature"},
		Change: func(r *Rules) { r.OpenID.WrongKey = true },
	},
	{
		Name: "openid.refresh-other-sub", Sentence: "A refreshed id_token names another subject.",
		Breaks: []string{"oidc-core/12.2/refreshed-id-token"},
		Change: func(r *Rules) { r.OpenID.RefreshOtherSubject = true },
	},
	{
		Name: "userinfo.other-sub", Sentence: "userinfo names another subject.",
		Breaks: []string{"oidc-core/5.3.2/sub-matches"},
		Change: func(r *Rules) { r.OpenID.UserInfoOtherSubject = true },
	},
	{
		Name: "userinfo.open", Sentence: "userinfo answers without a valid token.",
		Breaks: []string{"rfc6750/3.1/userinfo-errors", "docspace/userinfo/refusals"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.OpenID.UserInfoOpen = true },
	},
}
