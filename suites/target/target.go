// Package target is what is tested and how to get in: a mock of the runner's own,
// or a portal at a URL. A Target gives users, apps and signatures; every exchange
// goes through the HTTP client of the caller, which records it.
package target

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"docspace-oauth/flows"
)

// ErrNotOffered is wrapped when the target has no way to provide something; a
// check that needs it is skipped with the error's text as reason.
var ErrNotOffered = errors.New("not offered by this target")

// Kind is mock (started here) or url.
type Kind string

// The kinds.
const (
	KindMock Kind = "mock"
	KindURL  Kind = "url"
)

// Descriptor is all that a worker needs to reach the target of its parent.
type Descriptor struct {
	Kind         Kind     `json:"kind"`
	URL          string   `json:"url"`
	SecondURL    string   `json:"second_url,omitempty"`
	ControlURL   string   `json:"control_url,omitempty"` // empty: not a mock
	ControlToken string   `json:"control_token,omitempty"`
	Faults       []string `json:"faults,omitempty"` // on in the whole run
	User         string   `json:"user,omitempty"`   // e-mail of the one user of a target without control
	Password     string   `json:"password,omitempty"`
}

// Target is a portal under test.
type Target struct {
	Descriptor
	Mock Mock // nil when the target is none
}

// Open reaches what spec names: `mock` starts one in this process, anything else
// is a URL. User and password of a URL that is not a mock come from the caller.
// Faults are switched on for everyone; an unknown name, or faults for a target
// that is not a mock, is an error.
func Open(ctx context.Context, spec string, faults []string, user, password string) (*Target, error) {
	base := strings.TrimSuffix(spec, "/")
	if _, err := flows.NewPortal(base, nil); err != nil {
		return nil, err
	}
	return &Target{Descriptor: Descriptor{Kind: KindURL, URL: base, User: user, Password: password}}, nil
}

// Attach reaches the target that another process opened.
func Attach(d Descriptor) (*Target, error) { return &Target{Descriptor: d}, nil }

// Own starts a mock of the caller's own with the faults of t, for a check that
// changes the portal as a whole. A target that was not started by the runner
// can't be copied: ErrNotOffered.
func (t *Target) Own(ctx context.Context) (*Target, error) {
	return nil, fmt.Errorf("%w: the check turns the portal's clock, keys or limits, which only the runner's own mock allows", ErrNotOffered)
}

// Close stops what Open started.
func (t *Target) Close() error { return nil }

// Alive asks for the metadata and reports why there was no HTTP answer at all.
func (t *Target) Alive(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.URL+"/.well-known/oauth-authorization-server", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
