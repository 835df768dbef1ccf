package backend

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// entry is what folders and files have in common (§3.4).
type entry struct {
	FileEntryType  int             `json:"fileEntryType"`
	ID             int64           `json:"id"`
	RootFolderID   int64           `json:"rootFolderId"`
	CanShare       bool            `json:"canShare"`
	Security       map[string]bool `json:"security"`
	Title          string          `json:"title"`
	Access         int             `json:"access"`
	Shared         bool            `json:"shared"`
	SharedForUser  bool            `json:"sharedForUser"`
	SharedExternal bool            `json:"sharedExternal"`
	ParentShared   bool            `json:"parentShared"`
	ShortWebURL    string          `json:"shortWebUrl"`
	Created        string          `json:"created"`
	CreatedBy      *employee       `json:"createdBy,omitempty"`
	Updated        string          `json:"updated"`
	UpdatedBy      *employee       `json:"updatedBy,omitempty"`
	RootFolderType int             `json:"rootFolderType"`
	ParentRoomType *int            `json:"parentRoomType,omitempty"`
}

// folder is a folder or a room (§3.4).
type folder struct {
	ParentID     int64     `json:"parentId"`
	FilesCount   int       `json:"filesCount"`
	FoldersCount int       `json:"foldersCount"`
	New          int       `json:"new"`
	Mute         bool      `json:"mute"`
	Tags         *[]string `json:"tags,omitempty"`
	Logo         *logo     `json:"logo,omitempty"`
	Pinned       bool      `json:"pinned"`
	RoomType     *int      `json:"roomType,omitempty"`
	Private      bool      `json:"private"`
	Indexing     bool      `json:"indexing"`
	DenyDownload bool      `json:"denyDownload"`
	InRoom       *bool     `json:"inRoom,omitempty"`
	entry
}

type logo struct {
	Original string `json:"original"`
	Large    string `json:"large"`
	Medium   string `json:"medium"`
	Small    string `json:"small"`
	Color    string `json:"color,omitempty"`
}

// file is a file (§3.4).
type file struct {
	FolderID          int64           `json:"folderId"`
	Version           int             `json:"version"`
	VersionGroup      int             `json:"versionGroup"`
	ContentLength     string          `json:"contentLength"`
	PureContentLength int64           `json:"pureContentLength,omitempty"`
	FileStatus        int             `json:"fileStatus"`
	Mute              bool            `json:"mute"`
	ViewURL           string          `json:"viewUrl"`
	WebURL            string          `json:"webUrl"`
	FileType          int             `json:"fileType"`
	FileExst          string          `json:"fileExst"`
	ThumbnailStatus   int             `json:"thumbnailStatus"`
	FormFillingStatus int             `json:"formFillingStatus"`
	ViewAccessibility map[string]bool `json:"viewAccessibility"`
	entry
}

// content is a folder with what lies in it (§3.4).
type content struct {
	Files      []file     `json:"files"`
	Folders    []folder   `json:"folders"`
	Current    folder     `json:"current"`
	PathParts  []pathPart `json:"pathParts"`
	StartIndex int        `json:"startIndex"`
	Count      int        `json:"count"`
	Total      int        `json:"total"`
	New        int        `json:"new"`
}

type pathPart struct {
	ID         int64  `json:"id"`
	Title      string `json:"title"`
	RoomType   *int   `json:"roomType,omitempty"`
	FolderType int    `json:"folderType"`
}

// folderActions and fileActions are the actions of the security member (§3.4).
var (
	folderActions = []string{
		"Read", "Create", "Delete", "EditRoom", "Rename", "CopyTo", "Copy", "MoveTo", "Move", "Pin", "Mute",
		"EditAccess", "Duplicate", "Download", "CopySharedLink", "Reconnect", "ChangeOwner", "IndexExport",
	}
	fileActions = []string{
		"Read", "Comment", "FillForms", "Review", "Edit", "Delete", "CustomFilter", "Rename", "ReadHistory", "Lock",
		"EditHistory", "Copy", "Move", "Duplicate", "SubmitToFormGallery", "Download", "Convert", "CreateRoomFrom", "CopyLink", "Embed",
	}
)

// security lists what the caller may do: readers read, copy and download,
// everything else takes the right to write.
func security(actions []string, r right) map[string]bool {
	allowed := make(map[string]bool, len(actions))
	for _, action := range actions {
		switch action {
		case "Read", "Download", "Copy", "CopySharedLink", "CopyLink", "Mute":
			allowed[action] = r.read
		case "EditRoom", "EditAccess", "ChangeOwner", "Reconnect", "IndexExport", "Pin":
			allowed[action] = r.manage
		case "Create", "CopyTo", "MoveTo":
			allowed[action] = r.create
		case "SubmitToFormGallery", "CustomFilter", "FillForms", "Convert":
			allowed[action] = false
		default:
			allowed[action] = r.write
		}
	}
	return allowed
}

