package target

import (
	"context"
	"fmt"

	"docspace-oauth/mockdocspace/control"
)

// UserWithSecondFactor is a person whom the portal asks for more than a password: one
// made at a mock, who is signed in already since a mock takes no codes, or the first
// of those given whose TOTP secret is known.
func (t *Target) UserWithSecondFactor(ctx context.Context) (User, error) {
	if t.Mock != nil {
		u, err := t.Mock.NewUserWithSecondFactor(ctx)
		if err != nil {
			return User{}, fmt.Errorf("make a user with a second factor: %w", err)
		}
		u.Portal = t.URL
		return u, nil
	}
	for _, u := range t.Given() {
		if u.TOTP != "" {
			return u, nil
		}
	}
	return User{}, fmt.Errorf("%w: a user with a second factor", ErrNotOffered)
}

func (m mock) NewUserWithSecondFactor(ctx context.Context) (User, error) {
	u, err := m.client.CreateUser(ctx, control.CreateUserRequest{
		Tenant: FirstPortal, Type: string(Member), Email: testerAddress(m.of.RunID), TwoFactor: true,
	})
	if err != nil {
		return User{}, err
	}
	signedIn, err := m.client.SignIn(ctx, u.ID, FirstPortal)
	if err != nil {
		return User{}, err
	}
	return User{
		ID: u.ID, Email: u.Email, Password: u.Password, Type: Member, access: &Access{Session: Secret(signedIn.Session)},
	}, nil
}
