package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
)

// JournalEvent is one event of the journal's stream: an exchange, or a gap.
type JournalEvent struct {
	Exchange *Exchange // nil for a gap
	Dropped  *Dropped  // nil for an exchange
}

// Dropped says that exchanges went before this follower got them, because the
// journal is bounded or was cleared.
type Dropped struct {
	From uint64 `json:"from" doc:"Number of the first one."`
	To   uint64 `json:"to" doc:"Number of the last one."`
}

// Following is the first event of the journal's stream.
type Following struct {
	Last uint64 `json:"last" doc:"Number of the newest exchange there is."`
}

// errEnded says that a stream ended after it had begun.
var errEnded = errors.New("the stream has ended")

// Follow yields the exchanges that the filter selects, those that are there already
// and then those that come, until ctx ends or the loop is left. Where the connection
// broke it goes on behind the last event; an error is the last thing it yields, when
// the mock cannot be reached any more. The filter's limit does not count.
func (c *Client) Follow(ctx context.Context, f JournalFilter) iter.Seq2[JournalEvent, error] {
	f.Limit = 0
	return func(yield func(JournalEvent, error) bool) {
		seen, going := "", true
		for going {
			err := c.stream(ctx, "journal/events?"+f.values().Encode(), &seen, func(name string, data []byte) error {
				var e JournalEvent
				var err error
				switch name {
				case "exchange":
					err = json.Unmarshal(data, &e.Exchange)
				case "dropped":
					err = json.Unmarshal(data, &e.Dropped)
				default:
					return nil
				}
				if err != nil {
					return fmt.Errorf("control API: event %s: %w", name, err)
				}
				if going = yield(e, nil); !going {
					return errEnded
				}
				return nil
			})
			switch {
			case ctx.Err() != nil:
				return
			case err != nil && !errors.Is(err, errEnded):
				going = going && yield(JournalEvent{}, err) && false
			}
		}
	}
}

// stream reads server-sent events (HTML Standard §9.2.6) and hands each to take. It
// keeps the id of the last one in seen. errEnded says that the connection ended.
func (c *Client) stream(ctx context.Context, path string, seen *string, take func(name string, data []byte) error) error {
	header := http.Header{"Accept": {"text/event-stream"}}
	if *seen != "" {
		header.Set("Last-Event-ID", *seen)
	}
	response, err := c.open(ctx, http.MethodGet, path, header, nil)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	lines := bufio.NewReader(response.Body)
	name, id, data, begun := "", "", []byte(nil), false
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			if begun {
				return errEnded
			}
			return fmt.Errorf("control API: %s ended before its first event: %w", response.Request.URL, err)
		}
		field, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case field == "event":
			name = value
		case field == "data":
			data = append(data, value...)
		case field == "id":
			id = value
		case line == "\n" && data != nil:
			if _, err := strconv.ParseUint(id, 10, 64); err == nil {
				*seen = id
			}
			if err := take(name, data); err != nil {
				return err
			}
			name, data, begun = "", nil, true
		}
	}
}
