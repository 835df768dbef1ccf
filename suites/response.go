package suites

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"docspace-oauth/suites/evidence"
	"docspace-oauth/suites/target"
)

// bodyLimit bounds what a check reads of one answer, in bytes.
const bodyLimit = 4 << 20

// Response is an answer of the portal, read completely.
type Response struct {
	Request string // method and URL, for messages
	Status  int
	Header  http.Header
	Body    []byte

	redacted func(string) string // for messages
	sent     time.Time           // when the request was
}

// Do sends a request over the recording client. No answer at all ends the check.
func (c *Case) Do(req *http.Request) Response {
	sent := time.Now()
	resp, err := c.client.Do(req.WithContext(c.ctx))
	if errors.Is(err, target.ErrNotOffered) { // it was not sent
		c.need(err)
	}
	if err != nil {
		c.end("fail", fmt.Sprintf("no answer: %v", err))
		return Response{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, bodyLimit))
	if err != nil {
		c.end("fail", fmt.Sprintf("%s %s: the answer was cut: %v", req.Method, req.URL, err))
	}
	return Response{
		Request: req.Method + " " + req.URL.String(), Status: resp.StatusCode, Header: resp.Header, Body: body,
		redacted: c.redactor.Text, sent: sent,
	}
}

// Request makes a request to a path of the target (or an absolute URL). A
// malformed one is the check's own mistake: verdict error.
func (c *Case) Request(method, path string, header http.Header, body io.Reader) *http.Request {
	if strings.HasPrefix(path, "/") {
		address, err := c.Target.Address(path)
		c.need(err)
		path = address
	}
	req, err := http.NewRequestWithContext(c.ctx, method, path, body)
	if err != nil {
		c.end("error", err.Error())
		return nil
	}
	for name, values := range header {
		for _, v := range values {
			req.Header.Add(name, v)
		}
	}
	return req
}

// Get sends GET with extra headers (nil for none).
func (c *Case) Get(path string, header http.Header) Response {
	return c.Do(c.Request(http.MethodGet, path, header, nil))
}

// Post sends a form with extra headers (nil for none).
func (c *Case) Post(path string, form url.Values, header http.Header) Response {
	if c.Foreign() {
		form, header = c.authenticated(form, header)
	}
	req := c.Request(http.MethodPost, path, header, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.Do(req)
}

// PostJSON sends a JSON document with extra headers (nil for none).
func (c *Case) PostJSON(method, path string, document any, header http.Header) Response {
	text, err := json.Marshal(document)
	if err != nil {
		c.end("error", err.Error())
	}
	req := c.Request(method, path, header, strings.NewReader(string(text)))
	req.Header.Set("Content-Type", "application/json")
	return c.Do(req)
}

// MediaType is the content type without parameters, in lower case.
func (r Response) MediaType() string {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return media
}

// JSON decodes the body as an object; nil if it is none. Numbers are float64.
func (r Response) JSON() map[string]any {
	var object map[string]any
	if json.Unmarshal(r.Body, &object) != nil {
		return nil
	}
	return object
}

// Member is a member of the JSON object in the body, nil when absent.
func (r Response) Member(name string) any { return r.JSON()[name] }

// Text is a member as text, "" when it is absent or no text.
func (r Response) Text(name string) string {
	text, _ := r.Member(name).(string)
	return text
}

// Location is where the answer sends the browser: Location, or X-Redirect-URI when
// redirects were disabled; nil when nowhere.
func (r Response) Location() *url.URL {
	for _, name := range []string{"Location", "X-Redirect-URI"} {
		if v := r.Header.Get(name); v != "" {
			if u, err := url.Parse(v); err == nil {
				return u
			}
		}
	}
	return nil
}

// Query is a parameter of Location, "" when absent.
func (r Response) Query(name string) string {
	if u := r.Location(); u != nil {
		return u.Query().Get(name)
	}
	return ""
}

// Cookie is a cookie that the answer sets, nil when it does not.
func (r Response) Cookie(name string) *http.Cookie {
	for _, line := range r.Header.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == name {
			return c
		}
	}
	return nil
}

// String describes the answer in one line, without secrets.
func (r Response) String() string {
	text := fmt.Sprintf("%s → %d", r.Request, r.Status)
	if media := r.MediaType(); media != "" {
		text += " " + media
	}
	if u := r.Header.Get("Location"); u != "" {
		text += " → " + u
	}
	// Far more than is shown, so that redaction below sees what is shown as a whole.
	head := r.Body[:min(len(r.Body), 64<<10)]
	body := strings.Join(strings.Fields(strings.ToValidUTF8(string(head), "�")), " ")
	if body == "" {
		body = "(empty)"
	}
	text += " "
	if r.redacted != nil { // before cutting: a cut secret is not recognised
		text, body = r.redacted(text), r.redacted(body)
	}
	return text + evidence.Cut(body, 300)
}
