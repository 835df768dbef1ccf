package target

import (
	"context"
	"fmt"
	"time"
)

// Mock is what the suites turn at a mock portal. Where there is none, what needs it
// is ErrNotOffered.
type Mock interface {
	// NewUser makes a user of that type on the first portal.
	NewUser(ctx context.Context, kind UserType) (User, error)
	// SetUserActive enables or disables a user.
	SetUserActive(ctx context.Context, u User, active bool) error
	// AddFault switches a misbehaviour on, for everyone.
	AddFault(ctx context.Context, name string) error
	// Advance moves the portal's clock forward.
	Advance(ctx context.Context, by time.Duration) error
	// RotateKeys makes the portal sign with a new key.
	RotateKeys(ctx context.Context) error
}

// Controlled is the mock's control, or ErrNotOffered.
func (t *Target) Controlled() (Mock, error) {
	if t.Mock == nil {
		return nil, fmt.Errorf("%w: it needs the mock's control API", ErrNotOffered)
	}
	return t.Mock, nil
}

// NewUser makes a user of that type. A target that is no mock has the one user that
// was given, who passes for a collaborator.
func (t *Target) NewUser(ctx context.Context, kind UserType) (User, error) {
	if t.Mock != nil {
		u, err := t.Mock.NewUser(ctx, kind)
		if err != nil {
			return User{}, fmt.Errorf("make a user: %w", err)
		}
		u.Portal = t.URL
		return u, nil
	}
	u, err := t.Registrar()
	if err == nil && kind != u.Type && kind != Member {
		err = fmt.Errorf("%w: a user of type %s", ErrNotOffered, kind)
	}
	return u, err
}

// SecondUser is a user of the second portal.
func (t *Target) SecondUser() (User, error) {
	if t.SecondURL == "" {
		return User{}, fmt.Errorf("%w: there is no second portal", ErrNotOffered)
	}
	return User{Email: secondAdmin, Password: seedPassword, Type: Admin, Portal: t.SecondURL}, nil
}
