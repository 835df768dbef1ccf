package flows

import (
	"context"
	"fmt"
	"net/http"
)

// RoomType says what a room is for (docs/portal/backend-api.md §3.4).
type RoomType int

// The types of rooms.
const (
	RoomFillingForms RoomType = 1
	RoomEditing      RoomType = 2 // "collaboration room" on the portal's pages
	RoomCustom       RoomType = 5
	RoomPublic       RoomType = 6
	RoomVirtualData  RoomType = 8
	RoomAI           RoomType = 9
)

// NewRoom is a room to be made (docs/portal/backend-api.md §3.8).
type NewRoom struct {
	Title string   `json:"title"` // at most 170 characters
	Type  RoomType `json:"roomType"`
	Tags  []string `json:"tags,omitempty"`
	Color string   `json:"color,omitempty"` // six hexadecimal digits; the portal picks one
}

// Rooms are the rooms that the user may enter, in Folders; wants scope rooms:read or :write.
func (a *API) Rooms(ctx context.Context, page ...Page) (*FolderContent, error) {
	return response(Get[FolderContent](ctx, a, "files/rooms", query(page)))
}

// Room is one room. Any scope will do (docs/portal/backend-api.md §3.6).
func (a *API) Room(ctx context.Context, id int64) (*Folder, error) {
	return response(Get[Folder](ctx, a, fmt.Sprintf("files/rooms/%d", id), nil))
}

// CreateRoom makes a room; wants scope rooms:write and a user who may: others get 403.
// What lies in a room is read and written with the scopes of files.
func (a *API) CreateRoom(ctx context.Context, room NewRoom) (*Folder, error) {
	return response(Send[Folder](ctx, a, http.MethodPost, "files/rooms", room))
}

// RenameRoom changes a room's title; wants scope rooms:write.
func (a *API) RenameRoom(ctx context.Context, id int64, title string) (*Folder, error) {
	return response(Send[Folder](ctx, a, http.MethodPut, fmt.Sprintf("files/rooms/%d", id), titled{title}))
}

// ArchiveRoom puts a room away: it leaves the list and takes no changes; wants
// scope rooms:write.
func (a *API) ArchiveRoom(ctx context.Context, id int64) error {
	return a.operate(ctx)(Send[Operation](ctx, a, http.MethodPut, fmt.Sprintf("files/rooms/%d/archive", id), deletion{}))
}

// DeleteRoom removes a room with all that is in it; wants scope rooms:write.
func (a *API) DeleteRoom(ctx context.Context, id int64) error {
	return a.operate(ctx)(Send[Operation](ctx, a, http.MethodDelete, fmt.Sprintf("files/rooms/%d", id), deletion{}))
}
