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
	out, err := a.content(c, at, page, all)
	return result{body: out}, err
}

func (a *api) content(c *call, at place, page paging, all listing) (content, error) {
	p, err := a.people(c)
	if err != nil {
		return content{}, err
	}
	all.sort(page)
	out := content{Files: []file{}, Folders: []folder{}, StartIndex: page.start, Total: len(all.folders) + len(all.files)}
	from, to := page.window(out.Total)
	for i := from; i < to; i++ {
		if i < len(all.folders) {
			sub := all.folders[i]
			right := rightTo(c.user(), append(slices.Clone(at.path), sub))
			if sub.ParentID != at.ID {
				deeper, err := a.place(c, sub.ID)
				if err != nil {
					return content{}, err
				}
				right = deeper.right
			}
			f, err := a.showFolder(c, p, sub, right)
			if err != nil {
				return content{}, err
			}
			out.Folders = append(out.Folders, f)
			continue
		}
		f, in := all.files[i-len(all.folders)], at
		if f.FolderID != at.ID {
			if in, err = a.place(c, f.FolderID); err != nil {
				return content{}, err
			}
		}
		out.Files = append(out.Files, p.file(f, in))
	}
	out.Count = to - from
	for _, f := range at.path {
		part := pathPart{ID: f.ID, Title: f.Title, FolderType: folderType(f)}
		if f.RoomType != 0 {
			part.RoomType = ptr(int(f.RoomType))
		}
		out.PathParts = append(out.PathParts, part)
	}
	out.Current, err = a.showFolder(c, p, at.Folder, at.right)
	return out, err
}

// folderTypes are the numbers of rooms as folders, as the vendor's SDK has them.
var folderTypes = map[store.RoomType]int{
	store.RoomFillingForms: 15, store.RoomEditing: 16, store.RoomCustom: 19, store.RoomPublic: 22,
	store.RoomVirtualData: 29, store.RoomAI: 31,
}

// folderType of a path part: the root's type or the room's, 0 for plain folders.
func folderType(f store.Folder) int {
	if f.ParentID == 0 {
		return int(f.Root)
	}
	return folderTypes[f.RoomType]
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
	return listing{folders, files}.titled(page.filter), nil
}

// titled keeps the entries that have text in their title.
func (l listing) titled(text string) listing {
	without := func(title string) bool { return !strings.Contains(strings.ToLower(title), strings.ToLower(text)) }
	l.folders = slices.DeleteFunc(l.folders, func(f store.Folder) bool { return without(f.Title) })
	l.files = slices.DeleteFunc(l.files, func(f store.File) bool { return without(f.Title) })
	return l
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
	all, err := a.filtered(c, at, page)
	if err != nil {
		return result{}, err
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
	switch version, err := c.enum("version", nil); {
	case err != nil:
		return result{}, err
	case version > 0 && version != f.Version: // earlier ones are not kept
		return result{}, errNoFile
	}
	return a.showFile(c, f, at)
}

func (a *api) showFile(c *call, f store.File, at place) (result, error) {
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	return result{body: p.file(f, at)}, nil
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
