package browser

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
)

// maxExchanges bounds what is kept of one profile's traffic; the oldest goes first.
const maxExchanges = 500

// Exchange is one request of a document or of a page's script, and its answer. A
// redirect is an exchange of its own.
type Exchange struct {
	At       time.Time // when it was sent
	Document bool      // loads a page; else made by a script
	Method   string
	URL      string
	Status   int    // 0 while there is no answer
	Location string // Location, else X-Redirect-URI of the answer
	Failure  string // network error, Chromium's words
	id       network.RequestID
}

// String is the exchange without secrets.
func (e Exchange) String() string {
	text := e.Method + " " + redacted(e.URL)
	switch {
	case e.Failure != "":
		text += " failed: " + e.Failure
	case e.Status != 0:
		text += fmt.Sprintf(" %d", e.Status)
	default:
		text += " without an answer"
	}
	if e.Location != "" {
		text += " to " + redacted(e.Location)
	}
	return text
}

// recorder keeps a profile's traffic.
type recorder struct {
	mu        sync.Mutex
	exchanges []Exchange
	dropped   int // how many are gone from the front
	console   []string
}

func newRecorder() *recorder { return &recorder{} }

// event takes a network event; it says whether anybody should look at the page.
func (r *recorder) event(event any) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if line := consoleLine(event); line != "" && len(r.console) < maxConsole {
		r.console = append(r.console, line)
	}
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		if event.RedirectResponse != nil {
			r.answer(event.RequestID, event.RedirectResponse)
		}
		switch event.Type {
		case network.ResourceTypeDocument, network.ResourceTypeXHR, network.ResourceTypeFetch:
		default:
			return false
		}
		if len(r.exchanges) >= maxExchanges {
			r.exchanges = r.exchanges[1:]
			r.dropped++
		}
		r.exchanges = append(r.exchanges, Exchange{
			At: time.Now(), Document: event.Type == network.ResourceTypeDocument, Method: event.Request.Method,
			URL: event.Request.URL + event.Request.URLFragment, id: event.RequestID,
		})
	case *network.EventResponseReceived:
		r.answer(event.RequestID, event.Response)
	case *network.EventLoadingFailed:
		if e := r.find(event.RequestID); e != nil {
			e.Failure = event.ErrorText
		}
	default:
		return false
	}
	return true
}

func (r *recorder) answer(id network.RequestID, response *network.Response) {
	e := r.find(id)
	if e == nil {
		return
	}
	e.Status = int(response.Status)
	for _, wanted := range []string{"location", "x-redirect-uri"} {
		for name, value := range response.Headers {
			if text, ok := value.(string); ok && e.Location == "" && strings.EqualFold(name, wanted) {
				e.Location = text
			}
		}
	}
}

// find is the newest exchange of a request.
func (r *recorder) find(id network.RequestID) *Exchange {
	for i := len(r.exchanges) - 1; i >= 0; i-- {
		if r.exchanges[i].id == id {
			return &r.exchanges[i]
		}
	}
	return nil
}

func (r *recorder) all() []Exchange { return r.since(0) }

// mark is the position behind the newest exchange, for since.
func (r *recorder) mark() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dropped + len(r.exchanges)
}

// since are the exchanges from a mark on, as they are by now.
func (r *recorder) since(mark int) []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := min(max(0, mark-r.dropped), len(r.exchanges))
	return append([]Exchange(nil), r.exchanges[from:]...)
}

// plainParameters are the query parameters whose values may be shown.
var plainParameters = map[string]bool{
	"type": true, "client_id": true, "clientId": true, "error": true, "oauthMessageKey": true, "messageKey": true,
	"scope": true, "response_type": true, "authError": true, "prompt": true, "code_challenge_method": true,
}

// redacted is an address whose parameters keep their names but not their values,
// as codes, states, keys and e-mail addresses travel there.
func redacted(address string) string {
	head, query, ok := strings.Cut(address, "?")
	if !ok {
		head, _, _ = strings.Cut(head, "#")
		return head
	}
	query, _, _ = strings.Cut(query, "#")
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		switch {
		case err != nil:
			kept = append(kept, "…")
		case plainParameters[plain] || value == "":
			kept = append(kept, pair)
		default:
			kept = append(kept, name+"=…")
		}
	}
	return head + "?" + strings.Join(kept, "&")
}
