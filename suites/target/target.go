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
	"sync"
	"time"

	"docspace-oauth/flows"
)

// ErrNotOffered is wrapped when the target has no way to provide something; a
// check that needs it is skipped with the error's text as reason.
var ErrNotOffered = errors.New("not offered by this target")

// ErrNoBrowser is wrapped when Chromium is missing or does not start here.
var ErrNoBrowser = errors.New("no browser")

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
	Profile      string   `json:"profile,omitempty"`
	Limits       string   `json:"limits,omitempty"`
	User         string   `json:"user,omitempty"` // e-mail of the one user of a target without control
	Password     string   `json:"password,omitempty"`

	Access       *Access           `json:"access,omitempty"` // how the one user gets in; nil: User and Password
	Second       *Access           `json:"second,omitempty"` // a second user, nil for none
	SecondAccess *Access           `json:"second_access,omitempty"`
	Apps         []ReadyApp        `json:"apps,omitempty"`        // ready-made; none: they are registered
	NotOffered   map[string]string `json:"not_offered,omitempty"` // suite or FeaturePages → reason
	Foreign      *Foreign          `json:"foreign,omitempty"`     // nil: it is a portal
	Pacing       *Pacing           `json:"pacing,omitempty"`
	TLS          *TLS              `json:"tls,omitempty"`
	RunID        string            `json:"run_id,omitempty"` // in the names of the run's apps
	Headed       bool              `json:"headed,omitempty"` // show the browsers to a person
}

// Target is a portal under test.
type Target struct {
	Descriptor
	Mock    Mock              // nil when the target is none
	Version string            // that a target file names, "" for the default
	Ask     func(task string) // tells the person who watches the browsers what to do; see browser.Options

	started   *started // ours to close; nil when it was there before
	faultIDs  []int    // of the faults that Open switched on
	registrar registrar
	signingIn sync.Mutex // in a browser: one at a time
}

const metadataPath = "/.well-known/oauth-authorization-server"

// findTimeout bounds the question whether a URL is a mock. A portal that does not
// answer by then is left to preflight.
const findTimeout = 3 * time.Second

// Open reaches what spec names: `mock` starts one in this process, a path ending in
// .yaml or .yml is a target file, anything else is a URL. User and password of a URL that is not a mock come from the caller.
// Faults are switched on for everyone; an unknown name, or faults for a target
// that is not a mock, is an error.
func Open(ctx context.Context, spec string, faults []string, user, password string) (*Target, error) {
	if spec == "" || spec == string(KindMock) {
		return OpenMock(ctx, MockOptions{Faults: faults})
	}
	if IsFile(spec) {
		return openFile(ctx, spec, faults)
	}
	t, err := Describe(spec, user, password)
	if err != nil {
		return nil, err
	}
	finding, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()
	t.findMock(finding, flows.NewHTTPClient(nil))
	if len(faults) > 0 && t.Mock == nil {
		return nil, fmt.Errorf("faults can be switched on at a mock only, and %s is none", t.URL)
	}
	return t, t.switchOn(ctx, faults)
}

// Live says whether the target is somebody's portal or server, and no mock.
func (t *Target) Live() bool { return t.Kind == KindURL && t.Mock == nil }

// Describe is Open without sending or starting anything, to plan a run.
func Describe(spec, user, password string) (*Target, error) {
	switch {
	case spec == "" || spec == string(KindMock):
		return &Target{Descriptor: Descriptor{Kind: KindMock, URL: string(KindMock), SecondURL: string(KindMock), ControlURL: string(KindMock)}}, nil
	case IsFile(spec):
		return describeFile(spec)
	}
	base := strings.TrimSuffix(spec, "/")
	if _, err := flows.NewPortal(base, nil); err != nil {
		return nil, err
	}
	t := &Target{Descriptor: Descriptor{Kind: KindURL, URL: base, User: user, Password: password}}
	if user != "" {
		t.Access = &Access{User: user, Password: Secret(password), Type: Admin}
	}
	return t, nil
}

// Attach reaches the target that another process opened.
func Attach(d Descriptor) (*Target, error) {
	t := &Target{Descriptor: d}
	if d.ControlURL != "" {
		t.Mock = mock{controlClient(d), &t.Descriptor}
	}
	return t, nil
}

// Own starts a mock of the caller's own with the profile, limits and faults of t, for
// a check that changes the portal as a whole. A target that was not started by the
// runner can't be copied: ErrNotOffered.
func (t *Target) Own(ctx context.Context) (*Target, error) { return t.own(ctx, t.Limits) }

// OwnLimited is Own with the portal's limits on: it refuses requests for their rate.
func (t *Target) OwnLimited(ctx context.Context) (*Target, error) { return t.own(ctx, "portal") }

func (t *Target) own(ctx context.Context, limits string) (*Target, error) {
	if t.Kind != KindMock {
		return nil, fmt.Errorf("%w: it turns the portal's clock, keys or limits, which only the runner's own mock allows", ErrNotOffered)
	}
	return OpenMock(ctx, MockOptions{Profile: t.Profile, Faults: t.Faults, Limits: limits})
}

// Close stops what Open or Own started, and switches off what they switched on.
func (t *Target) Close() error {
	if t.started == nil {
		return t.switchOff()
	}
	return t.started.portal.Close()
}

// Alive asks for the metadata and reports why there was no HTTP answer at all.
func (t *Target) Alive(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.URL+metadataPath, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
