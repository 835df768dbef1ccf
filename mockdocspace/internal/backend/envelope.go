package backend

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"time"
)

const jsonType = "application/json; charset=utf-8"

// envelope wraps every successful answer (§2.2).
type envelope struct {
	Response   json.RawMessage `json:"response,omitempty"`
	Count      int             `json:"count"`
	Total      *int            `json:"total,omitempty"`
	Links      []link          `json:"links"`
	Status     int             `json:"status"`
	StatusCode int             `json:"statusCode"`
}

type link struct {
	Href   string `json:"href"`
	Action string `json:"action"`
}

// errorEnvelope wraps every refusal; its nulls are written (§2.3).
type errorEnvelope struct {
	Error struct {
		Message string  `json:"message"`
		Type    *string `json:"type"`
		Stack   *string `json:"stack"`
		HResult int64   `json:"hresult"`
	} `json:"error"`
	Status     int `json:"status"`
	StatusCode int `json:"statusCode"`
}

// links describe the request as its client sees it: path unescaped, query as sent.
func (c *call) links() []link {
	href := c.site.Base + c.URL.Path
	if c.URL.RawQuery != "" {
		href += "?" + c.URL.RawQuery
	}
	return []link{{Href: href, Action: c.Method}}
}

// succeed writes the envelope around a handler's result.
func (a *api) succeed(c *call, answer result) {
	switch {
	case answer.handled:
		return
	case answer.noBody:
		c.empty(http.StatusNoContent)
		return
	}
	e := envelope{Links: c.links(), StatusCode: http.StatusOK, Total: answer.total}
	if answer.body != nil {
		raw, err := encode(answer.body)
		if err != nil {
			a.fail(c, err)
			return
		}
		if names := fieldNames(c.URL.Query()); len(names) > 0 && !answer.flat {
			raw = selectFields(raw, names)
		}
		e.Response, e.Count = raw, 1
		if v := reflect.ValueOf(answer.body); v.Kind() == reflect.Slice {
			e.Count = v.Len()
		}
	}
	if answer.count != nil {
		e.Count = *answer.count
	}
	bare := answer.flat || (c.rules.API.BareBody && c.caller != nil && c.caller.kind == callerToken)
	if bare && e.Response != nil {
		writeRaw(c.w, http.StatusOK, jsonType, e.Response)
		return
	}
	a.writeJSON(c, http.StatusOK, jsonType, e)
}

func (a *api) writeRefusal(c *call, r *refusal) {
	var e errorEnvelope
	e.Error.Message, e.Status, e.StatusCode = r.message, 1, r.status
	if r.kind.name != "" {
		// The portal shows its stack here; a mock has none worth showing.
		stack := "   at mockdocspace"
		e.Error.Type, e.Error.Stack, e.Error.HResult = &r.kind.name, &stack, r.kind.code
	}
	h := c.w.Header()
	h.Set("Cache-Control", "no-cache,no-store")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "-1")
	if r.flat != nil {
		a.writeJSON(c, r.status, jsonType, r.flat)
		return
	}
	a.writeJSON(c, r.status, jsonType, e)
}

// problem is the framework's description of a request it could not bind (§2.3).
type problem struct {
	Type    string              `json:"type"`
	Title   string              `json:"title"`
	Status  int                 `json:"status"`
	Errors  map[string][]string `json:"errors,omitempty"`
	TraceID string              `json:"traceId"`
}

func (a *api) writeValidation(c *call, v *validationError) {
	p := problem{
		Type: "https://tools.ietf.org/html/rfc9110#section-15.5.1", Title: "One or more validation errors occurred.",
		Status: http.StatusBadRequest, Errors: v.fields, TraceID: a.traceID(),
	}
	status, inner := 1, http.StatusBadRequest
	if v.mediaType {
		p = problem{
			Type: "https://tools.ietf.org/html/rfc9110#section-15.5.16", Title: "Unsupported Media Type",
			Status: http.StatusUnsupportedMediaType, TraceID: p.TraceID,
		}
		status, inner = 0, http.StatusOK
	}
	raw, err := encode(p)
	if err != nil {
		a.fail(c, err)
		return
	}
	e := envelope{Response: raw, Count: 1, Links: c.links(), Status: status, StatusCode: inner}
	a.writeJSON(c, p.Status, "application/problem+json", e)
}

// traceID has the form of a W3C traceparent.
func (a *api) traceID() string {
	b := a.Random.Bytes(24)
	return "00-" + hex.EncodeToString(b[:16]) + "-" + hex.EncodeToString(b[16:]) + "-00"
}

func (a *api) writeJSON(c *call, status int, mediaType string, v any) {
	body, err := encode(v)
	if err != nil {
		a.Logger.ErrorContext(c.Context(), "encode answer", "error", err)
		c.empty(http.StatusInternalServerError)
		return
	}
	writeRaw(c.w, status, mediaType, body)
}

func writeRaw(w http.ResponseWriter, status int, mediaType string, body []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone
}

// empty answers without a body.
func (c *call) empty(status int) {
	if status != http.StatusNoContent {
		c.w.Header().Set("Content-Length", "0")
	}
	c.w.WriteHeader(status)
}

// encode is JSON as the portal writes it: nothing escaped that need not be.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// timedWriter adds Server-Timing to every answer (§2.8).
type timedWriter struct {
	http.ResponseWriter
	elapsed func() int64
	written bool
}

func (t *timedWriter) WriteHeader(status int) {
	if !t.written {
		t.written = true
		t.Header().Set("Server-Timing", "aspnetcore-request-time;dur="+strconv.FormatInt(t.elapsed(), 10)+"ms")
	}
	t.ResponseWriter.WriteHeader(status)
}

func (t *timedWriter) Write(b []byte) (int, error) {
	if !t.written {
		t.WriteHeader(http.StatusOK)
	}
	return t.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (t *timedWriter) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// apiDate is a date of the API: the portal's wall clock, seven fractional
// digits, the offset or Z (§2.4). The zero time is the portal's "no date".
func (c *call) apiDate(t time.Time) string {
	if !t.IsZero() {
		t = t.In(c.timeZone())
	}
	return t.Format("2006-01-02T15:04:05.0000000Z07:00")
}

// timeZone is the portal's, UTC where this machine does not know it. It is read
// once per call: each look-up may read a file.
func (c *call) timeZone() *time.Location {
	if c.zone == nil {
		c.zone = time.UTC
		if zone, err := time.LoadLocation(c.site.Tenant.TimeZone); err == nil {
			c.zone = zone
		}
	}
	return c.zone
}

// optionalDate is apiDate, or nothing for the zero time.
func (c *call) optionalDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return c.apiDate(t)
}
