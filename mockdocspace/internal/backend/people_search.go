package backend

import (
	"slices"
	"strconv"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// searchPeople is GET people/search and people/@search/{query}: everybody
// whose name or e-mail holds the text (§3.2).
func (a *api) searchPeople(c *call) (result, error) {
	text, inPath := c.params["query"]
	if !inPath {
		text = c.URL.Query().Get("query")
	}
	return a.matchingPeople(c, func(u store.User) bool {
		return u.Status == store.StatusActive && personMatches(u, strings.TrimSpace(text))
	})
}

// peopleByStatus is GET people/status/{status} and people/status/{status}/search.
func (a *api) peopleByStatus(c *call) (result, error) {
	status, err := strconv.Atoi(c.params["status"])
	if err != nil {
		return result{}, invalid("Status", "The value '"+c.params["status"]+"' is not valid.")
	}
	text := strings.TrimSpace(c.URL.Query().Get("query"))
	return a.matchingPeople(c, func(u store.User) bool { return int(u.Status)&status != 0 && personMatches(u, text) })
}

func (a *api) matchingPeople(c *call, match func(store.User) bool) (result, error) {
	if limited(c.user()) {
		return result{}, errForbidden
	}
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	users := slices.DeleteFunc(slices.Clone(p.users), func(u store.User) bool { return !match(u) })
	slices.SortStableFunc(users, func(x, y store.User) int { return comparePeople(x, y, "") })
	list := make([]employeeFull, 0, len(users))
	for _, u := range users {
		list = append(list, p.full(u, false))
	}
	return result{body: list}, nil
}
