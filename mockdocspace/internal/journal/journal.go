// Package journal records every exchange with the portal, so that a developer
// sees what an app sent and what came back.
//
// Secrets are replaced when an exchange is written down: nothing that
// authenticates anybody outlives its request in clear (see redaction.go). Memory
// stays flat: a ring bounded by count and bytes, bodies cut at a limit.
package journal

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/diagnosis"
)

// Defaults of Config.
const (
	DefaultMaxExchanges = 2000
	DefaultMaxBytes     = 16 << 20
	DefaultMaxBody      = 16 << 10
)

// Config says how much a journal keeps. Only Clock is required.
type Config struct {
	Clock        *clock.Clock
	MaxExchanges int // exchanges in the ring
	MaxBytes     int // bytes of all exchanges in the ring, as far as they can be counted
	MaxBody      int // bytes kept of each body
}

// Exchange is one request and its response, secrets replaced. It is never
// changed once it is written.
type Exchange struct {
	Seq      uint64    // 1 for the first exchange ever, in order of completion
	At       time.Time // portal's time when the request came in
	Duration time.Duration
	Remote   string // address of the client
	Secure   bool   // over TLS
	Method   string
	Host     string
	URL      string // path and query as sent
	Proto    string
	Status   int  // 0: the connection was taken over or cut before a status was sent
	Aborted  bool // the response was cut on purpose
	Request  Message
	Response Message
	// Note is what the services knew about it.
	Note diagnosis.Note

	bytes int // roughly, in memory
}

// Message is one half of an exchange.
type Message struct {
	header string // lines of name, colon and value; see Header
	Body   string
	Bytes  int64 // length of the whole body, as far as it was read or written
	// Cut says that Body is only the beginning.
	Cut bool
	// Binary says that Body is left out because it is no text.
	Binary bool
}

// Header returns the message's headers, for the caller to keep. They are kept as one
// text, because a full ring is thousands of them that nobody may ever look at: a map or
// a list of each would be ten times the work for the collector.
func (m Message) Header() http.Header {
	h := http.Header{}
	for line := range strings.Lines(m.header) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		h[name] = append(h[name], value)
	}
	return h
}

// Journal is the ring. It is safe for concurrent use.
type Journal struct {
	config Config
	off    atomic.Bool
	redact *redactor
	papers sync.Pool

	mu      sync.Mutex
	ring    []*Exchange // oldest first
	bytes   int
	next    uint64
	dropped uint64
	changed chan struct{} // closed and replaced at each write while somebody waits
	ended   chan struct{} // closed by End
}

// New returns an empty journal that is on.
func New(c Config) *Journal {
	if c.Clock == nil {
		c.Clock = clock.New()
	}
	for _, limit := range []struct {
		field *int
		value int
	}{{&c.MaxExchanges, DefaultMaxExchanges}, {&c.MaxBytes, DefaultMaxBytes}, {&c.MaxBody, DefaultMaxBody}} {
		if *limit.field <= 0 {
			*limit.field = limit.value
		}
	}
	j := &Journal{config: c, redact: newRedactor(), next: 1, ended: make(chan struct{})}
	j.papers.New = func() any {
		return &paper{request: capture{kept: make([]byte, 0, c.MaxBody)}, response: capture{kept: make([]byte, 0, c.MaxBody)}}
	}
	return j
}

// SetEnabled switches recording on or off. What was recorded stays.
func (j *Journal) SetEnabled(on bool) { j.off.Store(!on) }

// Enabled reports whether exchanges are recorded.
func (j *Journal) Enabled() bool { return !j.off.Load() }

// Clear forgets all exchanges. Sequence numbers go on, so that a reader who has
// seen number n misses nothing that follows.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ring, j.bytes, j.dropped = nil, 0, 0
	j.redact.forget()
}

// write gives the exchange its number and adds it to the ring.
func (j *Journal) write(x *Exchange) {
	x.bytes = x.size()
	j.mu.Lock()
	defer j.mu.Unlock()
	x.Seq = j.next
	j.next++
	j.ring = append(j.ring, x)
	j.bytes += x.bytes
	for len(j.ring) > j.config.MaxExchanges || (j.bytes > j.config.MaxBytes && len(j.ring) > 1) {
		j.bytes -= j.ring[0].bytes
		j.ring[0] = nil
		j.ring = j.ring[1:]
		j.dropped++
	}
	if j.changed != nil {
		close(j.changed)
		j.changed = nil
	}
}

