package target

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/control"
)

// testerPrefix begins the e-mail addresses of the users that checks make at a mock.
const testerPrefix = "check-"

// testerAddress is a fresh one; what a run leaves is found by it.
func testerAddress(runID string) string {
	return testerPrefix + runID + "-" + strings.ToLower(rand.Text()[:10]) + "@docspace.test"
}

// Clear removes the users and apps of a run, or of all runs for "", and returns them;
// dry it only returns them.
func (m mock) Clear(ctx context.Context, runID string, dry bool) ([]LeftOver, error) {
	testers, checks := testerPrefix, appPrefix
	if runID != "" {
		testers, checks = testers+runID+"-", checks+runID+" "
	}
	var removed []LeftOver
	apps, err := m.client.Apps(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the apps: %w", err)
	}
	for _, app := range apps {
		if !strings.HasPrefix(app.Name, checks) {
			continue
		}
		if !dry {
			if err := m.client.DeleteApp(ctx, app.ID); err != nil && !gone(err) {
				return removed, fmt.Errorf("delete the app %s: %w", app.ID, err)
			}
		}
		removed = append(removed, LeftOver{ID: app.ID, Name: app.Name})
	}
	for _, portal := range []int64{FirstPortal, SecondPortal} {
		users, err := m.client.Users(ctx, portal)
		if gone(err) { // there is one portal only
			continue
		}
		if err != nil {
			return removed, fmt.Errorf("list the users: %w", err)
		}
		for _, u := range users {
			if !strings.HasPrefix(u.Email, testers) {
				continue
			}
			if !dry {
				if err := m.client.DeleteUser(ctx, portal, u.ID); err != nil && !gone(err) {
					return removed, fmt.Errorf("delete the user %s: %w", u.Email, err)
				}
			}
			removed = append(removed, LeftOver{ID: u.ID, Name: u.Email})
		}
	}
	return removed, nil
}

// gone is the control API's answer for what is not there (any more).
func gone(err error) bool {
	var refusal *control.Error
	return errors.As(err, &refusal) && refusal.Status == 404
}

// switchOff takes back what switchOn did, at a mock that outlives the run.
func (t *Target) switchOff() error {
	if len(t.faultIDs) == 0 || t.started != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var failures []error
	for _, id := range t.faultIDs {
		if err := t.Mock.RemoveFault(ctx, id); err != nil && !gone(err) {
			failures = append(failures, fmt.Errorf("switch the fault %d off: %w", id, err))
		}
	}
	t.faultIDs = nil
	return errors.Join(failures...)
}