// roomFolderType is the folder type of a room, nil for what is none.
func roomFolderType(f store.Folder) *int {
	if f.RoomType == 0 {
		return nil
	}
	return ptr(folderTypes[f.RoomType])
}

// folder shows f; the counts are of its direct children.
func (p *people) folder(f store.Folder, r right, files, folders int) folder {
	out := folder{
		ParentID: f.ParentID, FilesCount: files, FoldersCount: folders, Private: f.Private,
		Indexing: f.Indexing, DenyDownload: f.DenyDownload,
		entry: entry{
			FileEntryType: 1, ID: f.ID, RootFolderID: f.RootID, CanShare: r.manage && f.ParentID != 0,
			Security: security(folderActions, r), Title: f.Title, Access: int(r.access),
			Created: p.c.apiDate(f.CreatedAt), Updated: p.c.apiDate(f.UpdatedAt), RootFolderType: int(f.Root),
		},
	}
	if f.RoomType != 0 {
		tags := append([]string{}, f.Tags...)
		out.Tags, out.Logo, out.RoomType = &tags, &logo{Color: f.Color}, ptr(int(f.RoomType))
		out.InRoom = ptr(f.Members[p.c.user().ID] != store.AccessNone || f.CreatedBy == p.c.user().ID)
		out.Shared = len(f.Members) > 0
	}
	if p.c.caller != nil {
		out.CreatedBy, out.UpdatedBy = p.short(f.CreatedBy), p.short(f.UpdatedBy)
	}
	return out
}

// file shows f, which lies in at.
func (p *people) file(f store.File, at place) file {
	root, r := at.RootID, at.right
	extension := strings.ToLower(path.Ext(f.Title))
	id := strconv.FormatInt(f.ID, 10)
	edit := r.write && documentType(extension) == 7
	out := file{
		FolderID: f.FolderID, Version: f.Version, VersionGroup: 1,
		ContentLength: humanSize(f.Size), PureContentLength: f.Size,
		ViewURL: p.c.site.Base + "/filehandler.ashx?action=download&fileid=" + id, WebURL: p.c.site.Base + "/doceditor?fileid=" + id,
		FileType: documentType(extension), FileExst: extension, ThumbnailStatus: 3,
		ViewAccessibility: map[string]bool{
			"ImageView": documentType(extension) == 4, "MediaView": documentType(extension) == 2 || documentType(extension) == 3,
			"WebView": documentType(extension) >= 5, "WebEdit": edit, "WebReview": false, "WebCustomFilterEditing": false,
			"WebRestrictedEditing": false, "WebComment": false, "CanConvert": documentType(extension) == 7, "MustConvert": false,
		},
		entry: entry{
			FileEntryType: 2, ID: f.ID, RootFolderID: root, CanShare: r.manage,
			Security: security(fileActions, r), Title: f.Title, Access: int(r.access),
			Created: p.c.apiDate(f.CreatedAt), Updated: p.c.apiDate(f.UpdatedAt), RootFolderType: int(f.Root),
		},
	}
	if len(at.path) > 1 {
		out.ParentRoomType = roomFolderType(at.path[1])
	}
	if !edit {
		out.WebURL += "&action=view"
	}
	if p.c.caller != nil {
		out.CreatedBy, out.UpdatedBy = p.short(f.CreatedBy), p.short(f.UpdatedBy)
	}
	return out
}

// documentType has the numbers of fileType (§3.4) for common extensions.
func documentType(extension string) int {
	switch extension {
	case ".zip", ".tar", ".gz", ".7z", ".rar":
		return 1
	case ".mp4", ".webm", ".avi", ".mov":
		return 2
	case ".mp3", ".ogg", ".wav":
		return 3
	case ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp":
		return 4
	case ".xlsx", ".xls", ".ods", ".csv":
		return 5
	case ".pptx", ".ppt", ".odp":
		return 6
	case ".docx", ".doc", ".odt", ".txt", ".rtf", ".html", ".md":
		return 7
	case ".pdf":
		return 10
	default:
		return 0
	}
}

// humanSize is a size in the portal's words: 1024-based, at most two decimals.
func humanSize(size int64) string {
	units := []string{"bytes", "KB", "MB", "GB", "TB"}
	value, unit := float64(size), 0
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	text := fmt.Sprintf("%.2f", value)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + " " + units[unit]
}
