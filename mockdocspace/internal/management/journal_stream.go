package management

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/sse"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/journal"
)

// journalStream is the journal as server-sent events (HTML Standard §9.2). It begins
// with what is there after the number given, and ends with the portal.
func (s *server) journalStream(api huma.API) {
	sse.Register(api, huma.Operation{
		OperationID: "follow-journal", Method: http.MethodGet, Path: "/mock/journal/events", Tags: []string{"journal"},
		Summary: "Recorded exchanges as they happen, as server-sent events",
		Description: "First an event `following`, then an event `exchange` for each one that the filter selects, oldest first, " +
			"with its number as the event's id, and an event `dropped` where exchanges went before this follower got them.",
	}, map[string]any{
		"following": control.Following{}, "exchange": control.Exchange{}, "dropped": control.Dropped{},
	}, func(ctx context.Context, in *streamInput, send sse.Sender) {
		filter := in.filter()
		if seen, err := strconv.ParseUint(in.LastEventID, 10, 63); err == nil {
			filter.After = seen
		}
		if filter.After > s.Journal.Last() {
			filter.After = 0 // the number is of an earlier run
		}
		s.follow(ctx, filter, send)
	})
}

// streamInput is what a follower asks for.
type streamInput struct {
	JournalFilter
	LastEventID string `header:"Last-Event-ID" doc:"Number of the last event seen, as browsers send it when they come back; wins over after."`
}

func (s *server) follow(ctx context.Context, f journal.Filter, send sse.Sender) {
	if send.Data(control.Following{Last: s.Journal.Last()}) != nil {
		return
	}
	for {
		page := s.Journal.Read(f, 0)
		if page.First > f.After+1 && f.After < page.Last {
			gap := control.Dropped{From: f.After + 1, To: page.First - 1}
			if send(sse.Message{ID: int(gap.To), Data: gap}) != nil {
				return
			}
		}
		for _, x := range page.Exchanges {
			if send(sse.Message{ID: int(x.Seq), Data: s.exchangeOf(x)}) != nil {
				return
			}
		}
		f.After = max(f.After, page.Last)
		if s.Journal.Await(ctx, f.After) != nil {
			return
		}
	}
}