// size is roughly what an exchange takes in memory.
func (x *Exchange) size() int {
	const fixed = 500 // the struct and its note
	return fixed + len(x.URL) + len(x.Request.header) + len(x.Request.Body) + len(x.Response.header) + len(x.Response.Body) + len(x.Note.Cause.Text)
}

// Filter selects exchanges. The zero value selects all.
type Filter struct {
	After  uint64 // only later ones
	Method string // any letter case
	Path   string // the whole path; a * at its end stands for anything
	Status int
	App    string // client id, any letter case
	Fault  string // one that was in force
	Text   string // occurs in the URL or in a body
}

// Matches reports whether the filter selects x.
func (f Filter) Matches(x *Exchange) bool {
	if x.Seq <= f.After || (f.Method != "" && !strings.EqualFold(f.Method, x.Method)) || (f.Status != 0 && f.Status != x.Status) {
		return false
	}
	if f.Path != "" {
		path, _, _ := strings.Cut(x.URL, "?")
		if prefix, open := strings.CutSuffix(f.Path, "*"); open && !strings.HasPrefix(path, prefix) || !open && path != f.Path {
			return false
		}
	}
	if f.App != "" && !strings.EqualFold(f.App, x.Note.App) || f.Fault != "" && !slices.Contains(x.Note.Faults, f.Fault) {
		return false
	}
	return f.Text == "" || strings.Contains(x.URL, f.Text) || strings.Contains(x.Request.Body, f.Text) || strings.Contains(x.Response.Body, f.Text)
}

// Last is the number of the newest exchange written; 0 when there was none.
func (j *Journal) Last() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.next - 1
}

// Page is an answer of Read.
type Page struct {
	Exchanges []*Exchange // oldest first; to be read only
	First     uint64      // number of the oldest exchange kept, whether selected or not; Last+1 when none is
	Last      uint64      // number of the newest exchange written; pass it as After to go on
	Dropped   uint64      // exchanges that the bounds pushed out since the last Clear
}

// Read returns the newest exchanges that the filter selects, at most limit of
// them unless that is 0, oldest first.
func (j *Journal) Read(f Filter, limit int) Page {
	j.mu.Lock()
	page := Page{Exchanges: []*Exchange{}, First: j.next, Last: j.next - 1, Dropped: j.dropped}
	if len(j.ring) > 0 {
		page.First = j.ring[0].Seq
	}
	// Numbers have no gaps in the ring, so what was seen need not be looked at.
	unseen := j.ring[min(uint64(len(j.ring)), max(page.First, f.After+1)-page.First):]
	exchanges := make([]*Exchange, len(unseen))
	copy(exchanges, unseen)
	j.mu.Unlock()
	for _, x := range exchanges {
		if f.Matches(x) {
			page.Exchanges = append(page.Exchanges, x)
		}
	}
	if limit > 0 && len(page.Exchanges) > limit {
		page.Exchanges = page.Exchanges[len(page.Exchanges)-limit:]
	}
	return page
}

// ErrEnded says that the journal's portal has stopped.
var ErrEnded = errors.New("the portal has stopped")

// End wakes up all who wait; from now on nobody waits.
func (j *Journal) End() {
	j.mu.Lock()
	defer j.mu.Unlock()
	select {
	case <-j.ended:
	default:
		close(j.ended)
	}
}

// Await returns when an exchange with a greater number than after has been
// written. The error is the context's, or ErrEnded.
func (j *Journal) Await(ctx context.Context, after uint64) error {
	j.mu.Lock()
	if j.next-1 > after {
		j.mu.Unlock()
		return nil
	}
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	changed := j.changed
	j.mu.Unlock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-j.ended:
		return ErrEnded
	}
}

// Wait returns the first exchange that the filter selects, at once when it is
// there already, else when it is written. The error is that of Await.
func (j *Journal) Wait(ctx context.Context, f Filter) (*Exchange, error) {
	for {
		page := j.Read(f, 0)
		if len(page.Exchanges) > 0 {
			return page.Exchanges[0], nil
		}
		f.After = max(f.After, page.Last)
		if err := j.Await(ctx, f.After); err != nil {
			return nil, err
		}
	}
}
