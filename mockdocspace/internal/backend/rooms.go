package backend

import (
	"maps"
	"slices"

	"docspace-oauth/mockdocspace/internal/naming"
	"docspace-oauth/mockdocspace/internal/store"
)

// roomTypes are the numbers and names of rooms (§3.4, §3.8).
var roomTypes = map[string]store.RoomType{
	"FillingFormsRoom": store.RoomFillingForms, "EditingRoom": store.RoomEditing, "CustomRoom": store.RoomCustom,
	"PublicRoom": store.RoomPublic, "VirtualDataRoom": store.RoomVirtualData, "AiRoom": store.RoomAI,
}

// roomType is a room's type by number, its text, or its name (§2.1).
type roomType store.RoomType

func (t *roomType) UnmarshalJSON(raw []byte) error {
	value, err := numberOrName(raw, roomTypes)
	if err == nil {
		*t = roomType(value)
	}
	return err
}

// visibleRooms are those the user is in; administrators see all (§3.7).
func visibleRooms(u store.User, root []store.Folder, rooms []store.Folder) []store.Folder {
	return slices.DeleteFunc(slices.Clone(rooms), func(f store.Folder) bool {
		return !rightTo(u, append(slices.Clone(root), f)).read
	})
}

// listRooms is GET files/rooms (§3.7).
func (a *api) listRooms(c *call) (result, error) {
	page, err := c.page()
	if err != nil {
		return result{}, err
	}
	areas, err := c.roomAreas()
	if err != nil {
		return result{}, err
	}
	wanted, err := a.roomFilter(c)
	if err != nil {
		return result{}, err
	}
	var at place
	var all listing
	for i, area := range areas {
		root, err := a.root(c, area)
		if err != nil {
			return result{}, err
		}
		if i == 0 {
			at = root
		}
		if areas[0] == store.RootTemplates {
			break // none can be made here
		}
		below, err := a.children(c, root.ID, page)
		if err != nil {
			return result{}, err
		}
		all.folders = append(all.folders, visibleRooms(c.user(), root.path, below.folders)...)
	}
	all.folders = slices.DeleteFunc(all.folders, func(f store.Folder) bool { return !wanted(f) })
	return a.showContent(c, at, page, all)
}

// roomSettings are switches of a room; those left out stay (§3.8).
type roomSettings struct {
	Indexing     *bool `json:"indexing"`
	DenyDownload *bool `json:"denyDownload"`
}

func (s roomSettings) apply(f *store.Folder) {
	if s.Indexing != nil {
		f.Indexing = *s.Indexing
	}
	if s.DenyDownload != nil {
		f.DenyDownload = *s.DenyDownload
	}
}

// createRoom is POST files/rooms (§3.8).
func (a *api) createRoom(c *call) (result, error) {
	var in struct {
		Title    string    `json:"title"`
		RoomType *roomType `json:"roomType"`
		Tags     []string  `json:"tags"`
		Color    string    `json:"color"`
		Private  bool      `json:"private"`
		roomSettings
	}
	err := c.bind(&in)
	if err != nil {
		return result{}, err
	}
	if in.Title, err = givenTitle(in.Title, naming.LongestOfRoom); err != nil {
		return result{}, err
	}
	switch {
	case in.RoomType == nil:
		return result{}, invalid("RoomType", "The RoomType field is required.")
	case !slices.Contains(slices.Collect(maps.Values(roomTypes)), store.RoomType(*in.RoomType)):
		return result{}, invalid("RoomType", "The value is not valid.")
	case limited(c.user()):
		return result{}, errForbidden
	}
	if err := tagsAndColor(&in.Tags, in.Color); err != nil {
		return result{}, err
	}
	root, err := a.root(c, store.RootRooms)
	if err != nil {
		return result{}, err
	}
	now := a.Clock.Now()
	f := store.Folder{
		TenantID: c.tenant(), ParentID: root.ID, RootID: root.ID, Root: store.RootRooms, RoomType: store.RoomType(*in.RoomType),
		Title: in.Title, CreatedBy: c.user().ID, CreatedAt: now, UpdatedBy: c.user().ID, UpdatedAt: now,
		Tags: in.Tags, Color: in.Color, Private: in.Private, Members: map[string]store.Access{c.user().ID: store.AccessRoomManager},
	}
	in.apply(&f)
	if f.Color == "" {
		f.Color = roomColor(a.Random.Bytes(1)[0])
	}
	if f.ID, err = a.Store.PutFolder(c.Context(), f); err != nil {
		return result{}, err
	}
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	return result{body: p.folder(f, rightTo(c.user(), append(root.path, f)), 0, 0)}, nil
}

// tagsAndColor checks what dresses a room (§3.8). That tags are titles too is a guess.
func tagsAndColor(tags *[]string, color string) error {
	if naming.Length(color) > 6 {
		return invalid("Color", "The field Color must be a string with a maximum length of 6.")
	}
	if tags == nil {
		return nil
	}
	for i, tag := range *tags {
		clean, err := givenTitle(tag, 255)
		if err != nil {
			return err
		}
		(*tags)[i] = clean
	}
	return nil
}

// roomColor picks a colour for rooms that come without one; the choice is the mock's.
func roomColor(b byte) string {
	colors := []string{"61C059", "FF9933", "2DB482", "7757D9", "FF7FD4", "6D4EC2", "DA3985", "4781D1"}
	return colors[int(b)%len(colors)]
}

// updateRoom is PUT files/rooms/{id} (§3.8).
func (a *api) updateRoom(c *call) (result, error) {
	var in struct {
		Title string    `json:"title"`
		Tags  *[]string `json:"tags"`
		Color string    `json:"color"`
		roomSettings
	}
	err := c.bind(&in)
	if err != nil {
		return result{}, err
	}
	if in.Title != "" {
		if in.Title, err = givenTitle(in.Title, naming.LongestOfRoom); err != nil {
			return result{}, err
		}
	}
	if err := tagsAndColor(in.Tags, in.Color); err != nil {
		return result{}, err
	}
	at, err := a.managedRoom(c)
	if err != nil {
		return result{}, err
	}
	if in.Title != "" {
		at.Title = in.Title
	}
	if in.Tags != nil {
		at.Tags = *in.Tags
	}
	if in.Color != "" {
		at.Color = in.Color
	}
	in.apply(&at.Folder)
	return a.changeFolder(c, at)
}

// managedRoom is the room of the path, if the caller may manage it.
func (a *api) managedRoom(c *call) (place, error) {
	at, err := a.placeParam(c, "id")
	switch {
	case err != nil:
		return at, err
	case at.RoomType == 0:
		return at, errNoFolder
	case !at.right.manage:
		return at, errForbidden
	}
	return at, nil
}

// archiveRoom is PUT files/rooms/{id}/archive and unarchive; the operation is
// finished at once.
func (a *api) archiveRoom(root store.RootType) handler {
	return func(c *call) (result, error) {
		at, err := a.managedRoom(c)
		if err != nil {
			return result{}, err
		}
		to, err := a.root(c, root)
		if err != nil {
			return result{}, err
		}
		if err := a.moveFolder(c, at.Folder, to); err != nil {
			return result{}, err
		}
		return result{body: a.finished(operationMove)}, nil
	}
}

// deleteRoom is DELETE files/rooms/{id}.
func (a *api) deleteRoom(c *call) (result, error) {
	at, err := a.managedRoom(c)
	if err != nil {
		return result{}, err
	}
	if err := a.removeFolder(c, at.Folder); err != nil {
		return result{}, err
	}
	return result{body: a.finished(operationDelete)}, nil
}
