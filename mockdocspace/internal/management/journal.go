package management

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/journal"
)

// defaultPage is how many exchanges a reader gets who doesn't say.
const defaultPage = 100

func (s *server) journalRoutes(api huma.API) {
	register(s, api, http.MethodGet, "journal", "read-journal", "Recorded exchanges, oldest first, secrets replaced", s.readJournal)
	register(s, api, http.MethodGet, "journal/next", "wait-journal", "Wait for an exchange; 204 when none came in time", s.waitJournal)
	s.journalStream(api)
	register(s, api, http.MethodGet, "journal/har", "export-journal", "Recorded exchanges as an HTTP archive (HAR 1.2), secrets replaced", s.exportJournal)
	register(s, api, http.MethodDelete, "journal", "clear-journal", "Forget what was recorded",
		func(context.Context, *none) (*none, error) {
			s.Journal.Clear()
			return nil, nil
		})
	register(s, api, http.MethodPut, "journal/recording", "set-recording", "Switch recording on or off",
		func(_ context.Context, in *struct{ Body control.RecordingRequest }) (*none, error) {
			s.Journal.SetEnabled(in.Body.Recording)
			return nil, nil
		})
}

// JournalFilter is a filter as query parameters. Exported because huma reads only
// exported fields, embedded ones too.
type JournalFilter struct {
	After  uint64 `query:"after" doc:"Only exchanges with a greater number."`
	Method string `query:"method"`
	Path   string `query:"path" doc:"The whole path; a * at its end stands for anything." example:"/oauth2/*"`
	Status int    `query:"status"`
	App    string `query:"app" doc:"client_id of the app concerned."`
	Fault  string `query:"fault" doc:"Name of a fault that was in force."`
	Text   string `query:"text" doc:"Occurs in the URL or in a body."`
}

// JournalQuery is a filter and how many exchanges are wanted.
type JournalQuery struct {
	JournalFilter
	Limit int `query:"limit" minimum:"0" doc:"The newest ones; default 100."`
}

func (q JournalFilter) filter() journal.Filter {
	return journal.Filter{After: q.After, Method: q.Method, Path: q.Path, Status: q.Status, App: q.App, Fault: q.Fault, Text: q.Text}
}

func (s *server) readJournal(_ context.Context, in *JournalQuery) (*answer[control.JournalPage], error) {
	limit := in.Limit
	if limit == 0 {
		limit = defaultPage
	}
	page := s.Journal.Read(in.filter(), limit)
	out := control.JournalPage{Exchanges: make([]control.Exchange, len(page.Exchanges)), Last: page.Last, Dropped: page.Dropped, Recording: s.Journal.Enabled()}
	for i, x := range page.Exchanges {
		out.Exchanges[i] = s.exchangeOf(x)
	}
	return &answer[control.JournalPage]{out}, nil
}

// waited is 200 with an exchange, or 204.
type waited struct {
	Status int
	Body   control.Exchange
}

func (s *server) waitJournal(ctx context.Context, in *struct {
	JournalQuery
	Timeout string `query:"timeout" default:"10s" doc:"How long to wait, as a Go duration; at most 1m."`
},
) (*waited, error) {
	timeout, err := time.ParseDuration(in.Timeout)
	if err != nil || timeout < 0 || timeout > time.Minute {
		return nil, invalid("query.timeout", in.Timeout, "is no duration between 0s and 1m: write it like 10s, and ask again for longer waits")
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	x, err := s.Journal.Wait(ctx, in.filter())
	if err != nil { // the time is over, or the client has gone
		return &waited{Status: http.StatusNoContent}, nil
	}
	return &waited{Status: http.StatusOK, Body: s.exchangeOf(x)}, nil
}

func (s *server) exchangeOf(x *journal.Exchange) control.Exchange {
	out := control.Exchange{
		Seq: x.Seq, At: x.At, Milliseconds: float64(x.Duration.Microseconds()) / 1000, Remote: x.Remote, Method: x.Method, Host: x.Host,
		URL: x.URL, Proto: x.Proto, Status: x.Status, Aborted: x.Aborted, App: x.Note.App, User: x.Note.User, Faults: x.Note.Faults,
		Request: messageOf(x.Request), Response: messageOf(x.Response),
	}
	for _, t := range s.Journal.Tokens(x) {
		out.Tokens = append(out.Tokens, control.Token{Mark: t.Mark, Header: t.Header, Claims: t.Claims})
	}
	if c := x.Note.Cause; c.Kind != "" {
		out.Cause = &control.Cause{Kind: c.Kind, Text: c.Text, Facts: c.Facts}
	}
	return out
}

func messageOf(m journal.Message) control.Message {
	return control.Message{Header: m.Header(), Body: m.Body, Bytes: m.Bytes, Cut: m.Cut, Binary: m.Binary}
}
