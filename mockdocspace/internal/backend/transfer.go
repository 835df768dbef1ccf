package backend

import (
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// conflict says what becomes of an entry whose title the destination has
// already; numbers and names as the vendor's SDK has them. Without one, skip.
type conflict int

const (
	conflictSkip conflict = iota
	conflictOverwrite
	conflictDuplicate
)

var conflicts = map[string]conflict{"skip": conflictSkip, "overwrite": conflictOverwrite, "duplicate": conflictDuplicate}

// UnmarshalJSON takes the number, its text or the name.
func (k *conflict) UnmarshalJSON(raw []byte) error {
	value, err := numberOrName(raw, conflicts)
	if err == nil {
		*k = value
	}
	return err
}

// transfer is PUT files/fileops/copy and move (§3.9).
func (a *api) transfer(kind int) handler {
	return func(c *call) (result, error) {
		var in struct {
			batch
			DestFolderID integer  `json:"destFolderId"`
			Conflict     conflict `json:"conflictResolveType"`
		}
		if err := c.bind(&in); err != nil {
			return result{}, err
		}
		if in.Conflict < conflictSkip || in.Conflict > conflictDuplicate {
			return result{}, invalid("ConflictResolveType", "The value is not valid.")
		}
		to, err := a.place(c, int64(in.DestFolderID))
		switch {
		case err != nil:
			return result{}, err
		case !to.right.create:
			return result{}, errCreate
		}
		t := transfer{api: a, call: c, move: kind == operationMove, conflict: in.Conflict}
		return t.run(in.batch, kind, func(place) (place, error) { return to, nil })
	}
}

// duplicate is PUT files/fileops/duplicate: copies beside the originals.
func (a *api) duplicate(c *call) (result, error) {
	var in batch
	if err := c.bind(&in); err != nil {
		return result{}, err
	}
	t := transfer{api: a, call: c, conflict: conflictDuplicate}
	return t.run(in, operationDouble, func(at place) (place, error) {
		if !at.right.create {
			return at, errCreate
		}
		return at, nil
	})
}

// transfer is one copying or moving.
type transfer struct {
	*api
	call     *call
	move     bool
	conflict conflict
}

// run transfers each entry of b to where destination says for the folder it lies in.
func (t *transfer) run(b batch, kind int, destination func(place) (place, error)) (result, error) {
	for _, id := range b.FolderIDs {
		from, err := t.place(t.call, int64(id))
		if err != nil {
			return result{}, err
		}
		if !from.right.read || from.ParentID == 0 || from.RoomType != 0 {
			return result{}, errForbidden
		}
		parent, err := t.place(t.call, from.ParentID)
		if err != nil {
			return result{}, err
		}
		to, err := destination(parent)
		if err != nil {
			return result{}, err
		}
		if slices.ContainsFunc(to.path, func(above store.Folder) bool { return above.ID == from.ID }) {
			return result{}, badArgument("The folder cannot be put into itself")
		}
		if err := t.folder(from, to); err != nil {
			return result{}, err
		}
	}
	for _, id := range b.FileIDs {
		f, at, err := t.findFile(t.call, int64(id))
		if err != nil {
			return result{}, err
		}
		to, err := destination(at)
		if err != nil {
			return result{}, err
		}
		if err := t.file(f, at, to); err != nil {
			return result{}, err
		}
	}
	return result{body: []operation{t.finished(kind)}}, nil
}

// file transfers one file.
func (t *transfer) file(f store.File, at, to place) error {
	if t.move && !at.right.write {
		return errForbidden
	}
	siblings, err := t.Store.Files(t.call.Context(), t.call.tenant(), to.ID)
	if err != nil {
		return err
	}
	taken := slices.IndexFunc(siblings, func(s store.File) bool { return strings.EqualFold(s.Title, f.Title) })
	switch {
	case taken >= 0 && t.conflict == conflictSkip, t.move && at.ID == to.ID:
		return nil
	case taken >= 0 && t.conflict == conflictOverwrite && siblings[taken].ID == f.ID:
		return nil
	case t.move && (taken < 0 || t.conflict == conflictDuplicate):
		return t.hang(f, to)
	}
	blob, err := t.Store.OpenBlob(t.call.Context(), f.Blob)
	if err != nil {
		return missing(err, errNoFile)
	}
	defer blob.Close()
	if _, err := t.saveFile(t.call, to, f.Title, blob, t.conflict == conflictOverwrite); err != nil || !t.move {
		return err
	}
	return t.removeFile(t.call, f)
}

// hang moves a file under its title, or under the next free one.
func (t *transfer) hang(f store.File, to place) error {
	t.creations.Lock()
	defer t.creations.Unlock()
	siblings, err := t.Store.Files(t.call.Context(), t.call.tenant(), to.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(siblings, func(s store.File) bool { return strings.EqualFold(s.Title, f.Title) }) {
		f.Title = freeTitle(f.Title, siblings)
	}
	f.FolderID, f.Root, f.UpdatedAt, f.UpdatedBy = to.ID, to.Root, t.Clock.Now(), t.call.user().ID
	_, err = t.Store.PutFile(t.call.Context(), f)
	return err
}

// folder transfers one folder with all below it. Where the destination has one
// of that name the two become one, unless duplicates are asked for.
func (t *transfer) folder(from, to place) error {
	if t.move && !from.right.write {
		return errForbidden
	}
	siblings, err := t.Store.Folders(t.call.Context(), t.call.tenant(), to.ID)
	if err != nil {
		return err
	}
	taken := slices.IndexFunc(siblings, func(s store.Folder) bool { return strings.EqualFold(s.Title, from.Title) })
	if taken >= 0 && siblings[taken].ID == from.ID && (t.move || t.conflict != conflictDuplicate) {
		return nil
	}
	title := from.Title
	if taken >= 0 && t.conflict == conflictDuplicate {
		title = freeFolderTitle(title, siblings)
		taken = -1
	}
	if t.move && taken < 0 {
		moved := from.Folder
		moved.Title = title
		return t.moveFolder(t.call, moved, to)
	}
	into := place{right: to.right}
	if taken >= 0 {
		into.Folder = siblings[taken]
	} else if into.Folder, err = t.addFolder(title, to); err != nil {
		return err
	}
	return t.contents(from, into)
}

func (t *transfer) addFolder(title string, to place) (store.Folder, error) {
	now, by := t.Clock.Now(), t.call.user().ID
	f := store.Folder{
		TenantID: t.call.tenant(), ParentID: to.ID, RootID: to.RootID, Root: to.Root, Title: title,
		CreatedBy: by, CreatedAt: now, UpdatedBy: by, UpdatedAt: now,
	}
	var err error
	f.ID, err = t.Store.PutFolder(t.call.Context(), f)
	return f, err
}

// contents transfers what lies in a folder; a folder that was moved empty goes.
func (t *transfer) contents(from, into place) error {
	below, err := t.children(t.call, from.ID, paging{})
	if err != nil {
		return err
	}
	for _, f := range below.files {
		if err := t.file(f, from, into); err != nil {
			return err
		}
	}
	for _, sub := range below.folders {
		if err := t.folder(place{Folder: sub, right: from.right}, into); err != nil {
			return err
		}
	}
	if !t.move {
		return nil
	}
	rest, err := t.children(t.call, from.ID, paging{})
	if err != nil || len(rest.files)+len(rest.folders) > 0 {
		return err
	}
	return t.Store.DeleteFolder(t.call.Context(), t.call.tenant(), from.ID)
}

// freeFolderTitle is the first of "name (1)", "name (2)", … that nobody has.
func freeFolderTitle(title string, siblings []store.Folder) string {
	return firstFree(title, "", func(candidate string) bool {
		return slices.ContainsFunc(siblings, func(s store.Folder) bool { return strings.EqualFold(s.Title, candidate) })
	})
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
