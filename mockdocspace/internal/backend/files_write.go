package backend

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/internal/naming"
	"docspace-oauth/mockdocspace/internal/office"
	"docspace-oauth/mockdocspace/internal/store"
)

// markup is content that the portal would store as a page. Its own test is not
// on record; this one looks for a tag at the beginning.
var markup = regexp.MustCompile(`(?is)^\s*<(!doctype|[a-z][a-z0-9]*[\s>/])`)

// target finds the folder that a request writes into: the one in the path, or My documents.
func (a *api) target(c *call) (place, error) {
	var at place
	var err error
	if _, named := c.params["folderId"]; named {
		at, err = a.placeParam(c, "folderId")
	} else {
		at, err = a.myDocuments(c)
	}
	if err == nil && !at.right.create {
		err = errCreate
	}
	return at, err
}

// createText is POST files/{folderId}/text and files/@my/text; html likewise
// with its own extension. The flag is inverted at the portal: createNewIfExist
// writes a new version (§3.9).
func (a *api) createText(extension string) handler {
	return func(c *call) (result, error) {
		var in struct {
			Title            string  `json:"title"`
			Content          *string `json:"content"`
			CreateNewIfExist bool    `json:"createNewIfExist"`
		}
		if err := c.bind(&in); err != nil {
			return result{}, err
		}
		title, err := givenTitle(in.Title, naming.LongestOfEntry)
		if err != nil {
			return result{}, err
		}
		if in.Content == nil {
			return result{}, badArgument("Value cannot be null. (Parameter 'content')")
		}
		at, err := a.target(c)
		if err != nil {
			return result{}, err
		}
		ending := extension
		if ending == ".txt" && markup.MatchString(*in.Content) {
			ending = ".html"
		}
		if !strings.HasSuffix(strings.ToLower(title), ending) {
			title += ending
		}
		f, err := a.saveFile(c, at, title, strings.NewReader(*in.Content), in.CreateNewIfExist)
		if err != nil {
			return result{}, err
		}
		return a.showFile(c, f, at)
	}
}

// createFile is POST files/{folderId}/file and files/@my/file: an empty document.
func (a *api) createFile(c *call) (result, error) {
	var in struct {
		Title string `json:"title"`
	}
	if err := c.bind(&in); err != nil {
		return result{}, err
	}
	title, err := givenTitle(in.Title, naming.LongestOfEntry)
	if err != nil {
		return result{}, err
	}
	at, err := a.target(c)
	if err != nil {
		return result{}, err
	}
	if path.Ext(title) == "" { // the default is a guess
		title += ".docx"
	}
	empty, err := office.Document(title, "")
	if err != nil && !errors.Is(err, office.ErrExtension) { // of other kinds it has no bytes
		return result{}, err
	}
	f, err := a.saveFile(c, at, title, bytes.NewReader(empty), false)
	if err != nil {
		return result{}, err
	}
	return a.showFile(c, f, at)
}

// saveFile stores what it reads under title, as placeFile does.
func (a *api) saveFile(c *call, at place, title string, from io.Reader, newVersion bool) (store.File, error) {
	blob, size, err := a.storeBlob(c, from)
	if err != nil {
		return store.File{}, err
	}
	return a.placeFile(c, at, title, blob, size, newVersion)
}

// placeFile gives stored content a title in a folder. A taken title gets a number,
// unless newVersion is set: then the file there gets the content as its next version.
func (a *api) placeFile(c *call, at place, title, blob string, size int64, newVersion bool) (store.File, error) {
	a.creations.Lock()
	defer a.creations.Unlock()
	siblings, err := a.Store.Files(c.Context(), c.tenant(), at.ID)
	if err != nil {
		a.dropBlob(c, blob)
		return store.File{}, err
	}
	now, old := a.Clock.Now(), ""
	f := store.File{
		TenantID: c.tenant(), FolderID: at.ID, Root: at.Root, Title: title, Blob: blob, Size: size, Version: 1,
		CreatedBy: c.user().ID, CreatedAt: now, UpdatedBy: c.user().ID, UpdatedAt: now,
	}
	same := slices.IndexFunc(siblings, func(s store.File) bool { return strings.EqualFold(s.Title, title) })
	switch {
	case same >= 0 && newVersion:
		old = siblings[same].Blob
		f.ID, f.Title, f.Version = siblings[same].ID, siblings[same].Title, siblings[same].Version+1
		f.CreatedBy, f.CreatedAt = siblings[same].CreatedBy, siblings[same].CreatedAt
	case same >= 0:
		f.Title = freeTitle(title, siblings)
	}
	if f.ID, err = a.Store.PutFile(c.Context(), f); err != nil {
		a.dropBlob(c, blob)
		return store.File{}, err
	}
	a.dropBlob(c, old)
	return f, nil
}

