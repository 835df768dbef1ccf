package backend

import (
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
)

// inParallel runs do n times at once and waits.
func inParallel(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

func TestParallelWritesKeepTitlesApart(t *testing.T) {
	p := newPortal(t)
	token := p.token("user", "files:write")
	const n = 16
	inParallel(n, func(int) {
		p.api("POST", "files/@my/text", token, map[string]any{"title": "same", "content": "x"}).want(t, 200)
	})
	seen := map[string]bool{}
	for _, title := range titles(t, p.api("GET", "files/@my", token, nil), "files") {
		if seen[title] {
			t.Errorf("two files are called %q", title)
		}
		seen[title] = true
	}
	if len(seen) != n+1 { // and the seeded one
		t.Errorf("%d titles", len(seen))
	}
}

func TestParallelMovesKeepTitlesApart(t *testing.T) {
	p := newPortal(t)
	token := p.token("user", "files:write")
	my := number(p.api("GET", "files/@my", token, nil).response(t)["current"].(map[string]any)["id"])
	to := number(p.api("POST", "files/folder/"+my, token, map[string]any{"title": "to"}).response(t)["id"])
	const n = 12
	var files []string
	for range n {
		from := number(p.api("POST", "files/folder/"+my, token, map[string]any{"title": "from"}).response(t)["id"])
		files = append(files, number(p.api("POST", "files/"+from+"/text", token, map[string]any{"title": "same", "content": ""}).response(t)["id"]))
	}
	inParallel(n, func(i int) {
		p.api("PUT", "files/fileops/move", token, map[string]any{"fileIds": []any{files[i]}, "destFolderId": to, "conflictResolveType": 2}).want(t, 200)
	})
	seen := map[string]bool{}
	for _, title := range titles(t, p.api("GET", "files/"+to, token, nil), "files") {
		seen[title] = true
	}
	if len(seen) != n {
		t.Errorf("%d titles for %d files", len(seen), n)
	}
}

func TestParallelFirstVisitsMakeOneRoot(t *testing.T) {
	p := newPortal(t)
	made := p.api("POST", "people", p.token("admin"), map[string]any{"email": "fresh@docspace.test", "type": 4}).response(t)
	id, _ := made["id"].(string)
	p.users["fresh"] = store.User{ID: id}
	token := p.token("fresh", "files:read")
	var mu sync.Mutex
	roots := map[any]bool{}
	inParallel(16, func(int) {
		current, _ := p.api("GET", "files/@my", token, nil).response(t)["current"].(map[string]any)
		mu.Lock()
		defer mu.Unlock()
		roots[current["id"]] = true
	})
	if len(roots) != 1 {
		t.Errorf("%d roots for one user", len(roots))
	}
}

// forgetful keeps no bytes, so that what the API itself holds can be measured.
type forgetful struct{ store.Store }

func (forgetful) PutBlob(_ context.Context, r io.Reader) (string, int64, error) {
	n, err := io.Copy(io.Discard, r)
	return "blob", n, err
}

func TestUploadIsStreamed(t *testing.T) {
	p := newPortal(t, func(c *Config) { c.Store = forgetful{c.Store} })
	token := p.token("user", "files:write")
	const megabytes = 64
	body, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	go func() {
		part, err := form.CreateFormFile("file", "large.bin")
		block := make([]byte, 1<<20)
		for i := 0; i < megabytes && err == nil; i++ {
			_, err = part.Write(block)
		}
		if err == nil {
			err = form.Close()
		}
		_ = writer.CloseWithError(err)
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/api/2.0/files/@my/upload", body)
	p.must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+token)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	res, err := p.Client().Do(r)
	p.must(err)
	answer, err := io.ReadAll(res.Body)
	p.must(err)
	p.must(res.Body.Close())
	runtime.ReadMemStats(&after)
	if res.StatusCode != 200 || !strings.Contains(string(answer), `"contentLength":"64 MB"`) {
		t.Errorf("%d %s", res.StatusCode, answer)
	}
	if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > megabytes/4 {
		t.Errorf("an upload of %d MB took %d MB of memory", megabytes, grown)
	}
}

// A client that breaks off leaves no file behind.
func TestUploadBrokenOff(t *testing.T) {
	p := newPortal(t)
	token := p.token("user", "files:write")
	got := p.do(request{method: "POST", path: "/api/2.0/files/@my/upload", body: "--x\r\nContent-Disposition: form-data; name=file; filename=half.bin\r\n\r\nhalf", header: map[string]string{
		"Authorization": "Bearer " + token, "Content-Type": "multipart/form-data; boundary=x",
	}})
	got.want(t, 400)
	if list := titles(t, p.api("GET", "files/@my", token, nil), "files"); len(list) != 1 {
		t.Errorf("files %v", list)
	}
}
