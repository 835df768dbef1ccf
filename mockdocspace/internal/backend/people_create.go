package backend

import (
	"encoding/json"
	"errors"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// userTypes are the numbers of employeeType (§3.2).
var userTypes = map[employeeType]store.UserType{
	1: store.TypeRoomAdmin, 2: store.TypeGuest, 3: store.TypeAdmin, 4: store.TypeUser,
}

// employeeType is a user's type by number, its text, or the name that the
// vendor's SDK sends.
type employeeType int

func (t *employeeType) UnmarshalJSON(raw []byte) error {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		if known, ok := employeeTypes[strings.ToLower(name)]; ok {
			*t = employeeType(known)
			return nil
		}
	}
	var n integer
	if err := n.UnmarshalJSON(raw); err != nil {
		return err
	}
	*t = employeeType(n)
	return nil
}

// createPerson is POST people: the scope stage lets every token through, the
// action wants an administrator (§4.3).
func (a *api) createPerson(c *call) (result, error) {
	var in struct {
		Email     string       `json:"email"`
		FirstName string       `json:"firstName"`
		LastName  string       `json:"lastName"`
		Password  string       `json:"password"`
		Type      employeeType `json:"type"`
		Groups    []string     `json:"department"`
	}
	if err := c.bind(&in); err != nil {
		return result{}, err
	}
	if !c.user().IsAdmin() {
		return result{}, errForbidden
	}
	name, domain, ok := strings.Cut(strings.TrimSpace(in.Email), "@")
	if !ok || name == "" || domain == "" {
		return result{}, badArgument("Incorrect email")
	}
	kind, known := userTypes[in.Type]
	if in.Type == 0 { // the type left out: a plain user (a guess)
		kind, known = store.TypeUser, true
	}
	if !known {
		return result{}, invalid("Type", "The value is not valid.")
	}
	email := name + "@" + domain
	a.creations.Lock()
	defer a.creations.Unlock()
	switch _, err := a.Store.UserByEmail(c.Context(), c.tenant(), email); {
	case err == nil:
		return result{}, badArgument("This email is already registered")
	case !errors.Is(err, store.ErrNotFound):
		return result{}, err
	}
	user := store.User{
		ID: a.Random.UUID(), TenantID: c.tenant(), Email: email, UserName: strings.ToLower(name),
		FirstName: in.FirstName, LastName: in.LastName, Password: in.Password, Type: kind, Status: store.StatusActive,
		Culture: c.site.Tenant.Culture, CreatedBy: c.user().ID, CreatedAt: a.Clock.Now(),
	}
	if err := a.Store.PutUser(c.Context(), user); err != nil {
		return result{}, err
	}
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	if len(in.Groups) > 0 {
		if err := a.joinGroups(c, p, user.ID, in.Groups); err != nil {
			return result{}, err
		}
	}
	return result{body: p.full(user, false)}, nil
}
