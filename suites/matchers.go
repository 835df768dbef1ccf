package suites

import (
	"fmt"

	"github.com/onsi/gomega/types"
)

// responseMatcher judges a Response and says in words what it wanted.
type responseMatcher struct {
	wanted string
	misses func(Response) string // "" when it matches
	missed string
}

func (m *responseMatcher) Match(actual any) (bool, error) {
	response, ok := actual.(Response)
	if !ok {
		return false, fmt.Errorf("want a Response, got %T", actual)
	}
	m.missed = m.misses(response)
	return m.missed == "", nil
}

func (m *responseMatcher) FailureMessage(actual any) string {
	return fmt.Sprintf("wanted %s, but %s: %v", m.wanted, m.missed, actual)
}

func (m *responseMatcher) NegatedFailureMessage(actual any) string {
	return fmt.Sprintf("wanted anything but %s: %v", m.wanted, actual)
}

// HaveStatus matches a Response with one of the statuses.
func HaveStatus(statuses ...int) types.GomegaMatcher {
	return &responseMatcher{
		wanted: fmt.Sprintf("status %v", statuses),
		misses: func(r Response) string {
			for _, s := range statuses {
				if r.Status == s {
					return ""
				}
			}
			return fmt.Sprintf("the status is %d", r.Status)
		},
	}
}

// BeTokenError matches an error of the token, introspection or revocation
// endpoint: that status, JSON, and that error code (RFC 6749 §5.2).
func BeTokenError(status int, code string) types.GomegaMatcher {
	return &responseMatcher{
		wanted: fmt.Sprintf("%d %s", status, code),
		misses: func(r Response) string {
			switch {
			case r.Status != status:
				return fmt.Sprintf("the status is %d", r.Status)
			case r.MediaType() != "application/json":
				return fmt.Sprintf("the content type is %q", r.Header.Get("Content-Type"))
			case r.Text("error") != code:
				return fmt.Sprintf("the error is %q", r.Text("error"))
			}
			return ""
		},
	}
}

// BeTokens matches a token response: 200, JSON, an access token.
func BeTokens() types.GomegaMatcher {
	return &responseMatcher{
		wanted: "tokens",
		misses: func(r Response) string {
			switch {
			case r.Status != 200:
				return fmt.Sprintf("the status is %d", r.Status)
			case r.Text("access_token") == "":
				return "there is no access_token"
			}
			return ""
		},
	}
}

// BeRefused matches a token endpoint's answer that gives nothing away: an error and
// no token in it, whatever its form.
func BeRefused() types.GomegaMatcher {
	return &responseMatcher{
		wanted: "a refusal",
		misses: func(r Response) string {
			switch {
			case r.Text("access_token") != "" || r.Text("refresh_token") != "":
				return "there are tokens in it"
			case r.Status < 300 && r.Text("error") == "": // an error under 200 is another check's subject
				return fmt.Sprintf("the status is %d", r.Status)
			}
			return ""
		},
	}
}

// BeEmpty401 matches the Backend API's and the token endpoint's bare refusal.
func BeEmpty401() types.GomegaMatcher { return beEmpty(401) }

// BeEmpty403 matches the Backend API's refusal for a missing scope.
func BeEmpty403() types.GomegaMatcher { return beEmpty(403) }

func beEmpty(status int) types.GomegaMatcher {
	return &responseMatcher{
		wanted: fmt.Sprintf("%d with an empty body", status),
		misses: func(r Response) string {
			switch {
			case r.Status != status:
				return fmt.Sprintf("the status is %d", r.Status)
			case len(r.Body) > 0:
				return "there is a body"
			}
			return ""
		},
	}
}

// BeEnvelope matches a success of the Backend API in its envelope
// (docs/portal/backend-api.md §2.2).
func BeEnvelope() types.GomegaMatcher {
	return &responseMatcher{
		wanted: "200 in an envelope",
		misses: func(r Response) string {
			switch {
			case r.Status != 200:
				return fmt.Sprintf("the status is %d", r.Status)
			case r.MediaType() != "application/json":
				return fmt.Sprintf("the content type is %q", r.Header.Get("Content-Type"))
			case r.Member("status") != 0.0 || r.Member("statusCode") != 200.0:
				return "status and statusCode are not 0 and 200"
			}
			return ""
		},
	}
}

// BeErrorEnvelope matches an error of the Backend API in its envelope
// (docs/portal/backend-api.md §2.3).
func BeErrorEnvelope(status int) types.GomegaMatcher {
	return &responseMatcher{
		wanted: fmt.Sprintf("%d in an error envelope", status),
		misses: func(r Response) string {
			problem, _ := r.Member("error").(map[string]any)
			switch {
			case r.Status != status:
				return fmt.Sprintf("the status is %d", r.Status)
			case problem == nil:
				return "there is no error object"
			case r.Member("status") != 1.0 || r.Member("statusCode") != float64(status):
				return fmt.Sprintf("status and statusCode are not 1 and %d", status)
			}
			if _, ok := problem["message"].(string); !ok {
				return "error.message is no text"
			}
			return ""
		},
	}
}
