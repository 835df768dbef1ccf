package rules

// portalFaults concern the Backend API, registration, pages and races.
var portalFaults = []Fault{
	{
		Name: "api.open", Sentence: "The API needs no token.",
		Breaks: []string{"docspace/api/no-token"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.API.Open = true },
	},
	{
		Name: "api.query-token", Sentence: "The API takes the token from the URL.",
		Breaks: []string{"rfc9700/4.3.2/no-query-token"},
		Change: func(r *Rules) { r.API.QueryToken = true },
	},
	{
		Name: "api.alg-none", Sentence: "The API accepts unsigned tokens.",
		Breaks: []string{"rfc6750/3.1/bad-tokens"},
		Change: func(r *Rules) { r.API.AcceptAlgNone = true },
	},
	{
		Name: "api.ignores-signature", Sentence: "The API does not check signatures.",
		Breaks: []string{"rfc6750/3.1/bad-tokens"},
		Change: func(r *Rules) { r.API.IgnoreSignature = true },
	},
	{
		Name: "api.ignores-exp", Sentence: "The API accepts expired tokens.",
		Breaks: []string{"rfc6750/3.1/bad-tokens"},
		Change: func(r *Rules) { r.API.IgnoreExpiry = true },
	},
	{
		Name: "api.ignores-aud", Sentence: "The API accepts tokens for other portals.",
		Breaks: []string{"rfc6750/3.1/bad-tokens"},
		Change: func(r *Rules) { r.API.IgnoreAudience = true },
	},
	{
		Name: "api.ignores-revocation", Sentence: "The API accepts revoked tokens.",
		Breaks: []string{"docspace/api/revoked-token"},
		Change: func(r *Rules) { r.API.IgnoreRevocation = true },
	},
	{
		Name: "api.ignores-scope", Sentence: "The API does not look at scopes.",
		Breaks: []string{"docspace/api/scope-policy"},
		Change: func(r *Rules) { r.API.IgnoreScope = true },
	},
	{
		Name: "api.write-needs-read", Sentence: "Write scopes do not admit reads.",
		Breaks: []string{"docspace/api/scope-policy"},
		Change: func(r *Rules) { r.API.WriteNeedsRead = true },
	},
	{
		Name: "api.group-write-reads", Sentence: "accounts:write admits reading groups.",
		Breaks: []string{"docspace/api/scope-policy"},
		Change: func(r *Rules) { r.API.GroupWriteReads = true },
	},
	{
		Name: "api.mints-signature", Sentence: "An access token mints an x-signature.",
		Breaks: []string{"docspace/api/never-open"},
		Change: func(r *Rules) { r.API.MintSignature = true },
	},
	{
		Name: "api.403-first", Sentence: "The API looks at the route's scopes before the token.",
		Breaks: []string{"docspace/api/401-before-403"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.API.ForbiddenFirst = true },
	},
	{
		Name: "api.accepts-id-token", Sentence: "The API accepts id_tokens.",
		Breaks: []string{"docspace/api/wrong-kind-of-token"},
		Change: func(r *Rules) { r.API.AcceptIDToken = true },
	},
	{
		Name: "api.other-user", Sentence: "people/@self is somebody else.",
		Breaks: []string{"docspace/api/self"},
		Change: func(r *Rules) { r.API.OtherUser = true },
	},
	{
		Name: "api.bare-body", Sentence: "API answers have no envelope.",
		Breaks: []string{"docspace/api/envelope"},
		Change: func(r *Rules) { r.API.BareBody = true },
	},
	{
		Name: "api.disabled-user", Sentence: "Tokens of disabled users work on.",
		Breaks: []string{"docspace/api/disabled-user"},
		Change: func(r *Rules) { r.API.AcceptDisabled = true },
	},
	{
		Name: "api.any-origin", Sentence: "The API ignores the app's allowed origins.",
		Breaks: []string{"docspace/api/cors-origins"},
		Change: func(r *Rules) { r.API.AnyOrigin = true },
	},
	{
		Name: "registration.weak-secret", Sentence: "Client secrets have 8 characters.",
		Breaks: []string{"docspace/registration/created"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Registration.WeakSecret = true },
	},
	{
		Name: "registration.leaks-secret", Sentence: "Info objects hold the client secret.",
		Breaks: []string{"docspace/registration/listed"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Registration.LeakSecret = true },
	},
	{
		Name: "registration.accepts-anything", Sentence: "Nothing is validated.",
		Breaks: []string{"docspace/registration/validated"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Registration.AcceptAnything = true },
	},
	{
		Name: "registration.any-role", Sentence: "Roles are not checked.",
		Breaks: []string{"docspace/registration/roles"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Registration.AnyRole = true },
	},
	{
		Name: "registration.crosses-tenants", Sentence: "Apps of other portals are visible.",
		Breaks: []string{"docspace/registration/tenants"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Registration.CrossTenants = true },
	},
	{
		Name: "registration.old-secret-works", Sentence: "A regenerated secret leaves the old one valid.",
		Breaks: []string{"docspace/registration/secret-regenerated"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Registration.OldSecretWorks = true },
	},
	{
		Name: "registration.delete-keeps-tokens", Sentence: "Tokens of a deleted app live on.",
		Breaks: []string{"docspace/registration/deleted"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Registration.DeleteKeepsTokens = true },
	},
	{
		Name: "registration.changes-redirects", Sentence: "Updating an app changes its redirect URIs and scopes too.",
		Breaks: []string{"docspace/registration/updated"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Registration.UpdateChangesAll = true },
	},
	{
		Name: "registration.revokes-others", Sentence: "Taking a consent back ends every user's.",
		Breaks: []string{"docspace/registration/user-revokes", "docspace/registration/tenants"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Registration.RevokeForEverybody = true },
	},
	{
		Name: "limits.off", Sentence: "Nobody is refused, however often they ask.",
		Breaks: []string{"docspace/limits/headers", "docspace/journey/sign-in-limit"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Limits.Off = true },
	},
	{
		Name: "pages.login-loop", Sentence: "Signing in shows the login form again.",
		Breaks: []string{"docspace/callback/browser-journey"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.LoginLoop = true },
	},
	{
		Name: "pages.any-password", Sentence: "Every password is right.",
		Breaks: []string{"docspace/callback/wrong-password", "docspace/api/password-login"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.AnyPassword = true },
	},
	{
		Name: "pages.link-reusable", Sentence: "The one-time link works again.",
		Breaks: []string{"docspace/journey/one-time-link"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.LinkReusable = true },
	},
	{
		Name: "pages.link-forever", Sentence: "The one-time link never expires.",
		Breaks: []string{"docspace/journey/link-expires"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.LinkForever = true },
	},
	{
		Name: "pages.disabled-signs-in", Sentence: "A disabled user can sign in.",
		Breaks: []string{"docspace/journey/disabled-user"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.DisabledSignsIn = true },
	},
	{
		Name: "pages.loses-error", Sentence: "The login page shows its form instead of the error that it is told.",
		Breaks: []string{"docspace/journey/login-leads-on"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.LoseError = true },
	},
	{
		Name: "pages.cookie-readable", Sentence: "Scripts can read the session cookie.",
		Breaks: []string{"docspace/journey/session-cookie"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.CookieReadable = true },
	},
	{
		Name: "pages.logout-noop", Sentence: "Signing out leaves the session alive.",
		Breaks: []string{"docspace/journey/session-ends"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.LogoutNoOp = true },
	},
	{
		Name: "pages.frameable", Sentence: "Pages may be framed.",
		Breaks: []string{"rfc9700/4.16/frame-protection"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.Frameable, r.Authorize.Frameable = true, true },
	},
	{
		Name: "pages.wrong-portal", Sentence: "Choosing a portal leads to the other one.",
		Breaks: []string{"docspace/journey/portal-choice"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.WrongPortal = true },
	},
	{
		Name: "pages.lists-one-portal", Sentence: "A person with one portal has to choose it from a list.",
		Breaks: []string{"docspace/callback/browser-journey", "docspace/journey/one-portal"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.ListsOnePortal = true },
	},
	{
		Name: "pages.back-forgets-app", Sentence: "Back to sign in, at the list of portals, leads to the form without the app.",
		Breaks: []string{"docspace/journey/back-to-sign-in"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.BackForgetsApp = true },
	},
	{
		Name: "pages.signature-is-session", Sentence: "The login page leads whoever has a signature to the consent page, session or not.",
		Breaks: []string{"docspace/journey/signature-without-session"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.SignatureIsSession = true },
	},
	{
		Name: "pages.reflects-input", Sentence: "Pages print parameters unescaped.",
		Breaks: []string{"robust/no-reflection"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.ReflectInput = true },
	},
	{
		Name: "pages.loses-state", Sentence: "The bounce loses state wherever it stands.",
		Breaks: []string{"docspace/journey/scope-last-survives"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Pages.LoseState = true },
	},
	{
		Name: "race.code", Sentence: "All parallel exchanges of one code succeed.",
		Breaks: []string{"attack/code-race"},
		Change: func(r *Rules) { r.Race.Code = true },
	},
	{
		Name: "race.refresh", Sentence: "All parallel uses of one refresh token succeed.",
		Breaks: []string{"attack/refresh-race"},
		Change: func(r *Rules) { r.Race.Refresh = true },
	},
	{
		Name: "race.consent", Sentence: "All parallel consent posts get a code.",
		Breaks: []string{"attack/consent-race"},
		Change: func(r *Rules) { r.Race.Consent = true },
	},
}
