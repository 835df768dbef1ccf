package rules

// requestFaults concern how requests to the authorization endpoint are read and
// answered, and malformed input anywhere.
var requestFaults = []Fault{
	{
		Name: "authorize.code-in-fragment", Sentence: "The code comes in the fragment of the redirect URI.",
		Breaks: []string{"rfc6749/4.1.1/code-issued"},
		Change: func(r *Rules) { r.Authorize.CodeInFragment = true },
	},
	{
		Name: "authorize.cuts-state", Sentence: "A state of more than 255 characters is cut.",
		Breaks: []string{"rfc6749/4.1.1/long-state"},
		Change: func(r *Rules) { r.Authorize.State = StateCut },
	},
	{
		Name: "authorize.assumes-code", Sentence: "A missing response_type counts as code.",
		Breaks: []string{"rfc6749/4.1.1/response-type-required"},
		Change: func(r *Rules) { r.Authorize.AssumeCode = true },
	},
	{
		Name: "authorize.refuses-unknown", Sentence: "Unknown parameters are refused.",
		Breaks: []string{"rfc6749/3.1/unknown-parameter"},
		Change: func(r *Rules) { r.Authorize.RefuseUnknown = true },
	},
	{
		Name: "authorize.empty-scope-counts", Sentence: "An empty scope is refused instead of counting as absent.",
		Breaks: []string{"rfc6749/3.1/empty-is-omitted"},
		Change: func(r *Rules) { r.Authorize.EmptyScopeCounts = true },
	},
	{
		Name: "authorize.guesses-redirect-uri", Sentence: "An omitted redirect URI is taken to be the first of several.",
		Breaks: []string{"rfc6749/3.1.2.3/redirect-omitted"},
		Change: func(r *Rules) { r.Authorize.GuessRedirectURI = true },
	},
	{
		Name: "authorize.loopback-port-exact", Sentence: "Loopback redirect URIs need the registered port.",
		Breaks: []string{"rfc8252/7.3/loopback-any-port"},
		Change: func(r *Rules) { r.Authorize.RedirectMatch = RedirectPortExact },
	},
	{
		Name: "authorize.localhost-any-port", Sentence: "localhost redirect URIs may have any port.",
		Breaks: []string{"rfc8252/8.3/localhost-exact"},
		Change: func(r *Rules) { r.Authorize.RedirectMatch = RedirectLocalhostPort },
	},
	{
		Name: "authorize.first-scope-only", Sentence: "A request without scope is for one of the app's scopes.",
		Breaks: []string{"rfc6749/3.3/scope-omitted"},
		Change: func(r *Rules) { r.Authorize.FirstScopeOnly = true },
	},
	{
		Name: "authorize.silent-redirects", Sentence: "X-Disable-Redirect is ignored where no consent is needed.",
		Breaks: []string{"docspace/authorize/disable-redirect"},
		Change: func(r *Rules) { r.Authorize.SilentRedirects = true },
	},
	{
		Name: "authorize.ignores-prompt", Sentence: "prompt=none shows a page.",
		Breaks: []string{"oidc-core/3.1.2.1/prompt-none-consent"},
		Change: func(r *Rules) { r.Authorize.IgnorePrompt = true },
	},
	{
		Name: "authorize.leaks-referrer", Sentence: "Authorization responses have no Referrer-Policy.",
		Breaks: []string{"rfc9700/4.2.4/referrer-policy"},
		Change: func(r *Rules) { r.Authorize.LeakReferrer = true },
	},
	{
		Name: "authorize.refuses-guests", Sentence: "Guests may not authorize apps.",
		Breaks: []string{"docspace/journey/guest"},
		Change: func(r *Rules) { r.Authorize.RefuseGuests = true },
	},
	{
		Name: "pages.asks-again", Sentence: "A signed-in user gets the login form.",
		Breaks:       []string{"docspace/callback/signed-in", "docspace/journey/login-leads-on", "docspace/journey/second-factor-signed-in"},
		EveryoneOnly: true,
		Change:       func(r *Rules) { r.Pages.AskAgain = true },
	},
	{
		Name: "robust.panics", Sentence: "A NUL in a parameter is answered with a stack trace.",
		Breaks: []string{"robust/hostile-oauth"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Robust.NULFails = true },
	},
	{
		Name: "robust.hangs", Sentence: "A registration that can't be read is never answered.",
		Breaks: []string{"robust/registration-survives"}, EveryoneOnly: true,
		Change: func(r *Rules) { r.Robust.MalformedHangs = true },
	},
}
