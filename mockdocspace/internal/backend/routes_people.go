package backend

import "slices"

// peopleRoutes are the people and group families (identity.md §8.5, §3.1–§3.3, §4.3).
var peopleRoutes = slices.Concat(
	rows(Anonymous,
		"POST people/password", "POST people/thirdparty/signup", "GET people/thirdparty/providers",
	),
	rows(AnyToken,
		"GET people/{userid}", "GET people/exists", "POST people",
	),
	rows(ConfirmOnly,
		"DELETE people/@self", "PUT people/{userid}/password", "PUT people/{userid}/email",
		"POST people/guests/share/approve", "PUT people/activationstatus/{activationstatus}",
	),
	rows(ByPolicy,
		"GET people/@self", "GET people", "GET people/email", "GET people/info", "GET people/search", "GET people/@search/{query}",
		"GET people/filter", "GET people/simple/filter", "GET people/status/{status}", "GET people/status/{status}/search",
		"GET people/theme", "GET people/{userid}/photo", "GET people/tokendiagnostics", "GET people/room/{id}",
		"GET people/folder/{id}", "GET people/file/{id}", "GET people/guests/{userid}/share",
		"GET people/reassign/progress/{userid}", "GET people/remove/progress/{userid}", "GET people/delete/personal/progress",
		"GET people/type/progress/{userid}", "GET people/recalculatequota", "GET people/checkrecalculatequota",
		"PUT people/{userid}", "DELETE people/{userid}", "PUT people/self/delete", "PUT people/theme",
		"POST people/{userid}/photo", "PUT people/{userid}/photo", "DELETE people/{userid}/photo",
	),
	rows(ByPolicy,
		"GET group", "GET group/{id:guid}", "GET group/user/{userid:guid}", "GET group/room/{id}", "GET group/folder/{id}",
		"GET group/file/{id}", "POST group", "PUT group/{id:guid}", "DELETE group/{id:guid}",
		"POST group/{id:guid}/members", "PUT group/{id:guid}/members", "DELETE group/{id:guid}/members",
		"PUT group/{id:guid}/manager", "PUT group/{fromId:guid}/members/{toId:guid}",
	),
)
