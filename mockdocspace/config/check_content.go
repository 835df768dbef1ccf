package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"docspace-oauth/mockdocspace/internal/naming"
	"docspace-oauth/mockdocspace/internal/office"
)

// deepest is how deep folders may lie in folders.
const deepest = 50

// content checks what lies on a portal; users holds its users by lower-case address.
func (k checker) content(path string, portal Portal, users map[string]User) error {
	for i, user := range portal.Users {
		if user.Documents == nil {
			continue
		}
		at := fmt.Sprintf("%s.users[%d].documents", path, i)
		if user.Type == "guest" {
			return k.wrong(at, "a guest has no My documents", "put the files into a room, or give the user another type")
		}
		if err := k.contents(at, *user.Documents, 0); err != nil {
			return err
		}
	}
	if err := k.groups(path, portal.Groups, users); err != nil {
		return err
	}
	for i, room := range portal.Rooms {
		if err := k.room(fmt.Sprintf("%s.rooms[%d]", path, i), room, users); err != nil {
			return err
		}
	}
	return nil
}

func (k checker) groups(portal string, groups []Group, users map[string]User) error {
	names, ids := map[string]bool{}, map[string]bool{}
	for i, group := range groups {
		at := fmt.Sprintf("%s.groups[%d]", portal, i)
		id, err := uuid.Parse(group.ID)
		switch {
		case strings.TrimSpace(group.Name) == "":
			return k.wrong(at+".name", "missing", "give the group a name")
		case naming.Length(group.Name) > 128:
			return k.wrong(at+".name", "it is too long", "keep to 128 characters")
		case names[strings.ToLower(group.Name)]:
			return k.wrong(at+".name", fmt.Sprintf("%q is the name of an earlier group", group.Name), "give each group its own name")
		case group.ID != "" && err != nil:
			return k.wrong(at+".id", fmt.Sprintf("%q is no UUID", group.ID), "leave it out, or write a UUID")
		case group.ID != "" && ids[id.String()]:
			return k.wrong(at+".id", fmt.Sprintf("%q is the id of an earlier group", group.ID), "give each group its own id")
		case group.Manager != "" && !known(users, group.Manager):
			return k.wrong(at+".manager", fmt.Sprintf("%q is no user of this portal", group.Manager), "name one of its users by e-mail address")
		}
		names[strings.ToLower(group.Name)], ids[id.String()] = true, true
		seen := map[string]bool{}
		for j, member := range group.Members {
			if err := k.person(fmt.Sprintf("%s.members[%d]", at, j), member, users, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

func known(users map[string]User, email string) bool {
	_, ok := users[strings.ToLower(email)]
	return ok
}

// person checks somebody in a list of people; seen are those before him.
func (k checker) person(at, email string, users map[string]User, seen map[string]bool) error {
	switch {
	case !known(users, email):
		return k.wrong(at, fmt.Sprintf("%q is no user of this portal", email), "name one of its users by e-mail address")
	case seen[strings.ToLower(email)]:
		return k.wrong(at, fmt.Sprintf("%q stands twice", email), "name each user once")
	}
	seen[strings.ToLower(email)] = true
	return nil
}

var sixHexDigits = regexp.MustCompile(`^[0-9A-Fa-f]{6}$`)

func (k checker) room(at string, room Room, users map[string]User) error {
	if err := k.title(at, room.Title, naming.LongestOfRoom); err != nil {
		return err
	}
	creator := users[strings.ToLower(room.CreatedBy)]
	switch {
	case room.Type == "":
		return k.wrong(at+".type", "missing", "use "+strings.Join(RoomTypes(), ", "))
	case !slices.Contains(RoomTypes(), room.Type):
		return k.wrong(at+".type", fmt.Sprintf("%q is no kind of room", room.Type), "use "+strings.Join(RoomTypes(), ", "))
	case room.CreatedBy != "" && creator.Email == "":
		return k.wrong(at+".created-by", fmt.Sprintf("%q is no user of this portal", room.CreatedBy), "name one of its users by e-mail address")
	case creator.Type == "user" || creator.Type == "guest":
		return k.wrong(at+".created-by", fmt.Sprintf("%q is of the type %s, who may make no rooms", room.CreatedBy, creator.Type), "name an owner, admin or roomadmin")
	case room.Color != "" && !sixHexDigits.MatchString(room.Color):
		return k.wrong(at+".color", fmt.Sprintf("%q is no colour", room.Color), "write six hex digits, like 4781D1, in quotes if they are all figures")
	}
	for i, tag := range room.Tags {
		if clean, err := naming.Storable(tag); err != nil || clean != tag {
			return k.wrong(fmt.Sprintf("%s.tags[%d]", at, i), fmt.Sprintf("%q is no tag", tag), `write a text without \ / : * ? " < > | + and control characters`)
		}
	}
	seen := map[string]bool{}
	for i, member := range room.Members {
		path := fmt.Sprintf("%s.members[%d]", at, i)
		if err := k.person(path+".user", member.User, users, seen); err != nil {
			return err
		}
		if !slices.Contains(AccessNames(), member.Access) {
			return k.wrong(path+".access", fmt.Sprintf("%q is no right", member.Access), "use "+strings.Join(AccessNames(), ", "))
		}
	}
	return k.contents(at, room.Contents, 0)
}

func (k checker) title(at, title string, longest int) error {
	clean, err := naming.Storable(title)
	switch {
	case errors.Is(err, naming.ErrEmpty):
		return k.wrong(at+".title", "missing", "give it a title")
	case err != nil:
		return k.wrong(at+".title", fmt.Sprintf("%q cannot be stored: %v", title, err), "write it without")
	case naming.Length(title) > longest:
		return k.wrong(at+".title", "it is too long", fmt.Sprintf("keep to %d characters", longest))
	case clean != title:
		return k.wrong(at+".title", fmt.Sprintf("the portal would store %q as %q", title, clean), "write it that way")
	}
	return nil
}

func (k checker) contents(at string, c Contents, depth int) error {
	titles := map[string]bool{}
	for i, file := range c.Files {
		path := fmt.Sprintf("%s.files[%d]", at, i)
		if err := k.seedFile(path, file); err != nil {
			return err
		}
		if titles[strings.ToLower(file.Title)] {
			return k.wrong(path+".title", fmt.Sprintf("%q is the title of an earlier file", file.Title), "give each file of a folder its own title")
		}
		titles[strings.ToLower(file.Title)] = true
	}
	for i, folder := range c.Folders {
		path := fmt.Sprintf("%s.folders[%d]", at, i)
		if depth == deepest {
			return k.wrong(path, "it lies too deep", fmt.Sprintf("keep to %d folders in each other", deepest))
		}
		if err := k.title(path, folder.Title, naming.LongestOfEntry); err != nil {
			return err
		}
		if err := k.contents(path, folder.Contents, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (k checker) seedFile(at string, file File) error {
	if err := k.title(at, file.Title, naming.LongestOfEntry); err != nil {
		return err
	}
	sources := 0
	for _, source := range []string{string(file.Content), file.File, string(file.Document)} {
		if source != "" {
			sources++
		}
	}
	if sources > 1 {
		return k.wrong(at, "more than one of content, file and document", "keep one")
	}
	if file.Document != "" {
		if _, err := office.Document(file.Title, string(file.Document)); errors.Is(err, office.ErrExtension) {
			return k.wrong(at+".document", fmt.Sprintf("no %q can be made of a text", path.Ext(file.Title)),
				"use a title with "+strings.Join(office.Extensions(), " or ")+", or content or file")
		} else if err != nil {
			return k.wrong(at+".document", err.Error(), `write a row a line, cells apart by commas, a cell with commas or quotes "so, and ""so"""`)
		}
	}
	if file.File == "" {
		return nil
	}
	info, err := os.Stat(file.File)
	var reason *fs.PathError
	switch {
	case errors.As(err, &reason):
		return k.wrong(at+".file", fmt.Sprintf("%s cannot be read (%v)", file.File, reason.Err), "give the path of a file, from the configuration file's directory")
	case err != nil:
		return k.wrong(at+".file", err.Error(), "give the path of a file, from the configuration file's directory")
	case !info.Mode().IsRegular():
		return k.wrong(at+".file", file.File+" is no file", "give the path of a file, not of a directory or device")
	}
	return nil
}
