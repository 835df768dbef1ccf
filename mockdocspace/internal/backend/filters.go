package backend

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// entryFilter is what a folder's content can be narrowed by (§3.5, §3.6), beside
// the text of paging. Numbers are those of the vendor's SDK.
type entryFilter struct {
	kind        int      // filterType
	applies     int      // applyFilterOption: 0 to all, 1 to files, 2 to folders
	extensions  []string // with the dot, lower case
	subject     string   // userIdOrGroupId: who made the entry; a group stands for its members
	exclude     bool     // excludeSubject
	withFolders bool     // withSubFolders: all that lies below, not only what lies here
}

func (c *call) entryFilter() (entryFilter, error) {
	q := c.URL.Query()
	f := entryFilter{
		subject: strings.ToLower(q.Get("userIdOrGroupId")), exclude: strings.EqualFold(q.Get("excludeSubject"), "true"),
		withFolders: strings.EqualFold(q.Get("withSubFolders"), "true"),
	}
	var err error
	if f.kind, err = c.enum("filterType", filterTypes); err != nil {
		return f, err
	}
	if f.applies, err = c.enum("applyFilterOption", map[string]int{"all": 0, "files": 1, "folders": 2}); err != nil {
		return f, err
	}
	for _, value := range q["extension"] {
		for text := range strings.SplitSeq(value, ",") {
			if text = strings.ToLower(strings.TrimSpace(text)); text != "" {
				f.extensions = append(f.extensions, "."+strings.TrimPrefix(text, "."))
			}
		}
	}
	return f, nil
}

// filterTypes are the filterTypes that mean something for what the mock keeps.
var filterTypes = map[string]int{
	"none": 0, "filesonly": 1, "foldersonly": 2, "documentsonly": 3, "presentationsonly": 4, "spreadsheetsonly": 5, "imagesonly": 7,
	"archiveonly": 10, "byextension": 11, "mediaonly": 12, "pdf": 22, "diagramsonly": 25,
}

// kindsOfFiles are the fileTypes (§3.4) that a filterType lets through.
var kindsOfFiles = map[int][]int{3: {7}, 4: {6}, 5: {5}, 7: {4}, 10: {1}, 12: {2, 3}, 22: {10}, 25: {11}}

// enum reads a query parameter that is a number or one of names, lower case.
func (c *call) enum(name string, names map[string]int) (int, error) {
	text := c.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	if n, ok := names[strings.ToLower(text)]; ok {
		return n, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, invalid(strings.ToUpper(name[:1])+name[1:], "The value '"+text+"' is not valid.")
	}
	return n, nil
}

// file reports whether a file passes.
func (f entryFilter) file(x store.File, subjects []string) bool {
	if f.subject != "" && slices.Contains(subjects, x.CreatedBy) == f.exclude {
		return false
	}
	if f.applies == 2 {
		return true
	}
	extension := strings.ToLower(path.Ext(x.Title))
	if len(f.extensions) > 0 && !slices.Contains(f.extensions, extension) {
		return false
	}
	kinds, narrowed := kindsOfFiles[f.kind]
	return f.kind != 2 && (!narrowed || slices.Contains(kinds, documentType(extension)))
}

// folder reports whether a folder passes. What is asked of files alone hides
// folders, unless it is to apply to files only.
func (f entryFilter) folder(x store.Folder, subjects []string) bool {
	if f.subject != "" && slices.Contains(subjects, x.CreatedBy) == f.exclude {
		return false
	}
	_, filesOnly := kindsOfFiles[f.kind]
	return f.applies == 1 || (f.kind != 1 && !filesOnly && len(f.extensions) == 0)
}

// filtered reads what lies in a folder and passes text and filter. Of a root of
// rooms only the caller's rooms are there.
func (a *api) filtered(c *call, at place, page paging) (listing, error) {
	filter, err := c.entryFilter()
	if err != nil {
		return listing{}, err
	}
	subjects := []string{filter.subject}
	if filter.subject != "" {
		if g, err := a.Store.Group(c.Context(), c.tenant(), filter.subject); err == nil {
			subjects = g.Members
		}
	}
	all, err := a.below(c, at, page, filter.withFolders)
	if err != nil {
		return listing{}, err
	}
	all.folders = slices.DeleteFunc(all.folders, func(f store.Folder) bool { return !filter.folder(f, subjects) })
	all.files = slices.DeleteFunc(all.files, func(f store.File) bool { return !filter.file(f, subjects) })
	return all, nil
}

// below reads what lies in a folder and has the text of the page in its title;
// deep follows the folders in it that the caller may read.
func (a *api) below(c *call, at place, page paging, deep bool) (listing, error) {
	here, err := a.children(c, at.ID, paging{})
	if err != nil {
		return listing{}, err
	}
	if len(at.path) == 1 {
		here.folders = visibleRooms(c.user(), at.path, here.folders)
	}
	var all listing
	if deep {
		for _, f := range here.folders {
			inside, err := a.below(c, place{Folder: f, path: append(slices.Clone(at.path), f)}, page, true)
			if err != nil {
				return listing{}, err
			}
			all.folders, all.files = append(all.folders, inside.folders...), append(all.files, inside.files...)
		}
	}
	all.folders, all.files = append(here.folders, all.folders...), append(here.files, all.files...)
	return all.titled(page.filter), nil
}
