package config

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"docspace-oauth/mockdocspace/internal/office"
)

// Group is a group of people of a portal. Users are named by e-mail address.
type Group struct {
	ID      string   `yaml:"id,omitempty"` // UUID; derived from portal and name when left out
	Name    string   `yaml:"name"`
	Manager string   `yaml:"manager,omitempty"` // default: the portal's owner
	Members []string `yaml:"members,omitempty"`
}

// Room is a room with its members and what is in it.
type Room struct {
	Title        string   `yaml:"title"`
	Type         string   `yaml:"type"`                 // one of RoomTypes
	CreatedBy    string   `yaml:"created-by,omitempty"` // e-mail, not of a user or guest; default: the portal's owner
	Members      []Member `yaml:"members,omitempty"`
	Tags         []string `yaml:"tags,omitempty"`
	Color        string   `yaml:"color,omitempty"` // six hex digits
	Private      bool     `yaml:"private,omitempty"`
	Indexing     bool     `yaml:"indexing,omitempty"`
	DenyDownload bool     `yaml:"deny-download,omitempty"`
	Archived     bool     `yaml:"archived,omitempty"`
	Contents     `yaml:",inline"`
}

// Member is somebody who is in a room, and what he may do there.
type Member struct {
	User   string `yaml:"user"`   // e-mail
	Access string `yaml:"access"` // one of AccessNames
}

// Contents are folders and files.
type Contents struct {
	Folders []Folder `yaml:"folders,omitempty"`
	Files   []File   `yaml:"files,omitempty"`
}

// Folder is a folder with what is in it.
type Folder struct {
	Title    string `yaml:"title"`
	Contents `yaml:",inline"`
}

// File is a file. Its bytes are Content as it stands, those of the file named by
// File, or a document made of Document; with none of these it is empty.
type File struct {
	Title    string `yaml:"title"`
	Content  Text   `yaml:"content,omitempty"`
	File     string `yaml:"file,omitempty"`     // path; a relative one starts at the configuration file
	Document Text   `yaml:"document,omitempty"` // text of a .docx (a paragraph a line) or .xlsx (a row a line, cells apart by commas)
}

// Open gives the file's bytes. The caller closes.
func (f File) Open() (io.ReadCloser, error) {
	switch {
	case f.File != "":
		return os.Open(f.File)
	case f.Document != "":
		made, err := office.Document(f.Title, string(f.Document))
		return io.NopCloser(bytes.NewReader(made)), err
	default:
		return io.NopCloser(strings.NewReader(string(f.Content))), nil
	}
}

// RoomTypes are the kinds of rooms a portal knows.
func RoomTypes() []string {
	return []string{"filling-forms", "editing", "custom", "public", "virtual-data", "ai"}
}

// AccessNames are the rights that a member of a room can have.
func AccessNames() []string {
	return []string{"room-manager", "content-creator", "read-write", "editing", "review", "comment", "fill-forms", "read"}
}

// resolve makes the paths of files absolute, from the directory of the configuration file.
func (c *Contents) resolve(directory string) error {
	for i := range c.Files {
		file := &c.Files[i]
		if file.File == "" {
			continue
		}
		if !filepath.IsAbs(file.File) {
			file.File = filepath.Join(directory, file.File)
		}
		absolute, err := filepath.Abs(file.File)
		if err != nil {
			return fmt.Errorf("%s: %w", file.File, err)
		}
		file.File = absolute
	}
	for i := range c.Folders {
		if err := c.Folders[i].resolve(directory); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) resolve(directory string) error {
	for _, portal := range c.Portals {
		for _, user := range portal.Users {
			if user.Documents == nil {
				continue
			}
			if err := user.Documents.resolve(directory); err != nil {
				return err
			}
		}
		for i := range portal.Rooms {
			if err := portal.Rooms[i].resolve(directory); err != nil {
				return err
			}
		}
	}
	return nil
}
