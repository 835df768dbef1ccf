package backend

import (
	"errors"

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

// The numbers of the portal's operations, as the vendor's SDK has them.
const (
	operationMove   = 0
	operationCopy   = 1
	operationDelete = 2
	operationDouble = 7
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
	if err := a.discardFile(c, id); err != nil {
		return result{}, err
	}
	return result{body: []operation{a.finished(operationDelete)}}, nil
}

func (a *api) discardFile(c *call, id int64) error {
	f, at, err := a.findFile(c, id)
	switch {
	case err != nil:
		return err
	case !at.right.write:
		return errForbidden
	}
	return a.removeFile(c, f)
}

// deleteFolder is DELETE files/folder/{folderId}, with all that lies below.
func (a *api) deleteFolder(c *call) (result, error) {
	at, err := a.placeParam(c, "folderId")
	if err != nil {
		return result{}, err
	}
	if err := a.discardFolder(c, at); err != nil {
		return result{}, err
	}
	return result{body: []operation{a.finished(operationDelete)}}, nil
}

func (a *api) discardFolder(c *call, at place) error {
	if at.ParentID == 0 || !at.right.write || (at.RoomType != 0 && !at.right.manage) {
		return errForbidden
	}
	return a.removeFolder(c, at.Folder)
}

// batch is the body of the operations on several entries (§3.9).
type batch struct {
	FolderIDs []integer `json:"folderIds"`
	FileIDs   []integer `json:"fileIds"`
}

// deleteBatch is PUT files/fileops/delete, read like DELETE of each entry.
func (a *api) deleteBatch(c *call) (result, error) {
	var in batch
	if err := c.bind(&in); err != nil {
		return result{}, err
	}
	for _, id := range in.FolderIDs {
		at, err := a.place(c, int64(id))
		if err == nil {
			err = a.discardFolder(c, at)
		}
		if err != nil {
			return result{}, err
		}
	}
	for _, id := range in.FileIDs {
		if err := a.discardFile(c, int64(id)); err != nil {
			return result{}, err
		}
	}
	return result{body: []operation{a.finished(operationDelete)}}, nil
}

// emptyTrash is PUT files/fileops/emptytrash: nothing is ever in it.
func (a *api) emptyTrash(*call) (result, error) {
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
