package backend

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Bounds of chunked uploads. A session's lifetime is the mock's own; that a new
// one pushes out the oldest keeps forgotten ones from piling up.
const (
	uploadLifetime = 12 * time.Hour
	uploadSessions = 200
)

// uploadSession is a chunked upload under way: its chunks are contents of the
// store until the last one makes a file of them.
type uploadSession struct {
	id         string
	tenant     int64
	user       string
	folder     int64
	title      string
	size       int64 // announced
	newVersion bool
	created    time.Time

	mu     sync.Mutex // one chunk at a time
	chunks []chunk
	ended  bool // finished or given up
}

type chunk struct {
	number int // 0: in the order of arrival
	blob   string
	size   int64
}

func (s *uploadSession) received() (total int64) {
	for _, c := range s.chunks {
		total += c.size
	}
	return total
}

// uploadList holds the sessions of one API.
type uploadList struct {
	mu   sync.Mutex
	open []*uploadSession // oldest first
}

// add keeps s and returns those that are over now.
func (l *uploadList) add(s *uploadSession, now time.Time) (over []*uploadSession) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.open) > 0 && (len(l.open) >= uploadSessions || now.Sub(l.open[0].created) > uploadLifetime) {
		over = append(over, l.open[0])
		l.open = l.open[1:]
	}
	l.open = append(l.open, s)
	return over
}

func (l *uploadList) find(id string, tenant int64, user string, now time.Time) *uploadSession {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.open {
		if s.id == id && s.tenant == tenant && s.user == user && now.Sub(s.created) <= uploadLifetime {
			return s
		}
	}
	return nil
}

func (l *uploadList) remove(s *uploadSession) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.open {
		if l.open[i] == s {
			l.open = append(l.open[:i:i], l.open[i+1:]...)
			return
		}
	}
}

// uploadState describes a session (§3.9; members as the vendor's SDK names them).
type uploadState struct {
	ID         string  `json:"id"`
	Path       []int64 `json:"path"`
	Created    string  `json:"created"`
	Expired    string  `json:"expired"`
	Location   string  `json:"location"`
	BytesTotal int64   `json:"bytes_total"`
}

// uploadAnswer is what create_session and /ChunkedUploader.ashx answer.
type uploadAnswer struct {
	Success bool    `json:"success"`
	Data    any     `json:"data,omitempty"`
	Message *string `json:"message,omitempty"`
}

// uploadedFile is the data of the last chunk's answer.
type uploadedFile struct {
	ID       int64  `json:"id"`
	FolderID int64  `json:"folderId"`
	Version  int    `json:"version"`
	Title    string `json:"title"`
	Uploaded bool   `json:"uploaded"`
	File     file   `json:"file"`
}

// createUploadSession is POST files/{folderId}/upload/create_session (§3.9).
// relativePath is not followed: the file comes into the folder itself.
func (a *api) createUploadSession(c *call) (result, error) {
	var in struct {
		FileName         string  `json:"fileName"`
		FileSize         integer `json:"fileSize"`
		RelativePath     string  `json:"relativePath"`
		CreateNewIfExist bool    `json:"createNewIfExist"`
	}
	if err := c.bind(&in); err != nil {
		return result{}, err
	}
	switch {
	case in.FileSize < 0:
		return result{}, invalid("FileSize", "The value is not valid.")
	case strings.Trim(in.RelativePath, "/") != "":
		return result{}, &refusal{status: http.StatusNotImplemented, message: "mockdocspace makes no folders for a relativePath: leave it out"}
	}
	title, err := storableTitle(in.FileName)
	if err != nil {
		return result{}, err
	}
	at, err := a.target(c)
	if err != nil {
		return result{}, err
	}
	s := &uploadSession{
		id: strings.ReplaceAll(a.Random.UUID(), "-", ""), tenant: c.tenant(), user: c.user().ID, folder: at.ID, title: title,
		size: int64(in.FileSize), newVersion: !in.CreateNewIfExist, created: a.Clock.Now(),
	}
	for _, over := range a.uploads.add(s, s.created) {
		a.endUpload(c, over)
	}
	state := c.uploadState(s)
	state.Path = nil
	for _, f := range at.path {
		state.Path = append(state.Path, f.ID)
	}
	return result{body: uploadAnswer{Success: true, Data: state}}, nil
}

func (c *call) uploadState(s *uploadSession) uploadState {
	raw := func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
	return uploadState{
		ID: s.id, Path: []int64{s.folder}, Created: raw(s.created), Expired: raw(s.created.Add(uploadLifetime)),
		Location: c.site.Base + "/ChunkedUploader.ashx?uid=" + s.id, BytesTotal: s.size,
	}
}

