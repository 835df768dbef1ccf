package backend

import "slices"

// webRoutes are the portal's Web API: sign-in, settings, security, keys (§3.10–§3.13, §4.2–§4.4).
var webRoutes = slices.Concat(
	rows(Anonymous,
		"GET authentication", "POST authentication", "POST authentication/{code}", "POST authentication/logout",
		"POST authentication/confirm", "POST authentication/sendsms", "GET capabilities", "GET security/csp", "GET settings",
		"GET settings/deeplink", "GET settings/cultures", "GET settings/colortheme", "GET settings/invitationsettings",
		"GET settings/ssov2", "GET settings/version/build", "GET settings/whitelabel/logos", "GET settings/license/required",
		"POST settings/sendadmmail", "POST settings/sendjoininvite", "POST portal/sendcongratulations",
		"POST portal/sendremoveinstructions",
	),
	rows(AnyToken, "GET settings/security/password"),
	rows(ConfirmOrAdmin, "GET settings/timezones", "POST settings/license"),
	rows(ConfirmOnly,
		"POST authentication/setphone", "PUT settings/owner", "GET settings/machine", "PUT settings/wizard/complete",
		"POST settings/tfaapp/validate", "GET settings/tfaapp/setup", "PUT portal/continue", "PUT portal/suspend",
		"DELETE portal/delete",
	),
	// No row of the policy names these: never open to OAuth tokens.
	rows(ByPolicy,
		"GET portal", "GET modules", "GET modules/info", "GET keys", "POST keys", "GET keys/@self",
		"GET security/oauth2/token", "GET settings/customschemas", "PUT settings/security/password", "POST security/csp",
	),
	[]Route{{Method: "POST", Template: "apisystem/portal/signin", Class: Anonymous}},
)
