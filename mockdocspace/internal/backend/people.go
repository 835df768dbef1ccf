package backend

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// self is GET people/@self (§3.1).
func (a *api) self(c *call) (result, error) {
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	u := c.user()
	if c.rules.API.OtherUser {
		for _, other := range p.users {
			if other.ID != u.ID {
				u = other
				break
			}
		}
	}
	return result{body: p.full(u, true)}, nil
}

// profile is GET people/{userid}, by id or user name (§3.2).
func (a *api) profile(c *call) (result, error) {
	key := c.params["userid"]
	return a.findProfile(c, func(u store.User) bool {
		return strings.EqualFold(u.ID, key) || strings.EqualFold(u.UserName, key)
	})
}

// profileByEmail is GET people/email.
func (a *api) profileByEmail(c *call) (result, error) {
	email := strings.TrimSpace(c.URL.Query().Get("email"))
	if email == "" {
		return result{}, badArgument("The email is required")
	}
	return a.findProfile(c, func(u store.User) bool { return strings.EqualFold(u.Email, email) })
}

// findProfile shows the one who matches. That guests see nobody but themselves is a guess.
func (a *api) findProfile(c *call, match func(store.User) bool) (result, error) {
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	at := slices.IndexFunc(p.users, match)
	switch {
	case at < 0:
		return result{}, errNoUser
	case c.user().Type == store.TypeGuest && p.users[at].ID != c.user().ID:
		return result{}, errForbidden
	}
	return result{body: p.full(p.users[at], false)}, nil
}

// exists is GET people/exists (§3.2).
func (a *api) exists(c *call) (result, error) {
	var answer struct {
		Exists bool `json:"exists"`
		Status *int `json:"status,omitempty"`
	}
	user, err := a.Store.UserByEmail(c.Context(), c.tenant(), strings.TrimSpace(c.URL.Query().Get("email")))
	switch {
	case err == nil:
		answer.Exists, answer.Status = true, ptr(int(user.Status))
	case !errors.Is(err, store.ErrNotFound):
		return result{}, err
	}
	return result{body: answer}, nil
}

// tokenDiagnostics is GET people/tokendiagnostics: the caller's claims (§3.2).
func (a *api) tokenDiagnostics(c *call) (result, error) {
	answer := struct {
		Name   string   `json:"name"`
		Claims []string `json:"claims"`
	}{Name: c.user().DisplayName(), Claims: []string{}}
	if c.caller.token == nil {
		for _, s := range c.caller.scopes {
			answer.Claims = append(answer.Claims, "scope:"+s)
		}
		return result{body: answer}, nil
	}
	for _, m := range c.caller.token.claims {
		values := textsOf(m.value)
		if len(values) == 0 && m.value[0] != '[' {
			values = []string{string(m.value)}
		}
		for _, v := range values {
			answer.Claims = append(answer.Claims, m.name+":"+v)
		}
	}
	return result{body: answer}, nil
}

// listPeople is GET people and people/filter.
func (a *api) listPeople(c *call) (result, error) {
	p, users, total, err := a.filterPeople(c)
	if err != nil {
		return result{}, err
	}
	list := make([]employeeFull, 0, len(users))
	for _, u := range users {
		list = append(list, p.full(u, false))
	}
	return result{body: list, total: &total}, nil
}

// listPeopleShort is GET people/simple/filter.
func (a *api) listPeopleShort(c *call) (result, error) {
	_, users, total, err := a.filterPeople(c)
	if err != nil {
		return result{}, err
	}
	list := make([]employee, 0, len(users))
	for _, u := range users {
		list = append(list, c.employee(u))
	}
	return result{body: list, total: &total}, nil
}

// filterPeople applies filter, order and page.
func (a *api) filterPeople(c *call) (*people, []store.User, int, error) {
	page, err := c.page()
	if err != nil {
		return nil, nil, 0, err
	}
	p, err := a.people(c)
	if err != nil {
		return nil, nil, 0, err
	}
	wanted, err := p.filter(page.filter)
	if err != nil {
		return nil, nil, 0, err
	}
	if limited(c.user()) {
		return nil, nil, 0, errForbidden
	}
	users := slices.DeleteFunc(slices.Clone(p.users), func(u store.User) bool { return !wanted(u) })
	slices.SortStableFunc(users, func(x, y store.User) int { return comparePeople(x, y, page.sortBy) })
	if page.descending {
		slices.Reverse(users)
	}
	total := len(users)
	from, to := page.window(total)
	return p, users[from:to], total, nil
}

func personMatches(u store.User, text string) bool {
	if text == "" {
		return true
	}
	text = strings.ToLower(text)
	return slices.ContainsFunc([]string{u.DisplayName(), u.Email, u.UserName}, func(s string) bool {
		return strings.Contains(strings.ToLower(s), text)
	})
}

func comparePeople(x, y store.User, sortBy string) int {
	key := func(u store.User) string {
		switch strings.ToLower(sortBy) {
		case "lastname":
			return u.LastName
		case "email":
			return u.Email
		case "registrationdate":
			return u.CreatedAt.UTC().Format("20060102150405.000000000")
		default:
			return u.DisplayName()
		}
	}
	return cmp.Compare(strings.ToLower(key(x)), strings.ToLower(key(y)))
}

// updateProfile is PUT people/{userid}: names by their owner, disabling by
// administrators and only of others (§3.2).
func (a *api) updateProfile(c *call) (result, error) {
	var in struct {
		FirstName *string  `json:"firstName"`
		LastName  *string  `json:"lastName"`
		Location  *string  `json:"location"`
		Comment   *string  `json:"comment"`
		Disable   *bool    `json:"disable"`
		Groups    []string `json:"department"`
	}
	if err := c.bind(&in); err != nil {
		return result{}, err
	}
	key := c.params["userid"]
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	at := slices.IndexFunc(p.users, func(u store.User) bool { return strings.EqualFold(u.ID, key) || strings.EqualFold(u.UserName, key) })
	if at < 0 {
		return result{}, errNoUser
	}
	u, own := &p.users[at], p.users[at].ID == c.user().ID
	if !own && !c.user().IsAdmin() {
		return result{}, errForbidden
	}
	for given, into := range map[**string]*string{&in.FirstName: &u.FirstName, &in.LastName: &u.LastName} {
		if *given == nil || **given == *into {
			continue
		}
		switch {
		case !own:
			return result{}, errForbidden
		case strings.TrimSpace(**given) == "" || len([]rune(**given)) > 64: // the length is a guess
			return result{}, badArgument("Incorrect user name")
		}
		*into = **given
	}
	if in.Location != nil {
		u.Location = *in.Location
	}
	if in.Comment != nil {
		u.Notes = *in.Comment
	}
	if in.Disable != nil && !own {
		if u.Type == store.TypeOwner {
			return result{}, errForbidden
		}
		u.Status, u.TerminatedAt = store.StatusActive, time.Time{}
		if *in.Disable {
			u.Status, u.TerminatedAt = store.StatusTerminated, a.Clock.Now()
		}
	}
	if err := a.Store.PutUser(c.Context(), *u); err != nil {
		return result{}, err
	}
	if in.Groups != nil && c.user().IsAdmin() { // who else may is not on record
		if err := a.joinGroups(c, p, u.ID, in.Groups); err != nil {
			return result{}, err
		}
	}
	return result{body: p.full(*u, false)}, nil
}
