package backend

import (
	"errors"
	"io"
	"mime/multipart"
	"path"
	"strings"

	"docspace-oauth/mockdocspace/internal/store"
)

var (
	errNoUpload = badArgument("The file is required")
	errCutShort = badArgument("Unexpected end of request content.")
)

// upload is POST files/{folderId}/upload: the part file is streamed into the
// store. createNewIfExist works as named here (§3.9).
func (a *api) upload(c *call) (result, error) {
	at, err := a.target(c)
	if err != nil {
		return result{}, err
	}
	parts, err := c.MultipartReader()
	if err != nil {
		return result{}, errNoUpload
	}
	part, err := filePart(parts)
	if err != nil {
		return result{}, errNoUpload
	}
	title, err := storableTitle(uploadName(part))
	if err != nil {
		return result{}, err
	}
	f, err := a.saveFile(c, at, title, part, c.URL.Query().Get("createNewIfExist") != "true")
	if err != nil {
		return result{}, err
	}
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	return result{body: []file{p.file(f, at)}}, nil
}

// uploadName is the last element of the name that a part brings, whichever
// slash its sender's system uses.
func uploadName(part *multipart.Part) string {
	name := path.Base(strings.ReplaceAll(part.FileName(), `\`, "/"))
	if name == "." || name == "/" {
		return ""
	}
	return name
}

// filePart skips to the first part that is a file.
func filePart(parts *multipart.Reader) (*multipart.Part, error) {
	for {
		part, err := parts.NextPart()
		if err != nil || part.FileName() != "" {
			return part, err
		}
	}
}

// insertFile is POST files/{folderId}/insert: one file, under the form's title
// where it has one (§3.9). The flag createNewIfExist is read as at upload: a guess.
func (a *api) insertFile(c *call) (result, error) {
	at, err := a.target(c)
	if err != nil {
		return result{}, err
	}
	parts, err := c.MultipartReader()
	if err != nil {
		return result{}, errNoUpload
	}
	form, err := a.readInsertion(c, parts)
	if err == nil && form.blob == "" {
		err = errNoUpload
	}
	if err == nil {
		if form.title == "" {
			form.title = form.name
		}
		form.title, err = storableTitle(form.title)
	}
	if err != nil {
		a.dropBlob(c, form.blob)
		return result{}, err
	}
	f, err := a.placeFile(c, at, form.title, form.blob, form.size, !form.createNew)
	if err != nil {
		return result{}, err
	}
	return a.showFile(c, f, at)
}

// insertion is the form of insertFile. Its fields may stand before or after
// the file; the vendor's SDK writes them as InsertFile.Title and so on.
type insertion struct {
	title, name, blob string
	size              int64
	createNew         bool
}

func (a *api) readInsertion(c *call, parts *multipart.Reader) (form insertion, err error) {
	for {
		part, err := parts.NextPart()
		switch {
		case err == io.EOF:
			return form, nil
		case err != nil:
			return form, errCutShort
		}
		if part.FileName() != "" {
			if form.blob != "" {
				continue // one file
			}
			form.name = uploadName(part)
			if form.blob, form.size, err = a.storeBlob(c, part); err != nil {
				return form, err
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, 64<<10)) // longer than any title that is kept
		if err != nil {
			return form, errCutShort
		}
		switch strings.TrimPrefix(strings.ToLower(part.FormName()), "insertfile.") {
		case "title":
			form.title = string(value)
		case "createnewifexist":
			form.createNew = strings.EqualFold(string(value), "true")
		}
	}
}

// storeBlob keeps what the client sends; a client that breaks off leaves nothing.
func (a *api) storeBlob(c *call, from io.Reader) (id string, size int64, err error) {
	source := &sourceReader{from: from}
	id, size, err = a.Store.PutBlob(c.Context(), source)
	if source.err != nil {
		return "", 0, errCutShort
	}
	return id, size, err
}

// dropBlob takes back content to which nothing points.
func (a *api) dropBlob(c *call, id string) {
	if id == "" {
		return
	}
	if err := a.Store.DeleteBlob(c.Context(), id); err != nil && !errors.Is(err, store.ErrNotFound) {
		a.Logger.WarnContext(c.Context(), "content not removed", "error", err)
	}
}

// sourceReader remembers that the client broke off, which is no fault of the store's.
type sourceReader struct {
	from io.Reader
	err  error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
