package backend

import (
	"hash/crc32"
	"html"
	"net/url"
	"strconv"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// employee is a person in short (§3.2).
type employee struct {
	ID             string `json:"id"`
	DisplayName    string `json:"displayName"`
	Avatar         string `json:"avatar"`
	AvatarOriginal string `json:"avatarOriginal"`
	AvatarMax      string `json:"avatarMax"`
	AvatarMedium   string `json:"avatarMedium"`
	AvatarSmall    string `json:"avatarSmall"`
	ProfileURL     string `json:"profileUrl"`
	HasAvatar      bool   `json:"hasAvatar"`
	IsAnonim       bool   `json:"isAnonim"`
}

// employeeFull is a whole profile (§3.1).
type employeeFull struct {
	FirstName                   string       `json:"firstName,omitempty"`
	LastName                    string       `json:"lastName,omitempty"`
	UserName                    string       `json:"userName,omitempty"`
	Email                       string       `json:"email,omitempty"`
	Status                      int          `json:"status"`
	ActivationStatus            int          `json:"activationStatus"`
	Terminated                  string       `json:"terminated,omitempty"`
	Department                  *string      `json:"department,omitempty"`
	Groups                      []groupBrief `json:"groups,omitempty"`
	Location                    string       `json:"location,omitempty"`
	Notes                       string       `json:"notes,omitempty"`
	IsAdmin                     bool         `json:"isAdmin"`
	IsRoomAdmin                 bool         `json:"isRoomAdmin"`
	IsLDAP                      bool         `json:"isLDAP"`
	IsOwner                     bool         `json:"isOwner"`
	IsVisitor                   bool         `json:"isVisitor"`
	IsCollaborator              bool         `json:"isCollaborator"`
	CultureName                 string       `json:"cultureName,omitempty"`
	MobilePhoneActivationStatus int          `json:"mobilePhoneActivationStatus"`
	IsSSO                       bool         `json:"isSSO"`
	Theme                       string       `json:"theme,omitempty"`
	LoginEventID                *int         `json:"loginEventId,omitempty"`
	CreatedBy                   *employee    `json:"createdBy,omitempty"`
	RegistrationDate            string       `json:"registrationDate"`
	HasPersonalFolder           *bool        `json:"hasPersonalFolder,omitempty"`
	TfaAppEnabled               *bool        `json:"tfaAppEnabled,omitempty"`
	employee
}

type groupBrief struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Manager string `json:"manager,omitempty"`
}

func (c *call) employee(u store.User) employee {
	// The number changes with the picture; nobody has one here.
	hash := strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(u.ID))%9000+1000), 10)
	picture := func(size string) string {
		return "/static/images/default_user_photo_size_" + size + ".png?hash=" + hash
	}
	return employee{
		ID: u.ID, DisplayName: html.EscapeString(u.DisplayName()),
		Avatar: picture("82-82"), AvatarOriginal: picture("200-200"), AvatarMax: picture("200-200"),
		AvatarMedium: picture("48-48"), AvatarSmall: picture("32-32"),
		ProfileURL: c.site.Base + "/accounts/people?search=" + url.QueryEscape(u.Email),
	}
}

// people knows what it takes to show profiles: it reads users and groups once per call.
type people struct {
	c      *call
	users  []store.User
	groups []store.Group
}

func (a *api) people(c *call) (*people, error) {
	users, err := a.Store.Users(c.Context(), c.tenant())
	if err != nil {
		return nil, err
	}
	groups, err := a.Store.Groups(c.Context(), c.tenant())
	if err != nil {
		return nil, err
	}
	return &people{c: c, users: users, groups: groups}, nil
}

// byID finds a user of the portal.
func (p *people) byID(id string) (store.User, bool) {
	for _, u := range p.users {
		if u.ID == id {
			return u, true
		}
	}
	return store.User{}, false
}

// short is the brief form of the user with that id; nil when there is none.
func (p *people) short(id string) *employee {
	u, ok := p.byID(id)
	if !ok {
		return nil
	}
	return ptr(p.c.employee(u))
}

// full is a profile as the caller may see it. self adds what only people/@self has.
func (p *people) full(u store.User, self bool) employeeFull {
	viewer := p.c.user()
	e := employeeFull{
		FirstName: u.FirstName, LastName: u.LastName, UserName: u.UserName, Email: u.Email,
		Status: int(u.Status), ActivationStatus: activationOf(u), Terminated: p.c.optionalDate(u.TerminatedAt),
		Location: u.Location, Notes: u.Notes,
		IsAdmin: u.Type == store.TypeAdmin, IsRoomAdmin: u.Type == store.TypeRoomAdmin, IsOwner: u.Type == store.TypeOwner,
		IsVisitor: u.Type == store.TypeGuest, IsCollaborator: u.Type == store.TypeUser,
		CultureName: u.Culture, RegistrationDate: p.c.apiDate(u.CreatedAt), employee: p.c.employee(u),
	}
	var names []string
	for _, g := range p.groups {
		for _, id := range g.Members {
			if id == u.ID {
				names = append(names, g.Name)
				manager := ""
				if m, ok := p.byID(g.ManagerID); ok {
					manager = m.UserName
				}
				e.Groups = append(e.Groups, groupBrief{ID: g.ID, Name: g.Name, Manager: manager})
				break
			}
		}
	}
	if viewer.ID == u.ID || !limited(viewer) {
		e.Department = ptr(strings.Join(names, ", "))
	}
	if viewer.IsAdmin() {
		e.CreatedBy = p.short(u.CreatedBy)
	}
	if self {
		e.Theme, e.LoginEventID = "Base", ptr(p.c.caller.loginEvent())
		e.HasPersonalFolder = ptr(u.Type != store.TypeGuest || u.MyFolderID != 0)
	}
	return e
}

// loginEvent numbers the sign-in; 0 for OAuth tokens (§3.1). The number itself is the mock's.
func (c *caller) loginEvent() int {
	if c.session == "" {
		return 0
	}
	return int(crc32.ChecksumIEEE([]byte(c.session)) >> 1)
}

// limited says whether a user may not read lists of people and groups (§3.2, §3.3).
func limited(u store.User) bool { return u.Type != store.TypeRoomAdmin && !u.IsAdmin() }
