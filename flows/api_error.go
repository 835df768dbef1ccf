package flows

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// APIError is a refusal of the Backend API. The portal refuses a token and a scope
// with an empty body, and what the user may not do with an envelope
// (docs/portal/backend-api.md §1.4).
type APIError struct {
	Status      int
	Message     string // of the error envelope, "" without one
	Type        string // exception of the error envelope
	Code        string // OAuth error code, only at userinfo
	Empty       bool   // there was no body
	ContentType string
	RetryAfter  string // as sent
	// Fields are what the portal found wrong with the request's values, by their
	// names (docs/portal/backend-api.md §2.3). The letter case is the portal's.
	Fields map[string][]string
	Body   string // beginning of a body that is no envelope
}

func newAPIError(a *answer) *APIError {
	e := &APIError{
		Status: a.status, Empty: len(a.body) == 0,
		ContentType: a.header.Get("Content-Type"), RetryAfter: a.header.Get("Retry-After"),
	}
	var envelope struct {
		Error    json.RawMessage `json:"error"`
		Response struct {
			Errors map[string][]string `json:"errors"`
		} `json:"response"`
	}
	var details struct {
		Message string `json:"message"`
		Type    string `json:"type"`
	}
	switch {
	case json.Unmarshal(a.body, &envelope) != nil:
		e.Body = excerpt(a.body)
	case len(envelope.Response.Errors) > 0:
		e.Fields = envelope.Response.Errors
	case json.Unmarshal(envelope.Error, &details) == nil:
		e.Message, e.Type = details.Message, details.Type
	case json.Unmarshal(envelope.Error, &e.Code) != nil:
		e.Body = excerpt(a.body)
	}
	return e
}

// TokenRefused says that the token is not accepted: expired, revoked, superseded,
// or its app was disabled. A refresh may help.
func (e *APIError) TokenRefused() bool { return e.Status == http.StatusUnauthorized }

// ScopeMissing says that the token is good but its scopes don't open the resource.
func (e *APIError) ScopeMissing() bool { return e.Status == http.StatusForbidden && e.Empty }

func (e *APIError) Error() string {
	text := fmt.Sprintf("portal answered %d %s", e.Status, http.StatusText(e.Status))
	switch {
	case e.ScopeMissing():
		text += ": the token's scopes don't open this"
	case e.TokenRefused() && e.Empty:
		text += ": the token is not accepted"
	case e.Empty:
		text += " with an empty body"
	case e.Message != "":
		text += fmt.Sprintf(": %q", e.Message)
	case len(e.Fields) > 0:
		var wrong []string
		for name, messages := range e.Fields {
			wrong = append(wrong, fmt.Sprintf("%s: %s", name, strings.Join(messages, " ")))
		}
		slices.Sort(wrong)
		text += ": " + strings.Join(wrong, "; ")
	case e.Code != "":
		text += fmt.Sprintf(": %q", e.Code)
	case e.Body != "":
		text += fmt.Sprintf(" (%s): %q", e.ContentType, e.Body)
	}
	return text
}
