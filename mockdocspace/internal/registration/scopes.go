package registration

import (
	"net/http"
	"slices"
)

// scope is one row of the scope table (§10).
type scope struct {
	Name  string `json:"name"`
	Group string `json:"group"`
	Type  string `json:"type"`
}

// scopes is the table in the order of the list: by name, openid last (§7.2).
var scopes = []scope{
	{"accounts.self:read", "profiles", "read"},
	{"accounts.self:write", "profiles", "write"},
	{"accounts:read", "accounts", "read"},
	{"accounts:write", "accounts", "write"},
	{"files:read", "files", "read"},
	{"files:write", "files", "write"},
	{"rooms:read", "rooms", "read"},
	{"rooms:write", "rooms", "write"},
	{"openid", "openid", "openid"},
}

func isScope(name string) bool {
	return slices.ContainsFunc(scopes, func(s scope) bool { return s.Name == name })
}

// listScopes is GET /scopes.
func (s *service) listScopes(w http.ResponseWriter, c *call) error {
	if err := c.permit(rolesAny); err != nil {
		return err
	}
	return s.answer(w, c, http.StatusOK, scopes)
}