// freeTitle is the first of "name (1).txt", "name (2).txt", … that nobody has.
func freeTitle(title string, siblings []store.File) string {
	extension := path.Ext(title)
	return firstFree(strings.TrimSuffix(title, extension), extension, func(candidate string) bool {
		return slices.ContainsFunc(siblings, func(s store.File) bool { return strings.EqualFold(s.Title, candidate) })
	})
}

func firstFree(name, extension string, taken func(string) bool) string {
	for i := 1; ; i++ {
		if candidate := fmt.Sprintf("%s (%d)%s", name, i, extension); !taken(candidate) {
			return candidate
		}
	}
}

// createFolder is POST files/folder/{folderId} (§3.9).
func (a *api) createFolder(c *call) (result, error) {
	title, err := c.title()
	if err != nil {
		return result{}, err
	}
	at, err := a.target(c)
	if err != nil {
		return result{}, err
	}
	now := a.Clock.Now()
	f := store.Folder{
		TenantID: c.tenant(), ParentID: at.ID, RootID: at.RootID, Root: at.Root, Title: title,
		CreatedBy: c.user().ID, CreatedAt: now, UpdatedBy: c.user().ID, UpdatedAt: now,
	}
	if f.ID, err = a.Store.PutFolder(c.Context(), f); err != nil {
		return result{}, err
	}
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	return result{body: p.folder(f, at.right, 0, 0)}, nil
}

// title is the body of the routes that take nothing else.
func (c *call) title() (string, error) {
	var in struct {
		Title string `json:"title"`
	}
	if err := c.bind(&in); err != nil {
		return "", err
	}
	return givenTitle(in.Title, naming.LongestOfEntry)
}

// renameFolder is PUT files/folder/{folderId}.
func (a *api) renameFolder(c *call) (result, error) {
	title, err := c.title()
	if err != nil {
		return result{}, err
	}
	at, err := a.placeParam(c, "folderId")
	switch {
	case err != nil:
		return result{}, err
	case at.ParentID == 0 || !at.right.write:
		return result{}, errForbidden
	}
	at.Title = title
	return a.changeFolder(c, at)
}

// changeFolder stores a changed folder or room as the caller's work, and shows it.
func (a *api) changeFolder(c *call, at place) (result, error) {
	at.UpdatedAt, at.UpdatedBy = a.Clock.Now(), c.user().ID
	if _, err := a.Store.PutFolder(c.Context(), at.Folder); err != nil {
		return result{}, err
	}
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	f, err := a.showFolder(c, p, at.Folder, at.right)
	return result{body: f}, err
}

// renameFile is PUT files/file/{fileId}: open to anonymous callers by its
// attribute, to writers by their rights (§3.9, §4.2). The extension stays.
func (a *api) renameFile(c *call) (result, error) {
	title, err := c.title()
	if err != nil {
		return result{}, err
	}
	id, ok := c.idParam("fileId")
	if !ok {
		return result{}, errNoFile
	}
	f, at, err := a.findFile(c, id)
	switch {
	case err != nil:
		return result{}, err
	case !at.right.write:
		return result{}, errForbidden
	}
	if extension := path.Ext(f.Title); !strings.EqualFold(path.Ext(title), extension) {
		title += extension
	}
	f.Title, f.UpdatedAt, f.UpdatedBy = title, a.Clock.Now(), c.user().ID
	if _, err := a.Store.PutFile(c.Context(), f); err != nil {
		return result{}, err
	}
	return a.showFile(c, f, at)
}
