package control

import "context"

// HAR is an HTTP archive, version 1.2 (http://www.softwareishard.com/blog/har-12-spec/).
// Members whose name begins with an underscore are the mock's own.
type HAR struct {
	Log HARLog `json:"log"`
}

// HARLog is the whole of an archive.
type HARLog struct {
	Version string     `json:"version" example:"1.2"`
	Creator HARCreator `json:"creator"`
	Entries []HAREntry `json:"entries" doc:"In order of completion."`
	Comment string     `json:"comment,omitempty"`
}

// HARCreator is the program that wrote the archive.
type HARCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// HAREntry is an exchange.
type HAREntry struct {
	StartedDateTime string      `json:"startedDateTime" doc:"Portal's time, ISO 8601."`
	Time            float64     `json:"time" doc:"Milliseconds."`
	Request         HARRequest  `json:"request"`
	Response        HARResponse `json:"response"`
	Cache           struct{}    `json:"cache"`
	Timings         HARTimings  `json:"timings"`
	Comment         string      `json:"comment,omitempty" doc:"Why the portal refused."`
	Sequence        uint64      `json:"_seq" doc:"Number in the journal."`
	App             string      `json:"_app,omitempty"`
	Faults          []string    `json:"_faults,omitempty"`
}

// HARRequest is the first half of an entry.
type HARRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []HARCookie  `json:"cookies"`
	Headers     []HARPair    `json:"headers"`
	QueryString []HARPair    `json:"queryString"`
	PostData    *HARPostData `json:"postData,omitempty"`
	HeadersSize int64        `json:"headersSize" doc:"-1: not known."`
	BodySize    int64        `json:"bodySize"`
}

// HARResponse is the other half.
type HARResponse struct {
	Status      int         `json:"status" doc:"0: none was sent."`
	StatusText  string      `json:"statusText"`
	HTTPVersion string      `json:"httpVersion"`
	Cookies     []HARCookie `json:"cookies"`
	Headers     []HARPair   `json:"headers"`
	Content     HARContent  `json:"content"`
	RedirectURL string      `json:"redirectURL" doc:"Location."`
	HeadersSize int64       `json:"headersSize" doc:"-1: not known."`
	BodySize    int64       `json:"bodySize"`
}

// HARCookie is a cookie that was sent or set.
type HARCookie struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Path     string `json:"path,omitempty"`
	Domain   string `json:"domain,omitempty"`
	Expires  string `json:"expires,omitempty"`
	HTTPOnly bool   `json:"httpOnly"`
	Secure   bool   `json:"secure"`
}

// HARPair is a header, a parameter of the query, or a field of a form.
type HARPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// HARPostData is a request's body.
type HARPostData struct {
	MimeType string    `json:"mimeType"`
	Params   []HARPair `json:"params" doc:"The fields of a form."`
	Text     string    `json:"text"`
	Comment  string    `json:"comment,omitempty" doc:"What of the body is not there."`
}

// HARContent is a response's body.
type HARContent struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Comment  string `json:"comment,omitempty" doc:"What of the body is not there."`
}

// HARTimings divide an entry's time, in milliseconds.
type HARTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// HAR exports what was recorded. Without a limit in the filter it is everything.
func (c *Client) HAR(ctx context.Context, f JournalFilter) (HAR, error) {
	return get[HAR](ctx, c, "journal/har?"+f.values().Encode())
}
