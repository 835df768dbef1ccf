package flows

import (
	"context"
	"net/url"
)

// Person is a user of the portal (docs/portal/backend-api.md §3.1). Admin is not
// set for the owner; a user's type follows from the flags.
type Person struct {
	ID           string `json:"id"`
	DisplayName  string `json:"displayName"` // HTML-encoded by the portal
	FirstName    string `json:"firstName"`
	LastName     string `json:"lastName"`
	UserName     string `json:"userName"`
	Email        string `json:"email"`
	Status       int    `json:"status"` // 1 active, 2 terminated, 4 pending
	Owner        bool   `json:"isOwner"`
	Admin        bool   `json:"isAdmin"`
	RoomAdmin    bool   `json:"isRoomAdmin"`
	Guest        bool   `json:"isVisitor"`
	Collaborator bool   `json:"isCollaborator"`
	Avatar       string `json:"avatar"`
	ProfileURL   string `json:"profileUrl"`
}

// Group is a group of users (docs/portal/backend-api.md §3.3).
type Group struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Manager      *Person  `json:"manager,omitempty"`
	Members      []Person `json:"members,omitempty"` // only in Group
	MembersCount int      `json:"membersCount"`
}

// Self is the user of the token; wants scope accounts.self:read or :write.
func (a *API) Self(ctx context.Context) (*Person, error) {
	return response(Get[Person](ctx, a, "people/@self", nil))
}

// People are the portal's active users, with Page.Search those whose name or
// e-mail holds the text; wants scope accounts:read or :write, and a user who may
// see them: others get 403.
func (a *API) People(ctx context.Context, page ...Page) (*Envelope[[]Person], error) {
	return Get[[]Person](ctx, a, "people/filter", query(page))
}

// Person is the user with that id or user name. Any scope will do, but not every
// user sees every other: 403, or 404 when there is none.
func (a *API) Person(ctx context.Context, id string) (*Person, error) {
	return response(Get[Person](ctx, a, "people/"+url.PathEscape(id), nil))
}

// Groups are the portal's groups; wants scope accounts:read, accounts:write alone
// does not open them (docs/portal/identity.md §8.4).
func (a *API) Groups(ctx context.Context, page ...Page) (*Envelope[[]Group], error) {
	return Get[[]Group](ctx, a, "group", query(page))
}

// Group is one group with its members; wants scope accounts:read.
func (a *API) Group(ctx context.Context, id string) (*Group, error) {
	return response(Get[Group](ctx, a, "group/"+url.PathEscape(id), url.Values{"includeMembers": {"true"}}))
}
