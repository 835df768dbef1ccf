package webapp

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"docspace-oauth/flows"
)

// home is what the home page shows of a user. What the user did not allow to see,
// and what there is none of, is nil.
type home struct {
	person    *flows.Person
	rooms     *flows.FolderContent
	documents *flows.FolderContent
}

// listed is how many rooms and documents the page shows, by title.
var listed = flows.Page{Count: 10, SortBy: "AZ"}

// loadHome asks the portal for everything that was granted.
func (a *App) loadHome(ctx context.Context, s *session) (*home, error) {
	loaded := &home{}
	err := a.call(ctx, s, func(api *flows.API) (err error) {
		loaded.person, err = api.Self(ctx)
		return err
	})
	if err = allowMissing(err); err != nil {
		return nil, err
	}
	if loaded.person != nil && loaded.person.ID != s.account.claims.Subject {
		// The token speaks of one user and the API of another: trust neither.
		s.account = nil
		return nil, fmt.Errorf("profile: %w: the API knows another user", flows.ErrToken)
	}
	if s.account.may("rooms:read", "rooms:write") {
		err := a.call(ctx, s, func(api *flows.API) (err error) {
			loaded.rooms, err = api.Rooms(ctx, listed)
			return err
		})
		if err = allowMissing(err); err != nil {
			return nil, err
		}
	}
	if s.account.may("files:read", "files:write") {
		err := a.call(ctx, s, func(api *flows.API) (err error) {
			loaded.documents, err = api.MyDocuments(ctx, listed)
			return err
		})
		if err = allowNone(allowMissing(err)); err != nil {
			return nil, err
		}
	}
	return loaded, nil
}

// may says whether one of the scopes was granted. Asking the portal all the same
// would do no harm: it refuses.
func (user *account) may(scopes ...string) bool {
	for _, scope := range scopes {
		if granted(user.tokens.Scopes, scope) {
			return true
		}
	}
	return false
}

// allowMissing drops the error that only says that a scope is missing.
func allowMissing(err error) error {
	var refused *flows.APIError
	if errors.As(err, &refused) && refused.ScopeMissing() {
		return nil
	}
	return err
}

// allowNone drops the error that says that there is no such thing: guests of a
// portal have no documents of their own.
func allowNone(err error) error {
	var refused *flows.APIError
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return nil
	}
	return err
}
