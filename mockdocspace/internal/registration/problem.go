package registration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// Every detail, code and message that the API says, in one place (§7.1, §7.3, §7.4).
const (
	problemType = "https://api.onlyoffice.com/docspace/api-backend/get-started/basic-concepts"

	detailDenied        = "Access denied"
	detailInvalid       = "Validation failed"
	detailWrong         = "Something went wrong"
	detailDatabase      = "A database error occurred"
	detailLimitMissing  = "Required request parameter 'limit' for method parameter type int is not present"
	detailTenantClients = "Tenant has reached the maximum allowed number of clients"
	detailUserClients   = "User has reached the maximum allowed number of clients"

	codeEmpty        = "EmptyFieldError"
	codeName         = "ErrorName"
	codeURL          = "ErrorWrongURL"
	codePattern      = "ErrorPattern"
	codeInvalidScope = "ErrorInvalidScope"

	messageURLCollection = "url collection has invalid entries"
	messageNameEmpty     = "client name must not be empty"
	messageNameLength    = "client name length is expected to be between 3 and 256 characters"
	messageDescription   = "client description length is expected to be less than 256 characters"
	messageLogoEmpty     = "client logo must not be empty"
	messageLogoPattern   = "client logo is expected to be passed as base64"
	messageLogoSize      = "Logo size exceeds the maximum allowed size"
	messageScopesEmpty   = "scopes field can not be empty"
	messageLimitLow      = "limit must be at least 1"
	messageLimitHigh     = "limit must be at most 50"
)

func messageEmpty(field string) string  { return field + " must not be empty" }
func messageNull(field string) string   { return field + " must not be null" }
func messageNotURL(field string) string { return field + " is expected to be passed as url" }
func messageCount(field string) string {
	return field + " must contain at least 1 and at most 12 addresses"
}

// fieldError is one finding of a validation.
type fieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// problem is a problem document (§7.1). A nil *problem is success.
type problem struct {
	status    int
	detail    string
	errors    []fieldError
	mediaType string // default application/problem+json
}

func invalid(errors []fieldError) *problem {
	return &problem{status: http.StatusBadRequest, detail: detailInvalid, errors: errors}
}

func somethingWrong() *problem {
	return &problem{status: http.StatusInternalServerError, detail: detailWrong}
}

func databaseError() *problem {
	return &problem{status: http.StatusInternalServerError, detail: detailDatabase}
}

func accessDenied() *problem { return &problem{status: http.StatusForbidden, detail: detailDenied} }

// The five ways to say that a client is not there (§7.4).
func notFound(format string, args ...any) *problem {
	return &problem{status: http.StatusNotFound, detail: fmt.Sprintf(format, args...)}
}

// notFoundRead names the user by id, and says ID in capitals.
func notFoundRead(c *call) *problem {
	if c.role == admin {
		return notFound("Client with ID %s for tenant %d was not found", c.id, c.who.TenantID)
	}
	return notFound("Client with ID %s for tenant %d and user %s was not found", c.id, c.who.TenantID, c.who.UserID)
}

// notFoundWrite names the user by e-mail address.
func notFoundWrite(c *call) *problem {
	if c.role == admin {
		return notFound("Client with id %s for tenant %d was not found", c.id, c.who.TenantID)
	}
	return notFound("Client with id %s for tenant %d and user %s was not found", c.id, c.who.TenantID, c.who.UserEmail)
}

func notFoundPublic(c *call) *problem { return notFound("Client with id %s was not found", c.id) }

func notAnID(c *call) *problem {
	return notFound("Client with id %s was not found. Invalid client id format", c.id)
}

// write sends the document.
func (p *problem) write(c *call) {
	document := struct {
		Type     string       `json:"type"`
		Title    string       `json:"title"`
		Status   int          `json:"status"`
		Detail   string       `json:"detail"`
		Instance string       `json:"instance"`
		Errors   []fieldError `json:"errors,omitempty"`
	}{problemType, http.StatusText(p.status), p.status, p.detail, c.URL.Path, p.errors}
	mediaType := p.mediaType
	if mediaType == "" {
		mediaType = "application/problem+json"
	}
	writeJSON(c, p.status, mediaType, document)
}

func writeJSON(c *call, status int, mediaType string, value any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil { // only fixed shapes are written here
		c.w.WriteHeader(http.StatusInternalServerError)
		return
	}
	c.w.Header().Set("Content-Type", mediaType)
	c.w.WriteHeader(status)
	_, _ = c.w.Write(bytes.TrimRight(body.Bytes(), "\n"))
}

// ok sends a JSON answer; empty sends none.
func ok(c *call, status int, value any) *problem {
	writeJSON(c, status, "application/json", value)
	return nil
}

func empty(c *call) *problem {
	c.w.WriteHeader(http.StatusOK)
	return nil
}
