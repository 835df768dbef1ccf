package target

import (
	"context"
	"fmt"
	"strings"

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

// UserOfBothPortals is one person who is a user of the first and of the second portal,
// with the same e-mail address and password: made at a mock, or given as who signs in at
// either.
func (t *Target) UserOfBothPortals(ctx context.Context) (first, second User, err error) {
	switch a, b := t.Access, t.SecondAccess; {
	case t.SecondURL == "":
		return first, second, fmt.Errorf("%w: there is no second portal", ErrNotOffered)
	case t.Mock == nil && a != nil && b != nil && a.Password != "" && a.Password == b.Password && strings.EqualFold(a.User, b.User):
		return a.at(t.URL), b.at(t.SecondURL), nil
	case t.Mock == nil:
		return first, second, fmt.Errorf("%w: nobody was named who signs in at both portals with one address and password", ErrNotOffered)
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
