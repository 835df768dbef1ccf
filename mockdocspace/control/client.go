// Package control is the control API of a mock portal: its wire types and a Go
// client. It lies under /mock/ at every mock, apart from the portal's own
// protocol, and a real portal has nothing like it.
//
// The same types describe the API in /mock/openapi.json.
package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"docspace-oauth/loopback"
)

// Client calls the control API of one mock. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// Option changes a client.
type Option func(*Client)

// WithToken sends the token that the mock was started with (--control-token).
func WithToken(token string) Option { return func(c *Client) { c.token = token } }

// WithHTTPClient uses a client of the caller's instead of one that reaches
// *.localhost names on loopback. It must not give up before WaitJournal may.
func WithHTTPClient(client *http.Client) Option { return func(c *Client) { c.http = client } }

// New returns a client of the mock at baseURL, e.g. http://127.0.0.1:8092.
func New(baseURL string, opts ...Option) *Client {
	c := &Client{base: strings.TrimRight(baseURL, "/")}
	for _, opt := range opts {
		opt(c)
	}
	if c.http == nil {
		c.http = &http.Client{Transport: transport()}
	}
	return c
}

// transport reaches *.localhost names and uses no proxy: a mock is near.
func transport() *http.Transport {
	return &http.Transport{IdleConnTimeout: 30 * time.Second, MaxIdleConnsPerHost: 8, DialContext: loopback.Dial}
}

// Error is a refusal of the control API (RFC 9457). It says what was wrong and
// what to do about it.
type Error struct {
	Status int           `json:"status"`
	Title  string        `json:"title"`
	Detail string        `json:"detail"`
	Errors []ErrorDetail `json:"errors"`
}

// ErrorDetail is one thing that was wrong.
type ErrorDetail struct {
	Location string `json:"location"` // e.g. body.email
	Message  string `json:"message"`
	Value    any    `json:"value"`
}

func (e *Error) Error() string {
	text := e.Detail
	if text == "" {
		text = e.Title
	}
	for _, d := range e.Errors {
		text += "; " + strings.TrimPrefix(d.Location+": "+d.Message, ": ")
	}
	return fmt.Sprintf("control API: %d %s", e.Status, text)
}

// IsNotFound reports whether err is the control API's "there is no such thing".
func IsNotFound(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Status == http.StatusNotFound
}

// call sends in as JSON, unless it is nil, and decodes the answer into out.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("control API: %s %s: %w", method, path, err)
		}
		body = bytes.NewReader(encoded)
	}
	header := http.Header{}
	if in != nil {
		header.Set("Content-Type", "application/json")
	}
	response, err := c.open(ctx, method, path, header, body)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if out == nil || response.StatusCode == http.StatusNoContent {
		_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, largestAnswer))
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, largestAnswer)).Decode(out); err != nil {
		return fmt.Errorf("control API: answer of %s %s: %w", method, path, err)
	}
	return nil
}

// open sends a request and returns an answer that is no refusal, for the caller to close.
func (c *Client) open(ctx context.Context, method, path string, header http.Header, body io.Reader) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+"/mock/"+path, body)
	if err != nil {
		return nil, fmt.Errorf("control API: %w", err)
	}
	request.Header = header
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("control API: %w", err)
	}
	if response.StatusCode >= 300 {
		defer func() { _ = response.Body.Close() }()
		return nil, refusal(response)
	}
	return response, nil
}

// largestAnswer bounds what is read, in bytes; a snapshot of a large state is the
// longest that a mock sends.
const largestAnswer = 256 << 20

// refusal reads an error answer; whatever is there may be no mock at all.
func refusal(response *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	refused := &Error{}
	media, _, _ := strings.Cut(response.Header.Get("Content-Type"), ";")
	if media != "application/problem+json" || json.Unmarshal(body, refused) != nil {
		return &Error{
			Status: response.StatusCode, Title: http.StatusText(response.StatusCode),
			Detail: fmt.Sprintf("%s is no answer of a mock's control API", response.Request.URL),
		}
	}
	refused.Status = response.StatusCode
	return refused
}

// get is call for an answer without a request body.
func get[T any](ctx context.Context, c *Client, path string) (T, error) {
	return send[T](ctx, c, http.MethodGet, path, nil)
}

func send[T any](ctx context.Context, c *Client, method, path string, in any) (T, error) {
	var out T
	err := c.call(ctx, method, path, in, &out)
	return out, err
}

// segment escapes one part of a path. A dot alone would be folded away.
func segment(text string) string {
	escaped := url.PathEscape(text)
	if strings.Trim(escaped, ".") == "" {
		escaped = strings.ReplaceAll(escaped, ".", "%2E")
	}
	return escaped
}
