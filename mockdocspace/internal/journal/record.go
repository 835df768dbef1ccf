package journal

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

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
	x := &Exchange{At: j.config.Clock.Now(), Remote: r.RemoteAddr, Secure: r.TLS != nil}
	p := j.paper()
	defer j.release(p)
	// Now, since the portal's router adds headers of its own to the request.
	proto := p.add(append(p.text, r.Proto...))
	method := p.add(j.redact.text(p.text, r.Method))
	host := p.add(j.redact.text(p.text, r.Host))
	address := p.add(j.redact.url(p.text, requestURI(r)))
	requestHeader := p.header(j.redact, r.Header)
	contentType, encoded := bodyType(r.Header)
	var recording struct { // together, for one allocation
		body   requestBody
		writer responseWriter
	}
	if r.Body != nil && r.Body != http.NoBody {
		recording.body = requestBody{ReadCloser: r.Body, capture: &p.request}
		r.Body = &recording.body
	}
	recording.writer = responseWriter{ResponseWriter: w, capture: &p.response}
	recorder := &recording.writer
	defer func() {
		panicked := recover()
		x.Duration = time.Since(started)
		x.Status, x.Aborted = recorder.status, panicked != nil
		if x.Status == 0 && panicked == nil {
			x.Status = http.StatusOK // net/http sends it for a handler that wrote nothing
		}
		if recorder.hijacked {
			x.Status = 0
		}
		responseHeader := p.header(j.redact, w.Header())
		// The request first: what it makes known is recognised in the response.
		request := p.document(j.redact, &x.Request, &p.request, contentType, encoded)
		contentType, encoded = bodyType(w.Header())
		response := p.document(j.redact, &x.Response, &p.response, contentType, encoded)
		app := p.add(j.redact.text(p.text, x.Note.App))
		user := p.add(j.redact.text(p.text, x.Note.User))
		cause := p.add(j.redact.text(p.text, x.Note.Cause.Text))
		j.redact.facts(x.Note.Cause.Facts)
		text := string(p.text)
		x.Proto, x.Method, x.Host, x.URL = proto.of(text), method.of(text), host.of(text), address.of(text)
		x.Request.header, x.Request.Body = requestHeader.of(text), request.of(text)
		x.Response.header, x.Response.Body = responseHeader.of(text), response.of(text)
		x.Note.App, x.Note.User, x.Note.Cause.Text = app.of(text), user.of(text), cause.of(text)
		j.write(x)
		if panicked != nil {
			panic(panicked)
		}
	}()
	next.ServeHTTP(recorder, r.WithContext(diagnosis.Into(r.Context(), &x.Note)))
}

// bodyType is what headers say about their body.
func bodyType(h http.Header) (contentType string, encoded bool) {
	if types := h["Content-Type"]; len(types) > 0 {
		contentType = types[0]
	}
	encodings := h["Content-Encoding"]
	return contentType, len(encodings) > 0 && encodings[0] != ""
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
	kept  []byte
	total int64
}

func (c *capture) add(p []byte) {
	c.total += int64(len(p))
	if room := c.room(); room > 0 {
		c.kept = append(c.kept, p[:min(room, len(p))]...)
	}
}

func (c *capture) room() int { return cap(c.kept) - len(c.kept) }

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

// facts redacts what the services quoted of the request.
func (r *redactor) facts(facts map[string]any) {
	for name, fact := range facts {
		switch fact := fact.(type) {
		case string:
			facts[name] = r.redacted(fact)
		case []string:
			quoted := make([]string, len(fact))
			for i, text := range fact {
				quoted[i] = r.redacted(text)
			}
			facts[name] = quoted
		}
	}
}

// redacted is a text of its own without secrets.
func (r *redactor) redacted(text string) string { return string(r.text(nil, text)) }
