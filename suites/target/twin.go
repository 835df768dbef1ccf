package target

import (
	"context"
	"fmt"

	"docspace-oauth/mockdocspace/control"
)

// CopyUser makes the person u, with the same e-mail address and password, a user of
// another portal as well.
func (m mock) CopyUser(ctx context.Context, portal int64, u User) (User, error) {
	copied, err := m.client.CreateUser(ctx, control.CreateUserRequest{
		Tenant: portal, Email: u.Email, Password: u.Password, Type: string(u.Type),
	})
	if err != nil {
		return User{}, err
	}
	return User{ID: copied.ID, Email: u.Email, Password: u.Password, Type: u.Type}, nil
}

// UserOfBothPortals makes one person who is a user of the first and of the second
// portal; the two have the same e-mail address and password.
func (t *Target) UserOfBothPortals(ctx context.Context) (first, second User, err error) {
	if t.SecondURL == "" || t.Mock == nil {
		return first, second, fmt.Errorf("%w: there is no second portal", ErrNotOffered)
	}
	if first, err = t.NewUser(ctx, Member); err != nil {
		return first, second, err
	}
	if second, err = t.Mock.CopyUser(ctx, SecondPortal, first); err != nil {
		return first, second, fmt.Errorf("make a user of the second portal: %w", err)
	}
	second.Portal = t.SecondURL
	return first, second, nil
}
