package registration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"docspace-oauth/mockdocspace/internal/diagnosis"
)

// problemType is the type member of every problem document (§7.1).
const problemType = "https://api.onlyoffice.com/docspace/api-backend/get-started/basic-concepts"

// problem is a problem document (RFC 9457 §3) with the portal's extra member (§7.1).
type problem struct {
	Type     string      `json:"type"`
	Title    string      `json:"title"`
	Status   int         `json:"status"`
	Detail   string      `json:"detail"`
	Instance string      `json:"instance"`
	Errors   []violation `json:"errors,omitempty"`
}

// violation is one member that broke one rule.
type violation struct {
	Field   string `json:"field"` // snake case
	Code    string `json:"code"`
	Message string `json:"message"`
}

// refusal is an error that the client gets to see.
type refusal struct {
	status    int
	detail    string
	errors    []violation
	mediaType string // empty: application/problem+json
}

func (r *refusal) Error() string { return r.detail }

var (
	errAccessDenied = &refusal{status: http.StatusForbidden, detail: detailAccessDenied}
	errWentWrong    = &refusal{status: http.StatusInternalServerError, detail: detailWentWrong}
	errTooLong      = &refusal{status: http.StatusInternalServerError, detail: detailDatabase}
	errTooMany      = &refusal{status: http.StatusTooManyRequests, detail: detailTooMany}
)

func badRequest(detail string) *refusal {
	return &refusal{status: http.StatusBadRequest, detail: detail}
}

func notFound(detail string) *refusal { return &refusal{status: http.StatusNotFound, detail: detail} }

func invalid(errors []violation) *refusal {
	return &refusal{status: http.StatusBadRequest, detail: detailValidation, errors: errors}
}

// unreadable is a body or parameter of the wrong form (§7.1).
func (c *call) unreadable() error {
	if c.rules.Robust.MalformedHangs {
		<-c.ctx.Done() // until the client gives up
	}
	if c.rules.Registration.MalformedIs500 {
		return errWentWrong
	}
	return badRequest(detailMalformed)
}

// refuse answers with a problem document. What is no refusal is logged and
// hidden from the client.
func (s *service) refuse(w http.ResponseWriter, c *call, err error) {
	var told *refusal
	if !errors.As(err, &told) {
		level := slog.LevelError
		if errors.Is(err, context.Canceled) { // the client left
			level = slog.LevelDebug
		}
		s.Logger.LogAttrs(c.ctx, level, "registration",
			slog.String("path", c.request.URL.Path), slog.Any("error", err))
		told = errWentWrong
	}
	if told == errTooLong && !c.rules.Registration.MalformedIs500 {
		told = badRequest(detailMalformed)
	}
	diagnosis.Of(c.ctx).Refused(diagnosis.Because("registration", "%s", told.detail))
	mediaType := told.mediaType
	if mediaType == "" {
		mediaType = mediaProblem
	}
	s.write(w, c, told.status, mediaType, problem{
		Type: problemType, Title: http.StatusText(told.status), Status: told.status, Detail: told.detail,
		Instance: c.request.URL.EscapedPath(), Errors: told.errors,
	})
}

// answer writes a JSON document.
func (s *service) answer(w http.ResponseWriter, c *call, status int, body any) error {
	s.write(w, c, status, mediaJSON, body)
	return nil
}

func (s *service) write(w http.ResponseWriter, c *call, status int, mediaType string, body any) {
	var document bytes.Buffer
	encoder := json.NewEncoder(&document)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		s.Logger.LogAttrs(c.ctx, slog.LevelError, "registration: encode", slog.Any("error", err))
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	if c.request.Method != http.MethodHead {
		_, _ = w.Write(bytes.TrimSuffix(document.Bytes(), []byte("\n"))) // a client that left is no error of ours
	}
}

// done is the empty 200 of the routes that answer nothing.
func done(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusOK)
	return nil
}
