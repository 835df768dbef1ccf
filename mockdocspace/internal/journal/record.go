package journal

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"docspace-oauth/mockdocspace/internal/diagnosis"
)

// Wrap returns a handler that records what next does. Bodies pass through as
// they are; only their beginnings are kept.
func (j *Journal) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if j.off.Load() {
			next.ServeHTTP(w, r)
			return
		}
		j.record(w, r, next)
	})
}

func (j *Journal) record(w http.ResponseWriter, r *http.Request, next http.Handler) {
	started := time.Now() // how long it took is real time, whatever the portal's clock does
	x := &Exchange{
		At: j.config.Clock.Now(), Remote: r.RemoteAddr, Secure: r.TLS != nil, Method: j.redact.text(r.Method), Host: j.redact.text(r.Host), Proto: r.Proto,
		URL: j.redact.url(requestURI(r)),
	}
	// Now, since the portal's router adds headers of its own to the request.
	x.Request.fields = j.redact.header(r.Header)
	contentType := r.Header.Get("Content-Type")
	encoded := r.Header.Get("Content-Encoding") != ""

	var recording struct { // together, for one allocation
		request, response capture
		body              requestBody
		writer            responseWriter
	}
	request, response := &recording.request, &recording.response
	request.kept, response.kept = j.buffer(), j.buffer()
	defer j.release(request)
	defer j.release(response)
	if r.Body != nil && r.Body != http.NoBody {
		recording.body = requestBody{ReadCloser: r.Body, capture: request}
		r.Body = &recording.body
	}
	recording.writer = responseWriter{ResponseWriter: w, capture: response}
	recorder := &recording.writer
	defer func() {
		cause := recover()
		x.Duration = time.Since(started)
		x.Status, x.Aborted = recorder.status, cause != nil
		if x.Status == 0 && cause == nil {
			x.Status = http.StatusOK // net/http sends it for a handler that wrote nothing
		}
		if recorder.hijacked {
			x.Status = 0
		}
		x.Response.fields = j.redact.header(w.Header())
		// The request first: what it makes known is recognised in the response.
		j.redact.body(&x.Request, request, contentType, encoded)
		j.redact.body(&x.Response, response, w.Header().Get("Content-Type"), w.Header().Get("Content-Encoding") != "")
		j.redact.note(&x.Note)
		j.write(x)
		if cause != nil {
			panic(cause)
		}
	}()
	next.ServeHTTP(recorder, r.WithContext(diagnosis.Into(r.Context(), &x.Note)))
}

// requestURI is the request target as sent, or as a test built it.
func requestURI(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// capture is the beginning of a body.
type capture struct {
	kept  *[]byte
	total int64
}

func (j *Journal) buffer() *[]byte {
	buffer, _ := j.buffers.Get().(*[]byte)
	return buffer
}

// release gives the buffer back without what it held.
func (j *Journal) release(c *capture) {
	buffer := *c.kept
	clear(buffer)
	*c.kept = buffer[:0]
	j.buffers.Put(c.kept)
}

func (c *capture) add(p []byte) {
	c.total += int64(len(p))
	if room := c.room(); room > 0 {
		*c.kept = append(*c.kept, p[:min(room, len(p))]...)
	}
}

func (c *capture) room() int { return cap(*c.kept) - len(*c.kept) }

// requestBody keeps the beginning of what the handler reads.
type requestBody struct {
	io.ReadCloser
	capture *capture
}

func (b *requestBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.capture.add(p[:n])
	return n, err
}

// responseWriter keeps status and the beginning of the body. Everything else is
// the wrapped writer's, through http.ResponseController.
type responseWriter struct {
	http.ResponseWriter
	capture  *capture
	status   int
	hijacked bool
}

// Unwrap serves http.ResponseController.
func (w *responseWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *responseWriter) WriteHeader(status int) {
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *responseWriter) Write(p []byte) (int, error) {
	w.begin()
	n, err := w.ResponseWriter.Write(p)
	w.capture.add(p[:n])
	return n, err
}

// ReadFrom passes a stream on with the wrapped writer's own means once the
// beginning is kept: a large download stays out of memory.
func (w *responseWriter) ReadFrom(r io.Reader) (int64, error) {
	w.begin()
	var head int64
	if room := w.capture.room(); room > 0 {
		n, err := io.CopyN(writerOnly{w}, r, int64(room))
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return n, err
		}
		head = n
	}
	n, err := io.Copy(w.ResponseWriter, r)
	w.capture.total += n
	return head + n, err
}

// writerOnly hides ReadFrom, which io.Copy would call again.
type writerOnly struct{ io.Writer }

// Hijack serves http.ResponseController: the connection is the handler's from then on.
func (w *responseWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.hijacked = err == nil
	return conn, buffered, err
}

func (w *responseWriter) begin() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}

// FlushError sends what was written; it serves http.ResponseController.
func (w *responseWriter) FlushError() error {
	w.begin()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Flush implements http.Flusher.
func (w *responseWriter) Flush() { _ = w.FlushError() }

// body fills in what is kept of a body.
func (r *redactor) body(m *Message, c *capture, contentType string, encoded bool) {
	m.Bytes = c.total
	kept := *c.kept
	m.Cut = c.total > int64(len(kept))
	if m.Cut {
		kept = wholeRunes(kept)
	}
	if len(kept) == 0 {
		return
	}
	if encoded || !utf8.Valid(kept) || bytes.IndexByte(kept, 0) >= 0 {
		m.Binary = true
		return
	}
	m.Body = r.document(string(kept), contentType, m.Cut)
}

// wholeRunes leaves out a character that the cut went through.
func wholeRunes(text []byte) []byte {
	for i := 1; i <= min(utf8.UTFMax, len(text)); i++ {
		if start := len(text) - i; utf8.RuneStart(text[start]) {
			if !utf8.FullRune(text[start:]) {
				return text[:start]
			}
			break
		}
	}
	return text
}

// note redacts what the services quoted of the request.
func (r *redactor) note(n *diagnosis.Note) {
	n.App, n.User, n.Cause.Text = r.text(n.App), r.text(n.User), r.text(n.Cause.Text)
	for name, fact := range n.Cause.Facts {
		switch fact := fact.(type) {
		case string:
			n.Cause.Facts[name] = r.text(fact)
		case []string:
			quoted := make([]string, len(fact))
			for i, text := range fact {
				quoted[i] = r.text(text)
			}
			n.Cause.Facts[name] = quoted
		}
	}
}
