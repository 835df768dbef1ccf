package store

import (
	"context"
	"io"
	"time"
)

// Content is what lies on a portal: groups, folders, rooms and files.
// Ids of folders and files are portal-wide increasing numbers.
type Content interface {
	PutGroup(ctx context.Context, g Group) error
	Group(ctx context.Context, tenantID int64, id string) (Group, error)
	Groups(ctx context.Context, tenantID int64) ([]Group, error) // by name
	DeleteGroup(ctx context.Context, tenantID int64, id string) error

	// PutFolder writes a folder or room; ID 0 gets the next number, which is returned.
	PutFolder(ctx context.Context, f Folder) (int64, error)
	Folder(ctx context.Context, tenantID, id int64) (Folder, error)
	// Folders returns the direct children of parent, in order of id.
	Folders(ctx context.Context, tenantID, parent int64) ([]Folder, error)
	// RootFolder finds a portal's shared root of that type, or a user's own.
	RootFolder(ctx context.Context, tenantID int64, root RootType, owner string) (Folder, error)
	DeleteFolder(ctx context.Context, tenantID, id int64) error

	// PutFile writes a file's description; ID 0 gets the next number, which is returned.
	PutFile(ctx context.Context, f File) (int64, error)
	File(ctx context.Context, tenantID, id int64) (File, error)
	Files(ctx context.Context, tenantID, folder int64) ([]File, error) // in order of id
	DeleteFile(ctx context.Context, tenantID, id int64) error

	// PutBlob keeps what it reads and returns its id and size. A reader that
	// fails leaves nothing behind.
	PutBlob(ctx context.Context, r io.Reader) (id string, size int64, err error)
	OpenBlob(ctx context.Context, id string) (io.ReadSeekCloser, error)
	DeleteBlob(ctx context.Context, id string) error
}

// RootType has the numbers of the Backend API (docs/portal/backend-api.md §3.4).
type RootType int

const (
	RootTrash     RootType = 3
	RootMy        RootType = 5
	RootShare     RootType = 6
	RootFavorites RootType = 10
	RootRecent    RootType = 11
	RootTemplates RootType = 12
	RootRooms     RootType = 14
	RootArchive   RootType = 20
)

// RoomType has the numbers of the Backend API; 0 is no room.
type RoomType int

const (
	RoomFillingForms RoomType = 1
	RoomEditing      RoomType = 2
	RoomCustom       RoomType = 5
	RoomPublic       RoomType = 6
	RoomVirtualData  RoomType = 8
	RoomAI           RoomType = 9
)

// Access is a share right, with the numbers of the Backend API
// (docs/portal/backend-api.md §3.4).
type Access int

const (
	AccessNone        Access = 0
	AccessReadWrite   Access = 1
	AccessRead        Access = 2
	AccessReview      Access = 5
	AccessComment     Access = 6
	AccessFillForms   Access = 7
	AccessRoomManager Access = 9
	AccessEditing     Access = 10
	AccessCreator     Access = 11
)

// Group is a group of people.
type Group struct {
	ID        string // lower-case UUID
	TenantID  int64
	Name      string
	ManagerID string
	Members   []string // user ids
}

// Folder is a folder, a root or a room.
type Folder struct {
	ID        int64
	TenantID  int64
	ParentID  int64 // 0 for roots
	RootID    int64 // itself for roots
	Root      RootType
	RoomType  RoomType
	Title     string
	OwnerID   string // whose root it is; empty for shared roots
	CreatedBy string
	CreatedAt time.Time
	UpdatedBy string
	UpdatedAt time.Time
	Tags      []string
	Color     string
	Private   bool
	// Indexing and DenyDownload are settings of rooms.
	Indexing, DenyDownload bool
	Members                map[string]Access // rooms: user id to right
}

// File is a file's description; its bytes are a blob.
type File struct {
	ID        int64
	TenantID  int64
	FolderID  int64
	Root      RootType
	Title     string
	Blob      string
	Size      int64
	Version   int
	CreatedBy string
	CreatedAt time.Time
	UpdatedBy string
	UpdatedAt time.Time
}

// Snapshot is everything a store keeps. Its fields are read only.
type Snapshot struct {
	Tenants  []Tenant
	Users    []User
	Apps     []App
	Grants   []Grant
	Consents []Consent
	Sessions []Session
	Links    []Link
	Keys     []Key
	Groups   []Group
	Folders  []Folder
	Files    []File
	Blobs    map[string]Blob
	LastID   int64 // of folders and files
}
