package target

import (
	"context"
	"fmt"
	"time"
)

// Mock is what the suites turn at a mock portal. Where there is none, what needs it
// is ErrNotOffered.
type Mock interface {
	// NewUser makes a user of that type on a portal, FirstPortal or SecondPortal.
	NewUser(ctx context.Context, portal int64, kind UserType) (User, error)
	// NewUserWithSecondFactor makes one of the first portal, who is signed in.
	NewUserWithSecondFactor(ctx context.Context) (User, error)
	// CopyUser makes the person u a user of another portal as well.
	CopyUser(ctx context.Context, portal int64, u User) (User, error)
	// SetUserActive enables or disables a user of the first portal.
	SetUserActive(ctx context.Context, u User, active bool) error
	// AddFault switches a misbehaviour on, for everyone.
	AddFault(ctx context.Context, name string) (id int, err error)
	// RemoveFault switches one off.
	RemoveFault(ctx context.Context, id int) error
	// Clear removes the users and apps of a run, or of all runs for "", and returns
	// them; dry it only returns them.
	Clear(ctx context.Context, runID string, dry bool) ([]LeftOver, error)
	// Advance moves the portal's clock forward.
	Advance(ctx context.Context, by time.Duration) error
	// RotateKeys makes the portal sign with a new key.
	RotateKeys(ctx context.Context) error
}

// The numbers of a mock's portals.
const (
	FirstPortal  = 1
	SecondPortal = 2
)

// Controlled is the mock's control, or ErrNotOffered.
func (t *Target) Controlled() (Mock, error) {
	if t.Mock == nil {
		return nil, fmt.Errorf("%w: it needs the mock's control API", ErrNotOffered)
	}
	return t.Mock, nil
}

// NewUser makes a user of that type. A target that is no mock has the users that were
// given: the second one for its own type, else the first, who passes for a collaborator.
func (t *Target) NewUser(ctx context.Context, kind UserType) (User, error) {
	if t.Mock != nil {
		u, err := t.Mock.NewUser(ctx, FirstPortal, kind)
		if err != nil {
			return User{}, fmt.Errorf("make a user: %w", err)
		}
		u.Portal = t.URL
		return u, nil
	}
	if t.Second != nil && kind == t.Second.Type {
		return t.Second.at(t.URL), nil
	}
	u, err := t.Registrar(ctx)
	if err == nil && kind != u.Type && kind != Member {
		err = fmt.Errorf("%w: a user of type %s", ErrNotOffered, kind)
	}
	return u, err
}

// SecondUser makes an administrator of the second portal.
func (t *Target) SecondUser(ctx context.Context) (User, error) {
	if t.SecondAccess != nil {
		return t.SecondAccess.at(t.SecondURL), nil
	}
	if t.SecondURL == "" || t.Mock == nil {
		return User{}, fmt.Errorf("%w: there is no second portal", ErrNotOffered)
	}
	u, err := t.Mock.NewUser(ctx, SecondPortal, Admin)
	if err != nil {
		return User{}, fmt.Errorf("make a user of the second portal: %w", err)
	}
	u.Portal = t.SecondURL
	return u, nil
}
