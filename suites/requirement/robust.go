package requirement

var robust = []Requirement{
	{
		ID: "robust/hostile-oauth", Level: Must,
		Reference: "docs/portal/identity.md §3",
		Title:     "500 hostile inputs to /oauth2/* cause no 5xx, hang, crash or injected header",
		Faults:    []string{"robust.panics"},
		Why:       "Whoever can crash the authorization server signs everyone out.",
		Fix:       "Bound and validate every parameter before use.",
	},
	{
		ID: "robust/long-authorize-url", Level: Must,
		Reference: "docs/portal/identity.md §6.1",
		Title:     "An authorize URL of 3 to 20 KB causes no 5xx",
		Portal:    Either, Known: "is 400 or 500",
		Why: "Long states and scope lists are normal; a bare 500 explains nothing.",
		Fix: "Refuse over-long requests with a clean error.",
	},
	{
		ID: "robust/long-token", Level: Must,
		Reference: "docs/portal/identity.md §3",
		Title:     "A code or token of 16,000 characters is answered within a second",
		Portal:    Either, Known: "is not stated",
		Why: "A token that takes seconds to look up is a cheap way to stall the server.",
		Fix: "Bound token length before the look-up.",
	},
	{
		ID: "robust/hostile-registration", Level: Must,
		Reference: "docs/portal/identity.md §7.1",
		Title:     "The same hostile inputs to the registration API cause no 5xx",
		Portal:    Deviates, Known: "malformed JSON, wrong types, numbers and dates that don't parse and values too long for a column answer 500 problem documents",
		Why: "A malformed request is the caller's mistake and must be named as one.",
		Fix: "Answer 400 with a problem document.",
	},
	{
		ID: "robust/registration-survives", Level: Must,
		Reference: "docs/portal/identity.md §7.1",
		Title:     "On those inputs every 5xx is a problem document without a stack trace; no hang, crash or injected header",
		Faults:    []string{"robust.hangs"},
		Why:       "Stack traces help attackers, hangs stop everyone.",
		Fix:       "Answer every failure with a problem document and no internals.",
	},
	{
		ID: "robust/no-reflection", Level: Must,
		Reference: "docs/portal/browser-flow.md §5.5",
		Title:     "Parameters shown on pages are escaped",
		Faults:    []string{"pages.reflects-input"},
		Why:       "A parameter printed raw runs as script on the portal's own pages.",
		Fix:       "Escape everything that comes from the request.",
	},
	{
		ID: "rfc6749/1.6/tls", Level: Must,
		Title: "The portal is on https with a valid certificate and TLS 1.2 or newer (live https targets only)",
		Why:   "Codes, tokens and passwords are readable on the way without it.",
		Fix:   "Serve https with a valid certificate and TLS 1.2 or newer.",
	},
}
