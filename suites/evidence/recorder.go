package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Recorder is a RoundTripper that keeps the exchanges of one check. Safe for
// concurrent use.
type Recorder struct {
	base     http.RoundTripper
	redactor *Redactor
	foreign  bool

	mu        sync.Mutex
	exchanges []Exchange
	pages     []Page
	dropped   int
	broken    error
	note      string
}

// exchangeLimit bounds what one check keeps; races and loops stay readable.
const exchangeLimit = 200

// NewRecorder records what goes through base.
func NewRecorder(base http.RoundTripper, redactor *Redactor) *Recorder {
	return &Recorder{base: base, redactor: redactor}
}

// Foreign says that the other side is an OAuth server that is no portal: its paths do
// not tell who asks what of it. Before the first request.
func (r *Recorder) Foreign() { r.foreign = true }

// Note names the step that the following exchanges belong to and returns the
// name of the one before.
func (r *Recorder) Note(step string) (before string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, r.note = r.note, step
	return before
}

// Exchanges returns what was recorded so far in the order in which it was sent, and
// how many exchanges were left out.
func (r *Recorder) Exchanges() (recorded []Exchange, dropped int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	recorded = slices.Clone(r.exchanges)
	slices.SortStableFunc(recorded, func(a, b Exchange) int { return a.At.Compare(b.At) })
	return recorded, r.dropped
}

// Broken is the last failure to get any answer at all, or nil: refused, reset or
// cut connections and time-outs.
func (r *Recorder) Broken() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.broken
}

// RoundTrip implements http.RoundTripper. Up to peekLimit bytes of each body are
// read ahead; the caller still gets all of it.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	began := time.Now()
	sent, err := peekRequest(req)
	if err != nil {
		return nil, fmt.Errorf("read request body: %w", err)
	}
	resp, err := r.base.RoundTrip(req)
	var received string
	if err == nil {
		received, err = peekResponse(resp)
	}
	r.keep(req, sent, resp, received, err, began)
	if err != nil {
		if resp != nil {
			resp.Body.Close()
		}
		return nil, err
	}
	return resp, nil
}

func (r *Recorder) keep(req *http.Request, sent string, resp *http.Response, received string, err error, began time.Time) {
	r.redactor.learnURL(req.URL.String())
	r.redactor.learnHeader(req.Header)
	r.redactor.learnBody(req.Header.Get("Content-Type"), sent)
	x := Exchange{
		Actor: actor(req), Peer: peer(req.URL.Path), At: began.UTC(),
		DurationMS: float64(time.Since(began).Microseconds()/100) / 10,
		Method:     req.Method,
	}
	if r.foreign {
		x.Actor, x.Peer = "app", "authorization server"
		if strings.Contains(req.Header.Get("Accept"), "text/html") {
			x.Actor = "browser"
		}
	}
	if resp != nil {
		r.redactor.learnHeader(resp.Header)
		r.redactor.learnBody(resp.Header.Get("Content-Type"), received)
		x.Status = resp.StatusCode
		x.ResponseHeader = r.headers(resp.Header)
		x.ResponseBody = r.shown(received)
	}
	x.URL = r.line(req.URL.String())
	x.RequestHeader = r.headers(req.Header)
	x.RequestBody = r.shown(sent)
	if err != nil {
		x.Error = r.redactor.Text(err.Error())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	x.Note = r.note
	// A check's own cancellation says nothing about the portal.
	if err != nil && !errors.Is(err, context.Canceled) {
		r.broken = err
	}
	if len(r.exchanges) == exchangeLimit {
		r.dropped++
		return
	}
	r.exchanges = append(r.exchanges, x)
}

// AddBrowser keeps an exchange that a browser made, of which no more is known than
// this. location is where the answer sent it, failure why there was no answer.
func (r *Recorder) AddBrowser(at time.Time, method, address string, status int, location, failure string) {
	r.redactor.learnURL(address)
	r.redactor.learnURL(location)
	x := Exchange{
		Actor: "browser", At: at.UTC(), Method: method, URL: r.line(address), Status: status,
		Error: r.redactor.Text(failure), Peer: "portal",
	}
	if u, err := url.Parse(address); err == nil {
		x.Peer = peer(u.Path)
	}
	if location != "" {
		x.ResponseHeader = []Header{{"Location", r.line(location)}}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	x.Note = r.note
	if len(r.exchanges) == exchangeLimit {
		r.dropped++
		return
	}
	r.exchanges = append(r.exchanges, x)
}

func (r *Recorder) headers(h http.Header) []Header {
	var list []Header
	for name, values := range h {
		for _, v := range values {
			list = append(list, Header{name, r.line(strings.ToValidUTF8(v, "�"))})
		}
	}
	slices.SortStableFunc(list, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// lineLimit is how much of an address or a header is kept, in characters.
const lineLimit = 2000

// line is an address or a header's value without secrets, cut.
func (r *Recorder) line(text string) string { return Cut(r.redactor.Text(text), lineLimit) }

// shown makes a body printable, without secrets, and cuts it: in this order, because
// a cut secret would not be recognised.
func (r *Recorder) shown(body string) string {
	whole := len(body) <= peekLimit
	body = strings.ToValidUTF8(body, "�")
	body = strings.ReplaceAll(body, "\x00", "␀")
	for _, m := range imageData.FindAllStringSubmatch(body, -1) {
		r.redactor.Learn("image", m[1])
	}
	body = r.redactor.Text(body)
	if whole && len(body) <= BodyLimit {
		return body
	}
	head := body[:min(len(body), BodyLimit)]
	if open := strings.LastIndex(head, "‹"); open > strings.LastIndex(head, "›") {
		head = head[:open]
	}
	return strings.ToValidUTF8(head, "") + "\n… (cut)"
}

// imageData is the data URL of a picture: bulk that tells nothing. As it becomes a
// mark, equal pictures stay recognisable.
var imageData = regexp.MustCompile(`data:image/[a-z+.-]+;base64,([A-Za-z0-9+/=]{40,})`)

// peekLimit is how much of a body is read ahead, in bytes: secrets are learnt from a
// JSON document only if it is there as a whole.
const peekLimit = 256 << 10

func peekRequest(req *http.Request) (string, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return "", nil
	}
	head, rest, err := peek(req.Body)
	req.Body = rest
	return head, err
}

func peekResponse(resp *http.Response) (string, error) {
	head, rest, err := peek(resp.Body)
	resp.Body = rest
	return head, err
}

func peek(body io.ReadCloser) (string, io.ReadCloser, error) {
	head, err := io.ReadAll(io.LimitReader(body, peekLimit+1))
	rest := struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), body), body}
	return string(head), rest, err
}

// peer names who answers a path, by the portal's routing (docs/portal/identity.md §1.2).
func peer(path string) string {
	switch {
	case strings.Contains(path, "/clients"), strings.HasSuffix(path, "/scopes"):
		return "registration"
	case strings.HasPrefix(path, "/oauth2"), strings.HasPrefix(path, "/.well-known"), strings.HasPrefix(path, "/api/2.0/oauth2"):
		return "authorization server"
	case strings.HasPrefix(path, "/api/"):
		return "API"
	}
	return "portal"
}

// actor names who would send such a request in a real flow.
func actor(req *http.Request) string {
	path := req.URL.Path
	switch {
	case strings.Contains(path, "/authorize"), strings.Contains(path, "/consent"), strings.HasPrefix(path, "/login"):
		return "browser"
	case strings.Contains(path, "/clients"), strings.HasPrefix(path, "/api/2.0/authentication"), strings.HasPrefix(path, "/api/2.0/security"):
		return "user"
	}
	return "app"
}
