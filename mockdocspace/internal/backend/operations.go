package backend

import (
	"errors"
	"io"
	"slices"

	"docspace-oauth/mockdocspace/internal/store"
)

// operation is a file operation (§3.8). At the portal they run on their own;
// here each has ended when it is answered.
type operation struct {
	ID        string `json:"id"`
	Operation int    `json:"Operation"`
	Progress  int    `json:"progress"`
	Error     string `json:"error"`
	Processed string `json:"processed"`
	Finished  bool   `json:"finished"`
	Status    int    `json:"status"`
}

// The numbers of the portal's operations, as its public documentation has them.
const (
	operationMove   = 0
	operationCopy   = 1
	operationDelete = 2
)

func (a *api) finished(kind int) operation {
	return operation{ID: a.Random.UUID(), Operation: kind, Progress: 100, Processed: "1", Finished: true, Status: 2}
}

// listOperations is GET files/fileops: none is ever under way.
func (a *api) listOperations(*call) (result, error) { return result{body: []operation{}}, nil }

// deleteFile is DELETE files/file/{fileId}. The file goes at once, not by way of the trash.
func (a *api) deleteFile(c *call) (result, error) {
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
	if err := a.removeFile(c, f); err != nil {
		return result{}, err
	}
	return result{body: []operation{a.finished(operationDelete)}}, nil
}

// deleteFolder is DELETE files/folder/{folderId}, with all that lies below.
func (a *api) deleteFolder(c *call) (result, error) {
	at, err := a.placeParam(c, "folderId")
	switch {
	case err != nil:
		return result{}, err
	case at.ParentID == 0 || !at.right.write || (at.RoomType != 0 && !at.right.manage):
		return result{}, errForbidden
	}
	if err := a.removeFolder(c, at.Folder); err != nil {
		return result{}, err
	}
	return result{body: []operation{a.finished(operationDelete)}}, nil
}

func (a *api) removeFile(c *call, f store.File) error {
	if err := a.Store.DeleteFile(c.Context(), c.tenant(), f.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := a.Store.DeleteBlob(c.Context(), f.Blob); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}

func (a *api) removeFolder(c *call, f store.Folder) error {
	below, err := a.children(c, f.ID, paging{})
	if err != nil {
		return err
	}
	for _, file := range below.files {
		if err := a.removeFile(c, file); err != nil {
			return err
		}
	}
	for _, sub := range below.folders {
		if err := a.removeFolder(c, sub); err != nil {
			return err
		}
	}
	if err := a.Store.DeleteFolder(c.Context(), c.tenant(), f.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}

// transfer is PUT files/fileops/copy and move.
func (a *api) transfer(kind int) handler {
	return func(c *call) (result, error) {
		var in struct {
			FolderIDs    []integer `json:"folderIds"`
			FileIDs      []integer `json:"fileIds"`
			DestFolderID integer   `json:"destFolderId"`
		}
		if err := c.bind(&in); err != nil {
			return result{}, err
		}
		to, err := a.place(c, int64(in.DestFolderID))
		switch {
		case err != nil:
			return result{}, err
		case !to.right.create:
			return result{}, errCreate
		}
		for _, id := range in.FolderIDs {
			from, err := a.place(c, int64(id))
			if err != nil {
				return result{}, err
			}
			if err := a.transferFolder(c, kind, from, to); err != nil {
				return result{}, err
			}
		}
		for _, id := range in.FileIDs {
			f, at, err := a.findFile(c, int64(id))
			if err != nil {
				return result{}, err
			}
			if err := a.transferFile(c, kind, f, at, to); err != nil {
				return result{}, err
			}
		}
		return result{body: []operation{a.finished(kind)}}, nil
	}
}

func (a *api) transferFile(c *call, kind int, f store.File, at, to place) error {
	if kind == operationCopy {
		blob, err := a.Store.OpenBlob(c.Context(), f.Blob)
		if err != nil {
			return missing(err, errNoFile)
		}
		defer blob.Close()
		_, err = a.saveFile(c, to, f.Title, io.Reader(blob), false)
		return err
	}
	if !at.right.write {
		return errForbidden
	}
	f.FolderID, f.Root, f.UpdatedAt, f.UpdatedBy = to.ID, to.Root, a.Clock.Now(), c.user().ID
	_, err := a.Store.PutFile(c.Context(), f)
	return err
}

func (a *api) transferFolder(c *call, kind int, from, to place) error {
	switch {
	case !from.right.read || from.ParentID == 0 || from.RoomType != 0:
		return errForbidden
	case slices.ContainsFunc(to.path, func(above store.Folder) bool { return above.ID == from.ID }):
		return badArgument("The folder cannot be put into itself")
	case kind == operationCopy:
		return a.copyFolder(c, from, to)
	case !from.right.write:
		return errForbidden
	default:
		return a.moveFolder(c, from.Folder, to)
	}
}

// moveFolder hangs a folder under another one; all below follows to its root.
func (a *api) moveFolder(c *call, f store.Folder, to place) error {
	f.ParentID = to.ID
	return a.rehang(c, f, to.RootID, to.Root)
}

func (a *api) rehang(c *call, f store.Folder, rootID int64, root store.RootType) error {
	f.RootID, f.Root = rootID, root
	if _, err := a.Store.PutFolder(c.Context(), f); err != nil {
		return err
	}
	below, err := a.children(c, f.ID, paging{})
	if err != nil {
		return err
	}
	for _, file := range below.files {
		file.Root = root
		if _, err := a.Store.PutFile(c.Context(), file); err != nil {
			return err
		}
	}
	for _, sub := range below.folders {
		if err := a.rehang(c, sub, rootID, root); err != nil {
			return err
		}
	}
	return nil
}

func (a *api) copyFolder(c *call, from, to place) error {
	below, err := a.children(c, from.ID, paging{})
	if err != nil {
		return err
	}
	now := a.Clock.Now()
	made := place{right: to.right, Folder: store.Folder{
		TenantID: c.tenant(), ParentID: to.ID, RootID: to.RootID, Root: to.Root, Title: from.Title,
		CreatedBy: c.user().ID, CreatedAt: now, UpdatedBy: c.user().ID, UpdatedAt: now,
	}}
	if made.ID, err = a.Store.PutFolder(c.Context(), made.Folder); err != nil {
		return err
	}
	for _, f := range below.files {
		if err := a.transferFile(c, operationCopy, f, from, made); err != nil {
			return err
		}
	}
	for _, sub := range below.folders {
		if err := a.copyFolder(c, place{Folder: sub, right: from.right}, made); err != nil {
			return err
		}
	}
	return nil
}
