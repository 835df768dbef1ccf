package backend

import (
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// myContent is GET files/@my (§3.5).
func (a *api) myContent(c *call) (result, error) { return a.rootContent(c, a.myDocuments) }

// trashContent is GET files/@trash.
func (a *api) trashContent(c *call) (result, error) {
	return a.rootContent(c, func(c *call) (place, error) { return a.root(c, store.RootTrash) })
}

// sharedRoot is GET files/@share, @favorites, @recent and @templates (§3.5).
// They gather what was shared, marked, opened in the editor or kept as a
// template; nothing of that can be done at the mock, so they are empty.
func (a *api) sharedRoot(root store.RootType) handler {
	return func(c *call) (result, error) {
		return a.rootContent(c, func(c *call) (place, error) { return a.root(c, root) })
	}
}

func (a *api) rootContent(c *call, find func(*call) (place, error)) (result, error) {
	at, page, all, err := a.readRoot(c, find)
	if err != nil {
		return result{}, err
	}
	return a.showContent(c, at, page, all)
}

func (a *api) readRoot(c *call, find func(*call) (place, error)) (place, paging, listing, error) {
	page, err := c.page()
	if err != nil {
		return place{}, page, listing{}, err
	}
	at, err := find(c)
	if err != nil {
		return at, page, listing{}, err
	}
	all, err := a.filtered(c, at, page)
	return at, page, all, err
}

// rootContents is GET files/@root: the contents of all roots (§3.5). Which there
// are, and their order, is a guess.
func (a *api) rootContents(c *call) (result, error) {
	roots := []store.RootType{
		store.RootMy, store.RootShare, store.RootFavorites, store.RootRecent, store.RootRooms, store.RootArchive, store.RootTrash,
	}
	list := []content{}
	for _, root := range roots {
		if root == store.RootTrash && strings.EqualFold(c.URL.Query().Get("withoutTrash"), "true") {
			continue
		}
		at, page, all, err := a.readRoot(c, func(c *call) (place, error) {
			if root == store.RootMy {
				return a.myDocuments(c)
			}
			return a.root(c, root)
		})
		if err == errNoFolder { // a guest
			continue
		}
		if err != nil {
			return result{}, err
		}
		shown, err := a.content(c, at, page, all)
		if err != nil {
			return result{}, err
		}
		list = append(list, shown)
	}
	return result{body: list}, nil
}
