package backend

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"docspace-oauth/mockdocspace/internal/bulk"
	"docspace-oauth/mockdocspace/internal/store"
)

// form is a multipart body: a file, and fields before and after it.
func form(t *testing.T, name, content string, before, after map[string]string) (body, mediaType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	fields := func(m map[string]string) {
		for key, value := range m {
			if err := w.WriteField(key, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	fields(before)
	part, err := w.CreateFormFile("File", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(part, content)
	fields(after)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func (p *portal) postForm(path, token, body, mediaType string) answer {
	p.t.Helper()
	return p.do(request{method: "POST", path: path, body: body, header: map[string]string{
		"Authorization": "Bearer " + token, "Content-Type": mediaType,
	}})
}

// docs/portal/backend-api.md §3.9: one file, under the title that the form gives, wherever it stands.
func TestInsert(t *testing.T) {
	p, counted := newCountedPortal(t)
	token := p.token("user", "files:write")
	my := number(p.api("GET", "files/@my", token, nil).response(t)["current"].(map[string]any)["id"])
	for _, c := range []struct {
		before, after map[string]string
		want          string
	}{
		{nil, nil, "a.txt"},
		{map[string]string{"title": "before.txt"}, nil, "before.txt"},
		{nil, map[string]string{"InsertFile.Title": "after.txt"}, "after.txt"},
		{map[string]string{"title": "before.txt", "createNewIfExist": "true"}, nil, "before (1).txt"},
	} {
		body, mediaType := form(t, "a.txt", "abc", c.before, c.after)
		got := p.postForm("/api/2.0/files/"+my+"/insert", token, body, mediaType).response(t)
		if got["title"] != c.want || got["pureContentLength"] != 3.0 {
			t.Errorf("%v %v: title %v of %v bytes, want %q", c.before, c.after, got["title"], got["pureContentLength"], c.want)
		}
	}
	kept := counted.contents.Load()
	body, mediaType := form(t, "a.txt", "abc", nil, map[string]string{"title": "a\x00b"})
	p.postForm("/api/2.0/files/"+my+"/insert", token, body, mediaType).want(t, 400)
	if counted.contents.Load() != kept {
		t.Error("a refused file left its content behind")
	}
}

// countedStore knows how many contents came and did not go.
type countedStore struct {
	store.Store
	contents atomic.Int64
}

func (s *countedStore) PutBlob(ctx context.Context, r io.Reader) (string, int64, error) {
	id, size, err := s.Store.PutBlob(ctx, r)
	if err == nil {
		s.contents.Add(1)
	}
	return id, size, err
}

func (s *countedStore) DeleteBlob(ctx context.Context, id string) error {
	err := s.Store.DeleteBlob(ctx, id)
	if err == nil {
		s.contents.Add(-1)
	}
	return err
}

// newCountedPortal is a portal with the number of contents that came since it was seeded.
func newCountedPortal(t *testing.T) (*portal, *countedStore) {
	t.Helper()
	counted := &countedStore{}
	return newPortal(t, func(c *Config) {
		counted.Store = c.Store
		c.Store = counted
	}), counted
}

// docs/portal/backend-api.md §3.9: a session, its chunks, and the file that the last one makes.
func TestChunkedUpload(t *testing.T) {
	p, counted := newCountedPortal(t)
	token := p.token("user", "files:write")
	my := number(p.api("GET", "files/@my", token, nil).response(t)["current"].(map[string]any)["id"])
	begin := func(name string, size int) map[string]any {
		r := p.api("POST", "files/"+my+"/upload/create_session", token, map[string]any{"fileName": name, "fileSize": size}).response(t)
		if r["success"] != true {
			t.Fatalf("session %v", r)
		}
		return r["data"].(map[string]any)
	}
	chunk := func(id, query, content, with string) (int, map[string]any) {
		body, mediaType := form(t, "blob", content, nil, nil)
		got := p.postForm("/ChunkedUploader.ashx?uid="+id+query, with, body, mediaType)
		return got.status, got.json(t)
	}

	session := begin("big.txt", 9)
	id, _ := session["id"].(string)
	if session["location"] != p.URL+"/ChunkedUploader.ashx?uid="+id || session["bytes_total"] != 9.0 || fmt.Sprint(session["path"]) != "["+my+"]" {
		t.Errorf("session %v", session)
	}
	for _, part := range []string{"abc", "def"} {
		if status, got := chunk(id, "", part, token); status != 200 || got["success"] != true || got["data"].(map[string]any)["id"] != id {
			t.Errorf("chunk: %d %v", status, got)
		}
	}
	for name, other := range map[string]string{"another user": p.token("admin", "files:write"), "nobody": "x"} {
		if status, got := chunk(id, "", "x", other); status != 200 || got["success"] != false || got["data"] != nil {
			t.Errorf("%s: %d %v", name, status, got)
		}
	}
	if status, got := chunk(id, "", "0123456789", token); status != 200 || got["success"] != false {
		t.Errorf("more than announced: %d %v", status, got)
	}
	status, got := chunk(id, "", "ghi", token)
	made, _ := got["data"].(map[string]any)
	if status != http.StatusCreated || made["title"] != "big.txt" || made["uploaded"] != true || made["version"] != 1.0 {
		t.Fatalf("last chunk: %d %v", status, got)
	}
	file := number(made["id"])
	if content := p.do(request{method: "GET", path: "/filehandler.ashx?action=download&fileid=" + file, header: map[string]string{"Authorization": "Bearer " + token}}); content.body != "abcdefghi" {
		t.Errorf("content %q", content.body)
	}
	if n := counted.contents.Load(); n != 1 {
		t.Errorf("%d contents, want that of the file", n)
	}
	if _, again := chunk(id, "", "x", token); again["success"] != false {
		t.Errorf("a finished session took a chunk: %v", again)
	}

	// Chunks that pile up, then finalize; an existing title gets a version.
	id, _ = begin("big.txt", 2)["id"].(string)
	chunk(id, "&upload=true&chunkNumber=2", "?", token)
	chunk(id, "&upload=true&chunkNumber=2", "y", token)
	if status, got := chunk(id, "&finalize=true", "", token); status != 200 || got["success"] != false {
		t.Errorf("finalize too early: %d %v", status, got)
	}
	if status, _ := chunk(id, "&upload=true&chunkNumber=1", "x", token); status != 200 {
		t.Errorf("second chunk: %d", status)
	}
	if status, got := chunk(id, "&finalize=true", "", token); status != 201 || got["data"].(map[string]any)["version"] != 2.0 {
		t.Errorf("finalize: %d %v", status, got)
	}
	if content := p.do(request{method: "GET", path: "/filehandler.ashx?action=download&fileid=" + file, header: map[string]string{"Authorization": "Bearer " + token}}); content.body != "xy" {
		t.Errorf("content %q", content.body)
	}

	// Given up, forgotten, refused: nothing stays.
	id, _ = begin("none.txt", 5)["id"].(string)
	chunk(id, "", "abc", token)
	chunk(id, "&abort=true", "", token)
	id, _ = begin("late.txt", 5)["id"].(string)
	chunk(id, "", "abc", token)
	p.clock.Advance(uploadLifetime + 1)
	token = p.token("user", "files:write")
	if _, got := chunk(id, "", "de", token); got["success"] != false {
		t.Errorf("an expired session took a chunk: %v", got)
	}
	begin("next.txt", 1) // sweeps
	if n := counted.contents.Load(); n != 1 {
		t.Errorf("%d contents, want that of the file", n)
	}
	p.api("POST", "files/"+my+"/upload/create_session", token, map[string]any{"fileName": "x", "fileSize": 1, "relativePath": "a/b"}).want(t, 501)
	p.api("POST", "files/"+my+"/upload/create_session", token, map[string]any{"fileName": " ", "fileSize": 1}).want(t, 400)
	p.api("POST", "files/"+my+"/upload/create_session", p.token("admin", "files:write"), map[string]any{"fileName": "x", "fileSize": 1}).
		wantError(t, 403, "You don't have enough permission to create")
}

// A client that goes away in the middle leaves neither a file nor its content.
func TestBrokenUploadLeavesNothing(t *testing.T) {
	p, counted := newCountedPortal(t)
	token := p.token("user", "files:write")
	my := number(p.api("GET", "files/@my", token, nil).response(t)["current"].(map[string]any)["id"])
	before := len(titles(t, p.api("GET", "files/@my", token, nil), "files"))
	body, mediaType := form(t, "cut.bin", strings.Repeat("x", 1<<20), nil, nil)
	for _, path := range []string{"upload", "insert"} {
		reader, writer := io.Pipe()
		req, err := http.NewRequestWithContext(t.Context(), "POST", p.URL+"/api/2.0/files/"+my+"/"+path, reader)
		p.must(err)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", mediaType)
		go func() {
			_, _ = io.WriteString(writer, body[:len(body)/2])
			_ = writer.CloseWithError(io.ErrUnexpectedEOF)
		}()
		if res, err := p.Client().Do(req); err == nil {
			res.Body.Close()
			t.Errorf("%s: a cut request was answered %d", path, res.StatusCode)
		}
		// A body that ends within its limits but not with its boundary.
		p.postForm("/api/2.0/files/"+my+"/"+path, token, body[:len(body)/2], mediaType).want(t, 400)
	}
	if got := len(titles(t, p.api("GET", "files/@my", token, nil), "files")); got != before || counted.contents.Load() != 0 {
		t.Errorf("%d files instead of %d, %d contents", got, before, counted.contents.Load())
	}
}

// diskStore keeps contents in files, so that memory shows what the API itself holds.
type diskStore struct {
	store.Store
	dir  string
	last atomic.Int64
}

func (d *diskStore) PutBlob(_ context.Context, r io.Reader) (string, int64, error) {
	id := strconv.FormatInt(d.last.Add(1), 10)
	f, err := os.Create(filepath.Join(d.dir, id))
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	size, err := io.Copy(f, r)
	return id, size, err
}

func (d *diskStore) OpenBlob(_ context.Context, id string) (io.ReadSeekCloser, error) {
	return os.Open(filepath.Join(d.dir, id))
}

func (d *diskStore) DeleteBlob(_ context.Context, id string) error {
	return os.Remove(filepath.Join(d.dir, id))
}

// 200 MB go in and out, by one request and in chunks, and the heap stays as it was.
func TestLargeFilesStream(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 200 MB several times")
	}
	const size = 200 << 20
	var disk *diskStore
	p := newPortal(t, func(c *Config) {
		disk = &diskStore{Store: c.Store, dir: t.TempDir()}
		c.Store = disk
	})
	token := p.token("user", "files:write")
	send := func(path string, length int64) answer {
		reader, writer := io.Pipe()
		w := multipart.NewWriter(writer)
		go func() {
			part, err := w.CreateFormFile("file", "big.bin")
			if err == nil {
				_, err = io.CopyN(part, bulk.Zeros{}, length)
			}
			if err == nil {
				err = w.Close()
			}
			_ = writer.CloseWithError(err)
		}()
		req, err := http.NewRequestWithContext(t.Context(), "POST", p.URL+path, reader)
		p.must(err)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", w.FormDataContentType())
		res, err := p.Client().Do(req)
		p.must(err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		p.must(err)
		return answer{res.StatusCode, res.Header, string(body)}
	}
	heap := bulk.HeapGrowth(func() {
		send("/api/2.0/files/@my/upload", size).want(t, 200)
		my := number(p.api("GET", "files/@my", token, nil).response(t)["current"].(map[string]any)["id"])
		session := p.api("POST", "files/"+my+"/upload/create_session", token, map[string]any{"fileName": "chunks.bin", "fileSize": size}).response(t)
		id := session["data"].(map[string]any)["id"].(string)
		for i := range 4 {
			if got, want := send("/ChunkedUploader.ashx?uid="+id, size/4).status, map[bool]int{false: 200, true: 201}[i == 3]; got != want {
				t.Errorf("chunk %d: %d, want %d", i, got, want)
			}
		}
		list := p.api("GET", "files/@my?filterValue=.bin", token, nil).response(t)["files"].([]any)
		for _, f := range list {
			file := number(f.(map[string]any)["id"])
			req, err := http.NewRequestWithContext(t.Context(), "GET", p.URL+"/filehandler.ashx?action=download&fileid="+file, nil)
			p.must(err)
			req.Header.Set("Authorization", "Bearer "+token)
			res, err := p.Client().Do(req)
			p.must(err)
			n, err := io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if err != nil || n != size {
				t.Errorf("download of %s: %d bytes, %v", file, n, err)
			}
		}
		if len(list) != 2 {
			t.Errorf("%d files", len(list))
		}
	})
	if heap > 32<<20 {
		t.Errorf("the heap grew by %d MB", heap>>20)
	}
}