// uploadChunk is POST /ChunkedUploader.ashx?uid=: chunks in the order in which
// they come; the one that completes the announced size makes the file and is
// answered 201. With upload=true chunks only pile up and finalize=true makes the
// file; abort=true gives up. Refusals are 200 with success false and no envelope
// (products/ASC.Files, ChunkedUploaderHandler.cs).
func (a *api) uploadChunk(c *call) (result, error) {
	query := c.URL.Query()
	s := a.uploads.find(query.Get("uid"), c.tenant(), c.user().ID, a.Clock.Now())
	if c.caller == nil || s == nil {
		return c.uploadRefused("Not authorized or session with specified upload id already expired")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return c.uploadRefused("Not authorized or session with specified upload id already expired")
	case query.Get("abort") == "true":
		a.uploads.remove(s)
		a.endUploadLocked(c, s)
		return c.uploadDone(http.StatusOK, nil)
	case query.Get("finalize") == "true":
		return a.finishUpload(c, s)
	}
	if err := a.takeChunk(c, s); err != nil {
		return c.uploadRefused(err.Error())
	}
	if query.Get("upload") == "true" || s.received() < s.size {
		return c.uploadDone(http.StatusOK, c.uploadState(s))
	}
	return a.finishUpload(c, s)
}

// takeChunk stores the file part of the request as the session's next chunk.
func (a *api) takeChunk(c *call, s *uploadSession) error {
	parts, err := c.MultipartReader()
	if err != nil {
		return errNoUpload
	}
	part, err := filePart(parts)
	if err != nil {
		return errNoUpload
	}
	next := chunk{}
	if next.number, err = c.enum("chunkNumber", nil); err != nil {
		return badArgument("chunkNumber is no number")
	}
	if next.blob, next.size, err = a.storeBlob(c, part); err != nil {
		return err
	}
	again := slices.IndexFunc(s.chunks, func(sent chunk) bool { return sent.number == next.number && next.number != 0 })
	if again >= 0 { // sent once more, perhaps after a failure
		a.dropBlob(c, s.chunks[again].blob)
		s.chunks = slices.Delete(s.chunks, again, again+1)
	}
	if s.received()+next.size > s.size { // the words are the mock's
		a.dropBlob(c, next.blob)
		return badArgument("More than the announced " + strconv.FormatInt(s.size, 10) + " bytes were sent")
	}
	s.chunks = append(s.chunks, next)
	slices.SortStableFunc(s.chunks, func(x, y chunk) int { return cmp.Compare(x.number, y.number) })
	return nil
}

// finishUpload makes the file out of the chunks.
func (a *api) finishUpload(c *call, s *uploadSession) (result, error) {
	if s.received() != s.size {
		return c.uploadRefused("The upload is not complete") // the words are the mock's
	}
	at, err := a.place(c, s.folder)
	if err == nil && !at.right.create {
		err = errCreate
	}
	if err != nil {
		return c.uploadRefused(err.Error())
	}
	whole := &chunkReader{open: func(id string) (io.ReadCloser, error) { return a.Store.OpenBlob(c.Context(), id) }, rest: s.chunks}
	defer whole.Close()
	f, err := a.saveFile(c, at, s.title, whole, s.newVersion)
	if err != nil {
		return c.uploadRefused(err.Error())
	}
	a.uploads.remove(s)
	a.endUploadLocked(c, s)
	p, err := a.people(c)
	if err != nil {
		return result{}, err
	}
	return c.uploadDone(http.StatusCreated, uploadedFile{
		ID: f.ID, FolderID: f.FolderID, Version: f.Version, Title: f.Title, Uploaded: true, File: p.file(f, at),
	})
}

func (a *api) endUpload(c *call, s *uploadSession) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.endUploadLocked(c, s)
}

func (a *api) endUploadLocked(c *call, s *uploadSession) {
	s.ended = true
	for _, chunk := range s.chunks {
		a.dropBlob(c, chunk.blob)
	}
	s.chunks = nil
}

// uploadDone answers outside the envelope.
func (c *call) uploadDone(status int, data any) (result, error) {
	return c.uploadSays(status, uploadAnswer{Success: true, Data: data, Message: ptr("")})
}

func (c *call) uploadRefused(message string) (result, error) {
	return c.uploadSays(http.StatusOK, uploadAnswer{Message: &message})
}

func (c *call) uploadSays(status int, answer uploadAnswer) (result, error) {
	body, err := encode(answer)
	if err != nil {
		return result{}, err
	}
	writeRaw(c.w, status, "application/json", body)
	return result{handled: true}, nil
}

// chunkReader reads stored chunks as one, each opened when it is its turn.
type chunkReader struct {
	open    func(id string) (io.ReadCloser, error)
	rest    []chunk
	current io.ReadCloser
}

func (r *chunkReader) Read(p []byte) (int, error) {
	for {
		if r.current == nil {
			if len(r.rest) == 0 {
				return 0, io.EOF
			}
			next, err := r.open(r.rest[0].blob)
			if err != nil {
				return 0, err
			}
			r.current, r.rest = next, r.rest[1:]
		}
		n, err := r.current.Read(p)
		if err == io.EOF {
			err = r.Close()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// Close closes the chunk that is being read.
func (r *chunkReader) Close() error {
	if r.current == nil {
		return nil
	}
	err := r.current.Close()
	r.current = nil
	return err
}
