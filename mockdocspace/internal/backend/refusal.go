package backend

import (
	"errors"
	"fmt"
	"net/http"

	"docspace-oauth/mockdocspace/internal/store"
)

// kind is the exception that an error envelope names; the zero value leaves it
// null (§2.3). The codes are .NET's for these exceptions.
type kind struct {
	name string
	code int64
}

var (
	kindException  = kind{"System.Exception", -2146233088}
	kindNotFound   = kind{"ASC.Common.Web.ItemNotFoundException", -2146233088}
	kindArgument   = kind{"System.ArgumentException", -2147024809}
	kindSecurity   = kind{"System.Security.SecurityException", -2146233078}
	kindInvalidOp  = kind{"System.InvalidOperationException", -2146233079}
	errForbidden   = &refusal{http.StatusForbidden, "Access denied", kindSecurity, nil}
	errNoUser      = &refusal{http.StatusNotFound, "The user could not be found", kindNotFound, nil}
	errNoGroup     = &refusal{http.StatusNotFound, "Group not found", kindNotFound, nil} // the text is a guess
	errNoFolder    = &refusal{http.StatusNotFound, "The required folder was not found", kindNotFound, nil}
	errNoFile      = &refusal{http.StatusNotFound, "The required file was not found", kindNotFound, nil}
	errViewFolder  = &refusal{http.StatusForbidden, "You don't have enough permission to view the folder content", kindInvalidOp, nil}
	errViewFile    = &refusal{http.StatusForbidden, "You don't have enough permission to view the file", kindInvalidOp, nil}
	errCreate      = &refusal{http.StatusForbidden, "You don't have enough permission to create", kindInvalidOp, nil}
	errSignIn      = &refusal{http.StatusUnauthorized, "User authentication failed", kind{}, nil}
	errDisabled    = &refusal{http.StatusForbidden, "User disabled", kindSecurity, nil}
	errManyGuesses = &refusal{http.StatusForbidden, "Too many login attempts. Please try again later", kind{}, nil}
	errSubject     = &refusal{http.StatusUnauthorized, "Claim 'sub' is not present in JWT", kind{}, nil}
)

// refusal is an error with an envelope of its own.
type refusal struct {
	status  int
	message string
	kind    kind
	flat    any // replaces the envelope
}

func (r *refusal) Error() string { return r.message }

func badArgument(message string) error {
	return &refusal{http.StatusBadRequest, message, kindArgument, nil}
}

// notBuilt answers for a route that the portal has and the mock has not (§6).
func notBuilt(r *Route) error {
	return &refusal{
		status:  http.StatusNotImplemented,
		message: fmt.Sprintf("mockdocspace does not answer %s %s; GET /mock/routes lists what it answers", r.Method, r.Template),
	}
}

// validationError is what the framework says about input it cannot bind (§2.3).
type validationError struct {
	fields    map[string][]string
	mediaType bool // unsupported request media type: 415
}

func (v *validationError) Error() string { return "the request is not valid" }

func invalid(field, message string) error {
	return &validationError{fields: map[string][]string{field: {message}}}
}

// missing turns the store's ErrNotFound into the API's own answer.
func missing(err error, instead error) error {
	if errors.Is(err, store.ErrNotFound) {
		return instead
	}
	return err
}
