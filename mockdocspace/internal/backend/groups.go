package backend

import (
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

const zeroGUID = "00000000-0000-0000-0000-000000000000"

// group is a group as the API shows it (§3.3).
type group struct {
	Name         string         `json:"name"`
	Parent       string         `json:"parent"`
	Category     string         `json:"category"`
	ID           string         `json:"id"`
	IsLDAP       bool           `json:"isLDAP"`
	Manager      *employeeFull  `json:"manager,omitempty"`
	Members      []employeeFull `json:"members,omitempty"`
	MembersCount int            `json:"membersCount"`
}

func (p *people) group(g store.Group, members bool) group {
	out := group{Name: g.Name, Parent: zeroGUID, Category: zeroGUID, ID: g.ID}
	if m, ok := p.byID(g.ManagerID); ok {
		out.Manager = ptr(p.full(m, false))
	}
	for _, id := range g.Members {
		u, ok := p.byID(id)
		if !ok {
			continue // the user is gone
		}
		out.MembersCount++
		if members {
			out.Members = append(out.Members, p.full(u, false))
		}
	}
	return out
}

// listGroups is GET group.
func (a *api) listGroups(c *call) (result, error) {
	page, err := c.page()
	if err != nil {
		return result{}, err
	}
	if limited(c.user()) {
		return result{}, errForbidden
	}
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	user := strings.ToLower(c.URL.Query().Get("userId"))
	managed := c.URL.Query().Get("manager") == "true"
	groups := slices.DeleteFunc(slices.Clone(p.groups), func(g store.Group) bool {
		switch {
		case user != "" && managed:
			return g.ManagerID != user
		case user != "" && !slices.Contains(g.Members, user):
			return true
		}
		return !strings.Contains(strings.ToLower(g.Name), strings.ToLower(page.filter))
	})
	if page.descending {
		slices.Reverse(groups)
	}
	total := len(groups)
	from, to := page.window(total)
	list := make([]group, 0, to-from)
	for _, g := range groups[from:to] {
		list = append(list, p.group(g, false))
	}
	return result{body: list, total: &total}, nil
}

// oneGroup is GET group/{id}. Members are shown unless includeMembers is false;
// that this is the default is a guess.
func (a *api) oneGroup(c *call) (result, error) {
	if limited(c.user()) {
		return result{}, errForbidden
	}
	g, err := a.Store.Group(c.Context(), c.tenant(), strings.ToLower(c.params["id"]))
	if err != nil {
		return result{}, missing(err, errNoGroup)
	}
	return a.showGroup(c, g, c.URL.Query().Get("includeMembers") != "false")
}

func (a *api) showGroup(c *call, g store.Group, members bool) (result, error) {
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	return result{body: p.group(g, members)}, nil
}

// createGroup is POST group. Only administrators may (a guess: the page says
// only that reading needs the right to read).
func (a *api) createGroup(c *call) (result, error) {
	var in struct {
		GroupName    string   `json:"groupName"`
		GroupManager string   `json:"groupManager"`
		Members      []string `json:"members"`
	}
	if err := c.bind(&in); err != nil {
		return result{}, err
	}
	if err := lengthBetween("GroupName", in.GroupName, 1, 128); err != nil {
		return result{}, err
	}
	if !c.user().IsAdmin() {
		return result{}, errForbidden
	}
	g := store.Group{ID: a.Random.UUID(), TenantID: c.tenant(), Name: in.GroupName}
	return a.saveGroup(c, g, in.GroupManager, in.Members, nil)
}

// updateGroup is PUT group/{id}.
func (a *api) updateGroup(c *call) (result, error) {
	var in struct {
		GroupName       string   `json:"groupName"`
		GroupManager    string   `json:"groupManager"`
		MembersToAdd    []string `json:"membersToAdd"`
		MembersToRemove []string `json:"membersToRemove"`
	}
	if err := c.bind(&in); err != nil {
		return result{}, err
	}
	if !c.user().IsAdmin() {
		return result{}, errForbidden
	}
	g, err := a.Store.Group(c.Context(), c.tenant(), strings.ToLower(c.params["id"]))
	if err != nil {
		return result{}, missing(err, errNoGroup)
	}
	if in.GroupName != "" {
		if err := lengthBetween("GroupName", in.GroupName, 1, 128); err != nil {
			return result{}, err
		}
		g.Name = in.GroupName
	}
	return a.saveGroup(c, g, in.GroupManager, in.MembersToAdd, in.MembersToRemove)
}

// saveGroup writes a group; the manager is a member too.
func (a *api) saveGroup(c *call, g store.Group, manager string, add, remove []string) (result, error) {
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	g.Members = slices.DeleteFunc(slices.Clone(g.Members), func(id string) bool {
		return slices.ContainsFunc(remove, func(r string) bool { return strings.EqualFold(r, id) })
	})
	if manager != "" && manager != zeroGUID {
		g.ManagerID = strings.ToLower(manager)
		add = append(slices.Clone(add), manager)
	}
	for _, id := range add {
		id = strings.ToLower(id)
		if _, ok := p.byID(id); !ok {
			return result{}, badArgument("The user could not be found")
		}
		if !slices.Contains(g.Members, id) {
			g.Members = append(g.Members, id)
		}
	}
	if err := a.Store.PutGroup(c.Context(), g); err != nil {
		return result{}, err
	}
	return a.showGroup(c, g, true)
}

// joinGroups makes a user a member of the groups with these ids and of no other.
// Ids that no group has are passed over.
func (a *api) joinGroups(c *call, p *people, user string, ids []string) error {
	for i := range p.groups {
		g := &p.groups[i]
		wanted := slices.ContainsFunc(ids, func(id string) bool { return strings.EqualFold(id, g.ID) })
		if wanted == slices.Contains(g.Members, user) {
			continue
		}
		if wanted {
			g.Members = append(slices.Clone(g.Members), user)
		} else {
			g.Members = slices.DeleteFunc(slices.Clone(g.Members), func(id string) bool { return id == user })
		}
		if err := a.Store.PutGroup(c.Context(), *g); err != nil {
			return err
		}
	}
	return nil
}

// deleteGroup is DELETE group/{id}.
func (a *api) deleteGroup(c *call) (result, error) {
	if !c.user().IsAdmin() {
		return result{}, errForbidden
	}
	id := strings.ToLower(c.params["id"])
	if _, err := a.Store.Group(c.Context(), c.tenant(), id); err != nil {
		return result{}, missing(err, errNoGroup)
	}
	return result{noBody: true}, a.Store.DeleteGroup(c.Context(), c.tenant(), id)
}
