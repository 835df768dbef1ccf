package flows

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
)

// Folder is a folder or a room (docs/portal/backend-api.md §3.4).
type Folder struct {
	ID             int64    `json:"id"`
	Title          string   `json:"title"`
	ParentID       int64    `json:"parentId"`
	FilesCount     int      `json:"filesCount"`
	FoldersCount   int      `json:"foldersCount"`
	RoomType       RoomType `json:"roomType"` // 0 when it is no room
	RootFolderType int      `json:"rootFolderType"`
	Tags           []string `json:"tags"` // rooms
	Logo           struct {
		Color string `json:"color"`
	} `json:"logo"` // rooms
}

// File is a document (docs/portal/backend-api.md §3.4).
type File struct {
	ID       int64  `json:"id"`
	Title    string `json:"title"`
	FolderID int64  `json:"folderId"`
	Version  int    `json:"version"`
	Size     int64  `json:"pureContentLength"` // bytes; the portal leaves out 0
	Length   string `json:"contentLength"`     // the size in words
	Type     int    `json:"fileType"`
	ViewURL  string `json:"viewUrl"`
	WebURL   string `json:"webUrl"`
}

// FolderContent is a page of what a folder holds (docs/portal/backend-api.md §3.4).
type FolderContent struct {
	Files   []File   `json:"files"`
	Folders []Folder `json:"folders"` // rooms, in the list of rooms
	Current Folder   `json:"current"`
	Count   int      `json:"count"`
	Total   int      `json:"total"`
}

// titled is the body of calls that take a title.
type titled struct {
	Title string `json:"title"`
}

// MyDocuments is the user's own folder; wants scope files:read or :write. Guests
// may have none: 404.
func (a *API) MyDocuments(ctx context.Context, page ...Page) (*FolderContent, error) {
	return response(Get[FolderContent](ctx, a, "files/@my", query(page)))
}

// Folder is what lies in a folder or room. Any scope will do for what the user may
// read (docs/portal/backend-api.md §3.6).
func (a *API) Folder(ctx context.Context, id int64, page ...Page) (*FolderContent, error) {
	return response(Get[FolderContent](ctx, a, fmt.Sprintf("files/%d", id), query(page)))
}

// CreateFolder makes a folder in another one or in a room; wants scope files:write.
func (a *API) CreateFolder(ctx context.Context, parent int64, title string) (*Folder, error) {
	return response(Send[Folder](ctx, a, http.MethodPost, fmt.Sprintf("files/folder/%d", parent), titled{title}))
}

// RenameFolder changes a folder's title; wants scope files:write.
func (a *API) RenameFolder(ctx context.Context, id int64, title string) (*Folder, error) {
	return response(Send[Folder](ctx, a, http.MethodPut, fmt.Sprintf("files/folder/%d", id), titled{title}))
}

// File describes one file. Any scope will do for what the user may read.
func (a *API) File(ctx context.Context, id int64) (*File, error) {
	return response(Get[File](ctx, a, fmt.Sprintf("files/file/%d", id), nil))
}

// CreateText makes a text file in a folder; the portal appends .txt. A title that
// is taken gets a number. Wants scope files:write.
func (a *API) CreateText(ctx context.Context, folder int64, title, content string) (*File, error) {
	return response(Send[File](ctx, a, http.MethodPost, fmt.Sprintf("files/%d/text", folder), struct {
		titled
		Content string `json:"content"`
	}{titled{title}, content}))
}

// RenameFile changes a file's title; the extension stays.
func (a *API) RenameFile(ctx context.Context, id int64, title string) (*File, error) {
	return response(Send[File](ctx, a, http.MethodPut, fmt.Sprintf("files/file/%d", id), titled{title}))
}

// Upload sends a file into a folder as it is read; wants scope files:write. A title
// that is taken gets a new version.
func (a *API) Upload(ctx context.Context, folder int64, name string, content io.Reader) (*File, error) {
	// The form is written around the content, so that nothing is kept in memory.
	var around bytes.Buffer
	form := multipart.NewWriter(&around)
	if _, err := form.CreateFormFile("file", name); err != nil {
		return nil, fmt.Errorf("upload %s: %w", name, err)
	}
	before := around.Len()
	if err := form.Close(); err != nil {
		return nil, fmt.Errorf("upload %s: %w", name, err)
	}
	whole := io.MultiReader(bytes.NewReader(around.Bytes()[:before]), content, bytes.NewReader(around.Bytes()[before:]))
	uploaded, err := exchange[[]File](ctx, a, http.MethodPost, fmt.Sprintf("files/%d/upload", folder), whole, form.FormDataContentType())
	switch {
	case err != nil:
		return nil, err
	case len(uploaded.Response) != 1:
		return nil, fmt.Errorf("upload %s: portal reports %d files", name, len(uploaded.Response))
	}
	return &uploaded.Response[0], nil
}

// Download opens a file's content; the caller closes it. Any scope will do for
// what the user may read (docs/portal/backend-api.md §3.6). The address is not
// taken from the file's description: the token goes to this portal only.
func (a *API) Download(ctx context.Context, id int64) (io.ReadCloser, error) {
	const path = "/filehandler.ashx"
	query := url.Values{"action": {"download"}, "fileid": {strconv.FormatInt(id, 10)}}
	request, err := a.request(ctx, http.MethodGet, path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, fmt.Errorf("download: %w", err)
	}
	got, err := withoutRedirects(a.HTTP).Do(request)
	if err != nil {
		return nil, fmt.Errorf("download: %w", err)
	}
	if got.StatusCode == http.StatusOK {
		return got.Body, nil
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("download: %w", err)
	}
	return nil, fmt.Errorf("download: %w", newAPIError(&answer{status: got.StatusCode, header: got.Header, body: body}))
}
