package backend

import (
	"slices"
	"strconv"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// peopleFilter reads the parameters that narrow lists of people (§3.2). Of those
// that the page names, payments, accountLoginType, quotaFilter and area change
// nothing: every user here counts the same and signs in by password.
func (p *people) filter(text string) (func(store.User) bool, error) {
	c, q := p.c, p.c.URL.Query()
	status, err := c.enum("employeeStatus", map[string]int{"active": 1, "terminated": 2, "pending": 4, "all": 7})
	if err != nil {
		return nil, err
	}
	if status == 0 { // without it only active users are listed
		status = int(store.StatusActive)
	}
	activation, err := c.enum("activationStatus", map[string]int{"notactivated": 0, "activated": 1, "pending": 2})
	if err != nil {
		return nil, err
	}
	kinds, err := c.employeeTypes()
	if err != nil {
		return nil, err
	}
	group := q.Get("groupId")
	if strings.EqualFold(q.Get("filterBy"), "group") {
		group, text = text, ""
	}
	isTrue := func(name string) bool { return strings.EqualFold(q.Get(name), "true") }
	inviter := strings.ToLower(q.Get("inviterId"))
	if isTrue("invitedByMe") {
		inviter = c.user().ID
	}
	return func(u store.User) bool {
		switch {
		case int(u.Status)&status == 0:
			return false
		case q.Has("activationStatus") && activationOf(u) != activation:
			return false
		case len(kinds) > 0 && !slices.ContainsFunc(kinds, func(kind int) bool { return isType(u, kind) }):
			return false
		case isTrue("isAdministrator") && !u.IsAdmin():
			return false
		case isTrue("withoutGroup") && p.inAnyGroup(u):
			return false
		case group != "" && p.inGroup(u, group) == isTrue("excludeGroup"):
			return false
		case inviter != "" && u.CreatedBy != inviter:
			return false
		}
		return personMatches(u, text)
	}, nil
}

// employeeTypes are the names and numbers of employeeType (§3.2).
var employeeTypes = map[string]int{"all": 0, "roomadmin": 1, "guest": 2, "docspaceadmin": 3, "user": 4}

// employeeTypes reads employeeType and the list employeeTypes.
func (c *call) employeeTypes() ([]int, error) {
	q := c.URL.Query()
	var kinds []int
	for _, text := range slices.Concat(q["employeeType"], q["employeeTypes"], q["employeeTypes[]"]) {
		kind, ok := employeeTypes[strings.ToLower(text)]
		if !ok {
			var err error
			if kind, err = strconv.Atoi(text); err != nil {
				return nil, invalid("EmployeeType", "The value '"+text+"' is not valid.")
			}
		}
		if kind != 0 {
			kinds = append(kinds, kind)
		}
	}
	return kinds, nil
}

func activationOf(u store.User) int {
	if u.Status == store.StatusPending {
		return 2
	}
	return 1
}

func (p *people) inAnyGroup(u store.User) bool {
	return slices.ContainsFunc(p.groups, func(g store.Group) bool { return slices.Contains(g.Members, u.ID) })
}

func (p *people) inGroup(u store.User, group string) bool {
	return slices.ContainsFunc(p.groups, func(g store.Group) bool {
		return strings.EqualFold(g.ID, group) && slices.Contains(g.Members, u.ID)
	})
}

// isType compares with the numbers of employeeType (§3.2).
func isType(u store.User, kind int) bool {
	switch kind {
	case 1:
		return u.Type == store.TypeRoomAdmin
	case 2:
		return u.Type == store.TypeGuest
	case 3:
		return u.IsAdmin()
	case 4:
		return u.Type == store.TypeUser
	default:
		return false
	}
}
