package target

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// started is a mock that runs in this process.
type started struct{ portal *mockdocspace.Portal }

// MockOptions say what mock to start. The zero value is the portal as it is.
type MockOptions struct {
	Profile string   // docspace (default) or strict
	Faults  []string // switched on for everyone
	Limits  string   // portal: requests are refused for their rate
}

// OpenMock starts a mock on a free port of the loopback interface, in this process.
func OpenMock(ctx context.Context, o MockOptions) (*Target, error) {
	portal, err := mockdocspace.Start(ctx, mockdocspace.Options{Profile: o.Profile, Limits: o.Limits})
	if err != nil {
		return nil, fmt.Errorf("start the mock: %w", err)
	}
	t := &Target{
		Descriptor: Descriptor{
			Kind: KindMock, URL: portal.URL(), SecondURL: portal.SecondURL(), ControlURL: portal.URL(),
			Profile: o.Profile, Limits: o.Limits,
		},
		started: &started{portal},
	}
	t.Mock = mock{controlClient(t.Descriptor), &t.Descriptor}
	if err := t.switchOn(ctx, o.Faults); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// switchOn adds faults and remembers them for mocks of a check's own.
func (t *Target) switchOn(ctx context.Context, faults []string) error {
	for _, name := range faults {
		id, err := t.Mock.AddFault(ctx, name)
		if err != nil {
			return fmt.Errorf("fault %s: %w", name, err)
		}
		t.faultIDs = append(t.faultIDs, id)
	}
	t.Faults = faults
	return nil
}

// findMock looks whether the portal at the address is a mock, by the name it gives
// itself, and if so takes its control API and its second portal.
func (t *Target) findMock(ctx context.Context, client *http.Client) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.URL+metadataPath, nil)
	if err != nil {
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		return // preflight says so in better words
	}
	resp.Body.Close()
	if !strings.HasPrefix(resp.Header.Get("Server"), "mockdocspace") {
		return
	}
	c := controlClient(t.Descriptor)
	info, err := c.Portal(ctx)
	if err != nil {
		return // a mock whose control API is elsewhere, or wants a token
	}
	t.ControlURL, t.Mock = t.URL, mock{c, &t.Descriptor}
	for _, p := range info.Portals {
		if p.ID == SecondPortal {
			t.SecondURL = p.URL
		}
	}
}

func controlClient(d Descriptor) *control.Client {
	var options []control.Option
	if d.ControlToken != "" {
		options = append(options, control.WithToken(d.ControlToken))
	}
	base := d.ControlURL
	if base == "" {
		base = d.URL
	}
	return control.New(base, options...)
}

// mock is Mock by the control API.
type mock struct {
	client *control.Client
	of     *Descriptor // for the id of the run
}

func (m mock) NewUser(ctx context.Context, portal int64, kind UserType) (User, error) {
	u, err := m.client.CreateUser(ctx, control.CreateUserRequest{Tenant: portal, Type: string(kind), Email: testerAddress(m.of.RunID)})
	if err != nil {
		return User{}, err
	}
	return User{ID: u.ID, Email: u.Email, Password: u.Password, Type: kind}, nil
}

func (m mock) SetUserActive(ctx context.Context, u User, active bool) error {
	status := "terminated"
	if active {
		status = "active"
	}
	_, err := m.client.UpdateUser(ctx, FirstPortal, u.ID, control.UpdateUserRequest{Status: status})
	return err
}

func (m mock) AddFault(ctx context.Context, name string) (id int, err error) {
	active, err := m.client.AddFault(ctx, control.FaultRequest{Name: name})
	return active.ID, err
}

func (m mock) RemoveFault(ctx context.Context, id int) error { return m.client.RemoveFault(ctx, id) }

func (m mock) Advance(ctx context.Context, by time.Duration) error {
	_, err := m.client.Advance(ctx, by)
	return err
}

func (m mock) RotateKeys(ctx context.Context) error { return m.client.RotateKeys(ctx) }
