package management

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/journal"
)

// exportJournal is the journal in the form that browsers' developer tools and
// other programs read.
func (s *server) exportJournal(_ context.Context, in *struct {
	JournalFilter
	Limit int `query:"limit" minimum:"0" doc:"The newest ones; default all."`
},
) (*answer[control.HAR], error) {
	page := s.Journal.Read(in.filter(), in.Limit)
	archive := control.HAR{Log: control.HARLog{
		Version: "1.2", Creator: control.HARCreator{Name: "mockdocspace", Version: "1"}, Entries: []control.HAREntry{},
		Comment: "Secrets are replaced by marks like ‹code-1›; equal values have equal marks.",
	}}
	for _, x := range page.Exchanges {
		archive.Log.Entries = append(archive.Log.Entries, harEntry(x))
	}
	return &answer[control.HAR]{archive}, nil
}

func harEntry(x *journal.Exchange) control.HAREntry {
	taken := float64(x.Duration.Microseconds()) / 1000
	e := control.HAREntry{
		StartedDateTime: x.At.Format("2006-01-02T15:04:05.000Z07:00"), Time: taken,
		Request: control.HARRequest{
			Method: x.Method, URL: absolute(x), HTTPVersion: x.Proto, Cookies: requestCookies(x), Headers: harHeaders(x.Request.Header()),
			QueryString: harQuery(x.URL), HeadersSize: -1, BodySize: x.Request.Bytes,
		},
		Response: control.HARResponse{
			Status: x.Status, StatusText: http.StatusText(x.Status), HTTPVersion: x.Proto, Cookies: responseCookies(x), Headers: harHeaders(x.Response.Header()),
			Content: control.HARContent{
				Size: x.Response.Bytes, MimeType: x.Response.Header().Get("Content-Type"), Text: x.Response.Body, Comment: left(x.Response),
			},
			RedirectURL: x.Response.Header().Get("Location"), HeadersSize: -1, BodySize: x.Response.Bytes,
		},
		// How the time divides is not known here: it counts as waiting.
		Timings: control.HARTimings{Wait: taken},
		Comment: x.Note.Cause.Text, Sequence: x.Seq, App: x.Note.App, Faults: x.Note.Faults,
	}
	if e.Comment == "" && x.Aborted {
		e.Comment = "the response was cut on purpose"
	}
	if x.Request.Bytes > 0 {
		e.Request.PostData = harForm(x)
	}
	return e
}

// left says what of a body is not there.
func left(m journal.Message) string {
	switch {
	case m.Binary:
		return "left out because it is no text"
	case m.Cut:
		return fmt.Sprintf("the beginning of %d bytes", m.Bytes)
	}
	return ""
}

// absolute is the address as the client would write it.
func absolute(x *journal.Exchange) string {
	scheme := "http"
	if x.Secure {
		scheme = "https"
	}
	return scheme + "://" + x.Host + x.URL
}

// harForm is a request body: the fields of a form, else text.
func harForm(x *journal.Exchange) *control.HARPostData {
	data := &control.HARPostData{
		MimeType: x.Request.Header().Get("Content-Type"), Text: x.Request.Body, Comment: left(x.Request), Params: []control.HARPair{},
	}
	if media, _, _ := strings.Cut(data.MimeType, ";"); strings.EqualFold(strings.TrimSpace(media), "application/x-www-form-urlencoded") {
		data.Params = pairs(x.Request.Body)
	}
	return data
}

func harQuery(address string) []control.HARPair {
	_, query, _ := strings.Cut(address, "?")
	return pairs(query)
}

// pairs decodes a query in its order.
func pairs(text string) []control.HARPair {
	list := []control.HARPair{}
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		list = append(list, control.HARPair{Name: unescaped(name), Value: unescaped(value)})
	}
	return list
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// harHeaders are in alphabetical order; their order on the wire is not recorded.
func harHeaders(header http.Header) []control.HARPair {
	list := []control.HARPair{}
	for name, values := range header {
		for _, value := range values {
			list = append(list, control.HARPair{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(list, func(a, b control.HARPair) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// requestCookies reads them by hand: net/http drops values like ‹session-1›.
func requestCookies(x *journal.Exchange) []control.HARCookie {
	list := []control.HARCookie{}
	for _, line := range x.Request.Header().Values("Cookie") {
		for pair := range strings.SplitSeq(line, ";") {
			if name, value, ok := strings.Cut(strings.TrimSpace(pair), "="); ok {
				list = append(list, control.HARCookie{Name: name, Value: value})
			}
		}
	}
	return list
}

func responseCookies(x *journal.Exchange) []control.HARCookie {
	list := []control.HARCookie{}
	for _, line := range x.Response.Header().Values("Set-Cookie") {
		pair, attributes, _ := strings.Cut(line, ";")
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok {
			continue
		}
		// The attributes are read with a value that net/http knows.
		cookie := control.HARCookie{Name: name, Value: value}
		if c, err := http.ParseSetCookie("n=v;" + attributes); err == nil {
			cookie.Path, cookie.Domain, cookie.HTTPOnly, cookie.Secure = c.Path, c.Domain, c.HttpOnly, c.Secure
			switch {
			case c.MaxAge > 0:
				cookie.Expires = x.At.Add(time.Duration(c.MaxAge) * time.Second).UTC().Format(time.RFC3339)
			case !c.Expires.IsZero():
				cookie.Expires = c.Expires.UTC().Format(time.RFC3339)
			}
		}
		list = append(list, cookie)
	}
	return list
}
