package backend

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

// searchAreas are the values of searchArea (§3.7; names as the vendor's SDK has them).
var searchAreas = map[string]int{
	"active": 0, "archive": 1, "any": 2, "recentbylinks": 3, "templates": 4, "knowledge": 5, "resultstorage": 6, "aiagents": 7,
}

// roomAreas are the roots among whose rooms to look; nothing is reached by
// links or made as a template here.
func (c *call) roomAreas() ([]store.RootType, error) {
	area, err := c.enum("searchArea", searchAreas)
	switch {
	case err != nil:
		return nil, err
	case area == 0:
		return []store.RootType{store.RootRooms}, nil
	case area == 1:
		return []store.RootType{store.RootArchive}, nil
	case area == 2:
		return []store.RootType{store.RootRooms, store.RootArchive}, nil
	case area > 7 || area < 0:
		return nil, invalid("SearchArea", "The value is not valid.")
	default:
		return []store.RootType{store.RootTemplates}, nil
	}
}

// roomFilter reads the parameters that narrow the list of rooms (§3.7).
func (a *api) roomFilter(c *call) (func(store.Folder) bool, error) {
	q := c.URL.Query()
	var tags []string
	if text := q.Get("tags"); text != "" && json.Unmarshal([]byte(text), &tags) != nil {
		return nil, badArgument("tags is not a JSON array of strings")
	}
	members, err := c.enum("subjectFilter", map[string]int{"owner": 0, "member": 1})
	if err != nil {
		return nil, err
	}
	subject, owner := strings.ToLower(q.Get("subjectId")), strings.ToLower(q.Get("subjectOwnerId"))
	untagged, exclude := strings.EqualFold(q.Get("withoutTags"), "true"), strings.EqualFold(q.Get("excludeSubject"), "true")
	return func(f store.Folder) bool {
		switch {
		case untagged && len(f.Tags) > 0:
			return false
		case len(tags) > 0 && !slices.ContainsFunc(tags, func(tag string) bool { return slices.Contains(f.Tags, tag) }):
			return false
		case owner != "" && f.CreatedBy != owner:
			return false
		case subject != "":
			concerned := f.CreatedBy == subject
			if members == 1 {
				concerned = f.Members[subject] != store.AccessNone
			}
			if concerned == exclude {
				return false
			}
		}
		return wantedType(f, q["type"])
	}, nil
}

// wantedType compares a room with the repeatable parameter type.
func wantedType(f store.Folder, types []string) bool {
	if len(types) == 0 {
		return true
	}
	return slices.ContainsFunc(types, func(t string) bool {
		n, err := strconv.Atoi(t)
		return (err == nil && store.RoomType(n) == f.RoomType) || (err != nil && roomTypes[t] == f.RoomType)
	})
}
