package control

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Exchange is one request to the portal and its response. Secrets are replaced by
// marks like ‹code-1›; equal values have equal marks.
type Exchange struct {
	Seq          uint64    `json:"seq" doc:"1 for the first one ever, in order of completion."`
	At           time.Time `json:"at" doc:"Portal's time when the request came in."`
	Milliseconds float64   `json:"milliseconds" doc:"Real time until the handler was done."`
	Remote       string    `json:"remote" doc:"Address of the client."`
	Method       string    `json:"method"`
	Host         string    `json:"host"`
	URL          string    `json:"url" doc:"Path and query."`
	Proto        string    `json:"proto"`
	Status       int       `json:"status" doc:"0: none was sent."`
	Aborted      bool      `json:"aborted,omitempty" doc:"The response was cut on purpose."`
	App          string    `json:"app,omitempty" doc:"client_id of the app that it concerns, as far as the portal could tell."`
	User         string    `json:"user,omitempty" doc:"Id of the user that it concerns."`
	Faults       []string  `json:"faults,omitempty" doc:"Faults that were in force."`
	Cause        *Cause    `json:"cause,omitempty" doc:"Why the portal refused; it is not told to the client."`
	Tokens       []Token   `json:"tokens,omitempty" doc:"JWTs that it holds, decoded."`
	Request      Message   `json:"request"`
	Response     Message   `json:"response"`
}

// Token is a JWT, decoded, without the signature that would make it usable.
type Token struct {
	Mark   string          `json:"mark" doc:"What stands in its place." example:"‹token-1›"`
	Header json.RawMessage `json:"header"`
	Claims json.RawMessage `json:"claims"`
}

// Cause is why the portal refused a request, from where it was decided.
type Cause struct {
	Kind  string         `json:"kind" doc:"Short and stable." example:"code.used"`
	Text  string         `json:"text" doc:"For people." example:"the code was already used 12 s ago"`
	Facts map[string]any `json:"facts,omitempty" doc:"What the text is made of."`
}

// Message is one half of an exchange.
type Message struct {
	Header map[string][]string `json:"header"`
	Body   string              `json:"body,omitempty"`
	Bytes  int64               `json:"bytes" doc:"Length of the whole body."`
	Cut    bool                `json:"cut,omitempty" doc:"Only the beginning of the body is there."`
	Binary bool                `json:"binary,omitempty" doc:"The body is left out because it is no text."`
}

// JournalPage is a part of the journal.
type JournalPage struct {
	Exchanges []Exchange `json:"exchanges" doc:"Oldest first."`
	Last      uint64     `json:"last" doc:"Number of the newest exchange there is; ask for those after it to go on."`
	Dropped   uint64     `json:"dropped" doc:"Exchanges that the journal's bounds pushed out since it was cleared."`
	Recording bool       `json:"recording"`
}

// JournalFilter selects exchanges; the zero value selects all.
type JournalFilter struct {
	After  uint64 // only those with a greater number
	Method string
	Path   string // whole path; a * at its end stands for anything
	Status int
	App    string // client_id
	Fault  string // name of one that was in force
	Text   string // occurs in the URL or in a body; mind that secrets are replaced
	Limit  int    // the newest ones; 0: 100
}

func (f JournalFilter) values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" && value != "0" {
			v.Set(name, value)
		}
	}
	set("after", strconv.FormatUint(f.After, 10))
	set("method", f.Method)
	set("path", f.Path)
	set("status", strconv.Itoa(f.Status))
	set("app", f.App)
	set("fault", f.Fault)
	set("text", f.Text)
	set("limit", strconv.Itoa(f.Limit))
	return v
}

// RecordingRequest switches the journal on or off.
type RecordingRequest struct {
	Recording bool `json:"recording"`
}

// Journal reads what was recorded.
func (c *Client) Journal(ctx context.Context, f JournalFilter) (JournalPage, error) {
	return get[JournalPage](ctx, c, "journal?"+f.values().Encode())
}

// waitSlice is how long one request of WaitJournal may take; longer waits ask again.
const waitSlice = 20 * time.Second

// WaitJournal returns the first exchange that the filter selects, and waits for
// it until ctx ends.
func (c *Client) WaitJournal(ctx context.Context, f JournalFilter) (Exchange, error) {
	for {
		query := f.values()
		query.Set("timeout", waitSlice.String())
		var x Exchange
		err := c.call(ctx, http.MethodGet, "journal/next?"+query.Encode(), nil, &x)
		if err != nil || x.Seq != 0 {
			return x, err
		}
	}
}

// ClearJournal forgets what was recorded. Numbers go on.
func (c *Client) ClearJournal(ctx context.Context) error {
	return c.call(ctx, http.MethodDelete, "journal", nil, nil)
}

// SetRecording switches the journal on or off.
func (c *Client) SetRecording(ctx context.Context, on bool) error {
	return c.call(ctx, http.MethodPut, "journal/recording", RecordingRequest{Recording: on}, nil)
}
