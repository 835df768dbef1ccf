package journal

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/clock"
)

func visit(h http.Handler, method, target string) {
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, target, nil))
}

func TestRecordsAnExchange(t *testing.T) {
	c := clock.New()
	c.Set(time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC))
	c.Freeze()
	j := New(Config{Clock: c})
	r := httptest.NewRequest(http.MethodPut, "/a%2Fb?c=d", strings.NewReader("hello"))
	r.Header.Set("X-Sent", "yes")
	x := exchange(t, j, r, func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("X-Added-By-The-Router", "yes")
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	})
	if x.Seq != 1 || !x.At.Equal(c.Now()) || x.Method != "PUT" || x.URL != "/a%2Fb?c=d" || x.Status != 418 || x.Proto != "HTTP/1.1" || x.Remote == "" || x.Aborted {
		t.Errorf("recorded %+v", *x)
	}
	if x.Request.Body != "hello" || x.Request.Bytes != 5 || x.Request.Header().Get("X-Sent") != "yes" || x.Request.Header().Get("X-Added-By-The-Router") != "" {
		t.Errorf("request %+v", x.Request)
	}
	if x.Response.Body != "short and stout" || x.Response.Bytes != 15 || x.Response.Header().Get("X-Answer") != "yes" || x.Response.Cut {
		t.Errorf("response %+v", x.Response)
	}
}

func TestRingIsBoundedByCount(t *testing.T) {
	j := New(Config{Clock: clock.New(), MaxExchanges: 10})
	h := j.Wrap(http.HandlerFunc(drain))
	for i := range 25 {
		visit(h, "GET", fmt.Sprintf("/%d", i))
	}
	page := j.Read(Filter{}, 0)
	if len(page.Exchanges) != 10 || page.Dropped != 15 || page.Last != 25 || page.Exchanges[0].URL != "/15" || page.Exchanges[9].Seq != 25 {
		t.Errorf("%d exchanges from %s, %d dropped, last %d", len(page.Exchanges), page.Exchanges[0].URL, page.Dropped, page.Last)
	}
	j.Clear()
	if page = j.Read(Filter{}, 0); len(page.Exchanges) != 0 || page.Dropped != 0 || page.Last != 25 {
		t.Errorf("after Clear: %+v", page)
	}
	visit(h, "GET", "/next")
	if x := j.Read(Filter{}, 0).Exchanges; len(x) != 1 || x[0].Seq != 26 {
		t.Errorf("numbers do not go on after Clear: %+v", x)
	}
}

func TestRingIsBoundedByBytes(t *testing.T) {
	const limit = 100 << 10
	j := New(Config{Clock: clock.New(), MaxBytes: limit})
	h := j.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("word "), 2000)) }))
	for range 50 {
		visit(h, "GET", "/")
	}
	size := 0
	page := j.Read(Filter{}, 0)
	for _, x := range page.Exchanges {
		size += len(x.Response.Body)
	}
	if size > limit || size < limit/2 || page.Dropped == 0 {
		t.Errorf("%d bytes in %d exchanges, %d dropped", size, len(page.Exchanges), page.Dropped)
	}
}

func TestFilters(t *testing.T) {
	j := newJournal()
	h := j.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, "body of "+r.URL.Path)
	}))
	visit(h, "GET", "/oauth2/authorize?state=s")
	visit(h, "POST", "/oauth2/token")
	visit(h, "GET", "/api/2.0/people")
	for _, tt := range []struct {
		filter Filter
		limit  int
		want   string
	}{
		{Filter{}, 0, "1 2 3"},
		{Filter{}, 2, "2 3"},
		{Filter{After: 1}, 0, "2 3"},
		{Filter{After: 3}, 0, ""},
		{Filter{Method: "get"}, 0, "1 3"},
		{Filter{Path: "/oauth2/*"}, 0, "1 2"},
		{Filter{Path: "/oauth2/token"}, 0, "2"},
		{Filter{Path: "/oauth2"}, 0, ""},
		{Filter{Path: "/oauth2/authorize"}, 0, "1"},
		{Filter{Status: 400}, 0, "2"},
		{Filter{Text: "state=s"}, 0, "1"},
		{Filter{Text: "body of /api"}, 0, "3"},
		{Filter{Method: "GET", Path: "/api/*", Status: 200, After: 2}, 0, "3"},
	} {
		var got []string
		for _, x := range j.Read(tt.filter, tt.limit).Exchanges {
			got = append(got, fmt.Sprint(x.Seq))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v limit %d: %v, want %s", tt.filter, tt.limit, got, tt.want)
		}
	}
}

