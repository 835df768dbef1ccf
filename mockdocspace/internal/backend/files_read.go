package backend

import (
	"cmp"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// listing is what a folder's page is made of.
type listing struct {
	folders []store.Folder
	files   []store.File
}

// showContent answers with a folder and one page of what lies in it: folders
// first, then files, as one sequence (§3.4).
func (a *api) showContent(c *call, at place, page paging, all listing) (result, error) {
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	all.sort(page)
	out := content{Files: []file{}, Folders: []folder{}, StartIndex: page.start, Total: len(all.folders) + len(all.files)}
	from, to := page.window(out.Total)
	for i := from; i < to; i++ {
		if i < len(all.folders) {
			f, err := a.showFolder(c, p, all.folders[i], rightTo(c.user(), append(slices.Clone(at.path), all.folders[i])))
			if err != nil {
				return result{}, err
			}
			out.Folders = append(out.Folders, f)
			continue
		}
		out.Files = append(out.Files, p.file(all.files[i-len(all.folders)], at.RootID, at.right))
	}
	out.Count = to - from
	for _, f := range at.path {
		part := pathPart{ID: f.ID, Title: f.Title, FolderType: folderType(f)}
		if f.RoomType != 0 {
			part.RoomType = ptr(int(f.RoomType))
		}
		out.PathParts = append(out.PathParts, part)
	}
	if out.Current, err = a.showFolder(c, p, at.Folder, at.right); err != nil {
		return result{}, err
	}
	return result{body: out}, nil
}

// folderType of a path part: the root's type, 0 for plain folders. Numbers for
// rooms are not on record; the room's own type is given instead.
func folderType(f store.Folder) int {
	switch {
	case f.ParentID == 0:
		return int(f.Root)
	default:
		return int(f.RoomType)
	}
}

func (a *api) showFolder(c *call, p *people, f store.Folder, r right) (folder, error) {
	folders, err := a.Store.Folders(c.Context(), c.tenant(), f.ID)
	if err != nil {
		return folder{}, err
	}
	files, err := a.Store.Files(c.Context(), c.tenant(), f.ID)
	if err != nil {
		return folder{}, err
	}
	return p.folder(f, r, len(files), len(folders)), nil
}

// children reads what lies in a folder and passes the filter.
func (a *api) children(c *call, id int64, page paging) (listing, error) {
	folders, err := a.Store.Folders(c.Context(), c.tenant(), id)
	if err != nil {
		return listing{}, err
	}
	files, err := a.Store.Files(c.Context(), c.tenant(), id)
	if err != nil {
		return listing{}, err
	}
	fits := func(title string) bool { return strings.Contains(strings.ToLower(title), strings.ToLower(page.filter)) }
	return listing{
		folders: slices.DeleteFunc(slices.Clone(folders), func(f store.Folder) bool { return !fits(f.Title) }),
		files:   slices.DeleteFunc(slices.Clone(files), func(f store.File) bool { return !fits(f.Title) }),
	}, nil
}

// sort orders by title or date; without sortBy it leaves the order of creation.
// (At the portal the order last chosen becomes the user's default; not here.)
func (l *listing) sort(page paging) {
	switch strings.ToLower(page.sortBy) {
	case "az", "title":
		slices.SortStableFunc(l.folders, func(x, y store.Folder) int { return cmp.Compare(strings.ToLower(x.Title), strings.ToLower(y.Title)) })
		slices.SortStableFunc(l.files, func(x, y store.File) int { return cmp.Compare(strings.ToLower(x.Title), strings.ToLower(y.Title)) })
	case "dateandtime":
		slices.SortStableFunc(l.folders, func(x, y store.Folder) int { return x.UpdatedAt.Compare(y.UpdatedAt) })
		slices.SortStableFunc(l.files, func(x, y store.File) int { return x.UpdatedAt.Compare(y.UpdatedAt) })
	case "size":
		slices.SortStableFunc(l.files, func(x, y store.File) int { return cmp.Compare(x.Size, y.Size) })
	}
	if page.descending {
		slices.Reverse(l.folders)
		slices.Reverse(l.files)
	}
}

// myContent is GET files/@my (§3.5).
func (a *api) myContent(c *call) (result, error) { return a.rootContent(c, a.myDocuments) }

// trashContent is GET files/@trash.
func (a *api) trashContent(c *call) (result, error) {
	return a.rootContent(c, func(c *call) (place, error) { return a.root(c, store.RootTrash) })
}

func (a *api) rootContent(c *call, find func(*call) (place, error)) (result, error) {
	page, err := c.page()
	if err != nil {
		return result{}, err
	}
	at, err := find(c)
	if err != nil {
		return result{}, err
	}
	all, err := a.children(c, at.ID, page)
	if err != nil {
		return result{}, err
	}
	return a.showContent(c, at, page, all)
}

// folderContent is GET files/{folderId}, open to anonymous callers, from whom
// it hides what exists (§3.6).
func (a *api) folderContent(c *call) (result, error) {
	page, err := c.page()
	if err != nil {
		return result{}, err
	}
	at, err := a.placeParam(c, "folderId")
	switch {
	case err == errNoFolder && c.caller == nil:
		return result{}, errForbidden
	case err != nil:
		return result{}, err
	case !at.right.read:
		return result{}, errViewFolder
	}
	all, err := a.children(c, at.ID, page)
	if err != nil {
		return result{}, err
	}
	if at.Root == store.RootRooms && at.ParentID == 0 {
		all.folders = visibleRooms(c.user(), at.path, all.folders)
	}
	return a.showContent(c, at, page, all)
}

// oneFolder is GET files/folder/{folderId}, and for rooms GET files/rooms/{id} (§3.6).
func (a *api) oneFolder(param string, roomsOnly bool) handler {
	return func(c *call) (result, error) {
		at, err := a.placeParam(c, param)
		switch {
		case err != nil:
			return result{}, err
		case roomsOnly && at.RoomType == 0:
			return result{}, errNoFolder
		case !at.right.read && c.caller == nil:
			return result{}, &refusal{http.StatusUnauthorized, errForbidden.message, kind{}, nil}
		case !at.right.read:
			return result{}, errForbidden
		}
		p, err := a.people(c)
		if err != nil {
			return result{}, err
		}
		f, err := a.showFolder(c, p, at.Folder, at.right)
		return result{body: f}, err
	}
}

// placeParam is the folder that a path parameter names. Ids that are no numbers
// belong to third-party storage, of which there is none.
func (a *api) placeParam(c *call, name string) (place, error) {
	id, ok := c.idParam(name)
	if !ok {
		return place{}, errNoFolder
	}
	return a.place(c, id)
}

// findFile is the file of that id with the place it lies in, if the caller may read it.
func (a *api) findFile(c *call, id int64) (store.File, place, error) {
	f, err := a.Store.File(c.Context(), c.tenant(), id)
	if err != nil {
		return f, place{}, missing(err, errNoFile)
	}
	at, err := a.place(c, f.FolderID)
	switch {
	case err == errNoFolder:
		return f, at, errNoFile
	case err == nil && !at.right.read:
		return f, at, errViewFile
	}
	return f, at, err
}

// oneFile is GET files/file/{fileId} (§3.6).
func (a *api) oneFile(c *call) (result, error) {
	id, ok := c.idParam("fileId")
	if !ok {
		return result{}, errNoFile
	}
	f, at, err := a.findFile(c, id)
	if err != nil {
		return result{}, err
	}
	return a.showFile(c, f, at)
}

func (a *api) showFile(c *call, f store.File, at place) (result, error) {
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	return result{body: p.file(f, at.RootID, at.right)}, nil
}

// download is GET filehandler.ashx?action=download (§3.6): authenticated, no
// scope policy, no envelope around the bytes.
func (a *api) download(c *call) (result, error) {
	id, err := strconv.ParseInt(c.URL.Query().Get("fileid"), 10, 64)
	if err != nil || !slices.Contains([]string{"download", "view", "stream"}, c.URL.Query().Get("action")) {
		return result{}, errNoFile
	}
	f, _, err := a.findFile(c, id)
	if err != nil {
		return result{}, err
	}
	blob, err := a.Store.OpenBlob(c.Context(), f.Blob)
	if err != nil {
		return result{}, missing(err, errNoFile)
	}
	defer blob.Close()
	h := c.w.Header()
	mediaType := mime.TypeByExtension(path.Ext(f.Title))
	if mediaType == "" {
		mediaType = "application/octet-stream"
	}
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Title}))
	// A title must not make a page of the portal's origin out of somebody's upload.
	h.Set("X-Content-Type-Options", "nosniff")
	c.w.WriteHeader(http.StatusOK)
	_, _ = io.Copy(c.w, blob) // the client may have gone
	return result{handled: true}, nil
}