func TestWait(t *testing.T) {
	j := newJournal()
	h := j.Wrap(http.HandlerFunc(drain))
	visit(h, "GET", "/early")
	if x, err := j.Wait(t.Context(), Filter{Path: "/early"}); err != nil || x.Seq != 1 {
		t.Errorf("what is there already: %+v, %v", x, err)
	}
	found := make(chan *Exchange)
	var waiting sync.WaitGroup
	for range 3 {
		waiting.Go(func() {
			x, err := j.Wait(t.Context(), Filter{Path: "/late", After: 1})
			if err != nil {
				t.Error(err)
			}
			found <- x
		})
	}
	visit(h, "GET", "/between")
	visit(h, "GET", "/late")
	for range 3 {
		if x := <-found; x.URL != "/late" {
			t.Errorf("waited for /late, got %s", x.URL)
		}
	}
	waiting.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.Wait(ctx, Filter{Path: "/never"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestOff(t *testing.T) {
	j := newJournal()
	h := j.Wrap(http.HandlerFunc(drain))
	j.SetEnabled(false)
	visit(h, "GET", "/unseen")
	j.SetEnabled(true)
	visit(h, "GET", "/seen")
	if x := j.Read(Filter{}, 0).Exchanges; len(x) != 1 || x[0].URL != "/seen" {
		t.Errorf("recorded %+v", x)
	}
}

func TestBodiesThatAreNoText(t *testing.T) {
	for name, tt := range map[string]struct {
		encoding, body string
		binary         bool
	}{
		"text":        {"", "grüße ‹x›", false},
		"no UTF-8":    {"", "\xff\xfe\x01", true},
		"NUL":         {"", "a\x00b", true},
		"compressed":  {"gzip", "text", true},
		"nothing":     {"", "", false},
		"half a rune": {"", strings.Repeat("ü ", DefaultMaxBody), false},
	} {
		j := New(Config{Clock: clock.New(), MaxBody: 1000})
		x := exchange(t, j, httptest.NewRequest("GET", "/", nil), func(w http.ResponseWriter, _ *http.Request) {
			if tt.encoding != "" {
				w.Header().Set("Content-Encoding", tt.encoding)
			}
			_, _ = io.WriteString(w, tt.body)
		})
		if x.Response.Binary != tt.binary || (tt.binary && x.Response.Body != "") || x.Response.Bytes != int64(len(tt.body)) {
			t.Errorf("%s: %+v", name, x.Response)
		}
		if !tt.binary && !strings.HasPrefix(tt.body, x.Response.Body) {
			t.Errorf("%s: kept %q", name, x.Response.Body)
		}
	}
}

// A large upload and download pass through, and only their beginnings are kept.
func TestLargeBodiesPassThrough(t *testing.T) {
	const size = 64 << 20
	j := newJournal()
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := httptest.NewRequest(http.MethodPost, "/upload", io.LimitReader(repeated("data "), size))
	r.ContentLength = size
	x := exchange(t, j, r, func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if n != size || err != nil {
			t.Errorf("the handler read %d bytes: %v", n, err)
		}
		written, err := io.Copy(w, io.LimitReader(repeated("more "), size))
		if written != size || err != nil {
			t.Errorf("the handler wrote %d bytes: %v", written, err)
		}
		runtime.ReadMemStats(&during)
	})
	for what, m := range map[string]Message{"request": x.Request, "response": x.Response} {
		if m.Bytes != size || !m.Cut || len(m.Body) > DefaultMaxBody || len(m.Body) < DefaultMaxBody-10 {
			t.Errorf("%s: %d bytes, %d kept, cut %t", what, m.Bytes, len(m.Body), m.Cut)
		}
	}
	if grown := int64(during.HeapAlloc) - int64(before.HeapAlloc); grown > size/4 {
		t.Errorf("the heap grew by %d bytes while %d passed", grown, size)
	}
}

type repeated string

func (s repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = s[i%len(s)]
	}
	return len(p), nil
}

// What handlers may do with their ResponseWriter works behind the journal.
func TestResponseWriterKeepsItsAbilities(t *testing.T) {
	j := newJournal()
	gate := make(chan struct{})
	server := httptest.NewServer(j.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/flush":
			_, _ = io.WriteString(w, "first\n")
			w.(http.Flusher).Flush()
			<-gate
			_, _ = io.WriteString(w, "second\n")
		case "/controller":
			if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Error(err)
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
		case "/hijack":
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_ = conn.Close()
		case "/abort":
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case "/early-hints":
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusCreated)
		}
	})))
	defer server.Close()
	get := func(path string) (*http.Response, error) { return http.Get(server.URL + path) }

	response, err := get("/flush")
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(response.Body).ReadString('\n'); err != nil || line != "first\n" {
		t.Errorf("read %q, %v before the handler was done", line, err)
	}
	close(gate)
	_ = response.Body.Close()
	for _, tt := range []struct {
		path    string
		status  int
		aborted bool
	}{{"/controller", 200, false}, {"/hijack", 0, false}, {"/abort", 200, true}, {"/early-hints", 201, false}, {"/silent", 200, false}} {
		if response, err := get(tt.path); err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		} else if tt.path != "/hijack" {
			t.Errorf("%s: %v", tt.path, err)
		}
		x, err := j.Wait(t.Context(), Filter{Path: tt.path})
		if err != nil || x.Status != tt.status || x.Aborted != tt.aborted {
			t.Errorf("%s: status %d, aborted %t (%v)", tt.path, x.Status, x.Aborted, err)
		}
	}
}

func TestParallelUse(t *testing.T) {
	j := New(Config{Clock: clock.New(), MaxExchanges: 50})
	h := j.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"`+theJWT+`"}`)
	}))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 50 {
				visit(h, "GET", fmt.Sprintf("/%d/%d?code=%s", i, n, theCode))
				j.Read(Filter{After: uint64(n)}, 5)
				if n == 25 && i == 0 {
					j.Clear()
				}
			}
		})
	}
	wg.Wait()
	last := uint64(0)
	page := j.Read(Filter{}, 0)
	for _, x := range page.Exchanges {
		if x.Seq <= last || len(leaked(dump(x))) > 0 {
			t.Errorf("after %d: %s", last, dump(x))
		}
		last = x.Seq
	}
	if page.Last != 400 {
		t.Errorf("%d exchanges were numbered, want 400", page.Last)
	}
}

// Marks are numbered without keeping every value ever met.
func TestMarksAreBounded(t *testing.T) {
	r := newRedactor()
	for i := range 3 * generation {
		r.secret(nil, "code", fmt.Sprint("value ", i))
		if got := string(r.secret(nil, "secret", "met all the time")); got != "‹secret-1›" {
			t.Fatalf("after %d others: %s", i, got)
		}
	}
	if n := len(r.recent.marks) + len(r.past.marks); n > 2*generation {
		t.Errorf("%d hashes are kept", n)
	}
}
